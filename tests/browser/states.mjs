// Every state of the invite page: at each width, in light and dark, with forced colours, and by the
// rules of axe. SCREENSHOTS names a folder that keeps what they look like.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { button, link, newPerson, patch, post, see, signIn, signInAs, started, story, world } from "./harness.mjs";

// A light colour, on which white text could not be read.
const BRAND = "#ffd400";

started(process.env.BRAND ? { BRAND_COLOR: BRAND } : {});

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SHOTS = process.env.SCREENSHOTS;
const LOOKS = [
  { name: "light-320", width: 320, colorScheme: "light" },
  { name: "light-390", width: 390, colorScheme: "light" },
  { name: "dark-390", width: 390, colorScheme: "dark" },
  { name: "dark-1280", width: 1280, colorScheme: "dark" },
  { name: "light-1280", width: 1280, colorScheme: "light" },
  { name: "forced-390", width: 390, colorScheme: "light", forcedColors: "active" },
];
const MESSAGE = "We start the Q1 plan on Monday. Would love your eyes on the budget tab.\n\nSee https://planner.example/a-very-long-address/that-has-no-blanks-and-must-not-widen-the-page";

const grace = () => signIn({ sub: "grace", name: "Grace Hopper", email: "grace@example.com" });
let groups = 0;

// Returns a new group of Grace's.
async function newGroup(policy = {}, name = "Q1 Planning") {
  const id = `q${(groups += 1)}`;
  await post("/v1/groups", { id, name, policy }, await grace());
  return id;
}

async function invite(group, body = {}) {
  const all = { roles: ["editor"], notify: false, message: MESSAGE, ...body };
  const person = newPerson("Ada Lovelace");
  if (!all.link) all.email ??= person.email;
  return { person, ...(await post(`/v1/groups/${group}/invites`, all, await grace())) };
}

// Opens the page of a new invitation, signed in as this person.
async function signedIn(page, claims) {
  const { person, url } = await invite(await newGroup());
  await page.goto(url);
  await link(page, "Sign in to accept").click();
  await page.goto(await signInAs(page, { ...person, ...claims }));
}

async function ended(page, act) {
  const group = await newGroup();
  const made = await invite(group, { expires_in: 300 });
  await act(made, group);
  await page.goto(made.url);
}

