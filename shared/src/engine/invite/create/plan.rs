//! The decision about one invite: pure, over what was read.

use super::reads::Reads;
use super::request::{Ask, OnDuplicate};
use crate::domain::counters::{Generation, Version};
use crate::domain::group::Group;
use crate::domain::identity::Identity;
use crate::domain::ids::{InviteId, UserId};
use crate::domain::invite::{
    Delivery, IdentityPolicy, Invite, Inviter, RevokeReason, State, Terms, Transition,
};
use crate::domain::invitee::{Invitee, Person};
use crate::domain::mailing::Mailing;
use crate::domain::rule::InviteRule;
use crate::domain::user::{Profile, User, UserState};
use crate::engine::authority::Actor;
use crate::engine::present::own_name;
use crate::engine::refusal::{Conflict, Denied, NotFound, Refusal};
use crate::store::KeptRequest;

/// The records to write.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    /// The invite.
    pub(super) invite: Invite,
    /// The pending user of a new person.
    pub(super) pending_user: Option<User>,
    /// The pending invites that end with the creation of this one.
    pub(super) ended: Vec<Transition>,
    /// The request that is kept with the invite.
    pub(super) kept: Option<KeptRequest>,
    /// The inviter, if the draft ends pending invites of others because the request asks for it. The
    /// write then requires that the inviter still has the right.
    pub(super) actor: Option<Actor>,
}

/// The decision.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plan {
    /// Write this draft.
    Write(Box<Draft>),
    /// An earlier attempt of this request created this invite, and its response was lost.
    Made(Box<Invite>),
    /// The invitee has this pending invite, and the request asks for it.
    Found(Box<Invite>),
    /// The invitee has this pending invite, and the request asks to send it again.
    Resend(InviteId),
    /// An earlier attempt of this request sent this invite again.
    Resent(Box<Invite>),
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

/// Decides what one request to invite writes. Whether the group has room for it is another question.
///
/// # Errors
/// `NotFound::Invite` and `Conflict::NotReplaceable` for the invite to replace,
/// `Conflict::AlreadyMember`, `Conflict::AlreadyPending`, `Denied::InvitesRefused`.
pub(super) fn plan(ask: &Ask<'_>, reads: &Reads) -> Result<Plan, Refusal> {
    if let Some(made) = reads.existing().filter(|invite| invite.request == ask.request) {
        return Ok(Plan::Made(Box::new(made.clone())));
    }
    let replaced = replaced(ask, reads)?;
    if let Some(found) = in_the_way(ask, reads)? {
        return match ask.new.on_duplicate {
            OnDuplicate::Return => Ok(Plan::Found(Box::new(found.clone()))),
            OnDuplicate::Resend if found.resent_by.as_ref() == Some(&ask.request) => {
                Ok(Plan::Resent(Box::new(found.clone())))
            }
            OnDuplicate::Resend => Ok(Plan::Resend(found.id)),
            OnDuplicate::Error | OnDuplicate::Replace => {
                Err(Conflict::AlreadyPending(found.id).into())
            }
        };
    }
    let ended = ended(ask, reads, replaced);
    let actor = revokes_others(ask, reads, &ended).then(|| reads.admitted.inviter.clone());
    Ok(Plan::Write(Box::new(Draft { ended, actor, ..draft(ask, reads) })))
}

/// Checks that the person of an invite that has ended may have a pending one again, and that the
/// group may have one more.
///
/// # Errors
/// `Conflict::AlreadyMember`, `Conflict::AlreadyPending`, `Denied::InvitesRefused`,
/// `Limited::Pending`.
pub(super) fn check_new(ask: &Ask<'_>, reads: &Reads) -> Result<(), Refusal> {
    if let Some(found) = in_the_way(ask, reads)? {
        return Err(Conflict::AlreadyPending(found.id).into());
    }
    reads.check_room()
}

/// Returns whether the request asks to replace pending invites, and the caller did not make all of
/// those that end. Then it is an administrative act, as revoking them is.
fn revokes_others(ask: &Ask<'_>, reads: &Reads, ended: &[Transition]) -> bool {
    let new = &ask.new;
    let asks = new.replaces.is_some() || new.on_duplicate == OnDuplicate::Replace;
    let ended = ended.iter().map(|ended| &ended.invite);
    let mut all = reads.pending_invite(ask.now()).into_iter().chain(ended);
    asks && all.any(|invite| invite.created_by.id != ask.caller().user)
}

