//! Creating invites: read, decide, write. One invite, several and a hundred take the same path.
//!
//! `reads` and `facts` gather what a decision needs. `rules` and `plan` decide without input or output.
//! `commit` is one conditional write.

mod bulk;
mod commit;
mod creation;
mod decide;
mod facts;
mod inviter;
mod plan;
mod reads;
mod remind;
mod repeat;
mod request;
mod resend;
mod resend_many;
mod result;
mod room;
mod rules;
mod several;
mod target;
mod together;
mod work;

pub use bulk::Bulk;
pub use creation::{Created, Creation, Making, Repeatable};
pub(super) use request::check_lifetime;
pub use request::{
    InviteeRequest, LinkRequest, NewInvitation, NewInvite, OnDuplicate, PersonRequest,
};
pub use resend::ResendRequest;
pub use several::{Invitation, Notice};

use creation::present;
use plan::{Draft, Plan, plan};
use reads::Reads;
use repeat::{Begun, entropy_of};
use request::Ask;
use room::StartedCount;

use futures::future::BoxFuture;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::ids::InviteId;
use crate::domain::invite::{Invite, TokenChoice};
use crate::engine::acting::Acting;
use crate::engine::attempt::{ATTEMPTS, Attempt};
use crate::engine::fault::Unavailable;
use crate::engine::invite::invitees::InviteeIds;
use crate::engine::refusal::{Conflict, Limited};
use crate::engine::{Engine, Outcome};
use crate::store::{KeptRequest, KeptResult};

impl Engine {
    /// Creates an invite in the name of the caller, and queues its mail. `entropy` identifies the
    /// request, and becomes the key of a link.
    ///
    /// # Errors
    /// The variants of [`Engine::request_invite`]. `Conflict::AlreadyPending` whatever
    /// `on_duplicate` says, unless it replaces the pending invite.
    pub async fn create_invite(
        &self,
        caller: &Caller,
        new: &NewInvite,
        entropy: [u8; 16],
        now: Timestamp,
    ) -> Outcome<Created> {
        let ready = std::future::ready(Ok(()));
        self.create_invite_beside(caller, new, entropy, now, ready)
            .await
            .map(|(created, ())| created)
    }

    /// Creates an invite as [`Engine::create_invite`] does. `beside` runs together with the reads, and
    /// nothing is written if it fails.
    ///
    /// # Errors
    /// The variants of [`Engine::create_invite`], and those of `beside`.
    pub(in crate::engine::invite) async fn create_invite_beside<T>(
        &self,
        caller: &Caller,
        new: &NewInvite,
        entropy: [u8; 16],
        now: Timestamp,
        beside: impl Future<Output = Outcome<T>>,
    ) -> Outcome<(Created, T)> {
        let acting = Acting { caller, now };
        let mut ask = Ask::of(acting, new.clone(), RequestId::from_entropy(entropy))?;
        // Boxed, because the two together are large.
        let reads = Box::pin(self.reads_of_first(&mut ask, false));
        let (beside, reads) = futures::join!(beside, reads);
        let (beside, (reads, started)) = (beside?, reads?);
        match self.create(&mut ask, reads, Some(&started), false).await? {
            Creation::Made(created) | Creation::Resent(created) => Ok((created, beside)),
            Creation::Found(invite, _) | Creation::Planned(invite, _) => {
                Err(Conflict::AlreadyPending(invite.id).into())
            }
        }
    }

    /// Creates an invite in the name of the caller, and queues its mail. What happens to a pending
    /// invite of the same invitee, and to the one that `new` replaces, is written together with it.
    ///
    /// # Errors
    /// `NotFound::Group`, `NotFound::User`, `NotFound::Invite` if there is no invite to replace,
    /// `Denied::NotMember`, `Denied::RoleAboveOwn`, `Denied::DomainNotAllowed`,
    /// `Denied::InvitesRefused`, `Forbidden::MayNotInvite`, `Forbidden::Frozen`,
    /// `Forbidden::LinksOff`, `Conflict::Yourself`, `Conflict::AlreadyMember`,
    /// `Conflict::AlreadyPending`, `Conflict::NotReplaceable`, `Limited::Rate`,
    /// `Limited::Pending`, `Invalid`, `Fault`. With a key also `Conflict::KeyReused` and
    /// `Conflict::KeyInProgress`.
    pub async fn request_invite(
        &self,
        caller: &Caller,
        new: &NewInvite,
        making: &Making,
        now: Timestamp,
    ) -> Outcome<Creation> {
        let acting = Acting { caller, now };
        let mut ask = Ask::of(acting, new.clone(), RequestId::from_entropy(making.entropy))?;
        let kept = match self.begin(caller, &new.group, making, now).await? {
            Begun::Unkeyed => return self.request_first(&mut ask, making.dry_run).await,
            Begun::First(kept) | Begun::Continued(kept) => kept,
            Begun::Repeated(results) => return self.recall_first(&ask, &results).await,
        };
        let request = RequestId::from_entropy(entropy_of(&kept, making));
        let mut ask = ask.claimed(kept, request);
        let created = self.request_first(&mut ask, false).await;
        self.settle(&ask, created).await
    }

    async fn request_first(&self, ask: &mut Ask<'_>, dry_run: bool) -> Outcome<Creation> {
        let (reads, started) = self.reads_of_first(ask, dry_run).await?;
        self.create(ask, reads, Some(&started), dry_run).await
    }

