// Stories of the console, each in a browser of its own with the local service behind it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { choose, invite, newGroup, open, openAs, row } from "./console-steps.mjs";
import { button, eventually, link, newPerson, owner, post, see, send, signIn, started, story, world } from "./harness.mjs";

started();

const COPYING = { permissions: ["clipboard-read", "clipboard-write"], acceptDownloads: true };

test("a member invites people, and looks after their invites", () => story(null, async (page) => {
  const group = await newGroup();
  await post("/local/ses", { fault: "bounce", to: "katherin@exmaple.com" });
  await open(page, `/groups/${group}/invites`);
  await see(page, "Nobody is invited yet");

  await link(page, "Invite people").first().click();
  await page.getByLabel("Addresses").fill("ada@example.com, Hedy Lamarr <hedy@example.com>\nkatherin@exmaple.com hedy@example.com nonsense");
  await see(page, "Not an address");
  await see(page, "Already in the list");
  await page.getByLabel("Role", { exact: true }).selectOption("editor");
  await page.getByLabel("Message").fill("Please join us.");
  await button(page, "Invite 3 people").click();
  await see(page, "3 people were invited.");
  await link(page, "Back to the invites").click();

  await page.reload();
  await eventually("a bounce", async () => {
    await page.reload();
    await row(page, "katherin@exmaple.com").waitFor();
    return (await row(page, "katherin@exmaple.com").textContent()).includes("No such mailbox");
  });
  assert.match(await row(page, "katherin@exmaple.com").textContent(), /Bounced/);
  assert.match(await row(page, "Hedy Lamarr").textContent(), /hedy@example\.com.*Editor/);

  await button(page, "Fix address of katherin@exmaple.com").click();
  await page.getByLabel("Right address").fill("katherine@example");
  await button(page, "Invite this address").click();
  await see(page, "Give an address such as ada@example.com.");
  await page.getByLabel("Right address").fill("katherine@example.com");
  await button(page, "Invite this address").click();
  await row(page, "katherine@example.com").waitFor();
  await row(page, "katherin@exmaple.com").getByText("Replaced by another invite").waitFor();

  await button(page, "Resend to ada@example.com").click();
  await see(page, /sent less than a minute ago\. Try again in \d+ (second|minute)/);
  await post("/local/clock", { advance_seconds: 90 });
  await button(page, "Resend to ada@example.com").click();
  await see(page, "A new mail is on its way to ada@example.com.");

  await button(page, "Copy link of Hedy Lamarr").click();
  await see(page, "The link was copied.");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /\/i\/bkn_/);
  assert.equal((await post("/v1/invites/preview", { token: copied.split("/i/")[1] })).state, "pending");

  await page.getByLabel("Select Hedy Lamarr").check();
  await page.getByLabel("Select katherine@example.com").check();
  await button(page, "Revoke").first().click();
  await see(page, "Revoke 2 invites?");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await see(page, "2 done.");
  for (const name of ["Hedy Lamarr", "katherine@example.com"]) assert.match(await row(page, name).textContent(), /Revoked/);

  const [file] = await Promise.all([page.waitForEvent("download"), button(page, "Export CSV").click()]);
  const csv = readFileSync(await file.path(), "utf8");
  assert.equal(csv.trim().split("\r\n").length, 5, csv);
  assert.match(csv, /^\uFEFF[^]*hedy@example\.com/);

  await link(page, "History").click();
  await eventually("the history", async () => {
    await page.reload();
    await see(page, "Generic User made the group");
    return (await page.getByText("Generic User revoked the invite of Hedy Lamarr").count()) > 0;
  });
  await see(page, "The mail to katherin@exmaple.com bounced");
  await see(page, "Generic User copied the link of Hedy Lamarr");
}, COPYING));

test("the head of a group says how many people's invites are pending", () => story(null, async (page) => {
  const group = await newGroup();
  await invite(group, { invites: ["ada", "bob", "cara"].map((name) => ({ email: `${name}@example.com`, notify: false })) });
  await invite(group, { link: {} });
  await open(page, `/groups/${group}/invites`);
  await see(page, "3 pending invites");
  await choose(page, "State", "revoked");
  await see(page, "No invite matches");
  await page.reload();
  await see(page, "3 pending invites");
  await button(page, "Clear the filters").click();
  await button(page, "More for ada@example.com").click();
  await button(page, "Revoke").last().click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await see(page, "2 pending invites");
  await button(page, "Invite again: ada@example.com").click();
  await see(page, "3 pending invites");
}));