/// Returns the invite that the new one replaces by its id. It must be pending.
fn replaced<'a>(ask: &Ask<'_>, reads: &'a Reads) -> Result<Option<&'a Invite>, Refusal> {
    if ask.new.replaces.is_none() {
        return Ok(None);
    }
    let invite = reads.found.replaced.as_ref().ok_or(NotFound::Invite)?;
    match invite.state(ask.now()) {
        State::Pending => Ok(Some(invite)),
        other => Err(Conflict::NotReplaceable(other).into()),
    }
}

/// Returns how the invites end that the new one replaces: the one that the request names, and those
/// of the same person under other identities.
fn ended(ask: &Ask<'_>, reads: &Reads, replaced: Option<&Invite>) -> Vec<Transition> {
    let (by, now) = (reads.admitted.inviter.author(), ask.now());
    // The new generation takes the place of the invite with its own id.
    let named = replaced.filter(|invite| invite.id != reads.id);
    let outdated = reads.people.outdated.iter();
    let outdated = outdated.filter(|invite| named.is_none_or(|named| named.id != invite.id));
    named
        .into_iter()
        .chain(outdated)
        .filter_map(|invite| invite.revoke_as(&by, RevokeReason::Replaced, now).ok())
        .map(|ended| ended.named(ask.caller().name.as_deref()))
        .collect()
}

/// Returns the person's pending invite that blocks another, under any known identity. Checks that
/// the person is not a member and does not refuse invites.
fn in_the_way<'a>(ask: &Ask<'_>, reads: &'a Reads) -> Result<Option<&'a Invite>, Refusal> {
    if reads.found.invited_member.is_some() {
        return Err(Conflict::AlreadyMember.into());
    }
    if let Some(found) = reads.blocking_invite(ask.now()) {
        return Ok(Some(found));
    }
    if reads.people.is_member {
        return Err(Conflict::AlreadyMember.into());
    }
    if reads.people.refuses {
        return Err(Denied::InvitesRefused.into());
    }
    Ok(reads.people.invited_as.as_deref())
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
    let (granted_by, rule) = reads.granted(ask);
    let invite = Invite {
        id: reads.id,
        group: group.id.clone(),
        group_name: group.name.as_str().to_owned(),
        generation: before.map_or(Generation::FIRST, |found| found.generation.next()),
        version: before.map_or(Version::FIRST, |found| found.version.next()),
        terms: terms(ask, group, rule),
        invitee,
        mailing: Mailing::default(),
        delivery: Delivery::NOT_REQUESTED,
        anonymized_at: None,
        created_at: now,
        created_by: inviter(ask, reads),
        revised_by: Some(granted_by.author(rule)),
        granted_by,
        request: ask.request.clone(),
        requested_at: now,
        resends: before.map_or(0, |found| found.resends),
        resent_by: None,
        renewal_requested_at: None,
        updated_at: before.map_or(now, |found| now.max(found.updated_at)),
        resolution: None,
    };
    let draft = Draft { invite, pending_user, ended: Vec::new(), kept: None, actor: None };
    if mail_is_due { draft.mailed(Mailing::default()) } else { draft }
}

fn terms(ask: &Ask<'_>, group: &Group, rule: InviteRule) -> Terms {
    let new = &ask.new;
    let is_link = ask.invitee.link().is_some();
    Terms {
        roles: new.roles.clone(),
        identity_policy: if is_link { IdentityPolicy::Bearer } else { new.identity_policy },
        message: new.message.clone(),
        metadata: new.metadata.clone(),
        api_data: new.api_data.clone(),
        rule,
        redirect_url: new.redirect_url.clone(),
        expires_at: new.lifetime.unwrap_or_else(|| group.policy.lifetime()).end(ask.now()),
        locale: new.locale.clone(),
        membership_expires_in: new.membership_expires_in,
    }
}

fn inviter(ask: &Ask<'_>, reads: &Reads) -> Inviter {
    let member = &reads.admitted.inviter.member;
    let known = reads.found.inviter_user.as_ref().and_then(own_name);
    Inviter {
        id: ask.caller().user.clone(),
        name: known.or_else(|| member.name.clone()).or_else(|| ask.caller().name.clone()),
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
            // The names stay on the invite, because another inviter may give others.
            let profile = Profile { email: Some(person.email.clone()), ..Profile::default() };
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
