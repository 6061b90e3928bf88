// Stories of docs/sign-in.md with a real OpenID Connect provider: its login, an app that hands people
// over, and the service, which verifies the provider's access tokens by its published keys.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startApp } from "./sign-in-app.mjs";
import { AUDIENCES, BECKON, PLANNER, startProvider } from "./sign-in-provider.mjs";
import { button, eventually, get, link, post, see, started, story, world } from "./harness.mjs";

const CLIENT = { client_id: "acme-planner", client_secret: "a secret that protects nothing" };

const provider = await startProvider();
const appFor = (resource) => startApp({
  port: 0, issuer: provider.issuer, clientId: CLIENT.client_id, clientSecret: CLIENT.client_secret, resource, publicUrl: () => world.url,
});
const app = await appFor(BECKON);
// An app that hands over the token of its own API by mistake.
const mistaken = await appFor(PLANNER);
provider.serve({ ...CLIENT, redirect_uris: [app.callback, mistaken.callback] });

// The discovery document names the keys, so JWT_JWKS_URL is unset. The demo needs tokens of the local
// issuer.
started({
  JWT_ISSUER: provider.issuer, JWT_AUDIENCE: AUDIENCES[BECKON], JWT_JWKS_URL: "", JWT_TYPE: "at+jwt",
  SIGN_IN_URL: app.signInUrl, SIGN_UP_URL: `${app.signInUrl}?from=sign-up`, APP_URL: app.url,
}, ["--no-demo"]);
after(() => { for (const server of [app, mistaken, provider]) server.close(); });

let people = 0;

// Returns the name at the provider of a person whom nobody else uses.
function newPerson(name) {
  const id = `person-${(people += 1)}`;
  provider.people.set(id, { name, email: `${id}@example.com`, email_verified: true });
  return id;
}

const addressOf = (id) => provider.people.get(id).email;

// Signs in on the provider's page.
async function signInAs(page, id) {
  await page.waitForURL((url) => url.href.startsWith(`${provider.issuer}/login/`));
  await page.getByLabel("Name").fill(id);
  await button(page, "Sign in").click();
}

// Returns the access token of a person who signs in at the console.
async function tokenOf(id) {
  let token = null;
  await story(null, async (page) => {
    await page.goto(`${world.url}/console`);
    await button(page, "Sign in").click();
    await signInAs(page, id);
    await button(page, "Sign out").waitFor();
    assert.ok(!page.url().includes("access_token"), page.url());
    token = await page.evaluate(() => sessionStorage.getItem("beckon.console.token"));
  });
  return token;
}

const GROUP = "q1";
let token = null;

// Returns the owner's access token. The first call makes the group.
async function grace() {
  if (!token) {
    token = await tokenOf(newPerson("Grace Hopper"));
    await post("/v1/groups", { id: GROUP, name: "Q1 Planning" }, token);
  }
  return token;
}

// Invites the person, and returns the link in the mail.
async function mailedLink(id, body = {}) {
  await post(`/v1/groups/${GROUP}/invites`, { email: addressOf(id), roles: ["editor"], ...body }, await grace());
  let found = null;
  await eventually("the mail", async () => {
    const { messages } = await get("/local/inbox");
    const mail = messages.find(({ to }) => to.includes(addressOf(id)));
    found = mail && /http:\/\/\S+\/i\/bkn_\w+/.exec(mail.text);
    return Boolean(found);
  });
  return found[0];
}

async function accepts(page) {
  await button(page, "Accept and join Q1 Planning").click();
  await see(page, "You’re in Q1 Planning");
}

const isMember = async (id) => (await get(`/v1/groups/${GROUP}/members`, await grace())).data.some(({ user_id }) => user_id === id);

test("the provider's tokens are JWTs as the contract asks", async () => {
  const [header, claims] = (await grace()).split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));
  assert.deepEqual([header.alg, header.typ], ["RS256", "at+jwt"]);
  assert.equal(claims.iss, provider.issuer);
  assert.equal(claims.aud, AUDIENCES[BECKON]);
  assert.equal(claims.email_verified, true);
});

test("an invitee signs in at the provider, accepts, and lands in the app", () => story(null, async (page) => {
  const ada = newPerson("Ada Lovelace");
  await page.goto(await mailedLink(ada, { redirect_url: "/boards/q1" }));
  await see(page, "Grace Hopper invited you to Q1 Planning");
  await link(page, "Sign in to accept").click();
  await signInAs(page, ada);
  await see(page, addressOf(ada));
  assert.ok(!page.url().includes("access_token"), page.url());
  await accepts(page);
  assert.ok(await isMember(ada));
  await link(page, "Open Q1 Planning").click();
  await see(page, "Welcome to Acme Planner.");
  assert.equal(page.url(), `${app.url}/boards/q1`);
}));

test("a sign-up hands over as the sign-in does", () => story(null, async (page) => {
  const ada = newPerson("Ada Lovelace");
  await page.goto(await mailedLink(ada));
  const address = new URL(await link(page, "New here? Create an account").getAttribute("href"));
  assert.equal(address.searchParams.get("from"), "sign-up");
  await link(page, "New here? Create an account").click();
  await signInAs(page, ada);
  await accepts(page);
}));

