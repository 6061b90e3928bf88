//! Tests of redirects, with the tricks that open redirects are made of.

use proptest::prelude::*;

use super::*;

/// Paths that a browser, a proxy or a framework reads as another host, and URLs of other origins.
const BYPASSES: &str = include_str!("redirect_bypasses.txt");

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn targets() -> RedirectTargets {
    let sign_in = url("https://login.example/sign-in");
    RedirectTargets::new(
        Some(url("https://app.example/home?a=1")),
        &sign_in,
        vec!["https://more.example:8443".into()],
    )
}

/// Returns the bypasses of the file, with `\t`, `\xHH` and the like as the characters they stand
/// for.
fn bypasses() -> Vec<String> {
    let lines = BYPASSES.lines().filter(|line| !line.is_empty() && !line.starts_with("## "));
    lines.map(|line| serde_json::from_str(&format!("\"{line}\"")).expect(line)).collect()
}

#[test]
fn paths_and_allowed_origins_pass() {
    for text in [
        "/",
        "/somewhere/on/my/site#",
        "/a?b=c#d",
        "/a//b",
        "/a/../b",
        "/a?next=//b&c=%5c",
        "/a%2fb",
        "/caf%C3%A9/ü",
        "/:/@x",
        "https://app.example/x",
        "https://app.example",
        "https://app.example:443/x",
        "https://app.example/a//b",
        "https://login.example/x",
        "https://more.example:8443/x",
    ] {
        assert_eq!(targets().parse(text).map(|redirect| redirect.0), Ok(text.to_owned()));
    }
}

#[test]
fn every_known_bypass_is_refused() {
    let bypasses = bypasses();
    assert!(bypasses.len() >= 100, "{}", bypasses.len());
    for text in bypasses {
        assert!(targets().parse(&text).is_err(), "{text:?}");
    }
    assert_eq!(targets().parse(&format!("/{}", "a".repeat(2048))), Err(INVALID));
}

#[test]
fn a_path_leads_into_the_app() {
    let lead = |targets: &RedirectTargets, text: &str| {
        let redirect = targets.parse(text).unwrap();
        targets.after_joining(Some(&redirect)).unwrap()
    };
    assert_eq!(lead(&targets(), "/welcome?a#b"), "https://app.example/welcome?a#b");
    assert_eq!(lead(&targets(), "https://more.example:8443/x"), "https://more.example:8443/x");
    let without_app = RedirectTargets::new(None, &url("https://login.example/sign-in"), vec![]);
    assert_eq!(lead(&without_app, "/welcome"), "https://login.example/welcome");
}

#[test]
fn without_a_redirect_joining_leads_to_the_app() {
    let app = Some("https://app.example/home?a=1".to_owned());
    assert_eq!(targets().after_joining(None), app);
    // The origin of this stored redirect was allowed once.
    assert_eq!(targets().after_joining(Some(&RedirectUrl("https://old.example/".into()))), app);
    let without_app = RedirectTargets::new(None, &url("https://login.example/"), vec![]);
    assert_eq!(without_app.after_joining(None), None);
}

fn assert_is_harmless(text: &str) -> Result<(), TestCaseError> {
    let targets = targets();
    let Ok(redirect) = targets.parse(text) else { return Ok(()) };
    let followed = url(&targets.after_joining(Some(&redirect)).unwrap());
    let origin = followed.origin().ascii_serialization();
    prop_assert!(targets.origins.contains(&origin), "{text:?} leads to {origin}");
    // A client may follow the text as it was given, from any page of the app.
    for page in ["https://app.example/", "https://app.example/a/b?c#d"] {
        let origin = url(page).join(redirect.as_str()).unwrap().origin().ascii_serialization();
        prop_assert!(targets.origins.contains(&origin), "{text:?} leads to {origin}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn accepted_redirects_lead_to_allowed_origins(
        text in "(https?:)?[/\\\\]{0,3}[/\\\\:@.#?%a-z0-9\\t ]{0,40}",
    ) {
        assert_is_harmless(&text)?;
    }

    /// Bypasses with one more trick stay harmless.
    #[test]
    fn altered_bypasses_lead_to_allowed_origins(
        at in 0usize..1000, place in 0usize..40, trick in "(/|\\\\|\\.\\.|%2e|%2f|%5c|%09|\t|\n|@|:|#|\\?|\u{200b}|。)",
    ) {
        let bypasses = bypasses();
        let mut text: Vec<char> = bypasses[at % bypasses.len()].chars().collect();
        let place = place.min(text.len());
        text.splice(place..place, trick.chars());
        assert_is_harmless(&text.into_iter().collect::<String>())?;
    }
}
