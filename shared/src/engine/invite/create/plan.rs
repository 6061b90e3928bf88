//! The decision about one invite: pure, over what was read.

use super::reads::Reads;
use super::request::Ask;
use crate::domain::counters::{Generation, Version};
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::invite::{Delivery, IdentityPolicy, Invite, Inviter, Terms};
use crate::domain::invitee::{Invitee, Person};
use crate::domain::mailing::Mailing;
use crate::domain::rule::InviteRule;
use crate::domain::user::{Profile, User, UserState};
use crate::engine::refusal::{Conflict, Denied, Limited, Refusal};

/// The records to write.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    /// The invite.
    pub(super) invite: Invite,
    /// The pending user of a new person.
    pub(super) pending_user: Option<User>,
}

/// The decision.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plan {
    /// Write this draft.
    Write(Box<Draft>),
    /// An earlier attempt of this request created this invite, and its response was lost.
    Made(Box<Invite>),
}

impl Draft {
    /// Returns the draft with this mail, which is due now.
    #[must_use]
    pub(super) fn mailed(mut self, mailing: Mailing) -> Self {
        self.invite.mailing = mailing;
        self.invite.delivery = self.invite.delivery.requested_again(self.invite.created_at);
        self
    }
}

/// Decides what one request to invite writes.
///
/// # Errors
/// `Conflict::AlreadyMember`, `Conflict::AlreadyPending`, `Denied::InvitesRefused`,
/// `Limited::Pending`.
pub(super) fn plan(ask: &Ask<'_>, reads: &Reads) -> Result<Plan, Refusal> {
    if let Some(made) = reads.existing().filter(|invite| invite.request == ask.request) {
        return Ok(Plan::Made(Box::new(made.clone())));
    }
    check_invitee(ask, reads)?;
    if let Some((count, cap)) = reads.pending {
        within_cap(count, cap)?;
    }
    Ok(Plan::Write(Box::new(draft(ask, reads))))
}

/// Checks that the group may have one more pending invite.
///
/// # Errors
/// `Limited::Pending`.
pub(super) fn within_cap(count: u32, cap: u32) -> Result<(), Refusal> {
    if count < cap { Ok(()) } else { Err(Limited::Pending.into()) }
}

/// Checks that the person is not a member, has no pending invite under any known identity, and does
/// not refuse invites.
fn check_invitee(ask: &Ask<'_>, reads: &Reads) -> Result<(), Refusal> {
    if reads.found.invited_member.is_some() {
        return Err(Conflict::AlreadyMember.into());
    }
    if let Some(found) = reads.pending_invite(ask.now()) {
        return Err(Conflict::AlreadyPending(found.id).into());
    }
    if reads.people.is_member {
        return Err(Conflict::AlreadyMember.into());
    }
    if reads.people.refuses {
        return Err(Denied::InvitesRefused.into());
    }
    match reads.people.invited_as {
        Some(id) => Err(Conflict::AlreadyPending(id).into()),
        None => Ok(()),
    }
}

/// Returns the draft of the requested invite, without checks.
pub(super) fn draft(ask: &Ask<'_>, reads: &Reads) -> Draft {
    let (invitee, pending_user) = with_pending_user(ask, reads.found.holder.as_ref());
    let known_address =
        reads.found.invited_user.as_ref().is_some_and(|user| user.profile.email.is_some());
    let mail_is_due = ask.new.notify && (invitee.address().is_some() || known_address);
    let before = reads.existing();
    let group = &reads.admitted.group;
    let now = ask.now();
    let invite = Invite {
        id: reads.id,
        group: group.id.clone(),
        group_name: group.name.as_str().to_owned(),
        generation: before.map_or(Generation::FIRST, |found| found.generation.next()),
        version: before.map_or(Version::FIRST, |found| found.version.next()),
        terms: terms(ask, reads),
        invitee,
        mailing: Mailing::default(),
        delivery: Delivery::NOT_REQUESTED,
        created_at: now,
        created_by: inviter(ask, reads),
        request: ask.request.clone(),
        updated_at: now,
        resolution: None,
    };
    let draft = Draft { invite, pending_user };
    if mail_is_due { draft.mailed(Mailing::default()) } else { draft }
}

fn terms(ask: &Ask<'_>, reads: &Reads) -> Terms {
    let new = &ask.new;
    let is_link = ask.invitee.link().is_some();
    // An app has no membership for an acceptance to check, so it invites by the rule `Service`.
    let by_app = reads.found.inviter.is_none() && !reads.admitted.group.is_application();
    Terms {
        roles: new.roles.clone(),
        identity_policy: if is_link { IdentityPolicy::Bearer } else { new.identity_policy },
        message: new.message.clone(),
        metadata: new.metadata.clone(),
        api_data: new.api_data.clone(),
        rule: if by_app { InviteRule::Service } else { new.rule },
        redirect_url: new.redirect_url.clone(),
        expires_at: new.lifetime.end(ask.now()),
    }
}

fn inviter(ask: &Ask<'_>, reads: &Reads) -> Inviter {
    let member = &reads.admitted.inviter;
    Inviter {
        id: ask.caller().user.clone(),
        name: ask.caller().name.clone().or_else(|| member.name.clone()),
        rank: member.roles.rank(),
    }
}

/// Returns the invitee, and the pending user of a new person whose address belongs to no user.
///
/// The user's id is derived from the address, so two groups that invite the same person at once
/// create one user.
fn with_pending_user(ask: &Ask<'_>, holder: Option<&UserId>) -> (Invitee, Option<User>) {
    let Invitee::Person(person) = &ask.invitee else { return (ask.invitee.clone(), None) };
    let id = UserId::of_pending(&Identity::Email(person.email.clone()).key());
    let named = |id| Invitee::Person(Person { pending_user: Some(id), ..person.clone() });
    match holder {
        Some(holder) if *holder == id => (named(id), None),
        Some(_) => (ask.invitee.clone(), None),
        None if !ask.makes_user => (ask.invitee.clone(), None),
        None => {
            let profile = Profile {
                email: Some(person.email.clone()),
                first_name: person.first_name.clone(),
                last_name: person.last_name.clone(),
                ..Profile::default()
            };
            let user = User {
                id: id.clone(),
                state: UserState::Pending,
                profile,
                version: Version::FIRST,
            };
            (named(id), Some(user))
        }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
