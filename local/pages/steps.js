// What the steps and the views beside them show. Answers are shown as text, never as markup.

export const find = (selector) => document.querySelector(selector);
export const all = (selector) => document.querySelectorAll(selector);

export function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

// Says in a step what happened. `kind` is "", "good" or "bad".
export function say(step, text, kind = "") {
  const said = find(`#step-${step} .said`);
  if (said.textContent === text && said.className === `said ${kind}`) return;
  said.className = `said ${kind}`;
  said.textContent = text;
}

// Marks the steps that are done, and the first that is not.
export function mark(done) {
  const next = Object.keys(done).find((step) => !done[step]);
  Object.entries(done).forEach(([step, isDone]) => {
    const item = find(`#step-${step}`);
    item.classList.toggle("done", isDone);
    if (step === next) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  });
}

// Shows a view, or what to wait for.
export function view(name, isThere) {
  const place = find(`#view-${name}`);
  place.classList.toggle("waiting", !isThere);
  place.querySelector(".wait").hidden = isThere;
  place.querySelector(".shown").hidden = !isThere;
}

// Shows a mail. Its document has an address of its own, which the frame loads once.
export function showMail(mail) {
  view("mail", Boolean(mail));
  find("#step-mail .below a").hidden = !mail;
  if (!mail) return;
  ["from", "to", "subject"].forEach((part) => { find(`#view-mail .${part}`).textContent = mail[part]; });
  find("#view-mail .in-inbox").href = `/local/inbox?mail=${encodeURIComponent(mail.id)}`;
  find("#view-page .subject").textContent = mail.subject;
  const frame = find("#view-mail iframe");
  const source = `/local/inbox/${encodeURIComponent(mail.id)}`;
  if (frame.getAttribute("src") !== source) frame.setAttribute("src", source);
}

// Shows what is wrong beside each field, and moves to the first such field.
export function showErrors(errors) {
  const wrong = ["email", "role", "message"].filter((name) => {
    const text = errors[name] ?? "";
    const field = document.getElementById(name);
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    document.getElementById(`${name}-error`).textContent = text;
    return text;
  });
  if (wrong.length > 0) document.getElementById(wrong[0]).focus();
}

export function showMembers(members, name) {
  const table = element("table", "");
  const people = members.length === 1 ? "1 person" : `${members.length} people`;
  table.append(element("caption", `${people} in ${name}`));
  const head = table.createTHead().insertRow();
  ["Name", "Role", "User id"].forEach((title) => head.append(element("th", title, { scope: "col" })));
  const rows = table.createTBody();
  members.forEach((member) => {
    const row = rows.insertRow();
    [member.name ?? "", (member.roles ?? []).join(", "), member.user_id].forEach((text) => { row.insertCell().textContent = text; });
  });
  find("#step-members .table").replaceChildren(table);
}
