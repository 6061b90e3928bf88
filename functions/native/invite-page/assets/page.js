
"use strict";
// The script of the invite page. It posts only on a click, makes no third-party requests, and
// writes text, never markup.
(() => {
  const main = document.querySelector("main");
  const token = main.dataset.token;
  const byId = (id) => document.getElementById(id);
  // The service's base path on this host.
  const base = location.pathname.slice(0, Math.max(0, location.pathname.lastIndexOf("/i/")));

  // The token is a secret, so it must not stay in the address bar, the history or a screenshot. The
  // script replaces the address and stores the token in this tab. A reload, or the return from the
  // sign-in, finds it there.
  const TOKEN_REMOVED = base + "/i/opened";
  const STORAGE_KEY = "beckon.invite";
  // Without storage, a reload and the return from the sign-in lose the token.
  const storeToken = (value) => { try { sessionStorage.setItem(STORAGE_KEY, value); } catch { /* Storage is disabled. */ } };
  const storedToken = () => { try { return sessionStorage.getItem(STORAGE_KEY); } catch { return null; } };
  const forgetToken = () => { try { sessionStorage.removeItem(STORAGE_KEY); } catch { /* Storage is disabled. */ } };

  const fragment = new URLSearchParams(location.hash.slice(1));
  if (!token) {
    if (location.pathname === TOKEN_REMOVED && storedToken()) {
      // The fragment carries the access token from the sign-in.
      location.replace(base + "/i/" + encodeURIComponent(storedToken()) + location.hash);
    } else if (location.hash) {
      history.replaceState(null, "", location.pathname);
    }
    return;
  }
  storeToken(token);
  history.replaceState(null, "", TOKEN_REMOVED);

  // The signed-in caller, in memory only: closing or reloading the page signs out.
  let session = null;
  // The last action, for "Try again".
  let last = null;

  // Returns the name to show. These claims decide nothing, because the service verifies the token.
  function nameIn(jwt) {
    const payload = jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (c) => c.charCodeAt(0))));
    const texts = [claims.name, claims.email, claims.phone_number, claims.preferred_username, claims.sub];
    const known = texts.filter((text) => typeof text === "string" && text.trim() !== "");
    if (known.length === 0) throw new Error("a token without a subject");
    return known[0] === claims.name && claims.email ? `${claims.name} (${claims.email})` : known[0];
  }

  function signIn(jwt) {
    try {
      session = { jwt, name: nameIn(jwt) };
    } catch {
      session = null;
      showProblem("Signing in did not work. Please try again.");
    }
  }

  function showSession() {
    byId("identity").hidden = !session;
    byId("who").textContent = session ? session.name : "";
    byId("sign-in").hidden = Boolean(session);
    byId("accept").hidden = !session;
  }

  function showProblem(text, { retry = false, otherAccount = false } = {}) {
    byId("problem-text").textContent = text;
    byId("retry").hidden = !retry;
    byId("other-account").hidden = !otherAccount;
  }

  function showOutcome(title, text, target) {
    forgetToken();
    byId("invitation").hidden = true;
    byId("outcome-title").textContent = title;
    byId("outcome-text").textContent = text;
    if (target) {
      byId("continue").href = target.href;
      byId("continue").textContent = target.origin === location.origin ? "Continue" : "Continue to " + target.host;
      byId("continue").hidden = false;
    }
    byId("outcome").hidden = false;
    document.title = title;
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

  // Returns the next address if it is a web address or a path on this host. "//host" and "/\host"
  // are neither.
  function safeTarget(value) {
    if (typeof value !== "string") return null;
    try {
      const url = new URL(value, location.origin);
      if (value.startsWith("/")) return url.origin === location.origin ? url : null;
      return /^https?:\/\//i.test(value) ? url : null;
    } catch {
      return null;
    }
  }

  async function post(path, body) {
    const headers = { "content-type": "application/json", accept: "application/json, application/problem+json" };
    if (session) headers.authorization = "Bearer " + session.jwt;
    const answer = await fetch(base + path, {
      method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(20000),
      credentials: "omit", cache: "no-store", redirect: "error", referrerPolicy: "no-referrer",
    });
    // A gateway's own errors may not be JSON. Then the status is enough.
    return { answer, body: (await answer.json().catch(() => null)) ?? {} };
  }

  async function act(kind) {
    const focused = document.activeElement;
    last = kind;
    showProblem("");
    setBusy(kind === "accept" ? "Accepting…" : "Declining…");
    const reason = kind === "decline" ? byId("reason").value.trim() : "";
    const result = await post("/v1/invites/" + kind, reason ? { token, reason } : { token }).catch(() => null);
    setBusy("");
    if (!result) {
      showProblem("The service could not be reached. Check your connection, then try again.", { retry: true });
    } else if (!result.answer.ok) {
      refused(result);
    } else if (kind === "accept") {
      joined(result.body);
    } else {
      showOutcome("You declined the invitation", "Nothing else happens. You can close this page.");
    }
    // A disabled button loses the focus. Restore it if the button is still visible.
    if (!byId("actions").contains(document.activeElement) && focused.checkVisibility?.()) focused.focus();
  }

  function joined(body) {
    const target = safeTarget(body.redirect_url);
    const text = `You are now a member of ${byId("group").textContent}.`;
    showOutcome("You’re in", target ? text : text + " You can close this page.", target);
  }

  function refused({ answer, body }) {
    const text = [body.detail, body.title].find((part) => typeof part === "string" && part) ?? "Something went wrong. Please try again.";
    if (answer.status === 401) {
      session = null;
      showSession();
      showProblem("Your sign-in is no longer valid. Please sign in again.");
      byId("sign-in").focus();
    } else if (["identity_mismatch", "email_not_verified", "domain_not_allowed"].includes(body.code)) {
      showProblem(text, { otherAccount: true });
    } else if (body.code === "already_member") {
      showOutcome("You are already a member", text);
    } else if (answer.status === 404 || answer.status === 410 || body.code === "invite_not_pending") {
      showOutcome("This invitation cannot be used any more", text);
    } else if (answer.status === 429 || answer.status >= 500 || body.code === "seats_full") {
      const seconds = Number(answer.headers.get("retry-after"));
      showProblem(seconds > 0 ? `${text} Try again in ${seconds} seconds.` : text, { retry: true });
    } else {
      showProblem(text);
    }
  }

  function showLocalTime() {
    const until = byId("until");
    const instant = until && new Date(until.dateTime);
    if (!instant || instant.getTimezoneOffset() === 0) return;
    const local = document.createElement("span");
    local.className = "local";
    local.textContent = instant.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" }) + " where you are";
    until.after(" ", local);
  }

  byId("accept").addEventListener("click", () => act("accept"));
  byId("retry").addEventListener("click", () => act(last));
  byId("decline")?.addEventListener("click", () => showConfirm(true));
  byId("decline-now")?.addEventListener("click", () => act("decline"));
  byId("keep")?.addEventListener("click", () => showConfirm(false));
  byId("confirm")?.addEventListener("keydown", (event) => { if (event.key === "Escape") showConfirm(false); });

  if (fragment.has("access_token")) signIn(fragment.get("access_token"));
  // Anyone can write the error text in a link, so the page does not show it.
  else if (fragment.has("error")) showProblem("You were not signed in. Please try again.");
  showSession();
  showLocalTime();
  byId("actions").hidden = false;
})();
