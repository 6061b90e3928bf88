//! The invites of a platform account.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::list::MAX_LISTED;
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::{Group, GroupType};
use crate::domain::identity::Account;
use crate::domain::ids::GroupId;
use crate::domain::invite::Invite;
use crate::domain::invitee::{Invitee, user_key};
use crate::domain::rule::InviteRule;
use crate::domain::user::User;
use crate::engine::bounded::{Read, in_time};
use crate::engine::user::is_wanted;
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
    /// The invites, one for each group, with the group as a non-member sees it.
    pub invites: Vec<(Invite, GroupView)>,
    /// Whether the list has all invites: they are not too many, and their groups were read in time.
    pub complete: bool,
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
        match self.invite_for(group, &invitee).await? {
            Some(found) if found.is_pending(now) => {
                self.revoke_invite(caller, group, found.id, rule, now).await
            }
            // A caller who may not see the group's invites gets that refusal first.
            Some(ended) => {
                self.get_invite(caller, group, ended.id, rule).await?;
                Err(NotFound::Invite.into())
            }
            None => {
                self.check_inviter(caller, group, rule).await?;
                Err(NotFound::Invite.into())
            }
        }
    }

    /// Returns the invites of the account, and of the user who has it, that the invitee can still
    /// accept by their state. Omits those that can never be accepted again, and those into secret
    /// groups unless the caller proves the account. The caller's own list is an inbox, so it omits
    /// those of senders whom the caller blocks. To others they are shown as always, because a sender
    /// does not learn of a block.
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
        let list = InviteList::awaiting_invitee(&keys);
        let blocked = async {
            match caller.filter(|_| own) {
                Some(caller) => self.blocked_by(caller).await,
                None => Ok(HashSet::new()),
            }
        };
        let (found, blocked) = futures::join!(self.store.all_invites(&list, limit, now), blocked);
        let (mut found, blocked) = (found?, blocked?);
        found.data.retain(|invite| is_wanted(invite, &blocked));
        let ids: BTreeSet<GroupId> = found.data.iter().map(|invite| invite.group.clone()).collect();
        let mut visible: BTreeMap<GroupId, Group> = BTreeMap::new();
        for ids in ids.into_iter().collect::<Vec<_>>().chunks(BATCH) {
            let groups = self.store.groups(ids).await?.into_iter();
            let groups = groups.filter(|group| own || group.kind != GroupType::Secret);
            visible.extend(groups.map(|group| (group.id.clone(), group)));
        }
        let shown: Vec<(&Group, &Invite)> = found
            .data
            .iter()
            .filter_map(|invite| Some((visible.get(&invite.group)?, invite)))
            .collect();
        let replaceable = self.replaceable(&shown).await?;
        let mut invites: BTreeMap<GroupId, Invite> = BTreeMap::new();
        for invite in found.data {
            if !replaceable.contains(&(invite.group.clone(), invite.id)) {
                invites.entry(invite.group.clone()).or_insert(invite);
            }
        }
        visible.retain(|group, _| invites.contains_key(group));
        let views = visible.into_values().map(|group| self.view(group, None));
        let Read { found: shown, complete: in_time } = in_time(views).await?;
        let invites = shown
            .into_iter()
            .filter_map(|view| Some((invites.remove(&view.group.id)?, view)))
            .collect();
        Ok(AccountInvites { user, invites, complete: in_time && found.complete })
    }
}
