// The main story of the native API, with a client that nobody wrote: a group, an invite, its preview,
// its acceptance, the members, and an error by its code. Every field and code below is checked by the
// compiler against the types from /openapi.json.
import createClient from "openapi-fetch";
import type { components, paths } from "./beckon.mjs";

type Problem = components["schemas"]["Problem"];

const { URL: baseUrl, OWNER, INVITEE } = (globalThis as any).process.env as Record<string, string>;

const client = (token?: string) =>
  createClient<paths>({ baseUrl, headers: token ? { authorization: `Bearer ${token}` } : {} });
const owner = client(OWNER), invitee = client(INVITEE), nobody = client();

function expect<T>(what: string, found: T, wanted: T): void {
  if (found !== wanted) throw new Error(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

function done<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

// What an app does with each reason. The compiler knows every code.
function advice(problem: Problem): string {
  switch (problem.code) {
    case "invite_already_pending":
      return `look at the invite ${problem.invite_id}`;
    case "invalid_body":
      return (problem.errors ?? []).map((error) => `${error.pointer}: ${error.code}`).join();
    default:
      return problem.title;
  }
}

const group = done(await owner.POST("/v1/groups", { body: { name: "Story", type: "private" } }));
const path = { group: group.id };

const made = done(await owner.POST("/v1/groups/{group}/invites", {
  params: { path },
  body: { email: "ada@example.com", roles: ["editor"], message: "Join us." },
}));
// The answer to many invites has results, and only a new invite has its token.
if ("results" in made || !("token" in made)) throw new Error("no new invite");
expect("the state", made.state, "pending");

const again = await owner.POST("/v1/groups/{group}/invites", { params: { path }, body: { email: "ada@example.com" } });
if (again.error === undefined) throw new Error("the same person was invited twice");
expect("the advice", advice(again.error), `look at the invite ${made.id}`);

const preview = done(await nobody.POST("/v1/invites/preview", { body: { token: made.token } }));
expect("the group's name", preview.group.name, "Story");
expect("acceptable", preview.acceptable, true);

const refused = await nobody.POST("/v1/invites/accept", { body: { token: made.token } });
expect("an accept without sign-in", refused.error?.code, "unauthenticated");

const accepted = done(await invitee.POST("/v1/invites/accept", { body: { token: made.token } }));
expect("the role", accepted.membership.roles[0], "editor");

const members = done(await owner.GET("/v1/groups/{group}/members", { params: { path, query: { limit: 10 } } }));
expect("the members", members.data.length, 2);

const wrong = await owner.PATCH("/v1/groups/{group}", { params: { path }, body: { name: "" } });
expect("a wrong name", wrong.error && advice(wrong.error), "/name: blank");

const invites = done(await owner.GET("/v1/groups/{group}/invites", { params: { path, query: { state: ["accepted"] } } }));
if (typeof invites === "string") throw new Error("the list is CSV");
expect("the accepted invites", invites.data.map((invite) => invite.id).join(), made.id);
console.log("the generated TypeScript client tells the main story");
