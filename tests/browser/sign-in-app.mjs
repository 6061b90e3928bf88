// An app that signs people in with an OpenID Connect provider and hands them over to Beckon, as
// docs/sign-in.md says: the authorization code flow with PKCE, on the app's server. It stands for
// yours, and needs nothing but Node.
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";

const SIGN_IN = "/invitations/sign-in";
const CALLBACK = "/invitations/callback";
const COOKIE = "beckon_sign_in";
// The time that a person has for signing in, in milliseconds.
const SIGN_IN_LASTS = 3600000;

const random = () => randomBytes(32).toString("base64url");

// Starts the app on the port. `issuer`, `clientId` and `clientSecret` are those of the provider, and
// `resource` names Beckon there, so that the access token has Beckon's audience. `publicUrl` returns
// Beckon's PUBLIC_URL.
export async function startApp({ port, ...settings }) {
  // `begun` has the sign-ins that have begun, by the `state` that the provider gets. The `state` of
  // Beckon's page can have 4,200 characters, so it stays here. Several processes need a shared store.
  const app = { ...settings, url: "", provider: null, begun: new Map() };
  const server = createServer((request, response) => respond(app, request, response).catch((error) => {
    console.error(error.message);
    answer(response, 502, "Signing in did not work. Open the invitation again.");
  }));
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  app.url = `http://127.0.0.1:${server.address().port}`;
  return { url: app.url, signInUrl: app.url + SIGN_IN, callback: app.url + CALLBACK, close: () => server.close() };
}

async function respond(app, request, response) {
  const { pathname, searchParams } = new URL(request.url, app.url);
  if (pathname === SIGN_IN) return signIn(app, searchParams, response);
  if (pathname === CALLBACK) return finish(app, searchParams, request.headers.cookie ?? "", response);
  return answer(response, 200, "Welcome to Acme Planner.");
}

// Returns the registered address that is equal to this one.
function registered({ publicUrl }, address) {
  return [`${publicUrl()}/i/opened`, `${publicUrl()}/console`].find((known) => known === address);
}

// Returns the provider's endpoints.
async function discovered(app) {
  if (!app.provider) {
    const found = await fetch(`${app.issuer}/.well-known/openid-configuration`);
    if (!found.ok) throw new Error(`the provider answers ${found.status}`);
    app.provider = await found.json();
  }
  return app.provider;
}

// Sends the person to the provider.
async function signIn(app, asked, response) {
  const { begun, clientId, resource } = app;
  const back = registered(app, asked.get("redirect_uri"));
  if (!back) return answer(response, 400, "This redirect_uri is not registered.");
  const [state, verifier, browser] = [random(), random(), random()];
  begun.set(state, { back, verifier, browser, returned: asked.get("state") ?? "", until: Date.now() + SIGN_IN_LASTS });
  for (const [old, { until }] of begun) if (until < Date.now()) begun.delete(old);
  const query = new URLSearchParams({
    response_type: "code", client_id: clientId, redirect_uri: app.url + CALLBACK, scope: "openid email profile", resource, state,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256",
  });
  // Providers differ in what they make of `select_account`. `login` never returns the same account at once.
  if (asked.get("prompt") === "select_account") query.set("prompt", "login");
  if (asked.has("login_hint")) query.set("login_hint", asked.get("login_hint"));
  // Only this browser can finish the sign-in that it began. An app with https adds `Secure`.
  const cookie = `${COOKIE}_${state}=${browser}; HttpOnly; SameSite=Lax; Path=${CALLBACK}; Max-Age=${SIGN_IN_LASTS / 1000}`;
  redirect(response, `${(await discovered(app)).authorization_endpoint}?${query}`, { "set-cookie": cookie });
}

// Takes the person back from the provider, and hands them over to Beckon.
async function finish(app, asked, cookies, response) {
  const state = asked.get("state") ?? "";
  const entry = app.begun.get(state);
  const isSameBrowser = entry && cookies.split("; ").includes(`${COOKIE}_${state}=${entry.browser}`);
  // Not every provider names itself (RFC 9207).
  const isOtherProvider = asked.has("iss") && asked.get("iss") !== app.issuer;
  if (!isSameBrowser || isOtherProvider || entry.until < Date.now()) {
    return answer(response, 400, "This sign-in did not begin here, or it took too long. Open the invitation again.");
  }
  app.begun.delete(state);
  const token = asked.has("code") ? await exchanged(app, asked.get("code"), entry.verifier) : null;
  const outcome = token ? { access_token: token } : { error: asked.get("error") ?? "server_error" };
  redirect(response, `${entry.back}#${new URLSearchParams({ ...outcome, state: entry.returned })}`);
}

// Returns the access token for the code, or null if the provider refuses it.
async function exchanged(app, code, verifier) {
  const secret = [app.clientId, app.clientSecret].map(encodeURIComponent).join(":");
  const granted = await fetch((await discovered(app)).token_endpoint, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(secret).toString("base64")}` },
    body: new URLSearchParams({
      grant_type: "authorization_code", code, redirect_uri: app.url + CALLBACK, code_verifier: verifier, resource: app.resource,
    }),
  });
  if (granted.ok) return (await granted.json()).access_token;
  console.error(`the provider refused a code: ${granted.status}`);
  return null;
}

// The token is in the address, so nothing may keep the answer, and it is no page.
function redirect(response, location, headers = {}) {
  response.writeHead(303, { location, "cache-control": "no-store", "referrer-policy": "no-referrer", ...headers }).end();
}

function answer(response, status, text) {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" }).end(text);
}
