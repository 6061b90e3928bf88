// --- Places: `#/groups/<id>/<tab>?<filters>`, so that reload and back work ---
const TABS = ["members", "invites", "rules", "history"];

// Returns the place of the address.
function placeNow() {
  const [path, query = ""] = location.hash.replace(/^#/, "").split("?");
  const parts = path.split("/").filter(Boolean).map((part) => stored(() => decodeURIComponent(part)) || "");
  const [top, group, tab = "invites"] = parts;
  return { top: top || "groups", group: group || null, tab, query: new URLSearchParams(query) };
}

function placeOf(group, tab, query = "") {
  return `#/groups/${encodeURIComponent(group)}/${tab}${query}`;
}

// Changes the filters of the address without a new entry in the history, and without loading.
function keepQuery(values) {
  const { group, tab } = placeNow();
  history.replaceState(null, "", placeOf(group, tab, queryOf(values)));
}

function brand() {
  return el("p", { class: "brand" }, el("span", { class: "logo", "aria-hidden": "true" }, initials(app.dataset.app)[0]), app.dataset.app);
}

// Returns the frame of every view: head, content and what is told.
function frame(...content) {
  const skip = el("a", { class: "skip", href: "#content", click: (event) => { event.preventDefault(); document.getElementById("content").focus(); } }, say("skip"));
  const out = button(say("sign_in.out"), signOut, { kind: "quiet" });
  const who = el("span", { class: "account" }, session.name);
  who.title = say("sign_in.as", { name: session.name });
  return [
    skip,
    el("header", { class: "top" }, el("a", { class: "home", href: "#/groups" }, brand()), who, out),
    el("p", { class: "offline note warn", id: "offline", role: "status", hidden: navigator.onLine }, say("offline")),
    el("main", { id: "content", tabindex: "-1" }, ...content),
  ];
}

// Shows the view of the address. `moved` moves the focus to its heading, as a new page does.
async function show(moved = false) {
  const place = placeNow();
  let heading;
  if (!session.token) heading = signInView();
  else if (place.top !== "groups") heading = showUnknown();
  else if (!place.group) heading = groupsView();
  else heading = await groupView(place);
  if (moved && heading) heading.focus();
}

function titled(view) {
  document.title = say("title", { view, app: app.dataset.app });
}

function showUnknown() {
  titled(say("page.not_found"));
  const heading = el("h1", { tabindex: "-1" }, say("page.not_found"));
  app.replaceChildren(...frame(heading, el("p", null, el("a", { href: "#/groups" }, say("groups.back")))));
  return heading;
}
