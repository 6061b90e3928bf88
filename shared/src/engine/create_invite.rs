//! Making an invite: two round trips, of which the second is one conditional write.

use std::collections::BTreeSet;

use super::authority::{first_roles, may_grant, may_invite, member_of};
use super::{
    Conflict, Denied, Engine, Forbidden, Limited, NotFound, Outcome, Refusal, Unavailable, hex,
};
use crate::auth::Caller;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::group::Group;
use crate::domain::identity::{Account, Identity, PhoneNumber};
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{Delivery, DeliveryState, IdentityPolicy, Invite, Inviter, State};
use crate::domain::invitee::{Invitee, Lifetime, Link, Person, user_key};
use crate::domain::mailing::Mailing;
use crate::domain::member::Member;
use crate::domain::redirect::RedirectUrl;
use crate::domain::role::Roles;
use crate::domain::rule::InviteRule;
use crate::domain::text::{ApiData, Message, Metadata, Name};
use crate::domain::token::InviteToken;
use crate::domain::user::{Profile, User, UserState};
use crate::store::{CreateReads, PendingCount, PutInviteOutcome, StoreError};

/// Whom a caller asks to invite.
#[derive(Clone, Debug)]
pub enum InviteeRequest {
    /// A user by id.
    User(UserId),
    /// Whoever has this address.
    Email(EmailAddress),
    /// Whoever has this number.
    Phone(PhoneNumber),
    /// Whoever has this account.
    Account(Account),
    /// Somebody new.
    Person(PersonRequest),
    /// Whoever gets the link.
    Link(LinkRequest),
}

/// Somebody new: an address and what the inviter knows of the name.
#[derive(Clone, Debug)]
pub struct PersonRequest {
    /// The address.
    pub email: EmailAddress,
    /// First name.
    pub first_name: Option<Name>,
    /// Last name.
    pub last_name: Option<Name>,
}

/// A link to be made.
#[derive(Clone, Debug)]
pub struct LinkRequest {
    /// How many may join; none for any number.
    pub max_uses: Option<u32>,
    /// Mail domains of which a person must prove an address; none for anybody.
    pub allowed_domains: Vec<String>,
}

/// An invite to be made.
#[derive(Clone, Debug)]
pub struct NewInvite {
    /// The group.
    pub group: GroupId,
    /// Whom to invite.
    pub invitee: InviteeRequest,
    /// What to grant.
    pub roles: Roles,
    /// A personal message.
    pub message: Option<Message>,
    /// The caller's own data.
    pub metadata: Metadata,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// Where to go after accepting.
    pub redirect_url: Option<RedirectUrl>,
    /// Whether to send a mail, where there is an address.
    pub notify: bool,
    /// Whether the invitee must prove who they are.
    pub identity_policy: IdentityPolicy,
    /// By which rule the caller may invite.
    pub rule: InviteRule,
    /// What the API keeps on the invite for its own answers.
    pub api_data: ApiData,
}

/// An invite that was made, and its token: handed out now and never again.
#[derive(Debug)]
pub struct Created {
    /// The invite.
    pub invite: Invite,
    /// Its token.
    pub token: InviteToken,
}

/// How many times a create starts over: another invitee holds the id, or the pending user came to
/// be meanwhile.
pub(super) const ATTEMPTS: u8 = 4;

