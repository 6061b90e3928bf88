// Each language on every page and in a mail: its tag and direction, its words and no English ones, its
// dates, and the layout from right to left. SCREENSHOTS names a folder that keeps what they look like.
import assert from "node:assert/strict";
import { test } from "node:test";
import { invite, newGroup } from "./console-steps.mjs";
import { get, link, newPerson, owner, post, see, signIn, signInAs, started, story, world } from "./harness.mjs";
import { look } from "./local-steps.mjs";
import { LANGUAGES, MAIL_RULES, fill, known, mailTo, once, pattern, seen, textsOf, unsubscribeOf } from "./mail-steps.mjs";

started();

// What a browser of each language asks for, and the locale of the dates that it gets.
const BROWSERS = { en: "en-US", de: "de-AT", es: "es-MX", fr: "fr-CA", ja: "ja", "pt-BR": "pt-PT", "zh-Hans": "zh-CN", ar: "ar-EG" };
const localeOf = (language) => (language === "en" ? "en-GB" : language);
const dirOf = (language) => (language === "ar" ? "rtl" : "ltr");
const VALUES = { inviter: "Grace Hopper", group: "Q1 Planning" };
const PHONE = { width: 320, height: 800 };

// The group whose invites the console shows, and the ends of invites that other tests wait for.
let shown;
const expired = {};

const invites = once(async () => {
  // The owner of the groups.
  await known("29842", { first_name: "Grace", last_name: "Hopper" });
  shown = await newGroup();
  await invite(shown, { person: { email: "hedy@example.com", first_name: "Hedy", last_name: "Lamarr" }, roles: ["editor"] });
  const { id } = await invite(shown, { email: "revoked@example.com", notify: false });
  await post(`/v1/groups/${shown}/invites/${id}/revoke`, undefined, await owner());
  const person = newPerson();
  const { token } = await invite(shown, { email: person.email, notify: false });
  await post("/v1/invites/accept", { token }, await signIn(person));
  await invite(shown, { link: { max_uses: 50, allowed_domains: ["acme.test"] } });
  for (const language of LANGUAGES) expired[language] = await invite(await newGroup(), { email: newPerson().email, notify: false, expires_in: 300 });
  await post("/local/clock", { advance_seconds: 301 });
});

// Returns every text in these texts.
const flat = (texts) => (typeof texts === "string" ? [texts] : Object.values(texts).flatMap(flat));

// Returns the English texts, or their parts between values, that have three words or more.
const english = (file) => flat(textsOf("en", file)).flatMap((text) => text.split(/\{\w+\}/)).map((part) => part.trim()).filter((part) => part.split(/\s+/).length > 2);

// Returns every text of the page: what is visible, its title, and the names of its elements.
const wordsOf = (page) => page.evaluate(() => {
  const names = Array.from(document.querySelectorAll("[aria-label], [placeholder], [title], [alt]"))
    .filter((element) => element.checkVisibility())
    .flatMap((element) => ["aria-label", "placeholder", "title", "alt"].map((name) => element.getAttribute(name) || ""));
  return [document.title, document.body.innerText, ...names].join("\n").replace(/\s+/g, " ");
});

// Returns the elements whose text does not begin at the right end of their line. What people wrote has
// a direction of its own.
const astray = (page) => page.evaluate(() => {
  const texts = Array.from(document.querySelectorAll("h1, h2, p, dt, li, th, label, td")).filter((it) => it.checkVisibility() && it.innerText.trim() && it.dir !== "auto");
  return texts.filter((element) => {
    const style = getComputedStyle(element);
    if (style.direction !== "rtl") return true;
    if (!["start", "right"].includes(style.textAlign) || style.display !== "block") return false;
    const range = document.createRange();
    range.selectNodeContents(element);
    const right = Math.max(...Array.from(range.getClientRects(), (it) => it.right));
    const edge = element.getBoundingClientRect().right - parseFloat(style.paddingRight) - parseFloat(style.borderRightWidth);
    return Math.abs(edge - right) > 2 && right < edge;
  }).map((element) => element.outerHTML.slice(0, 200));
});

// Asserts what holds on every page of the language.
async function speaks(page, language, file, name) {
  const { lang, dir } = await page.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir }));
  assert.deepEqual({ lang, dir }, { lang: language, dir: dirOf(language) }, name);
  await look(page, `${language}-${name}`, file === "mail" ? MAIL_RULES : {});
  if (dir === "rtl") assert.deepEqual(await astray(page), [], `${name}: from the right`);
  speaksNoEnglish(language, file, await wordsOf(page), name);
}

function speaksNoEnglish(language, file, text, name) {
  const found = language === "en" ? [] : english(file).filter((part) => seen(text).includes(part));
  assert.deepEqual(found, [], `${name} in English`);
}

// Returns the time in words, as the browser itself says it.
const inWords = (page, language, time, options) => page.evaluate(
  ([locale, time, options]) => new Date(time).toLocaleString(locale, options), [localeOf(language), time, { timeZone: "UTC", ...options }]);

const DAY = { dateStyle: "long" };
const heading = (page) => page.getByRole("heading", { level: 1 }).filter({ visible: true });

