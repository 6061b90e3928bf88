// Keeps the inbox up to date, and opens mails without loading the page anew. The service renders the
// list and the mail; this script puts them in place.

const PAUSE = 1000;
const LOOKS = "beckon.inbox";
const TOGGLES = ["phone", "dark", "part-text"];

const find = (selector) => document.querySelector(selector);
const words = find("#words");
const live = find("#live");
const problem = find("#problem");

// The list as the service sent it, before the script changed its times.
let list = find("#list").innerHTML;
// The number of the latest load. An earlier one that ends later is dropped.
let latest = 0;

// --- How mails are shown ---

let looks = { dark: matchMedia("(prefers-color-scheme: dark)").matches };
try {
  looks = { ...looks, ...JSON.parse(sessionStorage.getItem(LOOKS)) };
} catch {
  // A blocked storage remembers nothing.
}

function applyLooks() {
  for (const id of TOGGLES) {
    const toggle = document.getElementById(id);
    if (toggle) toggle.checked = Boolean(looks[id]);
  }
  if (!looks["part-text"] && find("#part-html")) find("#part-html").checked = true;
}

document.addEventListener("change", ({ target }) => {
  if (!target.closest(".tools")) return;
  for (const id of TOGGLES) looks[id] = document.getElementById(id).checked;
  try {
    sessionStorage.setItem(LOOKS, JSON.stringify(looks));
  } catch {
    // The choice holds until the page is left.
  }
});

// Shows times in the visitor's time zone. The list has the day only of mails that are not of today.
function applyTimes(place) {
  const today = new Date().toDateString();
  for (const time of place.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const whole = "whole" in time.dataset;
    const day = at.toDateString() === today ? {} : { day: "numeric", month: "short" };
    time.textContent = at.toLocaleString(undefined, whole ? { dateStyle: "full", timeStyle: "medium" } : { ...day, hour: "2-digit", minute: "2-digit" });
  }
}

// --- Loading ---

const openMail = (page = document) => page.querySelector("#reader [data-mail]")?.dataset.mail;

// Loads the inbox with these words and this mail, and puts it in place. Returns whether it did.
async function load(query, { isNew = false } = {}) {
  const number = (latest += 1);
  const address = `/local/inbox?${query}`;
  let page;
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    if (number === latest) tellProblem("The service does not answer. Is it still running? The inbox shows what it had.");
    return false;
  }
  if (number !== latest) return false;
  tellProblem("");
  document.title = page.title;
  placeList(page, isNew);
  if (isNew || openMail() !== openMail(page)) placeMail(page, isNew);
  return true;
}

function tellProblem(text) {
  problem.hidden = !text;
  if (problem.textContent !== text) problem.textContent = text;
}

function placeList(page, isNew) {
  const place = find("#list");
  const fresh = page.querySelector("#list");
  if (fresh.innerHTML === list) return;
  const known = new Set(Array.from(place.querySelectorAll("[data-mail]"), (mail) => mail.dataset.mail));
  const focused = document.activeElement?.closest("#list [data-mail]")?.dataset.mail;
  const scrolled = place.scrollTop;
  list = fresh.innerHTML;
  place.replaceChildren(...fresh.childNodes);
  place.scrollTop = scrolled;
  applyTimes(place);
  if (focused) place.querySelector(`[data-mail="${CSS.escape(focused)}"]`)?.focus();
  const newest = place.querySelector("[data-mail]");
  if (isNew) live.textContent = (place.querySelector(".count") ?? place.querySelector("h2")).textContent;
  else if (newest && !known.has(newest.dataset.mail)) live.textContent = `New mail to ${newest.querySelector(".to").textContent}: ${newest.querySelector(".subject").textContent}`;
  find("#empty").hidden = !newest;
}

function placeMail(page, isNew) {
  find("#reader").replaceChildren(...page.querySelector("#reader").childNodes);
  if (isNew) document.body.classList.toggle("reading", page.body.classList.contains("reading"));
  applyLooks();
  applyTimes(find("#reader"));
}

const queryOf = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value));
const here = () => new URLSearchParams(location.search);

// How many of the visitor's own steps are under way. A refresh would take their place.
let going = 0;

// A mail that is open stays open when others arrive.
async function refresh() {
  if (document.hidden || going > 0) return;
  await load(queryOf({ q: here().get("q"), mail: here().get("mail") ?? openMail() }));
}

async function go(query, { replace = false } = {}) {
  const address = query.size > 0 ? `/local/inbox?${query}` : "/local/inbox";
  if (!await step(query)) return;
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
}

// Loads what the visitor asked for. Returns whether it did.
async function step(query) {
  going += 1;
  try {
    return await load(query, { isNew: true });
  } finally {
    going -= 1;
  }
}

// --- What the visitor does ---

document.addEventListener("click", async (event) => {
  const link = event.target.closest('#list a[href^="/local/inbox"], #reader a[href^="/local/inbox"]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  await go(new URL(link.href).searchParams);
  const narrow = matchMedia("(max-width: 56rem)").matches;
  if (narrow) find(document.body.classList.contains("reading") ? "#subject" : "#list a")?.focus();
  words.value = here().get("q") ?? "";
});

let typing = 0;
words.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => go(queryOf({ q: words.value.trim() }), { replace: true }), 150);
});
find("#search").addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  go(queryOf({ q: words.value.trim() }), { replace: true });
});

find("#empty").addEventListener("click", async () => {
  try {
    const answer = await fetch("/local/inbox", { method: "DELETE" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
  } catch {
    return tellProblem("The inbox could not be emptied. Is the service still running?");
  }
  words.value = "";
  live.textContent = "The inbox is empty.";
  await go(new URLSearchParams());
});

addEventListener("popstate", () => {
  words.value = here().get("q") ?? "";
  step(here());
});
document.addEventListener("visibilitychange", refresh);

async function keepFresh() {
  await refresh();
  setTimeout(keepFresh, PAUSE);
}

applyLooks();
applyTimes(document);
find("#empty").hidden = !find("#list [data-mail]");
setTimeout(keepFresh, PAUSE);
