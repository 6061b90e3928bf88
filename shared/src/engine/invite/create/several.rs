//! Inviting a person to several groups at once, or to the application, with one mail about all of
//! it (docs/contracts/chembiohub.md).
//!
//! Each group gets an ordinary invite; all are created or none. The first invite carries the mail,
//! and its link accepts the others too (ADR 0014).

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

/// A person to invite, and the groups.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// The person.
    pub person: PersonRequest,
    /// The groups, each once. Empty for the application.
    pub groups: Vec<GroupId>,
    /// The roles to grant in each group.
    pub roles: Roles,
    /// Whether to send a reminder if nothing is new to the person.
    pub remind: bool,
}

/// The content of the mail that goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A new person is invited.
    Invited,
    /// A person whom the directory knows is invited to groups that are new to them.
    AccessChanged,
    /// A person who has not signed up yet is reminded.
    Reminded,
    /// A user is reminded.
    UserReminded,
}

/// The invite that carries the mail, and the mail's content.
#[derive(Debug)]
pub struct Invitation {
    /// The invite.
    pub invite: Invite,
    /// The mail's content.
    pub notice: Notice,
}

/// One request to invite a person to several groups.
pub(super) struct Asking<'a> {
    pub(super) acting: Acting<'a>,
    new: &'a NewInvitation,
    /// The inviter's name in the directory.
    pub(super) sender: Option<String>,
    pub(super) request: RequestId,
    /// Whether a new person gets a pending user. `false` after another user took the address.
    pub(super) makes_user: bool,
}

/// The person's relation to a group.
enum Relation {
    /// The person is neither a member nor invited. This draft invites them.
    New(Box<Draft>),
    /// The person has this pending invite.
    Invited(InviteId),
    /// The person is a member.
    Member,
    /// An earlier attempt of this request created this invite, and its response was lost.
    Made(Box<Invite>),
}

/// A group into which the caller may invite, and the person's relation to it.
pub(super) struct Target<'a> {
    pub(super) ask: Ask<'a>,
    pub(super) reads: Reads,
    relation: Relation,
}

impl Target<'_> {
    pub(super) fn group(&self) -> &Group {
        &self.reads.admitted.group
    }

    /// Returns the person's pending invite with the id that a new one would get.
    pub(super) fn pending(&self) -> Option<&Invite> {
        self.reads.pending_invite(self.ask.now())
    }

    /// Returns the draft of a new invite, if the person can be invited. `None` for the application
    /// if the directory knows the person.
    fn fresh(&self, is_known: bool) -> Option<&Draft> {
        match &self.relation {
            Relation::New(draft) if !(is_known && self.group().is_system()) => Some(draft),
            Relation::New(_) | Relation::Invited(_) | Relation::Member | Relation::Made(_) => None,
        }
    }

    fn made(&self) -> Option<&Invite> {
        match &self.relation {
            Relation::Made(invite) => Some(invite),
            Relation::New(_) | Relation::Invited(_) | Relation::Member => None,
        }
    }

    fn invited(&self) -> Option<InviteId> {
        match self.relation {
            Relation::Invited(id) => Some(id),
            Relation::New(_) | Relation::Member | Relation::Made(_) => None,
        }
    }
}

