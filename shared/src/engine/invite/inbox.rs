//! The invites to a person, and the groups that they lead into, read at the same time.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::Invite;
use crate::domain::list::WholeList;
use crate::engine::bounded::{Read, in_time};
use crate::engine::{Engine, Outcome};
use crate::store::{FoundRecords, InboxKeys, InviteList, WantedRecords};

/// Maximum number of groups in one read, which also reads a membership of each.
const BATCH: usize = 50;

/// The invites to a person, and what is stored around them.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    /// The invites: the pending ones first, each part newest first.
    pub(super) invites: Vec<Invite>,
    /// The groups that exist. An invite may be left out whose group is here.
    pub(super) groups: BTreeMap<GroupId, Group>,
    /// The groups of which the person is a member.
    pub(super) joined: BTreeSet<GroupId>,
    /// Whether all is here: the invites are not too many, and their groups were read in time.
    pub(super) complete: bool,
}

impl Engine {
    /// Reads the invites of these keys that the list selects, at most `limit`. Beside them, reads
    /// their groups, and whether `member` is a member of each.
    pub(super) async fn open_inbox(
        &self,
        list: &InviteList,
        (keys, limit): (InboxKeys, usize),
        member: Option<&UserId>,
        now: Timestamp,
    ) -> Outcome<Inbox> {
        let (invites, around) = if keys.is_cut {
            // Some of the keys may be of invites that the list leaves out.
            let invites = self.store.all_invites(list, limit, now).await?;
            let groups = invites.data.iter().map(|invite| invite.group.clone()).collect();
            (invites, self.around(groups, member).await?)
        } else {
            let groups = keys.groups();
            let invites = self.store.inbox(list, keys, limit, now);
            let (invites, around) = futures::join!(invites, self.around(groups, member));
            (invites?, around?)
        };
        let WholeList { data: invites, complete } = invites;
        let mut inbox =
            Inbox { invites, complete: complete && around.complete, ..Inbox::default() };
        for FoundRecords { groups, members, .. } in around.found {
            inbox.groups.extend(groups);
            inbox.joined.extend(members.into_keys().map(|(group, _)| group));
        }
        Ok(inbox)
    }

    /// Returns the groups and the memberships of `member` in them.
    async fn around(
        &self,
        groups: BTreeSet<GroupId>,
        member: Option<&UserId>,
    ) -> Outcome<Read<FoundRecords>> {
        let groups: Vec<GroupId> = groups.into_iter().collect();
        let reads = groups.chunks(BATCH).map(|groups| {
            let of = |user: &UserId| {
                groups.iter().map(|group| (group.clone(), user.clone())).collect::<BTreeSet<_>>()
            };
            let members = member.map(of).unwrap_or_default();
            let groups = groups.iter().cloned().collect();
            let wanted = WantedRecords { groups, members, ..WantedRecords::default() };
            async move { Outcome::Ok(self.store.records(&wanted).await?) }
        });
        in_time(reads).await
    }
}
