// Steps that the stories of the local service's own pages share.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { button, link, post, see, world } from "./harness.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// A folder for pictures of each state.
const { SCREENSHOTS } = process.env;
if (SCREENSHOTS) mkdirSync(SCREENSHOTS, { recursive: true });

// Asserts that the page fits, that axe finds nothing, and that nothing came from elsewhere. `rules`
// turns rules of axe off.
export async function look(page, name, rules = {}) {
  const { width } = page.viewportSize();
  const dark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/local-${name}-${width}-${dark ? "dark" : "light"}.png`, fullPage: true });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(over, 0, `${name} is ${over} pixels too wide at ${width}`);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  // No script runs in the frame of a mail, axe's neither.
  const { violations } = await page.evaluate((rules) => window.axe.run(document, { iframes: false, resultTypes: ["violations"], rules }), rules);
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" ")}`), [], `${name} at ${width}`);
  const elsewhere = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => !name.startsWith(location.origin)));
  assert.deepEqual(elsewhere, []);
}

export const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
export const step = (page, name) => page.locator(`#step-${name}`);

// Opens the start page, and signs in as the owner.
export async function signedInAtStart(page) {
  await page.goto(`${world.url}/`);
  await button(page, "Sign in as Grace").click();
  await see(page, "You are signed in as Grace Hopper.");
}

// Invites this address on the start page, and waits for its mail.
export async function inviteAtStart(page, email) {
  await page.getByLabel("E-mail address").fill(email);
  await button(page, "Send the invitation").click();
  await step(page, "mail").getByText("The mail has arrived.").waitFor();
}

// Opens the login as the page of this address does.
export async function openLogin(page, path = "/i/opened", query = "&state=s1") {
  await page.goto(`${world.url}/local/sign-in?redirect_uri=${encodeURIComponent(world.url + path)}${query}`);
  await page.getByRole("heading", { name: /^Sign in to/ }).waitFor();
}

// Sends a mail without an invite.
export async function sendMail(to, subject, { html = `<p>Hello</p>`, text = "Hello" } = {}) {
  return post("/local/ses/v2/email/outbound-emails", {
    FromEmailAddress: "Acme Planner <invitations@beckon.example>",
    Destination: { ToAddresses: [to] },
    Content: { Simple: { Subject: { Data: subject }, Body: { Text: { Data: text }, ...(html && { Html: { Data: html } }) } } },
  });
}

export const mails = (page) => page.locator("#list [data-mail]");
export const openMail = (page, to) => link(page, new RegExp(to)).click();
