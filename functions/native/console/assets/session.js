// --- The sign-in (docs/contracts/pages.md#signing-in) ---
const KEPT_TOKEN = "beckon.console.token";
const KEPT_STATE = "beckon.console.state.";
const STATE_LASTS = 3600000;
const app = document.getElementById("app");

// The signed-in caller. The token is kept for this tab, so that a reload stays signed in.
const session = { token: null, name: "", id: "" };
// Why the person has to sign in, as the id of a text.
let signInReason = "sign_in.text";

// Runs the act; a browser that stores nothing answers null.
function stored(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

// Returns the name to show. These claims decide nothing, because the service verifies the token.
function nameIn(token) {
  const payload = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
  const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0))));
  const name = [claims.name, claims.email, claims.phone_number, claims.preferred_username, claims.sub].find((text) => typeof text === "string" && text.trim());
  if (!name) throw new Error("a token without a subject");
  return name;
}

function enter(token) {
  Object.assign(session, { token, name: nameIn(token) });
  stored(() => sessionStorage.setItem(KEPT_TOKEN, token));
}

function leave(reason) {
  Object.assign(session, { token: null, name: "", id: "" });
  stored(() => sessionStorage.removeItem(KEPT_TOKEN));
  signInReason = reason;
}

// Signs the person out, and forgets what they typed, because the next person may be another one.
function signOut() {
  leave("sign_in.was_out");
  dropDrafts();
  show(true);
}

// Asks the person to sign in again, because the service refused the token. The sign-in returns to the
// same place.
function signInEnded() {
  leave("sign_in.ended");
  closeDialogs();
  show(true);
}

// Returns the query that chose the language, or "".
const languageAsked = () => (/[?&](lang=[\w-]+)/.exec(location.search) || ["", ""])[1];

// Remembers where the person is under a new state, and returns the address of the app's login. The
// state is in `localStorage`, because a sign-in by mail ends in another tab.
function signInAddress() {
  const state = randomId();
  stored(() => localStorage.setItem(KEPT_STATE + state, JSON.stringify({ place: location.hash, language: languageAsked(), until: Date.now() + STATE_LASTS })));
  return app.dataset.signIn + "&state=" + encodeURIComponent(state);
}

// Returns the entry of the state once, or null if no sign-in of this browser has it. Forgets old ones.
function takeState(state) {
  return stored(() => {
    let found = null;
    for (const key of Object.keys(localStorage).filter((key) => key.startsWith(KEPT_STATE))) {
      const entry = JSON.parse(localStorage.getItem(key));
      const old = !entry || !(entry.until > Date.now());
      if (!old && key === KEPT_STATE + state) found = entry;
      if (old || found === entry) localStorage.removeItem(key);
    }
    return found;
  });
}

// Reads what the login wrote into the address, and removes it. Anyone can write an access token into
// a link, so a sign-in that did not begin in this browser is confirmed first.
function begin() {
  if (location.hash.startsWith("#/") || location.hash.length < 2) return comeBack();
  const fragment = new URLSearchParams(location.hash.slice(1));
  const entry = takeState(fragment.get("state") || "");
  const place = entry && String(entry.place).startsWith("#/") ? entry.place : "";
  history.replaceState(null, "", location.pathname + place);
  const token = fragment.get("access_token");
  const name = token && stored(() => nameIn(token));
  if (!name) {
    signInReason = "sign_in.failed";
    return comeBack();
  }
  if (!entry) return confirmAccount(token, name);
  enter(token);
  // The login returned without the language.
  const isKept = stored(() => sessionStorage.getItem(KEPT_TOKEN)) === token;
  if (isKept && entry.language && entry.language !== languageAsked()) return location.replace(`${location.pathname}?${entry.language}${place}`);
  return show();
}

// Shows the place of the address, signed in as this tab was.
function comeBack() {
  const token = stored(() => sessionStorage.getItem(KEPT_TOKEN));
  if (token) stored(() => enter(token));
  return show();
}

function confirmAccount(token, name) {
  app.replaceChildren(el("main", { class: "sign-in", id: "content" }, el("div", { class: "panel" },
    el("h1", null, say("sign_in.confirm_title")), el("p", null, say("sign_in.confirm", { name })),
    el("div", { class: "row" },
      button(say("sign_in.continue", { name }), () => { enter(token); show(); }, { kind: "primary" }),
      button(say("sign_in.other"), () => location.assign(signInAddress() + "&prompt=select_account"))))));
}

function signInView() {
  document.title = say("title", { view: say("sign_in.title"), app: app.dataset.app });
  const heading = el("h1", { tabindex: "-1", "aria-describedby": "sign-in-reason" }, say("sign_in.title"));
  // A login that still knows the person would return the same account at once.
  const prompt = signInReason === "sign_in.was_out" ? "&prompt=select_account" : "";
  app.replaceChildren(el("main", { class: "sign-in", id: "content" },
    brand(), el("div", { class: "panel" }, heading, el("p", { id: "sign-in-reason" }, say(signInReason)),
      button(say("sign_in.button"), () => location.assign(signInAddress() + prompt), { kind: "primary" }))));
  return heading;
}
