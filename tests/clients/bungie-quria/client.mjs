// Tests quria against the local service. Its option HOST is the base URL.
import assert from "node:assert/strict";
import { Quria } from "quria";

const { URL: base, TOKEN: access_token } = process.env;
const [group, account, steam] = ["3773", "4611686018467284386", 3];
const quria = new Quria({ HOST: base, API_KEY: "any-key", CLIENT_ID: "0" });
const { groupv2 } = quria;
const invite = (tokens) => groupv2.IndividualGroupInvite(group, account, steam, "Join us", tokens);
const cancel = () => groupv2.IndividualGroupInviteCancel(group, account, steam, { access_token });
const succeeded = (answer) => {
  assert.equal(answer.ErrorCode, 1, JSON.stringify(answer));
  assert.equal(answer.ErrorStatus, "Success");
  return answer.Response;
};

assert.equal(succeeded(await invite({ access_token })).resolution, 0);
assert.equal((await invite({ access_token })).ErrorStatus, "InvitationAlreadyPending");
assert.equal((await invite()).ErrorStatus, "WebAuthRequired");
const potential = succeeded(await groupv2.GetPotentialGroupsForMember(2, 0, account, steam));
assert.deepEqual(potential.results.map((found) => found.group.groupId), [group]);
assert.equal(potential.results[0].group.features.invitePermissionOverride, true);
const invited = succeeded(await groupv2.GetInvitedIndividuals(1, group, { access_token }));
assert.deepEqual(invited.results.map((found) => found.destinyUserInfo.membershipId), [account]);
assert.equal(succeeded(await cancel()).resolution, 3);
assert.equal((await cancel()).ErrorStatus, "InvitationNotFound");
console.log("quria passed");
