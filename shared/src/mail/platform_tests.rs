//! The platform's mails: their usual forms, and attempts to misuse them.

use super::*;

const URL: &str = "https://join.example.com/i/bkn_2tLkQ0cZb9";

fn mail(occasion: Occasion, projects: &[String]) -> PlatformMail<'_> {
    PlatformMail {
        head: Letterhead::example(),
        occasion,
        platform: "ChemBio Hub Platform",
        sender: Some("In Viter"),
        address: "a@b.c",
        projects,
        expires_at: Some(Timestamp::from_seconds(1_795_858_200)),
        url: URL,
    }
}

/// Returns the mail with the recipient's first name.
fn named<'a>(first_name: &'a str, mail: PlatformMail<'a>) -> PlatformMail<'a> {
    PlatformMail { head: Letterhead { first_name: Some(first_name), ..mail.head }, ..mail }
}

fn projects(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn snapshot(name: &str, mail: &PlatformMail<'_>) {
    let RenderedMail { subject, text, html, .. } = mail.render().unwrap();
    assert_eq!(
        (text.matches(URL).count(), html.matches(URL).count()),
        (2, 3),
        "the text contains the link and the way to decline, and the HTML part also the button"
    );
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("platform_{name}"), format!("{subject}\n\n=== text\n{text}\n=== html\n{html}"));
    });
}

#[test]
fn an_invitation_to_the_platform_alone_names_no_projects() {
    snapshot("invitation", &mail(Occasion::Invitation, &[]));
}

#[test]
fn an_invitation_to_projects_names_them() {
    let projects = projects(&["P1", "Kinases & more"]);
    snapshot("invitation_to_projects", &named("Ada", mail(Occasion::Invitation, &projects)));
}

#[test]
fn a_change_of_access_lists_the_projects() {
    snapshot("access_changed", &mail(Occasion::AccessChanged, &projects(&["P1", "P2"])));
}

#[test]
fn a_reminder_of_projects_names_them() {
    snapshot("reminder", &named("Ada", mail(Occasion::Reminder, &projects(&["P1"]))));
}

#[test]
fn a_reminder_of_the_platform_alone_names_no_projects() {
    snapshot(
        "reminder_of_platform",
        &PlatformMail { expires_at: None, ..mail(Occasion::Reminder, &[]) },
    );
}

#[test]
fn names_add_no_markup_and_no_lines() {
    let hostile = "<b>In</b>\r\nBcc: eve@mail\r\n\r\nViter\u{202e}";
    let projects = projects(&[hostile]);
    for occasion in [Occasion::Invitation, Occasion::AccessChanged, Occasion::Reminder] {
        let misused = PlatformMail { sender: Some(hostile), ..mail(occasion, &projects) };
        let RenderedMail { subject, text, html, .. } = named(hostile, misused).render().unwrap();
        assert!(!subject.chars().any(char::is_control), "{subject:?}");
        assert!(!html.contains("<b>") && html.contains("&#60;b&#62;"), "{html}");
        for part in [&subject, &text, &html] {
            assert!(!part.contains(['\r', '\u{202e}']) && !part.contains("\nBcc"), "{part}");
        }
    }
}

#[test]
fn every_project_is_named_and_none_can_be_linked() {
    let names = ["P1", "Batch 2024-2028", "Plain", "win at evil.test", "www.evil.test"];
    let projects = projects(&names);
    for occasion in [Occasion::Invitation, Occasion::AccessChanged, Occasion::Reminder] {
        let mail = PlatformMail { platform: "Hub.bio", ..mail(occasion, &projects) };
        let RenderedMail { subject, text, html, .. } = mail.render().unwrap();
        for part in [&subject, &text, &html] {
            assert!(part.contains("Hub.bio") && !part.contains("evil.test"), "{part}");
        }
        for part in [text, html] {
            let seen = part.replace('\u{2060}', "");
            for shown in ["P1", "Batch 2024-2028", "Plain", "win at evil.test", "a project"] {
                assert!(seen.contains(shown), "{shown} in {seen}");
            }
        }
    }
}

#[test]
fn a_subject_has_at_most_78_characters() {
    let (short, long) = ("Ada", "é".repeat(64));
    for occasion in [Occasion::Invitation, Occasion::AccessChanged, Occasion::Reminder] {
        for (sender, platform) in
            [(short, long.as_str()), (&long, short), (&long, &long), (short, short)]
        {
            let subject = PlatformMail { sender: Some(sender), platform, ..mail(occasion, &[]) }
                .render()
                .unwrap()
                .subject;
            assert!(subject.chars().count() <= 78, "{subject}");
            assert!(subject.contains(if sender == short { "Ada" } else { "ééé" }), "{subject}");
        }
    }
}
