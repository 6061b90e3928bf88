// --- Invites: search, filters, rows, selection ---
// Links have a section of their own.
const PEOPLE_KINDS = "user,email,phone,account,person";
const MAIL_FILTERS = {
  problem: "bounced,complained,failed,suppressed", waiting: "queued,sent,delayed", delivered: "delivered", none: "not_requested",
};
const STATES = ["pending", "accepted", "declined", "revoked", "expired"];
const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;".]+$/;

function invitesView(place, group, query) {
  const funnel = el("div", { class: "funnel-place" });
  const list = el("section", { class: "panel", "aria-labelledby": "invites-title" });
  const links = el("section", { class: "panel", "aria-labelledby": "links-title" });
  place.replaceChildren(funnel, list, links);
  showFunnel(funnel, group);
  showInvites(list, group, query);
  linksView(links, group);
}

function showInvites(place, group, query) {
  const filters = {
    state: STATES.includes(query.get("state")) ? query.get("state") : "",
    mail: query.get("mail") in MAIL_FILTERS ? query.get("mail") : "",
    search: query.get("search") || "",
  };
  const invites = {
    group, filters, rows: [], selected: new Set(), results: new Map(), exact: "", pending: null,
    select: (id, on) => { on ? invites.selected.add(id) : invites.selected.delete(id); drawRow(invites, id); drawSelection(invites); },
    changed: (before, now) => changedInvite(invites, before, now),
    failed: (id, text) => { invites.results.set(id, { ok: false, text }); drawRow(invites, id); },
  };
  invites.body = el("div", { class: "rows" });
  invites.count = el("p", { class: "hint", role: "status" });
  invites.selection = el("div", { class: "selection", role: "region", "aria-label": say("invites.select"), hidden: true });
  place.replaceChildren(el("h2", { class: "unseen", id: "invites-title" }, say("invites.title")), toolbar(invites), invites.selection, invites.count, invites.body);
  loadInvites(invites);
}

// Returns the query of the API for the filters.
function apiFilters({ filters, exact }) {
  if (exact) return { email: exact };
  return { kind: PEOPLE_KINDS, state: filters.state, delivery: filters.mail && MAIL_FILTERS[filters.mail] };
}

function toolbar(invites) {
  const { filters } = invites;
  const search = input({ type: "search", placeholder: say("invites.search_hint"), "aria-label": say("invites.search"), value: filters.search, spellcheck: "false", autocapitalize: "off" });
  const states = choice([["", say("invites.any_state")], ...STATES.map((state) => [state, say("state." + state)])], filters.state, { "aria-label": say("invites.state") });
  const mails = choice([["", say("invites.any_mail")], ...Object.keys(MAIL_FILTERS).map((mail) => [mail, say("invites.mail_" + mail)])], filters.mail, { "aria-label": say("invites.mail") });
  const csv = button(say("invites.export"), () => busy(csv, () => exportInvites(invites)));
  const reload = () => {
    Object.assign(filters, { state: states.value, mail: mails.value });
    keepQuery(filters);
    return loadInvites(invites);
  };
  states.addEventListener("change", reload);
  mails.addEventListener("change", reload);
  search.addEventListener("input", () => {
    filters.search = search.value.trim();
    keepQuery(filters);
    if (invites.exact) return loadInvites(invites);
    return drawMatches(invites);
  });
  invites.clear = () => {
    search.value = states.value = mails.value = filters.search = "";
    search.focus();
    reload();
  };
  const form = el("form", { class: "bar", role: "search" }, search, states, mails, csv);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (ADDRESS.test(filters.search)) loadInvites(invites, filters.search);
  });
  return form;
}

// Loads the first page of the filters, or the invite of exactly one address.
function loadInvites(invites, exact = "") {
  Object.assign(invites, { exact, rows: [], tbody: null, all: null });
  invites.selected.clear();
  invites.results.clear();
  invites.count.textContent = "";
  drawSelection(invites);
  return fill(invites.body, async (present) => {
    let page;
    try {
      page = await listSome(groupPath(invites.group.id, "/invites"), apiFilters(invites));
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 403) throw error;
      if (!present()) return null;
      // Without the right there is nothing to search, to filter or to make.
      for (const control of document.querySelectorAll(".bar, .head > .button")) control.hidden = true;
      return emptyState(say("invites.forbidden_title"), say("invites.forbidden"));
    }
    if (!present()) return null;
    invites.rows = page.rows;
    countPending(invites, page);
    return drawInvites(invites, page.cursor);
  });
}

