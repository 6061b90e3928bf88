// Steps that the tests of mails and of languages share.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { eventually, get, send, signIn } from "./harness.mjs";

export const LANGUAGES = ["en", "de", "es", "fr", "ja", "pt-BR", "zh-Hans", "ar"];
// The folder of the texts for people.
const { TEXTS } = process.env;

// Returns the texts of a language: those of `page`, `mail`, `console` or `plain`.
export const textsOf = (language, file) => JSON.parse(readFileSync(`${TEXTS}/${language}/${file}.json`, "utf8"));

// Returns the text with its values.
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

// Returns the names in the text's places, in their order.
export const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);

// Returns the text as a reader sees it: without the joiners that keep mail clients from linking.
export const seen = (text) => text.replaceAll("\u2060", "");

// Returns a token of a person who may write the directory.
export const directory = () => signIn({ sub: "directory", scope: "users:write" });

// Writes a person into the directory.
export async function known(sub, profile) {
  await send("PUT", `/v1/users/${sub}`, profile, await directory());
}

// Returns the mails of the inbox, oldest first.
export const allMails = async () => (await get("/local/inbox")).messages.reverse();

// Waits for this many mails to the address, and returns the last of them.
export async function mailTo(address, count = 1) {
  let mails = [];
  await eventually(`mail ${count} to ${address}`, async () => {
    mails = (await allMails()).filter(({ to }) => to.includes(address));
    return mails.length >= count;
  });
  assert.equal(mails.length, count, `mails to ${address}`);
  return mails[count - 1];
}

// Returns the token of the header that ends the mails.
export const unsubscribeOf = (mail) => mail.headers["List-Unsubscribe"].slice(1, -1);

// Asserts that the patterns occur in the text, one behind the other.
export function inOrder(text, patterns) {
  let rest = text;
  for (const pattern of patterns) {
    const found = pattern.exec(rest);
    assert.ok(found, `${pattern} is missing, or before its place, in:\n${text}`);
    rest = rest.slice(found.index + found[0].length);
  }
}

const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

// Returns what finds the text with any values, and with any white space.
export const pattern = (text) => new RegExp(text.split(/\{\w+\}/).map((part) => part.split(/\s+/).map(literal).join("\\s+")).join(".+?"), "su");

// Returns a function that makes something once, when it is first called.
export function once(make) {
  let made;
  return () => (made ??= make());
}

// The rules of axe that are about whole pages. A mail is a part of its mail program's page.
export const MAIL_RULES = { "landmark-one-main": { enabled: false }, region: { enabled: false }, "page-has-heading-one": { enabled: false } };
