// Tests oodestiny against the local service. It has no option for the base URL, so its requests to
// www.bungie.net go to the service instead.
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";

const { URL: base, TOKEN: token } = process.env;
https.request = (url, options) => http.request(String(url).replace("https://www.bungie.net", base), options);

const { BungieClient, configure } = await import("oodestiny");
configure("any-key", "0", "no-secret");
const [groupId, membershipId, membershipType] = ["3773", "4611686018467284386", 3];
const { GroupV2 } = new BungieClient(token);
const account = { groupId, membershipId, membershipType };
const invite = () => GroupV2.IndividualGroupInvite(account, { message: "Join us" });
const cancel = () => GroupV2.IndividualGroupInviteCancel(account);
const refused = async (call, name) => {
  const answer = await call.catch((error) => error);
  assert.equal(answer.ErrorStatus ?? answer.Response?.ErrorStatus, name, JSON.stringify(answer));
};

assert.equal((await invite()).Response.resolution, 0);
await refused(invite(), "InvitationAlreadyPending");
const potential = await GroupV2.GetPotentialGroupsForMember({ membershipId, membershipType, filter: 2, groupType: 0 });
assert.deepEqual(potential.Response.results.map((found) => found.group.groupId), [groupId]);
const invited = await GroupV2.GetInvitedIndividuals({ groupId, currentpage: 1 });
assert.deepEqual(invited.Response.results.map((found) => found.destinyUserInfo.membershipId), [membershipId]);
assert.equal((await cancel()).Response.resolution, 3);
await refused(cancel(), "InvitationNotFound");
console.log("oodestiny passed");