// Returns the table of the rows, or why there are none.
function drawInvites(invites, cursor) {
  const { filters } = invites;
  if (invites.rows.length === 0 && !cursor) {
    if (filters.state || filters.mail || invites.exact) return emptyState(say("invites.no_match_title"), say("invites.no_match"), button(say("invites.clear"), invites.clear));
    return emptyState(say("invites.empty_title"), say("invites.empty"), el("a", { class: "button primary", href: placeOf(invites.group.id, "invite") }, say("invites.invite")));
  }
  const all = el("input", { type: "checkbox", "aria-label": say("invites.select_all"), change: () => selectAll(invites, all.checked) });
  invites.all = all;
  const columns = [
    { title: say("invites.select"), content: all }, ...["invites.person", "invites.role", "invites.state", "invites.ends"].map((id) => ({ title: say(id) })),
    { title: say("invites.acts"), hidden: true },
  ];
  const content = table(say("invites.title"), columns, invites.rows.map((invite) => inviteRow(invites, invite)));
  const { rows } = invites;
  const tbody = content.tBodies[0];
  invites.tbody = tbody;
  const path = groupPath(invites.group.id, "/invites");
  const values = apiFilters(invites);
  const more = moreButton(cursor, (cursor) => listSome(path, { ...values, cursor }), (others) => {
    // Other filters have other rows by now.
    if (invites.tbody !== tbody) return;
    rows.push(...others);
    tbody.append(...others.map((invite) => inviteRow(invites, invite)));
    drawMatches(invites);
    drawSelection(invites);
  });
  drawMatches(invites);
  return [content, more];
}

const rowOf = (invites, id) => invites.tbody && invites.tbody.querySelector(`[data-row="${CSS.escape(id)}"]`);

// Shows the loaded rows that the search matches, and how many they are.
function drawMatches(invites) {
  if (!invites.tbody) return;
  const wanted = invites.exact ? "" : invites.filters.search.toLowerCase();
  let count = 0;
  for (const invite of invites.rows) {
    const matches = [nameOf(invite), addressOf(invite) || ""].some((text) => text.toLowerCase().includes(wanted));
    const row = rowOf(invites, invite.id);
    if (row) row.hidden = !matches;
    if (matches) count += 1;
  }
  const more = invites.exact ? say("invites.found_exact") : wanted && ADDRESS.test(wanted) ? say("invites.exact") : "";
  invites.count.textContent = `${say("invites.shown", { count })} ${more}`;
}

function drawRow(invites, id) {
  const invite = invites.rows.find((invite) => invite.id === id);
  const row = rowOf(invites, id);
  if (!invite || !row) return;
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  const now = inviteRow(invites, invite);
  now.hidden = row.hidden;
  row.replaceWith(now);
  if (focused && focused.type === "checkbox") now.querySelector("input").focus();
  else refocus(focused);
}

// Shows the invite after an act. An invite with another id is new, and the one before has ended.
async function changedInvite(invites, before, now) {
  invites.results.delete(before.id);
  if (now.id === before.id) return replaceInvite(invites, now);
  // Other filters have other rows by now.
  if (!rowOf(invites, before.id)) return undefined;
  invites.rows.unshift(now);
  notePending(invites, null, now);
  invites.tbody.prepend(inviteRow(invites, now));
  drawMatches(invites);
  try {
    replaceInvite(invites, (await call("GET", invitePath(before))).data);
  } catch { /* The row stays as it was until the next reload. */ }
}

function replaceInvite(invites, now) {
  const at = invites.rows.findIndex((invite) => invite.id === now.id);
  if (at < 0) return;
  notePending(invites, invites.rows[at], now);
  invites.rows[at] = now;
  drawRow(invites, now.id);
}
