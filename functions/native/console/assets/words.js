"use strict";
// --- Words, numbers and times, in the language of the page ---
// Every text for people, by id. `{name}` is a value; a text with plural forms is chosen by `{count}`
// (CLDR).
const TEXTS = JSON.parse(document.getElementById("texts").textContent);
// The locale of dates, numbers and lists.
const LOCALE = document.documentElement.dataset.locale;
// Values keep their own direction in a text from right to left (U+2068, U+2069).
const isolated = (value) => (document.documentElement.dir === "rtl" ? `\u2068${value}\u2069` : value);

const PLURALS = new Intl.PluralRules(LOCALE);
const NUMBERS = new Intl.NumberFormat(LOCALE);
const DAYS = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const DAYS_OF_YEARS = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric" });
const MOMENTS = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" });
const RELATIVE = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
const LISTS = new Intl.ListFormat(LOCALE, { type: "conjunction" });

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const UNITS = [["day", DAY], ["hour", HOUR], ["minute", MINUTE], ["second", 1]];

const hasText = (id) => Object.prototype.hasOwnProperty.call(TEXTS, id);

// Returns the text of this id with the values in it. `count` chooses the plural form.
function say(id, values = {}) {
  if (!hasText(id)) throw new Error("there is no text " + id);
  const entry = TEXTS[id];
  const text = typeof entry === "string" ? entry : entry[PLURALS.select(values.count)] || entry.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === "number" ? NUMBERS.format(values[name]) : isolated(values[name])));
}

// Returns the text of the first id that exists, or null.
function sayFirst(ids, values) {
  const id = ids.find(hasText);
  return id ? say(id, values) : null;
}

// Returns a length of time exactly, such as "1 day and 1 hour".
function lengthInWords(seconds) {
  let left = Math.ceil(seconds);
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(new Intl.NumberFormat(LOCALE, { style: "unit", unit, unitDisplay: "long" }).format(count));
  }
  return LISTS.format(parts);
}

// Returns a time near the present as "in 6 days", and another one as a day. Below two days it counts
// hours, because "tomorrow" could be the wrong day.
function nearInWords(time) {
  const seconds = (Date.parse(time) - Date.now()) / 1000;
  const distance = Math.abs(seconds);
  if (distance > 14 * DAY) return dayInWords(time);
  const [unit, size] = UNITS.find(([unit, size]) => distance >= (unit === "day" ? 2 * size : size)) || UNITS[3];
  return RELATIVE.format(Math.round(seconds / size), unit);
}

function dayInWords(time) {
  const date = new Date(time);
  return (date.getFullYear() === new Date().getFullYear() ? DAYS : DAYS_OF_YEARS).format(date);
}

const momentInWords = (time) => MOMENTS.format(new Date(time));

function roleInWords(role) {
  return sayFirst(["role." + role]) || role;
}

const rolesInWords = (roles) => LISTS.format(roles.map(roleInWords));

// Returns the name of a language in that language, such as "Deutsch".
function languageInWords(tag) {
  try {
    return new Intl.DisplayNames([tag], { type: "language" }).of(tag);
  } catch {
    return tag;
  }
}
