//! The invitation mail: its usual forms, and attempts to misuse it.

use super::*;
use crate::domain::display_name::width;

const URL: &str = "https://join.example.com/i/bkn_2tLkQ0cZb9";

fn roles(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn mail(roles: &[String]) -> InvitationMail<'_> {
    InvitationMail {
        head: Letterhead::example(),
        call: Call::First,
        group_name: "Private Group",
        inviter_name: Some("Grace Hopper"),
        inviter_address: None,
        address: "ada@example.com",
        roles,
        message: None,
        expires_at: Some(Timestamp::from_seconds(1_795_858_200)),
        url: URL,
    }
}

/// Returns the mail with the recipient's first name.
fn named<'a>(first_name: &'a str, mail: InvitationMail<'a>) -> InvitationMail<'a> {
    InvitationMail { head: Letterhead { first_name: Some(first_name), ..mail.head }, ..mail }
}

fn snapshot(name: &str, mail: &InvitationMail<'_>) {
    let RenderedMail { subject, text, html, .. } = mail.render().unwrap();
    assert_eq!(
        (text.matches(URL).count(), html.matches(URL).count()),
        (2, 3),
        "the text contains the link and the way to decline, and the HTML part also the button"
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
    snapshot("for_person", &named("Ada", mail(&roles)));
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
fn a_new_link_says_that_the_old_one_is_dead() {
    let roles = roles(&["editor"]);
    let inviter_address = Some("grace@acme.example");
    let mail = InvitationMail { call: Call::Renewed, inviter_address, ..mail(&roles) };
    snapshot("renewed", &mail);
}

#[test]
fn a_mail_is_in_its_language() {
    let roles = roles(&["editor", "admin"]);
    for language in Language::ALL {
        let head = Letterhead { language, replies: None, ..Letterhead::example() };
        let mail = InvitationMail { head, message: Some("Join us!"), ..mail(&roles) };
        snapshot(&format!("in_{}", language.tag().to_lowercase()), &named("Ada", mail));
    }
}

#[test]
fn reminders_say_what_they_are() {
    let roles = roles(&["editor"]);
    let reminder = |timed| InvitationMail {
        call: Call::Timed(timed),
        message: Some("Join us!"),
        group_name: "Q1 Planning",
        ..mail(&roles)
    };
    let subject = |timed| reminder(timed).render().unwrap().subject;
    assert_eq!(subject(TimedMail::Reminder), "Reminder: Grace Hopper invited you to Q1 Planning");
    snapshot("reminder", &reminder(TimedMail::Reminder));
    snapshot("expires_soon", &reminder(TimedMail::ExpiresSoon));
}

#[test]
fn markup_in_names_is_escaped() {
    let roles = roles(&["<i>"]);
    let payload = "<script>alert('1')</script>\"&{{7*7}}{% raw %}${x}";
    let mail = InvitationMail {
        group_name: payload,
        inviter_name: Some(payload),
        message: Some(payload),
        ..mail(&roles)
    };
    let rendered = named(payload, mail).render().unwrap();
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
    let plain = named("x", mail(&none)).render().unwrap();
    let misused =
        InvitationMail { group_name: hostile, inviter_name: Some(hostile), ..mail(&none) };
    let rendered = named(hostile, misused).render().unwrap();
    assert!(!rendered.subject.chars().any(char::is_control), "{:?}", rendered.subject);
    assert_eq!(rendered.text.lines().count(), plain.text.lines().count());
    assert!(!rendered.text.contains(['\r', '\0', '\u{2028}', '\u{85}']));
}

/// Returns the part as a reader sees it.
fn seen(part: &str) -> String {
    part.replace('\u{2060}', "")
}

#[test]
fn names_and_message_are_shown_as_written_and_cannot_be_linked() {
    let roles = roles(&["cohort-2024-2028", "team-0151-23456789"]);
    for (inviter, group) in [
        ("K.Srinivasan", "Node.js Meetup"),
        ("A.N.Other", "St.Gallen"),
        ("Md.Ali", "1.FC Köln"),
        ("\u{202e}Ada 🎉\u{2066}", "win at evil.test"),
        ("Ada", "Room 101, 2025"),
        ("Ada", "Hub.bio"),
    ] {
        let mail = InvitationMail {
            group_name: group,
            inviter_name: Some(inviter),
            message: Some("Read README.md first.\nAsk Dr.Smith, 192.168.10.10 or 555 123 4567"),
            ..mail(&roles)
        };
        let rendered = named("Md.Ali", mail).render().unwrap();
        let inviter = inviter.trim_matches(['\u{202e}', '\u{2066}']);
        assert_eq!(seen(&rendered.subject), format!("{inviter} invited you to {group}"));
        let (text, html) = (seen(&rendered.text), seen(&rendered.html));
        for shown in [
            inviter,
            group,
            "Md.Ali",
            "cohort-2024-2028",
            "team-0151-23456789",
            "Read README.md first.",
            "Ask Dr.Smith, 192.168.10.10 or 555 123 4567",
        ] {
            assert!(text.contains(shown) && html.contains(shown), "{shown} in {text} {html}");
        }
        for part in [&rendered.subject, &rendered.text, &rendered.html] {
            for address in ["evil.test", "Node.js", "README.md", "Dr.Smith", "192.168", "555"] {
                assert!(!part.contains(address), "{address} in {part}");
            }
            assert!(!part.contains(['\u{202e}', '\u{2066}']), "{part}");
        }
    }
}

#[test]
fn web_addresses_and_telephone_numbers_in_names_are_hidden() {
    let none = roles(&[]);
    let mail = InvitationMail {
        group_name: "Win at https://evil.test now",
        inviter_name: Some("+1 (555) 123-4567"),
        ..mail(&none)
    };
    let rendered = mail.render().unwrap();
    assert_eq!(rendered.subject, "Someone invited you to Win at … now");
}

#[test]
fn a_subject_has_at_most_78_characters() {
    let none = roles(&[]);
    let (short, long) = ("Ada", "é".repeat(64));
    for (inviter, group) in [(short, long.as_str()), (&long, short), (&long, &long), (short, short)]
    {
        let named =
            InvitationMail { group_name: group, inviter_name: Some(inviter), ..mail(&none) };
        for call in [
            Call::First,
            Call::Renewed,
            Call::Timed(TimedMail::Reminder),
            Call::Timed(TimedMail::ExpiresSoon),
        ] {
            for language in Language::ALL {
                let head = Letterhead { language, ..Letterhead::example() };
                let mail = InvitationMail { head, call, ..named };
                let subject = mail.render().unwrap().subject;
                assert!(width(&subject) <= 78, "{subject}");
            }
        }
    }
}
