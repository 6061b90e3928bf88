// Guides the visitor through inviting and joining, with the same calls that any client makes.
import { CodePanel, speak } from "./code.js";
import { Unreachable, call, remember, remembered } from "./service.js";
import { both, sends, signsIn } from "./snippets.js";
import { all, find, mark, say, showErrors, showMail, showMembers, view } from "./steps.js";

const { url, app, demo, group, groupName, owner, ownerName, ownerEmail, invitee, inviteeName, inviteeEmail } = document.body.dataset;
const OWNER = { sub: owner, name: ownerName, email: ownerEmail };
const INVITEE = { sub: invitee, name: inviteeName, email: inviteeEmail };
// The people to invite after the first one.
const OTHERS = ["hedy@example.com", "katherine@example.com", "dorothy@example.com", "mary@example.com"];
const GROUP = `/v1/groups/${group}`;
// How long to wait between two looks, in milliseconds, and how many looks a mail may take.
const FOR_MAIL = 400;
const FOR_ANSWER = 1500;
const LOOKS = 40;
const ENDS = { declined: "declined the invitation", revoked: "cannot join: the invitation was withdrawn", expired: "did not answer in time" };

const form = find("#invite");
const blank = () => ({ token: null, invite: null, mail: null, outcome: null });
let state = { ...blank(), fields: null, language: "curl", ...remembered() };

const panels = Object.fromEntries(["sign-in", "invite", "mail", "join", "members"].map((step) => [
  step, new CodePanel(find(`#step-${step} .code`), step, (language) => change({ language })),
]));

// Changes the state, remembers it, and shows it.
function change(changes) {
  state = { ...state, ...changes };
  remember(state);
  show();
}

const fields = () => Object.fromEntries(["email", "role", "message"].map((name) => [name, form.elements[name].value.trim()]));
const joined = () => state.outcome?.state === "accepted";
// Without the demo, the sign-in page knows people by their addresses alone.
const nameOf = (email) => (demo === "true" && email === inviteeEmail ? inviteeName : email);

function show() {
  const { token, invite, mail, outcome } = state;
  mark({ "sign-in": Boolean(token), invite: Boolean(invite), mail: Boolean(mail), join: joined(), members: joined() });
  find("#sign-in").hidden = Boolean(token);
  form.querySelector("button").disabled = !token;
  find("#members").disabled = !token;
  find("#again").hidden = !outcome;
  find("#reset").hidden = !token;
  all(".invitee").forEach((place) => { place.textContent = invite ? nameOf(invite.email) : inviteeName; });
  all(".open").forEach((link) => {
    if (mail) link.href = invite.url;
    link.hidden = !mail || Boolean(outcome);
  });
  showMail(mail);
  view("page", Boolean(mail));
  view("app", joined());
  find("#view-app .joined").textContent = joined() ? `${outcome.name} is in ${groupName}.` : "";
  showProgress();
  showCode();
  speak(state.language);
}

function showProgress() {
  const { token, invite, mail, outcome } = state;
  if (token) say("sign-in", `You are signed in as ${ownerName}.`, "good");
  say("invite", invite ? `${nameOf(invite.email)} is invited as ${invite.role}.` : "", "good");
  if (mail) say("mail", "The mail has arrived.", "good");
  else say("mail", invite ? "Waiting for the mail…" : "");
  if (joined()) say("join", `${outcome.name} joined. The page leads on to ${app}.`, "good");
  else if (outcome) say("join", `${nameOf(invite.email)} ${ENDS[outcome.state] ?? "cannot join any more"}.`, "bad");
  else say("join", mail ? "Waiting until the invitation is accepted…" : "");
}

function body({ email, role, message }) {
  return { email, roles: [role], ...(message && { message }) };
}

function showCode() {
  const token = state.invite?.url.split("/").pop() ?? "THE_TOKEN_FROM_THE_MAIL";
  panels["sign-in"].show(signsIn(url, "owner", OWNER));
  panels.invite.show(sends(url, { method: "POST", path: `${GROUP}/invites`, variable: "owner", body: body(fields()) }));
  panels.mail.show(sends(url, { method: "GET", path: "/local/inbox" }));
  panels.join.show(both(
    signsIn(url, "invitee", INVITEE),
    sends(url, { method: "POST", path: "/v1/invites/accept", variable: "invitee", body: { token } }),
  ));
  panels.members.show(sends(url, { method: "GET", path: `${GROUP}/members`, variable: "owner" }));
}

// Runs a step. A service that does not answer is said in it.
async function run(step, action) {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    say(step, "The service does not answer. Is it still running?", "bad");
  }
}

const reason = (answer) => answer.value?.detail ?? answer.value?.message ?? `The service answered with status ${answer.status}.`;

// Calls the service as the owner, and shows the answer in the step's panel. Returns `null` if the
// sign-in has ended.
async function asOwner(step, method, path, body) {
  const answer = await call(method, path, { body, token: state.token });
  panels[step].answered(answer);
  if (answer.status !== 401) return answer;
  change(blank());
  say("sign-in", "The sign-in has ended, for example because the service was started again. Please sign in again.", "bad");
  find("#sign-in").focus();
  return null;
}

