"use strict";
// The script of the invite page, in six files. It changes something only on a click, except that it
// tells once that the page was seen. It makes no third-party requests, and writes text, never
// markup. It runs in Safari 15, which lacks AbortSignal.timeout, Array.prototype.at and
// structuredClone. The page tells it every text that it shows.

const byId = (id) => document.getElementById(id);
const isText = (value) => typeof value === "string" && value.trim() !== "";
const onClick = (id, then) => { if (byId(id)) byId(id).addEventListener("click", then); };

const PAGE = JSON.parse(byId("data").textContent);
const T = PAGE.texts;
// The service's base path on this host.
const BASE = (/^(.*?)\/i(?:\/[^/]*)?$/i.exec(location.pathname) || ["", ""])[1];
// The address of the page after the script has taken the token out of it.
const OPENED = BASE + "/i/opened";
// The longest time that a request may take, in milliseconds.
const REQUEST_TIMEOUT = 20000;

// --- Texts ---
const PLACE = /(\{\w+\})/;

// Writes a text into the element. Each {name} becomes its value, isolated, so that a name in another
// direction does not turn the sentence around.
function put(element, text, values = {}) {
  element.replaceChildren(...text.split(PLACE).map((part) => {
    const value = PLACE.test(part) ? values[part.slice(1, -1)] : undefined;
    if (value === undefined) return part;
    const name = document.createElement("bdi");
    name.textContent = value;
    return name;
  }));
}

// Returns a text as plain text.
function plain(text, values = {}) {
  return text.split(PLACE).map((part) => (PLACE.test(part) ? values[part.slice(1, -1)] ?? part : part)).join("");
}

// Returns one or two letters that stand for a name.
function lettersOf(name) {
  const words = name.split(/[\s._@-]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const first = (word) => Array.from(word)[0];
  const letters = words.length > 1 && !name.includes("@") ? [first(words[0]), first(words[words.length - 1])] : words.slice(0, 1).map(first);
  return letters.join("").toUpperCase();
}

// --- What this browser remembers ---
// A token is a secret, so it must not stay in the address bar. The script replaces it by a random
// state, and keeps the token under that state in this browser for an hour. Each sign-in has another
// state, which returns with the access token, perhaps in another tab, and works once. Two invitations
// have two states, so they don't mix.
const MEMORY = "beckon.invite.";
const REMEMBERED_FOR = 3600000;
// If the browser stores nothing, the state itself carries the token through the sign-in.
const CARRIED = "t.";

function newState() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Returns the state under which the entry is remembered, or null if this browser stores nothing.
function remember(entry, state = newState()) {
  try {
    localStorage.setItem(MEMORY + state, JSON.stringify({ ...entry, until: Date.now() + REMEMBERED_FOR }));
    return state;
  } catch {
    return null;
  }
}

function remembered(state) {
  try {
    const entry = JSON.parse(localStorage.getItem(MEMORY + state));
    return entry && entry.until > Date.now() ? entry : null;
  } catch {
    return null;
  }
}

function forget(state) {
  try {
    localStorage.removeItem(MEMORY + state);
  } catch { /* Storage is disabled. */ }
}

// Returns each remembered state with its entry, which is null if its hour is over.
function memory() {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(MEMORY));
    return keys.map((key) => key.slice(MEMORY.length)).map((state) => [state, remembered(state)]);
  } catch {
    return [];
  }
}

// Forgets the entries whose hour is over.
function sweep() {
  for (const [state, entry] of memory()) if (!entry) forget(state);
}

// Returns the tokens of the last hour.
function rememberedTokens() {
  return [...new Set(memory().map(([, entry]) => entry && entry.token).filter(isText))];
}

// Returns the text if it can be a token. `opened` replaces the token in the address.
function asToken(text) {
  return isText(text) && !/^(?:opened)?\W*$/i.test(text) ? text : null;
}

// Returns the token that belongs to the state.
function tokenOfState(state) {
  const entry = remembered(state);
  if (entry) return asToken(entry.token);
  return state.startsWith(CARRIED) ? asToken(state.slice(CARRIED.length)) : null;
}

// Returns the token that belongs to the state, else that of this entry of the tab's history.
function tokenOf(state) {
  const kept = history.state && history.state.until > Date.now() ? asToken(history.state.token) : null;
  return tokenOfState(state) || kept;
}

