//! Inviting a person to several groups at once, or to the system itself, with one mail about all of
//! it (docs/contracts/chembiohub.md#mails-and-messages).
//!
//! The invites are ordinary ones, one for each group, made all or none. The first carries the mail;
//! its link takes up the others too.

use futures::future::join_all;

use super::authority::may_grant;
use super::create_invite::{
    ATTEMPTS, Basis, InviteeRequest, NewInvite, PersonRequest, build, check, invitee,
};
use super::{Conflict, Denied, Engine, Limited, Outcome, Refusal, Stop, Unavailable, hex};
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{IdentityPolicy, Invite};
use crate::domain::invitee::{Invitee, Lifetime};
use crate::domain::mailing::{MailKind, Mailing};
use crate::domain::member::Member;
use crate::domain::role::Roles;
use crate::domain::rule::InviteRule;
use crate::domain::text::{ApiData, Metadata};
use crate::domain::user::{User, UserState, full_name};
use crate::store::{CreateReads, PutInvitesOutcome};

/// A person to be invited, and to what.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// Who.
    pub person: PersonRequest,
    /// Into which groups, each once; none for the system itself.
    pub groups: Vec<GroupId>,
    /// What to grant in each.
    pub roles: Roles,
    /// Whether somebody to whom all this is nothing new gets a reminder.
    pub remind: bool,
}

/// What the mail says that goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Somebody new is invited.
    Invited,
    /// Somebody whom the directory knows is invited to groups that are new to them.
    AccessChanged,
    /// Somebody who has not signed up yet is reminded.
    Reminded,
    /// A user is reminded.
    UserReminded,
}

/// The invite that carries the mail, and what the mail says.
#[derive(Debug)]
pub struct Invitation {
    /// The invite.
    pub invite: Invite,
    /// What the mail says.
    pub notice: Notice,
}

/// One request to invite.
pub(super) struct Asking<'a> {
    pub(super) caller: &'a Caller,
    pub(super) new: &'a NewInvitation,
    pub(super) invitee: Invitee,
    /// The inviter's name in the directory.
    pub(super) sender: Option<String>,
    /// Tells this request from every other.
    pub(super) request: String,
    pub(super) now: Timestamp,
}

/// How the person stands to a group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Neither a member nor invited.
    New,
    /// A live invite exists.
    Invited,
    /// A member.
    Member,
}

/// One of the groups, in which the caller may invite, and how the person stands to it.
pub(super) struct Standing {
    pub(super) group: Group,
    inviter: Member,
    id: InviteId,
    reads: CreateReads,
    new: NewInvite,
    place: Place,
}

impl Standing {
    /// The person's live invite into it.
    pub(super) fn live(&self) -> Option<&Invite> {
        self.reads.existing.as_ref().filter(|_| self.place == Place::Invited)
    }

    /// The person's invite into it, over or not.
    pub(super) fn found(&self) -> Option<&Invite> {
        self.reads.existing.as_ref()
    }

    /// Refuses where the live invite grants more than the inviter could.
    pub(super) fn may_renew(&self) -> Outcome<()> {
        self.live().map_or(Ok(()), |invite| may_grant(&self.inviter, &invite.roles))
    }

    /// Whether the person can be invited into it. To somebody whom the directory knows the system
    /// itself is nothing new.
    fn is_new(&self, is_known: bool) -> bool {
        self.place == Place::New && !(is_known && self.group.is_system())
    }

    /// A new invite into it with the mail that is asked for, and the pending user that comes with
    /// it.
    pub(super) fn invite(
        &self,
        asking: &Asking<'_>,
        mailing: Option<Mailing>,
        with_user: bool,
    ) -> (Invite, Option<User>) {
        let Self { group, inviter, id, reads, new, .. } = self;
        let new = NewInvite { notify: mailing.is_some(), ..new.clone() };
        let basis = Basis {
            group,
            inviter,
            id: *id,
            reads,
            request: &asking.request,
            with_user,
            now: asking.now,
        };
        let (invite, user) = build(asking.caller, &new, &asking.invitee, &basis);
        (Invite { mailing: mailing.unwrap_or_default(), ..invite }, user)
    }
}

impl Engine {
    /// Invites a person into every group asked for that is new to them, all or none, or sends a
    /// reminder.
    ///
    /// # Errors
    /// As for [`Engine::create_invite`], of whichever group refuses first. `AlreadyPending` and
    /// `AlreadyMember` where nothing is new to the person and no reminder is asked for.
    /// `RateLimited` also where a reminder has only just gone out.
    pub async fn create_invitation(
        &self,
        caller: &Caller,
        new: &NewInvitation,
        entropy: [u8; 16],
        now: Timestamp,
    ) -> Outcome<Invitation> {
        let passed = self.store.pass(self.invites_per_inviter, caller.user.as_str(), now);
        let (passed, inviter) = futures::join!(passed, self.store.user(&caller.user));
        if !passed? {
            return Err(Limited::Rate(self.invites_per_inviter.remaining(now)).into());
        }
        let sender = inviter?.and_then(|user| {
            full_name(user.profile.first_name.as_ref(), user.profile.last_name.as_ref())
        });
        let request = hex(entropy);
        let invitee = invitee(&InviteeRequest::Person(new.person.clone()), &request);
        let asking = Asking { caller, new, invitee, sender, request, now };
        let mut with_user = true;
        for _ in 0..ATTEMPTS {
            let standings = self.standings(&asking).await?;
            let holder = self.holder(&standings).await?;
            let fresh: Vec<&Standing> =
                standings.iter().filter(|standing| standing.is_new(holder.is_some())).collect();
            if fresh.is_empty() {
                if !new.remind {
                    return Err(nothing_new(&standings).into());
                }
                if holder.as_ref().is_some_and(|user| user.profile.refuses_invites) {
                    return Err(Denied::InvitesRefused.into());
                }
                let is_user = holder.is_some_and(|user| user.state == UserState::Active);
                if let Some(invite) = self.remind(&asking, &standings).await? {
                    return Ok(Invitation {
                        invite,
                        notice: if is_user { Notice::UserReminded } else { Notice::Reminded },
                    });
                }
                continue;
            }
            let known = holder.is_some() || fresh.len() < standings.len();
            let kind = if known { MailKind::AccessChanged } else { MailKind::PlatformInvitation };
            join_all(fresh.iter().map(|standing| self.check_cap_of(&standing.group, now)))
                .await
                .into_iter()
                .collect::<Outcome<()>>()?;
            let (invites, pending_user) = invites(&asking, &fresh, kind, with_user);
            match self.store.put_invites(&invites, pending_user.as_ref()).await? {
                PutInvitesOutcome::Written => {
                    let notice = if known { Notice::AccessChanged } else { Notice::Invited };
                    return leading(invites).map(|invite| Invitation { invite, notice });
                }
                PutInvitesOutcome::Changed => {}
                PutInvitesOutcome::UserTaken => with_user = false,
            }
        }
        Err(contended())
    }