async function signIn() {
  const answer = await call("POST", "/local/token", { body: OWNER });
  panels["sign-in"].answered(answer);
  if (!answer.ok) return say("sign-in", reason(answer), "bad");
  const token = answer.value.access_token;
  if (demo !== "true") {
    const made = await call("POST", "/v1/groups", { token, body: { id: group, name: groupName } });
    if (!made.ok && made.status !== 409) return say("sign-in", reason(made), "bad");
  }
  change({ token });
  form.elements.email.focus();
}

async function invite() {
  const given = fields();
  if (!/^[^\s@]+@[^\s@]+$/.test(given.email)) {
    return showErrors({ email: given.email ? "This is not an e-mail address. One looks like ada@example.com." : "Enter the address of the person to invite." });
  }
  showErrors({});
  const answer = await asOwner("invite", "POST", `${GROUP}/invites`, body(given));
  if (!answer) return;
  if (!answer.ok) return refused(given, answer);
  const { id, url } = answer.value;
  change({ invite: { id, url, email: given.email, role: given.role }, mail: null, outcome: null });
  follow();
}

function refused({ email }, answer) {
  const { code, errors = [] } = answer.value ?? {};
  const of = (name) => errors.find(({ pointer = "" }) => pointer.startsWith(`/${name}`))?.detail;
  const byCode = {
    already_member: `${nameOf(email)} is in ${groupName} already. Invite another address.`,
    invite_already_pending: `${nameOf(email)} is invited already. Invite another address.`,
  };
  const found = { email: byCode[code] ?? of("email"), role: of("role"), message: of("message") };
  showErrors(found);
  if (!Object.values(found).some(Boolean)) say("invite", reason(answer), "bad");
}

let timer = 0;
let looks = 0;

// Looks for the mail, and then whether the invitation was answered, until it was.
function follow() {
  clearTimeout(timer);
  looks = 0;
  look();
}

async function look() {
  clearTimeout(timer);
  const { invite, mail, outcome } = state;
  if (!invite || outcome) return;
  if (!document.hidden) await (mail ? run("join", lookForAnswer) : run("mail", lookForMail));
  timer = setTimeout(look, mail || looks > LOOKS ? FOR_ANSWER : FOR_MAIL);
}

async function lookForMail() {
  const { invite } = state;
  const answer = await call("GET", "/local/inbox");
  const mail = answer.value?.messages?.find(({ text }) => text?.includes(invite.url));
  if (state.invite !== invite) return;
  looks += 1;
  if (mail) {
    panels.mail.answered({ status: answer.status, value: { messages: [{ ...mail, html: "…" }] } });
    return change({ mail: { id: mail.id, from: mail.from, to: mail.to.join(", "), subject: mail.subject } });
  }
  if (looks <= LOOKS) showProgress();
  else say("mail", "No mail has arrived yet. The service status says whether sending fails.", "bad");
}

async function lookForAnswer() {
  const { invite } = state;
  const answer = await asOwner("join", "GET", `${GROUP}/invites/${invite.id}`);
  if (!answer || state.invite !== invite) return;
  if (answer.status === 404) return change({ invite: null, mail: null });
  if (!answer.ok) return say("join", reason(answer), "bad");
  if (answer.value.state === "pending") return showProgress();
  change({ outcome: { state: answer.value.state, name: answer.value.resolved_by?.name ?? nameOf(invite.email) } });
  if (joined()) await members();
}

async function members() {
  const answer = await asOwner("members", "GET", `${GROUP}/members`);
  if (!answer) return;
  if (!answer.ok) return say("members", reason(answer), "bad");
  say("members", "");
  showMembers(answer.value.data, groupName);
}

function again() {
  const next = OTHERS[OTHERS.indexOf(state.invite?.email) + 1] ?? "";
  change({ invite: null, mail: null, outcome: null });
  form.elements.email.value = next;
  form.elements.email.dispatchEvent(new Event("input", { bubbles: true }));
  form.elements.email.focus();
}

find("#sign-in").addEventListener("click", () => run("sign-in", signIn));
find("#members").addEventListener("click", () => run("members", members));
find("#again").addEventListener("click", again);
find("#reset").addEventListener("click", () => {
  change({ ...blank(), fields: null });
  location.reload();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  run("invite", invite);
});
form.addEventListener("input", () => change({ fields: fields() }));
// The invitation opens in another tab. It may have been answered when the visitor returns.
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });

Object.entries(state.fields ?? {}).forEach(([name, value]) => { form.elements[name].value = value; });
show();
if (state.token) {
  run("members", async () => {
    if (joined()) return members();
    // A token of an earlier start of the service is no longer valid.
    const answer = await asOwner("members", "GET", `${GROUP}/members`);
    if (answer && [401, 403, 404].includes(answer.status)) change(blank());
    look();
  });
}
