// --- The native API ---
// The service's base path on this host.
const BASE = (/^(.*?)\/console\/?$/i.exec(location.pathname) || ["", ""])[1];
// The longest time that a request may take, in milliseconds.
const REQUEST_TIMEOUT = 30000;
const PAGE = 50;
// The most invites of one request.
const BULK = 100;

// The service refused the request.
class Refusal extends Error {
  constructor(status, problem, wait) {
    super(problem.detail || problem.title || String(status));
    this.status = status;
    this.code = problem.code || "";
    this.problem = problem;
    this.errors = Array.isArray(problem.errors) ? problem.errors : [];
    this.wait = wait;
  }
}

// The service could not be reached.
class Unreachable extends Error {}

// Returns `{ data, headers }` of a successful answer, whose data are text unless JSON is asked for.
// Throws a Refusal or Unreachable.
async function call(method, path, { json, headers = {}, accept = "application/json, application/problem+json" } = {}) {
  const all = { accept, ...headers };
  if (json !== undefined) all["content-type"] = "application/json";
  const { token } = session;
  if (token) all.authorization = "Bearer " + token;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), REQUEST_TIMEOUT);
  let answer, text;
  try {
    answer = await fetch(BASE + path, {
      method, headers: all, body: json === undefined ? undefined : JSON.stringify(json), signal: controller.signal,
      credentials: "omit", cache: "no-store", redirect: "error", referrerPolicy: "no-referrer",
    });
    text = await answer.text();
  } catch {
    throw new Unreachable();
  } finally {
    clearTimeout(timer);
  }
  if (answer.ok) return { data: accept.startsWith("application/json") ? parsed(text) : text, headers: answer.headers };
  const refusal = new Refusal(answer.status, parsed(text) || {}, Number(answer.headers.get("retry-after")) || 0);
  // A late answer to an earlier sign-in does not end the present one.
  if (answer.status === 401 && session.token === token) signInEnded();
  throw refusal;
}

// A gateway's own errors may not be JSON. Then the status is enough.
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Returns a path from its parts; each value is one segment.
const pathOf = (parts, ...values) => parts.reduce((path, part, index) => path + encodeURIComponent(values[index - 1]) + part);
const groupPath = (group, rest = "") => pathOf`/v1/groups/${group}` + rest;
const invitePath = (invite, rest = "") => pathOf`/v1/groups/${invite.group.id}/invites/${invite.id}` + rest;

// Returns a query from its values. Absent and empty values are left out.
function queryOf(values) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== "") query.set(name, value);
  }
  const text = query.toString();
  return text && "?" + text;
}

// Returns a page of a list: `{ rows, cursor }`.
async function list(path, values) {
  const { data } = await call("GET", path + queryOf({ limit: PAGE, ...values }));
  return { rows: data.data, cursor: data.next_cursor };
}

// Returns a page that has a row, unless the list has ended. Behind a filter, a page can be empty.
async function listSome(path, values) {
  let page = await list(path, values);
  for (let tries = 0; tries < 20 && page.rows.length === 0 && page.cursor; tries += 1) {
    page = await list(path, { ...values, cursor: page.cursor });
  }
  return page;
}

// Calls `send` with at most a hundred of the items at a time, and returns every result in order.
async function inParts(items, send) {
  const results = [];
  for (let from = 0; from < items.length; from += BULK) {
    results.push(...await send(items.slice(from, from + BULK)));
  }
  return results;
}

// Returns what a failure says, for people.
function wordsOf(error) {
  if (error instanceof Unreachable) return say("problem.unreachable");
  if (!(error instanceof Refusal)) throw error;
  return problemInWords(error.problem, error.wait);
}

// Returns what a problem says, for people. `wait` is the time to wait in seconds, or 0.
function problemInWords(problem, wait = 0) {
  const first = problem.code === "invalid_body" && Array.isArray(problem.errors) ? problem.errors[0] : null;
  const text = (first && fieldInWords(first)) || sayFirst(["problem." + problem.code]) || problem.detail || problem.title || say("problem.unknown");
  if (wait === 0 || problem.code === "pending_limit") return text;
  const time = wait < 2 * MINUTE ? wait : Math.ceil(wait / MINUTE) * MINUTE;
  return text + " " + say("problem.wait", { time: lengthInWords(time) });
}

const fieldInWords = (error) => sayFirst(["field." + error.code]) || error.detail;

// Whether the same request may succeed later.
const isPassing = (status) => status === 429 || status >= 500;

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
