// --- The invitations of an account ---
// A sign-in can end in another browser, which knows no invitation: by a magic link, or after a
// change of the password. Then the person finds the invitation here.
function openInbox(fragment, begunHere) {
  // After a failure, the button reads "Try again" instead.
  const showsMore = byId("more").textContent;
  addState("", { inbox: true });
  history.replaceState(null, "", location.pathname);
  byId("sign-in").hidden = false;
  returned(fragment, begunHere, (problem) => {
    byId("problem-text").textContent = problem;
    if (session) showInbox();
  });

  function showInbox() {
    byId("notice").hidden = true;
    byId("inbox").hidden = false;
    showMe();
    byId("inbox-title").focus();
    document.title = byId("inbox-title").textContent;
    byId("more").addEventListener("click", () => list(byId("more").dataset.cursor));
    byId("open-link").addEventListener("click", () => openLink(byId("link").value));
    byId("link").addEventListener("keydown", (event) => { if (event.key === "Enter") openLink(byId("link").value); });
    list();
    listRemembered();
  }

  async function list(cursor) {
    byId("more").hidden = true;
    showProblem("");
    say(T.looking);
    const query = cursor ? "&cursor=" + encodeURIComponent(cursor) : "";
    const result = await call("GET", "/v1/me/invites?limit=100" + query);
    if (!result || !result.answer.ok) return failed(result);
    const items = result.body.data.map(item);
    byId("invitations").append(...items.map(({ entry }) => entry));
    showMore(showsMore, result.body.next_cursor);
    say(byId("invitations").children.length > 0 ? "" : T.no_invitations);
    // The hidden button lost the focus.
    if (document.activeElement === document.body) (items.length > 0 ? items[0].heading : byId("inbox-title")).focus();
  }

  function showMore(text, cursor) {
    byId("more").textContent = text;
    byId("more").dataset.cursor = cursor || "";
    byId("more").hidden = !cursor && text !== T.retry;
  }

  function say(text) {
    byId("status").textContent = text;
  }

  function showProblem(text) {
    byId("problem-text").textContent = text;
  }

  function failed(result) {
    say("");
    if (result && result.answer.status === 401) return signInEnded();
    showProblem(result ? problemIn(result) : T.unreachable);
    showMore(T.retry, byId("more").dataset.cursor);
    if (document.activeElement === document.body) byId("more").focus();
  }

  // The service no longer takes the access token: the person signs in again.
  function signInEnded() {
    session = null;
    showMe();
    byId("inbox").hidden = true;
    byId("notice").hidden = false;
    byId("sign-in").hidden = false;
    showProblem(T.session_over);
    byId("sign-in").focus();
  }

  // Links that were opened in this browser and that anyone may use. No account lists them.
  async function listRemembered() {
    for (const token of rememberedTokens()) {
      const result = await call("POST", "/v1/invites/preview", { token });
      const preview = result && result.answer.ok ? result.body : {};
      // An invite to one person is in the list of that person's account only.
      if (preview.state !== "pending" || preview.invitee.kind !== "link") continue;
      const { entry, row, button } = newItem(preview);
      row.append(button(T.open, true, () => openToken(token)));
      byId("invitations").append(entry);
      say("");
    }
  }

  // Opens what a person pasted: a link, a token, or the address of this page, whose state stands for
  // a token.
  function openLink(text) {
    const link = /\/i\/([^\s<>"'/?#]+)(?:[^\s#]*#(\S*))?/i.exec(text);
    const state = link && link[2] ? new URLSearchParams(link[2]).get("state") || "" : "";
    const token = asToken(link ? link[1] : text.trim()) || tokenOfState(state);
    if (token) return openToken(token);
    showProblem(T.paste_link);
    byId("link").focus();
  }

  // Opens the link's own page, signed in.
  function openToken(token) {
    const state = remember({ token, signIn: true }) || CARRIED + token;
    const fragment = new URLSearchParams({ access_token: session.jwt, state });
    location.assign(BASE + "/i/" + encodeURIComponent(token) + "#" + fragment);
  }

  function newItem(invite) {
    const entry = document.createElement("li");
    const heading = document.createElement("h2");
    heading.tabIndex = -1;
    const inviter = isText(invite.created_by.name) ? invite.created_by.name : T.someone;
    const group = isText(invite.group.name) ? invite.group.name : T.a_group;
    put(heading, T.invited_you, { inviter, group });
    const terms = document.createElement("p");
    terms.className = "small";
    const until = invite.expires_at ? dateOf(invite.expires_at, { dateStyle: "long", timeStyle: "short" }) : "";
    const parts = [plain(T.role, { roles: rolesInWords(invite.roles) }), until && plain(T.until, { date: until })];
    terms.textContent = parts.filter(isText).join(" ");
    const row = document.createElement("div");
    row.className = "stack";
    entry.append(heading, terms, row);
    // The name of a button for assistive technology says for which group it is.
    const button = (text, primary, then) => {
      const control = document.createElement("button");
      control.type = "button";
      control.className = primary ? "primary" : "quiet";
      control.textContent = text;
      control.setAttribute("aria-label", plain(T.action_for, { action: text, group }));
      control.addEventListener("click", then);
      return control;
    };
    return { entry, heading, row, button, group };
  }

  function item(invite) {
    const { entry, heading, row, button, group } = newItem(invite);
    const problem = document.createElement("p");
    problem.setAttribute("role", "alert");
    entry.append(problem);
    const send = async (kind) => {
      problem.textContent = "";
      for (const control of row.children) control.disabled = true;
      const result = await call("POST", "/v1/invites/" + kind, { group: invite.group.id, invite: invite.id });
      for (const control of row.children) control.disabled = false;
      if (result && result.answer.ok) return done(kind, result.body);
      if (result && result.answer.status === 401) return signInEnded();
      if (result && result.body.code === "already_member") return done("accept", result.body);
      problem.textContent = result ? problemIn(result) : T.unreachable;
      // A disabled button loses the focus.
      row.firstElementChild.focus();
    };
    const done = (kind, body) => {
      const text = document.createElement("p");
      text.tabIndex = -1;
      text.textContent = kind === "accept" ? T.member : T.declined;
      const target = kind === "accept" && webAddress(body.redirect_url);
      row.replaceChildren(text);
      if (target) {
        const link = document.createElement("a");
        link.className = "button primary";
        link.rel = "noreferrer";
        link.href = target;
        put(link, T.open_group, { group });
        row.append(link);
      }
      text.focus();
    };
    // The pressed button goes, so the first new one gets the focus.
    const offer = (...controls) => { row.replaceChildren(...controls); controls[0].focus(); };
    const choices = () => [
      button(T.accept, true, () => send("accept")),
      button(T.decline, false, () => offer(
        button(T.decline_now, true, () => send("decline")),
        button(T.keep, false, () => offer(...choices())),
      )),
    ];
    row.append(...choices());
    return { entry, heading };
  }
}
