//! Rows as records of the domain, and back.

use std::sync::OnceLock;

use shared::domain::clock::Timestamp;
use shared::domain::counters::{Generation, RequestId, Version};
use shared::domain::email::EmailAddress;
use shared::domain::group::{Group, Policy};
use shared::domain::identity::PhoneNumber;
use shared::domain::ids::{GroupId, InviteId, UserId};
use shared::domain::invite::{
    Delivery, End, Granter, IdentityPolicy, Invite, Inviter, Resolution, RevokeReason, Terms,
};
use shared::domain::invitee::{Invitee, Link};
use shared::domain::mailing::Mailing;
use shared::domain::member::{Member, MembershipPeriod};
use shared::domain::privilege::Privileges;
use shared::domain::role::{Rank, RoleName, Roles};
use shared::domain::rule::InviteRule;
use shared::domain::text::{ApiData, Metadata, Name};

use super::rows::{
    ALICE, BOB, Ended, FIRST, GroupRow, InviteRow, MemberRow, Person, SEATS, Seconds, Slot,
};

/// The period of a temporary membership, in seconds. It is the shortest that the domain allows.
pub(super) const HOUR: Seconds = 3_600;

pub(super) fn at(seconds: Seconds) -> Timestamp {
    Timestamp::from_seconds(seconds.into())
}

fn seconds(at: Timestamp) -> Seconds {
    Seconds::try_from(at.seconds()).expect("the times of the model are small")
}

fn small<N: TryInto<u8>>(number: N) -> u8 {
    number.try_into().ok().expect("the numbers of the model are small")
}

fn name(person: Person) -> &'static str {
    match person {
        ALICE => "alice",
        BOB => "bob",
        _ => "carol",
    }
}

pub(super) fn user(person: Person) -> UserId {
    UserId::parse(name(person)).expect("the name is a user id")
}

fn person(user: &UserId) -> Person {
    (0..3).find(|person| name(*person) == user.as_str()).expect("the user is one of three")
}

pub(super) fn roles(rank: Rank) -> Roles {
    let name = match rank {
        Rank::Member => "member",
        Rank::Editor => "editor",
        Rank::Admin => "admin",
        Rank::Owner => "owner",
    };
    Roles::new(vec![RoleName::parse(name).expect("it is a role")]).expect("one role is a list")
}

pub(super) fn granter(by: Person, member: &MemberRow, now: Timestamp) -> Granter {
    Granter { id: user(by), rank: member.rank, at: now, until: member.ends_at.map(at) }
}

pub(super) fn ends(member: &MemberRow) -> Option<Timestamp> {
    member.ends_at.map(at)
}

pub(super) fn member(person: Person, row: &MemberRow) -> Member {
    Member {
        group: known_group().id.clone(),
        user: user(person),
        roles: roles(row.rank),
        privileges: Privileges::default(),
        name: None,
        joined_at: at(row.joined_at),
        invite: None,
        came_as: Vec::new(),
        expires_at: ends(row),
        added_by: None,
        version: Version::FIRST,
    }
}

fn known_group() -> &'static Group {
    static GROUP: OnceLock<Group> = OnceLock::new();
    GROUP.get_or_init(|| Group {
        id: GroupId::parse("3773").expect("it is a group id"),
        ..Group::application(Name::parse("Private Group").expect("it is a name"))
    })
}

/// Returns the group. Its tombstone has no policy, so nothing asks for it.
pub(super) fn group(row: &GroupRow) -> Group {
    Group {
        owner_count: row.owners.into(),
        policy: Policy {
            frozen: row.is_frozen,
            max_members: row.seats.map(|_| SEATS.into()),
            ..Policy::default()
        },
        version: Version::from_number(row.version.into()),
        authority_changed_at: row.authority_changed_at.map(at),
        seats_taken: row.seats.map(u32::from),
        ..known_group().clone()
    }
}

