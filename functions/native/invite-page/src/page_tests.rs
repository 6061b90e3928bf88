//! Tests of every view of the page, also with hostile names and links.

use std::collections::BTreeSet;

use shared::PageSettings;
use shared::domain::acceptance::NotAcceptable;
use shared::domain::clock::Timestamp;
use shared::domain::color::Color;

use shared::texts::Language;

use super::*;
use crate::look::{Look, SCRIPT, STYLE};
use crate::texts::Texts;
use crate::view::{End, Ended, Flaw, Invitation, Renewal, View};

const TOKEN: &str = "bkn_2tLkQ0cZb9";

/// Returns Saturday, 28 November 2026, 09:30 UTC.
fn saturday() -> Timestamp {
    Timestamp::from_seconds(1_795_858_200)
}

fn roles(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn invitation(roles: &[String]) -> Invitation<'_> {
    Invitation {
        group_name: "Private Group",
        further_groups: &[],
        inviter_name: Some("Grace Hopper"),
        message: None,
        roles,
        expires_at: Some(saturday()),
        invitee: Some("a•••@example.com"),
        strict: true,
        is_link: false,
        was_declined: false,
        target: Some("https://app.example.org/welcome"),
    }
}

fn end(ended: Ended) -> End<'static> {
    let renewal = Renewal::Impossible;
    End { ended, at: Some(saturday()), renewal, app: Some("https://app.example.org/") }
}

fn settings() -> PageSettings {
    PageSettings {
        sign_up_url: Some("https://app.example.org/join".to_owned()),
        privacy_url: Some("https://example.org/privacy".to_owned()),
        support_email: Some("help@example.org".to_owned()),
        brand_color: None,
        language: Language::En,
    }
}

fn rendered(view: View<'_>, settings: &PageSettings, token: &str) -> String {
    let page = InvitePage {
        token,
        language: Language::En,
        view,
        look: &Look::new(settings.brand_color, None),
        app_name: "Acme Planner",
        sign_in_url: "https://app.example.org/login",
        public_url: "https://join.example.com",
        settings,
    };
    page.render().unwrap()
}

/// Returns the text between the first `open` and the `close` after it.
fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    text.split_once(open).unwrap().1.split_once(close).unwrap().0
}

/// Renders the page without its style, its script and its data, which have files of their own.
fn document(view: View<'_>) -> String {
    let html = rendered(view, &settings(), TOKEN);
    assert_eq!((html.matches("<style").count(), html.matches("<script").count()), (1, 2));
    let data = between(&html, "id=\"data\">", "</script>");
    html.replace(data, "…").replace(STYLE, "…").replace(SCRIPT, "…")
}

