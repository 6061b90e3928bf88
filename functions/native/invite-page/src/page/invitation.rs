//! The page of an invitation that can be accepted, and of one that can't be accepted now.

use askama::Template;
use shared::domain::acceptance::NotAcceptable;
use shared::domain::display_name::{clean_for_page, clean_message_for_page};
use shared::texts::{Html, Language, date_in_words, fill, list_in_words};

use super::address::{is_web, web_host};
use super::data::Data;
use super::frame::{Frame, InvitePage};
use super::names::{Head, Names};
use crate::texts::Texts;
use crate::view::Invitation;

/// The page of an invitation that can be accepted.
#[derive(Template)]
#[template(path = "invitation.html")]
pub(super) struct InvitationTemplate<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) head: Head,
    pub(super) joins: Html,
    pub(super) further: Option<Html>,
    pub(super) message: Option<(Html, String)>,
    pub(super) was_declined: bool,
    pub(super) accept: Html,
    pub(super) open: Html,
    pub(super) reason: Html,
    pub(super) can_decline: bool,
    pub(super) foot: Vec<Html>,
    /// The address of the app, for a member who opens a shared link.
    pub(super) member: Option<&'a str>,
}

/// The page of an invitation that can't be accepted now.
#[derive(Template)]
#[template(path = "not_now.html")]
pub(super) struct NotNowTemplate<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) head: Head,
    pub(super) reason: Html,
    pub(super) remedy: Html,
    pub(super) foot: Vec<Html>,
    pub(super) member: Option<&'a str>,
    pub(super) open: Html,
}

impl<'a> InvitePage<'a> {
    /// Returns the page of an invitation that can be accepted.
    pub(super) fn invitation(&self, invitation: &Invitation<'a>) -> InvitationTemplate<'a> {
        let (texts, language) = (self.texts(), self.language);
        let (t, names) = (&texts.invitation, Names::of(invitation, texts));
        let data = Data::of((self.token, language), invitation, &names);
        let app = Html::name(self.app_name);
        let roles = list_in_words(language, &texts.roles(invitation.roles));
        let joins = if roles.is_empty() { &t.joins } else { &t.joins_as };
        let further: Vec<String> = invitation
            .further_groups
            .iter()
            .map(|name| clean_for_page(name).unwrap_or_else(|| texts.a_group.clone()))
            .collect();
        let message = invitation.message.map(clean_message_for_page);
        let by = fill(&t.writes, &[("inviter", &names.inviter())]);
        InvitationTemplate {
            frame: Frame { data, ..self.about(&names) },
            head: names.head(heading(texts, &names)),
            joins: fill(joins, &[("roles", &Html::strong(&roles)), ("app", &app)]),
            further: (!further.is_empty())
                .then(|| fill(&t.further_groups, &[("groups", &Html::names(&further))])),
            message: message.filter(|text| !text.is_empty()).map(|text| (by, text)),
            was_declined: invitation.was_declined,
            accept: fill(&t.accept, &[("group", &names.group())]),
            open: fill(&t.open, &[("group", &names.group())]),
            reason: fill(&t.reason, &[("inviter", &names.inviter())]),
            can_decline: !(invitation.is_link || invitation.was_declined),
            foot: foot(invitation, language),
            member: invitation.target.filter(|_| invitation.is_link).filter(is_web),
        }
    }

    /// Returns the page of an invitation that can't be accepted now.
    pub(super) fn not_now(
        &self,
        invitation: &Invitation<'a>,
        reason: NotAcceptable,
    ) -> NotNowTemplate<'a> {
        let texts = self.texts();
        let (names, (reason, remedy)) = (Names::of(invitation, texts), texts.not_now.of(reason));
        NotNowTemplate {
            frame: self.about(&names),
            head: names.head(heading(texts, &names)),
            reason: fill(reason, &[("inviter", &names.inviter())]),
            remedy: fill(remedy, &[("inviter", &names.the_inviter())]),
            foot: foot(invitation, self.language),
            member: invitation.target.filter(|_| invitation.is_link).filter(is_web),
            open: fill(&texts.invitation.open, &[("group", &names.group())]),
        }
    }
}

fn heading(texts: &Texts, names: &Names) -> Html {
    let values = [("inviter", &names.inviter()), ("group", &names.group())];
    fill(&texts.invitation.heading, &values)
}

/// Returns the lines below the card: for whom, until when, and where it leads.
fn foot(invitation: &Invitation<'_>, language: Language) -> Vec<Html> {
    let t = &Texts::in_language(language).foot;
    let invitee = invitation.invitee.map(Html::strong).unwrap_or_default();
    let whom = match (invitation.is_link, invitation.strict, invitation.invitee) {
        (true, _, _) => &t.anyone_joins,
        (false, true, Some(_)) => &t.only_invitee,
        (false, true, None) => &t.only_account,
        (false, false, _) => &t.anyone_accepts,
    };
    let until = match invitation.expires_at {
        Some(at) => {
            let time = Html::time(&date_in_words(language, at), &at.to_string(), "until");
            fill(&t.until, &[("date", &time)])
        }
        None => Html::text(&t.no_end),
    };
    let host = invitation.target.and_then(web_host);
    let leads = host.map(|host| fill(&t.leads_to, &[("host", &Html::name(&host))]));
    [fill(whom, &[("invitee", &invitee)]), until].into_iter().chain(leads).collect()
}
