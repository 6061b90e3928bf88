// Stories of the invite page, each in a browser of its own with the local service behind it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { button, focusIs, get, link, newPerson, owner, post, see, send, signIn, signInAs, started, story, world } from "./harness.mjs";

started();

async function invite(body) {
  return post("/v1/groups/3773/invites", { notify: false, ...body }, await owner());
}

// What Safari 15.0 lacks.
function oldBrowser() {
  delete AbortSignal.timeout;
  delete AbortSignal.any;
  delete Array.prototype.at;
  delete String.prototype.at;
  delete Array.prototype.findLast;
  delete Array.prototype.toSorted;
  delete Object.hasOwn;
  delete Object.groupBy;
  delete window.structuredClone;
  delete crypto.randomUUID;
  delete Element.prototype.checkVisibility;
}

function blockedStorage() {
  const blocked = { get() { throw new DOMException("blocked", "SecurityError"); } };
  Object.defineProperty(window, "localStorage", blocked);
  Object.defineProperty(window, "sessionStorage", blocked);
}

async function acceptsAndSeesTheWayOn(page) {
  await button(page, "Accept and join Private Group").click();
  await see(page, "You’re in Private Group");
  assert.match(await link(page, /^Open Private Group/).getAttribute("href"), /^http:\/\/127\.0\.0\.1:\d+\//);
}

for (const [name, init] of [["a present", null], ["an old", oldBrowser], ["a storage-blocking", blockedStorage]]) {
  test(`an invitation is accepted in ${name} browser`, () => story(init, async (page) => {
    const person = newPerson();
    const { url: address } = await invite({ email: person.email });
    await page.goto(address);
    assert.ok(!page.url().includes("bkn_"), page.url());
    await page.reload();
    await link(page, "Sign in to accept").click();
    await page.goto(await signInAs(page, person));
    if (init === blockedStorage) await button(page, /^Continue as/).click();
    await acceptsAndSeesTheWayOn(page);
    await page.reload();
    await see(page, /^This invitation was accepted on/);
    await link(page, /^Open Private Group/).waitFor();
  }));
}

test("a sign-in that ends in another tab finds the invitation", () => story(null, async (page, context) => {
  const person = newPerson();
  const { url: address } = await invite({ link: {} });
  await page.goto(address);
  await link(page, "Sign in to accept").click();
  const back = await signInAs(page, person);
  const tab = await context.newPage();
  await tab.goto(back);
  await acceptsAndSeesTheWayOn(tab);
  await tab.reload();
  await link(tab, /^Open Private Group/).waitFor();
}));

test("a sign-in that ends in another browser lists the person's invitations", () => story(null, async (page) => {
  const person = newPerson();
  await invite({ email: person.email });
  const token = await signIn(person);
  await page.goto(`${world.url}/i/opened#access_token=${token}&state=0123456789abcdef`);
  await see(page, "Is that your account?");
  assert.ok(!page.url().includes("access_token"));
  assert.equal(await page.getByText("invited you to").count(), 0);
  await button(page, /^Continue as Person/).click();
  await see(page, "Generic User invited you to Private Group");
  await button(page, "Accept").click();
  await see(page, "You are a member.");
  await link(page, "Open Private Group").waitFor();
}));

test("a login that does not return the state loses no link", () => story(null, async (page) => {
  const person = newPerson();
  const { url: address } = await invite({ link: {} });
  await page.goto(address);
  await page.goto("about:blank");
  await page.goto(`${world.url}/i/opened#access_token=${await signIn(person)}`);
  await button(page, /^Continue as/).click();
  await button(page, "Open: Private Group").click();
  await acceptsAndSeesTheWayOn(page);
}));

test("a pasted link opens signed in", () => story(blockedStorage, async (page) => {
  const { url: address } = await invite({ link: {} });
  await page.goto(`${world.url}/i/opened#access_token=${await signIn(newPerson())}`);
  await button(page, /^Continue as/).click();
  await page.getByLabel("Invitation link").fill(`Join us: ${address}.`);
  await button(page, "Open the link").click();
  await button(page, /^Continue as/).click();
  await acceptsAndSeesTheWayOn(page);
}));

test("the address of the opened page can be pasted like its link", () => story(null, async (page) => {
  const { url: address } = await invite({ link: {} });
  await page.goto(address);
  const opened = page.url();
  assert.match(opened, /\/i\/opened#state=[0-9a-f]{32}$/);
  await page.goto(`${world.url}/i`);
  await link(page, "Sign in to see your invitations").click();
  await page.goto(await signInAs(page, newPerson()));
  for (const unknown of [`${world.url}/i/opened`, `${world.url}/i/opened#state=x`, " "]) {
    await page.getByLabel("Invitation link").fill(unknown);
    await button(page, "Open the link").click();
    await see(page, /Paste the link from the mail/);
  }
  await page.getByLabel("Invitation link").fill(opened);
  await button(page, "Open the link").click();
  await acceptsAndSeesTheWayOn(page);
}));

test("only shareable links of this browser are listed, and only for an hour", () => story(null, async (page) => {
  const shared = await invite({ link: {} });
  const bearer = await invite({ email: newPerson().email, identity_policy: "bearer" });
  let previews = 0;
  page.on("requestfinished", (request) => { if (request.url().endsWith("/v1/invites/preview")) previews += 1; });
  const open = async () => {
    await page.goto("about:blank");
    await page.goto(`${world.url}/i`);
    await link(page, "Sign in to see your invitations").click();
    await page.goto(await signInAs(page, newPerson()));
    await see(page, "Invitations for you");
  };
  await page.goto(bearer.url);
  await page.goto("about:blank");
  await page.goto(shared.url);
  await open();
  for (let tries = 0; previews < 2; tries += 1) {
    assert.ok(tries < 300, "the previews of both links");
    await page.waitForTimeout(100);
  }
  await button(page, "Open: Private Group").waitFor();
  assert.equal(await page.getByText("invited you to").count(), 1);
  await anHourPasses(page);
  await open();
  await see(page, "There is no pending invitation for this account.");
  assert.equal(previews, 2);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
}));

test("a page that was open for more than an hour still signs in", () => story(null, async (page) => {
  const { url: address } = await invite({ link: {} });
  await page.goto(address);
  await anHourPasses(page);
  await link(page, "Sign in to accept").click();
  await page.goto(await signInAs(page, newPerson()));
  await acceptsAndSeesTheWayOn(page);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
}));

test("a sign-in whose page cannot be shown goes on after Try again", () => story(null, async (page) => {
  const person = newPerson();
  const { url: address } = await invite({ email: person.email });
  await page.goto(address);
  await link(page, "Sign in to accept").click();
  const back = await signInAs(page, person);
  await post("/local/dynamodb", { fault: "throttle", times: 1000 });
  try {
    await page.goto(back);
    await see(page, "The invitation cannot be shown just now");
  } finally {
    await send("DELETE", "/local/dynamodb");
  }
  assert.ok(!page.url().includes("access_token"), page.url());
  await link(page, "Try again").click();
  await acceptsAndSeesTheWayOn(page);
}));

test("two invitations in one tab do not mix", () => story(null, async (page) => {
  const [first, second] = [newPerson(), newPerson()];
  const one = await invite({ email: first.email, roles: ["alpha"] });
  const two = await invite({ email: second.email, roles: ["beta"] });
  await page.goto(one.url);
  await link(page, "Sign in to accept").click();
  const back = await signInAs(page, first);
  await page.goto(two.url);
  await see(page, "beta");
  await page.goto(back);
  await see(page, "alpha");
  await acceptsAndSeesTheWayOn(page);
}));

test("an access token in a link signs nobody in unasked", () => story(null, async (page) => {
  const { url: address } = await invite({ link: {} });
  const token = await signIn(newPerson());
  await page.goto(address);
  const opened = page.url();
  // A sign-in that was begun signs in once.
  await link(page, "Sign in to accept").click();
  const back = await signInAs(page, newPerson());
  await page.goto(back);
  await button(page, /^Accept/).waitFor();
  const forgeries = [`#access_token=${token}`, `#access_token=${token}&state=x`, `#state=t.x&access_token=${token}`].map((part) => address + part);
  for (const forged of [back, ...forgeries, `${opened}&access_token=${token}`]) {
    await page.goto("about:blank");
    await page.goto(forged);
    await see(page, "Is that your account?");
    assert.ok(!(await button(page, /^Accept/).isVisible()), forged);
    assert.ok(!page.url().includes("access_token"));
  }
  await button(page, /^Continue as/).click();
  await button(page, /^Accept/).waitFor();
}));

test("one click declines nothing", () => story(null, async (page) => {
  const person = newPerson();
  const { token, url: address } = await invite({ email: person.email });
  await page.goto(address);
  await button(page, "Decline").click();
  await see(page, "Decline this invitation?");
  const preview = await post("/v1/invites/preview", { token });
  assert.equal(preview.state, "pending");
  await button(page, "Keep it").click();
  await link(page, "Sign in to accept").waitFor();
}));

// Opens the page of invitations for a person who has one, up to the login. Returns the person.
async function askedToSignIn(page) {
  const person = newPerson();
  await invite({ email: person.email });
  await page.goto(`${world.url}/i`);
  await link(page, "Sign in to see your invitations").click();
  return person;
}

test("the page of invitations works without a link", () => story(null, async (page) => {
  const person = await askedToSignIn(page);
  await page.goto(await signInAs(page, person));
  await see(page, "Generic User invited you to Private Group");
  await button(page, "Decline").click();
  await button(page, "Decline invitation").click();
  await see(page, "You declined the invitation");
}));

test("a sign-in that ends while the invitations are listed can be repeated", () => story(null, async (page) => {
  const person = newPerson();
  await invite({ email: person.email });
  for (const [act, path] of [[null, "/v1/me/invites?limit=100"], ["Accept", "/v1/invites/accept"]]) {
    await page.goto("about:blank");
    if (!act) await refuseOnce(page, path, 401);
    await page.goto(`${world.url}/i/opened#access_token=${await signIn(person)}&state=x`);
    await button(page, /^Continue as/).click();
    if (act) {
      await refuseOnce(page, path, 401);
      await button(page, act).click();
    }
    await see(page, "Your sign-in is no longer valid. Please sign in again.");
    await focusIs(page, "Sign in to see your invitations");
  }
  await link(page, "Sign in to see your invitations").click();
  await page.goto(await signInAs(page, person));
  await button(page, "Accept").click();
  await see(page, "You are a member.");
}));

test("a list that failed is tried again", () => story(null, async (page) => {
  const person = await askedToSignIn(page);
  await refuseOnce(page, "/v1/me/invites?limit=100", 503);
  await page.goto(await signInAs(page, person));
  await see(page, "Try again in 1 second.");
  await button(page, "Try again").click();
  await see(page, "Generic User invited you to Private Group");
  assert.equal(await page.getByText("Try again").filter({ visible: true }).count(), 0);
}));

test("keys alone decline in the list, and change their mind", () => story(null, async (page) => {
  const person = await askedToSignIn(page);
  await page.goto(await signInAs(page, person));
  await see(page, "Generic User invited you to Private Group");
  await tabTo(page, "Decline");
  await page.keyboard.press("Enter");
  await focusIs(page, "Decline invitation");
  await tabTo(page, "Keep it");
  await page.keyboard.press("Enter");
  await focusIs(page, "Accept");
  await refuseOnce(page, "/v1/invites/accept", 503);
  await page.keyboard.press("Enter");
  await see(page, "Try again in 1 second.");
  await focusIs(page, "Accept");
  await page.keyboard.press("Enter");
  await see(page, "You are a member.");
}));

test("a sign-in that ends before the decline can be repeated", () => story(null, async (page) => {
  const person = newPerson();
  const { url: address } = await invite({ email: person.email });
  await page.goto(address);
  await link(page, "Sign in to accept").click();
  await page.goto(await signInAs(page, person));
  await button(page, "Decline").click();
  await refuseOnce(page, "/v1/invites/decline", 401);
  await button(page, "Decline invitation").click();
  await see(page, "Your sign-in is no longer valid. Please sign in again.");
  await focusIs(page, "Sign in to accept");
  assert.ok(!(await button(page, "Decline invitation").isVisible()));
  await link(page, "Sign in to accept").click();
  await page.goto(await signInAs(page, person));
  await button(page, "Decline").click();
  await button(page, "Decline invitation").click();
  await see(page, "You declined the invitation");
  await page.reload();
  await see(page, /^This invitation was declined on/);
}));

test("keys alone accept an invitation", () => story(null, async (page) => {
  const person = newPerson();
  const { url: address } = await invite({ email: person.email });
  await page.goto(address);
  await tabTo(page, "Sign in to accept");
  await page.keyboard.press("Enter");
  await page.goto(await signInAs(page, person));
  await tabTo(page, "Accept and join Private Group");
  await page.keyboard.press("Enter");
  await see(page, "You’re in Private Group");
  await focusIs(page, "You’re in Private Group");
  await tabTo(page, "Open Private Group");
}));

test("keys alone decline, and change their mind", () => story(null, async (page) => {
  const { url: address } = await invite({ email: newPerson().email });
  await page.goto(address);
  await tabTo(page, "Decline");
  await page.keyboard.press("Enter");
  await focusIs(page, "Decline this invitation?");
  await page.keyboard.press("Escape");
  await focusIs(page, "Decline");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type("No time");
  await tabTo(page, "Decline invitation");
  await page.keyboard.press("Enter");
  await see(page, "You declined the invitation");
  await focusIs(page, "You declined the invitation");
}));

test("without JavaScript the page says everything and how to go on", () => story(null, async (page) => {
  const { url: address } = await invite({ email: newPerson().email, message: "See you on Monday." });
  await page.goto(address);
  await see(page, "Generic User invited you to Private Group");
  await see(page, "See you on Monday.");
  // Playwright's texts leave out what is in this element.
  assert.match(await page.locator("noscript").innerText(), /turn on JavaScript/);
  await see(page, /^Open until \w+, \d+ \w+ \d{4} at \d\d:\d\d UTC\.$/);
  assert.equal(await page.getByRole("button").filter({ visible: true }).count(), 0);
}, { javaScriptEnabled: false }));

test("without styles nothing shows that must not", () => story(null, async (page) => {
  const { url: address } = await invite({ email: newPerson().email });
  await page.goto(address);
  await page.evaluate(() => document.querySelectorAll("style").forEach((style) => style.remove()));
  assert.deepEqual(await page.getByRole("button").filter({ visible: true }).allInnerTexts(), ["Decline"]);
  assert.equal(await page.getByRole("heading").filter({ visible: true }).count(), 1);
}));

test("an account with another address is told before it tries, and can ask or switch", () => story(null, async (page) => {
  const [invited, other] = [newPerson(), { ...newPerson(), email: "eve@work.test" }];
  const { url: address } = await invite({ email: invited.email });
  await page.goto(address);
  await link(page, "Sign in to accept").click();
  await page.goto(await signInAs(page, other));
  await see(page, "This is for another address.");
  await see(page, "The invitation went to p•••@example.com. You are signed in as eve@work.test.");
  assert.ok(!(await button(page, /^Accept/).isVisible()));
  const mail = await link(page, "Ask Generic User to invite eve@work.test").getAttribute("href");
  assert.match(decodeURIComponent(mail), /^mailto:\?subject=Please invite eve@work.test to Private Group&body=Hello Generic User,/);
  await link(page, "Switch account").click();
  await page.waitForURL(/prompt=select_account/);
  await page.goto(await signInAs(page, invited));
  await acceptsAndSeesTheWayOn(page);
}));

test("an account whose mask is the same is told by the service", () => story(null, async (page) => {
  const [invited, other] = [newPerson(), newPerson()];
  const { url: address } = await invite({ email: invited.email });
  await page.goto(address);
  await link(page, "Sign in to accept").click();
  await page.goto(await signInAs(page, other));
  await button(page, /^Accept/).click();
  await see(page, "This is for another address.");
  await link(page, "Switch account").waitFor();
}));

test("an address that is not verified is named, with the way to go on", () => story(null, async (page) => {
  const person = newPerson();
  const { url: address } = await invite({ email: person.email });
  await page.goto(address);
  await link(page, "Sign in to accept").click();
  await page.goto(await signInAs(page, { ...person, email_verified: false }));
  await see(page, "Your address is not verified.");
  await link(page, "Sign in again").click();
  await page.waitForURL(/login_hint=p\d+%40example\.com/);
  await page.goto(await signInAs(page, person));
  await acceptsAndSeesTheWayOn(page);
}));

test("a new invitation is asked for after the first has expired", () => story(null, async (page) => {
  const { id, url: address } = await invite({ email: newPerson().email, expires_in: 300 });
  await post("/local/clock", { advance_seconds: 301 });
  await page.goto(address);
  await see(page, /^This invitation ended on/);
  assert.ok(!page.url().includes("bkn_"), page.url());
  await button(page, "Ask for a new one").click();
  await see(page, "You have asked for a new one. Generic User is told that you asked. A new mail goes to p•••@example.com only.");
  const read = await get(`/v1/groups/3773/invites/${id}`, await owner());
  assert.ok(read.renewal_requested_at);
  await page.reload();
  await see(page, "You have asked for a new one.");
  assert.equal(await button(page, "Ask for a new one").count(), 0);
}));

test("only a page that was seen for two seconds is opened, and once", () => story(null, async (page, context) => {
  const person = newPerson();
  const { id, url: address } = await invite({ email: person.email });
  const openings = async () => {
    const events = await get(`/v1/groups/3773/events?type=invite.opened&invite=${id}`, await owner());
    return events.data.length;
  };
  const answers = [];
  page.on("response", (answer) => { if (answer.url().endsWith("/v1/invites/opened")) answers.push(answer.status()); });
  // The page's clock stands still, so a slow machine changes nothing.
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60000);
  await page.goto(address);
  await page.clock.runFor(1900);
  await page.goto("about:blank");
  await page.clock.runFor(5000);
  assert.deepEqual([answers, await openings()], [[], 0]);
  await page.goto(address);
  await page.clock.runFor(2100);
  for (let tries = 0; (await openings()) !== 1; tries += 1) {
    assert.ok(tries < 300, "the event of the opening");
    await page.waitForTimeout(100);
  }
  const remembers = () => page.evaluate(() => Object.values(localStorage).some((text) => JSON.parse(text).told));
  for (let tries = 0; !(await remembers()); tries += 1) {
    assert.ok(tries < 300, "the browser remembers that it told");
    await page.waitForTimeout(100);
  }
  // A reload knows that it has told, and so does the page after the sign-in.
  await page.reload();
  await page.clock.runFor(5000);
  await link(page, "Sign in to accept").click();
  await page.goto(await signInAs(page, person));
  await page.clock.runFor(5000);
  await button(page, /^Accept/).waitFor();
  assert.deepEqual(answers, [204]);
  // Another browser does not know it, and the service keeps one.
  const other = await (await world.browser.newContext()).newPage();
  await other.goto(address);
  await other.waitForResponse((answer) => answer.url().endsWith("/v1/invites/opened") && answer.status() === 204);
  await other.context().close();
  assert.equal(await openings(), 1);
}));

// Lets what this browser remembers be as old as after more than an hour.
async function anHourPasses(page) {
  await page.evaluate(() => {
    for (const [key, text] of Object.entries(localStorage)) {
      const entry = JSON.parse(text);
      localStorage.setItem(key, JSON.stringify({ ...entry, until: entry.until - 4200000 }));
    }
  });
}

// Refuses the next request to this path of the service.
async function refuseOnce(page, path, status) {
  const headers = status === 503 ? { "retry-after": "1" } : {};
  await page.route(world.url + path, (route) => route.fulfill({ status, headers, json: { detail: "Refused." } }), { times: 1 });
}

const focused = (page) => page.evaluate(() => document.activeElement.textContent);

// Presses Tab until the element with this text has the focus.
async function tabTo(page, text) {
  for (let presses = 0; presses < 12; presses += 1) {
    if ((await focused(page)) === text) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`no key leads to ${text}`);
}