    /// Counts the request in the inviter's window, and makes the reads of its first attempt. Also
    /// returns the count of the group's pending invites. A dry run takes no places.
    async fn reads_of_first(
        &self,
        ask: &mut Ask<'_>,
        dry_run: bool,
    ) -> Outcome<(Reads, StartedCount)> {
        let (passed, found, started) = futures::join!(
            self.pass_once(ask),
            self.read_first(ask, 0),
            self.begin_count(&ask.new.group, dry_run, ask.now())
        );
        passed?;
        if let Some(kept) = &mut ask.kept {
            kept.passed = Some(1);
        }
        let reads = self.read_rest(ask, found?, Some(&started)).await?;
        Ok((reads, started))
    }

    /// Decides by these reads and writes. If a record has changed meanwhile, reads again and retries.
    /// `started` is the count of the group's pending invites, or `None` if no count is needed.
    ///
    /// The future is boxed: within those of all its callers it would be too deep for the compiler.
    fn create<'a>(
        &'a self,
        ask: &'a mut Ask<'_>,
        reads: Reads,
        started: Option<&'a StartedCount>,
        dry_run: bool,
    ) -> BoxFuture<'a, Outcome<Creation>> {
        Box::pin(self.create_by(ask, reads, started, dry_run))
    }

    async fn create_by(
        &self,
        ask: &mut Ask<'_>,
        mut reads: Reads,
        started: Option<&StartedCount>,
        dry_run: bool,
    ) -> Outcome<Creation> {
        for _ in 0..ATTEMPTS {
            let draft = match plan(ask, &reads)? {
                Plan::Made(invite) => return Ok(Creation::Made(self.created(*invite, &reads))),
                Plan::Found(invite) => return self.found_pending(*invite).await,
                Plan::Resend(id) => return self.send_again(ask, id, dry_run).await,
                Plan::Resent(invite) => return self.sent_again(*invite).await,
                Plan::Write(draft) => *draft,
            };
            reads.check_room()?;
            if dry_run {
                return Ok(Creation::Planned(draft.invite, present(&reads)));
            }
            let draft = kept_with(ask, draft);
            match self.commit(std::slice::from_ref(&draft), &mut ask.makes_user).await? {
                Attempt::Done(()) => {
                    let user = reads.people.user.clone();
                    let invitee_ids = Some(InviteeIds::of_one(&draft.invite.invitee, user));
                    let created = self.created(draft.invite, &reads);
                    return Ok(Creation::Made(Created { invitee_ids, ..created }));
                }
                Attempt::Retry => {}
            }
            let found = self.read_first(ask, 0).await?;
            reads = self.read_rest(ask, found, started).await?;
        }
        Err(Unavailable::Conflicts("the invite").into())
    }

    /// Sends the invitee's pending invite again, with a new token. The window has counted it.
    async fn send_again(&self, ask: &Ask<'_>, id: InviteId, dry_run: bool) -> Outcome<Creation> {
        let (group, rule) = (&ask.new.group, ask.new.rule);
        let locale = ask.new.locale.clone();
        let notify = ask.new.notify;
        let token = TokenChoice::default();
        let request = ask.request.clone();
        let request = ResendRequest { token, notify, locale, rule, request };
        if dry_run {
            let invite = self.plan_resend(ask.acting, group, id, &request).await?;
            let present = self.present([&invite]).await?;
            return Ok(Creation::Planned(invite, present));
        }
        // Boxed, because few creates send again, and every one would be larger.
        let resent = Box::pin(self.resend_counted(ask.acting, group, id, &request)).await?;
        Ok(Creation::Resent(resent))
    }

    /// Returns the invite that an earlier attempt of this request sent again.
    async fn sent_again(&self, invite: Invite) -> Outcome<Creation> {
        let present = self.present([&invite]).await?;
        let token = self.token(&invite);
        Ok(Creation::Resent(Created { token, invite, present, invitee_ids: None }))
    }

    /// Returns the pending invite that the request asked for, with the names in it.
    async fn found_pending(&self, invite: Invite) -> Outcome<Creation> {
        let present = self.present([&invite]).await?;
        Ok(Creation::Found(invite, present))
    }

    fn created(&self, invite: Invite, reads: &Reads) -> Created {
        let token = self.token(&invite);
        Created { token, invite, present: present(reads), invitee_ids: None }
    }

    /// Counts the request in the inviter's rate window, unless an earlier attempt was counted.
    ///
    /// # Errors
    /// `Limited::Rate`, `Fault`.
    async fn pass_once(&self, ask: &Ask<'_>) -> Outcome<()> {
        if ask.kept.as_ref().is_some_and(|kept| kept.passed.is_some()) {
            return Ok(());
        }
        let (window, user, now) = (self.invites_per_inviter, &ask.caller().user, ask.now());
        if self.store.pass_request(window, user.as_str(), &ask.request, now).await? {
            Ok(())
        } else {
            Err(Limited::Rate(window.remaining(now)).into())
        }
    }

    /// Counts one request in the inviter's rate window.
    ///
    /// # Errors
    /// `Limited::Rate`, `Fault`.
    pub(in crate::engine) async fn pass_inviter(&self, acting: Acting<'_>) -> Outcome<()> {
        let Acting { caller, now } = acting;
        if self.store.pass(self.invites_per_inviter, caller.user.as_str(), now).await? {
            Ok(())
        } else {
            Err(Limited::Rate(self.invites_per_inviter.remaining(now)).into())
        }
    }
}

/// Returns the draft with the request, which is kept together with its invite.
fn kept_with(ask: &Ask<'_>, draft: Draft) -> Draft {
    let Invite { id, generation, .. } = draft.invite;
    let results = Some(vec![KeptResult::Made { invite: id.number(), generation }]);
    let kept = ask.kept.clone().map(|kept| KeptRequest { results, ..kept });
    Draft { kept, ..draft }
}
