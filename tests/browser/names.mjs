// What people call themselves and their groups, and what they write, through page and mail in every
// language: shown as docs/contracts/pages.md#names-and-messages says, never to be clicked, and cut
// between graphemes alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkifyIt } from "linkify-it";
import { simpleParser } from "mailparser";
import { eventually, post, send, signIn, started, story, world } from "./harness.mjs";
import { LANGUAGES, allMails, fill, once, seen, textsOf } from "./mail-steps.mjs";

started({ LIMIT_INVITES_PER_INVITER_HOUR: "2000" });

const FAMILY = "👩‍👩‍👧‍👦";
const ENGLAND = "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";

// Each name with what differs from it: `shown` as a name, or `null` if nothing is left; `group: false`
// where a group must not be called so; `message` as a message, or `null` if it must not be written.
const NAMES = [
  { name: "Node.js" },
  { name: "St.Gallen Meetup" },
  { name: "README.md" },
  { name: "K.Srinivasan" },
  { name: "Room 101, 2025" },
  { name: "Cohort 2024-2028" },
  { name: "2026-11-30 12:30" },
  { name: "C++ 2024" },
  { name: "evil.test" },
  { name: "mail me@evil.test" },
  { name: "javascript:alert(1)" },
  { name: "\\\\server\\share a\\b" },
  { name: "evil.test:8080/path?q=1#x" },
  { name: "ｅｖｉｌ．ｔｅｓｔ" },
  { name: "evil。test" },
  { name: "https://evil.test", shown: null, group: false },
  { name: "www.evil.test", shown: null, group: false },
  { name: "file:///etc/passwd", shown: null, group: false },
  { name: "Win at HTTPS://evil.test/a?b now", shown: "Win at … now", group: false },
  { name: "[here](https://evil.test)", shown: "[here](…", group: false },
  { name: "+1 555 123 4567", shown: null, group: false },
  { name: "Call 0049 30 1234567", shown: "Call …", group: false },
  { name: "0800 555 1234 Plumbing", shown: "… Plumbing", group: false },
  { name: "٠١٢٣ ٤٥٦ ٧٨٩٠", shown: null, group: false },
  { name: "R&D <Team>" },
  { name: "<b>bold</b>" },
  { name: "<script>alert(1)</script>" },
  { name: '"><img src=x onerror=alert(1)>' },
  { name: "&amp; &lt;a&gt; &#60;" },
  { name: "{group} {inviter} {{app}}" },
  { name: `${FAMILY} Family` },
  { name: "🏳️‍🌈 Pride" },
  { name: `${ENGLAND} England` },
  { name: "1️⃣ First" },
  { name: "می‌خواهم" },
  { name: "क्‍ष नमस्ते" },
  { name: "אבגדה" },
  { name: "مرحبا بالعالم" },
  { name: "abc אבג 123" },
  { name: "cafe\u0301", shown: "café", message: "café" },
  { name: "Z\u0316\u0317\u0318\u0319\u031c\u031dalgo", shown: "Z\u0316\u0317\u0318\u0319algo", message: "Z\u0316\u0317\u0318\u0319algo" },
  { name: "\u202egnp.exe", shown: "gnp.exe", message: "gnp.exe" },
  { name: "Adm\u202ein", shown: "Admin", group: false, message: null },
  { name: "Ad\u200bmin", shown: "Admin", group: false, message: null },
  { name: "Bell\u0007 rings", shown: "Bell rings", group: false, message: null },
  { name: "First\r\nBcc: all@evil.test", shown: "First Bcc: all@evil.test", group: false, message: "First\nBcc: all@evil.test" },
  { name: "  far   apart  ", shown: "far apart", message: "far apart" },
  { name: "A".repeat(200), shown: `${"A".repeat(99)}…`, group: false },
  { name: FAMILY.repeat(14) },
  { name: "நி".repeat(50) },
  { name: "دانش‌آموز ".repeat(9).trim() },
];

const TEXTS = Object.fromEntries(LANGUAGES.map((language) => [language, { mail: textsOf(language, "mail"), page: textsOf(language, "page") }]));
const emailOf = (at, language) => `n${at}-${language}@example.com`;
// The mails by recipient.
const mails = {};

async function refused(method, path, body, token) {
  await assert.rejects(send(method, path, body, token), new RegExp(`^AssertionError.*${path}: 422`, "s"), `${JSON.stringify(body)} must be refused`);
}

// Makes the group of that name, or another where the name must be refused, and an invite in each
// language.
async function makes(row, at) {
  const id = `names-${at}`;
  const token = await signIn({ sub: `namer-${at}`, name: row.name });
  if (row.group === false) await refused("POST", "/v1/groups", { id, name: row.name }, token);
  await post("/v1/groups", { id, name: row.group === false ? "Q1 Planning" : row.name }, token);
  const path = `/v1/groups/${id}/invites`;
  if (row.message === null) await refused("POST", path, { email: emailOf(at, "en"), message: row.name }, token);
  const message = row.message === null ? undefined : row.name;
  row.urls = {};
  for (const locale of LANGUAGES) row.urls[locale] = (await post(path, { email: emailOf(at, locale), message, locale }, token)).url;
}

const everyMail = once(async () => {
  await Promise.all(NAMES.map(makes));
  await eventually("every mail", async () => (await allMails()).length === NAMES.length * LANGUAGES.length);
  for (const mail of await allMails()) mails[mail.to[0]] = mail;
});

// Returns what the texts of a language must show for the row.
function expected({ name, shown = name, group, message = name }, someone) {
  return { inviter: shown ?? someone, group: group === false ? "Q1 Planning" : shown, message };
}

const graphemes = (text) => Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);

