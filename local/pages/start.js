"use strict";

// Guides the visitor through inviting and joining, with the same calls that any client makes.
// Answers are shown as text, never as markup.

const { group, owner, ownerName, demo } = document.body.dataset;
let token = null;
let link = null;

const result = (step) => document.querySelector(`#step-${step} .result`);

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

function show(step, ...elements) {
  result(step).replaceChildren(...elements);
}

function done(step) {
  document.getElementById(`step-${step}`).classList.add("done");
}

async function call(method, path, body) {
  const headers = { accept: "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers["content-type"] = "application/json";
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  let value = null;
  try {
    value = JSON.parse(text);
  } catch {
    // The answer is not JSON. Its text is shown instead.
  }
  return { ok: response.ok, status: response.status, line: `${method} ${path} → ${response.status}`, text, value };
}

// Returns a collapsed element with the call and its answer.
function record(answer) {
  const details = element("details", "");
  details.append(element("summary", answer.line), element("pre", answer.value ? JSON.stringify(answer.value, null, 2) : answer.text));
  return details;
}

function problem(step, answer) {
  const why = answer.value?.detail ?? answer.value?.message ?? "The service refused the request.";
  show(step, element("p", why, { class: "problem" }), record(answer));
}

// Runs a step. If the service does not answer, the step shows that.
async function run(step, action) {
  try {
    await action();
  } catch (error) {
    show(step, element("p", `The service does not respond: ${error.message}`, { class: "problem" }));
  }
}

async function signIn() {
  const answer = await call("POST", "/local/token", { sub: owner, name: ownerName });
  if (!answer.ok) return problem("sign-in", answer);
  token = answer.value.access_token;
  if (demo !== "true") {
    const made = await call("POST", "/v1/groups", { id: group, name: "Private Group" });
    if (!made.ok && made.status !== 409) return problem("sign-in", made);
  }
  show("sign-in", element("p", `Signed in as ${ownerName} (${owner}).`, { class: "success" }));
  done("sign-in");
  document.querySelector("#invite button").disabled = false;
  document.getElementById("members").disabled = false;
  document.getElementById("email").focus();
}

async function invite(email, role) {
  const before = await call("GET", "/local/inbox");
  const old = new Set(before.value?.messages?.map((message) => message.id));
  const answer = await call("POST", `/v1/groups/${group}/invites`, { email, roles: [role] });
  if (!answer.ok) return problem("invite", answer);
  show("invite", element("p", `Invited ${email} as ${role}.`, { class: "success" }), record(answer));
  done("invite");
  await run("mail", () => waitForMail(email, old, answer.value?.url));
}

// Waits for a mail to `email` that is not among the ids in `old`.
async function waitForMail(email, old, url) {
  show("mail", element("p", "Waiting for the mail…"));
  for (let look = 0; look < 60; look += 1) {
    const answer = await call("GET", "/local/inbox");
    const mail = answer.value?.messages?.find((message) => !old.has(message.id) && message.to.some((to) => to.toLowerCase().includes(email.toLowerCase())));
    if (mail) return mailArrived(mail, url);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  show("mail", element("p", "No mail arrived. GET /local/health shows whether the mailer failed.", { class: "problem" }));
}

function mailArrived(mail, url) {
  const found = mail.text?.match(/https?:\/\/\S+\/i\/[\w-]+/);
  link = found ? found[0] : url;
  show("mail", element("p", `“${mail.subject}”, from ${mail.from}`, { class: "success" }), element("pre", mail.text ?? ""));
  done("mail");
  if (!link) return show("accept", element("p", "The mail has no link.", { class: "problem" }));
  show("accept", element("a", "Open the invitation", { href: link, target: "_blank", rel: "noopener", class: "button" }));
}

async function members() {
  const answer = await call("GET", `/v1/groups/${group}/members`);
  if (!answer.ok) return problem("members", answer);
  const list = answer.value?.data ?? [];
  const table = element("table", "");
  table.append(element("caption", `${list.length} in the group`));
  const head = table.createTHead().insertRow();
  ["Name", "User", "Roles"].forEach((title) => head.append(element("th", title, { scope: "col" })));
  const rows = table.createTBody();
  list.forEach((member) => {
    const row = rows.insertRow();
    [member.name ?? "", member.user_id, (member.roles ?? []).join(", ")].forEach((text) => { row.insertCell().textContent = text; });
  });
  show("members", table, record(answer));
  if (list.length > 1) ["accept", "members"].forEach(done);
}

document.getElementById("sign-in").addEventListener("click", () => run("sign-in", signIn));
document.getElementById("members").addEventListener("click", () => run("members", members));
document.getElementById("invite").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  run("invite", () => invite(form.get("email").trim(), form.get("role")));
});
// The invitation opens in another tab. When the visitor returns, the list may have a new member.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && token && link) run("members", members);
});
