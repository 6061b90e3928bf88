//! Joining: the claim on the invite, the membership, the use and the seat change together or not at
//! all.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;

use super::access::{self, Item, number, text};
use super::invites::{IS_PENDING, SAME_ROLES};
use super::items::{self, PointerItem};
use super::transaction::Transaction;
use super::{Store, StoreError, keys};
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::identity::Identity;
use crate::domain::invite::{Invite, State, Transition};
use crate::domain::invitee::Link;
use crate::domain::member::Member;
use crate::domain::user::User;

/// What lets somebody in.
#[derive(Clone, Copy, Debug)]
pub enum Claim<'a> {
    /// An invite, which is accepted by it.
    Invite(&'a Transition),
    /// A link, as read. A counted link loses a use.
    Link(&'a Invite),
    /// The group itself, or an owner of it: there is no invite.
    Group,
}

/// Somebody's way into a group.
#[derive(Clone, Copy, Debug)]
pub struct Joining<'a> {
    /// What lets the person in.
    pub claim: Claim<'a>,
    /// The group, as read.
    pub group: &'a Group,
    /// The membership to be made.
    pub member: &'a Member,
    /// The pending user who becomes the member, and the member's user record as it shall be.
    pub becoming: Option<(&'a User, &'a User)>,
    /// The person's other invites, which end with it.
    pub ended: &'a [Transition],
    /// The present.
    pub now: Timestamp,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinOutcome {
    /// The membership exists, and the invite shows it.
    Joined,
    /// The person was a member before; nothing changed.
    AlreadyMember,
    /// The invite is no longer what was read: resolved, expired, used up, with other roles, or of
    /// another generation; nothing changed.
    InviteChanged,
    /// No seat is free, the group is gone, or it got its first owner meanwhile; nothing changed.
    GroupRefused,
    /// A user record changed meanwhile: read again; nothing changed.
    UserChanged,
}

/// What a write of the transaction is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Claim,
    Member,
    Seat,
    User,
}

impl Part {
    fn refusal(self) -> JoinOutcome {
        match self {
            Self::Claim => JoinOutcome::InviteChanged,
            Self::Member => JoinOutcome::AlreadyMember,
            Self::Seat => JoinOutcome::GroupRefused,
            Self::User => JoinOutcome::UserChanged,
        }
    }
}

/// True of a group that may have any number of members.
const NO_LIMIT: &str =
    "attribute_not_exists(#policy.max_members) OR attribute_type(#policy.max_members, :null)";

impl Store {
    /// Makes the membership, takes the invite that grants it, and ends the person's other invites.
    ///
    /// An uncounted link into a group without a member limit is one put of the member: a link
    /// shared with thousands has no hot item.
    ///
    /// # Errors
    /// `Unavailable` and `Refused` where the table does not take the write.
    pub async fn join(&self, joining: Joining<'_>) -> Result<JoinOutcome, StoreError> {
        let member = self.put_if_absent(items::from_member(joining.member)?);
        let claim = self.claim(joining)?;
        let seat = self.seat(joining);
        // A member without an invite id has nothing to compare on retry, so only the
        // `ClientRequestToken` of a transaction makes that write idempotent.
        let by_invite = joining.member.invite.is_some();
        let alone = joining.ended.is_empty() && joining.becoming.is_none();
        if alone && by_invite && claim.is_none() && seat.is_none() {
            return Ok(match self.put_alone(member).await? {
                true => JoinOutcome::Joined,
                false => JoinOutcome::AlreadyMember,
            });
        }
        let mut transaction = self.transaction();
        if let Some(claim) = claim {
            transaction.add(Part::Claim, claim)?;
        }
        for ended in joining.ended {
            transaction.add(Part::Claim, self.ending(ended)?)?;
        }
        transaction.add(Part::Member, member)?;
        if let Some(seat) = seat {
            transaction.add(Part::Seat, seat)?;
        }
        if let Some((pending, user)) = joining.becoming {
            self.become_user(&mut transaction, pending, user)?;
        }
        // The claim decides before the membership, and the membership before the seat.
        Ok(match transaction.commit().await? {
            Ok(()) => JoinOutcome::Joined,
            Err(refused) => refused.first().map_or(JoinOutcome::InviteChanged, Part::refusal),
        })
    }