test("a last name with a comma before it needs no quotes", () => story(null, async (page) => {
  const group = await newGroup();
  await open(page, `/groups/${group}/invite`);
  await page.getByLabel("Addresses").fill("Lovelace, Ada <ada@example.com>; bob@example.com, Lamarr, Hedy <hedy@example.com>\ncara@example.com, dora@example.com");
  await button(page, "Invite 5 people").click();
  await see(page, "5 people were invited.");
  await link(page, "Back to the invites").click();
  for (const [name, email] of [["Ada Lovelace", "ada"], ["Hedy Lamarr", "hedy"], ["", "bob"], ["", "cara"], ["", "dora"]]) {
    assert.ok((await row(page, `${email}@example.com`).textContent()).includes(name), email);
  }
}));

test("an owner changes the rules, and a conflict is said", () => story(null, async (page) => {
  const group = await newGroup();
  await open(page, `/groups/${group}/rules`);
  await page.getByLabel("Members at most").fill("5");
  await button(page, "Save").click();
  await see(page, "A limit of members can only be introduced when a group is made.");
  await page.getByLabel("Members at most").fill("");
  await choose(page, "Who may invite", "members");
  await button(page, "Save").click();
  await see(page, "The rules were saved.");
  await page.reload();
  assert.equal(await page.getByLabel("Who may invite").inputValue(), "members");

  await send("PATCH", `/v1/groups/${group}`, { policy: { max_pending: 7 } }, await owner());
  await page.getByLabel("Only these mail domains").fill("acme.com");
  await button(page, "Save").click();
  await see(page, "Somebody else changed the rules meanwhile.");
  await button(page, "Load the present rules").click();
  await eventually("their rules", async () => (await page.getByLabel("Pending invites at most").inputValue()) === "7");

  await page.getByLabel("Freeze the group").check();
  await button(page, "Save").click();
  await see(page, "Freeze this group?");
  await button(page, "Freeze and save").click();
  await see(page, "This group is frozen");
}));

test("members get another role and are removed", () => story(null, async (page) => {
  const group = await newGroup();
  const person = newPerson();
  const token = (await invite(group, { email: person.email, notify: false })).token;
  await post("/v1/invites/accept", { token }, await signIn(person));
  await open(page, `/groups/${group}/members`);
  await button(page, `Change role of ${person.name}`).click();
  await choose(page, "Role", "admin");
  await button(page, "Save").click();
  await row(page, person.name).getByText("Admin").waitFor();
  await button(page, "Leave").click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  await see(page, "A group needs an owner.");
  await button(page, "Cancel").click();
  await button(page, `Remove ${person.name}`).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await see(page, `${person.name} was removed.`);
  assert.equal(await row(page, person.name).count(), 0);
}));

test("people come from a CSV file, and a limit stops some", () => story(null, async (page) => {
  const group = await newGroup({ max_pending: 2 });
  await open(page, `/groups/${group}/invite`);
  const choose = (text) => page.getByLabel("Or a CSV file").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await choose("name;phone\nAda;1\n");
  await see(page, "This file has no column “email”");
  await choose('\uFEFFE-Mail;x\n;\n"x"');
  await see(page, "This file has no column “email”");
  await choose('\uFEFFemail;First name;last_name;roles\r\nada@example.com;"Ada; ""Countess""";Lovelace;editor\r\nbob@example.com;;;\r\nwrong;;;\r\ncara@example.com;;;\r\n');
  await see(page, 'Ada; "Countess" Lovelace');
  await see(page, "Not an address");
  await button(page, "Invite 3 people").click();
  await see(page, "2 people were invited. 1 was not.");
  await see(page, "The group has as many pending invites as it may have.");
  await send("PATCH", `/v1/groups/${group}`, { policy: { max_pending: 9 } }, await owner());
  await button(page, "Try 1 again").click();
  await see(page, "3 people were invited.");
  await link(page, "Back to the invites").click();
  await row(page, "ada@example.com").getByText("Editor").waitFor();
}));