impl<'a> Asking<'a> {
    /// Returns the request for one of the groups.
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
    /// Invites a person into every requested group that is new to them, all or none, or sends a
    /// reminder. The first group that refuses decides.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `Denied::RoleAboveOwn`, `Denied::DomainNotAllowed`,
    /// `Denied::InvitesRefused`, `Forbidden::MayNotInvite`, `Forbidden::Frozen`,
    /// `Conflict::Yourself`, `Limited::Rate` (also within a minute of the last reminder),
    /// `Limited::Pending`, `Invalid`, `Fault`. `Conflict::AlreadyPending` and
    /// `Conflict::AlreadyMember` if nothing is new to the person and `remind` is `false`.
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
                Attempt::Retry => {}
            }
        }
        Err(retries_exhausted())
    }

    async fn invite_to_all(&self, asking: &mut Asking<'_>) -> Outcome<Attempt<Invitation>> {
        let targets = self.targets(asking).await?;
        if let Some(made) = targets.iter().find_map(Target::made) {
            let notice = notice(made.mailing.kind, false);
            return Ok(Attempt::Done(Invitation { invite: made.clone(), notice }));
        }
        let holder = self.holder(&targets).await?;
        let is_known = holder.is_some();
        let fresh: Vec<(&Target<'_>, &Draft)> =
            targets.iter().filter_map(|target| Some((target, target.fresh(is_known)?))).collect();
        if fresh.is_empty() {
            return self.remind_instead(asking, &targets, holder.as_ref()).await;
        }
        self.check_caps(&fresh, asking.acting.now).await?;
        let known = is_known || fresh.len() < targets.len();
        let kind = if known { MailKind::AccessChanged } else { MailKind::PlatformInvitation };
        let drafts = with_one_mail(asking, &fresh, kind);
        match self.commit(&drafts).await? {
            PutInvitesOutcome::Written => {
                let leading = drafts.into_iter().next().ok_or_else(retries_exhausted)?;
                let notice = notice(kind, false);
                Ok(Attempt::Done(Invitation { invite: leading.invite, notice }))
            }
            PutInvitesOutcome::Changed => Ok(Attempt::Retry),
            PutInvitesOutcome::UserTaken => {
                asking.makes_user = false;
                Ok(Attempt::Retry)
            }
        }
    }

    /// Sends a reminder if the request asks for one. Otherwise returns the conflict.
    async fn remind_instead(
        &self,
        asking: &mut Asking<'_>,
        targets: &[Target<'_>],
        holder: Option<&User>,
    ) -> Outcome<Attempt<Invitation>> {
        if !asking.new.remind {
            let invited = targets.iter().find_map(Target::invited);
            return Err(invited.map_or(Conflict::AlreadyMember, Conflict::AlreadyPending).into());
        }
        if holder.is_some_and(|user| user.profile.refuses_invites) {
            return Err(Denied::InvitesRefused.into());
        }
        let is_user = holder.is_some_and(|user| user.state == UserState::Active);
        Ok(match self.remind(asking, targets).await? {
            Attempt::Done(invite) => {
                let notice = notice(MailKind::Reminder, is_user);
                Attempt::Done(Invitation { invite, notice })
            }
            Attempt::Retry => Attempt::Retry,
        })
    }

    async fn check_caps(&self, fresh: &[(&Target<'_>, &Draft)], now: Timestamp) -> Outcome<()> {
        let counts = fresh.iter().map(|(target, _)| self.count_of(target.group(), now));
        for (count, cap) in join_all(counts).await.into_iter().flatten() {
            within_cap(count, cap)?;
        }
        Ok(())
    }

    /// Returns every requested group with the person's relation to it.
    async fn targets<'a>(&self, asking: &Asking<'a>) -> Outcome<Vec<Target<'a>>> {
        if asking.new.groups.is_empty() {
            return Ok(vec![self.target(asking, &GroupId::system()).await?]);
        }
        let targets = asking.new.groups.iter().map(|group| self.target(asking, group));
        join_all(targets).await.into_iter().collect()
    }

    /// Returns the group with the person's relation to it, if the caller may invite there.
    pub(super) async fn target<'a>(
        &self,
        asking: &Asking<'a>,
        group: &GroupId,
    ) -> Outcome<Target<'a>> {
        let ask = asking.ask(group)?;
        let found = self.read_first(&ask, 0).await?;
        let reads = self.read_rest(&ask, found, None).await?;
        let relation = match plan(&ask, &reads) {
            Ok(Plan::Write(draft)) => Relation::New(draft),
            Ok(Plan::Made(invite)) => Relation::Made(invite),
            Err(Refusal::Conflict(Conflict::AlreadyPending(id))) => Relation::Invited(id),
            Err(Refusal::Conflict(Conflict::AlreadyMember)) => Relation::Member,
            Err(other) => return Err(other.into()),
        };
        Ok(Target { ask, reads, relation })
    }

    /// Returns the holder of the address: an active user, or a person who was invited before and
    /// has not signed up.
    async fn holder(&self, targets: &[Target<'_>]) -> Outcome<Option<User>> {
        let holders = targets.iter();
        match holders.flat_map(|target| &target.reads.found.holder).next() {
            Some(holder) => Ok(self.store.user(holder).await?),
            None => Ok(None),
        }
    }
}

/// Returns the drafts. The first carries the mail about all of them.
fn with_one_mail(
    asking: &Asking<'_>,
    fresh: &[(&Target<'_>, &Draft)],
    kind: MailKind,
) -> Vec<Draft> {
    let groups = fresh.iter().skip(1).map(|(target, _)| target.group().id.clone()).collect();
    let mut mailing = Some(Mailing { kind, sender: asking.sender.clone(), groups });
    let drafts = fresh.iter().map(|(_, draft)| (*draft).clone());
    drafts
        .map(|draft| match mailing.take() {
            Some(mailing) => draft.mailed(mailing),
            None => draft,
        })
        .collect()
}

/// Returns the notice of a mail of this kind.
fn notice(kind: MailKind, is_user: bool) -> Notice {
    match kind {
        MailKind::Invitation | MailKind::PlatformInvitation => Notice::Invited,
        MailKind::AccessChanged => Notice::AccessChanged,
        MailKind::Reminder if is_user => Notice::UserReminded,
        MailKind::Reminder => Notice::Reminded,
    }
}

fn retries_exhausted() -> Stop {
    Unavailable::Contended("the invitation").into()
}
