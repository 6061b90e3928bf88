// --- Invite people ---
const LANGUAGES = ["en", "de", "es", "fr", "ja", "pt-BR", "zh-Hans", "ar"];
// The most people of the preview that are shown.
const PREVIEWED = 100;
const MOST_ROWS = 5000;

function inviteFormView(place, group) {
  const text = el("textarea", { rows: "5", spellcheck: "false", autocapitalize: "off", autocomplete: "off" });
  const file = input({ type: "file", accept: ".csv,text/csv,text/plain" });
  // A sign-in in between loses nothing.
  const draft = { text: "", roles: ["member"], message: "", language: "", end: "", ...draftOf(group, "form") };
  const message = el("textarea", { rows: "3", maxlength: "500" });
  const language = choice([["", say("form.language_default")], ...LANGUAGES.map((tag) => [tag, languageInWords(tag)])], draft.language);
  const end = endChoice([["", say("form.end_default")]]);
  const role = roleField(draft.roles);
  const keys = new Map(draftOf(group, "keys"));
  const view = { group, place, fromFile: [], keys, lost: new Set(), preview: el("div"), text, file, role, message, language, end, fileName: el("p", { class: "row" }) };
  Object.assign(text, { value: draft.text });
  Object.assign(message, { value: draft.message });
  Object.assign(end, { value: draft.end });
  const fileField = field(say("form.file"), file, { hint: say("form.file_hint") });
  file.addEventListener("change", () => readFile(view, fileField));
  const heading = el("h2", null, say("form.title", { group: group.name }));
  view.addresses = field(say("form.addresses"), text, { hint: say("form.addresses_hint") });
  view.form = formOf({
    submit: say("form.send_none"), act: () => sendForm(view),
    others: [el("a", { class: "button quiet", href: placeOf(group.id, "invites") }, say("cancel"))],
    content: [
      el("div", { class: "columns" },
        el("div", null, view.addresses, fileField, view.fileName),
        el("fieldset", null, el("legend", null, say("form.options")), role, field(say("form.message"), message, { hint: say("form.message_hint") }),
          el("div", { class: "pair" }, field(say("form.language"), language), field(say("form.end"), end)))),
      el("h3", null, say("form.preview")), view.preview,
    ],
  });
  const interrupted = keys.size > 0 && note("warn", el("p", null, say("form.interrupted")));
  place.replaceChildren(el("section", { class: "panel" }, heading, interrupted || "", view.form));
  view.form.addEventListener("input", () => {
    keepDraft(group, "form", { text: text.value, roles: role.roles(), message: message.value, language: language.value, end: end.value });
    drawPreview(view);
  });
  const { name, people } = draftOf(group, "file") || { people: [] };
  if (people.length > 0) useFile(view, name, people);
  else drawPreview(view);
}

async function readFile(view, place) {
  const { file } = view;
  const [chosen] = file.files;
  // The people of an earlier file go, also if this one cannot be used.
  forgetFile(view);
  place.querySelector(".error").textContent = "";
  file.removeAttribute("aria-invalid");
  if (!chosen) return;
  const people = peopleOfCsv(textOfFile(await chosen.arrayBuffer()));
  if (file.files[0] !== chosen) return;
  if (!people || people.length > MOST_ROWS) {
    showAt(place, say(people ? "form.file_large" : "form.file_bad"));
    return;
  }
  keepDraft(view.group, "file", { name: chosen.name, people });
  useFile(view, chosen.name, people);
}

function useFile(view, name, people) {
  view.fromFile = people;
  const remove = button(say("form.file_remove", { name }), () => {
    forgetFile(view);
    view.file.value = "";
    view.file.focus();
  });
  view.fileName.replaceChildren(remove);
  drawPreview(view);
}

function forgetFile(view) {
  view.fromFile = [];
  dropDraft(view.group, ["file"]);
  view.fileName.replaceChildren();
  drawPreview(view);
}

// Returns the people of the text and the file, each with what is wrong with it, or `null`.
function checkedPeople(view) {
  const seen = new Set();
  return [...peopleOfText(view.text.value), ...view.fromFile].map((person) => {
    const key = person.email.toLowerCase();
    const wrong = !ADDRESS.test(person.email) ? say("form.no_address") : seen.has(key) ? say("form.repeated") : null;
    seen.add(key);
    return { person, wrong };
  });
}

const personInWords = ({ email, first_name, last_name }) => [[first_name, last_name].filter(Boolean).join(" "), email].filter(Boolean);

function personCell(person) {
  const [first, second] = personInWords(person);
  return cell("who", say("form.result_address"), el("span", null, el("b", null, first || "–"), second && el("small", null, second)));
}

function drawPreview(view) {
  const people = checkedPeople(view);
  const count = people.filter(({ wrong }) => !wrong).length;
  view.form.querySelector("button.primary").textContent = count > 0 ? say("form.send", { count }) : say("form.send_none");
  if (people.length === 0) return view.preview.replaceChildren(el("p", { class: "hint" }, say("form.preview_none")));
  // The wrong rows come first, because only some rows are shown.
  const rows = [...people.filter(({ wrong }) => wrong), ...people.filter(({ wrong }) => !wrong)].slice(0, PREVIEWED);
  const content = table(say("form.preview"), [{ title: say("form.result_address") }, { title: say("role.label") }, { title: say("form.note") }], rows.map(({ person, wrong }) => el("tr", { role: "row" },
    personCell(person), cell("role", say("role.label"), rolesInWords(person.roles || view.role.roles())), cell("state", say("form.note"), wrong && el("span", { class: "pill bad" }, wrong)))));
  const left = people.length - rows.length;
  return view.preview.replaceChildren(el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("form.preview") }, content), left > 0 ? el("p", { class: "hint" }, say("form.preview_more", { count: left })) : "");
}

