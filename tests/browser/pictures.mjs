// Makes the pictures of the README: the mail, the invite page and the console. PICTURES names the
// folder that they are written to, and KEPT the one that has the README's.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openAs, row } from "./console-steps.mjs";
import { eventually, get, link, post, see, signIn, started, story, world } from "./harness.mjs";

const PUBLIC_URL = "https://invites.acme.example";

started({ PUBLIC_URL, APP_URL: "https://planner.acme.example", SUPPORT_EMAIL: "support@acme.example" }, ["--no-demo"]);

const { PICTURES, KEPT } = process.env;
const NAMES = ["mail", "invite-page", "console"];
const MAX_BYTES = 150 * 1024;
const GROUP = "q1";
const ADA = "ada@acme.example";
const MESSAGE = "We start the Q1 plan on Monday. Would love your eyes on the budget tab.";

const grace = () => signIn({ sub: "grace", name: "Grace Hopper", email: "grace@acme.example" });
const invite = async (body) => post(`/v1/groups/${GROUP}/invites`, { roles: ["editor"], ...body }, await grace());

async function mailTo(address) {
  let found = null;
  await eventually(`the mail to ${address}`, async () => {
    found = (await get("/local/inbox")).messages.find(({ to }) => to.includes(address));
    return Boolean(found);
  });
  return found;
}

// Returns the width of a PNG.
function widthOf(path) {
  const bytes = readFileSync(path);
  assert.equal(bytes.toString("latin1", 1, 4), "PNG", path);
  assert.ok(bytes.length < MAX_BYTES, `${path} has ${bytes.length} bytes`);
  return bytes.readUInt32BE(16);
}

async function picture(page, name) {
  assert.ok(NAMES.includes(name), name);
  const path = join(PICTURES, `${name}.png`);
  mkdirSync(PICTURES, { recursive: true });
  await page.evaluate(() => document.activeElement.blur());
  await page.screenshot({ path, fullPage: true });
  assert.equal(widthOf(path), widthOf(join(KEPT ?? PICTURES, `${name}.png`)), "make the pictures again");
}

const sized = (width, height) => ({ viewport: { width, height }, colorScheme: "light", locale: "en-GB", timezoneId: "Europe/London" });

test("the mail", () => story(null, async (page) => {
  await post("/v1/groups", { id: GROUP, name: "Q1 Planning" }, await grace());
  await invite({ email: ADA, message: MESSAGE });
  const { html } = await mailTo(ADA);
  await page.setContent(html);
  await see(page, /Q1 Planning/);
  await picture(page, "mail");
}, sized(600, 400)));

test("the invite page", () => story(null, async (page) => {
  const { text } = await mailTo(ADA);
  await page.goto(/https:\/\/\S+\/i\/bkn_\w+/.exec(text)[0].replace(PUBLIC_URL, world.url));
  await see(page, "Grace Hopper invited you to Q1 Planning");
  await link(page, "Sign in to accept").waitFor();
  await picture(page, "invite-page");
}, sized(600, 400)));

// Invites people of whom each has done something else.
async function everyOutcome() {
  const wrong = "kate@acme.exmaple";
  await post("/local/ses", { fault: "bounce", to: wrong });
  await invite({ link: { max_uses: 25, allowed_domains: ["acme.example"] }, roles: ["member"] });
  const mary = { email: "mary@acme.example", first_name: "Mary", last_name: "Jackson" };
  const { token } = await invite({ person: mary });
  await post("/v1/invites/accept", { token }, await signIn({ sub: "mary", name: "Mary Jackson", email: mary.email }));
  const emmy = await invite({ email: "emmy@acme.example", roles: ["viewer"] });
  await post("/v1/invites/decline", { token: emmy.token, reason: "I have left the team." });
  const mistyped = await invite({ email: wrong });
  const hedy = await invite({ person: { email: "hedy@acme.example", first_name: "Hedy", last_name: "Lamarr" }, roles: ["admin"] });
  for (const { id } of [mistyped, hedy]) {
    await eventually("the outcome of a mail", async () => {
      const { delivery } = await get(`/v1/groups/${GROUP}/invites/${id}`, await grace());
      return ["bounced", "delivered"].includes(delivery.state);
    });
  }
}

test("the console", () => story(null, async (page) => {
  await everyOutcome();
  await openAs(page, `/groups/${GROUP}/invites`, await grace());
  await row(page, "kate@acme.exmaple").getByText("No such mailbox").waitFor();
  await row(page, "Hedy Lamarr").getByText("Delivered").waitFor();
  await see(page, "0 of 25 used");
  await picture(page, "console");
}, sized(1100, 700)));

test("the README shows each picture, and no other is kept", { skip: !KEPT }, () => {
  const readme = readFileSync(join(KEPT, "../../README.md"), "utf8");
  const shown = [...readme.matchAll(/\]\(docs\/pictures\/([\w-]+)\.png\)/g)].map(([, name]) => name);
  assert.deepEqual(shown.sort(), [...NAMES].sort());
  assert.deepEqual(readdirSync(KEPT).sort(), NAMES.map((name) => `${name}.png`).sort());
});
