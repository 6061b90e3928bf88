//! Joining a group: the invite, the membership, the use of a link and the seat change together or
//! not at all.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;

use super::access::{self, Item, number, text};
use super::invites::{IS_PENDING, SameGrant};
use super::items::{self, PointerItem};
use super::transaction::{Refused, Transaction};
use super::{Right, Store, StoreError, keys};
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::identity::Identity;
use crate::domain::invite::{Invite, State, Transition};
use crate::domain::invitee::Link;
use crate::domain::member::Member;
use crate::domain::user::User;

/// The entitlement to join a group.
#[derive(Clone, Copy, Debug)]
pub enum Claim<'a> {
    /// An invite, which this accepts.
    Invite(&'a Transition),
    /// A link, as read. Joining takes one use of a counted link.
    Link(&'a Invite),
    /// There is no invite: the group lets anyone join, or an owner adds the member.
    Group,
}

/// A person who joins a group, with the records that the decision was based on.
#[derive(Clone, Copy, Debug)]
pub struct Joining<'a> {
    /// The person's entitlement to join.
    pub claim: Claim<'a>,
    /// The group, as read.
    pub group: &'a Group,
    /// The new membership.
    pub member: &'a Member,
    /// The pending user who becomes the member, and the member's new user record.
    pub becoming: Option<(&'a User, &'a User)>,
    /// The person's other invites, which end in the same transaction.
    pub ended: &'a [Transition],
    /// The right of the actor who adds the person. [`Right::Own`] for a person who joins.
    pub right: Right<'a>,
    /// The current time.
    pub now: Timestamp,
}

/// The outcome of joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinOutcome {
    /// The person joined.
    Joined,
    /// The person is already a member. Nothing changed.
    AlreadyMember,
    /// The invite is no longer as it was read: it has ended or expired, is used up, or has other
    /// roles, another period of membership or another generation. Nothing changed.
    InviteChanged,
    /// The group has no free seat, was deleted, or got its first owner meanwhile. Nothing changed.
    GroupRefused,
    /// A user record has changed since it was read. Nothing changed; the caller should read it
    /// again.
    UserChanged,
    /// The actor's right has changed since it was read. Nothing changed.
    ActorChanged,
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Accepts the invite, or takes one use of the link.
    Claim,
    /// Ends another invite of the person.
    Ended,
    /// Creates the membership.
    Member,
    /// Counts the member in the group.
    Seat,
    /// Replaces the pending user.
    User,
    /// Checks the right of the actor who adds the person.
    Actor,
}

/// Holds for a group without a member limit.
const UNLIMITED: &str =
    "attribute_not_exists(#policy.max_members) OR attribute_type(#policy.max_members, :null)";

impl Store {
    /// Creates the membership, accepts the invite or takes a use of the link, and ends the person's
    /// other invites.
    ///
    /// An uncounted link into a group without a member limit needs a single put of the member. A
    /// link that thousands of people share thus has no hot item.
    ///
    /// # Errors
    /// `Unavailable`, `Refused` or `Corrupt`.
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
            transaction.add(Part::Ended, self.ending(ended)?)?;
        }
        transaction.add(Part::Member, member)?;
        if let Some(seat) = seat {
            transaction.add(Part::Seat, seat)?;
        }
        if let Some((pending, user)) = joining.becoming {
            self.replace_pending_user(&mut transaction, pending, user)?;
        }
        // An item may occur in a transaction once. The first member of a group without an owner
        // becomes its owner, so the group's write already checks the right of an app.
        if !matches!(joining.right, Right::App(_)) {
            transaction.add_check(Part::Actor, self.check(joining.right)?)?;
        }
        Ok(match transaction.commit().await? {
            Ok(()) => JoinOutcome::Joined,
            Err(refused) => outcome(&refused),
        })
    }

    /// Returns the write of [`Part::Claim`]. `None` for an uncounted link, and without an invite.
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
        let SameGrant { condition: same_grant, names, mut values } = SameGrant::of(&invite.terms)?;
        values.extend([
            (":one".into(), number(1)),
            (":max".into(), number(max)),
            (":pending".into(), text(State::Pending.as_str())),
            (":generation".into(), number(invite.generation)),
            (":now".into(), number(now.seconds())),
            // A function whose clock is late must not turn back the time that it read.
            (":at".into(), number(now.max(invite.updated_at).seconds())),
        ]);
        Ok(self
            .update(keys::invite(&invite.group, invite.id))
            .update_expression("SET uses = uses + :one, version = version + :one, updated_at = :at")
            .condition_expression(format!(
                "{IS_PENDING} AND uses < :max AND {same_grant} AND attribute_not_exists(paused)"
            ))
            .set_expression_attribute_names(Some(names.into()))
            .expression_attribute_names("#state", "state")
            .set_expression_attribute_values(Some(values)))
    }

    /// Returns the write on the group. `None` if the group counts no seats and the member is no
    /// owner.
    ///
    /// Only one member can become the first owner, even if several people join at once.
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
        // The condition uses the stored limit, because it may have been lowered since the group was
        // read.
        let free = if counted {
            format!(" AND ({UNLIMITED} OR seats_taken < #policy.max_members)")
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

    /// Adds the writes that replace the pending user with the member's own record, and give that
    /// record the identities of the pending user.
    fn replace_pending_user(
        &self,
        transaction: &mut Transaction<'_, Part>,
        pending: &User,
        user: &User,
    ) -> Result<(), StoreError> {
        transaction.add(Part::User, self.delete_pending_user(pending))?;
        transaction.add(Part::User, self.put_user_version(user)?)?;
        for identity in pending.profile.identities() {
            self.move_pointer(transaction, &identity, pending, user)?;
        }
        Ok(())
    }

    /// Moves the pointer of `identity` from the pending user to `user`, or deletes it if `user`
    /// does not list that identity.
    fn move_pointer(
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
            let item = access::write(&PointerItem::new(key, user), "pointer")?;
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

/// Returns the outcome of a refused transaction. If several writes were refused, the actor decides
/// before the invites, these before the membership, and the membership before the seat.
fn outcome(refused: &Refused<Part>) -> JoinOutcome {
    if refused.has(Part::Actor) {
        JoinOutcome::ActorChanged
    } else if refused.has(Part::Claim) || refused.has(Part::Ended) {
        JoinOutcome::InviteChanged
    } else if refused.has(Part::Member) {
        JoinOutcome::AlreadyMember
    } else if refused.has(Part::Seat) {
        JoinOutcome::GroupRefused
    } else {
        JoinOutcome::UserChanged
    }
}