test("invites are found, filtered and loaded on", () => story(null, async (page) => {
  const group = await newGroup();
  const many = Array.from({ length: 60 }, (_, index) => ({ email: `q${index}@example.com`, notify: false }));
  await invite(group, { invites: many });
  await open(page, `/groups/${group}/invites`);
  await see(page, "50 invites are shown.");
  await button(page, "Load more").click();
  await see(page, "60 invites are shown.");
  await page.reload();
  await see(page, "50 invites are shown.");
  const shown = await page.getByRole("row").allTextContents();
  const isShown = ({ email }) => shown.some((text) => text.includes(email));
  const [present, hidden] = [many.find(isShown).email, many.find((one) => !isShown(one)).email];
  const search = page.getByRole("searchbox", { name: "Search" });
  await search.fill(present);
  await see(page, "1 invite is shown.");
  await search.fill(hidden);
  await see(page, "0 invites are shown. Press Enter to look for exactly this address");
  await search.press("Enter");
  await see(page, "Found by its exact address.");
  await row(page, hidden).waitFor();
  await search.fill("");
  await choose(page, "State", "accepted");
  await see(page, "No invite matches");
  assert.match(page.url(), /state=accepted/);
  await page.reload();
  await see(page, "No invite matches");
  await button(page, "Clear the filters").click();
  await see(page, "50 invites are shown.");
}));

test("who may not invite is told so, and a frozen group says it", () => story(null, async (page) => {
  const group = await newGroup();
  const person = newPerson();
  const token = (await invite(group, { email: person.email, notify: false })).token;
  await post("/v1/invites/accept", { token }, await signIn(person));
  await send("PATCH", `/v1/groups/${group}`, { policy: { frozen: true } }, await owner());
  await openAs(page, `/groups/${group}/invites`, await signIn(person));
  await see(page, "You may not invite people to this group");
  await see(page, "This group is frozen");
  await button(page, "New link").waitFor({ state: "hidden" });
  await link(page, "History").click();
  await see(page, "The history is for owners and admins");
  await link(page, "Rules").click();
  await choose(page, "Who may invite", "members");
  await button(page, "Save").click();
  await see(page, "Only owners can change the rules.");
  await page.goto(`${world.url}/console#/groups/none/members`);
  await see(page, "There is no such group");
}));

test("an ended sign-in comes back to the same place with its text", () => story(null, async (page) => {
  const group = await newGroup();
  await open(page, `/groups/${group}/invite`);
  await page.getByLabel("Addresses").fill("ada@example.com");
  await page.route("**/v1/**", (route) => route.fulfill({ status: 401, contentType: "application/problem+json", body: '{"code":"token_expired"}' }));
  await button(page, "Invite 1 person").click();
  await see(page, "Your sign-in has ended.");
  assert.equal(await page.evaluate(() => sessionStorage.getItem("beckon.console.token")), null);
  await page.unroute("**/v1/**");
  await button(page, "Sign in").click();
  await page.getByRole("button", { name: /29842/ }).click();
  await button(page, "Invite 1 person").waitFor();
  assert.equal(await page.getByLabel("Addresses").inputValue(), "ada@example.com");
  await page.reload();
  await button(page, "Sign out").click();
  await see(page, "You are signed out.");
  await page.reload();
  await button(page, "Sign in").waitFor();
}));

test("an access token in a link signs nobody in unasked", () => story(null, async (page) => {
  const token = await signIn(newPerson());
  for (const forged of [`access_token=${token}`, `access_token=${token}&state=x`, `state=__proto__&access_token=${token}`]) {
    await page.goto("about:blank");
    await page.goto(`${world.url}/console#${forged}`);
    await see(page, "Is that your account?");
    assert.ok(!page.url().includes("access_token"));
    assert.equal(await page.evaluate(() => sessionStorage.getItem("beckon.console.token")), null);
  }
  await button(page, /^Continue as Person/).click();
  await see(page, "You are not in a group yet");
  await page.goto("about:blank");
  await page.goto(`${world.url}/console#error=access_denied`);
  await see(page, "Your groups");
}));

test("a lost connection is said, and the same can be tried again", () => story(null, async (page, context) => {
  const group = await newGroup();
  await open(page, `/groups/${group}/invites`);
  await see(page, "Nobody is invited yet");
  await context.setOffline(true);
  await see(page, "You are offline.");
  await link(page, "Members").click();
  await see(page, "The service could not be reached.");
  await context.setOffline(false);
  await button(page, "Try again").click();
  await row(page, "Generic User").waitFor();
}));
