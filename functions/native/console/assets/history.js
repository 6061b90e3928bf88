// --- What happened, in words ---
const EVENT_KINDS = {
  invites: "invite.created,invite.changed,invite.resent,invite.renewal_requested,invite.opened,invite.link_revealed,invite.accepted,invite.declined,invite.revoked,invite.expired,invite.exhausted,invite.anonymized",
  mails: "invite.reminded,invite.mail_sent,invite.mail_delayed,invite.mail_delivered,invite.mail_bounced,invite.mail_complained,invite.mail_failed,invite.mail_suppressed",
  people: "member.joined,member.changed,member.removed,group.created,group.changed,group.deleted",
};

function historyView(place, group, query) {
  const kind = query.get("show") in EVENT_KINDS ? query.get("show") : "";
  const filter = choice([["", say("history.all")], ...Object.keys(EVENT_KINDS).map((kind) => [kind, say("history." + kind)])], kind);
  const rows = el("div");
  const labelled = field(say("history.filter"), filter);
  place.replaceChildren(el("h2", { class: "unseen" }, say("history.title")), el("section", { class: "panel" }, el("div", { class: "bar" }, labelled), rows));
  const load = () => fill(rows, () => loadHistory(group, filter.value));
  filter.addEventListener("change", () => { keepQuery({ show: filter.value }); load(); });
  load();
}

async function loadHistory(group, kind) {
  const path = groupPath(group.id, "/events");
  const values = { type: kind && EVENT_KINDS[kind] };
  let page;
  try {
    page = await listSome(path, values);
  } catch (error) {
    if (error instanceof Refusal && error.status === 403) return emptyState(say("history.forbidden_title"), say("history.forbidden"));
    throw error;
  }
  if (page.rows.length === 0) return el("p", { class: "hint" }, say("history.none"));
  const names = { people: new Map(), invites: new Map() };
  await findNames(group, names, page.rows);
  const all = el("ol", { class: "history" });
  const add = (events) => { for (const event of events) addEvent(all, event, names); };
  add(page.rows);
  const more = async (cursor) => {
    const page = await listSome(path, { ...values, cursor });
    await findNames(group, names, page.rows);
    return page;
  };
  return [all, moreButton(page.cursor, more, add)];
}

// Finds the names for the events, because events have only ids: from the members, the newest invites,
// and each other invite by its id. A failed look-up leaves a person or an invite without a name.
async function findNames(group, names, events) {
  const lookUp = (work) => work.catch(() => null);
  if (names.people.size === 0) {
    const [members, invites] = await Promise.all([
      lookUp(list(groupPath(group.id, "/members"), { limit: 100 })), lookUp(list(groupPath(group.id, "/invites"), { limit: 100 })),
    ]);
    for (const member of (members || { rows: [] }).rows) names.people.set(member.user_id, member.name || member.user_id);
    for (const invite of (invites || { rows: [] }).rows) knowInvite(names, invite);
  }
  const missing = [...new Set(events.map((event) => event.invite_id).filter((id) => id && !names.invites.has(id)))];
  await Promise.all(missing.map(async (id) => {
    const found = await lookUp(call("GET", pathOf`/v1/groups/${group.id}/invites/${id}`));
    if (found) knowInvite(names, found.data);
    else names.invites.set(id, { words: say("history.an_invite"), isLink: false });
  }));
}

function knowInvite(names, invite) {
  const isLink = invite.invitee.kind === "link";
  names.invites.set(invite.id, { words: isLink ? say("history.a_link") : nameOf(invite), isLink });
  for (const person of [invite.created_by, invite.resolved_by]) {
    if (person && person.name && !names.people.has(person.id)) names.people.set(person.id, person.name);
  }
}

function eventInWords(event, names) {
  const actor = !event.actor ? say("history.nobody")
    : event.actor.kind === "system" ? say("history.system")
    : event.actor.kind === "app" ? say("history.app") : names.people.get(event.actor.id) || event.actor.id;
  const invite = names.invites.get(event.invite_id) || { words: say("history.an_invite"), isLink: false };
  const values = {
    actor, type: event.type, invite: invite.words,
    member: names.people.get(event.user_id) || event.user_id || say("history.a_member"),
  };
  const kind = invite.isLink ? ".link" : "";
  const text = sayFirst([`event.${event.type}${kind}`, "event." + event.type], values) || say("event.unknown", values);
  const why = sayFirst(["why." + event.data.reason], values) || (event.type.startsWith("member.") && event.data.roles ? rolesInWords(event.data.roles) : "");
  return { text, why };
}

// Adds the event to the list of its day.
function addEvent(all, event, names) {
  const day = dayInWords(event.at);
  let last = all.lastElementChild;
  if (!last || last.dataset.day !== day) {
    last = el("li", { "data-day": day }, el("h3", null, day), el("ul"));
    all.append(last);
  }
  const { text, why } = eventInWords(event, names);
  const bad = /bounced|complained|failed/.test(event.type);
  const clock = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short" }).format(new Date(event.at));
  last.querySelector("ul").append(el("li", { class: bad ? "bad" : null }, el("time", { datetime: event.at, title: momentInWords(event.at) }, clock), el("span", null, text, why && el("small", null, why))));
}
