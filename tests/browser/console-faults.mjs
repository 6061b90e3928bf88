// The console where an answer is lost, late or refused, and where a person leaves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, invite, newGroup, open, row } from "./console-steps.mjs";
import { button, focusIs, get, link, owner, post, see, started, story } from "./harness.mjs";

started({ LIMIT_INVITES_PER_INVITER_HOUR: "1000" });

// Holds the requests to this address. Returns a function that lets them pass, and waits until the page
// has the answer.
async function hold(page, address) {
  let pass;
  const held = new Promise((resolve) => { pass = resolve; });
  await page.route(address, async (route) => { await held; await route.continue(); });
  return async () => {
    const answer = page.waitForResponse(address);
    pass();
    await (await answer).finished();
    await page.waitForTimeout(200);
  };
}

test("a repeat after a lost answer invites nobody twice", () => story(null, async (page) => {
  const group = await newGroup();
  await open(page, `/groups/${group}/invite`);
  await page.getByLabel("Addresses").fill("ada@example.com bob@example.com");
  await page.route("**/invites", async (route) => { await route.fetch(); await route.abort(); }, { times: 1 });
  await button(page, "Invite 2 people").click();
  await see(page, "The service could not be reached.");
  await button(page, "Invite 2 people").click();
  await see(page, "2 people were invited.");
}));

test("a sign-in in the middle of many invites keeps the list, and invites nobody twice", () => story(null, async (page) => {
  const group = await newGroup();
  await open(page, `/groups/${group}/invite`);
  await page.getByLabel("Addresses").fill(Array.from({ length: 150 }, (_, index) => `m${index}@example.com`).join("\n"));
  await choose(page, "Role", "editor");
  await page.getByLabel("Message").fill("Please join us.");
  const keys = [];
  await page.route("**/invites", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    keys.push(route.request().headers()["idempotency-key"]);
    if (keys.length !== 2) return route.continue();
    // The second part is made, and its answer says that the sign-in has ended.
    await route.fetch();
    return route.fulfill({ status: 401, contentType: "application/problem+json", body: JSON.stringify({ code: "token_expired" }) });
  });
  await button(page, "Invite 150 people").click();
  await see(page, "Your sign-in has ended.");
  await button(page, "Sign in").click();
  await page.getByRole("button", { name: /29842/ }).click();
  await see(page, "The last try was interrupted.");
  assert.equal(await page.getByLabel("Message").inputValue(), "Please join us.");
  await button(page, "Invite 150 people").click();
  await see(page, "150 people were invited.");
  assert.equal(new Set(keys).size, 2);
  assert.deepEqual(keys.slice(2), keys.slice(0, 2));
  const token = await owner();
  const first = await get(`/v1/groups/${group}/invites?limit=100`, token);
  const second = await get(`/v1/groups/${group}/invites?limit=100&cursor=${first.next_cursor}`, token);
  assert.deepEqual([...first.data, ...second.data].map(({ send_count }) => send_count), Array(150).fill(1));
  await link(page, "Back to the invites").click();
  await see(page, "More than 100 pending invites");
  await page.goBack();
  assert.equal(await page.getByLabel("Addresses").inputValue(), "");
}));

test("a file's people stay over a reload, and go with a removal", () => story(null, async (page) => {
  const group = await newGroup();
  await open(page, `/groups/${group}/invite`);
  await page.getByLabel("Or a CSV file").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from("email\nada@example.com\nbob@example.com\n") });
  await button(page, "Invite 2 people").waitFor();
  await page.reload();
  await button(page, "Invite 2 people").waitFor();
  await button(page, "Remove people.csv").click();
  await page.reload();
  await see(page, "Nobody yet.");
}));

test("a late page of other filters is not shown", () => story(null, async (page) => {
  const group = await newGroup();
  await invite(group, { invites: Array.from({ length: 60 }, (_, index) => ({ email: `q${index}@example.com`, notify: false })) });
  const revoked = await invite(group, { email: "revoked@example.com", notify: false });
  await post(`/v1/groups/${group}/invites/${revoked.id}/revoke`, undefined, await owner());
  await open(page, `/groups/${group}/invites`);
  await see(page, "50 invites are shown.");
  const pass = await hold(page, /cursor=/);
  await button(page, "Load more").click();
  await choose(page, "State", "revoked");
  await see(page, "1 invite is shown.");
  await pass();
  await see(page, "1 invite is shown.");
  assert.equal(await row(page, "@example.com").count(), 1);
}));

test("a late group does not show after its page was left", () => story(null, async (page) => {
  const group = await newGroup();
  await open(page, `/groups/${group}/members`);
  await row(page, "Generic User").waitFor();
  const pass = await hold(page, `**/v1/groups/${group}`);
  await link(page, "Rules").click();
  await link(page, "All groups").click();
  await link(page, /Q1 Planning/).first().waitFor();
  await pass();
  assert.match(await page.title(), /^Your groups/);
}));

test("the row says why its invite was not sent again", () => story(null, async (page) => {
  const group = await newGroup();
  await invite(group, { email: "ada@example.com" });
  await open(page, `/groups/${group}/invites`);
  await button(page, "More for ada@example.com").click();
  await page.getByRole("dialog").getByRole("button", { name: "Resend" }).click();
  await row(page, "ada@example.com").getByText("This invite was sent less than a minute ago.").waitFor();
}));

test("an invite keeps its end with another address", () => story(null, async (page) => {
  const group = await newGroup();
  await invite(group, { email: "adda@example.com", notify: false, expires_in: 10 * 86400 });
  await open(page, `/groups/${group}/invites`);
  await button(page, "More for adda@example.com").click();
  await button(page, "Fix address").click();
  await page.getByLabel("Right address").fill("ada@example.com");
  await button(page, "Invite this address").click();
  await row(page, "ada@example.com").getByText("in 10 days").first().waitFor();
}));

test("a file of Excel is read, and a bad one removes its people", () => story(null, async (page) => {
  const group = await newGroup();
  await open(page, `/groups/${group}/invite`);
  const file = (text) => page.getByLabel("Or a CSV file").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(text, "latin1") });
  await file("email;first_name\r\njoerg@example.com;J\u00f6rg\r\n");
  await see(page, "J\u00f6rg");
  await file("name;phone\r\nAda;1\r\n");
  await see(page, "This file has no column");
  await see(page, "Nobody yet.");
  await page.getByLabel("Addresses").fill('"Lovelace, Ada" <ada@example.com>');
  await see(page, "Ada Lovelace");
}));

test("the search of members matches their names only", () => story(null, async (page) => {
  const group = await newGroup();
  await open(page, `/groups/${group}/members`);
  await row(page, "Generic User").waitFor();
  const search = page.getByRole("searchbox");
  await search.fill("leave");
  await see(page, "No member matches.");
  await search.fill("generic");
  await row(page, "Generic User").waitFor();
}));

test("a sign-out forgets what was typed, and the next sign-in asks for the account", () => story(null, async (page) => {
  const group = await newGroup();
  await open(page, `/groups/${group}/invite`);
  await page.getByLabel("Addresses").fill("ada@example.com");
  await button(page, "Sign out").click();
  await see(page, "You are signed out.");
  await focusIs(page, "Manage invites");
  assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), []);
  await button(page, "Sign in").click();
  await page.waitForURL(/prompt=select_account/);
}));
