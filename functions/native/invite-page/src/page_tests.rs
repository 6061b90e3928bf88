//! Tests of every view of the page, also with hostile names and links.

use shared::domain::clock::Timestamp;

use super::*;
use crate::view::Dead;

const TOKEN: &str = "bkn_2tLkQ0cZb9";

fn roles(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn invitation(roles: &[String]) -> Invitation<'_> {
    Invitation {
        group_name: "Private Group",
        further_groups: &[],
        inviter_name: Some("Grace Hopper"),
        roles,
        expires_at: Some(Timestamp::from_seconds(1_795_858_200)),
        invitee: Some("a•••@example.com"),
        strict: true,
        is_link: false,
        redirect_url: Some("https://app.example.org/welcome"),
    }
}

fn page(view: View<'_>) -> InvitePage<'_> {
    InvitePage {
        token: TOKEN,
        view,
        sign_in_url: "https://app.example.org/login",
        public_url: "https://join.example.com",
    }
}

/// Returns the text between the first `open` and the `close` after it.
fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    text.split_once(open).unwrap().1.split_once(close).unwrap().0
}

/// Renders the page without its style and script, which have files of their own.
fn document(view: View<'_>) -> String {
    let html = page(view).render().unwrap();
    assert_eq!((html.matches("<style").count(), html.matches("<script").count()), (1, 1));
    html.replace(STYLE, "…").replace(SCRIPT, "…")
}

fn snapshot(name: &str, view: View<'_>) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, document(view));
    });
}

#[test]
fn an_invitation_to_an_address_shows_it_masked() {
    snapshot("invitation_strict", View::Acceptable(invitation(&roles(&["editor", "admin"]))));
}

#[test]
fn an_invitation_into_several_groups_names_them_all() {
    let (roles, further) = (roles(&["viewer"]), ["P2".to_owned(), "<b>P3".to_owned()]);
    let html =
        document(View::Acceptable(Invitation { further_groups: &further, ..invitation(&roles) }));
    assert!(
        html.contains("<dt>Also to</dt><dd><bdi>P2</bdi>, <bdi>&#60;b&#62;P3</bdi></dd>"),
        "{html}"
    );
}

#[test]
fn a_bearer_invitation_asks_not_to_pass_it_on() {
    let roles = roles(&["member"]);
    let acceptable = Invitation {
        strict: false,
        inviter_name: None,
        invitee: None,
        redirect_url: None,
        ..invitation(&roles)
    };
    snapshot("invitation_bearer", View::Acceptable(acceptable));
}

#[test]
fn a_shared_link_has_no_decline() {
    let roles = roles(&["member"]);
    snapshot(
        "invitation_link",
        View::Acceptable(Invitation {
            is_link: true,
            invitee: None,
            expires_at: None,
            redirect_url: None,
            ..invitation(&roles)
        }),
    );
}

#[test]
fn a_dead_link_says_why() {
    let all = [
        Dead::Unknown,
        Dead::Expired,
        Dead::Revoked,
        Dead::Replaced,
        Dead::UsedUp,
        Dead::Accepted,
        Dead::Declined,
        Dead::InviterGone,
        Dead::GroupGone,
    ];
    let told = all.map(|dead| {
        let html = document(View::Dead(dead));
        format!(
            "{dead:?} {}\n{}",
            View::Dead(dead).status(),
            between(&html, "<main>\n", "\n</main>")
        )
    });
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("dead", told.join("\n\n"));
    });
}

#[test]
fn a_notice_has_its_text_and_status() {
    snapshot("token_removed", View::TokenRemoved);
    snapshot("unavailable", View::Unavailable);
    assert_eq!(
        (View::TokenRemoved.status(), View::Unavailable.status(), View::Failed.status()),
        (200, 503, 500)
    );
}

#[test]
fn only_an_acceptable_invitation_carries_its_token() {
    for view in [View::Dead(Dead::Unknown), View::TokenRemoved, View::Unavailable] {
        assert!(!page(view).render().unwrap().contains(TOKEN));
    }
}

#[test]
fn markup_stays_text() {
    let payload = "\"><script>alert('1')</script><img onerror='x'>{{7*7}}";
    let roles = roles(&["<i>"]);
    let acceptable = Invitation {
        group_name: payload,
        inviter_name: Some(payload),
        invitee: Some(payload),
        redirect_url: Some("javascript:alert(1)"),
        ..invitation(&roles)
    };
    let html =
        InvitePage { token: payload, ..page(View::Acceptable(acceptable)) }.render().unwrap();
    let html = html.replace(STYLE, "").replace(SCRIPT, "");
    assert_eq!(html.matches("<script").count(), 1, "{html}");
    for part in ["<img", "<i>", "javascript:"] {
        assert!(!html.contains(part), "{part} in {html}");
    }
    assert!(html.contains("{{7*7}}"));
}

#[test]
fn names_are_cleaned() {
    let none = roles(&[]);
    let acceptable = Invitation {
        group_name: "win at evil.test",
        inviter_name: Some("A\u{202e}da\n"),
        ..invitation(&none)
    };
    let html = document(View::Acceptable(acceptable));
    assert!(
        html.contains("<bdi>Ada</bdi> invites you to join <bdi id=\"group\">a group</bdi>"),
        "{html}"
    );
}

#[test]
fn the_policy_allows_exactly_the_pages_own_script_and_style() {
    let html = page(View::Acceptable(invitation(&[]))).render().unwrap();
    let policy = content_security_policy();
    for (directive, content) in [
        ("script-src", between(&html, "<script>", "</script>")),
        ("style-src", between(&html, "<style>", "</style>")),
    ] {
        let allowed = format!("{directive} 'sha256-{}';", STANDARD.encode(Sha256::digest(content)));
        assert!(policy.contains(&allowed), "{allowed} not in {policy}");
    }
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"));
    // Browsers hash the parsed text. It equals the source only without carriage returns, end tags
    // and comments.
    for text in [STYLE, SCRIPT] {
        assert!(!["\r", "</s", "<!--"].iter().any(|part| text.contains(part)));
    }
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
    assert!(
        addresses.iter().all(|rest| rest.starts_with("s://app.example.org/login?redirect_uri=")
            || rest.starts_with("s%3A%2F%2Fjoin."))
    );
}

#[test]
fn signing_in_returns_to_one_address_without_the_token() {
    let back = "redirect_uri=https%3A%2F%2Fjoin.example.com%2Fi%2Fopened";
    let plain = page(View::TokenRemoved);
    assert_eq!(plain.sign_in(), format!("https://app.example.org/login?{back}"));
    let with_query = InvitePage { sign_in_url: "https://app.example.org/login?app=1", ..plain };
    assert_eq!(with_query.sign_in(), format!("https://app.example.org/login?app=1&{back}"));
}

#[test]
fn the_headers_keep_the_token_on_the_page() {
    let headers = headers();
    let value =
        |name: &str| headers.iter().find(|(header, _)| *header == name).map(|(_, value)| *value);
    assert_eq!(value("referrer-policy"), Some("no-referrer"));
    assert_eq!(value("cache-control"), Some("no-store"));
    assert_eq!(value("content-security-policy"), Some(content_security_policy()));
    assert!(headers.iter().all(|(name, value)| *name == name.to_lowercase() && value.is_ascii()));
}
