//! The page of an invitation that ended.

use askama::Template;
use shared::texts::{Html, day_in_words, fill};

use super::address::{is_web, web_host};
use super::data::Data;
use super::frame::{Frame, InvitePage};
use super::names::{Head, Names};
use crate::view::{End, Ended, Invitation, Renewal};

/// The page of an invitation that ended.
#[derive(Template)]
#[template(path = "ended.html")]
pub(super) struct EndedTemplate<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) head: Head,
    pub(super) what: Html,
    pub(super) advice: Option<Html>,
    pub(super) can_ask: bool,
    pub(super) ask_without_script: Html,
    pub(super) way_on: Option<Way<'a>>,
    pub(super) notes: Vec<Html>,
    /// The address of the person's invitations.
    pub(super) invitations: Option<String>,
}

/// A link to the app.
pub(super) struct Way<'a> {
    pub(super) words: Html,
    pub(super) target: &'a str,
    pub(super) is_primary: bool,
}

impl<'a> InvitePage<'a> {
    /// Returns the page of an invitation that ended.
    pub(super) fn ended(&self, invitation: &Invitation<'a>, end: &End<'a>) -> EndedTemplate<'a> {
        let (t, names) = (&self.texts().ended, Names::of(invitation, self.texts()));
        let (inviter, the_inviter, group) = (names.inviter(), names.the_inviter(), names.group());
        let (dated, plain, advice) = t.of(end.ended);
        let heading = match end.at {
            Some(at) => {
                let day = Html::time(&day_in_words(self.language, at), &at.to_string(), "day");
                fill(dated, &[("date", &day)])
            }
            None => Html::text(plain),
        };
        let invitee = invitation.invitee.map(Html::name);
        let what = match (&invitee, invitation.is_link) {
            (_, true) => &t.shared,
            (Some(_), false) => &t.invited,
            (None, false) => &t.invited_you,
        };
        let mailed = invitee.clone().unwrap_or_default();
        let values = [("inviter", &inviter), ("group", &group), ("invitee", &mailed)];
        let asking = [("inviter", &the_inviter), ("invitee", &mailed)];
        let can_ask = end.renewal == Renewal::Possible;
        let mut notes = Vec::new();
        match end.renewal {
            Renewal::Possible if invitee.is_some() => notes.push(fill(&t.mailed, &asking)),
            Renewal::Possible => notes.push(fill(&t.told, &asking)),
            Renewal::Asked => notes.push(fill(&t.asked, &values)),
            Renewal::Impossible => {}
        }
        let way_on = self.way_on(invitation, end, &group);
        let host = way_on.as_ref().and_then(|way| web_host(way.target));
        if let Some(host) = host.filter(|_| end.ended == Ended::Accepted) {
            notes.push(fill(&t.opens, &[("host", &Html::name(&host))]));
        }
        let asked = if end.ended == Ended::InviterGone { &inviter } else { &the_inviter };
        let mut frame = self.about(&names);
        if can_ask {
            frame.data = Data::of((self.token, self.language), invitation, &names);
        }
        EndedTemplate {
            frame,
            head: names.head(heading),
            what: fill(what, &values),
            advice: (end.renewal == Renewal::Impossible)
                .then(|| fill(advice, &[("inviter", asked)])),
            can_ask,
            ask_without_script: fill(&t.no_script, &[("inviter", &the_inviter)]),
            way_on,
            notes,
            invitations: (end.ended != Ended::Accepted).then(|| self.invitations()),
        }
    }

    /// Returns the way into the group for an accepted invitation, and into the app for others.
    fn way_on(&self, invitation: &Invitation<'a>, end: &End<'a>, group: &Html) -> Option<Way<'a>> {
        let t = &self.texts().ended;
        if end.ended == Ended::Accepted {
            let target = invitation.target.filter(is_web)?;
            return Some(Way {
                words: fill(&t.open, &[("group", group)]),
                target,
                is_primary: true,
            });
        }
        let words = fill(&t.open_app, &[("app", &Html::name(self.app_name))]);
        Some(Way { words, target: end.app.filter(is_web)?, is_primary: false })
    }
}
