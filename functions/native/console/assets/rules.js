// --- The group's rules ---
function rulesView(place, group) {
  place.replaceChildren(rulesPanel(place, group));
}

function rulesPanel(place, group) {
  const { policy } = group;
  const check = (on) => input({ type: "checkbox", checked: on });
  const controls = {
    who_may_invite: choice(["owners", "admins", "members"].map((who) => [who, say("rules.who_" + who)]), policy.who_may_invite),
    allowed_domains: input({ value: policy.allowed_domains.join(" "), spellcheck: "false", autocapitalize: "off" }),
    blocked_domains: input({ value: policy.blocked_domains.join(" "), spellcheck: "false", autocapitalize: "off" }),
    max_pending: input({ value: policy.max_pending, inputmode: "numeric" }),
    max_members: input({ value: policy.max_members === null ? "" : policy.max_members, inputmode: "numeric" }),
    expires_in: expiryChoice(policy.expires_in),
    locale: choice([["", say("rules.language_default")], ...knownLanguages(policy.locale).map((tag) => [tag, languageInWords(tag)])], policy.locale || ""),
    links: check(policy.links), reminders: check(policy.reminders === "default"), frozen: check(policy.frozen),
  };
  const ruleField = (name, label, hint = null) => field(say(label), controls[name], { hint: hint && say(hint), pointer: "/policy/" + name });
  const form = formOf({
    submit: say("save"), act: () => saveRules(place, group, controls, form),
    content: [
      el("div", { class: "columns" },
        el("div", null, ruleField("who_may_invite", "rules.who"), ruleField("allowed_domains", "rules.allowed", "rules.allowed_hint"), ruleField("blocked_domains", "rules.blocked"),
          ruleField("links", "rules.links")),
        el("div", null, el("div", { class: "pair" }, ruleField("max_pending", "rules.max_pending"), ruleField("max_members", "rules.max_members", "rules.max_members_hint")),
          el("div", { class: "pair" }, ruleField("expires_in", "rules.expires"), ruleField("locale", "rules.language")),
          ruleField("reminders", "rules.reminders"), ruleField("frozen", "rules.frozen", "rules.frozen_hint"))),
    ],
  });
  return el("section", { class: "panel" }, el("h2", { class: "unseen" }, say("rules.title")), form);
}

function expiryChoice(present) {
  const pairs = [["", say("rules.expires_default")], ...ENDS.map((seconds) => [String(seconds), lengthInWords(seconds)])];
  if (present !== null && !ENDS.includes(present)) pairs.push([String(present), say("rules.expires_other", { time: lengthInWords(present) })]);
  return choice(pairs, present === null ? "" : String(present));
}

const knownLanguages = (present) => (present && !LANGUAGES.includes(present) ? [...LANGUAGES, present] : LANGUAGES);

// Returns the fields of the policy that differ from the form.
function changedRules(policy, controls) {
  const number = (control) => (control.value.trim() === "" ? null : numberIn(control.value));
  const wanted = {
    who_may_invite: controls.who_may_invite.value, allowed_domains: wordsIn(controls.allowed_domains.value), blocked_domains: wordsIn(controls.blocked_domains.value),
    max_pending: number(controls.max_pending), max_members: number(controls.max_members),
    expires_in: controls.expires_in.value ? Number(controls.expires_in.value) : null, locale: controls.locale.value || null,
    links: controls.links.checked, reminders: controls.reminders.checked ? "default" : "none", frozen: controls.frozen.checked,
  };
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(policy[name])));
}

async function saveRules(place, group, controls, form) {
  const policy = changedRules(group.policy, controls);
  if (Object.keys(policy).length === 0) return tell(say("rules.unchanged"));
  const save = () => patchRules(group, policy);
  if (!policy.frozen) {
    if (await settled(place, form, save) && place.isConnected) await show();
    return undefined;
  }
  return askInDialog({
    title: say("rules.frozen_title"), text: say("rules.frozen_text"), submit: say("rules.freeze"), danger: true,
    act: async () => {
      await save();
      await show();
    },
  });
}

async function patchRules(group, policy) {
  await call("PATCH", groupPath(group.id), { json: { policy }, headers: { "if-match": group.etag } });
  tell(say("rules.saved"));
}

// Saves, and says what the person can do about a conflict. Returns whether it was saved.
async function settled(place, form, save) {
  try {
    await save();
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.status === 403) throw new Refusal(403, { detail: say("rules.forbidden") }, 0);
    if (!(error instanceof Refusal) || error.status !== 412) throw error;
    const problem = form.querySelector(".problem");
    problem.replaceChildren(say("rules.conflict"), " ", button(say("rules.reload"), () => show(true)));
    return false;
  }
}
