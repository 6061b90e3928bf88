// --- The page that was opened ---
{
  const fragment = new URLSearchParams(location.hash.slice(1));
  const state = fragment.get("state") || "";
  // An address that differs in its fragment alone loads nothing by itself.
  addEventListener("hashchange", () => location.reload());
  sweep();
  tellTimes();
  if (byId("actions")) {
    openInvitation(PAGE.invitation, fragment);
  } else if (PAGE.invitation) {
    openEnded(PAGE.invitation, fragment);
  } else if (!PAGE.inbox) {
    // A notice needs nothing of the sign-in. "Try again" brings it back, and `hashchange` reloads.
    const { hash } = location;
    if (hash) {
      history.replaceState(null, "", location.pathname);
      onClick("again", (event) => { event.preventDefault(); location.replace(location.pathname + hash); });
    }
  } else if (tokenOf(state)) {
    // The fragment carries the access token from the sign-in.
    location.replace(BASE + "/i/" + encodeURIComponent(tokenOf(state)) + location.hash);
  } else {
    openInbox(fragment, Boolean(takeSignIn(state)));
  }
}