fn invitee(slot: Slot, row: &InviteRow) -> Invitee {
    match (slot, row.max_uses) {
        (_, Some(max)) => Invitee::Link(Link {
            key: "0".repeat(32),
            max_uses: Some(max.into()),
            uses: row.uses.into(),
            allowed_domains: Vec::new(),
            paused: false,
        }),
        (FIRST, None) => {
            let address = EmailAddress::parse("carol@example.com");
            Invitee::Email(address.expect("it is an address"))
        }
        (_, None) => Invitee::Phone(PhoneNumber::parse("+19199993333").expect("it is a number")),
    }
}

fn resolution(ended: Ended) -> Resolution {
    let (end, by) = match ended {
        Ended::Accepted(by) => (End::Accepted, Some(by)),
        Ended::Declined(by) => (End::Declined { reason: None }, by),
        Ended::Revoked => (End::Revoked { reason: RevokeReason::RevokedByMember }, None),
        Ended::Expired => (End::Expired, None),
        Ended::Exhausted => (End::Exhausted, None),
    };
    Resolution { end, at: at(0), by: by.map(user), by_name: None }
}

fn terms(row: &InviteRow) -> Terms {
    let period = MembershipPeriod::parse(HOUR.into()).expect("an hour is a period");
    Terms {
        roles: roles(row.roles),
        identity_policy: IdentityPolicy::Strict,
        message: None,
        metadata: Metadata::default(),
        api_data: ApiData::default(),
        rule: InviteRule::Policy,
        redirect_url: None,
        expires_at: row.expires_at.map(at),
        locale: None,
        membership_expires_in: row.is_temporary.then_some(period),
    }
}

/// Returns the invite.
pub(super) fn invite(slot: Slot, row: &InviteRow) -> Invite {
    let group = known_group().id.clone();
    let invitee = invitee(slot, row);
    Invite {
        id: InviteId::of(&group, &invitee.key(), 0),
        group,
        group_name: String::new(),
        generation: Generation::from_number(row.generation.into()),
        version: Version::from_number(row.version.into()),
        invitee,
        terms: terms(row),
        mailing: Mailing::default(),
        delivery: Delivery::NOT_REQUESTED,
        created_at: at(0),
        created_by: Inviter { id: user(row.creator), name: None },
        granted_by: Granter {
            id: user(row.granter),
            rank: row.granter_rank,
            at: at(row.granted_at),
            until: row.granter_until.map(at),
        },
        request: RequestId::default(),
        requested_at: at(0),
        resends: 0,
        resent_by: None,
        renewal_requested_at: None,
        updated_at: at(0),
        resolution: row.ended.map(resolution),
        anonymized_at: None,
        revised_by: None,
    }
}

/// Returns the row of the invite that the domain changed.
pub(super) fn row(before: &InviteRow, after: &Invite) -> InviteRow {
    let ended = after.resolution.as_ref().map(|Resolution { end, by, .. }| {
        let by = by.as_ref().map(person);
        match end {
            End::Accepted => Ended::Accepted(by.expect("a person accepts")),
            End::Declined { .. } => Ended::Declined(by),
            End::Revoked { .. } => Ended::Revoked,
            End::Expired => Ended::Expired,
            End::Exhausted => Ended::Exhausted,
        }
    });
    InviteRow {
        generation: small(after.generation.number()),
        version: small(after.version.number()),
        ended,
        granter: person(&after.granted_by.id),
        granter_rank: after.granted_by.rank,
        granted_at: seconds(after.granted_by.at),
        granter_until: after.granted_by.until.map(seconds),
        roles: after.terms.roles.rank(),
        is_temporary: after.terms.membership_expires_in.is_some(),
        expires_at: after.terms.expires_at.map(seconds),
        ..*before
    }
}

/// Returns when the membership ends that an acceptance at `now` makes.
pub(super) fn end_of_membership(invite: &InviteRow, now: Seconds) -> Option<Seconds> {
    let end = terms(invite).membership_expires_in?.end(&roles(invite.roles), at(now));
    end.map(seconds)
}
