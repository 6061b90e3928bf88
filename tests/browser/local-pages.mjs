// The local service's own pages: the main job on the start page, the sign-in page, and how all of them
// look.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { button, focusIs, get, link, see, send, started, story, world } from "./harness.mjs";
import { inviteAtStart, look, openLogin, openMail, signedInAtStart, step } from "./local-steps.mjs";

started();

const grace = async () => (await send("POST", "/local/token", { sub: "grace" })).access_token;
const mailFrame = (page) => page.frameLocator("#view-mail iframe");

test("the main job, from signing in to the app", () => story(null, async (page, context) => {
  await signedInAtStart(page);
  await focusIs(page, "email");
  assert.equal(await page.getByLabel("E-mail address").inputValue(), "ada@example.com");
  await button(page, "Send the invitation").click();
  await see(page, "Ada Lovelace is invited as editor.");
  await mailFrame(page).getByRole("heading", { name: /Q1 Planning/ }).waitFor();
  const [opened] = await Promise.all([context.waitForEvent("page"), mailFrame(page).getByRole("link", { name: /the invitation$/ }).first().click()]);
  await see(opened, "Grace Hopper invited you to Q1 Planning");
  await link(opened, "Sign in to accept").click();
  await see(opened, "The invitation page");
  await button(opened, /^Ada Lovelace/).click();
  await button(opened, "Accept and join Q1 Planning").click();
  await link(opened, "Open Q1 Planning").click();
  await see(opened, "This page stands for your own app.");
  await opened.close();
  await see(page, "Ada Lovelace joined. The page leads on to Acme Planner.");
  await step(page, "members").getByRole("cell", { name: "Ada Lovelace" }).waitFor();
  await see(page, "Ada Lovelace is in Q1 Planning.");
  assert.equal(await page.locator(".steps > li.done").count(), 5);
  await page.reload();
  await step(page, "members").getByRole("cell", { name: "Ada Lovelace" }).waitFor();
  await mailFrame(page).getByRole("heading", { name: /Q1 Planning/ }).waitFor();
  await button(page, "Invite somebody else").click();
  assert.equal(await page.getByLabel("E-mail address").inputValue(), "hedy@example.com");
  await focusIs(page, "email");
  await button(page, "Start over").click();
  await button(page, "Sign in as Grace").waitFor();
}));

test("a mistake is said beside its field", () => story(null, async (page) => {
  await signedInAtStart(page);
  const email = page.getByLabel("E-mail address");
  const says = async (text) => {
    await page.locator("#email-error").getByText(text).waitFor();
    assert.equal(await email.getAttribute("aria-invalid"), "true");
    await focusIs(page, "email");
  };
  for (const [typed, text] of [["", "Enter the address"], ["ada", "This is not an e-mail address."]]) {
    await email.fill(typed);
    await button(page, "Send the invitation").click();
    await says(text);
  }
  await inviteAtStart(page, "twice@example.com");
  assert.equal(await email.getAttribute("aria-invalid"), null);
  await button(page, "Send the invitation").click();
  await says("twice@example.com is invited already.");
  await email.fill("grace@example.com");
  await button(page, "Send the invitation").click();
  await says("is in Q1 Planning already.");
  // The service's own answer to a field is said beside it, too.
  await email.fill("long@example.com");
  await page.getByLabel("Message").fill("x".repeat(5000));
  await button(page, "Send the invitation").click();
  await page.locator("#message-error").getByText(/\w/).waitFor();
  await focusIs(page, "message");
}));

test("an ended sign-in, a silent service and a declined invitation are said", () => story(null, async (page, context) => {
  await signedInAtStart(page);
  await inviteAtStart(page, "no@example.com");
  await context.setOffline(true);
  await step(page, "join").getByText("The service does not answer.").waitFor();
  await context.setOffline(false);
  await step(page, "join").getByText("Waiting until the invitation is accepted…").waitFor();
  const { messages } = await get("/local/inbox");
  const token = /\/i\/(\w+)/.exec(messages.find(({ to }) => to[0] === "no@example.com").text)[1];
  const access = (await send("POST", "/local/token", { sub: "no", email: "no@example.com" })).access_token;
  await send("POST", "/v1/invites/decline", { token }, access);
  await see(page, "no@example.com declined the invitation.");
  await context.setOffline(true);
  await button(page, "Show the members").click();
  await see(page, "The service does not answer.");
  await context.setOffline(false);
  await page.evaluate(() => sessionStorage.setItem("beckon.start", JSON.stringify({ ...JSON.parse(sessionStorage.getItem("beckon.start")), token: "old" })));
  await page.reload();
  await see(page, "The sign-in has ended");
  await focusIs(page, "sign-in");
}));

test("the steps go on without a storage", () => story(() => {
  Object.defineProperty(window, "sessionStorage", { get() { throw new DOMException("blocked", "SecurityError"); } });
}, async (page) => {
  await signedInAtStart(page);
  await inviteAtStart(page, "stateless@example.com");
  await page.reload();
  await button(page, "Sign in as Grace").waitFor();
}));

