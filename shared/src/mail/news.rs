//! The mail that tells an inviter what became of the invites that they sent.

use super::letter::{Block, Letter, Letterhead, Phrase, RenderedMail, subject};
use super::texts::Texts;
use crate::domain::display_name::{clean_for_mail, shorten};
use crate::domain::news::NewsKind;
use crate::texts::fill_plain;

/// The most characters of the app's name in a subject.
const APP_LIMIT: usize = 40;
/// The most news in the line behind the subject.
const PREVIEWED: usize = 3;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct NewsLine {
    /// What happened.
    pub kind: NewsKind,
    /// The invitee as the inviter knows them: an address, a number or a name. `None` if nothing tells
    /// it.
    pub invitee: Option<String>,
    /// The name of the group. `None` if it leads to none.
    pub group: Option<String>,
}

/// The facts of the mail, as stored. [`render`](Self::render) cleans them.
#[derive(Clone, Copy)]
pub struct NewsMail<'a> {
    /// What every mail has.
    pub head: Letterhead<'a>,
    /// What happened, oldest first.
    pub news: &'a [NewsLine],
    /// Whether more happened than the mail lists.
    pub has_more: bool,
}

impl NewsMail<'_> {
    /// Renders the mail. Names are cleaned here, so that no caller can forget it.
    ///
    /// # Errors
    /// `askama::Error` if a template cannot be rendered, which is a bug.
    pub fn render(&self) -> Result<RenderedMail, askama::Error> {
        let texts = Texts::in_language(self.head.language);
        let t = &texts.news;
        let app = [("app", self.head.app_name)];
        let title = match self.news {
            [only] if !self.has_more => only.told(texts).subject(),
            _ => fill_plain(&t.subject, &[("app", &shorten(self.head.app_name, APP_LIMIT))]),
        };
        let mut letter = Letter::new(self.head, title);
        let mut lines: Vec<Phrase> =
            self.news.iter().map(|line| line.told(texts).phrase()).collect();
        let preview: Vec<String> = lines.iter().take(PREVIEWED).map(Phrase::text).collect();
        letter.preview = preview.join(" · ");
        if self.has_more {
            lines.push(Phrase::new(&t.more, &app));
        }
        letter.blocks.push(Block::Paragraph(Phrase::new(&t.what, &[])));
        letter.blocks.push(Block::List(lines));
        letter.blocks.push(Block::Paragraph(Phrase::new(&t.why, &app)));
        letter.render(None)
    }
}

/// A sentence about one thing, with its names.
struct Told {
    text: &'static str,
    invitee: String,
    group: String,
}

impl Told {
    fn subject(&self) -> String {
        subject(self.text, ("invitee", &self.invitee), ("group", &self.group))
    }

    fn phrase(&self) -> Phrase {
        Phrase::new(self.text, &[("invitee", &self.invitee), ("group", &self.group)])
    }
}

impl NewsLine {
    /// Returns the news as a sentence without its full stop.
    fn told(&self, texts: &'static Texts) -> Told {
        let t = &texts.news;
        let (alone, with_group) = match self.kind {
            NewsKind::Accepted => (&t.accepted, &t.accepted_to),
            NewsKind::Declined => (&t.declined, &t.declined_to),
            NewsKind::Expired => (&t.expired, &t.expired_to),
            NewsKind::Bounced => (&t.bounced, &t.bounced_to),
            NewsKind::RenewalRequested => (&t.renewal_requested, &t.renewal_requested_to),
        };
        let text = if self.group.is_some() { with_group } else { alone };
        let cleaned = |name: &String| clean_for_mail(name).unwrap_or_else(|| texts.a_group.clone());
        Told {
            text,
            invitee: self.invitee.clone().unwrap_or_else(|| texts.somebody.clone()),
            group: self.group.as_ref().map(cleaned).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: NewsKind, invitee: &str) -> NewsLine {
        NewsLine { kind, invitee: Some(invitee.into()), group: Some("Q1 Planning".into()) }
    }

    fn mail(news: &[NewsLine]) -> NewsMail<'_> {
        let head = Letterhead { first_name: Some("Grace"), ..Letterhead::example() };
        NewsMail { head, news, has_more: false }
    }

    fn snapshot(name: &str, mail: &NewsMail<'_>) {
        let RenderedMail { subject, text, html, .. } = mail.render().unwrap();
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("news_{name}"), format!("{subject}\n\n=== text\n{text}\n=== html\n{html}"));
        });
    }

    #[test]
    fn one_thing_is_the_subject() {
        snapshot("one", &mail(&[line(NewsKind::Accepted, "ada@example.com")]));
    }

    #[test]
    fn a_digest_lists_everything() {
        let news = [
            line(NewsKind::Accepted, "ada@example.com"),
            line(NewsKind::Declined, "Evelyn Boyd"),
            line(NewsKind::Expired, "+19199993333"),
            line(NewsKind::Bounced, "typo@example.com"),
            line(NewsKind::RenewalRequested, "late@example.com"),
            NewsLine { kind: NewsKind::Accepted, invitee: None, group: None },
        ];
        snapshot("digest", &NewsMail { has_more: true, ..mail(&news) });
    }

    #[test]
    fn markup_and_line_breaks_in_names_do_nothing() {
        let payload = "<script>alert(1)</script>\r\nBcc: eve@mail";
        let news = [NewsLine {
            kind: NewsKind::Accepted,
            invitee: Some("ada@example.com".into()),
            group: Some(payload.into()),
        }];
        let head = Letterhead { first_name: Some(payload), ..Letterhead::example() };
        let rendered = NewsMail { head, ..mail(&news) }.render().unwrap();
        assert!(!rendered.html.contains("<script>"), "{}", rendered.html);
        assert!(!rendered.subject.chars().any(char::is_control), "{:?}", rendered.subject);
        assert!(!rendered.text.contains('\r'));
    }

    #[test]
    fn a_subject_has_at_most_78_characters() {
        let (short, long) = ("Ada", "é".repeat(200));
        for kind in [NewsKind::Accepted, NewsKind::Expired, NewsKind::Bounced] {
            for (invitee, group) in [(short, long.as_str()), (&long, short), (&long, &long)] {
                let (invitee, group) = (Some(invitee.to_owned()), Some(group.to_owned()));
                let news = [NewsLine { kind, invitee, group }];
                let subject = mail(&news).render().unwrap().subject;
                assert!(subject.chars().count() <= 78, "{subject}");
            }
        }
    }
}