impl Engine {
    /// Makes an invite in the name of the caller, and queues its mail with it. `entropy` tells
    /// this request from every other, and names a link.
    ///
    /// # Errors
    /// `GroupNotFound` and `NotMember` for outsiders, `Forbidden`, `RoleAboveOwn`, `Yourself`,
    /// `DomainNotAllowed`, `UserNotFound`, `AlreadyMember`, `AlreadyPending`, `InvitesRefused`,
    /// `RateLimited`, `PendingLimit`, `Invalid`, and the table's own.
    pub async fn create_invite(
        &self,
        caller: &Caller,
        new: &NewInvite,
        entropy: [u8; 16],
        now: Timestamp,
    ) -> Outcome<Created> {
        let request = hex(entropy);
        let invitee = invitee(&new.invitee, &request);
        check_lifetime(new)?;
        let passed = self.store.pass(self.invites_per_inviter, caller.user.as_str(), now);
        let (passed, reads, begun) = futures::join!(
            passed,
            self.read(caller, new, &invitee, 0),
            self.begin_count(&new.group, now)
        );
        if !passed? {
            return Err(Limited::Rate(self.invites_per_inviter.remaining(now)).into());
        }
        let mut reads = reads?;
        // Somebody new whose address cannot be given to the pending user that would stand for them
        // is invited without one.
        let mut with_user = true;
        let mut attempt = 0;
        for _ in 0..ATTEMPTS {
            let id = InviteId::of(&new.group, &invitee.key(), attempt);
            let (group, inviter) = check(caller, new, &invitee, &reads)?;
            // Two invitees may share 53 bits of hash: the later one takes the next id.
            if reads.existing.as_ref().is_some_and(|found| found.invitee.key() != invitee.key()) {
                attempt += 1;
            } else {
                let (vacancy, cap) = futures::join!(
                    self.check_vacancy(new, &invitee, &reads, now),
                    self.check_cap(&group, &begun, now)
                );
                vacancy.and(cap)?;
                let basis = Basis {
                    group: &group,
                    inviter: &inviter,
                    id,
                    reads: &reads,
                    request: &request,
                    with_user,
                    now,
                };
                let (invite, pending_user) = build(caller, new, &invitee, &basis);
                match self.store.put_invite(&invite, pending_user.as_ref()).await? {
                    // The write was made, its answer was lost, and the SDK's own retry met it.
                    PutInviteOutcome::Occupied(found) if found.request == request => {
                        return Ok(Created { token: self.token(&found), invite: *found });
                    }
                    PutInviteOutcome::Created => {
                        return Ok(Created { token: self.token(&invite), invite });
                    }
                    PutInviteOutcome::Occupied(found)
                        if found.invitee.key() == invitee.key() && found.is_live(now) =>
                    {
                        return Err(Conflict::AlreadyPending(found.id).into());
                    }
                    PutInviteOutcome::Occupied(_) => {}
                    PutInviteOutcome::UserTaken => with_user = false,
                }
            }
            reads = self.read(caller, new, &invitee, attempt).await?;
        }
        Err(Unavailable::Contended("the invite's id").into())
    }

    pub(super) async fn read(
        &self,
        caller: &Caller,
        new: &NewInvite,
        invitee: &Invitee,
        attempt: u8,
    ) -> Outcome<CreateReads> {
        let id = InviteId::of(&new.group, &invitee.key(), attempt);
        let user = if let Invitee::User(user) = invitee { Some(user) } else { None };
        Ok(self
            .store
            .read_for_create(&new.group, &caller.user, id, invitee.identity().as_ref(), user)
            .await?)
    }

    /// Begins to count the group's live invites, beside the reads that tell whether the caller may
    /// invite at all (ADR 0012).
    pub(super) async fn begin_count(
        &self,
        group: &GroupId,
        now: Timestamp,
    ) -> Result<PendingCount, StoreError> {
        // Invites to the system are nobody's in particular; each inviter's own window bounds them.
        if *group == GroupId::system() {
            Ok(PendingCount::default())
        } else {
            self.store.begin_count(group, now).await
        }
    }

    /// Refuses where the group has as many live invites as it may have; a large group's `begun`
    /// count is ended here, for who may invite.
    ///
    /// The cap is soft (docs/contracts/native.md#limits), so a count that fails stops nobody.
    pub(super) async fn check_cap(
        &self,
        group: &Group,
        begun: &Result<PendingCount, StoreError>,
        now: Timestamp,
    ) -> Outcome<()> {
        if group.is_system() {
            return Ok(());
        }
        let cap = group.policy.max_pending.get().min(self.pending_per_group);
        let counted = match begun {
            Ok(begun) => self
                .store
                .count_pending(&group.id, begun, cap, now)
                .await
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match counted {
            Ok(count) if count >= cap => Err(Limited::Pending.into()),
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::warn!(%error, "Could not count a group's pending invites");
                Ok(())
            }
        }
    }

