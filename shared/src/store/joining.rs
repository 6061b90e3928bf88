//! Joining: the claim on the invite, the membership, the use and the seat change together or not at
//! all.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem, Update};

use super::access::{self, Item, Transaction, number, text};
use super::invites::{IS_LIVE, Resolution, SAME_ROLES, incomplete};
use super::items::{self, PointerItem};
use super::{Store, StoreError, keys};
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::identity::Identity;
use crate::domain::ids::UserId;
use crate::domain::invite::{Invite, State};
use crate::domain::invitee::Link;
use crate::domain::member::Member;
use crate::domain::user::User;

/// Somebody's way into a group.
#[derive(Clone, Copy, Debug)]
pub struct Joining<'a> {
    /// The invite, as read; none where the group takes the person without one.
    pub invite: Option<&'a Invite>,
    /// The group, as read.
    pub group: &'a Group,
    /// The membership to be made.
    pub member: &'a Member,
    /// The pending user who becomes the member, and the member's user record as it shall be.
    pub becoming: Option<(&'a User, &'a User)>,
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

/// What a write of the transaction stands for, so that a failed condition has a meaning.
#[derive(Clone, Copy)]
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
    /// Makes the membership, and takes the invite that grants it.
    ///
    /// An uncounted link into a group without a member limit is one put of the member: a link
    /// shared with thousands has no hot item.
    pub async fn join(&self, joining: Joining<'_>) -> Result<JoinOutcome, StoreError> {
        self.add(joining, &[], None).await
    }

    /// Makes the membership, and revokes the pending invites `ended` with it, in the name of `by`.
    pub async fn add(
        &self,
        joining: Joining<'_>,
        ended: &[Invite],
        by: Option<&UserId>,
    ) -> Result<JoinOutcome, StoreError> {
        let mut parts: Vec<(Part, TransactWriteItem)> = Vec::new();
        parts.extend(self.claim(joining)?.map(|write| (Part::Claim, write)));
        for invite in ended {
            let revoked = Resolution { by, ..Resolution::of(invite, State::Revoked, joining.now) };
            parts.push((Part::Claim, self.resolution_update(&revoked)?));
        }
        parts.push((Part::Member, self.put_if_absent(items::from_member(joining.member)?)?));
        parts.extend(self.seat(joining)?.map(|write| (Part::Seat, write)));
        if let Some((pending, user)) = joining.becoming {
            parts.extend(
                self.become_user(pending, user)?.into_iter().map(|write| (Part::User, write)),
            );
        }
        // Who comes without an invite is told apart from an earlier self by the transaction's token
        // alone, where an answer is lost.
        if let ([(Part::Member, _)], Some(_)) = (parts.as_slice(), joining.invite) {
            return self.put_member(joining.member).await;
        }
        let (parts, writes): (Vec<Part>, Vec<TransactWriteItem>) = parts.into_iter().unzip();
        Ok(match self.transact(writes).await? {
            Transaction::Committed => JoinOutcome::Joined,
            Transaction::Refused(failed) => first_refusal(&parts, &failed),
        })
    }

    async fn put_member(&self, member: &Member) -> Result<JoinOutcome, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(items::from_member(member)?));
        let put = put.condition_expression("attribute_not_exists(pk)");
        let joined = access::conditional(|| put.clone().send()).await?;
        Ok(if joined.is_some() { JoinOutcome::Joined } else { JoinOutcome::AlreadyMember })
    }

    /// The write that takes the invite, or one use of a counted link; none for an uncounted link.
    fn claim(&self, joining: Joining<'_>) -> Result<Option<TransactWriteItem>, StoreError> {
        let Joining { invite, member, now, .. } = joining;
        let Some(invite) = invite else { return Ok(None) };
        match invite.invitee.link() {
            None => {
                let of = Resolution::of(invite, State::Accepted, now);
                let accepted =
                    Resolution { by: Some(&member.user), roles: Some(&invite.roles), ..of };
                self.resolution_update(&accepted).map(Some)
            }
            Some(Link { max_uses: None, .. }) => Ok(None),
            Some(Link { max_uses: Some(max), .. }) => self.use_of_link(invite, *max, now).map(Some),
        }
    }

    fn use_of_link(
        &self,
        invite: &Invite,
        max: u32,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let values = Item::from([
            (":one".into(), number(1)),
            (":max".into(), number(max)),
            (":pending".into(), text(State::Pending.as_str())),
            (":generation".into(), number(invite.generation)),
            (":now".into(), number(now.seconds())),
            (":roles".into(), access::roles(&invite.roles)?),
        ]);
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(keys::invite(&invite.group, invite.id).into_item()));
        let update = update.update_expression(
            "SET uses = uses + :one, version = version + :one, updated_at = :now",
        );
        let update = update
            .condition_expression(format!("{IS_LIVE} AND uses < :max AND {SAME_ROLES}"))
            .expression_attribute_names("#state", "state");
        let update = update
            .expression_attribute_names("#roles", "roles")
            .set_expression_attribute_values(Some(values));
        let update = update.build().map_err(incomplete)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// The write on the group, where it counts its members or gains an owner. A group's first owner
    /// is its first, whoever comes at once.
    fn seat(&self, joining: Joining<'_>) -> Result<Option<TransactWriteItem>, StoreError> {
        let counted = joining.group.seats_taken.is_some();
        let owners = u32::from(joining.member.roles.is_owner());
        if !counted && owners == 0 {
            return Ok(None);
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
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(keys::group(&joining.group.id).into_item()));
        let update =
            update.update_expression(format!("SET owner_count = owner_count + :owners{counts}"));
        let first = if first { " AND owner_count = :none" } else { "" };
        let update = update
            .condition_expression(format!("#state = :active{first}{free}"))
            .expression_attribute_names("#state", "state");
        let update =
            if counted { update.expression_attribute_names("#policy", "policy") } else { update };
        let update =
            update.set_expression_attribute_values(Some(values)).build().map_err(incomplete)?;
        Ok(Some(TransactWriteItem::builder().update(update).build()))
    }

    /// The writes that turn the pending user into the member's own record, and give it the address.
    fn become_user(
        &self,
        pending: &User,
        user: &User,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let pending_key = keys::user(&pending.id).into_item();
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(pending_key))
            .condition_expression("#state = :pending");
        let delete = delete
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":pending", text("pending"));
        let mut writes = vec![
            TransactWriteItem::builder().delete(delete.build().map_err(incomplete)?).build(),
            self.put_user_version(user)?,
        ];
        for identity in pending.profile.identities() {
            writes.push(self.hand_over(&identity, pending, user)?);
        }
        Ok(writes)
    }

    /// Points `identity` from the pending user to `user`, or to nobody where `user` does not list
    /// it.
    fn hand_over(
        &self,
        identity: &Identity,
        pending: &User,
        user: &User,
    ) -> Result<TransactWriteItem, StoreError> {
        let key = keys::pointer(identity);
        let held = ("#user = :pending", ":pending", text(pending.id.as_str()));
        let write = TransactWriteItem::builder();
        if user.profile.identities().contains(identity) {
            let item = access::write(&PointerItem::new(key, &user.id), "pointer")?;
            let put = Put::builder()
                .table_name(&self.table)
                .set_item(Some(item))
                .condition_expression(held.0);
            let put = put
                .expression_attribute_names("#user", "user")
                .expression_attribute_values(held.1, held.2);
            return Ok(write.put(put.build().map_err(incomplete)?).build());
        }
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key.into_item()))
            .condition_expression(held.0);
        let delete = delete
            .expression_attribute_names("#user", "user")
            .expression_attribute_values(held.1, held.2);
        Ok(write.delete(delete.build().map_err(incomplete)?).build())
    }
}

/// The refusal of the first failed part: the claim before the membership, the membership before the
/// seat.
fn first_refusal(parts: &[Part], failed: &[bool]) -> JoinOutcome {
    let first =
        parts.iter().zip(failed).find(|(_, failed)| **failed).map(|(part, _)| part.refusal());
    first.unwrap_or(JoinOutcome::InviteChanged)
}
