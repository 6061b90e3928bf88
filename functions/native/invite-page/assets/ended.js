// --- An invitation that ended, and of which a new one can be asked for ---
function openEnded({ token, inviter, invitee }, fragment) {
  const state = fragment.get("state") || "";
  takeSignIn(state);
  hideToken(token, state);
  const ask = byId("renew");
  ask.hidden = false;
  ask.addEventListener("click", async () => {
    byId("problem-text").textContent = "";
    byId("status").textContent = T.asking;
    ask.disabled = true;
    const result = await call("POST", "/v1/invites/renewal", { token });
    byId("status").textContent = "";
    ask.disabled = false;
    if (!result || !result.answer.ok) {
      byId("problem-text").textContent = result ? problemIn(result) : T.unreachable;
      ask.focus();
      return;
    }
    ask.hidden = true;
    for (const promise of document.querySelectorAll(".promise")) promise.hidden = true;
    const texts = [T.asked, isText(inviter) ? T.told : "", isText(invitee) ? T.mailed : ""];
    put(byId("status"), texts.filter(isText).join(" "), { inviter: inviter || T.someone, invitee: invitee || "" });
  });
}