    /// Refuses where the person is a member, has a live invite, under whichever of the names that
    /// the directory knows, or takes none.
    pub(super) async fn check_vacancy(
        &self,
        new: &NewInvite,
        invitee: &Invitee,
        reads: &CreateReads,
        now: Timestamp,
    ) -> Outcome<()> {
        if reads.invited_member.is_some() {
            return Err(Conflict::AlreadyMember.into());
        }
        if let Some(found) = reads.existing.as_ref().filter(|found| found.is_live(now)) {
            return Err(Conflict::AlreadyPending(found.id).into());
        }
        let mut refuses =
            reads.invited_user.as_ref().is_some_and(|user| user.profile.refuses_invites);
        let mut people: Vec<User> = reads.invited_user.iter().cloned().collect();
        // Whoever holds the address, or accepted the last invite to it, may be a member by now.
        let accepted_by = reads
            .existing
            .as_ref()
            .filter(|found| found.stored_state == State::Accepted)
            .and_then(|found| found.resolved_by.as_ref());
        let candidates: BTreeSet<&UserId> = reads.holder.iter().chain(accepted_by).collect();
        for id in candidates {
            let (member, user) = self.store.member_and_user(&new.group, id).await?;
            if member.is_some() {
                return Err(Conflict::AlreadyMember.into());
            }
            refuses |= user.as_ref().is_some_and(|user| user.profile.refuses_invites);
            people.extend(user.filter(|_| reads.holder.as_ref() == Some(id)));
        }
        if refuses {
            return Err(Denied::InvitesRefused.into());
        }
        self.check_other_names(&new.group, invitee, &people, now).await
    }

    /// Refuses where one of these people has a live invite by another name than `invitee`: that of
    /// an address and that of the user who has it stand under two keys. Two such invites made at
    /// the same moment may both stand (ADR 0001); only one of them is ever taken up.
    async fn check_other_names(
        &self,
        group: &GroupId,
        invitee: &Invitee,
        people: &[User],
        now: Timestamp,
    ) -> Outcome<()> {
        let names = |user: &User| {
            let identities = user.profile.identities();
            identities.iter().map(Identity::key).chain([user_key(&user.id)]).collect::<Vec<_>>()
        };
        let mut keys: Vec<String> =
            people.iter().filter(|user| user.state == UserState::Active).flat_map(names).collect();
        keys.retain(|key| *key != invitee.key());
        if keys.is_empty() {
            return Ok(());
        }
        match self.live_invites_for(&keys, group, now).await?.first() {
            Some(found) => Err(Conflict::AlreadyPending(found.id).into()),
            None => Ok(()),
        }
    }
}

/// The invitee that is asked for; `request` names a link.
pub(super) fn invitee(asked: &InviteeRequest, request: &str) -> Invitee {
    match asked.clone() {
        InviteeRequest::User(user) => Invitee::User(user),
        InviteeRequest::Email(address) => Invitee::Email(address),
        InviteeRequest::Phone(number) => Invitee::Phone(number),
        InviteeRequest::Account(account) => Invitee::Account(account),
        InviteeRequest::Person(PersonRequest { email, first_name, last_name }) => {
            Invitee::Person(Person { email, first_name, last_name, pending_user: None })
        }
        InviteeRequest::Link(LinkRequest { max_uses, allowed_domains }) => {
            Invitee::Link(Link { key: request.to_owned(), max_uses, uses: 0, allowed_domains })
        }
    }
}

fn check_lifetime(new: &NewInvite) -> Outcome<()> {
    let fits = match new.lifetime {
        Lifetime::Seconds(seconds) => (Lifetime::SHORTEST..=Lifetime::LONGEST).contains(&seconds),
        Lifetime::Endless => matches!(new.invitee, InviteeRequest::Link(_)),
    };
    let rule =
        Invalid::new("invalid_lifetime", "Give 300 to 31536000 seconds; null is for links only.");
    if fits { Ok(()) } else { Err(Refusal::Invalid("/expires_in", rule).into()) }
}

/// The rules of the group and of roles.
pub(super) fn check(
    caller: &Caller,
    new: &NewInvite,
    invitee: &Invitee,
    reads: &CreateReads,
) -> Outcome<(Group, Member)> {
    let (group, inviter) = member_of(caller, reads.group.clone(), reads.inviter.clone())?;
    may_invite(new.rule, &group, &inviter)?;
    may_grant(&inviter, &new.roles)?;
    first_roles(&group, &new.roles)?;
    if group.policy.frozen {
        return Err(Forbidden::Frozen.into());
    }
    match &new.invitee {
        InviteeRequest::Link(_) if !group.policy.links => Err(Forbidden::LinksOff.into()),
        // By the token, or by what the directory says of the caller.
        _ if caller.is(invitee) || reads.holder.as_ref() == Some(&caller.user) => {
            Err(Conflict::Yourself.into())
        }
        // A pending user can't sign in: whoever it stands for is invited by address.
        InviteeRequest::User(_)
            if reads.invited_user.as_ref().is_none_or(|user| user.state == UserState::Pending) =>
        {
            Err(NotFound::User.into())
        }
        InviteeRequest::Email(email) | InviteeRequest::Person(PersonRequest { email, .. })
            if !group.policy.allows(email) =>
        {
            Err(Denied::DomainNotAllowed.into())
        }
        _ => Ok((group, inviter)),
    }
}

