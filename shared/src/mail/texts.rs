//! The texts of the mails, from the files of each language (`shared/texts/<tag>/mail.json`).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::texts::{self, Language};

static TEXTS: texts::Texts<Texts> = texts::Texts::of(texts::mail);

/// The texts of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    /// The inviter's name if there is nothing to show.
    pub(super) someone: String,
    /// The invitee if nothing tells the name.
    pub(super) somebody: String,
    /// The group's name if there is nothing to show.
    pub(super) a_group: String,
    /// The project's name if there is nothing to show.
    pub(super) a_project: String,
    /// The name of the sender.
    pub(super) via: String,
    pub(super) hello: String,
    pub(super) hello_name: String,
    pub(super) invitation: Invitation,
    pub(super) platform: Platform,
    pub(super) news: News,
    pub(super) action: Action,
    pub(super) foot: Foot,
    /// The names of the usual roles inside a sentence.
    pub(super) roles: BTreeMap<String, String>,
}

/// The mail that invites a person to a group, and those that remind of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Invitation {
    pub(super) first: String,
    pub(super) renewed: String,
    pub(super) reminder: String,
    pub(super) expires_soon: String,
    pub(super) invited: String,
    pub(super) joins_as: String,
    pub(super) joins: String,
    pub(super) old_link: String,
    pub(super) address: String,
    pub(super) writes: String,
}

/// The platform's mails (docs/contracts/chembiohub.md#mails-and-messages).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Platform {
    pub(super) invitation: String,
    pub(super) access_changed: String,
    pub(super) reminder: String,
    pub(super) invited: String,
    pub(super) projects: String,
    pub(super) access: String,
    pub(super) reader: String,
    pub(super) user_name: String,
}

/// The mail to an inviter. A sentence ending in `_to` names the group.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct News {
    pub(super) subject: String,
    pub(super) accepted: String,
    pub(super) accepted_to: String,
    pub(super) declined: String,
    pub(super) declined_to: String,
    pub(super) expired: String,
    pub(super) expired_to: String,
    pub(super) bounced: String,
    pub(super) bounced_to: String,
    pub(super) renewal_requested: String,
    pub(super) renewal_requested_to: String,
    pub(super) what: String,
    pub(super) more: String,
    pub(super) why: String,
}

/// The button, and what is around it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Action {
    pub(super) see: String,
    pub(super) until: String,
    pub(super) no_end: String,
    pub(super) copy: String,
    pub(super) open: String,
}

/// The lines below the card.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Foot {
    pub(super) why: String,
    pub(super) why_unnamed: String,
    pub(super) ignore: String,
    pub(super) decline: String,
    pub(super) stop: String,
    pub(super) service: String,
    pub(super) replies: String,
    pub(super) no_replies: String,
}

impl Texts {
    /// Returns the texts in the language.
    pub(super) fn in_language(language: Language) -> &'static Self {
        TEXTS.in_language(language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_the_texts_of_the_mails() {
        for language in Language::ALL {
            assert!(Texts::in_language(language).via.contains("{app}"));
        }
    }
}
