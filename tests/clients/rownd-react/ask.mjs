// Calls the rownd API and prints its answers as constants of the types in @rownd/react. The
// package gives its types no names, so they are taken from its hook.
import assert from "node:assert/strict";

const { URL: base, OWNER: owner, VERA: vera } = process.env;
const group = "group_zjca79svvbqfeilwr8httcal";

async function ask(token, method, path, body) {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const answer = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text && JSON.parse(text);
}

const answers = [];
const keep = (type, answer) => answers.push([type, answer]);
const members = async () => (await ask(owner, "GET", `/me/groups/${group}/members`)).results;

keep("UserGroup", await ask(owner, "POST", "/me/groups", { name: "Mine", admission_policy: "open", meta: { a: 1 } }));
keep("UserGroup", await ask(owner, "GET", `/me/groups/${group}`));
keep("UserGroup", await ask(owner, "PUT", `/me/groups/${group}`, { name: "Editors" }));
const invites = [
  { roles: ["editor"], email: "randy@foo.com" },
  { roles: ["editor"], phone: 19199993333 },
  { roles: ["viewer"], user_id: "user_vgzrk03xpenj6td8vwi9crh4", redirect_url: "/somewhere/on/my/site#" },
];
for (const invite of invites) {
  const { link, invitation } = await ask(owner, "POST", `/me/groups/${group}/invites`, invite);
  assert.ok(link.startsWith(`${base}/i/`), link);
  if (invite.user_id) {
    const accepted = await ask(vera, "POST", `/me/groups/${group}/invites/${invitation.id}/accept`, {});
    assert.equal(accepted.accepted_by, invite.user_id);
    keep("Group", accepted.group);
  }
}
await ask(owner, "POST", `/me/groups/${group}/members`, { user_id: "user_mni5316glfgwtgljboxrv2it", roles: ["viewer"] });
const list = await members();
assert.deepEqual(list.map((member) => member.state).sort(), ["active", "active", "active", "invite_pending", "invite_pending"]);
assert.equal(list.find((member) => member.user_id === "user_vgzrk03xpenj6td8vwi9crh4").invited_by, "user_t6ftnnmw55pamuhfo9xvw0yl");
keep("Members", list);
for (const member of list) keep("Member", await ask(owner, "GET", `/me/groups/${group}/members/${member.id}`));
keep("UserGroup[]", (await ask(vera, "GET", "/me/groups")).results);

console.log(`import type { useRownd } from "@rownd/react";

type UserGroup = ReturnType<typeof useRownd>["user"]["groups"][number];
type Group = UserGroup["group"];
type Member = UserGroup["member"];
type Members = Member[];
`);
// The types lack keys that Rownd's specification has, so each answer is a variable of its own first.
answers.forEach(([type, answer], at) => {
  console.log(`const value${at} = ${JSON.stringify(answer, null, 2)};\nexport const answer${at}: ${type} = value${at};`);
});
