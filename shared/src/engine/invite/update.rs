//! Changing a pending invite.

use super::create::InviteeRequest;
use crate::auth::Caller;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{Invite, Terms};
use crate::domain::member::Member;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::domain::rule::InviteRule;
use crate::domain::text::ApiData;
use crate::engine::authority::{first_roles, may_grant, may_invite, member_of, not_frozen};
use crate::engine::{
    Conflict, Denied, Engine, NotFound, Outcome, Refusal, Unavailable, require_pending,
};

/// Maximum number of attempts when a record changes between the read and the write.
const ATTEMPTS: u8 = 3;

/// A change of an invite. `None` keeps the field as it is.
#[derive(Clone, Debug)]
pub struct InviteChange {
    /// The invitee that the caller expects. It must be the invite's own.
    pub invitee: Option<InviteeRequest>,
    /// The roles to grant.
    pub roles: Roles,
    /// The URL to open after accepting. `Some(None)` removes it.
    pub redirect_url: Option<Option<RedirectUrl>>,
    /// The fields to replace in the API's own data.
    pub api_data: ApiData,
}

impl Engine {
    /// Changes a pending invite of the group, if `rule` lets the caller invite. Its token and
    /// expiry stay as they are, and no mail is sent.
    ///
    /// # Errors
    /// `NotFound::Group`, `NotFound::Invite`, `Denied::NotMember`, `Denied::RoleAboveOwn` if the
    /// roles rank above the caller's or the inviter's own, `Forbidden::MayNotInvite`,
    /// `Forbidden::Frozen`, `Conflict::NotPending`, `Invalid`, `Fault`.
    pub async fn update_invite(
        &self,
        caller: &Caller,
        group: &GroupId,
        id: InviteId,
        change: &InviteChange,
        rule: InviteRule,
        now: Timestamp,
    ) -> Outcome<Invite> {
        for _ in 0..ATTEMPTS {
            let reads = self.store.read_for_create(group, &caller.user, id, None, None).await?;
            let (found, member) = member_of(caller, reads.group, reads.inviter)?;
            may_invite(rule, &found, &member)?;
            let invite = reads.existing.ok_or(NotFound::Invite)?;
            let terms = changed(&found, &member, &invite, change, now)?;
            let updated = invite.update(terms, now).map_err(Conflict::NotPending)?;
            if self.store.update_invite(&updated).await? {
                return Ok(updated.invite);
            }
        }
        Err(Unavailable::Conflicts("the invite").into())
    }
}

/// Returns the terms to write.
fn changed(
    group: &Group,
    member: &Member,
    invite: &Invite,
    change: &InviteChange,
    now: Timestamp,
) -> Outcome<Terms> {
    require_pending(invite, now)?;
    let other =
        |asked: &InviteeRequest| asked.invitee(&RequestId::default()).key() != invite.invitee.key();
    if change.invitee.as_ref().is_some_and(other) {
        let rule = Invalid::new(
            "other_invitee",
            "The invitee cannot be changed. Make a new invite for another person.",
        );
        return Err(Refusal::Invalid("", rule).into());
    }
    may_grant(member, &change.roles)?;
    // On acceptance, the inviter's rank must cover the roles.
    if change.roles.rank() > invite.created_by.rank {
        return Err(Denied::RoleAboveOwn.into());
    }
    first_roles(group, &change.roles)?;
    not_frozen(group)?;
    let terms = invite.terms.clone();
    let api_data = terms.api_data.with(&change.api_data);
    Ok(Terms {
        roles: change.roles.clone(),
        redirect_url: change.redirect_url.clone().unwrap_or(terms.redirect_url),
        api_data: api_data.map_err(|invalid| Refusal::Invalid("", invalid))?,
        ..terms
    })
}
