// --- Many invites at once ---
function selectAll(invites, on) {
  for (const invite of invites.rows) {
    const row = rowOf(invites, invite.id);
    if (!row || row.hidden || on === invites.selected.has(invite.id)) continue;
    if (on) invites.selected.add(invite.id);
    else invites.selected.delete(invite.id);
    drawRow(invites, invite.id);
  }
  drawSelection(invites);
}

// Shows how many rows are selected, and what can be done with them.
function drawSelection(invites) {
  const count = invites.selected.size;
  if (invites.all) {
    invites.all.checked = count > 0 && count >= invites.rows.length;
    invites.all.indeterminate = count > 0 && count < invites.rows.length;
  }
  invites.selection.hidden = count === 0;
  if (count === 0) return invites.selection.replaceChildren();
  return invites.selection.replaceChildren(
    el("b", null, say("invites.selected", { count })),
    button(say("act.resend"), () => askBulk(invites, "resend")),
    button(say("act.revoke"), () => askBulk(invites, "revoke"), { kind: "danger" }),
    button(say("invites.select_all"), () => selectAll(invites, true), { kind: "quiet" }),
    button(say("invites.clear_selection"), () => { clearSelection(invites); if (invites.all) invites.all.focus(); }, { kind: "quiet" }));
}

function clearSelection(invites) {
  const ids = [...invites.selected];
  invites.selected.clear();
  for (const id of ids) drawRow(invites, id);
  drawSelection(invites);
}

// Asks, then acts on the selected invites, and shows the result of each in its row.
function askBulk(invites, act) {
  const count = invites.selected.size;
  askInDialog({
    title: say(`invites.bulk_${act}_title`, { count }), text: say("invites.bulk_" + act), submit: say("act." + act), danger: act === "revoke",
    act: async () => {
      const path = groupPath(invites.group.id, "/invites/" + act);
      const results = await inParts([...invites.selected], async (ids) => {
        const { data } = await call("POST", path, { json: { ids } });
        for (const result of data.results) showResult(invites, act, result);
        return data.results;
      });
      drawSelection(invites);
      tellResults(results);
      if (invites.all) invites.all.focus();
    },
  });
}

// Shows the result in the invite's row. A failed invite stays selected for another try.
function showResult(invites, act, { id, invite, problem }) {
  const text = problem ? problemInWords(problem) : act === "revoke" ? say("state.revoked") : mailInWords(invite);
  invites.results.set(id, { ok: !problem, text });
  if (!problem) invites.selected.delete(id);
  if (invite) replaceInvite(invites, invite);
  else drawRow(invites, id);
}

function tellResults(results) {
  const failed = results.filter(({ problem }) => problem).length;
  const done = say("invites.bulk_done", { count: results.length - failed });
  tell(failed > 0 ? `${done} ${say("invites.bulk_failed", { count: failed })}` : done);
}
