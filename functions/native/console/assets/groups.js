// --- The caller's groups, and the frame of one ---
function groupsView() {
  titled(say("groups.title"));
  const heading = el("h1", { tabindex: "-1" }, say("groups.title"));
  const place = el("div");
  app.replaceChildren(...frame(heading, place));
  fill(place, async () => {
    const { rows, cursor } = await list("/v1/groups", {});
    if (rows.length === 0) return emptyState(say("groups.empty_title"), say("groups.empty"));
    const all = el("ul", { class: "groups" }, ...rows.map(groupItem));
    return [all, moreButton(cursor, (cursor) => list("/v1/groups", { cursor }), (rows) => all.append(...rows.map(groupItem)))];
  });
  return heading;
}

function groupItem(group) {
  return el("li", null, el("a", { class: "panel group", href: placeOf(group.id, "invites") },
    avatar(group.name), el("span", { class: "grow" }, el("b", null, group.name), group.description && el("small", null, group.description)),
    group.policy.frozen && el("span", { class: "pill warn" }, say("groups.frozen")),
    el("small", null, say("groups.members", { count: group.member_count }))));
}

// Returns a button that loads the page behind the cursor, and gives its rows to `add`.
function moreButton(cursor, load, add) {
  const place = el("p", { class: "more" });
  const next = (cursor) => {
    place.replaceChildren();
    if (!cursor) return;
    const control = button(say("more"), () => busy(control, async () => {
      const page = await load(cursor);
      const focused = document.activeElement === control;
      add(page.rows);
      next(page.cursor);
      if (focused && place.firstChild) place.firstChild.focus();
    }));
    place.append(control);
  };
  next(cursor);
  return place;
}

// The group that was shown last. Its name stays while another tab loads.
let lastGroup = null;

// Shows a group: its head, its tabs, and the view of the tab. Returns its heading.
async function groupView({ group: id, tab, query }) {
  const heading = el("h1", { tabindex: "-1" }, lastGroup && lastGroup.id === id ? lastGroup.name : say("loading"));
  const head = el("div", { class: "head" }, heading);
  const place = el("div");
  app.replaceChildren(...frame(el("p", { class: "back" }, el("a", { href: "#/groups" }, "‹ ", say("groups.back"))), head, place));
  let group;
  try {
    group = (await call("GET", groupPath(id))).data;
  } catch (error) {
    if (!place.isConnected) return null;
    groupFailed(error, heading, place);
    return heading;
  }
  // The person may have left before the answer.
  if (!place.isConnected) return null;
  lastGroup = group;
  heading.textContent = group.name;
  head.append(el("span", { class: "chip" }, say("groups.members", { count: group.member_count })));
  if (tab !== "invite" && !TABS.includes(tab)) return showUnknown();
  if (tab === "invites") head.append(el("span", { class: "chip pending", hidden: true }), el("a", { class: "button primary", href: placeOf(id, "invite") }, say("invites.invite")));
  titled(`${say("tab." + (tab === "invite" ? "invites" : tab))} · ${group.name}`);
  const content = el("div", { class: "view" });
  place.replaceChildren(tabsOf(id, tab), group.policy.frozen ? note("warn", say("group.frozen")) : "", content);
  const views = { members: membersView, invites: invitesView, rules: rulesView, history: historyView, invite: inviteFormView };
  views[tab](content, group, query);
  return heading;
}

function groupFailed(error, heading, place) {
  const gone = error instanceof Refusal && error.status === 404;
  heading.textContent = gone ? say("group.not_found_title") : say("console");
  titled(heading.textContent);
  place.replaceChildren(gone ? el("p", null, say("group.not_found"))
    : note("bad", el("p", null, wordsOf(error)), button(say("retry"), () => show(true))));
}

function tabsOf(id, present) {
  const links = TABS.map((tab) => el("a", { href: placeOf(id, tab), "aria-current": (present === "invite" ? "invites" : present) === tab ? "page" : null }, say("tab." + tab)));
  return el("nav", { class: "tabs", "aria-label": say("tabs") }, ...links);
}
