// --- What can be done with one invite ---
// Each act gets the invite and `changed`, which shows the invite after it.

// The shortest and the longest lifetime of an invite, in seconds.
const SHORTEST = 300;
const LONGEST = 365 * DAY;

async function resend(invite, changed) {
  const { data } = await call("POST", invitePath(invite, "/resend"), { json: {} });
  changed(data);
  tell(say(data.delivery.state === "not_requested" ? "done.resent_no_mail" : "done.resent", { name: nameOf(invite) }));
}

async function copyLink(invite) {
  const { data } = await call("POST", invitePath(invite, "/link"));
  try {
    await navigator.clipboard.writeText(data.url);
    tell(say("done.copied"));
  } catch {
    // Some browsers copy only directly after a click.
    showLink(nameOf(invite), data.url);
  }
}

function showLink(name, url) {
  const text = input({ value: url, readonly: true, class: "link-text" });
  const close = openDialog(say("copy.title", { name }), [el("p", null, say("copy.text")), field(say("copy.label"), text),
    el("div", { class: "row" }, button(say("close"), () => close(), { kind: "primary" }))]);
  text.focus();
  text.select();
}

// Invites another address with the terms and the end of this invite, and ends this one.
function fixAddress(invite, changed) {
  const name = nameOf(invite);
  const address = input({ type: "email", value: addressOf(invite), inputmode: "email", spellcheck: "false" });
  const { invitee } = invite;
  askInDialog({
    title: say("fix.title", { name }), text: say("fix.text"), submit: say("fix.button"),
    content: [field(say("fix.label"), address, { pointer: invitee.kind === "person" ? "/person" : "/email" })],
    act: async () => {
      const email = address.value.trim();
      const who = invitee.kind === "person" ? { person: withoutEmpty({ email, first_name: invitee.first_name, last_name: invitee.last_name }) } : { email };
      const { data } = await call("POST", groupPath(invite.group.id, "/invites"), { json: withoutEmpty({ ...who, ...await termsOf(invite), expires_in: restOf(invite), replaces: invite.id }) });
      changed(data);
      tell(say("done.fixed", { name: nameOf(data) }));
    },
  });
}

// Returns the seconds until the end of the invite, within the limits of the API, or null without an end.
function restOf(invite) {
  if (!invite.expires_at) return null;
  const rest = Math.round((Date.parse(invite.expires_at) - Date.now()) / 1000);
  return Math.min(LONGEST, Math.max(SHORTEST, rest));
}

// Returns the terms of the invite for a new one. A language that is the group's is not one of its own.
async function termsOf(invite) {
  const { roles, message, redirect_url, membership_expires_in, metadata, identity_policy } = invite;
  const { data: group } = await call("GET", groupPath(invite.group.id));
  const locale = invite.locale === (group.policy.locale || "en") ? null : invite.locale;
  const filled = Object.keys(metadata || {}).length > 0 ? metadata : null;
  return withoutEmpty({ roles, message, locale, redirect_url, membership_expires_in, identity_policy, metadata: filled });
}

function withoutEmpty(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== ""));
}

// Invites the same person anew, after an end that is final.
async function inviteAgain(invite, changed) {
  const { kind, email, phone, user_id, first_name, last_name, membership_type, membership_id } = invite.invitee;
  const who = {
    email: { email }, phone: { phone }, user: { user_id }, account: { account: { membership_type, membership_id } },
    person: { person: withoutEmpty({ email, first_name, last_name }) },
  }[kind];
  const { data } = await call("POST", groupPath(invite.group.id, "/invites"), { json: { ...who, ...await termsOf(invite) } });
  changed(data);
  tell(say("done.fixed", { name: nameOf(data) }));
}

function changeInvite(invite, changed) {
  const name = nameOf(invite);
  const role = roleField(invite.roles);
  const keep = invite.expires_at ? nearInWords(invite.expires_at) : say("ends.never");
  const end = endChoice([["", say("change.end_keep", { when: keep })]]);
  askInDialog({
    title: say("change.title", { name }), submit: say("save"),
    content: [role, field(say("change.end"), end, { pointer: "/expires_in" })],
    act: async () => {
      const json = {};
      if (role.roles().join(" ") !== invite.roles.join(" ")) json.roles = role.roles();
      if (end.value) json.expires_in = Number(end.value);
      if (Object.keys(json).length === 0) return;
      try {
        const { data } = await call("PATCH", invitePath(invite), { json, headers: { "if-match": invite.etag } });
        changed(data);
        tell(say("done.changed", { name }));
      } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 412) throw error;
        const { data } = await call("GET", invitePath(invite));
        Object.assign(invite, data);
        changed(data);
        throw new Refusal(412, { detail: say("change.conflict") }, 0);
      }
    },
  });
}

function revoke(invite, changed) {
  const name = nameOf(invite);
  askInDialog({
    title: say("revoke.title", { name }), text: say("revoke.text"), submit: say("act.revoke"), danger: true,
    act: async () => {
      const { data } = await call("POST", invitePath(invite, "/revoke"));
      changed(data);
      tell(say("done.revoked", { name }));
    },
  });
}

// Shows the facts about the invite, and the acts that its row has no room for. `attempt` runs an act.
function showMore(invite, changed, attempt) {
  const name = nameOf(invite);
  const inviter = (invite.created_by && invite.created_by.name) || say("someone");
  const facts = [
    ["facts.made", say("facts.made_value", { when: momentInWords(invite.created_at), name: inviter })],
    ["facts.mail", mailInWords(invite)],
    ["facts.sent", say("facts.sent_value", { count: invite.send_count })],
    ["facts.ends", invite.expires_at ? momentInWords(invite.expires_at) : say("ends.never")],
    ["facts.language", languageInWords(invite.locale)],
    ["facts.message", invite.message],
  ].filter(([, text]) => text);
  let close;
  const then = (act) => () => { close(); attempt(act); };
  const pending = invite.state === "pending";
  close = openDialog(name, [
    el("dl", { class: "facts" }, ...facts.map(([id, text]) => el("div", null, el("dt", null, say(id)), el("dd", null, text)))),
    el("div", { class: "row" },
      canResend(invite) && button(say(invite.state === "expired" ? "act.renew" : "act.resend"), then(resend)),
      pending && button(say("act.change"), then(changeInvite)),
      pending && addressOf(invite) && button(say("act.fix"), then(fixAddress)),
      canResend(invite) && invite.state !== "expired" && button(say("act.revoke"), then(revoke), { kind: "danger" }),
      button(say("close"), () => close())),
  ]);
}
