//! The invites of a platform account.

use std::collections::{BTreeMap, HashSet};

use super::inbox::Inbox;
use super::list::MAX_LISTED;
use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::group::{Group, GroupType};
use crate::domain::identity::{Account, Identity};
use crate::domain::ids::GroupId;
use crate::domain::invite::Invite;
use crate::domain::invitee::{Invitee, user_key};
use crate::domain::rule::InviteRule;
use crate::domain::user::User;
use crate::engine::bounded::{Read, in_time};
use crate::engine::user::is_wanted;
use crate::engine::{Engine, GroupView, NotFound, Outcome};
use crate::store::{InboxKeys, InviteList};

/// Maximum number of invites that are read of each range of an index for a caller who does not prove
/// the account. A larger read requires signing in.
const MAX_LISTED_UNPROVEN: usize = 100;

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
        let own = caller.filter(|caller| caller.is(&invitee));
        let blocked = async {
            match own {
                Some(caller) => self.blocked_by(caller).await,
                None => Ok(HashSet::new()),
            }
        };
        let (found, blocked) = futures::join!(self.account_inbox(own, account, now), blocked);
        let ((user, inbox), blocked) = (found?, blocked?);
        let Inbox { mut invites, mut groups, joined: _, complete } = inbox;
        groups.retain(|_, group| own.is_some() || group.kind != GroupType::Secret);
        invites.retain(|invite| is_wanted(invite, &blocked) && groups.contains_key(&invite.group));
        let group = |invite: &Invite| groups.get(&invite.group);
        let shown: Vec<(&Group, &Invite)> =
            invites.iter().filter_map(|invite| Some((group(invite)?, invite))).collect();
        let visible: BTreeMap<&GroupId, &Group> =
            shown.iter().map(|(group, _)| (&group.id, *group)).collect();
        let views = visible.values().map(|group| self.view((*group).clone(), None));
        let (replaceable, views) = futures::join!(self.replaceable(&shown), in_time(views));
        let (replaceable, Read { found: views, complete: in_time }) = (replaceable?, views?);
        let mut shown: BTreeMap<GroupId, Invite> = BTreeMap::new();
        for invite in invites {
            if !replaceable.contains(&(invite.group.clone(), invite.id)) {
                shown.entry(invite.group.clone()).or_insert(invite);
            }
        }
        let views = views.into_iter();
        let invites =
            views.filter_map(|view| Some((shown.remove(&view.group.id)?, view))).collect();
        Ok(AccountInvites { user, invites, complete: complete && in_time })
    }

    /// Returns the directory's user who has the account, and the invites of both.
    ///
    /// A caller who proves the account, `own`, most likely is that user, so the keys of their invites
    /// are read at once. Otherwise the holder of the account must be known first.
    async fn account_inbox(
        &self,
        own: Option<&Caller>,
        account: &Account,
        now: Timestamp,
    ) -> Outcome<(Option<User>, Inbox)> {
        let limit = if own.is_some() { MAX_LISTED } else { MAX_LISTED_UNPROVEN };
        let key = Invitee::Account(account.clone()).key();
        let identity = [Identity::Account(account.clone())];
        let caller_key = own.map(|caller| user_key(&caller.user));
        let (holder, of_account, of_caller) = futures::join!(
            self.store.holders(&identity),
            self.keys_of(Some(&key), limit),
            self.keys_of(caller_key.as_ref(), limit)
        );
        let (mut holder, of_account, of_caller) = (holder?, of_account?, of_caller?);
        let list = |keys: &[String]| InviteList::awaiting_invitee(keys);
        let Some(holder) = holder.remove(&key) else {
            let keys = (of_account, limit);
            return Ok((None, self.open_inbox(&list(&[key]), keys, None, now).await?));
        };
        let both = [key.clone(), user_key(&holder)];
        let ids = [holder.clone()];
        let (users, inbox) = if own.is_some_and(|caller| caller.user == holder) {
            let (list, keys) = (list(&both), (of_account.and(of_caller), limit));
            futures::join!(self.users(&ids), self.open_inbox(&list, keys, None, now))
        } else {
            let (users, of_holder) =
                futures::join!(self.users(&ids), self.keys_of(Some(&both[1]), limit));
            let keys = (of_account.and(of_holder?), limit);
            (users, self.open_inbox(&list(&both), keys, None, now).await)
        };
        let (user, mut inbox) = (users?.remove(&holder), inbox?);
        if user.is_none() {
            inbox.invites.retain(|invite| invite.invitee.key() == key);
        }
        Ok((user, inbox))
    }

    /// Returns the keys of the invites for this invitee key that the invitee can still accept.
    async fn keys_of(&self, key: Option<&String>, limit: usize) -> Outcome<InboxKeys> {
        match key {
            Some(key) => {
                let list = InviteList::awaiting_invitee(std::slice::from_ref(key));
                Ok(self.store.inbox_keys(&list, limit).await?)
            }
            None => Ok(InboxKeys::default()),
        }
    }
}
