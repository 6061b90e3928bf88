// The local service and a browser for the tests of one file, and the people who use them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

// What the tests share, once `started()` has run.
export const world = { url: "", browser: null };

// Starts a local service with these settings and options, and a browser, before the tests of the file.
export function started(settings = {}, options = []) {
  let service;
  before(async () => {
    const set = Object.entries(settings).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
    service = spawn(process.env.BECKON, ["--port", "0", ...options, ...set], { stdio: ["ignore", "pipe", "inherit"] });
    world.url = await new Promise((resolve, reject) => {
      let output = "";
      service.stdout.on("data", (data) => {
        output += data;
        const found = /^listening on (\S+)/m.exec(output);
        if (found) resolve(found[1]);
      });
      service.on("exit", (code) => reject(new Error(`the service ended with ${code}`)));
    });
    world.browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
  });
  after(async () => {
    await world.browser?.close();
    service?.kill();
  });
}

export async function send(method, path, body, token) {
  const headers = body ? { "content-type": "application/json" } : {};
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(world.url + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

export const get = (path, token) => send("GET", path, undefined, token);
export const post = (path, body, token) => send("POST", path, body, token);
export const patch = (path, body, token) => send("PATCH", path, body, token);

export const signIn = async (claims) => (await post("/local/token", claims)).access_token;
// The demo group's owner. The directory names her, so the name in the token does not show.
export const owner = () => signIn({ sub: "29842", name: "Grace Hopper" });
let people = 0;

// Returns a person whom nobody else uses.
export function newPerson(name = `Person ${people + 1}`) {
  const id = `p${(people += 1)}`;
  return { sub: id, email: `${id}@example.com`, name };
}

// Returns the address to which the login sends the person back from the page that is open.
export async function signInAs(page, person) {
  await page.waitForURL(/\/local\/sign-in/);
  const target = new URL(page.url()).searchParams;
  const token = await signIn(person);
  return `${target.get("redirect_uri")}#access_token=${token}&state=${encodeURIComponent(target.get("state") ?? "")}`;
}

// Runs the story in a fresh browser profile. `init` changes the browser before the page's script.
export async function story(init, run, options = {}) {
  const context = await world.browser.newContext(options);
  context.setDefaultTimeout(30000);
  if (init) await context.addInitScript(init);
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(error));
  page.on("console", (message) => { if (/Content Security Policy/i.test(message.text())) problems.push(message.text()); });
  try {
    await run(page, context);
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
  }
}

// Repeats the question until its answer is right, for what the stream does after a request, or a page
// after its text is seen.
export async function eventually(what, question) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await question()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`${what} did not happen`);
}

// Waits until the element with this id, label or text has the focus, which a page moves a moment after
// its text is seen.
export const focusIs = (page, wanted) => eventually(`the focus on "${wanted}"`, () => page.evaluate((wanted) => {
  const own = document.activeElement;
  return [own.id, own.getAttribute("aria-label"), own.textContent].includes(wanted);
}, wanted));

export const see = (page, text) => page.getByText(text).filter({ visible: true }).first().waitFor();
export const button = (page, name) => page.getByRole("button", { name });
export const link = (page, name) => page.getByRole("link", { name });
