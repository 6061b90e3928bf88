// --- Members ---
function membersView(place, group) {
  const heading = el("h2", { class: "unseen" }, say("members.title"));
  const rows = el("div");
  const search = input({ type: "search", placeholder: say("members.search_hint"), "aria-label": say("members.search") });
  const none = el("p", { class: "hint", role: "status" });
  const drawMatches = () => {
    const wanted = search.value.trim().toLowerCase();
    let left = 0;
    for (const row of rows.querySelectorAll("tbody tr")) {
      row.hidden = !row.dataset.name.toLowerCase().includes(wanted);
      if (!row.hidden) left += 1;
    }
    none.textContent = left === 0 ? say("members.none") : "";
  };
  search.addEventListener("input", drawMatches);
  place.replaceChildren(heading, el("section", { class: "panel" }, el("div", { class: "bar" }, search), none, rows));
  fill(rows, async () => {
    const path = groupPath(group.id, "/members");
    // Which claim of the token is the user id is a setting of the service, so the service is asked.
    const [page, me] = await Promise.all([list(path, {}), call("GET", "/v1/me")]);
    session.id = me.data.id;
    const columns = ["members.person", "role.label", "members.joined", "members.ends"].map((id) => ({ title: say(id) }));
    const all = table(say("members.title"), [...columns, { title: say("members.acts"), hidden: true }], page.rows.map((member) => memberRow(group, member)));
    const add = (members) => {
      all.tBodies[0].append(...members.map((member) => memberRow(group, member)));
      drawMatches();
    };
    return [all, moreButton(page.cursor, (cursor) => list(path, { cursor }), add)];
  });
}

function memberRow(group, member) {
  const name = member.name || member.user_id;
  const own = member.user_id === session.id;
  const row = el("tr", { role: "row", "data-row": member.user_id, "data-name": name });
  const path = pathOf`/v1/groups/${group.id}/members/${member.user_id}`;
  const change = () => changeMember(path, member, name, (changed) => {
    row.replaceWith(memberRow(group, changed));
    tell(say("members.changed", { name }));
  });
  const remove = () => removeMember(path, name, own, () => {
    if (own) return location.assign("#/groups");
    row.remove();
    return tell(say("members.removed", { name }));
  });
  row.append(
    cell("who", say("members.person"), avatar(name), el("span", null, el("b", null, name), own && el("small", null, say("members.you")))),
    cell("role", say("role.label"), rolesInWords(member.roles)),
    cell("time", say("members.joined"), el("time", { datetime: member.joined_at }, dayInWords(member.joined_at))),
    cell("time", say("members.ends"), member.expires_at ? el("time", { datetime: member.expires_at, title: momentInWords(member.expires_at) }, nearInWords(member.expires_at)) : say("members.for_ever")),
    cell("acts", say("members.acts"),
      button(say("members.change"), change, { label: say("members.change_of", { name }) }),
      button(own ? say("members.leave") : say("members.remove"), remove, { label: own ? null : say("members.remove_of", { name }) })));
  return row;
}

function changeMember(path, member, name, changed) {
  const role = roleField(member.roles);
  askInDialog({
    title: say("members.change_of", { name }), content: [role], submit: say("save"),
    act: async () => changed((await call("PATCH", path, { json: { roles: role.roles() } })).data),
  });
}

function removeMember(path, name, own, removed) {
  askInDialog({
    title: own ? say("members.leave_title") : say("members.remove_title", { name }),
    text: own ? say("members.leave_text") : say("members.remove_text", { name }),
    submit: own ? say("members.leave") : say("members.remove"), danger: true,
    act: async () => {
      await call("DELETE", path);
      removed();
    },
  });
}
