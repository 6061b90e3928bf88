// Every mail as mail clients show it: at two widths, in light and dark, without images, without
// styles; its links; its headers as a mail program reads them. SCREENSHOTS names a folder that keeps
// what they look like.
import assert from "node:assert/strict";
import { test } from "node:test";
import { simpleParser } from "mailparser";
import { MAIL_RULES, allMails, fill, inOrder, known, mailTo, once, pattern, seen, textsOf, unsubscribeOf } from "./mail-steps.mjs";
import { eventually, get, post, see, send, signIn, started, story, world } from "./harness.mjs";
import { look } from "./local-steps.mjs";

const { BRAND } = process.env;
// A light colour, on which white text could not be read; and replies that go to the inviter.
started(BRAND ? { BRAND_COLOR: "#ffd400", MAIL_REPLIES_TO_INVITER: "true" } : {});

const T = textsOf("en", "mail");
const MINUTE = 60;
const DAY = 86400;
const GROUP = "mails";
const MESSAGE = "We start the Q1 plan on Monday.\n\nSee https://planner.example/a-very-long-address/that-has-no-blanks-and-must-not-widen-the-mail";
const LOOKS = [320, 600].flatMap((width) => ["light", "dark"].map((colorScheme) => ({ width, colorScheme })));
// The least contrast of a text to its ground (WCAG 2.2, 1.4.3).
const CONTRAST = 4.5;

const grace = () => signIn({ sub: "grace", name: "Grace Hopper" });
const daisy = () => signIn({ sub: "daisy", name: "Daisy Bates" });
const invites = (body, inviter = grace, group = GROUP) => inviter().then((token) => post(`/v1/groups/${group}/invites`, body, token));
const platform = async (body) => post("/chembiohub/api/invitations/", body, await grace());

// Lets the time pass, and starts what a schedule starts.
async function later(seconds) {
  await post("/local/clock", { advance_seconds: seconds });
  await post("/local/schedules");
}

// Each mail, with what it says between its greeting and its end.
const KINDS = {
  invitation: { text: [T.invitation.first, T.invitation.invited, T.invitation.joins_as] },
  message: { text: [T.invitation.first, T.invitation.invited, T.invitation.joins_as, T.invitation.writes, "We start the Q1 plan on Monday."] },
  renewed: { text: [T.invitation.renewed, T.invitation.invited, T.invitation.joins_as, T.invitation.old_link] },
  reminder: { text: [T.invitation.reminder, T.invitation.invited, T.invitation.joins_as] },
  "expires-soon": { text: [T.invitation.expires_soon, T.invitation.invited, T.invitation.joins_as] },
  platform: { text: [T.platform.invited, T.platform.projects, T.platform.user_name] },
  "platform-access": { text: [T.platform.access_changed, T.platform.access, T.platform.reader, T.platform.user_name] },
  "platform-reminder": { text: [T.platform.reminder, T.platform.projects, T.platform.user_name] },
  news: { text: [T.news.what, T.news.accepted_to, T.news.why], isNews: true },
  digest: { text: [T.news.what, T.news.accepted_to, T.news.declined_to, T.news.why], isNews: true },
};

async function makesInviters() {
  await known("grace", { email: "grace@example.com", first_name: "Grace", last_name: "Hopper", notify: "each" });
  await known("daisy", { email: "daisy@example.com", first_name: "Daisy", last_name: "Bates", notify: "daily" });
  await post("/v1/groups", { id: GROUP, name: "Q1 Planning" }, await grace());
  await post("/v1/groups", { id: "more", name: "Budget" }, await grace());
  await post("/v1/groups", { id: "digest", name: "Astronomy" }, await daisy());
}

async function makesNews() {
  const acts = [["ann", "accept", grace, GROUP], ["bea", "accept", daisy, "digest"], ["cleo", "decline", daisy, "digest"]];
  for (const [name, act, inviter, group] of acts) {
    const email = `${name}@example.com`;
    const { token } = await invites({ email, notify: false }, inviter, group);
    await post(`/v1/invites/${act}`, { token }, await signIn({ sub: name, email, name }));
  }
  KINDS.news.mail = await mailTo("grace@example.com");
}

async function makesMails() {
  await invites({ email: "ada@example.com", roles: ["editor"] });
  KINDS.invitation.mail = await mailTo("ada@example.com");
  const { id } = await invites({ email: "eve@example.com", roles: ["editor"] });
  await mailTo("eve@example.com");
  await invites({ email: "bob@example.com", roles: ["editor", "admin"], message: MESSAGE, expires_in: 4 * DAY });
  KINDS.message.mail = await mailTo("bob@example.com");
  await platform({ email: "carl@example.com", projects_selected: [{ id: GROUP }] });
  KINDS.platform.mail = await mailTo("carl@example.com");
  await platform({ email: "carl@example.com", projects_selected: [{ id: "more" }] });
  KINDS["platform-access"].mail = await mailTo("carl@example.com", 2);
  await post("/local/clock", { advance_seconds: 2 * MINUTE });
  await platform({ email: "carl@example.com", projects_selected: [{ id: GROUP }], remind: true });
  KINDS["platform-reminder"].mail = await mailTo("carl@example.com", 3);
  await post(`/v1/groups/${GROUP}/invites/${id}/resend`, {}, await grace());
  KINDS.renewed.mail = await mailTo("eve@example.com", 2);
  await later(2 * DAY + MINUTE);
  KINDS.reminder.mail = await mailTo("bob@example.com", 2);
  KINDS.digest.mail = await mailTo("daisy@example.com");
  await later(DAY + MINUTE);
  KINDS["expires-soon"].mail = await mailTo("bob@example.com", 3);
}

