// The console by keyboard alone, at three widths, in light, dark and forced colours, and under axe.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { invite, newGroup, open, openAs, row } from "./console-steps.mjs";
import { button, eventually, focusIs, link, newPerson, owner, post, see, signIn, started, story, world } from "./harness.mjs";

started();

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// A folder for pictures of each view.
const { SCREENSHOTS } = process.env;
if (SCREENSHOTS) mkdirSync(SCREENSHOTS, { recursive: true });

const deliveryIs = (group, id, state) => eventually(state, async () => {
  const read = await fetch(`${world.url}/v1/groups/${group}/invites/${id}`, { headers: { authorization: `Bearer ${await owner()}` } });
  return (await read.json()).delivery.state === state;
});

// Moves the focus forward until `wanted` has it. Everything that gets it on the way shows it.
async function tabTo(page, wanted) {
  for (let steps = 0; steps < 80; steps += 1) {
    await page.keyboard.press("Tab");
    const { name, shown } = await page.evaluate(() => {
      const own = document.activeElement;
      const label = own.getAttribute("aria-label") || (own.labels && own.labels[0] && own.labels[0].textContent) || own.textContent;
      const style = getComputedStyle(own);
      // The Tab key does not reach a heading: the page itself has moved the focus there, meanwhile.
      const byPage = own === document.body || own.tabIndex < 0;
      return { name: label.trim(), shown: byPage || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) };
    });
    assert.ok(shown, `the focus on "${name}" is not visible`);
    if (name === wanted) return;
  }
  assert.fail(`the Tab key does not reach "${wanted}"`);
}

test("everything works by keyboard alone", () => story(null, async (page) => {
  const group = await newGroup();
  await open(page, `/groups/${group}/invites`);
  await see(page, "Nobody is invited yet");
  const key = (key) => page.keyboard.press(key);
  await page.evaluate(() => document.activeElement.blur());
  await tabTo(page, "Invite people");
  await key("Enter");
  await see(page, "Who will be invited");
  await tabTo(page, "Addresses");
  await page.keyboard.type("ada@example.com bob@example.com");
  await tabTo(page, "Invite 2 people");
  await key("Enter");
  await see(page, "2 people were invited.");
  await tabTo(page, "Back to the invites");
  await key("Enter");
  await row(page, "ada@example.com").waitFor();
  await tabTo(page, "More for ada@example.com");
  await key("Enter");
  await page.getByRole("dialog").waitFor();
  await key("Escape");
  await focusIs(page, "More for ada@example.com");
  await key("Enter");
  await tabTo(page, "Revoke");
  await key("Enter");
  await see(page, "Revoke the invite of ada@example.com?");
  await focusIs(page, "Cancel");
  await tabTo(page, "Revoke");
  await key("Enter");
  await row(page, "ada@example.com").getByText("Revoked").waitFor();
  await eventually("the focus to be back in the row", () => page.evaluate(() => Boolean(document.activeElement.closest("[data-row]"))));
  await page.evaluate(() => document.activeElement.blur());
  await tabTo(page, "Select bob@example.com");
  await key("Space");
  await see(page, "1 selected");
  await focusIs(page, "Select bob@example.com");
  await page.goBack();
  await see(page, "Who will be invited");
  await eventually("the focus on the heading", () => page.evaluate(() => document.activeElement.tagName === "H1"));
}));

const WITHOUT_DIALOGS = () => { delete HTMLDialogElement.prototype.showModal; };

test("a browser without dialogs shows them in the page", () => story(WITHOUT_DIALOGS, async (page) => {
  const group = await newGroup();
  await invite(group, { email: "ada@example.com", notify: false });
  await open(page, `/groups/${group}/invites`);
  const dialog = page.getByRole("dialog");
  await button(page, "More for ada@example.com").click();
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await focusIs(page, "More for ada@example.com");
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Revoke" }).click();
  await see(page, "Revoke the invite of ada@example.com?");
  await focusIs(page, "Cancel");
  await dialog.getByRole("button", { name: "Revoke" }).click();
  await row(page, "ada@example.com").getByText("Revoked").waitFor();
  assert.equal(await dialog.count(), 0);
}));

// A group with something of everything in it.
async function fullGroup() {
  const group = await newGroup();
  // Nobody mails an address again that has bounced.
  const nobody = `nobody@${group}.exmaple.com`;
  await post("/local/ses", { fault: "bounce", to: nobody });
  const bounced = await invite(group, { email: nobody, roles: ["editor"] });
  await invite(group, { person: { email: "hedy@example.com", first_name: "Hedy", last_name: "Lamarr" }, roles: ["reviewers-of-the-first-quarter"] });
  const revoked = await invite(group, { email: "a.long.address.that.goes.on.and.on.for.ever@a-subdomain.of.a.long.example.com", notify: false });
  await post(`/v1/groups/${group}/invites/${revoked.id}/revoke`, undefined, await owner());
  const declined = await invite(group, { email: "emmy@example.com", notify: false });
  await post("/v1/invites/decline", { token: declined.token, reason: "I have left the team." });
  const person = newPerson();
  const accepted = await invite(group, { email: person.email, notify: false });
  await post("/v1/invites/accept", { token: accepted.token }, await signIn(person));
  await invite(group, { link: { max_uses: 50, allowed_domains: ["acme.com"] } });
  await deliveryIs(group, bounced.id, "bounced");
  return group;
}