// Asserts that the text is the name, or its beginning with an ellipsis, cut between two graphemes.
function isCutOf(text, name, where) {
  if (text === name) return;
  assert.ok(text.endsWith("…"), `${where}: "${text}" is not "${name}"`);
  const kept = graphemes(text.slice(0, -1));
  assert.ok(kept.length > 0, where);
  assert.deepEqual(kept, graphemes(name).slice(0, kept.length), where);
}

// Asserts that the text is the template with these names, or with shortened ones.
function saysCut(text, template, names, where) {
  const parts = template.split(/\{(\w+)\}/);
  const source = parts.map((part, at) => (at % 2 ? `(?<${part}>.+)` : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))).join("");
  const found = new RegExp(`^${source}$`, "su").exec(text);
  assert.ok(found, `${where}: ${text}`);
  if (text === fill(template, names)) return;
  for (const [place, value] of Object.entries(found.groups)) isCutOf(value, names[place], `${where}: ${place}`);
}

// A program that looks for links. It takes more endings for a web address than those that it knows.
const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyIP: true, fuzzyEmail: true }).tlds(["test", "js", "md", "gallen", "srinivasan", "exe"], true);

test("names: what looks for links finds them in the names as they were given", () => {
  const linked = NAMES.filter(({ name }) => linkify.match(name)).map(({ name }) => name);
  for (const name of ["Node.js", "README.md", "evil.test", "mail me@evil.test", "https://evil.test", "www.evil.test"]) assert.ok(linked.includes(name), name);
});

// Asserts that nothing in the text can be linked but the service's own addresses and the recipient's.
function linksNothing(text, mail, where) {
  const own = (url) => url.startsWith(`${world.url}/`) || url === `http://${new URL(world.url).host}` || url === "mailto:support@beckon.example" || url === `mailto:${mail.to[0]}`;
  const found = (linkify.match(text) ?? []).filter(({ url }) => !own(url));
  assert.deepEqual(found.map(({ raw }) => raw), [], where);
}

for (const language of LANGUAGES) {
  const { mail: m, page: p } = TEXTS[language];

  test(`names: on the page in ${language}`, () => story(null, async (page) => {
    await everyMail();
    const dialogs = [];
    page.on("dialog", (dialog) => { dialogs.push(dialog.message()); return dialog.dismiss(); });
    for (const row of NAMES) {
      const names = expected(row, p.someone);
      await page.goto(row.urls[language]);
      const read = await page.evaluate(() => ({
        heading: document.querySelector("h1").textContent,
        isolated: Array.from(document.querySelectorAll("h1 bdi"), (it) => it.textContent),
        message: document.querySelector(".message .text")?.textContent ?? null,
        inside: document.querySelectorAll("bdi *, .message .text *").length,
        around: Array.from(document.querySelectorAll("a bdi")).filter((it) => it.checkVisibility()).map((it) => it.closest("a").href),
        over: document.documentElement.scrollWidth - innerWidth,
      }));
      const where = JSON.stringify(row.name);
      assert.equal(read.heading, fill(p.invitation.heading, names), where);
      for (const name of [row.shown === null ? [] : names.inviter, names.group].flat()) assert.ok(read.isolated.includes(name), `${where} is isolated`);
      assert.equal(read.message, names.message, where);
      assert.equal(read.inside, 0, `${where}: nothing is inside a name`);
      assert.deepEqual(read.around, [], `${where}: no link is around a name`);
      assert.ok(read.over <= 0, `${where} widens the page`);
    }
    assert.deepEqual(dialogs, []);
  }, { viewport: { width: 320, height: 800 } }));

  test(`names: in a mail in ${language}`, () => story(null, async (page) => {
    await everyMail();
    await page.route("**/*", (route) => route.abort());
    await page.setViewportSize({ width: 320, height: 800 });
    for (const [at, row] of NAMES.entries()) {
      const mail = mails[emailOf(at, language)];
      const names = expected(row, m.someone);
      const where = JSON.stringify(row.name);
      await page.setContent(mail.html);
      const read = await page.evaluate(() => {
        const texts = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) texts.push(walker.currentNode.data);
        return {
          texts: [...texts, ...document.body.innerText.split("\n"), document.title],
          heading: document.querySelector("h1").textContent,
          message: document.querySelector(".quote")?.innerText ?? null,
          inside: document.querySelectorAll("bdi *, .quote :not(br)").length,
          links: Array.from(document.querySelectorAll("a"), (it) => it.textContent),
          around: document.querySelectorAll("a bdi").length,
          over: document.documentElement.scrollWidth - innerWidth,
        };
      });
      assert.equal(seen(read.heading), fill(m.invitation.first, names), where);
      assert.equal(read.message && seen(read.message), names.message, where);
      assert.deepEqual([read.inside, read.around, read.links.length], [0, 0, 3], where);
      assert.ok(read.over <= 0, `${where} widens the mail`);
      for (const text of [...read.texts, ...mail.text.split("\n"), mail.subject]) linksNothing(text, mail, where);
      saysCut(seen(mail.subject), m.invitation.first, names, `${where} in the subject`);
      assert.ok(graphemes(seen(mail.subject)).length <= 78, where);
      await sender(mail, names, row, m, where);
    }
  }));
}

// Asserts what the mail's sender is called.
async function sender(mail, names, row, m, where) {
  const { from } = await simpleParser(`From: ${mail.from}\r\n\r\n`);
  const name = from.value[0].name;
  assert.equal(from.value.length, 1, where);
  assert.equal(from.value[0].address, "invitations@beckon.example", where);
  linksNothing(name, mail, where);
  saysCut(seen(name), row.shown === null ? "{app}" : m.via, { ...names, app: "Acme Planner" }, `${where} as the sender`);
}
