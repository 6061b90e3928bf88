// The inbox of the local service: live, searched, in each form of a mail, and without JavaScript.
import assert from "node:assert/strict";
import { test } from "node:test";
import { button, get, link, see, send, started, story, world } from "./harness.mjs";
import { focused, mails, openMail, sendMail } from "./local-steps.mjs";

started();

test("the inbox shows mails as they come, and keeps the open one", () => story(null, async (page) => {
  await send("DELETE", "/local/inbox");
  await page.goto(`${world.url}/local/inbox`);
  await see(page, "No mail yet");
  await sendMail("first@example.com", "First");
  await see(page, "1 mail");
  await page.getByRole("heading", { name: "First" }).waitFor();
  await mails(page).first().focus();
  await sendMail("second@example.com", "Second");
  await see(page, "2 mails");
  assert.match(await page.locator("#live").textContent(), /^New mail to second@example.com: Second$/);
  assert.match(await focused(page), /First$/);
  await page.getByRole("heading", { name: "First" }).waitFor();
  await openMail(page, "second@");
  await page.getByRole("heading", { name: "Second" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Second" }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "Second" }).waitFor();
  await send("DELETE", "/local/inbox");
  await see(page, "No mail yet");
  await sendMail("third@example.com", "Third");
  await button(page, "Empty the inbox").click();
  await see(page, "No mail yet");
  assert.deepEqual((await get("/local/inbox")).messages, []);
}));

test("the inbox is searched while the visitor types", () => story(null, async (page) => {
  for (const name of ["ada", "bob"]) await sendMail(`${name}@search.test`, `Hello ${name}`, { text: `For ${name} & others` });
  await page.goto(`${world.url}/local/inbox`);
  await page.getByLabel("Search the mails").pressSequentially("ADA search.test");
  await see(page, "1 mail");
  await page.getByRole("heading", { name: "Hello ada" }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get("q"), "ADA search.test");
  await sendMail("ada@search.test", "Once more");
  await see(page, "2 mails");
  await page.getByLabel("Search the mails").fill("nobody at all");
  await see(page, "No mail has these words");
  await link(page, /^Show all \d+ mails$/).click();
  await mails(page).nth(2).waitFor();
  assert.equal(await page.getByLabel("Search the mails").inputValue(), "");
}));

const SCRIPTED = `<!doctype html><html><head><meta name="color-scheme" content="light dark"><style>:root { color-scheme: light dark }</style></head><body>
<script>document.title = "ran"; document.body.textContent = "ran"</script><p onclick="this.textContent = 'ran'">Harmless</p>
<a href="/local/health">a link</a></body></html>`;

test("a mail is shown in both widths, both colours and both parts, and runs nothing", () => story(null, async (page, context) => {
  await sendMail("looks@example.com", "Looks", { html: SCRIPTED, text: "As text, http://x.test/i/1." });
  const asked = [];
  context.on("request", (request) => asked.push(request.url()));
  await page.goto(`${world.url}/local/inbox?q=looks`);
  const frame = page.frameLocator("#reader iframe");
  await frame.getByText("Harmless").click();
  await frame.getByText("Harmless").waitFor();
  const wide = await page.locator("#reader iframe").evaluate((frame) => frame.clientWidth);
  assert.ok(wide > 500, String(wide));
  const colour = () => frame.locator("html").evaluate((html) => html.ownerDocument.defaultView.matchMedia("(prefers-color-scheme: dark)").matches);
  assert.equal(await colour(), false);
  await page.getByLabel("Phone width").check();
  await page.getByLabel("Dark").check();
  assert.equal(await page.locator("#reader iframe").evaluate((frame) => frame.offsetWidth), 375);
  assert.equal(await colour(), true);
  await page.reload();
  await frame.getByText("Harmless").waitFor();
  assert.equal(await page.getByLabel("Dark").isChecked(), true);
  const [opened] = await Promise.all([context.waitForEvent("page"), frame.getByRole("link", { name: "a link" }).click()]);
  await opened.waitForURL(`${world.url}/local/health`);
  await opened.close();
  await page.getByText("Text", { exact: true }).click();
  await link(page, "http://x.test/i/1").waitFor();
  assert.equal(await page.locator("#reader iframe").isVisible(), false);
  assert.ok(asked.every((url) => url.startsWith(world.url)), asked.join(" "));
  // Opened by itself, it runs nothing either.
  const { messages } = await get("/local/inbox");
  await page.goto(`${world.url}/local/inbox/${messages.find(({ subject }) => subject === "Looks").id}`);
  await see(page, "Harmless");
}, { colorScheme: null }));

test("without JavaScript the inbox can be read and searched, and the start page says what needs it", () => story(null, async (page) => {
  for (const name of ["plain", "other"]) await sendMail(`${name}@noscript.test`, `To ${name}`, { text: `For ${name}` });
  await page.goto(`${world.url}/local/inbox`);
  await openMail(page, "plain@noscript");
  await page.getByRole("heading", { name: "To plain" }).waitFor();
  await page.getByLabel("Dark").check();
  await page.getByText("Text", { exact: true }).click();
  await see(page, "For plain");
  await page.getByLabel("Search the mails").fill("other noscript");
  await button(page, "Search").click();
  await page.getByRole("heading", { name: "To other" }).waitFor();
  assert.equal(await mails(page).count(), 1);
  await page.goto(`${world.url}/`);
  // The driver turns scripts off after the page is parsed, so that the element exists but does not show.
  const told = page.locator("noscript");
  assert.match(await told.textContent(), /^These steps need JavaScript\./);
  assert.equal(await told.locator('a[href="/local/inbox"]').count(), 1);
}, { javaScriptEnabled: false }));