// Returns the request's item for a person: what the row says, else what the form says for everybody.
function itemOf(view, person) {
  const { email, first_name, last_name, roles, message, locale } = person;
  const who = first_name || last_name ? { person: withoutEmpty({ email, first_name, last_name }) } : { email };
  return withoutEmpty({
    ...who, roles: roles || view.role.roles(), message: message || view.message.value.trim(), locale: locale || view.language.value,
    expires_in: view.end.value ? Number(view.end.value) : null,
  });
}

async function sendForm(view) {
  const people = checkedPeople(view).filter(({ wrong }) => !wrong).map(({ person }) => person);
  if (people.length === 0) {
    showAt(view.addresses, say("form.nobody")).focus();
    return;
  }
  const results = await sendPeople(view, people);
  tell("");
  showFormResults(view, people.map((person) => ({ person, result: results.get(person) })));
}

// Invites the people, a hundred at a time, and returns the result of each as a Map. A part that fails
// gives each of its people a problem, because the results of the other parts must stay. If the sign-in
// ends, every key stays: after the next one, the same people get the same results.
async function sendPeople(view, people) {
  const results = new Map();
  const answered = [];
  for (const part of partsOf(view, people)) {
    tell(say("form.sending", { done: results.size, count: people.length }));
    let answers;
    try {
      answers = await sendPart(view, part);
      answered.push(part);
    } catch (error) {
      if (part.length === people.length || !session.token) throw error;
      answers = part.map(() => ({ status: 503, problem: { detail: wordsOf(error) } }));
    }
    part.forEach((person, index) => results.set(person, answers[index]));
  }
  for (const part of answered) view.keys.delete(textOf(view, part));
  dropDraft(view.group);
  return results;
}

// Returns the parts to send. A part that got no answer is sent again as it was.
function partsOf(view, people) {
  const wanted = new Set(people);
  const parts = [...view.lost].filter((part) => part.every((person) => wanted.has(person)));
  const repeated = new Set(parts.flat());
  const others = people.filter((person) => !repeated.has(person));
  for (let from = 0; from < others.length; from += BULK) parts.push(others.slice(from, from + BULK));
  return parts;
}

const bodyOf = (view, part) => ({ invites: part.map((person) => itemOf(view, person)) });
const textOf = (view, part) => JSON.stringify(bodyOf(view, part));

// Sends one part. Its idempotency key is kept until all results are shown, because a lost answer does
// not say whether the invites were made.
async function sendPart(view, part) {
  const text = textOf(view, part);
  if (!view.keys.has(text)) view.keys.set(text, randomId());
  keepDraft(view.group, "keys", [...view.keys]);
  view.lost.add(part);
  try {
    const { data } = await call("POST", groupPath(view.group.id, "/invites"), { json: bodyOf(view, part), headers: { "idempotency-key": view.keys.get(text) } });
    view.lost.delete(part);
    return data.results;
  } catch (error) {
    // What was refused as a whole invited nobody, so nothing was interrupted.
    if (error instanceof Refusal && [400, 403, 404, 413, 422, 429].includes(error.status)) {
      view.lost.delete(part);
      view.keys.delete(text);
      keepDraft(view.group, "keys", [...view.keys]);
    }
    throw error;
  }
}

function showFormResults(view, outcomes) {
  const failed = outcomes.filter(({ result }) => result.problem);
  const rest = failed.filter(({ result }) => isPassing(result.status));
  const count = outcomes.length - failed.length;
  const summary = [say("form.summary", { count }), failed.length > 0 && say("form.summary_failed", { count: failed.length })].filter(Boolean).join(" ");
  const heading = el("h2", { tabindex: "-1" }, summary);
  const rows = [...failed, ...outcomes.filter(({ result }) => !result.problem)].map(({ person, result }) => el("tr", { role: "row" }, personCell(person), resultCell(result)));
  const again = rest.length > 0 && button(say("form.try_rest", { count: rest.length }), () => busy(again, async () => {
    const results = await sendPeople(view, rest.map(({ person }) => person));
    for (const outcome of rest) outcome.result = results.get(outcome.person);
    showFormResults(view, outcomes);
  }));
  view.place.replaceChildren(el("section", { class: "panel" }, heading,
    table(say("form.results"), [{ title: say("form.result_address") }, { title: say("form.result") }], rows),
    el("div", { class: "row" }, el("a", { class: "button primary", href: placeOf(view.group.id, "invites") }, say("form.done")), again,
      button(say("form.another"), () => { inviteFormView(view.place, view.group); view.place.querySelector("textarea").focus(); }))));
  heading.focus();
}

function resultCell({ problem }) {
  const kind = !problem ? "good" : ["already_member", "invite_already_pending"].includes(problem.code) ? "warn" : "bad";
  return cell("state", say("form.result"), el("span", { class: "pill " + kind }, problem ? problemInWords(problem) : say("form.invited")));
}
