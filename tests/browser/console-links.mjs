// Shareable links in the console, and their QR codes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { invite, newGroup, open } from "./console-steps.mjs";
import { button, focusIs, post, see, started, story, world } from "./harness.mjs";

started();

const COPYING = { permissions: ["clipboard-read", "clipboard-write"], acceptDownloads: true };

test("a link is made, paused, copied and ended", () => story(null, async (page) => {
  const group = await newGroup();
  await open(page, `/groups/${group}/invites`);
  await button(page, "New link").click();
  await page.getByLabel("How many people may join").fill("many");
  await button(page, "Make the link").click();
  await page.locator("dialog [aria-invalid=true], dialog .problem:not(:empty)").first().waitFor();
  await page.getByLabel("How many people may join").fill("50");
  await page.getByLabel("Only for these mail domains").fill("acme.com");
  await button(page, "Make the link").click();
  await see(page, "0 of 50 used · only @acme.com");
  await button(page, "Copy link of").click();
  await see(page, "The link was copied.");
  const token = (await page.evaluate(() => navigator.clipboard.readText())).split("/i/")[1];
  await button(page, "Pause").click();
  await see(page, "The link is paused.");
  assert.equal((await post("/v1/invites/preview", { token })).not_acceptable_reason, "paused");
  await button(page, "Resume").click();
  await see(page, "The link works again.");
  await button(page, "End").click();
  await page.getByRole("dialog").getByRole("button", { name: "End" }).click();
  await see(page, "There is no pending link.");
  assert.equal((await post("/v1/invites/preview", { token })).state, "revoked");
}, COPYING));

const PRINTING = () => { window.print = () => { window.printed = true; }; };

test("the QR code of a link is shown, printed and saved", () => story(PRINTING, async (page) => {
  const group = await newGroup();
  const made = await invite(group, { link: {} });
  await open(page, `/groups/${group}/invites`);
  const qr = button(page, "QR code: link for Member");
  await qr.click();
  const dialog = page.getByRole("dialog", { name: "Join Q1 Planning" });
  const picture = dialog.getByRole("img", { name: "QR code of the link" });
  await picture.waitFor();
  const { width, height } = await picture.boundingBox();
  assert.ok(width > 200 && Math.abs(width - height) < 1, `${width} × ${height}`);
  const [file] = await Promise.all([page.waitForEvent("download"), button(dialog, "Save SVG").click()]);
  assert.equal(file.suggestedFilename(), `link-${group}.svg`);
  const served = await fetch(`${world.url}/i/${made.token}/qr.svg`);
  assert.equal(readFileSync(await file.path(), "utf8"), await served.text());
  await button(dialog, "Print").click();
  assert.equal(await page.evaluate(() => window.printed), true);
  await page.emulateMedia({ media: "print" });
  assert.ok(await picture.isVisible());
  assert.ok(!(await button(dialog, "Print").isVisible()) && !(await page.locator("#app").isVisible()));
  await page.emulateMedia({ media: "screen" });
  await button(dialog, "Close").click();
  await focusIs(page, "QR code");
}, COPYING));

test("a picture with anything but a code in it is not shown", () => story(null, async (page) => {
  const group = await newGroup();
  await invite(group, { link: {} });
  await open(page, `/groups/${group}/invites`);
  const svg = (content) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">${content}</svg>`;
  for (const body of ["<html/>", svg("<script>window.ran = true</script>"), svg('<use href="#x"/>'), svg('<path id="x" d="M0 0h9"/>'), svg('<path xmlns="x:y" d="M0 0h9"/>')]) {
    await page.route("**/qr.svg", (route) => route.fulfill({ contentType: "image/svg+xml", body }), { times: 1 });
    await button(page, "QR code: link for Member").click();
    await see(page, "The QR code could not be shown.");
    await page.locator("#live").evaluate((place) => { place.textContent = ""; });
    assert.equal(await page.locator("dialog, main svg").count(), 0, body);
  }
  assert.equal(await page.evaluate(() => "ran" in window), false);
}));