// The states of the invite page, and how to come to each.
const STATES = {
  async live(page, language, t) {
    const person = newPerson();
    const made = await invite(await newGroup(), { email: person.email, roles: ["editor"], notify: false });
    await page.goto(made.url);
    assert.equal(await heading(page).innerText(), fill(t.invitation.heading, VALUES));
    const until = await inWords(page, language, made.expires_at, { dateStyle: "full", timeStyle: "short" });
    await see(page, `${until} UTC`);
    return person;
  },
  async "signed-in"(page, language, t) {
    const person = await STATES.live(page, language, t);
    await link(page, t.invitation.sign_in).click();
    await page.goto(await signInAs(page, person));
    await see(page, t.invitation.signed_in_as);
    await see(page, fill(t.invitation.accept, VALUES));
  },
  async "wrong-account"(page, language, t) {
    await STATES.live(page, language, t);
    await link(page, t.invitation.sign_in).click();
    await page.goto(await signInAs(page, { ...newPerson("Eve Moore"), email: "eve@work.test" }));
    await see(page, t.script.other_address);
  },
  async question(page, language, t) {
    await STATES.live(page, language, t);
    await page.getByRole("button", { name: t.invitation.decline, exact: true }).click();
    await see(page, t.invitation.confirm);
  },
  async declined(page, language, t) {
    const person = newPerson();
    const group = await newGroup();
    const { id, token, url } = await invite(group, { email: person.email, notify: false });
    await post("/v1/invites/decline", { token }, await signIn(person));
    const { resolved_at } = await get(`/v1/groups/${group}/invites/${id}`, await owner());
    await page.goto(url);
    const date = await inWords(page, language, resolved_at, DAY);
    assert.equal(await heading(page).innerText(), fill(t.ended.declined[0], { date }));
  },
  async expired(page, language, t) {
    const { url, expires_at } = expired[language];
    await page.goto(url);
    const date = await inWords(page, language, expires_at, DAY);
    assert.equal(await heading(page).innerText(), fill(t.ended.expired[0], { date }));
  },
  async unknown(page, language, t) {
    await page.goto(`${world.url}/i/x`);
    assert.equal(await heading(page).innerText(), t.notice.unknown[0]);
  },
};

const browserOf = (language) => ({ locale: BROWSERS[language], timezoneId: "UTC", viewport: PHONE });

for (const language of LANGUAGES) {
  test(`${language}: every state of the invite page`, () => story(null, async (page) => {
    await invites();
    for (const [state, open] of Object.entries(STATES)) {
      await open(page, language, textsOf(language, "page"));
      await speaks(page, language, "page", state);
    }
  }, browserOf(language)));

  test(`${language}: a mail, and the page that ends the mails`, () => story(null, async (page) => {
    await invites();
    const t = textsOf(language, "mail");
    const { unsubscribe } = textsOf(language, "plain");
    const email = newPerson().email;
    const { expires_at } = await invite(await newGroup(), { email, roles: ["editor"], message: "1, 2, 3!", locale: BROWSERS[language] });
    const mail = await mailTo(email);
    assert.match(mail.subject, pattern(t.invitation.first));
    await page.setContent(mail.html);
    assert.equal(seen(await heading(page).innerText()), fill(t.invitation.first, VALUES));
    await speaks(page, language, "mail", "mail");
    speaksNoEnglish(language, "mail", mail.text, "the mail's text");
    for (const form of [{ weekday: "long" }, { month: "long", day: "numeric" }, { year: "numeric" }]) {
      const words = await inWords(page, language, expires_at, form);
      assert.ok(mail.text.includes(words), `${words} is not in ${mail.text}`);
    }
    const [question, done] = [unsubscribe.question, unsubscribe.unsubscribed];
    await page.goto(unsubscribeOf(mail));
    assert.equal(await heading(page).innerText(), question[0]);
    await speaks(page, language, "plain", "unsubscribe");
    await page.getByRole("button", { name: unsubscribe.stop }).click();
    await see(page, done[0]);
    await speaks(page, language, "plain", "unsubscribed");
  }, browserOf(language)));

  test(`${language}: the views of the console`, () => story(null, async (page) => {
    await invites();
    const t = textsOf(language, "console");
    const open = (place) => page.goto(`${world.url}/console?lang=${language}#${place}`);
    const speaksConsole = (name) => speaks(page, language, "console", `console-${name}`);
    await open("");
    await see(page, t["sign_in.text"]);
    await speaksConsole("sign-in");
    await page.addInitScript((token) => sessionStorage.setItem("beckon.console.token", token), await owner());
    await page.reload();
    await see(page, t["groups.title"]);
    await speaksConsole("groups");
    await open(`/groups/${shown}/invites`);
    const row = page.getByRole("row").filter({ hasText: "Hedy Lamarr" });
    await row.waitFor();
    const away = await page.evaluate((locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(7, "day"), localeOf(language));
    await row.getByText(away).first().waitFor();
    await speaksConsole("invites");
    await row.getByRole("button", { name: pattern(t["act.more_of"]) }).click();
    await page.getByRole("dialog").waitFor();
    await speaksConsole("more");
    for (const [tab, id] of [["invite", "form.preview"], ["members", "members.change"], ["rules", "rules.who"], ["history", "event.group.created"]]) {
      await open(`/groups/${shown}/${tab}`);
      await page.getByText(pattern(t[id])).filter({ visible: true }).first().waitFor();
      await speaksConsole(tab);
    }
  }, browserOf(language)));
}