/// What an invite is built from, beside what the caller asked for.
pub(super) struct Basis<'a> {
    pub(super) group: &'a Group,
    pub(super) inviter: &'a Member,
    pub(super) id: InviteId,
    pub(super) reads: &'a CreateReads,
    pub(super) request: &'a str,
    pub(super) with_user: bool,
    pub(super) now: Timestamp,
}

/// The invite as it will be written, and the pending user that comes with somebody new whose
/// address is nobody's.
pub(super) fn build(
    caller: &Caller,
    new: &NewInvite,
    invitee: &Invitee,
    basis: &Basis<'_>,
) -> (Invite, Option<User>) {
    let Basis { group, inviter, id, reads, request, with_user, now } = *basis;
    let (invitee, pending_user) = with_pending_user(invitee, reads.holder.as_ref(), with_user);
    let before = reads.existing.as_ref();
    let known_address =
        reads.invited_user.as_ref().is_some_and(|user| user.profile.email.is_some());
    let queued = new.notify && (invitee.address().is_some() || known_address);
    let delivery_state = if queued { DeliveryState::Queued } else { DeliveryState::NotRequested };
    let is_link = invitee.link().is_some();
    let invite = Invite {
        id,
        group: group.id.clone(),
        group_name: group.name.as_str().to_owned(),
        generation: before.map_or(1, |found| found.generation + 1),
        version: before.map_or(1, |found| found.version + 1),
        roles: new.roles.clone(),
        stored_state: State::Pending,
        identity_policy: if is_link { IdentityPolicy::Bearer } else { new.identity_policy },
        message: new.message.clone(),
        metadata: new.metadata.clone(),
        api_data: new.api_data.clone(),
        // An app's own credential holds no membership that could be asked for again.
        rule: if reads.inviter.is_none() && !group.is_system() {
            InviteRule::Service
        } else {
            new.rule
        },
        redirect_url: new.redirect_url.clone(),
        mailing: Mailing::default(),
        delivery: Delivery {
            state: delivery_state,
            attempts: 0,
            updated_at: queued.then_some(now),
            reason: None,
        },
        created_at: now,
        created_by: Inviter {
            id: caller.user.clone(),
            name: caller.name.clone().or_else(|| inviter.name.clone()),
            rank: inviter.roles.rank(),
        },
        request: request.to_owned(),
        updated_at: now,
        expires_at: new.lifetime.end(now),
        resolved_at: None,
        resolved_by: None,
        decline_reason: None,
        send_count: u32::from(queued),
        last_sent_at: None,
        invitee,
    };
    (invite, pending_user)
}

/// For somebody new whose address is nobody's: the pending user that stands for them until they
/// accept.
///
/// Its id is a function of the address, so that two groups that invite the same person at once make
/// one user.
fn with_pending_user(
    invitee: &Invitee,
    holder: Option<&UserId>,
    with_user: bool,
) -> (Invitee, Option<User>) {
    let Invitee::Person(person) = invitee else { return (invitee.clone(), None) };
    let id = UserId::of_pending(&Identity::Email(person.email.clone()).key());
    match holder {
        Some(holder) => {
            let pending_user = (*holder == id).then_some(id);
            (Invitee::Person(Person { pending_user, ..person.clone() }), None)
        }
        None if !with_user => (invitee.clone(), None),
        None => {
            let profile = Profile {
                email: Some(person.email.clone()),
                first_name: person.first_name.clone(),
                last_name: person.last_name.clone(),
                ..Profile::default()
            };
            let user = User { id: id.clone(), state: UserState::Pending, profile, version: 1 };
            (Invitee::Person(Person { pending_user: Some(id), ..person.clone() }), Some(user))
        }
    }
}