    async fn check_cap_of(&self, group: &Group, now: Timestamp) -> Outcome<()> {
        let begun = self.begin_count(&group.id, now).await;
        self.check_cap(group, &begun, now).await
    }

    /// How the person stands to each group asked for.
    async fn standings(&self, asking: &Asking<'_>) -> Outcome<Vec<Standing>> {
        if asking.new.groups.is_empty() {
            return Ok(vec![self.standing(asking, &GroupId::system()).await?]);
        }
        join_all(asking.new.groups.iter().map(|group| self.standing(asking, group)))
            .await
            .into_iter()
            .collect()
    }

    /// How the person stands to the group, if the caller may invite there.
    pub(super) async fn standing(&self, asking: &Asking<'_>, group: &GroupId) -> Outcome<Standing> {
        let new = new_invite(asking, group);
        for attempt in 0..ATTEMPTS {
            let id = InviteId::of(group, &asking.invitee.key(), attempt);
            let reads = self.read(asking.caller, &new, &asking.invitee, attempt).await?;
            let (group, inviter) = check(asking.caller, &new, &asking.invitee, &reads)?;
            // Two invitees may share 53 bits of hash: the later one takes the next id.
            if reads
                .existing
                .as_ref()
                .is_some_and(|found| found.invitee.key() != asking.invitee.key())
            {
                continue;
            }
            let place = match self.check_vacancy(&new, &asking.invitee, &reads, asking.now).await {
                Ok(()) => Place::New,
                Err(Stop::Refused(Refusal::Conflict(Conflict::AlreadyPending(_)))) => {
                    Place::Invited
                }
                Err(Stop::Refused(Refusal::Conflict(Conflict::AlreadyMember))) => Place::Member,
                Err(other) => return Err(other),
            };
            return Ok(Standing { group, inviter, id, reads, new, place });
        }
        Err(contended())
    }

    /// Whom the directory knows by the address: a user, or who was invited before and has not
    /// signed up.
    async fn holder(&self, standings: &[Standing]) -> Outcome<Option<User>> {
        let Some(holder) = standings.iter().find_map(|standing| standing.reads.holder.as_ref())
        else {
            return Ok(None);
        };
        Ok(self.store.user(holder).await?)
    }
}

/// The invite as it is asked for in one group.
fn new_invite(asking: &Asking<'_>, group: &GroupId) -> NewInvite {
    NewInvite {
        group: group.clone(),
        invitee: InviteeRequest::Person(asking.new.person.clone()),
        roles: asking.new.roles.clone(),
        message: None,
        metadata: Metadata::default(),
        lifetime: Lifetime::DEFAULT,
        redirect_url: None,
        notify: true,
        identity_policy: IdentityPolicy::Strict,
        rule: if asking.new.groups.is_empty() || *group == GroupId::system() {
            InviteRule::Anyone
        } else {
            InviteRule::Editors
        },
        api_data: ApiData::default(),
    }
}

/// The invites to be made, of which the first carries the mail, and the pending user that comes
/// with them.
fn invites(
    asking: &Asking<'_>,
    fresh: &[&Standing],
    kind: MailKind,
    with_user: bool,
) -> (Vec<Invite>, Option<User>) {
    let others = fresh.iter().skip(1).map(|standing| standing.group.id.clone()).collect();
    let mut mailing = Some(Mailing { kind, sender: asking.sender.clone(), groups: others });
    let made = fresh.iter().map(|standing| standing.invite(asking, mailing.take(), with_user));
    let (invites, users): (Vec<Invite>, Vec<Option<User>>) = made.unzip();
    // The same address makes the same pending user everywhere.
    (invites, users.into_iter().flatten().next())
}

/// The first of the invites, which carries the mail.
pub(super) fn leading(invites: Vec<Invite>) -> Outcome<Invite> {
    invites.into_iter().next().ok_or_else(contended)
}

fn nothing_new(standings: &[Standing]) -> Conflict {
    standings
        .iter()
        .find_map(Standing::live)
        .map_or(Conflict::AlreadyMember, |invite| Conflict::AlreadyPending(invite.id))
}

fn contended() -> Stop {
    Unavailable::Contended("the invitation").into()
}
