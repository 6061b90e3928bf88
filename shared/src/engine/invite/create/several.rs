//! Inviting a person to several groups at once, or to the application, with one mail about all of
//! it (docs/contracts/chembiohub.md).
//!
//! Each group gets an ordinary invite; all are created or none. The first invite carries the mail,
//! and its link accepts the others too (ADR 0014).

use futures::future::join_all;

use super::plan::Draft;
use super::request::NewInvitation;
use super::target::{Asking, Target};
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::invite::Invite;
use crate::domain::mailing::{MailKind, Mailing};
use crate::domain::user::{User, UserState};
use crate::engine::acting::Acting;
use crate::engine::attempt::{ATTEMPTS, Attempt};
use crate::engine::fault::{Stop, Unavailable};
use crate::engine::refusal::{Conflict, Denied};
use crate::engine::{Engine, Outcome};

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
        let inviter = inviter?.map(Box::new);
        let request = RequestId::from_entropy(entropy);
        let mut asking = Asking { acting, new, inviter, request, makes_user: true };
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
        let holder = self.holder(&targets).await?;
        if let Some(made) = targets.iter().find_map(Target::made) {
            let notice = notice(made.mailing.kind, holder.as_ref());
            return Ok(Attempt::Done(Invitation { invite: made.clone(), notice }));
        }
        let is_known = holder.is_some();
        let fresh: Vec<(&Target<'_>, &Draft)> =
            targets.iter().filter_map(|target| Some((target, target.fresh(is_known)?))).collect();
        if fresh.is_empty() {
            return self.remind_instead(asking, &targets, holder.as_ref()).await;
        }
        self.check_caps(&fresh, asking.acting.now).await?;
        let known = is_known || fresh.len() < targets.len();
        let kind = if known { MailKind::AccessChanged } else { MailKind::PlatformInvitation };
        let drafts = with_one_mail(&fresh, kind);
        match self.commit(&drafts, &mut asking.makes_user).await? {
            Attempt::Done(()) => {
                let leading = drafts.into_iter().next().ok_or_else(retries_exhausted)?;
                let notice = notice(kind, holder.as_ref());
                Ok(Attempt::Done(Invitation { invite: leading.invite, notice }))
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
    ) -> Outcome<Attempt<Invitation>> {
        if !asking.new.remind {
            let invited = targets.iter().find_map(Target::invited);
            return Err(invited.map_or(Conflict::AlreadyMember, Conflict::AlreadyPending).into());
        }
        if holder.is_some_and(|user| user.profile.refuses_invites) {
            return Err(Denied::InvitesRefused.into());
        }
        let notice = notice(MailKind::Reminder, holder);
        let reminded = self.remind(asking, targets).await?;
        Ok(reminded.map(|invite| Invitation { invite, notice }))
    }

    async fn check_caps(&self, fresh: &[(&Target<'_>, &Draft)], now: Timestamp) -> Outcome<()> {
        let counted = fresh.iter().filter(|(target, _)| target.reads.takes_a_place());
        let rooms = counted.map(|(target, _)| self.room_for_one(target.group(), now));
        for mut room in join_all(rooms).await {
            room.take()?;
        }
        Ok(())
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
