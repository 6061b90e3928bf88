// --- Shareable links ---
function linksView(place, group) {
  const rows = el("div");
  const make = button(say("links.new"), () => newLink(group, reload));
  const head = el("div", { class: "head" }, el("div", { class: "grow" }, el("h2", { id: "links-title" }, say("links.title")), el("p", { class: "hint" }, say("links.text"))), make);
  place.replaceChildren(head, rows);
  async function reload() {
    await fill(rows, async () => {
      let page;
      try {
        page = await listSome(groupPath(group.id, "/invites"), { kind: "link", state: "pending" });
      } catch (error) {
        place.hidden = error instanceof Refusal && error.status === 403;
        throw error;
      }
      const off = group.policy.links ? null : note("warn", say("links.off"));
      make.hidden = !group.policy.links;
      if (page.rows.length === 0) return [off || el("p", { class: "hint" }, say("links.none"))];
      const all = el("ul", { class: "links" }, ...page.rows.map((link) => linkItem(link, reload)));
      return [off, all, moreButton(page.cursor, (cursor) => listSome(groupPath(group.id, "/invites"), { kind: "link", state: "pending", cursor }),
        (rows) => all.append(...rows.map((link) => linkItem(link, reload))))];
    });
    if (document.activeElement === document.body) make.focus();
  }
  reload();
}

function linkItem(link, reload) {
  const name = nameOf(link);
  const { uses, max_uses, allowed_domains } = link.invitee;
  const facts = [
    max_uses === null ? say("links.used", { uses }) : say("links.used_of", { uses, count: max_uses }),
    allowed_domains.length > 0 && say("links.only", { domains: allowed_domains.map((domain) => "@" + domain).join(", ") }),
    link.expires_at ? say("links.ends", { when: nearInWords(link.expires_at) }) : say("links.endless"),
  ].filter(Boolean).join(" · ");
  const item = el("li", { "data-row": link.id });
  const copy = button(say("act.copy"), () => busy(copy, () => copyLink(link)), { label: say("act.copy_of", { name }) });
  const code = button(say("act.qr"), () => busy(code, () => showCode(link)), { label: say("act.qr_of", { name }) });
  const paused = link.paused;
  const pause = button(say(paused ? "links.resume" : "links.pause"), () => busy(pause, async () => {
    const { data } = await call("PATCH", invitePath(link), { json: { paused: !paused } });
    item.replaceWith(linkItem(data, reload));
    tell(say(paused ? "links.resumed" : "links.paused"));
  }));
  const end = button(say("links.end"), () => askInDialog({
    title: say("links.end_title"), text: say("links.end_text"), submit: say("links.end"), danger: true,
    act: async () => {
      await call("POST", invitePath(link, "/revoke"));
      tell(say("links.ended"));
      reload();
    },
  }), { kind: "danger" });
  const blocked = !link.acceptable && !paused && sayFirst(["blocked." + link.not_acceptable_reason]);
  item.append(el("span", { class: "grow" }, el("b", null, rolesInWords(link.roles)), " ", paused && el("span", { class: "pill warn" }, say("state.paused")),
    blocked && el("span", { class: "pill warn" }, blocked), el("small", null, facts)), el("span", { class: "acts" }, copy, code, pause, end));
  return item;
}

function newLink(group, made) {
  const role = roleField();
  const uses = input({ inputmode: "numeric" });
  const domains = input({ spellcheck: "false", autocapitalize: "off" });
  const end = endChoice([["", say("form.end_default")], ["never", say("form.end_never")]]);
  askInDialog({
    title: say("links.new_title"), submit: say("links.make"),
    content: [
      role, field(say("links.uses"), uses, { hint: say("links.uses_hint"), pointer: "/link/max_uses" }),
      field(say("links.domains"), domains, { hint: say("links.domains_hint"), pointer: "/link/allowed_domains" }),
      field(say("form.end"), end, { pointer: "/expires_in" }),
    ],
    act: async () => {
      const link = {};
      if (uses.value.trim()) link.max_uses = numberIn(uses.value);
      if (domains.value.trim()) link.allowed_domains = wordsIn(domains.value);
      const json = { link, roles: role.roles() };
      if (end.value) json.expires_in = end.value === "never" ? null : Number(end.value);
      await call("POST", groupPath(group.id, "/invites"), { json });
      tell(say("links.made"));
      made();
    },
  });
}

// Returns the number that was typed. Anything else goes to the API as it is, which says what is wrong.
function numberIn(text) {
  const number = Number(text.trim());
  return Number.isNaN(number) ? text.trim() : number;
}
