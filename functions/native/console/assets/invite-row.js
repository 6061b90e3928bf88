// --- One row of the invites ---
// `invites` is the view (invites.js): its rows, its selection, and what a change does to them.
function inviteRow(invites, invite) {
  const name = nameOf(invite);
  const address = addressOf(invite);
  const state = stateOf(invite);
  const detail = detailOf(invite);
  const box = el("input", {
    type: "checkbox", "aria-label": say("invites.select_one", { name }),
    change: () => { invites.select(invite.id, box.checked); },
  });
  box.checked = invites.selected.has(invite.id);
  const result = invites.results.get(invite.id);
  return el("tr", { role: "row", "data-row": invite.id, class: box.checked ? "chosen" : null },
    cell("pick", say("invites.select"), box),
    cell("who", say("invites.person"), avatar(name), el("span", null, el("b", null, name), address && address !== name && el("small", null, address))),
    cell("role", say("invites.role"), rolesInWords(invite.roles)),
    cell("state", say("invites.state"), el("span", { class: "pill " + state.kind }, state.text), detail && el("small", null, detail),
      result && el("small", { class: result.ok ? "result" : "result failed" }, result.text)),
    cell("time", say("invites.ends"), endOf(invite)),
    cell("acts", say("invites.acts"), ...rowActs(invites, invite, name)));
}

// Returns the buttons of the row: the most likely act, the link, and "More" for the others.
function rowActs(invites, invite, name) {
  const changed = (now) => invites.changed(invite, now);
  const act = (id, run) => {
    // Runs the act, and shows a failure in the row too.
    const attempt = (run) => busy(control, async () => run(invite, changed, attempt), (text) => invites.failed(invite.id, text));
    const control = button(say("act." + id), () => attempt(run), { label: say(`act.${id}_of`, { name }) });
    return control;
  };
  const final = !canResend(invite);
  const acts = [];
  if (hasBounced(invite) && addressOf(invite)) acts.push(act("fix", fixAddress));
  else if (invite.state === "expired") acts.push(act("renew", resend));
  else if (!final) acts.push(act("resend", resend));
  else if (invite.state !== "accepted") acts.push(act("again", inviteAgain));
  if (invite.state === "pending") acts.push(act("copy", copyLink));
  acts.push(act("more", showMore));
  return acts;
}
