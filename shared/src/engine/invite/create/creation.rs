//! How a request to invite is carried out, and its outcome.

use super::reads::Reads;
use super::rules::Admitted;
use crate::domain::idempotency::IdempotencyKey;
use crate::domain::invite::Invite;
use crate::domain::token::InviteToken;
use crate::engine::invite::invitees::InviteeIds;
use crate::engine::present::Present;

/// A created invite, and its token.
#[derive(Debug)]
pub struct Created {
    /// The invite.
    pub invite: Invite,
    /// Its token.
    pub token: InviteToken,
    /// The group and the inviter, as far as the request read them.
    pub present: Present,
    /// The id of the invited user. `None` if the request did not ask the directory.
    pub invitee_ids: Option<InviteeIds>,
}

/// The outcome of a request to invite.
#[derive(Debug)]
pub enum Creation {
    /// The invite was created.
    Made(Created),
    /// The invitee's pending invite was sent again.
    Resent(Created),
    /// The invitee has this pending invite already, and the request asked for it.
    Found(Invite, Present),
    /// The invite that would be created. Nothing was written.
    Planned(Invite, Present),
}

/// The way in which a request to invite is carried out.
#[derive(Clone, Debug)]
pub struct Making {
    /// Identifies the request, and becomes the key of a link.
    pub entropy: [u8; 16],
    /// Whether to check everything and write nothing but the inviter's window.
    pub dry_run: bool,
    /// The client's key, by which it may repeat the request.
    pub repeatable: Option<Repeatable>,
}

/// What the client may repeat: its key, and what it asked.
#[derive(Clone, Debug)]
pub struct Repeatable {
    /// The client's key.
    pub key: IdempotencyKey,
    /// The SHA-256 hash of the request.
    pub content: [u8; 32],
}

/// Returns the records that the reads of a request know already.
pub(super) fn present(reads: &Reads) -> Present {
    let Admitted { group, inviter } = &reads.admitted;
    let present = Present::default().with_group(group).with_member(&inviter.member);
    match reads.found.inviter_user.clone() {
        Some(user) => present.with_user(user),
        None => present,
    }
}
