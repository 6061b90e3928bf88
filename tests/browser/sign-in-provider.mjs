// An OpenID Connect provider for the tests: oidc-provider with access tokens that are JWTs (RS256)
// for two APIs, and a login page that takes any name that it knows.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { Provider, errors } from "oidc-provider";

// The APIs that the provider makes access tokens for, each with its audience: Beckon, and another one.
export const BECKON = "https://invites.example.com/";
export const PLANNER = "https://planner.example.com/";
export const AUDIENCES = { [BECKON]: "beckon", [PLANNER]: "planner" };
const LOGIN = "/login/";

const signingKey = () => ({ ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }), kid: "1", alg: "RS256", use: "sig" });
const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0)};`);

const loginPage = (uid, hint) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title><h1>Sign in</h1>
<form method="post" action="${LOGIN}${escaped(uid)}"><label>Name <input name="login" value="${escaped(hint ?? "")}"></label>
<button>Sign in</button> <button name="cancel" value="1">Cancel</button></form></html>`;

// Returns the fields of a form.
async function form(request) {
  let body = "";
  for await (const part of request) body += part;
  return new URLSearchParams(body);
}

// Listens on a free port. The provider comes later, because it knows its own address and the app's.
export async function startProvider() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  // The people who can sign in, by name, and the lifetime of the next access tokens in seconds.
  const login = { issuer: `http://127.0.0.1:${server.address().port}`, people: new Map(), lifetime: 600, close: () => server.close() };
  // Serves the client with this address for its answers.
  login.serve = (client) => {
    const provider = new Provider(login.issuer, configuration(login, client));
    const others = provider.callback();
    server.on("request", (request, response) => {
      if (!request.url.startsWith(LOGIN)) return others(request, response);
      signIn(provider, login, request, response).catch((error) => {
        console.error(error.message);
        response.writeHead(500).end();
      });
    });
  };
  return login;
}

// Shows the login page, or finishes the login.
async function signIn(provider, login, request, response) {
  const { uid, params } = await provider.interactionDetails(request, response);
  const fields = request.method === "POST" ? await form(request) : null;
  if (!fields || !(fields.has("cancel") || login.people.has(fields.get("login")))) {
    return response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(loginPage(uid, params.login_hint));
  }
  const result = fields.has("cancel") ? { error: "access_denied", error_description: "The person cancelled." } : { login: { accountId: fields.get("login") } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

function configuration(login, client) {
  const claimsOf = (id) => ({ sub: id, ...login.people.get(id) });
  return {
    clients: [{ ...client, response_types: ["code"], grant_types: ["authorization_code"] }],
    jwks: { keys: [signingKey()] },
    cookies: { keys: ["a key that protects nothing"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    pkce: { required: () => true },
    interactions: { url: (_, { uid }) => LOGIN + uid },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_, resource) {
          if (!AUDIENCES[resource]) throw new errors.InvalidTarget();
          return { scope: "", audience: AUDIENCES[resource], accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } };
        },
      },
    },
    ttl: { AccessToken: () => login.lifetime, Session: 3600, Grant: 3600, Interaction: 3600, AuthorizationCode: 60, IdToken: 600 },
    findAccount: (_, id) => (login.people.has(id) ? { accountId: id, claims: () => claimsOf(id) } : undefined),
    // What docs/operations.md#your-issuer asks of access tokens.
    extraTokenClaims(_, { accountId }) {
      const { email, email_verified, name } = claimsOf(accountId);
      return { email, email_verified, name };
    },
    // The app is the provider's own, so nobody is asked for consent.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid email profile");
      for (const resource of Object.keys(AUDIENCES)) grant.addResourceScope(resource, "");
      await grant.save();
      return grant;
    },
  };
}
