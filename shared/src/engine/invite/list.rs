//! Lists of invites: a group's, for callers who may invite, and the caller's own.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::auth::Caller;
use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, InviteId};
use crate::domain::invite::{Invite, InviteFilter, State};
use crate::domain::invitee::Invitee;
use crate::domain::list::{Page, PageRequest, WholeList};
use crate::domain::rule::InviteRule;
use crate::engine::attempt::ATTEMPTS;
use crate::engine::authority::{actor_of, may_invite};
use crate::engine::present::{Known, Present};
use crate::engine::user::is_wanted;
use crate::engine::{Engine, Fault, Outcome, Refusal};
use crate::store::InviteList;

/// Maximum number of invites in a list without pages. A group's policy allows at most this many
/// pending invites.
pub(in crate::engine) const MAX_LISTED: usize = 10_000;

impl Engine {
    /// Checks that `rule` lets the caller invite into the group, as creating an invite does. For
    /// APIs that check this before everything else.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `Forbidden::MayNotInvite`, `Fault`.
    pub async fn check_inviter(
        &self,
        caller: &Caller,
        group: &GroupId,
        rule: InviteRule,
    ) -> Outcome<()> {
        let (group, member) = self.membership(caller, group).await?;
        Ok(may_invite(rule, &group, &member)?)
    }

    /// Returns a page of the group's invites that the filter selects, if `rule` lets the caller
    /// invite, with the present records behind it.
    ///
    /// The check of the caller's right also reads the caller's record in the directory. If the caller
    /// sent all the invites and nobody else ended one, nothing more is read.
    ///
    /// A filter by address is a consistent read by key. It finds the invite of the address, and no
    /// invite by user id.
    ///
    /// # Errors
    /// `NotFound::Group`, `Denied::NotMember`, `Forbidden::MayNotInvite`, `InvalidCursor`, `Fault`.
    pub async fn list_group_invites(
        &self,
        caller: &Caller,
        group: &GroupId,
        rule: InviteRule,
        (filter, page): (&InviteFilter, &PageRequest),
        now: Timestamp,
    ) -> Outcome<(Page<Invite>, Present)> {
        let check = self.known_inviter(caller, group, rule);
        let list = self.filtered(group, filter, page, now);
        // A stranger makes the service read a page in vain, but nothing that reads far.
        let (known, listed) = if filter.is_by_key() {
            let (known, listed) = futures::join!(check, list);
            (known?, listed?)
        } else {
            (check.await?, list.await?)
        };
        let present = self.present_beside(known, &listed.data).await?;
        Ok((listed, present))
    }

    /// Checks what [`Engine::check_inviter`] checks, and returns what it reads.
    async fn known_inviter(
        &self,
        caller: &Caller,
        group: &GroupId,
        rule: InviteRule,
    ) -> Outcome<Known> {
        let (found, member, record) = self.store.group_member_and_user(group, &caller.user).await?;
        let (group, actor) = actor_of(caller, found, member.clone())?;
        may_invite(rule, &group, &actor.member)?;
        Ok(Known { group, user: caller.user.clone(), member, record })
    }

    async fn filtered(
        &self,
        group: &GroupId,
        filter: &InviteFilter,
        page: &PageRequest,
        now: Timestamp,
    ) -> Outcome<Page<Invite>> {
        if let Some(email) = &filter.email {
            // This list has one page, so the cursor is of another list.
            if page.cursor.is_some() {
                return Err(Refusal::InvalidCursor.into());
            }
            let key = Identity::Email(email.clone()).key();
            let mut data = self.invites_for_keys(group, &[key]).await?;
            data.retain(|invite| filter.selects(invite, now));
            return Ok(Page { data, next_cursor: None });
        }
        let list = InviteList::of_group(group, filter.clone());
        Ok(self.store.list_invites(&list, page, now).await?)
    }

    /// Returns a page of the invites to any identity that the caller proves: user id, address,
    /// number or account, except those of blocked senders. Without states, it has those that the
    /// caller can still accept by their state: the pending ones, and those that were declined
    /// without a sign-in.
    ///
    /// # Errors
    /// `InvalidCursor`, `Fault`.
    pub async fn list_my_invites(
        &self,
        caller: &Caller,
        states: &[State],
        page: &PageRequest,
        now: Timestamp,
    ) -> Outcome<Page<Invite>> {
        let keys = caller.invitee_keys();
        let list = if states.is_empty() {
            InviteList::awaiting_invitee(&keys)
        } else {
            InviteList::of_invitee(&keys, InviteFilter::of_states(states.to_vec()))
        };
        let (found, blocked) =
            futures::join!(self.store.list_invites(&list, page, now), self.blocked_by(caller));
        let (mut found, blocked) = (found?, blocked?);
        found.data.retain(|invite| is_wanted(invite, &blocked));
        Ok(found)
    }