const everyMail = once(async () => {
  await makesInviters();
  await makesNews();
  await makesMails();
});

const linkOf = (mail) => /^https?:\/\/\S+\/i\/\S+$/m.exec(mail.text)?.[0];

// Returns each text of the page that has too little contrast to the ground behind it.
function faint(least) {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = colour.map((it) => (it / 255 <= 0.04045 ? it / 255 / 12.92 : ((it / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const probe = document.documentElement.appendChild(document.createElement("i"));
  probe.style.background = "Canvas";
  const canvas = channels(getComputedStyle(probe).backgroundColor);
  probe.remove();
  const over = ([r, g, b, alpha = 1], below) => [r, g, b].map((it, at) => it * alpha + below[at] * (1 - alpha));
  const groundOf = (element) => {
    if (!element) return canvas.slice(0, 3);
    return over(channels(getComputedStyle(element).backgroundColor), groundOf(element.parentElement));
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const [text, element] = [texts.currentNode.data.trim(), texts.currentNode.parentElement];
    if (!text || !element.checkVisibility()) continue;
    const ground = groundOf(element);
    const [one, other] = [luminance(over(channels(getComputedStyle(element).color), ground)), luminance(ground)];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < least) found.push(`${contrast.toFixed(2)}: ${text}`);
  }
  return found;
}

// What mail programs leave of the styles.
const FORMS = {
  // All of them.
  whole: () => {},
  // Those of the elements alone.
  "without a style sheet": () => document.querySelectorAll("style").forEach((style) => style.remove()),
  // The colours of old attributes alone. A program that does so breaks long words itself.
  "without styles": () => {
    for (const element of document.querySelectorAll("[style]")) element.removeAttribute("style");
    document.body.style.overflowWrap = "anywhere";
  },
  // Nothing.
  "without colours": () => {
    const names = ["bgcolor", "color", "text", "link", "vlink"];
    for (const element of document.querySelectorAll(names.map((name) => `[${name}]`).join())) names.forEach((name) => element.removeAttribute(name));
  },
};

// What the mail says, in its order.
function said({ text, isNews, mail }) {
  const foot = isNews ? [] : [T.foot.why, T.foot.ignore];
  const links = isNews ? [] : [T.foot.decline, T.foot.stop];
  const action = isNews ? [] : [T.action.see, T.action.until, T.action.copy, linkOf(mail)];
  return [/Hello( \S+)?,/, ...text.map(pattern), ...action.map(pattern), ...foot.map(pattern), pattern(T.foot.service), /Replies reach \S+\./, ...links.map(pattern)];
}

// Asserts what holds in every form of the mail.
async function holds(page, kind, { width }, name) {
  const { mail, isNews } = kind;
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${name}: ${over} px too wide`);
  inOrder(seen(await page.evaluate(() => document.body.innerText)), said(kind));
  assert.deepEqual(await page.evaluate(faint, CONTRAST), [], `${name}: contrast`);
  if (isNews) return;
  const button = page.getByRole("link", { name: T.action.see });
  assert.equal(await button.getAttribute("href"), linkOf(mail));
  const { x, width: wide } = await button.boundingBox();
  assert.ok(x >= 0 && x + wide <= width, `${name}: the button is beside the page`);
  assert.ok(await page.getByText(linkOf(mail)).isVisible(), `${name}: the address can be copied`);
}

for (const [name, kind] of Object.entries(KINDS)) {
  test(`mail: ${name} can be read at every width, in every colour and in every form`, () => story(null, async (page) => {
    await everyMail();
    const asked = [];
    await page.route("**/*", (route) => { asked.push(route.request().url()); return route.abort(); });
    for (const media of LOOKS) {
      const label = `${name} at ${media.width}, ${media.colorScheme}`;
      await page.setViewportSize({ width: media.width, height: 800 });
      await page.emulateMedia({ colorScheme: media.colorScheme });
      await page.setContent(kind.mail.html);
      await look(page, `mail-${name}`, MAIL_RULES);
      for (const [form, strip] of Object.entries(FORMS)) {
        await page.evaluate(strip);
        await holds(page, kind, media, `${label}, ${form}`);
      }
    }
    assert.deepEqual(asked, [], "a mail loads nothing");
  }));
}

test("mail: its links lead to the service alone, and each works", () => story(null, async (page) => {
  await everyMail();
  for (const [name, { mail, isNews }] of Object.entries(KINDS)) {
    await page.setContent(mail.html);
    const links = await page.evaluate(() => Array.from(document.querySelectorAll("[href], [src], [action], [background]"), (it) => it.getAttribute("href") || it.outerHTML));
    const own = linkOf(mail);
    assert.deepEqual(links, isNews ? [] : [own, `${own}#decline`, unsubscribeOf(mail)], name);
    for (const link of [...links, unsubscribeOf(mail)]) {
      assert.ok(link.startsWith(`${world.url}/`), `${name}: ${link}`);
      const answer = await fetch(link);
      assert.equal(answer.status, 200, `${name}: ${link}`);
      await answer.text();
    }
  }
}));

