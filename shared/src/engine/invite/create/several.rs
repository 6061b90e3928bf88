//! Inviting a person to several groups at once, or to the application, with one mail about all of
//! it (docs/contracts/chembiohub.md).
//!
//! Each group gets an ordinary invite; all are created or none. The first invite carries the mail,
//! and its link accepts the others too (ADR 0014).

use futures::future::join_all;

use super::inviter::InviterRecord;
use super::plan::Draft;
use super::request::NewInvitation;
use super::target::{Asking, FoundTarget, Target};
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::invite::Invite;
use crate::domain::mailing::{MailKind, Mailing};
use crate::domain::user::{User, UserState};
use crate::engine::acting::Acting;
use crate::engine::attempt::{ATTEMPTS, Attempt};
use crate::engine::fault::{Stop, Unavailable};
use crate::engine::present::Present;
use crate::engine::refusal::{Conflict, Denied};
use crate::engine::{Engine, Outcome};
use crate::store::CreateReads;

/// Returns the reads of those groups that can be read.
fn readable<'a>(found: &'a [FoundTarget<'_>]) -> impl Iterator<Item = &'a CreateReads> {
    found.iter().filter_map(|(_, found)| found.as_ref().ok())
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
    /// The directory's record of the inviter.
    pub present: Present,
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
        let request = RequestId::from_entropy(entropy);
        let inviter = InviterRecord::Unread;
        let mut asking = Asking { acting, new, inviter, request, makes_user: true };
        let (passed, found) = futures::join!(self.pass_inviter(acting), self.find_targets(&asking));
        passed?;
        let mut found = found?;
        let inviter = readable(&found).next().and_then(|found| found.inviter_user.clone());
        asking.inviter = InviterRecord::Read(inviter.map(Box::new));
        for _ in 0..ATTEMPTS {
            if let Attempt::Done((invite, notice)) = self.invite_to_all(&mut asking, found).await? {
                let present = self.present_inviter(&asking, &invite).await?;
                return Ok(Invitation { invite, notice, present });
            }
            found = self.find_targets(&asking).await?;
        }
        Err(retries_exhausted())
    }

    /// Returns the directory's record of the inviter, who is the caller unless the invite existed.
    async fn present_inviter(&self, asking: &Asking<'_>, invite: &Invite) -> Outcome<Present> {
        let inviter = &invite.created_by.id;
        if *inviter != asking.acting.caller.user {
            return self.present_users([inviter]).await;
        }
        let user = asking.inviter.user().cloned();
        Ok(user.into_iter().fold(Present::default(), Present::with_user))
    }

    async fn invite_to_all(
        &self,
        asking: &mut Asking<'_>,
        found: Vec<FoundTarget<'_>>,
    ) -> Outcome<Attempt<(Invite, Notice)>> {
        let holder = readable(&found).find_map(|found| found.holder.clone());
        let (targets, holder) = futures::join!(self.targets(found), self.holder(holder.as_ref()));
        let (targets, holder) = (targets?, holder?);
        if let Some(made) = targets.iter().find_map(Target::made) {
            let notice = notice(made.mailing.kind, holder.as_ref());
            return Ok(Attempt::Done((made.clone(), notice)));
        }
        let is_known = holder.is_some();
        let fresh: Vec<(&Target<'_>, &Draft)> =
            targets.iter().filter_map(|target| Some((target, target.fresh(is_known)?))).collect();
        if fresh.is_empty() {
            return self.remind_instead(asking, &targets, holder.as_ref()).await;
        }
        self.check_caps(&fresh).await?;
        let known = is_known || fresh.len() < targets.len();
        let kind = if known { MailKind::AccessChanged } else { MailKind::PlatformInvitation };
        let drafts = with_one_mail(&fresh, kind);
        match self.commit(&drafts, &mut asking.makes_user).await? {
            Attempt::Done(()) => {
                let leading = drafts.into_iter().next().ok_or_else(retries_exhausted)?;
                let notice = notice(kind, holder.as_ref());
                Ok(Attempt::Done((leading.invite, notice)))
            }
            Attempt::Retry => Ok(Attempt::Retry),
        }
    }

    /// Sends a reminder if the request asks for one. Otherwise returns the conflict.
    async fn remind_instead(
        &self,
        asking: &mut Asking<'_>,
        targets: &[Target<'_>],
        holder: Option<&User>,
    ) -> Outcome<Attempt<(Invite, Notice)>> {
        if !asking.new.remind {
            let invited = targets.iter().find_map(Target::invited);
            return Err(invited.map_or(Conflict::AlreadyMember, Conflict::AlreadyPending).into());
        }
        if holder.is_some_and(|user| user.profile.refuses_invites) {
            return Err(Denied::InvitesRefused.into());
        }
        let notice = notice(MailKind::Reminder, holder);
        let reminded = self.remind(asking, targets).await?;
        Ok(reminded.map(|invite| (invite, notice)))
    }

    async fn check_caps(&self, fresh: &[(&Target<'_>, &Draft)]) -> Outcome<()> {
        let checks = fresh.iter().map(|(target, _)| self.check_room(target));
        join_all(checks).await.into_iter().collect()
    }
}

/// Returns the drafts. The first carries the mail about all of them.
fn with_one_mail(fresh: &[(&Target<'_>, &Draft)], kind: MailKind) -> Vec<Draft> {
    let groups = fresh.iter().skip(1).map(|(target, _)| target.group().id.clone()).collect();
    let mut mailing = Some(Mailing { kind, groups, ..Mailing::default() });
    let drafts = fresh.iter().map(|(_, draft)| (*draft).clone());
    drafts
        .map(|draft| match mailing.take() {
            Some(mailing) => draft.mailed(mailing),
            None => draft,
        })
        .collect()
}

/// Returns the notice of a mail of this kind to the holder of the address.
fn notice(kind: MailKind, holder: Option<&User>) -> Notice {
    let is_user = holder.is_some_and(|user| user.state == UserState::Active);
    match kind {
        MailKind::Invitation | MailKind::PlatformInvitation => Notice::Invited,
        MailKind::AccessChanged => Notice::AccessChanged,
        MailKind::Reminder if is_user => Notice::UserReminded,
        MailKind::Reminder => Notice::Reminded,
    }
}

fn retries_exhausted() -> Stop {
    Unavailable::Conflicts("the invitation").into()
}
