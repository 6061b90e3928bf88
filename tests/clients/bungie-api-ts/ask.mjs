// Calls the service through bungie-api-ts's own functions and prints each answer as a constant of
// its expected type. The answer is a literal, so the compiler rejects missing fields, fields of the
// wrong type and unknown fields.
import {
  getInvitedIndividuals,
  getPotentialGroupsForMember,
  individualGroupInvite,
  individualGroupInviteCancel,
} from "bungie-api-ts/groupv2";

const { URL: base, TOKEN: token } = process.env;
const groupId = "3773";
// The second account belongs to a demo user in the directory.
const [stranger, known] = ["4611686018467284386", "4611686018429783292"];

// bungie-api-ts leaves the base URL and the sending of requests to its caller.
async function http({ method, url, params, body }) {
  const target = new URL(url.replace("https://www.bungie.net", base));
  for (const [name, value] of Object.entries(params ?? {})) target.searchParams.set(name, value);
  const headers = { "X-API-Key": "any-key", Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const answer = await fetch(target, { method, headers, body: body && JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(json.ErrorStatus), { json });
  return json;
}

const native = async (invitee) => {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const answer = await fetch(`${base}/v1/groups/${groupId}/invites`, { method: "POST", headers, body: JSON.stringify(invitee) });
  if (!answer.ok) throw new Error(await answer.text());
};

const account = (membershipId) => ({ groupId, membershipId, membershipType: 3 });
const potential = (membershipId) => getPotentialGroupsForMember(http, { membershipType: 3, membershipId, filter: 2, groupType: 0 });
const failure = (call) => call.then(() => { throw new Error("the call was not refused"); }, (error) => error.json);

const answers = [];
const keep = (type, answer) => answers.push([type, answer]);

keep("ServerResponse<GroupApplicationResponse>", await individualGroupInvite(http, account(stranger), { message: "Join us" }));
keep("ServerResponse<GroupApplicationResponse>", await individualGroupInvite(http, account(known), { message: "" }));
await native({ email: "ada@example.com", notify: false });
await native({ user_id: "user_vgzrk03xpenj6td8vwi9crh4" });
await native({ link: {} });
const invited = await getInvitedIndividuals(http, { groupId, currentpage: 1 });
if (invited.Response.totalResults !== 5) throw new Error(JSON.stringify(invited));
keep("ServerResponse<SearchResultOfGroupMemberApplication>", invited);
for (const id of [stranger, known]) {
  const found = await potential(id);
  if (found.Response.totalResults !== 1) throw new Error(JSON.stringify(found));
  keep("ServerResponse<GroupPotentialMembershipSearchResponse>", found);
}
const refused = await failure(individualGroupInvite(http, account(known), { message: "" }));
if (refused.ErrorStatus !== "InvitationAlreadyPending") throw new Error(JSON.stringify(refused));
keep("Omit<ServerResponse<never>, \"Response\">", refused);
keep("ServerResponse<GroupApplicationResponse>", await individualGroupInviteCancel(http, account(stranger)));

console.log(`import type {
  GroupApplicationResponse,
  GroupPotentialMembershipSearchResponse,
  SearchResultOfGroupMemberApplication,
  ServerResponse,
} from "bungie-api-ts/groupv2";
`);
answers.forEach(([type, answer], at) => console.log(`export const answer${at}: ${type} = ${JSON.stringify(answer, null, 2)};`));
