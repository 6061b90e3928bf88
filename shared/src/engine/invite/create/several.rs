//! Inviting a person to several groups at once, or to the application itself, with one mail about
//! all of it (docs/contracts/chembiohub.md).
//!
//! The invites are ordinary ones, one for each group, made all or none. The first carries the mail,
//! and its link accepts the others too.

use futures::future::join_all;

use super::plan::{Draft, Plan, plan, within_cap};
use super::reads::Reads;
use super::request::{Ask, InviteeRequest, NewInvite, PersonRequest};
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::Invite;
use crate::domain::mailing::{MailKind, Mailing};
use crate::domain::role::Roles;
use crate::domain::rule::InviteRule;
use crate::domain::user::{User, UserState, full_name};
use crate::engine::acting::Acting;
use crate::engine::attempt::{ATTEMPTS, Attempt};
use crate::engine::fault::{Stop, Unavailable};
use crate::engine::refusal::{Conflict, Denied, Refusal};
use crate::engine::{Engine, Outcome};
use crate::store::PutInvitesOutcome;

/// A person to be invited, and to what.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// The person.
    pub person: PersonRequest,
    /// The groups, each once. Empty for the application itself.
    pub groups: Vec<GroupId>,
    /// What to grant in each.
    pub roles: Roles,
    /// Whether a person for whom none of it is new gets a reminder.
    pub remind: bool,
}

/// What the mail says that goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Somebody new is invited.
    Invited,
    /// A person whom the directory knows is invited to groups that are new to them.
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

/// One request to invite a person to several groups.
pub(super) struct Asking<'a> {
    pub(super) acting: Acting<'a>,
    new: &'a NewInvitation,
    /// The inviter's name in the directory.
    pub(super) sender: Option<String>,
    pub(super) request: RequestId,
    /// Whether somebody new gets a pending user. False where the address could not be given to it.
    pub(super) makes_user: bool,
}

/// How the person is related to a group.
enum Place {
    /// Neither a member nor invited: this would invite them.
    New(Box<Draft>),
    /// This pending invite exists.
    Invited(InviteId),
    /// A member.
    Member,
    /// This very request invited them before, and its answer was lost.
    Made(Box<Invite>),
}

/// One of the groups, in which the caller may invite, and how the person is related to it.
pub(super) struct Standing<'a> {
    pub(super) ask: Ask<'a>,
    pub(super) reads: Reads,
    place: Place,
}

impl Standing<'_> {
    pub(super) fn group(&self) -> &Group {
        &self.reads.admitted.group
    }

    /// Returns the person's pending invite into the group under the id that a new one would have.
    pub(super) fn pending(&self) -> Option<&Invite> {
        self.reads.pending_invite(self.ask.now())
    }

    /// Returns the draft of a new invite, where the person can be invited. To somebody whom the
    /// directory knows, the application itself is nothing new.
    fn fresh(&self, is_known: bool) -> Option<&Draft> {
        match &self.place {
            Place::New(draft) if !(is_known && self.group().is_system()) => Some(draft),
            Place::New(_) | Place::Invited(_) | Place::Member | Place::Made(_) => None,
        }
    }

    fn made(&self) -> Option<&Invite> {
        match &self.place {
            Place::Made(invite) => Some(invite),
            Place::New(_) | Place::Invited(_) | Place::Member => None,
        }
    }

    fn invited(&self) -> Option<InviteId> {
        match self.place {
            Place::Invited(id) => Some(id),
            Place::New(_) | Place::Member | Place::Made(_) => None,
        }
    }
}

impl<'a> Asking<'a> {
    /// The same request for one of the groups.
    fn ask(&self, group: &GroupId) -> Outcome<Ask<'a>> {
        let everybody = self.new.groups.is_empty() || *group == GroupId::system();
        let rule = if everybody { InviteRule::Anyone } else { InviteRule::Editors };
        let invitee = InviteeRequest::Person(self.new.person.clone());
        let new = NewInvite {
            roles: self.new.roles.clone(),
            notify: false,
            ..NewInvite::of(group.clone(), invitee, rule)
        };
        let ask = Ask::of(self.acting, new, self.request.clone())?;
        Ok(Ask { makes_user: self.makes_user, ..ask })
    }
}

impl Engine {
    /// Invites a person into every group asked for that is new to them, all or none, or sends a
    /// reminder.
    ///
    /// # Errors
    /// As for [`Engine::create_invite`], of the group that refuses first. `AlreadyPending` and
    /// `AlreadyMember` where nothing is new to the person and no reminder is asked for.
    /// `RateLimited` also where a reminder went out a moment ago.
    pub async fn create_invitation(
        &self,
        caller: &Caller,
        new: &NewInvitation,
        entropy: [u8; 16],
        now: Timestamp,
    ) -> Outcome<Invitation> {
        let acting = Acting { caller, now };
        let (passed, inviter) =
            futures::join!(self.pass_inviter(acting), self.store.user(&caller.user));
        passed?;
        let sender = inviter?.and_then(|user| {
            full_name(user.profile.first_name.as_ref(), user.profile.last_name.as_ref())
        });
        let request = RequestId::from_entropy(entropy);
        let mut asking = Asking { acting, new, sender, request, makes_user: true };
        for _ in 0..ATTEMPTS {
            match self.invite_to_all(&mut asking).await? {
                Attempt::Done(invitation) => return Ok(invitation),
                Attempt::ReadAgain => {}
            }
        }
        Err(contended())
    }

