// Calls to the service, and what this tab remembers.

// The service could not be reached.
export class Unreachable extends Error {}

// Returns the answer to a request: whether it succeeded, its status, and its JSON or `null`.
export async function call(method, path, { body, token } = {}) {
  const headers = { accept: "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers["content-type"] = "application/json";
  let answer, text;
  try {
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), cache: "no-store" });
    text = await answer.text();
  } catch {
    throw new Unreachable();
  }
  return { ok: answer.ok, status: answer.status, value: parsed(text) };
}

// Some answers have no body, and a gateway's own may not be JSON.
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const KEY = "beckon.start";

// Returns what the tab remembered. A browser that blocks the storage remembers nothing.
export function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

export function remember(state) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // The page works without, until it is reloaded.
  }
}