test("mail: the link to decline opens the question, and declines nothing", () => story(null, async (page) => {
  await everyMail();
  const { id, token } = await invites({ email: "dora@example.com" });
  const mail = await mailTo("dora@example.com");
  await page.setContent(mail.html);
  await page.getByRole("link", { name: T.foot.decline }).click();
  await see(page, textsOf("en", "page").invitation.confirm);
  const read = await get(`/v1/groups/${GROUP}/invites/${id}`, await grace());
  assert.equal(read.state, "pending");
  assert.ok(linkOf(mail).endsWith(token));
  assert.ok(!page.url().includes(token), page.url());
}));

// Returns the mail as it goes over the wire: long headers are folded at their blanks (RFC 5322 §2.2.3).
function wire(mail) {
  const word = (text) => `=?UTF-8?B?${Buffer.from(text).toString("base64")}?=`;
  const part = (type, text) => ["--b", `Content-Type: text/${type}; charset=utf-8`, "Content-Transfer-Encoding: base64", "", Buffer.from(text).toString("base64").replace(/.{76}/g, "$&\r\n")];
  const headers = { From: mail.from, To: mail.to.join(", "), ...mail.headers };
  for (const [name, value] of Object.entries(headers)) assert.match(value, /^[\x20-\x7e]{1,900}$/, name);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${name === "From" ? value.replaceAll(" ", "\r\n ") : value}`);
  return [...lines, `Subject: ${word(mail.subject)}`, "MIME-Version: 1.0", 'Content-Type: multipart/alternative; boundary="b"', "",
    ...part("plain", mail.text), ...part("html", mail.html), "--b--", ""].join("\r\n");
}

const NAMES = ["Grace Hopper", 'Žižek, "A" <x>', "الاسم", "=?UTF-8?B?eA==?=", 'Back\\slash, "Q" (c)', "李小龍 👩‍👩‍👧 नमस्ते", "Ünï ".repeat(12).trim(), "a@b: c; d"];

test("mail: a mail program reads the headers as they were meant", async () => {
  for (const [at, name] of NAMES.entries()) {
    const sub = `named-${at}`;
    const inviter = () => signIn({ sub, name });
    if (BRAND) await known(sub, { email: `${sub}@example.com`, first_name: name });
    await post("/v1/groups", { id: sub, name: "Q1 Planning" }, await inviter());
    const email = `to-${at}@example.com`;
    await invites({ email }, inviter, sub);
    const mail = await mailTo(email);
    const read = await simpleParser(wire(mail));
    assert.equal(read.from.value.length, 1, name);
    assert.equal(seen(read.from.value[0].name), fill(T.via, { inviter: name, app: "Acme Planner" }));
    assert.equal(read.from.value[0].address, "invitations@beckon.example");
    assert.deepEqual(read.replyTo.value.map(({ address }) => address), [BRAND ? `${sub}@example.com` : "support@beckon.example"]);
    assert.equal(seen(read.subject), fill(T.invitation.first, { inviter: name, group: "Q1 Planning" }));
    assert.ok(read.subject.length > 0 && [...new Intl.Segmenter().segment(seen(read.subject))].length <= 78);
    const list = read.headers.get("list");
    assert.equal(list.unsubscribe.url, unsubscribeOf(mail));
    assert.equal(list["unsubscribe-post"].name, "List-Unsubscribe=One-Click");
    assert.equal(read.headers.get("auto-submitted"), "auto-generated");
    assert.equal(read.headers.get("x-auto-response-suppress"), "All");
    assert.equal(read.text.trim(), mail.text.trim());
    assert.equal(read.html.trim(), mail.html.trim());
  }
});

test("mail: one click in the mail program ends the mails", async () => {
  const mail = await mailTo("dora@example.com");
  const answer = await fetch(unsubscribeOf(mail), { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) });
  assert.equal(answer.status, 200);
  const { id } = await invites({ email: "dora@example.com" }, grace, "more");
  await eventually("the mail to be suppressed", async () => (await get(`/v1/groups/more/invites/${id}`, await grace())).delivery.state === "suppressed");
  assert.equal((await allMails()).filter(({ to }) => to.includes("dora@example.com")).length, 1);
});
