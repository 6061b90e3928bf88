//! The form of the texts of one language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::domain::acceptance::NotAcceptable;

use crate::view::{Ended, Flaw};

/// A heading, and what to do.
pub(crate) type Titled = (String, String);
/// A heading with a date, one without, and what to do.
pub(crate) type Dated = (String, String, String);

/// The texts of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
    /// The group's name if there is nothing to show.
    pub(crate) a_group: String,
    /// The inviter's name if there is nothing to show.
    pub(crate) someone: String,
    /// The inviter inside a sentence if there is no name.
    pub(crate) the_inviter: String,
    pub(crate) invitation: Invitation,
    pub(crate) foot: Foot,
    pub(crate) not_now: NotNow,
    pub(crate) ended: EndedTexts,
    pub(crate) notice: Notices,
    pub(crate) continue_as: ContinueAs,
    pub(crate) inbox: Inbox,
    /// Goes to the script as it is.
    pub(crate) script: Script,
}

/// The page of an invitation that can be accepted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invitation {
    pub(crate) title: String,
    pub(crate) heading: String,
    pub(crate) joins_as: String,
    pub(crate) joins: String,
    pub(crate) further_groups: String,
    pub(crate) writes: String,
    pub(crate) was_declined: String,
    pub(crate) no_script: String,
    pub(crate) sign_in: String,
    pub(crate) sign_up: String,
    pub(crate) accept: String,
    pub(crate) signed_in_as: String,
    pub(crate) switch: String,
    pub(crate) switch_account: String,
    pub(crate) sign_in_again: String,
    pub(crate) decline: String,
    pub(crate) confirm: String,
    pub(crate) reason: String,
    pub(crate) decline_now: String,
    pub(crate) keep: String,
    pub(crate) retry: String,
    pub(crate) open: String,
}

/// The lines below the card.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Foot {
    pub(crate) only_invitee: String,
    pub(crate) only_account: String,
    pub(crate) anyone_joins: String,
    pub(crate) anyone_accepts: String,
    pub(crate) until: String,
    pub(crate) no_end: String,
    pub(crate) leads_to: String,
    pub(crate) already_member: String,
    pub(crate) not_expected: String,
    pub(crate) report: String,
    pub(crate) report_subject: String,
    pub(crate) privacy: String,
}

/// The reasons why nobody can accept now, each with what to do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotNow {
    pub(crate) domain_not_allowed: Titled,
    pub(crate) group_frozen: Titled,
    pub(crate) links_off: Titled,
    pub(crate) paused: Titled,
    pub(crate) seats_full: Titled,
    pub(crate) inviter_gone: Titled,
}

/// The page of an invitation that ended: a heading with a date, one without, and what to do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndedTexts {
    pub(crate) accepted: Dated,
    pub(crate) expired: Dated,
    pub(crate) revoked: Dated,
    pub(crate) used_up: Dated,
    pub(crate) declined: Dated,
    pub(crate) inviter_gone: Dated,
    pub(crate) invited: String,
    pub(crate) invited_you: String,
    pub(crate) shared: String,
    pub(crate) ask: String,
    pub(crate) asked: String,
    pub(crate) told: String,
    pub(crate) mailed: String,
    pub(crate) no_script: String,
    pub(crate) open: String,
    pub(crate) open_app: String,
    pub(crate) opens: String,
    pub(crate) invitations: String,
}

/// Pages with a heading and a text only.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Notices {
    pub(crate) unknown: Titled,
    pub(crate) letter_case: Titled,
    pub(crate) incomplete: Titled,
    pub(crate) replaced: Titled,
    pub(crate) group_gone: Titled,
    pub(crate) unavailable: Titled,
}

/// The question whose account it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContinueAs {
    pub(crate) question: String,
    pub(crate) answer: String,
    pub(crate) other: String,
}

/// The page that lists the invitations of an account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inbox {
    pub(crate) own: Titled,
    pub(crate) token_removed: Titled,
    pub(crate) no_script: String,
    pub(crate) sign_in: String,
    pub(crate) heading: String,
    pub(crate) more: String,
    pub(crate) missing: String,
    pub(crate) link: String,
    pub(crate) open_link: String,
}

/// The texts that the script shows. A test compares them with what the script uses.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    pub(crate) someone: String,
    pub(crate) a_group: String,
    pub(crate) accepting: String,
    pub(crate) declining: String,
    pub(crate) asking: String,
    pub(crate) looking: String,
    pub(crate) unreachable: String,
    pub(crate) went_wrong: String,
    pub(crate) retry: String,
    pub(crate) try_again_in: String,
    pub(crate) not_signed_in: String,
    pub(crate) sign_in_failed: String,
    pub(crate) session_over: String,
    pub(crate) joined: String,
    pub(crate) joined_as: String,
    pub(crate) member: String,
    pub(crate) already_member: String,
    pub(crate) joined_before: String,
    pub(crate) opens: String,
    pub(crate) close: String,
    pub(crate) declined: String,
    pub(crate) nothing_else: String,
    pub(crate) over: String,
    pub(crate) ends: String,
    pub(crate) ends_utc: String,
    pub(crate) other_address: String,
    pub(crate) went_to: String,
    pub(crate) other_account: String,
    pub(crate) not_for_account: String,
    pub(crate) ask_for: String,
    pub(crate) ask_subject: String,
    pub(crate) ask_body: String,
    pub(crate) not_verified: String,
    pub(crate) verify: String,
    pub(crate) asked: String,
    pub(crate) told: String,
    pub(crate) mailed: String,
    pub(crate) invited_you: String,
    pub(crate) role: String,
    pub(crate) until: String,
    pub(crate) no_invitations: String,
    pub(crate) paste_link: String,
    pub(crate) action_for: String,
    pub(crate) accept: String,
    pub(crate) decline: String,
    pub(crate) decline_now: String,
    pub(crate) keep: String,
    pub(crate) open: String,
    pub(crate) open_group: String,
    /// The names of the usual roles inside a sentence.
    pub(crate) roles: BTreeMap<String, String>,
    /// What the problems of the native API mean, by code (docs/contracts/native.md#problems).
    pub(crate) problems: BTreeMap<String, String>,
}

impl NotNow {
    /// Returns the reason, and what to do.
    pub(crate) fn of(&self, reason: NotAcceptable) -> &Titled {
        match reason {
            NotAcceptable::InviterGone => &self.inviter_gone,
            NotAcceptable::DomainNotAllowed => &self.domain_not_allowed,
            NotAcceptable::GroupFrozen => &self.group_frozen,
            NotAcceptable::LinksOff => &self.links_off,
            NotAcceptable::Paused => &self.paused,
            NotAcceptable::SeatsFull => &self.seats_full,
        }
    }
}

impl EndedTexts {
    /// Returns the heading with a date, the one without, and what to do.
    pub(crate) fn of(&self, ended: Ended) -> &Dated {
        match ended {
            Ended::Accepted => &self.accepted,
            Ended::Expired => &self.expired,
            Ended::Revoked => &self.revoked,
            Ended::UsedUp => &self.used_up,
            Ended::Declined => &self.declined,
            Ended::InviterGone => &self.inviter_gone,
        }
    }
}

impl Notices {
    /// Returns the heading and the text.
    pub(crate) fn of(&self, flaw: Flaw) -> &Titled {
        match flaw {
            Flaw::Unknown => &self.unknown,
            Flaw::LetterCase => &self.letter_case,
            Flaw::Incomplete => &self.incomplete,
            Flaw::Replaced => &self.replaced,
            Flaw::GroupGone => &self.group_gone,
        }
    }
}
