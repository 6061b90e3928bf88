// Steps that the stories of the console share.
import assert from "node:assert/strict";
import { button, owner, post, world } from "./harness.mjs";

let groups = 0;

// Returns a new group of the owner, which no other story uses.
export async function newGroup(policy = {}) {
  const id = `console-${(groups += 1)}`;
  await post("/v1/groups", { id, name: "Q1 Planning", policy }, await owner());
  return id;
}

export async function invite(group, body) {
  return post(`/v1/groups/${group}/invites`, body, await owner());
}

// Opens the place, signed in as the owner by the login of the local service.
export async function open(page, place) {
  await page.goto(`${world.url}/console#${place}`);
  await button(page, "Sign in").click();
  await page.getByRole("button", { name: /29842/ }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  assert.ok(!page.url().includes("access_token"), page.url());
  assert.ok(page.url().endsWith("#" + place), page.url());
}

// Opens the place as somebody whose token is known, in this language.
export async function openAs(page, place, token, language = "en") {
  await page.addInitScript((token) => sessionStorage.setItem("beckon.console.token", token), token);
  await page.goto(`${world.url}/console?lang=${language}#${place}`);
}

export const row = (page, name) => page.getByRole("row").filter({ hasText: name });

export async function choose(page, label, value) {
  await page.getByLabel(label, { exact: true }).selectOption(value);
}