// Each state, and how to come to it.
const STATES = {
  async live(page) {
    await page.goto((await invite(await newGroup())).url);
    await see(page, "Grace Hopper invited you to Q1 Planning");
    await see(page, "You will join as editor on Acme Planner.");
    await see(page, "Grace Hopper writes");
    await link(page, "New here? Create an account").waitFor();
    await link(page, "Privacy").waitFor();
    await link(page, "Report this invitation").waitFor();
    await see(page, /^Ends in 6 days:/);
  },
  async "live-long-names"(page) {
    const name = "Arbeitsgemeinschaft Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
    await page.goto((await invite(await newGroup({}, name))).url);
    await see(page, /Donaudampf/);
  },
  async "live-link"(page) {
    await page.goto((await invite(await newGroup(), { link: {} })).url);
    await see(page, "Anyone who has this link can join.");
    assert.equal(await button(page, "Decline").count(), 0);
  },
  async "live-declined-by-a-scanner"(page) {
    const { token, url } = await invite(await newGroup());
    await post("/v1/invites/decline", { token });
    await page.goto(url);
    await see(page, /declined without signing in/);
  },
  async me(page) {
    await signedIn(page, {});
    await see(page, "Ada Lovelace");
    await link(page, "Switch account").waitFor();
    await button(page, "Accept and join Q1 Planning").waitFor();
  },
  async "somebody-else"(page) {
    await signedIn(page, { email: "eve@work.test", name: "Eve Moore" });
    await see(page, "This is for another address.");
  },
  async "not-verified"(page) {
    await signedIn(page, { email_verified: false });
    await see(page, "Your address is not verified.");
  },
  async "continue-as"(page) {
    const { person, url } = await invite(await newGroup());
    await page.goto(`${url}#access_token=${await signIn(person)}`);
    await see(page, /Is that your account\?/);
  },
  async confirm(page) {
    await page.goto((await invite(await newGroup())).url);
    await button(page, "Decline").click();
    await see(page, "Decline this invitation?");
  },
  async declining(page) {
    await STATES.confirm(page);
    await button(page, "Decline invitation").click();
    await see(page, "You declined the invitation");
  },
  async joined(page) {
    await STATES.me(page);
    await button(page, "Accept and join Q1 Planning").click();
    await see(page, "You’re in Q1 Planning");
    await see(page, "You joined as editor.");
  },
  async "joined-and-reloaded"(page) {
    await STATES.joined(page);
    await page.reload();
    await see(page, /^This invitation was accepted on/);
    await link(page, "Open Q1 Planning").waitFor();
  },
  async "service-down"(page) {
    await STATES.me(page);
    await page.route("**/v1/invites/accept", (route) => route.abort());
    await button(page, "Accept and join Q1 Planning").click();
    await see(page, /could not be reached/);
    await button(page, "Try again").waitFor();
  },
  async frozen(page) {
    const group = await newGroup();
    const { url } = await invite(group);
    await patch(`/v1/groups/${group}`, { policy: { frozen: true } }, await grace());
    await page.goto(url);
    await see(page, "The group takes no new members for now.");
    assert.equal(await page.getByRole("button").count(), 0);
  },
  async full(page) {
    const group = await newGroup({ max_members: 1 });
    await page.goto((await invite(group)).url);
    await see(page, "The group is full.");
  },
  async "links-off"(page) {
    const group = await newGroup();
    const { url } = await invite(group, { link: {} });
    await patch(`/v1/groups/${group}`, { policy: { links: false } }, await grace());
    await page.goto(url);
    await see(page, "The group has switched off its shareable links.");
  },
  async expired(page) {
    await ended(page, () => post("/local/clock", { advance_seconds: 301 }));
    await see(page, /^This invitation ended on \d+ \w+ \d{4}$/);
    await see(page, /^Grace Hopper invited p•••@example.com to Q1 Planning.$/);
    await button(page, "Ask for a new one").waitFor();
    await link(page, "Open Acme Planner").waitFor();
  },
  async "new-one-asked"(page) {
    await STATES.expired(page);
    await button(page, "Ask for a new one").click();
    await see(page, /^You have asked for a new one\./);
  },
  async revoked(page) {
    await ended(page, async ({ id }, group) => post(`/v1/groups/${group}/invites/${id}/revoke`, {}, await grace()));
    await see(page, /^This invitation was withdrawn on/);
  },
  async declined(page) {
    await ended(page, async ({ person, token }) => post("/v1/invites/decline", { token }, await signIn(person)));
    await see(page, /^This invitation was declined on/);
  },
  async "used-up"(page) {
    const { token, url } = await invite(await newGroup(), { link: { max_uses: 1 } });
    await post("/v1/invites/accept", { token }, await signIn(newPerson()));
    await page.goto(url);
    await see(page, /^This link (was|is) used up/);
  },
  async replaced(page) {
    await ended(page, async ({ id }, group) => {
      await post("/local/clock", { advance_seconds: 61 });
      await post(`/v1/groups/${group}/invites/${id}/resend`, { notify: false }, await grace());
    });
    await see(page, "A newer invitation has replaced this one");
  },
  async unknown(page) {
    await page.goto(`${world.url}/i/x`);
    await see(page, "This link does not work");
  },
  async inbox(page) {
    await page.goto(`${world.url}/i`);
    await link(page, "Sign in to see your invitations").waitFor();
  },
  async "inbox-failed"(page) {
    await page.goto(`${world.url}/i`);
    await link(page, "Sign in to see your invitations").click();
    await page.route("**/v1/me/invites?**", (route) => route.abort());
    await page.goto(await signInAs(page, newPerson()));
    await see(page, /could not be reached/);
    await button(page, "Try again").waitFor();
  },
  async "inbox-signed-out"(page) {
    await page.goto(`${world.url}/i`);
    await link(page, "Sign in to see your invitations").click();
    await page.route("**/v1/me/invites?**", (route) => route.fulfill({ status: 401, json: {} }));
    await page.goto(await signInAs(page, newPerson()));
    await see(page, /no longer valid/);
    await link(page, "Sign in to see your invitations").waitFor();
  },
  async "inbox-signed-in"(page) {
    const { person } = await invite(await newGroup());
    await post("/v1/groups/" + (await newGroup({}, "Budget")) + "/invites", { email: person.email, notify: false }, await grace());
    await page.goto(`${world.url}/i`);
    await link(page, "Sign in to see your invitations").click();
    await page.goto(await signInAs(page, person));
    await see(page, "Grace Hopper invited you to Q1 Planning");
    await see(page, "Grace Hopper invited you to Budget");
  },
};

// How many filled buttons a state has, if not one: none where there is nothing to do first.
const FILLED = {
  "continue-as": 0, declining: 0, frozen: 0, full: 0, "links-off": 0, "new-one-asked": 0, revoked: 0, declined: 0,
  "used-up": 0, replaced: 0, unknown: 0, "inbox-failed": 0, "inbox-signed-in": 2,
};

for (const [state, open] of Object.entries(STATES)) {
  test(`${state}: readable at every width and in every colour, and nothing for axe`, () => story(null, async (page) => {
    const elsewhere = [];
    page.on("request", (request) => { if (!request.url().startsWith(world.url)) elsewhere.push(request.url()); });
    await open(page);
    assert.equal(await page.locator(".primary").filter({ visible: true }).count(), FILLED[state] ?? 1, "filled buttons");
    await page.evaluate(AXE);
    for (const { name, width, ...media } of LOOKS) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ forcedColors: "none", ...media });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${name}: ${over} px too wide`);
      const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      const told = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("\n")}`);
      assert.deepEqual(told, [], name);
      await shot(page, state, name);
    }
    assert.deepEqual(elsewhere, [], "nothing is loaded from elsewhere");
  }, { timezoneId: "Europe/Berlin", locale: "en-GB" }));
}

async function shot(page, state, name) {
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}/${state}-${name}.png`, fullPage: true });
}
