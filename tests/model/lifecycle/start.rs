//! The tables with which an exploration starts.

use shared::domain::role::Rank;

use super::notes::Notes;
use super::rows::{
    ALICE, BOB, CAROL, Ended, FIRST, GroupRow, InviteRow, MemberRow, Person, Seconds,
};
use super::stream::Stream;
use super::table::Table;

/// The time at which an exploration starts.
pub(super) const START: Seconds = 10_000;

/// A table with which an exploration starts. Alice is an owner in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Bob is an admin, and nobody is invited.
    Empty,
    /// Bob is an admin. He has invited Carol, and has made a link for one person.
    Link,
    /// Bob is an admin. Carol is invited by him, and under another address by Alice.
    Twice,
    /// Bob is an owner too, and Carol a member by his invite.
    Owners,
    /// Alice is alone. She has invited Carol, and has made a link for one person.
    Alone,
    /// The same, in a group that counts its members and has two seats.
    Seats,
}

impl Start {
    pub(super) fn table(self) -> Table {
        let (alice, bob) = (member(Rank::Owner), member(Rank::Admin));
        let by_bob = invite(BOB, Rank::Admin);
        let by_alice = invite(ALICE, Rank::Owner);
        let link = |by| InviteRow { max_uses: Some(1), expires_at: None, ..by };
        let accepted = InviteRow {
            ended: Some(Ended::Accepted(CAROL)),
            version: 2,
            ..invite(BOB, Rank::Owner)
        };
        let joined = MemberRow { by: Some((FIRST, 1)), ..member(Rank::Member) };
        let (members, invites, seats) = match self {
            Self::Empty => ([Some(alice), Some(bob), None], [None, None], None),
            Self::Link => {
                ([Some(alice), Some(bob), None], [Some(by_bob), Some(link(by_bob))], None)
            }
            Self::Twice => ([Some(alice), Some(bob), None], [Some(by_bob), Some(by_alice)], None),
            Self::Owners => {
                ([Some(alice), Some(alice), Some(joined)], [Some(accepted), None], None)
            }
            Self::Alone | Self::Seats => {
                let seats = (self == Self::Seats).then_some(1);
                ([Some(alice), None, None], [Some(by_alice), Some(link(by_alice))], seats)
            }
        };
        let mut notes = Notes::default();
        notes.joins[0] = u8::from(self == Self::Owners);
        let owners = members.iter().flatten().filter(|member| member.is_owner()).count();
        Table {
            group: GroupRow {
                deleted_by: None,
                version: 1,
                is_frozen: false,
                owners: owners as u8,
                seats,
                authority_changed_at: None,
            },
            members,
            invites,
            stream: Stream::default(),
            notes,
        }
    }
}

fn member(rank: Rank) -> MemberRow {
    MemberRow { rank, joined_at: START - 6_000, by: None, ends_at: None }
}

fn invite(by: Person, granter_rank: Rank) -> InviteRow {
    InviteRow {
        generation: 1,
        version: 1,
        ended: None,
        creator: by,
        granter: by,
        granter_rank,
        granted_at: START - 5_000,
        granter_until: None,
        roles: Rank::Member,
        is_temporary: false,
        expires_at: Some(START + 1),
        max_uses: None,
        uses: 0,
    }
}
