//! Revealing the link of an invite again, as an audited event.

use crate::domain::clock::Timestamp;
use crate::domain::event::Event;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::rule::InviteRule;
use crate::domain::token::InviteToken;
use crate::engine::acting::Acting;
use crate::engine::attempt::ATTEMPTS;
use crate::engine::authority::{actor_of, may_grant, may_invite};
use crate::engine::{Conflict, Engine, NotFound, Outcome, Unavailable, require_pending};

/// The present link of an invite.
#[derive(Debug)]
pub struct Revealed {
    /// The link's token.
    pub token: InviteToken,
    /// When the invite expires. `None` for a link that never expires.
    pub expires_at: Option<Timestamp>,
}

impl Engine {
    /// Returns the token of an invite that can still be accepted, to a caller who could make it.
    /// Changes nothing on the invite, but records the event `invite.link_revealed` in the same
    /// transaction that checks the caller's right. `entropy` identifies the event.
    ///
    /// # Errors
    /// `NotFound::Group`, `NotFound::Invite`, `Denied::NotMember`, `Denied::RoleAboveOwn`,
    /// `Forbidden::MayNotInvite`, `Conflict::NotPending`, `Denied::InviterGone`, `Fault`.
    pub async fn reveal_link(
        &self,
        Acting { caller, now }: Acting<'_>,
        (group, id): (&GroupId, InviteId),
        rule: InviteRule,
        entropy: [u8; 16],
    ) -> Outcome<Revealed> {
        for _ in 0..ATTEMPTS {
            let (found, member, invite) =
                self.store.group_member_and_invite(group, &caller.user, id).await?;
            let (found, actor) = actor_of(caller, found, member)?;
            may_invite(rule, &found, &actor.member)?;
            let invite = invite.ok_or(NotFound::Invite)?;
            may_grant(&actor.member, &invite.terms.roles)?;
            if !invite.awaits_invitee(now) {
                require_pending(&invite, now)?;
                return Err(Conflict::NotPending(invite.state(now)).into());
            }
            let event = Event::link_revealed(&invite, actor.author(), now, entropy);
            if self.store.record_event(&event, actor.right()).await? {
                let expires_at = invite.terms.expires_at;
                return Ok(Revealed { token: self.token(&invite), expires_at });
            }
        }
        Err(Unavailable::Conflicts("the member").into())
    }
}
