// Calls of the onezone API for its clients in JavaScript.
import assert from "node:assert/strict";

const { URL: base, GROUP: group } = process.env;
const VALID = 'Bad value: provided "token" is not a valid token';
const TYPED = 'Bad value: provided "token" is of invalid type';
const escapes = ["0", "_", "-", "/", "+", "="];

async function post(path, user, body) {
  const headers = { "X-Auth-Token": process.env[user], "Content-Type": "application/json" };
  const answer = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: answer.status, text: await answer.text() };
}

/** Returns a new token as base64url, without the escapes of the service's own form. */
export async function newToken() {
  const { status, text } = await post(`/groups/${group}/users/token`, "OWNER", {});
  assert.equal(status, 200, text);
  return JSON.parse(text).token.replace(/0([0-5])/g, (_, index) => escapes[index]);
}

/** Asserts that the user joins by the token. */
export async function joins(user, token) {
  assert.deepEqual(await post("/user/groups/join", user, { token }), { status: 201, text: "" });
}

/** Asserts that the token is refused: as of invalid type, or with `valid` as no valid token. */
export async function refused(user, token, valid = false) {
  const { status, text } = await post("/user/groups/join", user, { token });
  assert.deepEqual([status, JSON.parse(text)], [400, { error: valid ? VALID : TYPED }], token);
}

/** Returns the time in this many seconds, in seconds since 1970. */
export const soon = (seconds) => Math.floor(Date.now() / 1000) + seconds;
