// --- Forms and dialogs ---
let fields = 0;

// Returns a control with its label, hint and error. `pointer` is where the API's errors name it.
function field(label, control, { hint = null, pointer = null } = {}) {
  const id = "field-" + (fields += 1);
  control.id = id;
  const error = el("p", { class: "error", id: id + "-error" });
  const described = [hint && id + "-hint", id + "-error"].filter(Boolean).join(" ");
  control.setAttribute("aria-describedby", described);
  const check = control.type === "checkbox";
  const name = el("label", { for: id }, label);
  return el("div", { class: check ? "field check" : "field", "data-pointer": pointer },
    check ? [control, name] : [name, control], hint && el("p", { class: "hint", id: id + "-hint" }, hint), error);
}

const input = (attributes) => el("input", { autocomplete: "off", ...attributes });

// Returns a choice from `[value, text]` pairs.
function choice(pairs, value, attributes) {
  return el("select", attributes, ...pairs.map(([own, text]) => el("option", { value: own, selected: own === value }, text)));
}

const ROLES = ["member", "editor", "admin", "owner"];
const OTHER = "*";

// Returns the field of a role: one of the four, or another name. `roles()` reads it.
function roleField(present = ["member"]) {
  const name = present.join(" ");
  const known = ROLES.includes(name);
  const pairs = [...ROLES.map((role) => [role, roleInWords(role)]), [OTHER, say("role.other")]];
  const select = choice(pairs, known ? name : OTHER);
  const text = input({ value: known ? "" : name, spellcheck: "false", autocapitalize: "off" });
  const other = field(say("role.other_label"), text, { hint: say("role.other_hint") });
  const show = () => { other.hidden = select.value !== OTHER; };
  select.addEventListener("change", show);
  show();
  const place = el("div", { "data-pointer": "/roles" }, field(say("role.label"), select), other);
  place.roles = () => (select.value === OTHER ? wordsIn(text.value) : [select.value]);
  return place;
}

const wordsIn = (text) => text.split(/[\s,;]+/).filter(Boolean);

const ENDS = [1, 3, 7, 14, 30, 90, 365].map((days) => days * DAY);

// Returns the choice of a lifetime, with more pairs before it.
function endChoice(before) {
  return choice([...before, ...ENDS.map((seconds) => [String(seconds), lengthInWords(seconds)])], before[0][0]);
}

// Shows each error of the failure at its field, and what is left above the buttons. The errors of the
// items of a list are not fields.
function showFailure(form, error) {
  clearFailure(form);
  let first = null;
  const left = [];
  for (const one of error instanceof Refusal ? error.errors : []) {
    const place = Array.from(form.querySelectorAll("[data-pointer]")).find((place) => place.dataset.pointer && one.pointer.startsWith(place.dataset.pointer));
    if (!place) left.push(fieldInWords(one));
    else first = first || showAt(place, fieldInWords(one));
  }
  const general = first && left.length === 0 ? "" : left.join(" ") || wordsOf(error);
  form.querySelector(".problem").textContent = general;
  if (first) first.focus();
}

// Shows the error at the field, and returns its control.
function showAt(place, text) {
  const control = place.querySelector("input, select, textarea");
  control.setAttribute("aria-invalid", "true");
  place.querySelector(".error").textContent = text;
  return control;
}

function clearFailure(form) {
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  for (const place of form.querySelectorAll(".error, .problem")) place.textContent = "";
}

// Returns a form that runs `act` when it is sent, and shows its failure. The first button sends it.
function formOf({ content, submit, danger = false, act, others = [] }) {
  const send = el("button", { class: danger ? "danger" : "primary" }, submit);
  const form = el("form", { novalidate: true }, ...content, el("p", { class: "problem", role: "alert" }), el("div", { class: "row" }, send, ...others));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.getAttribute("aria-disabled") === "true") return;
    send.setAttribute("aria-disabled", "true");
    clearFailure(form);
    try {
      await act(form);
    } catch (error) {
      showFailure(form, error);
    } finally {
      send.removeAttribute("aria-disabled");
    }
  });
  return form;
}

// Opens a dialog, and returns a function that closes it. Closing returns the focus.
function openDialog(title, content) {
  const heading = el("h2", { id: "dialog-title" }, title);
  const dialog = el("dialog", { "aria-labelledby": "dialog-title" }, heading, ...content);
  const before = document.activeElement;
  const close = () => closeDialog(dialog);
  dialog.addEventListener("keydown", (event) => { if (event.key === "Escape" && !dialog.showModal) close(); });
  dialog.addEventListener("close", () => {
    dialog.remove();
    refocus(before);
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) close(); });
  document.body.append(dialog);
  // Safari shows dialogs from 15.4 on. An older one gets the dialog in the page, at the top.
  if (dialog.showModal) dialog.showModal();
  else {
    dialog.setAttribute("open", "");
    dialog.querySelector("input, select, textarea, button").focus();
  }
  return close;
}

function closeDialog(dialog) {
  if (dialog.showModal) dialog.close();
  else dialog.dispatchEvent(new Event("close"));
}

function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) closeDialog(dialog);
}

// Asks before the act. The dialog stays open while the act fails, and says why.
function askInDialog({ title, text = null, content = [], submit, danger = false, act }) {
  let close;
  const cancel = button(say("cancel"), () => close());
  const form = formOf({
    content: [text && el("p", null, text), ...content].filter(Boolean), submit, danger, others: [cancel],
    act: async () => { await act(form); close(); },
  });
  close = openDialog(title, [form]);
  const first = form.querySelector("input, select, textarea");
  (first || (danger ? cancel : form.querySelector("button"))).focus();
}