test("the code of a step does what the step does", () => story(null, async (page, context) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signedInAtStart(page);
  const code = async (name, language) => {
    await step(page, name).locator("summary").first().click();
    await step(page, name).getByRole("tab", { name: language }).click();
    const text = await step(page, name).getByRole("tabpanel").textContent();
    await step(page, name).locator("summary").first().click();
    return text;
  };
  const message = "It's \"Q1\": #{1 + 1} $HOME `id` \\ é";
  for (const [language, email, run] of [
    ["curl", "curl@example.com", (text) => execFileSync("bash", ["-c", text], { encoding: "utf8" })],
    ["JavaScript", "script@example.com", (text) => execFileSync("node", ["--input-type=module", "-e", text], { encoding: "utf8" })],
  ]) {
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Message").fill(message);
    const both = `${await code("sign-in", language)}\n${await code("invite", language)}`;
    assert.match(run(both), /bkn_/);
    const { data } = await get("/v1/groups/q1-planning/invites", await grace());
    const made = data.find(({ invitee }) => invitee.email === email);
    assert.deepEqual([made.message, made.roles], [message, ["editor"]]);
  }
  const ruby = await code("invite", "Ruby");
  assert.ok(ruby.includes(String.raw`message: "It's \"Q1\": \#{1 + 1} $HOME ` + "`id`" + String.raw` \\ é"`), ruby);
  // Every step has the language that was chosen, by arrow keys too, and also after a reload.
  await step(page, "mail").locator("summary").click();
  await step(page, "mail").getByRole("tab", { name: "Ruby" }).focus();
  await page.keyboard.press("ArrowRight");
  await focusIs(page, "tab-mail-curl");
  assert.equal(await step(page, "mail").getByRole("tabpanel").textContent(), `curl -s ${world.url}/local/inbox`);
  await step(page, "mail").getByRole("button", { name: "Copy" }).click();
  await see(page, "Copied");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `curl -s ${world.url}/local/inbox`);
  await step(page, "mail").getByRole("tab", { name: "JavaScript" }).click();
  await page.reload();
  await step(page, "members").locator("summary").click();
  assert.equal(await step(page, "members").getByRole("tab", { selected: true }).textContent(), "JavaScript");
}));

test("anybody can sign in by keyboard, and the form says what is wrong", () => story(null, async (page) => {
  await openLogin(page);
  await see(page, "The invitation page");
  await page.getByLabel("E-mail address").fill("nobody");
  await page.keyboard.press("Enter");
  await see(page, "This is not an e-mail address.");
  await focusIs(page, "email");
  assert.equal(await page.getByLabel("E-mail address").inputValue(), "nobody");
  await page.keyboard.press("End");
  await page.keyboard.type("@example.org");
  await page.getByLabel("User id").fill("no spaces");
  await page.keyboard.press("Enter");
  await see(page, "A user id has 1 to 64 letters");
  await focusIs(page, "sub");
  await openLogin(page);
  await page.getByRole("button", { name: /^Grace Hopper/ }).focus();
  const [request] = await Promise.all([page.waitForRequest((request) => request.method() === "POST"), page.keyboard.press("Enter")]);
  assert.equal(new URLSearchParams(request.postData()).get("sub"), "grace");
  await page.waitForURL(/\/i\/opened/);
  await openLogin(page, "/console");
  await see(page, "The console");
  await link(page, "Go back without signing in").click();
  await page.waitForURL(`${world.url}/console**`);
  await page.goto(`${world.url}/local/sign-in?redirect_uri=https://evil.example/`);
  await see(page, "https://evil.example/");
  await link(page, "Go to the start page").click();
  await see(page, "Invite somebody, and see what they see");
}));

const WIDTHS = [320, 390, 1280];

for (const colorScheme of ["light", "dark"]) {
  test(`every state fits, and axe finds nothing, ${colorScheme}`, () => story(null, async (page) => {
    const looks = async (name) => {
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await look(page, name);
      }
    };
    await page.goto(`${world.url}/`);
    await looks("start");
    await signedInAtStart(page);
    await page.getByLabel("E-mail address").fill("nobody");
    await button(page, "Send the invitation").click();
    for (const summary of await page.locator(".code summary").all()) await summary.click();
    await looks("start-mistake");
    for (const summary of await page.locator(".code summary").all()) await summary.click();
    const email = `looks-${colorScheme}@example.com`;
    await inviteAtStart(page, email);
    await mailFrame(page).getByRole("link", { name: /the invitation$/ }).first().waitFor();
    await looks("start-mail");
    const { messages } = await get("/local/inbox");
    const token = /\/i\/(\w+)/.exec(messages.find(({ to }) => to[0] === email).text)[1];
    const access = (await send("POST", "/local/token", { sub: `looks-${colorScheme}`, email, name: "Hedy Lamarr" })).access_token;
    await send("POST", "/v1/invites/accept", { token }, access);
    await step(page, "members").getByRole("cell", { name: "Hedy Lamarr" }).first().waitFor();
    await looks("start-joined");
    await page.goto(`${world.url}/local/inbox?q=${email}`);
    await page.frameLocator("#reader iframe").getByRole("link", { name: /the invitation$/ }).first().waitFor();
    await looks("inbox");
    await openMail(page, email);
    await page.getByLabel("Phone width").check();
    await looks("inbox-phone");
    await page.getByText("Text", { exact: true }).click();
    await looks("inbox-text");
    await page.goto(`${world.url}/local/inbox?q=nothing-has-this`);
    await looks("inbox-nothing-found");
    await openLogin(page);
    await looks("sign-in");
    await page.getByLabel("E-mail address").fill("nobody");
    await page.keyboard.press("Enter");
    await see(page, "This is not an e-mail address.");
    await looks("sign-in-mistake");
    await page.goto(`${world.url}/local/sign-in?redirect_uri=https://evil.example/`);
    await looks("sign-in-refused");
  }, { colorScheme, viewport: { width: 1280, height: 900 } }));
}
