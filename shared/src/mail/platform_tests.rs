//! The platform's mails: their usual forms, and attempts to misuse them.

use super::*;

const URL: &str = "https://join.example.com/i/bkn_2tLkQ0cZb9";

fn mail(occasion: Occasion, projects: &[String]) -> PlatformMail<'_> {
    PlatformMail {
        occasion,
        platform: "ChemBio Hub Platform",
        sender: Some("In Viter"),
        first_name: None,
        address: "a@b.c",
        projects,
        expires_at: Some(Timestamp::from_seconds(1_795_858_200)),
        url: URL,
        public_url: "https://join.example.com",
    }
}

fn projects(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn snapshot(name: &str, mail: &PlatformMail<'_>) {
    let RenderedMail { subject, text, html } = mail.render().unwrap();
    assert_eq!(
        (text.matches(URL).count(), html.matches(URL).count()),
        (1, 1),
        "each part contains the link once"
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
    snapshot(
        "invitation_to_projects",
        &PlatformMail { first_name: Some("Ada"), ..mail(Occasion::Invitation, &projects) },
    );
}

#[test]
fn a_change_of_access_lists_the_projects() {
    snapshot("access_changed", &mail(Occasion::AccessChanged, &projects(&["P1", "P2"])));
}

#[test]
fn a_reminder_of_projects_names_them() {
    snapshot(
        "reminder",
        &PlatformMail { first_name: Some("Ada"), ..mail(Occasion::Reminder, &projects(&["P1"])) },
    );
}

#[test]
fn a_reminder_of_the_platform_alone_names_no_projects() {
    snapshot(
        "reminder_of_platform",
        &PlatformMail { expires_at: None, ..mail(Occasion::Reminder, &[]) },
    );
}

#[test]
fn names_add_no_markup_no_lines_and_no_addresses() {
    let hostile = "<b>In</b>\r\nBcc: eve@mail\r\n\r\nViter\u{202e}";
    let projects = projects(&[hostile, "win at evil.test"]);
    for occasion in [Occasion::Invitation, Occasion::AccessChanged, Occasion::Reminder] {
        let hostile = PlatformMail {
            sender: Some(hostile),
            first_name: Some(hostile),
            ..mail(occasion, &projects)
        };
        let RenderedMail { subject, text, html } = hostile.render().unwrap();
        assert!(!subject.chars().any(char::is_control), "{subject:?}");
        assert!(!html.contains("<b>") && html.contains("&#60;b&#62;"), "{html}");
        for part in [&subject, &text, &html] {
            assert!(
                !part.contains("evil.test")
                    && !part.contains(['\r', '\u{202e}'])
                    && !part.contains("\nBcc"),
                "{part}"
            );
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
            assert!(subject.chars().count() <= SUBJECT_LIMIT, "{subject}");
            assert!(subject.contains(if sender == short { "Ada" } else { "ééé" }), "{subject}");
        }
    }
}
