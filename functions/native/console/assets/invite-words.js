// --- An invite in words ---
function nameOf(invite) {
  const { invitee } = invite;
  const names = [invitee.first_name, invitee.last_name].filter(Boolean).join(" ");
  if (invitee.kind === "link") return say("links.name", { role: rolesInWords(invite.roles) });
  if (invitee.kind === "account") return `${invitee.membership_type}/${invitee.membership_id}`;
  return names || invitee.email || invitee.phone || invitee.user_id;
}

const addressOf = (invite) => invite.invitee.email || null;

// Whether the invite's last mail came back, so that its address is probably wrong.
const hasBounced = (invite) => invite.state === "pending" && invite.delivery.state === "bounced";

// Whether the invite can be sent again: it is pending, or has ended in a way that is not final.
function canResend(invite) {
  return invite.state === "pending" || invite.state === "expired" || (invite.state === "declined" && !invite.resolved_by);
}

// Returns `{ kind, text }` of the state. A bounce comes before the state of the invite.
function stateOf(invite) {
  if (hasBounced(invite)) return { kind: "bad", text: say("state.bounced") };
  if (invite.state === "pending" && !invite.acceptable) {
    return { kind: "warn", text: invite.paused ? say("state.paused") : say("state.blocked") };
  }
  const kinds = { pending: "ok", accepted: "good", expired: "warn" };
  return { kind: kinds[invite.state] || "", text: say("state." + invite.state) };
}

// Returns what the mail's state says.
function mailInWords({ delivery }) {
  const when = delivery.updated_at ? dayInWords(delivery.updated_at) : "";
  return sayFirst([`mail.${delivery.state}.${delivery.reason}`, "mail." + delivery.state], { when }) || delivery.state;
}

// Returns the line behind the state: the reason of the state, or the outcome of the mail.
function detailOf(invite) {
  if (invite.renewal_requested_at && canResend(invite)) return say("detail.asked_again", { when: dayInWords(invite.renewal_requested_at) });
  if (invite.state === "declined") {
    if (invite.decline_reason) return say("detail.declined_because", { reason: invite.decline_reason });
    return invite.resolved_by ? "" : say("detail.declined_unsigned");
  }
  if (invite.state === "revoked") {
    const name = (invite.resolved_by && invite.resolved_by.name) || say("someone");
    return sayFirst(["reason." + invite.resolution_reason], { name }) || "";
  }
  if (invite.state === "pending" && !invite.acceptable && invite.not_acceptable_reason) {
    return sayFirst(["blocked." + invite.not_acceptable_reason]) || "";
  }
  return invite.state === "pending" ? mailInWords(invite) : "";
}

// Returns when the invite ends, or when it ended.
function endOf(invite) {
  const time = invite.state === "pending" ? invite.expires_at : invite.resolved_at || invite.expires_at;
  if (!time) return say("ends.never");
  return el("time", { datetime: time, title: momentInWords(time) }, invite.state === "pending" ? nearInWords(time) : dayInWords(time));
}
