//! The invitation mail: its usual forms, and attempts to misuse it.

use super::*;

const URL: &str = "https://join.example.com/i/bkn_2tLkQ0cZb9";

fn roles(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn mail(roles: &[String]) -> InvitationMail<'_> {
    InvitationMail {
        group_name: "Private Group",
        inviter_name: Some("Grace Hopper"),
        first_name: None,
        roles,
        message: None,
        expires_at: Some(Timestamp::from_seconds(1_795_858_200)),
        url: URL,
        public_url: "https://join.example.com",
    }
}

fn snapshot(name: &str, mail: &InvitationMail<'_>) {
    let RenderedMail { subject, text, html } = mail.render().unwrap();
    assert_eq!(
        (text.matches(URL).count(), html.matches(URL).count()),
        (1, 1),
        "each part contains the link once"
    );
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("invitation_{name}"), format!("{subject}\n\n=== text\n{text}\n=== html\n{html}"));
    });
}

#[test]
fn a_plain_invitation_names_inviter_group_and_role() {
    snapshot("plain", &mail(&roles(&["editor"])));
}

#[test]
fn an_invitation_with_a_message_quotes_it() {
    let roles = roles(&["editor", "admin"]);
    snapshot(
        "with_message",
        &InvitationMail {
            message: Some("Join us!\n\nMore at https://evil.test, <b>soon</b>."),
            ..mail(&roles)
        },
    );
}

#[test]
fn an_invitation_greets_a_person_by_first_name() {
    let roles = roles(&["member"]);
    snapshot("for_person", &InvitationMail { first_name: Some("Ada"), ..mail(&roles) });
}

#[test]
fn an_invitation_that_never_expires_says_so() {
    let roles = roles(&["member"]);
    snapshot(
        "without_expiry",
        &InvitationMail { inviter_name: None, expires_at: None, ..mail(&roles) },
    );
}

#[test]
fn markup_in_names_is_escaped() {
    let roles = roles(&["<i>"]);
    let payload = "<script>alert('1')</script>\"&{{7*7}}{% raw %}${x}";
    let mail = InvitationMail {
        group_name: payload,
        inviter_name: Some(payload),
        first_name: Some(payload),
        message: Some(payload),
        ..mail(&roles)
    };
    let rendered = mail.render().unwrap();
    for part in ["<script", "<i>", "alert('1')"] {
        assert!(!rendered.html.contains(part), "{part} in {}", rendered.html);
    }
    assert!(rendered.html.contains("{{7*7}}") && rendered.html.contains("&#60;script&#62;"));
    assert!(rendered.text.contains(payload) && !rendered.text.contains("49"));
}

#[test]
fn line_breaks_in_names_add_no_lines() {
    let hostile = "Ada\r\nBcc: eve@mail\r\n\r\nHello\u{2028}\u{85}x\0";
    let none = roles(&[]);
    let plain = InvitationMail { first_name: Some("x"), ..mail(&none) }.render().unwrap();
    let rendered = InvitationMail {
        group_name: hostile,
        inviter_name: Some(hostile),
        first_name: Some(hostile),
        ..mail(&none)
    }
    .render()
    .unwrap();
    assert!(!rendered.subject.chars().any(char::is_control), "{:?}", rendered.subject);
    assert_eq!(rendered.text.lines().count(), plain.text.lines().count());
    assert!(!rendered.text.contains(['\r', '\0', '\u{2028}', '\u{85}']));
}

#[test]
fn bidi_controls_and_addresses_in_names_are_removed() {
    let none = roles(&[]);
    let mail = InvitationMail {
        group_name: "win at evil.test",
        inviter_name: Some("\u{202e}Ada 🎉\u{2066}"),
        ..mail(&none)
    };
    let rendered = mail.render().unwrap();
    assert_eq!(rendered.subject, "Ada 🎉 invites you to join a group");
    for part in [&rendered.subject, &rendered.text, &rendered.html] {
        assert!(!part.contains("evil.test") && !part.contains(['\u{202e}', '\u{2066}']), "{part}");
    }
}

#[test]
fn a_subject_has_at_most_78_characters() {
    let none = roles(&[]);
    let (short, long) = ("Ada", "é".repeat(64));
    for (inviter, group) in [(short, long.as_str()), (&long, short), (&long, &long), (short, short)]
    {
        let subject =
            InvitationMail { group_name: group, inviter_name: Some(inviter), ..mail(&none) }
                .render()
                .unwrap()
                .subject;
        assert!(subject.chars().count() <= SUBJECT_LIMIT, "{subject}");
        assert!(subject.contains(" invites you to join "), "{subject}");
    }
}

#[test]
fn the_host_includes_its_port() {
    assert_eq!(host("http://127.0.0.1:3000"), "127.0.0.1:3000");
    assert_eq!(host("https://join.example.com/stage"), "join.example.com");
}