test("Switch account asks the provider for another account", () => story(null, async (page) => {
  const [ada, eve] = [newPerson("Ada Lovelace"), newPerson("Eve Moore")];
  provider.people.get(eve).email = "eve@work.test";
  const address = await mailedLink(ada);
  await page.goto(address);
  await link(page, "Sign in to accept").click();
  await signInAs(page, eve);
  await see(page, "This is for another address.");
  // The provider knows Eve, and returns her again until the page asks for another account.
  await page.goto(address);
  await link(page, "Sign in to accept").click();
  await see(page, "This is for another address.");
  const [asked] = await Promise.all([
    page.waitForRequest((request) => request.url().startsWith(app.signInUrl)),
    link(page, "Switch account").click(),
  ]);
  assert.equal(new URL(asked.url()).searchParams.get("prompt"), "select_account");
  await signInAs(page, ada);
  await accepts(page);
  assert.deepEqual([await isMember(ada), await isMember(eve)], [true, false]);
}));

test("a sign-in that is cancelled comes back, and can be repeated", () => story(null, async (page) => {
  const ada = newPerson("Ada Lovelace");
  await page.goto(await mailedLink(ada));
  await link(page, "Sign in to accept").click();
  const [returned] = await Promise.all([
    page.waitForResponse((response) => response.url().startsWith(app.callback)),
    button(page, "Cancel").click(),
  ]);
  assert.equal(returned.status(), 303);
  assert.match(returned.headers().location, /\/i\/opened#error=access_denied&state=[0-9a-f]{32}$/);
  await see(page, "You were not signed in. Please try again.");
  await link(page, "Sign in to accept").click();
  await signInAs(page, ada);
  await accepts(page);
}));

test("a token that expires while the person reads asks to sign in again", () => story(null, async (page) => {
  const ada = newPerson("Ada Lovelace");
  const address = await mailedLink(ada);
  provider.lifetime = 60;
  await page.goto(address);
  await link(page, "Sign in to accept").click();
  await signInAs(page, ada);
  await button(page, "Accept and join Q1 Planning").waitFor();
  provider.lifetime = 600;
  // The service's clock runs ahead of the provider's from here on, by less than the new lifetime.
  await post("/local/clock", { advance_seconds: 95 });
  await button(page, "Accept and join Q1 Planning").click();
  await see(page, "Your sign-in is no longer valid. Please sign in again.");
  assert.ok(!(await isMember(ada)));
  // The provider still knows Ada, so it sends her back at once.
  await link(page, "Sign in to accept").click();
  await accepts(page);
}));

test("an address that was verified meanwhile is accepted after another sign-in", () => story(null, async (page) => {
  const ada = newPerson("Ada Lovelace");
  provider.people.get(ada).email_verified = false;
  await page.goto(await mailedLink(ada));
  await link(page, "Sign in to accept").click();
  await signInAs(page, ada);
  await see(page, "Your address is not verified.");
  provider.people.get(ada).email_verified = true;
  const [asked] = await Promise.all([
    page.waitForRequest((request) => request.url().startsWith(provider.issuer)),
    link(page, "Sign in again").click(),
  ]);
  assert.equal(new URL(asked.url()).searchParams.get("login_hint"), addressOf(ada));
  await accepts(page);
}));

test("a browser that stores nothing carries its link through the provider", () => story(() => {
  const blocked = { get() { throw new DOMException("blocked", "SecurityError"); } };
  Object.defineProperty(window, "localStorage", blocked);
  Object.defineProperty(window, "sessionStorage", blocked);
}, async (page) => {
  const ada = newPerson("Ada Lovelace");
  await page.goto(await mailedLink(ada));
  await link(page, "Sign in to accept").click();
  await signInAs(page, ada);
  await button(page, "Continue as Ada Lovelace").click();
  await accepts(page);
}));

test("the app returns a state of 4,200 characters, and only to a registered address", () => story(null, async (page) => {
  const state = "a+b/c= &".repeat(525);
  const asked = (redirect_uri) => `${app.signInUrl}?${new URLSearchParams({ redirect_uri, state })}`;
  await page.goto(asked(`${world.url}/i/opened`));
  const returned = page.waitForResponse((response) => response.url().startsWith(app.callback));
  await signInAs(page, newPerson("Ada Lovelace"));
  const location = (await returned).headers().location;
  assert.equal(new URLSearchParams(location.split("#")[1]).get("state"), state);
  assert.equal((await returned).headers()["cache-control"], "no-store");
  for (const address of [`${world.url}/i/opened/`, `${world.url}/i/opened?x=1`, `${world.url}/i/openedx`, "https://evil.test/i/opened", ""]) {
    assert.equal((await page.goto(asked(address))).status(), 400, address);
  }
}));

test("a sign-in that began in another browser does not end in this one", () => story(null, async (page) => {
  const begun = await fetch(`${app.signInUrl}?redirect_uri=${world.url}/i/opened&state=x`, { redirect: "manual" });
  await page.goto(begun.headers.get("location"));
  await signInAs(page, newPerson("Ada Lovelace"));
  await see(page, /This sign-in did not begin here/);
  assert.ok(page.url().startsWith(app.callback), page.url());
}));

test("a token for another API of the provider signs nobody in", () => story(null, async (page) => {
  await page.goto(`${mistaken.signInUrl}?redirect_uri=${world.url}/i/opened&state=x`);
  await signInAs(page, newPerson("Ada Lovelace"));
  await button(page, "Continue as Ada Lovelace").click();
  await see(page, "Your sign-in is no longer valid. Please sign in again.");
}));
