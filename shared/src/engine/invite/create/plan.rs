//! The decision: pure, over what was read.

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

/// What is to be written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    /// The invite.
    pub(super) invite: Invite,
    /// The pending user who comes with somebody new.
    pub(super) pending_user: Option<User>,
}

/// What follows from what was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plan {
    /// This is to be written.
    Write(Box<Draft>),
    /// The same request made this invite before, and the answer was lost.
    Made(Box<Invite>),
}

impl Draft {
    /// The same, told by this mail.
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
/// `AlreadyMember`, `AlreadyPending`, `InvitesRefused`, `PendingLimit`.
pub(super) fn plan(ask: &Ask<'_>, reads: &Reads) -> Result<Plan, Refusal> {
    if let Some(made) = reads.existing().filter(|invite| invite.request == ask.request) {
        return Ok(Plan::Made(Box::new(made.clone())));
    }
    check_vacancy(ask, reads)?;
    if let Some((count, cap)) = reads.pending {
        within_cap(count, cap)?;
    }
    Ok(Plan::Write(Box::new(draft(ask, reads))))
}

/// Refuses where the group has as many pending invites as it may have.
///
/// # Errors
/// `PendingLimit`.
pub(super) fn within_cap(count: u32, cap: u32) -> Result<(), Refusal> {
    if count < cap { Ok(()) } else { Err(Limited::Pending.into()) }
}

/// Refuses where the person is a member, has a pending invite under any of the names that the
/// directory knows, or takes no invites.
fn check_vacancy(ask: &Ask<'_>, reads: &Reads) -> Result<(), Refusal> {
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

/// Returns the invite as it is asked for, whatever the person's place in the group.
pub(super) fn draft(ask: &Ask<'_>, reads: &Reads) -> Draft {
    let (invitee, pending_user) = with_pending_user(ask, reads.found.holder.as_ref());
    let known_address =
        reads.found.invited_user.as_ref().is_some_and(|user| user.profile.email.is_some());
    let told = ask.new.notify && (invitee.address().is_some() || known_address);
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
    if told { draft.mailed(Mailing::default()) } else { draft }
}

fn terms(ask: &Ask<'_>, reads: &Reads) -> Terms {
    let new = &ask.new;
    let is_link = ask.invitee.link().is_some();
    // An app's own credential holds no membership that could be asked for again.
    let by_app = reads.found.inviter.is_none() && !reads.admitted.group.is_system();
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

/// Returns the invitee, and the pending user who represents somebody new whose address belongs to
/// nobody.
///
/// The user's id is a function of the address, so that two groups that invite the same person at
/// once make one user.
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