// Returns what axe finds in the page as it is.
async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

for (const language of ["en", "de", "es", "fr", "ja", "pt-BR", "zh-Hans", "ar"]) {
  test(`the console speaks ${language}, also after a sign-in`, () => story(null, async (page) => {
    const group = await newGroup();
    await invite(group, { email: "ada@example.com", notify: false });
    await page.goto(`${world.url}/console?lang=${language}#/groups/${group}/invites`);
    await page.locator("button.primary").click();
    await page.getByRole("button", { name: /29842/ }).click();
    await row(page, "ada@example.com").waitFor();
    assert.equal(new URL(page.url()).search, `?lang=${language}`);
    assert.equal(await page.evaluate(() => document.documentElement.lang), language);
    for (const tab of ["invite", "members", "rules", "history"]) {
      await page.goto(`${world.url}/console?lang=${language}#/groups/${group}/${tab}`);
      await page.locator(".view").waitFor();
      await eventually("the end of loading", async () => (await page.locator("[aria-busy]").count()) === 0);
    }
  }));
}

for (const width of [320, 1280]) {
  test(`in Arabic, each view goes from right to left and fits into ${width} pixels`, () => story(null, async (page) => {
    const group = await fullGroup();
    const token = await owner();
    await openAs(page, `/groups/${group}/invites`, token, "ar");
    await row(page, "Hedy Lamarr").waitFor();
    await page.locator(".links li").waitFor();
    assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ["ar", "rtl"]);
    const [picture, name] = await Promise.all([".avatar", "b"].map((part) => row(page, "Hedy Lamarr").locator(part).first().boundingBox()));
    assert.ok(picture.x > name.x, "the picture is on the right of the name");
    for (const tab of ["invites", "invite", "members", "rules", "history"]) {
      await page.goto(`${world.url}/console?lang=ar#/groups/${group}/${tab}`);
      await page.locator(".view").waitFor();
      await eventually("the end of loading", async () => (await page.locator("[aria-busy]").count()) === 0);
      if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${tab}-${width}-ar.png`, fullPage: true });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(over, 0, `${tab} is ${over} pixels too wide`);
      assert.deepEqual(await violations(page), [], tab);
    }
  }, { viewport: { width, height: 900 } }));
}

for (const colorScheme of ["light", "dark"]) {
  for (const width of [320, 390, 1280]) {
    test(`each view is accessible and fits into ${width} pixels, ${colorScheme}`, () => story(null, async (page) => {
      const group = await fullGroup();
      const look = async (name) => {
        if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${name}-${width}-${colorScheme}.png`, fullPage: true });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(over, 0, `${name} is ${over} pixels too wide`);
        assert.deepEqual(await violations(page), [], name);
      };
      await page.goto(`${world.url}/console`);
      await button(page, "Sign in").waitFor();
      await look("sign-in");
      await openAs(page, `/groups/${group}/invites`, await owner());
      await page.reload();
      await row(page, "nobody@").getByText("No such mailbox").waitFor();
      await see(page, "0 of 50 used");
      await page.getByLabel("Select Hedy Lamarr").check();
      await look("invites");
      await button(page, "More for Hedy Lamarr").click();
      await look("more");
      await button(page, "Change role or end").click();
      await see(page, "Name of the role");
      await look("change");
      await button(page, "Cancel").click();
      await button(page, "QR code: link for Member").click();
      await page.getByRole("img", { name: "QR code of the link" }).waitFor();
      await look("code");
      await button(page, "Close").click();
      for (const [tab, text] of [["invite", "Who will be invited"], ["members", "Change role"], ["rules", "Who may invite"], ["history", "made the group"]]) {
        await page.goto(`${world.url}/console#/groups/${group}/${tab}`);
        await see(page, text);
        if (tab === "invite") await page.getByLabel("Addresses").fill("ada@example.com nonsense");
        await look(tab);
      }
      await page.goto(`${world.url}/console#/groups`);
      await link(page, /Q1 Planning/).first().waitFor();
      await look("groups");
    }, { colorScheme, viewport: { width, height: 900 } }));
  }
}

test("with forced colours, states keep their borders", () => story(null, async (page) => {
  const group = await newGroup();
  await invite(group, { email: "ada@example.com", notify: false });
  await openAs(page, `/groups/${group}/invites`, await owner());
  const border = await row(page, "ada@example.com").locator(".pill").evaluate((pill) => getComputedStyle(pill).borderStyle);
  assert.equal(border, "solid");
}, { forcedColors: "active" }));
