//! The invites of a platform account.

use std::collections::BTreeMap;

use super::list::MAX_LISTED;
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::GroupType;
use crate::domain::identity::Account;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{Invite, State};
use crate::domain::invitee::{Invitee, user_key};
use crate::domain::list::Order;
use crate::domain::rule::InviteRule;
use crate::domain::user::User;
use crate::engine::{Engine, GroupView, NotFound, Outcome};
use crate::store::InviteList;

/// Maximum number of invites for a caller who does not prove the account. A larger read requires
/// signing in.
const MAX_LISTED_UNPROVEN: usize = 100;

/// Maximum number of groups in one read.
const BATCH: usize = 100;

/// The invites of an account, as any caller may see them.
#[derive(Debug)]
pub struct AccountInvites {
    /// The directory's user who has the account.
    pub user: Option<User>,
    /// The pending invites, one for each group, with the group as a non-member sees it.
    pub invites: Vec<(Invite, GroupView)>,
}

impl Engine {
    /// Revokes the group's pending invite of the account.
    ///
    /// # Errors
    /// `NotFound::Invite` if the account has no pending invite, and the variants of
    /// [`Engine::revoke_invite`].
    pub async fn revoke_account_invite(
        &self,
        caller: &Caller,
        group: &GroupId,
        account: &Account,
        rule: InviteRule,
        now: Timestamp,
    ) -> Outcome<Invite> {
        let invitee = Invitee::Account(account.clone());
        let found = self.invite_for(group, &invitee).await?;
        let id =
            found.as_ref().map_or_else(|| InviteId::of(group, &invitee.key(), 0), |found| found.id);
        if found.is_some_and(|found| found.is_pending(now)) {
            return self.revoke_invite(caller, group, id, rule, now).await;
        }
        // A caller who may not see the group's invites gets that refusal first.
        self.get_invite(caller, group, id, rule).await?;
        Err(NotFound::Invite.into())
    }

    /// Returns the pending invites of the account and of the user who has it. Invites into secret
    /// groups are included only if the caller proves the account.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn account_invites(
        &self,
        caller: Option<&Caller>,
        account: &Account,
        now: Timestamp,
    ) -> Outcome<AccountInvites> {
        let invitee = Invitee::Account(account.clone());
        let user = self.invitee_profiles(&[&invitee]).await?.remove(&invitee.key());
        let keys: Vec<String> = std::iter::once(invitee.key())
            .chain(user.as_ref().map(|user| user_key(&user.id)))
            .collect();
        let own = caller.is_some_and(|caller| caller.is(&invitee));
        let limit = if own { MAX_LISTED } else { MAX_LISTED_UNPROVEN };
        let mut found = self
            .up_to(limit, &InviteList::of_invitee(&keys, vec![State::Pending], Order::Asc), now)
            .await?;
        found.retain(|invite| invite.is_pending(now));
        let mut invites: BTreeMap<GroupId, Invite> = BTreeMap::new();
        for invite in found {
            invites.entry(invite.group.clone()).or_insert(invite);
        }
        let mut shown = Vec::new();
        for ids in invites.keys().cloned().collect::<Vec<_>>().chunks(BATCH) {
            let groups = self.store.groups(ids).await?.into_iter();
            let visible = groups.filter(|group| own || group.kind != GroupType::Secret);
            let views =
                futures::future::join_all(visible.map(|group| self.view(group, None))).await;
            shown.extend(views.into_iter().collect::<Outcome<Vec<_>>>()?);
        }
        let invites = shown
            .into_iter()
            .filter_map(|view| Some((invites.remove(&view.group.id)?, view)))
            .collect();
        Ok(AccountInvites { user, invites })
    }
}