    async fn invite_to_all(&self, asking: &mut Asking<'_>) -> Outcome<Attempt<Invitation>> {
        let standings = self.standings(asking).await?;
        if let Some(made) = standings.iter().find_map(Standing::made) {
            let notice = notice(made.mailing.kind, false);
            return Ok(Attempt::Done(Invitation { invite: made.clone(), notice }));
        }
        let holder = self.holder(&standings).await?;
        let is_known = holder.is_some();
        let fresh: Vec<(&Standing<'_>, &Draft)> = standings
            .iter()
            .filter_map(|standing| Some((standing, standing.fresh(is_known)?)))
            .collect();
        if fresh.is_empty() {
            return self.remind_instead(asking, &standings, holder.as_ref()).await;
        }
        self.check_caps(&fresh, asking.acting.now).await?;
        let known = is_known || fresh.len() < standings.len();
        let kind = if known { MailKind::AccessChanged } else { MailKind::PlatformInvitation };
        let drafts = told_by_one_mail(asking, &fresh, kind);
        match self.commit(&drafts).await? {
            PutInvitesOutcome::Written => {
                let leading = drafts.into_iter().next().ok_or_else(contended)?;
                let notice = notice(kind, false);
                Ok(Attempt::Done(Invitation { invite: leading.invite, notice }))
            }
            PutInvitesOutcome::Changed => Ok(Attempt::ReadAgain),
            PutInvitesOutcome::UserTaken => {
                asking.makes_user = false;
                Ok(Attempt::ReadAgain)
            }
        }
    }

    /// Sends a reminder, where one is asked for and nothing is new to the person.
    async fn remind_instead(
        &self,
        asking: &mut Asking<'_>,
        standings: &[Standing<'_>],
        holder: Option<&User>,
    ) -> Outcome<Attempt<Invitation>> {
        if !asking.new.remind {
            let invited = standings.iter().find_map(Standing::invited);
            return Err(invited.map_or(Conflict::AlreadyMember, Conflict::AlreadyPending).into());
        }
        if holder.is_some_and(|user| user.profile.refuses_invites) {
            return Err(Denied::InvitesRefused.into());
        }
        let is_user = holder.is_some_and(|user| user.state == UserState::Active);
        Ok(match self.remind(asking, standings).await? {
            Attempt::Done(invite) => {
                let notice = notice(MailKind::Reminder, is_user);
                Attempt::Done(Invitation { invite, notice })
            }
            Attempt::ReadAgain => Attempt::ReadAgain,
        })
    }

    async fn check_caps(&self, fresh: &[(&Standing<'_>, &Draft)], now: Timestamp) -> Outcome<()> {
        let counts = fresh.iter().map(|(standing, _)| self.count_of(standing.group(), now));
        for (count, cap) in join_all(counts).await.into_iter().flatten() {
            within_cap(count, cap)?;
        }
        Ok(())
    }

    /// How the person is related to each group asked for.
    async fn standings<'a>(&self, asking: &Asking<'a>) -> Outcome<Vec<Standing<'a>>> {
        if asking.new.groups.is_empty() {
            return Ok(vec![self.standing(asking, &GroupId::system()).await?]);
        }
        let standings = asking.new.groups.iter().map(|group| self.standing(asking, group));
        join_all(standings).await.into_iter().collect()
    }

    /// How the person is related to the group, if the caller may invite there.
    pub(super) async fn standing<'a>(
        &self,
        asking: &Asking<'a>,
        group: &GroupId,
    ) -> Outcome<Standing<'a>> {
        let ask = asking.ask(group)?;
        let found = self.find(&ask, 0).await?;
        let reads = self.look(&ask, found, None).await?;
        let place = match plan(&ask, &reads) {
            Ok(Plan::Write(draft)) => Place::New(draft),
            Ok(Plan::Made(invite)) => Place::Made(invite),
            Err(Refusal::Conflict(Conflict::AlreadyPending(id))) => Place::Invited(id),
            Err(Refusal::Conflict(Conflict::AlreadyMember)) => Place::Member,
            Err(other) => return Err(other.into()),
        };
        Ok(Standing { ask, reads, place })
    }

    /// Returns the holder of the address: a user, or a person who was invited before and has not
    /// signed up.
    async fn holder(&self, standings: &[Standing<'_>]) -> Outcome<Option<User>> {
        let holders = standings.iter();
        match holders.flat_map(|standing| &standing.reads.found.holder).next() {
            Some(holder) => Ok(self.store.user(holder).await?),
            None => Ok(None),
        }
    }
}

/// The invites to be made, of which the first carries the mail about all of them.
fn told_by_one_mail(
    asking: &Asking<'_>,
    fresh: &[(&Standing<'_>, &Draft)],
    kind: MailKind,
) -> Vec<Draft> {
    let groups = fresh.iter().skip(1).map(|(standing, _)| standing.group().id.clone()).collect();
    let mut mailing = Some(Mailing { kind, sender: asking.sender.clone(), groups });
    let drafts = fresh.iter().map(|(_, draft)| (*draft).clone());
    drafts
        .map(|draft| match mailing.take() {
            Some(mailing) => draft.mailed(mailing),
            None => draft,
        })
        .collect()
}

/// What a mail of this kind says.
fn notice(kind: MailKind, is_user: bool) -> Notice {
    match kind {
        MailKind::Invitation | MailKind::PlatformInvitation => Notice::Invited,
        MailKind::AccessChanged => Notice::AccessChanged,
        MailKind::Reminder if is_user => Notice::UserReminded,
        MailKind::Reminder => Notice::Reminded,
    }
}

fn contended() -> Stop {
    Unavailable::Contended("the invitation").into()
}