    /// Returns a page of the invites that the caller sent, across groups.
    ///
    /// # Errors
    /// `InvalidCursor`, `Fault`.
    pub async fn list_sent_invites(
        &self,
        caller: &Caller,
        page: &PageRequest,
    ) -> Outcome<Page<Invite>> {
        Ok(self.store.sent_invites(&caller.user, page).await?)
    }

    /// Returns the group's invites in all states, at most 10,000, if `rule` lets the caller invite.
    /// They are ordered state by state, the pending ones first, and newest first in each state.
    ///
    /// # Errors
    /// The variants of [`Engine::check_inviter`].
    pub async fn all_group_invites(
        &self,
        caller: &Caller,
        group: &GroupId,
        rule: InviteRule,
        now: Timestamp,
    ) -> Outcome<WholeList<Invite>> {
        let list = InviteList::of_group(group, InviteFilter::default());
        let mut invites = self.listed(caller, (group, rule), &list, now).await?;
        let state =
            |invite: &Invite| State::ALL.iter().position(|state| *state == invite.state(now));
        invites.data.sort_by_key(|invite| (state(invite), Reverse((invite.created_at, invite.id))));
        Ok(invites)
    }

    /// Returns the group's pending invites, at most 10,000 and newest first, if `rule` lets the
    /// caller invite.
    ///
    /// # Errors
    /// The variants of [`Engine::check_inviter`].
    pub async fn pending_group_invites(
        &self,
        caller: &Caller,
        group: &GroupId,
        rule: InviteRule,
        now: Timestamp,
    ) -> Outcome<WholeList<Invite>> {
        let list = InviteList::of_group(group, InviteFilter::of_states(vec![State::Pending]));
        self.listed(caller, (group, rule), &list, now).await
    }

    /// Returns the invites of a group's list, at most 10,000, if `rule` lets the caller invite. A few
    /// are read beside that check, so a stranger makes the service read little in vain.
    async fn listed(
        &self,
        caller: &Caller,
        (group, rule): (&GroupId, InviteRule),
        list: &InviteList,
        now: Timestamp,
    ) -> Outcome<WholeList<Invite>> {
        let (allowed, few) = futures::join!(
            self.check_inviter(caller, group, rule),
            self.store.few_invites(list, now)
        );
        allowed?;
        self.the_rest(few?, list, now).await
    }

    /// Returns the whole list, of which a few invites were read. `None` if there are more.
    pub(in crate::engine) async fn the_rest(
        &self,
        few: Option<Vec<Invite>>,
        list: &InviteList,
        now: Timestamp,
    ) -> Outcome<WholeList<Invite>> {
        match few {
            Some(data) => Ok(WholeList { data, complete: true }),
            None => Ok(self.store.all_invites(list, MAX_LISTED, now).await?),
        }
    }

    /// Returns the group's invite for this invitee, in any state. Reads consistently. Finds no
    /// link, because every link has a key of its own.
    ///
    /// # Errors
    /// `Fault`.
    pub async fn invite_for(&self, group: &GroupId, invitee: &Invitee) -> Outcome<Option<Invite>> {
        Ok(self.invites_for_keys(group, &[invitee.key()]).await?.pop())
    }

    /// Returns the group's invites for these invitee keys, in any state and in the order of the
    /// keys. Reads consistently, in one round trip unless ids collide.
    ///
    /// An id alone proves nothing, because two invitees may share the 53 bits of an id. The later
    /// one has the next id.
    pub(in crate::engine) async fn invites_for_keys(
        &self,
        group: &GroupId,
        keys: &[String],
    ) -> Result<Vec<Invite>, Fault> {
        let mut wanted: Vec<&String> = keys.iter().collect::<BTreeSet<_>>().into_iter().collect();
        let mut found: Vec<Invite> = Vec::new();
        for attempt in 0..ATTEMPTS {
            let ids: Vec<(&String, InviteId)> =
                wanted.iter().map(|key| (*key, InviteId::of(group, key, attempt))).collect();
            let read: Vec<InviteId> = ids.iter().map(|(_, id)| *id).collect();
            let invites = self.store.invites(group, &read).await?;
            wanted.clear();
            for (key, id) in ids {
                match invites.iter().find(|invite| invite.id == id) {
                    Some(invite) if invite.invitee.key() == *key => found.push(invite.clone()),
                    // The id belongs to another invitee, so this invite may have the next id.
                    Some(_) => wanted.push(key),
                    None => {}
                }
            }
            if wanted.is_empty() {
                break;
            }
        }
        found.sort_by_key(|invite| keys.iter().position(|key| *key == invite.invitee.key()));
        Ok(found)
    }
}