    /// Returns the write that takes the invite, or one use of a counted link. `None` for an
    /// uncounted link, and without an invite.
    fn claim(&self, joining: Joining<'_>) -> Result<Option<UpdateBuilder>, StoreError> {
        match joining.claim {
            Claim::Group => Ok(None),
            Claim::Invite(accepted) => self.ending(accepted).map(Some),
            Claim::Link(invite) => match invite.invitee.link() {
                Some(Link { max_uses: Some(max), .. }) => {
                    self.use_of_link(invite, *max, joining.now).map(Some)
                }
                Some(Link { max_uses: None, .. }) | None => Ok(None),
            },
        }
    }

    fn use_of_link(
        &self,
        invite: &Invite,
        max: u32,
        now: Timestamp,
    ) -> Result<UpdateBuilder, StoreError> {
        let values = Item::from([
            (":one".into(), number(1)),
            (":max".into(), number(max)),
            (":pending".into(), text(State::Pending.as_str())),
            (":generation".into(), number(invite.generation)),
            (":now".into(), number(now.seconds())),
            (":roles".into(), access::roles(&invite.terms.roles)?),
        ]);
        Ok(self
            .update(keys::invite(&invite.group, invite.id))
            .update_expression(
                "SET uses = uses + :one, version = version + :one, updated_at = :now",
            )
            .condition_expression(format!("{IS_PENDING} AND uses < :max AND {SAME_ROLES}"))
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#roles", "roles")
            .set_expression_attribute_values(Some(values)))
    }

    /// Returns the write on the group, where it counts its members or gains an owner. A group's
    /// first owner is its first, also where several people join at once.
    fn seat(&self, joining: Joining<'_>) -> Option<UpdateBuilder> {
        let counted = joining.group.seats_taken.is_some();
        let owners = u32::from(joining.member.roles.is_owner());
        if !counted && owners == 0 {
            return None;
        }
        let first = owners > 0 && joining.group.owner_count == 0;
        let mut values =
            Item::from([(":active".into(), text("active")), (":owners".into(), number(owners))]);
        values.extend(first.then(|| (":none".into(), number(0))));
        values.extend(counted.then(|| (":one".into(), number(1))));
        values.extend(counted.then(|| (":null".into(), text("NULL"))));
        let counts = if counted { ", seats_taken = seats_taken + :one" } else { "" };
        // The limit as it is at the write: it may have been lowered since it was read.
        let free = if counted {
            format!(" AND ({NO_LIMIT} OR seats_taken < #policy.max_members)")
        } else {
            String::new()
        };
        let first = if first { " AND owner_count = :none" } else { "" };
        let update = self
            .update(keys::group(&joining.group.id))
            .update_expression(format!("SET owner_count = owner_count + :owners{counts}"))
            .condition_expression(format!("#state = :active{first}{free}"))
            .expression_attribute_names("#state", "state")
            .set_expression_attribute_values(Some(values));
        Some(if counted { update.expression_attribute_names("#policy", "policy") } else { update })
    }

    /// Adds the writes that turn the pending user into the member's own record, and give that
    /// record the address.
    fn become_user(
        &self,
        transaction: &mut Transaction<'_, Part>,
        pending: &User,
        user: &User,
    ) -> Result<(), StoreError> {
        transaction.add(Part::User, self.delete_pending_user(pending))?;
        transaction.add(Part::User, self.put_user_version(user)?)?;
        for identity in pending.profile.identities() {
            self.hand_over(transaction, &identity, pending, user)?;
        }
        Ok(())
    }

    /// Points `identity` from the pending user to `user`, or to nobody where `user` does not list
    /// it.
    fn hand_over(
        &self,
        transaction: &mut Transaction<'_, Part>,
        identity: &Identity,
        pending: &User,
        user: &User,
    ) -> Result<(), StoreError> {
        const HELD: &str = "#user = :pending";
        let key = keys::pointer(identity);
        let held_by = text(pending.id.as_str());
        if user.profile.identities().contains(identity) {
            let item = access::write(&PointerItem::new(key, &user.id), "pointer")?;
            let put = self.put(item).condition_expression(HELD);
            let put = put.expression_attribute_names("#user", "user");
            return transaction
                .add(Part::User, put.expression_attribute_values(":pending", held_by));
        }
        let delete = self.delete(key).condition_expression(HELD);
        let delete = delete.expression_attribute_names("#user", "user");
        transaction.add(Part::User, delete.expression_attribute_values(":pending", held_by))
    }
}
