//! What the page tells its script: texts and data, as JSON in an element that nothing runs.

use serde::Serialize;
use shared::texts::{Language, inert_json, list_in_words};

use super::address::is_web;
use super::names::Names;
use crate::texts::{Script, Texts};
use crate::view::Invitation;

/// The data of a page.
#[derive(Serialize)]
pub(super) struct Data<'a> {
    /// The locale of dates and numbers.
    locale: &'static str,
    texts: &'a Script,
    /// `None` on a page that does nothing with an invitation.
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<InvitationData<'a>>,
    /// Whether the page lists the invitations of an account.
    inbox: bool,
}

/// An invitation on which the script acts.
#[derive(Serialize)]
struct InvitationData<'a> {
    token: &'a str,
    group: String,
    inviter: Option<String>,
    roles: String,
    invitee: Option<&'a str>,
    strict: bool,
    target: Option<&'a str>,
}

impl<'a> Data<'a> {
    /// Returns the JSON for a page that acts on this invitation.
    pub(super) fn of(
        (token, language): (&'a str, Language),
        invitation: &Invitation<'a>,
        names: &Names,
    ) -> String {
        let invitation = InvitationData {
            token,
            group: names.group.clone(),
            inviter: names.inviter.clone(),
            roles: list_in_words(language, &Texts::in_language(language).roles(invitation.roles)),
            invitee: invitation.invitee,
            strict: invitation.strict,
            target: invitation.target.filter(is_web),
        };
        Self { invitation: Some(invitation), ..Self::new(language) }.json()
    }

    /// Returns the JSON for the page that lists the invitations of an account.
    pub(super) fn of_inbox(language: Language) -> String {
        Self { inbox: true, ..Self::new(language) }.json()
    }

    /// Returns the JSON for a page that only says something.
    pub(super) fn of_notice(language: Language) -> String {
        Self::new(language).json()
    }

    fn new(language: Language) -> Self {
        let texts = &Texts::in_language(language).script;
        Self { locale: language.locale(), texts, invitation: None, inbox: false }
    }

    fn json(&self) -> String {
        // Texts and booleans always have a JSON form.
        inert_json(&serde_json::to_string(self).unwrap_or_default())
    }
}