/// Returns what the page shows.
fn shown(view: View<'_>) -> String {
    between(&document(view), "<main>\n", "\n</main>").to_owned()
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn an_invitation_to_an_address_shows_it_masked() {
    let roles = roles(&["editor", "admin"]);
    let message = Some("We start on Monday.\n\nWould love your eyes on budget.com.");
    let view = View::Acceptable(Invitation { message, ..invitation(&roles) });
    snapshot("invitation_strict", &document(view));
}

#[test]
fn an_invitation_into_several_groups_names_them_all() {
    let (roles, further) = (roles(&["viewer"]), ["P2".to_owned(), "<b>P3".to_owned()]);
    let html =
        shown(View::Acceptable(Invitation { further_groups: &further, ..invitation(&roles) }));
    assert!(html.contains("also takes you to <bdi>P2</bdi>, <bdi>&#60;b&#62;P3</bdi>."), "{html}");
}

#[test]
fn a_bearer_invitation_asks_not_to_pass_it_on() {
    let roles = roles(&["member"]);
    let acceptable = Invitation {
        strict: false,
        inviter_name: None,
        invitee: None,
        target: None,
        ..invitation(&roles)
    };
    snapshot("invitation_bearer", &shown(View::Acceptable(acceptable)));
}

#[test]
fn a_shared_link_has_no_decline() {
    let roles = roles(&["member"]);
    let link = Invitation { is_link: true, invitee: None, expires_at: None, ..invitation(&roles) };
    snapshot("invitation_link", &shown(View::Acceptable(link)));
}

#[test]
fn an_invitation_that_was_declined_without_signing_in_can_still_be_accepted() {
    let roles = roles(&["member"]);
    let html = shown(View::Acceptable(Invitation { was_declined: true, ..invitation(&roles) }));
    assert!(html.contains("declined without signing in"), "{html}");
    assert!(html.contains("id=\"accept\"") && !html.contains("id=\"decline\""), "{html}");
}

#[test]
fn what_is_not_set_is_not_offered() {
    let roles = roles(&["member"]);
    let view = View::Acceptable(invitation(&roles));
    let html = rendered(view, &PageSettings::default(), TOKEN);
    let html = between(&html, "<main>", "</main>");
    for part in ["sign-up", "mailto:", ">Privacy<"] {
        assert!(!html.contains(part), "{part} in {html}");
    }
}

#[test]
fn an_invitation_that_cannot_be_accepted_now_says_why_and_whom_to_ask() {
    let roles = roles(&["member"]);
    let reasons = [
        NotAcceptable::DomainNotAllowed,
        NotAcceptable::GroupFrozen,
        NotAcceptable::LinksOff,
        NotAcceptable::Paused,
        NotAcceptable::SeatsFull,
    ];
    let told = reasons.map(|reason| {
        let view = View::NotNow(invitation(&roles), reason);
        let html = shown(view);
        assert!(!html.contains(TOKEN) && !html.contains("id=\"accept\""), "{html}");
        let note = between(&html, "<p class=\"note warn\">", "</p>");
        format!("{reason:?} {}\n{note}", view.status())
    });
    snapshot("not_now", &told.join("\n\n"));
    let nameless = Invitation { inviter_name: None, ..invitation(&roles) };
    let html = shown(View::NotNow(nameless, NotAcceptable::GroupFrozen));
    assert!(html.contains("ask the person who invited you."), "{html}");
}

#[test]
fn an_invitation_that_ended_says_how_when_and_what_to_do() {
    let roles = roles(&["member"]);
    let all = [
        Ended::Accepted,
        Ended::Expired,
        Ended::Revoked,
        Ended::UsedUp,
        Ended::Declined,
        Ended::InviterGone,
    ];
    let told = all.map(|ended| {
        let view = View::Ended(invitation(&roles), end(ended));
        let html = rendered(view, &settings(), TOKEN);
        assert!(!html.contains(TOKEN), "{ended:?}");
        let html = shown(view);
        format!("{ended:?} {}\n{}", view.status(), between(&html, "<h1>", "\n</div>"))
    });
    snapshot("ended", &told.join("\n\n"));
}

#[test]
fn a_new_invitation_is_asked_for_where_that_is_possible() {
    let roles = roles(&["member"]);
    let of = |renewal| View::Ended(invitation(&roles), End { renewal, ..end(Ended::Expired) });
    snapshot("renewal", &shown(of(Renewal::Possible)));
    // The script needs the token to ask.
    assert!(rendered(of(Renewal::Possible), &settings(), TOKEN).contains(TOKEN));
    let asked = shown(of(Renewal::Asked));
    assert!(asked.contains("You have asked for a new one.") && !asked.contains("id=\"renew\""));
    let nameless = Invitation { inviter_name: None, invitee: None, ..invitation(&roles) };
    let end = End { renewal: Renewal::Possible, at: None, ..end(Ended::Expired) };
    let html = shown(View::Ended(nameless, end));
    assert!(html.contains("<h1>This invitation has expired</h1>"), "{html}");
    assert!(html.contains("If you ask, the person who invited you is told."), "{html}");
}

#[test]
fn a_link_that_tells_nothing_says_what_is_wrong_with_it() {
    let all = [Flaw::Unknown, Flaw::LetterCase, Flaw::Incomplete, Flaw::Replaced, Flaw::GroupGone];
    let told = all.map(|flaw| {
        let view = View::Flawed(flaw);
        let html = shown(view);
        let card = between(&html, "<div class=\"card\">\n", "\n</div>");
        format!("{flaw:?} {}\n{card}", view.status())
    });
    snapshot("flawed", &told.join("\n\n"));
}

#[test]
fn a_notice_has_its_text_and_status() {
    snapshot("token_removed", &shown(View::TokenRemoved));
    snapshot("inbox", &shown(View::Inbox));
    snapshot("unavailable", &shown(View::Unavailable));
    assert_eq!(
        (View::TokenRemoved.status(), View::Unavailable.status(), View::Failed.status()),
        (200, 503, 500)
    );
}

#[test]
fn only_a_page_that_acts_carries_its_token() {
    for view in [View::Flawed(Flaw::Unknown), View::TokenRemoved, View::Inbox, View::Unavailable] {
        assert!(!rendered(view, &settings(), TOKEN).contains(TOKEN));
    }
}

#[test]
fn markup_stays_text() {
    let payload = "\"><script>alert('1')</script><img onerror='x'>{{7*7}}<!--";
    let roles = roles(&["<i>"]);
    let hostile = Invitation {
        group_name: payload,
        inviter_name: Some(payload),
        message: Some(payload),
        invitee: Some(payload),
        target: Some("javascript:alert(1)"),
        ..invitation(&roles)
    };
    let expired = End { renewal: Renewal::Possible, ..end(Ended::Expired) };
    for view in [View::Acceptable(hostile), View::Ended(hostile, expired)] {
        let html = rendered(view, &settings(), payload).replace(STYLE, "").replace(SCRIPT, "");
        assert_eq!(html.matches("<script").count(), 2, "{html}");
        for part in ["<img", "<i>", "<!--", "javascript:"] {
            assert!(!html.contains(part), "{part} in {html}");
        }
        assert!(html.contains("{{7*7}}"));
    }
}

#[test]
fn names_are_shown_as_written() {
    let roles = roles(&["cohort-2024-2028"]);
    for (inviter, group, shown_as) in [
        ("A\u{202e}da\n", "Node.js Meetup", ["Ada", "Node.js Meetup"]),
        ("K.Srinivasan", "Room 101, 2025", ["K.Srinivasan", "Room 101, 2025"]),
        ("Call 0151 23456789", "See https://evil.test now", ["Call …", "See … now"]),
        ("www.evil.test", "+1 (555) 123-4567", ["Someone", "a group"]),
    ] {
        let acceptable =
            Invitation { group_name: group, inviter_name: Some(inviter), ..invitation(&roles) };
        let html = shown(View::Acceptable(acceptable));
        let [inviter, group] = shown_as;
        let heading = format!("<h1><bdi>{inviter}</bdi> invited you to <bdi>{group}</bdi></h1>");
        assert!(html.contains(&heading), "{html}");
        assert!(html.contains("<bdi>cohort-2024-2028</bdi>"), "{html}");
    }
}

#[test]
fn every_group_that_the_link_joins_is_named() {
    let (roles, further) = (roles(&["viewer"]), ["Batch 2024-2028".to_owned(), "www.x".to_owned()]);
    let html =
        shown(View::Acceptable(Invitation { further_groups: &further, ..invitation(&roles) }));
    assert!(html.contains("<bdi>Batch 2024-2028</bdi>, <bdi>a group</bdi>."), "{html}");
}

#[test]
fn the_apps_colour_has_a_style_of_its_own() {
    let brand_color = Some(Color::new(255, 212, 0));
    let html = rendered(View::Inbox, &PageSettings { brand_color, ..settings() }, TOKEN);
    assert_eq!(html.matches("<style>").count(), 2);
    assert!(html.contains("--brand: #ffd400; --on-brand: #000000;"), "{html}");
}

#[test]
fn the_markup_loads_nothing_and_has_no_handlers() {
    let html = document(View::Acceptable(invitation(&[])));
    for part in [
        " src=",
        "srcset=",
        "<link",
        "<img",
        "<iframe",
        "<form",
        "<object",
        " style=",
        "javascript:",
        "http-equiv",
    ] {
        assert!(!html.contains(part), "{part} in {html}");
    }
    assert!(!["@import", "url(", "http:", "https:"].iter().any(|part| STYLE.contains(part)));
    assert!(
        !["innerHTML", "eval(", "document.write", "http://", "https://"]
            .iter()
            .any(|part| SCRIPT.contains(part))
    );
    assert!(
        !html.split('<').any(|tag| between(&format!("{tag}>"), "", ">").contains(" on")),
        "{html}"
    );
    let addresses: Vec<&str> = html.split("http").skip(1).collect();
    assert!(addresses.iter().all(|rest| {
        ["s://app.example.org/", "s%3A%2F%2Fjoin.", "s://example.org/privacy\""]
            .iter()
            .any(|known| rest.starts_with(known))
    }));
}

#[test]
fn the_script_uses_exactly_the_texts_that_the_page_tells_it() {
    let texts = serde_json::to_value(&Texts::in_language(Language::En).script).unwrap();
    let told: BTreeSet<&str> = texts.as_object().unwrap().keys().map(String::as_str).collect();
    let used: BTreeSet<&str> = SCRIPT
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '_'))
        .filter_map(|word| word.strip_prefix("T."))
        .map(|word| word.split('.').next().unwrap_or_default())
        .collect();
    assert_eq!(told, used);
}

#[test]
fn signing_in_returns_to_one_address_without_the_token_and_a_logo_is_in_the_page() {
    let back = "redirect_uri=https%3A%2F%2Fjoin.example.com%2Fi%2Fopened";
    let roles = roles(&["member"]);
    let html = document(View::Acceptable(invitation(&roles)));
    for address in ["https://app.example.org/login", "https://app.example.org/join"] {
        assert!(html.contains(&format!("data-sign-in=\"{address}?{back}\"")), "{html}");
    }
    let settings = settings();
    let page = InvitePage {
        token: TOKEN,
        language: Language::En,
        view: View::Inbox,
        look: &Look::new(None, Some("data:image/png;base64,iVBORw0KGgo=")),
        app_name: "Acme Planner",
        sign_in_url: "https://app.example.org/login?app=1",
        public_url: "https://join.example.com",
        settings: &settings,
    };
    let picture = "<img class=\"logo\" src=\"data:image/png;base64,iVBORw0KGgo=\" alt=\"\"";
    assert!(page.render().unwrap().contains(picture));
    let address = page.hand_over(page.sign_in_url);
    assert_eq!(address, format!("https://app.example.org/login?app=1&{back}"));
}
