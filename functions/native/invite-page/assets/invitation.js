// --- One invitation, by its token ---
function openInvitation({ token, group, inviter, roles, invitee, strict, target }, fragment) {
  // The last action, for "Try again".
  let last = null;
  const state = fragment.get("state") || "";
  const signIn = takeSignIn(state);
  const begunHere = Boolean(signIn) && signIn.token === token;
  const own = hideToken(token, state);
  const signInState = own || CARRIED + token;
  addState(signInState, { token });

  // Whose account it is, as far as the page can tell before it asks the service: "out", "in",
  // "other" for somebody else, "unverified". A different mask is a different address.
  let standing = "out";

  function maskOf(email) {
    const [, letter, domain] = /^(.)[^@]*@(.+)$/u.exec(email) || [];
    return letter ? `${letter}•••@${domain}`.toLowerCase() : "";
  }

  function standingOf(person) {
    const isAscii = (text) => /^[\x20-\x7e•]*$/.test(text);
    const comparable = strict && isText(invitee) && invitee.includes("•••@") && isText(person.email)
      && isAscii(invitee) && isAscii(person.email);
    if (!comparable) return "in";
    if (maskOf(person.email) !== invitee.toLowerCase()) return "other";
    return person.isVerified ? "in" : "unverified";
  }

  function show(id, shown) {
    if (byId(id)) byId(id).hidden = !shown;
  }

  function showStanding(next) {
    standing = next;
    showMe();
    show("me", standing === "in" || standing === "unverified");
    show("sign-in", standing === "out");
    show("sign-up", standing === "out");
    show("accept", standing === "in");
    show("switch", standing === "other");
    show("sign-in-again", standing === "unverified");
    showTrouble();
    showAsk();
  }

  function showTrouble() {
    const me = session ? session.email || session.name : "";
    const [title, text] = {
      other: isText(invitee) ? [T.other_address, T.went_to] : [T.other_account, T.not_for_account],
      unverified: [T.not_verified, T.verify],
    }[standing] || ["", ""];
    byId("trouble").hidden = title === "";
    put(byId("trouble-title"), title);
    put(byId("trouble-text"), text, { me, invitee: invitee || "" });
    if (standing === "unverified") {
      // The login knows this address already: it is in its own token.
      const again = byId("sign-in-again");
      again.dataset.signIn = byId("sign-in").dataset.signIn + "&login_hint=" + encodeURIComponent(me);
      again.href = signInAddress(again, signInState);
    }
  }

  // The page does not know the inviter's address, so the person's mail program asks for it.
  function showAsk() {
    const me = session && session.email;
    show("ask", standing === "other" && isText(inviter) && isText(me));
    if (byId("ask").hidden) return;
    const values = { inviter, me, group };
    put(byId("ask"), T.ask_for, values);
    const part = (text) => encodeURIComponent(plain(text, values));
    byId("ask").href = `mailto:?subject=${part(T.ask_subject)}&body=${part(T.ask_body)}`;
  }

  function showProblem(text, { retry = false } = {}) {
    byId("problem-text").textContent = text;
    byId("retry").hidden = !retry;
  }

  function showOutcome(title, text, values, way) {
    forgetToken(token);
    byId("invitation").hidden = true;
    put(byId("outcome-title"), title, values);
    put(byId("outcome-text"), text, values);
    show("way-on", Boolean(way));
    show("opens", Boolean(way));
    if (way) {
      byId("way").href = way;
      put(byId("opens"), T.opens, { host: new URL(way).host });
    }
    byId("outcome").hidden = false;
    document.title = plain(title, values);
    byId("outcome-title").focus();
  }

  function setBusy(text) {
    byId("status").textContent = text;
    byId("actions").setAttribute("aria-busy", String(text !== ""));
    for (const control of byId("actions").querySelectorAll("button, textarea")) control.disabled = text !== "";
  }

  function showConfirm(shown) {
    showProblem("");
    byId("confirm").hidden = !shown;
    byId("choices").hidden = shown;
    byId("decline").setAttribute("aria-expanded", String(shown));
    byId(shown ? "confirm-title" : "decline").focus();
  }

  // Shows the choices of an account for which the service refused, also instead of the question.
  function showRefused(next) {
    if (byId("confirm") && !byId("confirm").hidden) showConfirm(false);
    showStanding(next);
  }

  async function act(kind) {
    const focused = document.activeElement;
    last = kind;
    showProblem("");
    setBusy(kind === "accept" ? T.accepting : T.declining);
    const reason = kind === "decline" ? byId("reason").value.trim() : "";
    const result = await call("POST", "/v1/invites/" + kind, reason ? { token, reason } : { token });
    setBusy("");
    if (!result) {
      showProblem(T.unreachable, { retry: true });
    } else if (!result.answer.ok) {
      refused(result);
    } else if (kind === "accept") {
      joined(T.joined, isText(roles) ? T.joined_as : T.member, result.body);
    } else {
      showOutcome(T.declined, T.nothing_else, {});
    }
    // A disabled button loses the focus. Restore it if the button is still visible.
    if (!byId("actions").contains(document.activeElement) && focused.offsetParent) focused.focus();
  }

  function joined(title, text, body) {
    const way = webAddress(body.redirect_url) || webAddress(target);
    byId("outcome-letters").textContent = lettersOf(session.name);
    showOutcome(title, way ? text : text + " " + T.close, { group, roles }, way);
  }

  function refused(result) {
    const { answer, body } = result;
    const text = problemIn(result);
    if (answer.status === 401) {
      session = null;
      showRefused("out");
      showProblem(T.session_over);
      byId("sign-in").focus();
    } else if (body.code === "identity_mismatch") {
      showRefused("other");
      byId("trouble-title").focus();
    } else if (body.code === "email_not_verified") {
      showRefused("unverified");
      byId("trouble-title").focus();
    } else if (body.code === "domain_not_allowed") {
      showProblem(text);
      show("switch", true);
      show("accept", false);
    } else if (body.code === "already_member") {
      joined(T.already_member, T.joined_before, body);
    } else if (answer.status === 404 || answer.status === 410 || body.code === "invite_not_pending") {
      showOutcome(T.over, text, {});
    } else {
      showProblem(text, { retry: answer.status === 429 || answer.status >= 500 || body.code === "seats_full" });
    }
  }

  onClick("accept", () => act("accept"));
  onClick("retry", () => act(last));
  onClick("decline", () => showConfirm(true));
  onClick("decline-now", () => act("decline"));
  onClick("keep", () => showConfirm(false));
  if (byId("confirm")) byId("confirm").addEventListener("keydown", (event) => { if (event.key === "Escape") showConfirm(false); });

  showStanding("out");
  byId("actions").hidden = false;
  returned(fragment, begunHere, (problem) => { showStanding(session ? standingOf(session) : "out"); showProblem(problem); });
  tellOpened(token, own);
  // The mail's link to decline leads to the question, not past it.
  if (fragment.has("decline") && byId("decline")) showConfirm(true);
}

// --- Telling that the page was seen ---
// The time for which a page must be visible to count as seen, in milliseconds.
const SEEN_AFTER = 2000;

// Tells the service once that a person sees the page, so that the inviter learns that the invitation
// arrived. A page in the background does not count.
function tellOpened(token, state) {
  if (memory().some(([, entry]) => entry && entry.token === token && entry.told)) return;
  let timer = 0;
  const watch = () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") timer = setTimeout(tell, SEEN_AFTER);
  };
  const tell = async () => {
    document.removeEventListener("visibilitychange", watch);
    const result = await call("POST", "/v1/invites/opened", { token });
    if (result && result.answer.ok && state && remembered(state)) remember({ token, told: true }, state);
  };
  document.addEventListener("visibilitychange", watch);
  watch();
}
