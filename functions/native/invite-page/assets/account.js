// --- The sign-in ---
// The signed-in caller, in memory only: closing or reloading the page signs out.
let session = null;

// Returns whom the token names. These claims decide nothing, because the service verifies the token.
function personIn(jwt) {
  const payload = jwt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
  const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(payload), (c) => c.charCodeAt(0))));
  const texts = [claims.name, claims.email, claims.phone_number, claims.preferred_username, claims.sub];
  const name = texts.find(isText);
  if (name === undefined) throw new Error("a token without a subject");
  const email = isText(claims.email) ? claims.email : "";
  return { jwt, name, email, isVerified: claims.email_verified === true || claims.email_verified === "true" };
}

// Shows whose session it is.
function showMe() {
  byId("me").hidden = !session;
  if (!session) return;
  byId("my-letters").textContent = lettersOf(session.name);
  byId("my-name").textContent = session.name;
  byId("my-address").textContent = session.email === session.name ? "" : session.email;
}

function signInAddress(link, state) {
  return link.dataset.signIn + "&state=" + encodeURIComponent(state);
}

// Every link to the app's login returns to this page with `state`. A click remembers a sign-in and
// returns with the state of that one. If this browser stores nothing, `state` stays.
function addState(state, signIn) {
  for (const link of document.querySelectorAll("a[data-sign-in]")) {
    link.href = signInAddress(link, state);
    const begin = () => { link.href = signInAddress(link, remember({ ...signIn, signIn: true }) || state); };
    for (const kind of ["click", "auxclick"]) link.addEventListener(kind, begin);
  }
}

// Calls `then` with the session of the access token in the fragment. Anyone can write an access
// token into a link, and then a person would act in a foreign account without noticing. So if the
// sign-in did not begin in this browser, the person confirms the account first.
function returned(fragment, begunHere, then) {
  // Anyone can write the error text too, so the page does not show it.
  if (fragment.has("error")) return then(T.not_signed_in);
  if (!fragment.has("access_token")) return then("");
  let person;
  try {
    person = personIn(fragment.get("access_token"));
  } catch {
    return then(T.sign_in_failed);
  }
  const enter = () => { session = person; byId("continue-as").hidden = true; then(""); };
  if (begunHere) return enter();
  for (const id of ["sign-in", "sign-up"]) if (byId(id)) byId(id).hidden = true;
  const shown = person.email && person.email !== person.name ? `${person.name} (${person.email})` : person.name;
  for (const place of document.querySelectorAll(".returned")) place.textContent = shown;
  byId("continue").addEventListener("click", enter);
  byId("continue-as").hidden = false;
}
