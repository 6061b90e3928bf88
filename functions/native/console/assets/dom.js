// --- Elements ---
// The script writes text and elements, never markup.

// Returns an element. A function among the attributes listens to the event of its name; `false` and
// `null` leave an attribute out.
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// Returns a button. `label` names it for screen readers where its text alone is not enough. The name has
// the text in it, because people who speak to their device say what they see.
function button(text, click, { kind = "", label = null, ...more } = {}) {
  const name = label && !label.toLowerCase().includes(text.toLowerCase()) ? `${text}: ${label}` : label;
  return el("button", { type: "button", class: kind || null, "aria-label": name, click, ...more }, text);
}

// Tells the person what happened, without moving the focus.
let quiet = 0;
function tell(text) {
  const place = document.getElementById("live");
  clearTimeout(quiet);
  place.textContent = "";
  // A text that is the same as before is spoken again only if it changes.
  requestAnimationFrame(() => { place.textContent = text; });
  quiet = setTimeout(() => { place.textContent = ""; }, 8000);
}

function note(kind, ...children) {
  return el("div", { class: "note " + kind, role: kind === "bad" ? "alert" : null }, ...children);
}

// Returns a view for a state without content.
function emptyState(title, text, ...actions) {
  return el("div", { class: "empty" }, el("h3", null, title), el("p", null, text), actions.length > 0 && el("div", { class: "row" }, ...actions));
}

// The present load of each place. The content of an older load is dropped.
const fillings = new WeakMap();

// Shows "Loading…" in the place, then what `load` returns, or why it failed with a way to try again.
// `present()` tells `load` whether its content will be shown.
async function fill(place, load) {
  fillings.set(place, load);
  const present = () => place.isConnected && fillings.get(place) === load;
  place.setAttribute("aria-busy", "true");
  place.replaceChildren(el("p", { class: "loading", role: "status" }, say("loading")));
  let content;
  try {
    content = await load(present);
  } catch (error) {
    content = note("bad", el("p", null, wordsOf(error)), button(say("retry"), () => fill(place, load)));
  }
  if (!present()) return;
  place.replaceChildren(...[content].flat().filter(Boolean));
  place.removeAttribute("aria-busy");
}

// Runs the act while its button cannot be used, and keeps the focus on it. A failure is told, and given
// to `failed` in words.
async function busy(control, act, failed = () => {}) {
  if (control.getAttribute("aria-disabled") === "true") return;
  control.setAttribute("aria-disabled", "true");
  try {
    await act();
  } catch (error) {
    const text = wordsOf(error);
    tell(text);
    failed(text);
  } finally {
    control.removeAttribute("aria-disabled");
    refocus(control);
  }
}

// Gives the focus back to the control. If its row was shown anew, the same control of the new row
// gets it, or the first one.
function refocus(control) {
  const lost = !document.activeElement || document.activeElement === document.body || !document.activeElement.isConnected;
  if (!control || !lost) return;
  if (control.isConnected) return control.focus();
  const row = control.closest("[data-row]");
  const now = row && document.querySelector(`[data-row="${CSS.escape(row.dataset.row)}"]`);
  const next = now && (Array.from(now.querySelectorAll("button")).find((other) => other.textContent === control.textContent) || now.querySelector("button, input"));
  if (next) next.focus();
}

function initials(name) {
  const words = name.replace(/@.*/, "").split(/[\s._+-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0] || "?"];
  return letters.map((word) => Array.from(word)[0]).join("").toUpperCase();
}

const HUES = 5;
function avatar(name) {
  const sum = Array.from(name).reduce((sum, letter) => sum + letter.codePointAt(0), 0);
  return el("span", { class: `avatar hue${sum % HUES}`, "aria-hidden": "true" }, initials(name));
}

// Returns a table that stays a table for screen readers where the style shows its rows as cards.
function table(label, columns, rows) {
  const head = columns.map(({ title, hidden, content }) => el("th", { role: "columnheader", scope: "col" },
    content || (hidden ? el("span", { class: "unseen" }, title) : title)));
  return el("table", { role: "table", "aria-label": label },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...head)),
    el("tbody", { role: "rowgroup" }, ...rows));
}

function cell(kind, title, ...children) {
  return el("td", { role: "cell", class: kind, "data-title": title }, ...children);
}

function download(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