// Returns the sign-in that this browser began with the state, or null, and forgets it. The state in the
// address bar begins no sign-in, because other people can read it there.
function takeSignIn(state) {
  const entry = remembered(state);
  if (!entry || !entry.signIn) return null;
  forget(state);
  return entry;
}

// Takes the token out of the address bar, and returns the state by which a reload finds it: null if
// this browser stores nothing. Then the tab's history has it.
function hideToken(token, state) {
  const entry = remembered(state);
  const own = entry && entry.token === token ? state : remember({ token });
  if (own) history.replaceState(null, "", OPENED + "#state=" + own);
  else keepInTab(token);
  return own;
}

function keepInTab(token) {
  history.replaceState({ token, until: Date.now() + REMEMBERED_FOR }, "", OPENED);
}

// Forgets a token that has served its purpose. A reload of this tab still finds it.
function forgetToken(token) {
  for (const [state, entry] of memory()) if (entry && entry.token === token) forget(state);
  keepInTab(token);
}

// --- The service ---
async function call(method, path, body) {
  const headers = { accept: "application/json, application/problem+json" };
  if (body) headers["content-type"] = "application/json";
  if (session) headers.authorization = "Bearer " + session.jwt;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), REQUEST_TIMEOUT);
  try {
    const answer = await fetch(BASE + path, {
      method, headers, body: body ? JSON.stringify(body) : undefined, signal: controller.signal,
      credentials: "omit", cache: "no-store", redirect: "error", referrerPolicy: "no-referrer",
    });
    // A gateway's own errors may not be JSON. Then the status is enough.
    const json = await answer.json().catch(() => null);
    return { answer, body: json && typeof json === "object" ? json : {} };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

// Returns what a refusal means, in the language of the page.
function problemIn({ answer, body }) {
  const known = Object.prototype.hasOwnProperty.call(T.problems, body.code);
  const problem = known ? T.problems[body.code] : T.went_wrong;
  const seconds = Number(answer.headers.get("retry-after"));
  return seconds > 0 ? plain(T.try_again_in, { problem, time: lengthOf(seconds) }) : problem;
}

// Returns the address if it is one of the web.
function webAddress(value) {
  return isText(value) && /^https?:\/\//i.test(value) ? value : null;
}

// Returns the roles in words. A role that the app made up keeps its name.
function rolesInWords(roles) {
  const known = (role) => Object.prototype.hasOwnProperty.call(T.roles, role);
  return roles.map((role) => (known(role) ? T.roles[role] : role)).join(", ");
}

// --- Times ---
function dateOf(text, options) {
  return new Date(text).toLocaleString(PAGE.locale, options);
}

const TO_THE_MINUTE = { dateStyle: "full", timeStyle: "short" };
const SHORT_UTC = { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" };
// The units in which a time is told, each with its seconds.
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const MINUTES = 2;

// Returns the largest unit of which the time has two or more, with its seconds.
function unitOf(seconds, smallest) {
  return UNITS.slice(0, smallest).find(([, length]) => seconds >= 2 * length) || UNITS[smallest];
}

// Returns a length of time in words, rounded up.
function lengthOf(seconds) {
  const [unit, length] = unitOf(seconds, UNITS.length - 1);
  const format = new Intl.NumberFormat(PAGE.locale, { style: "unit", unit, unitDisplay: "long" });
  return format.format(Math.ceil(seconds / length));
}

// Tells a deadline by how long it is away, in local time, and in UTC.
function tellDeadline(time) {
  const end = new Date(time.dateTime);
  const seconds = Math.max(0, (end.getTime() - Date.now()) / 1000);
  const [unit, length] = unitOf(seconds, MINUTES);
  const away = new Intl.RelativeTimeFormat(PAGE.locale).format(Math.floor(seconds / length), unit);
  const isUtc = end.getTimezoneOffset() === 0;
  const utc = dateOf(time.dateTime, isUtc ? { ...TO_THE_MINUTE, timeZone: "UTC" } : SHORT_UTC) + " UTC";
  const values = { in: away, local: dateOf(time.dateTime, TO_THE_MINUTE), utc };
  put(time.parentElement, isUtc ? T.ends_utc : T.ends, values);
}

function tellTimes() {
  for (const time of document.querySelectorAll("time[data-form]")) {
    if (time.dataset.form === "until") tellDeadline(time);
    else time.textContent = dateOf(time.dateTime, { dateStyle: "long" });
  }
}
