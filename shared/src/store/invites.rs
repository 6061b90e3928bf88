//! Invites: read with what a decision needs, created by one conditional write, and moved between
//! states by another.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValue, TransactWriteItem, Update};

use super::access::{self, Item, number, text};
use super::items::{self, PointerItem};
use super::{PutInvitesOutcome, Store, StoreError, keys};
use crate::domain::clock::Timestamp;
use crate::domain::group::Group;
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invite::{Delivery, Generation, Invite, State};
use crate::domain::member::Member;
use crate::domain::role::Roles;
use crate::domain::text::Message;
use crate::domain::user::User;

/// What making an invite is decided on: one round trip, all as last written.
#[derive(Debug)]
pub struct CreateReads {
    /// The group, if it lives.
    pub group: Option<Group>,
    /// The inviter's membership.
    pub inviter: Option<Member>,
    /// What stands under the invite's own id.
    pub existing: Option<Invite>,
    /// The invited user's own membership, where a user id is invited.
    pub invited_member: Option<Member>,
    /// The invited user, where a user id is invited.
    pub invited_user: Option<User>,
    /// The user who holds the invited address, number or account.
    pub holder: Option<UserId>,
}

/// What became of the one write that makes an invite.
#[derive(Debug)]
pub enum PutInviteOutcome {
    /// It is made.
    Created,
    /// Somebody was faster: this is what stands under the id now.
    Occupied(Box<Invite>),
    /// The pending user exists by now: read again, and put the invite without it.
    UserTaken,
}

/// What became of a move to a final state.
#[derive(Debug)]
pub enum ResolveOutcome {
    /// The invite as it is now.
    Done(Box<Invite>),
    /// It was no longer pending, in time, or of that generation: this is what was found.
    Lost(Option<Box<Invite>>),
}

/// A move of a pending invite to a final state.
pub(super) struct Resolution<'a> {
    pub(super) group: &'a GroupId,
    pub(super) id: InviteId,
    pub(super) generation: Generation,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) to: State,
    pub(super) by: Option<&'a UserId>,
    pub(super) reason: Option<&'a Message>,
    /// The roles that the invite must still grant, where somebody gets them by the move.
    pub(super) roles: Option<&'a Roles>,
    pub(super) now: Timestamp,
}

/// True of an invite that still grants the roles that were read: they can be changed while it is
/// pending.
pub(super) const SAME_ROLES: &str = "#roles = :roles";

/// True of a pending invite of the expected generation whose time has not passed.
pub(super) const IS_LIVE: &str = "#state = :pending AND generation = :generation AND (attribute_not_exists(expires_at) OR expires_at > :now)";

impl<'a> Resolution<'a> {
    /// The move of this invite, as read, to `to`, by nobody in particular and for no reason given.
    pub(super) fn of(invite: &'a Invite, to: State, now: Timestamp) -> Self {
        let Invite { group, id, generation, expires_at, .. } = invite;
        Self {
            group,
            id: *id,
            generation: *generation,
            expires_at: *expires_at,
            to,
            by: None,
            reason: None,
            roles: None,
            now,
        }
    }

    pub(super) fn expression(&self) -> String {
        let by = if self.by.is_some() { ", resolved_by = :by" } else { "" };
        let reason = if self.reason.is_some() { ", decline_reason = :reason" } else { "" };
        format!(
            "SET #state = :to, by_group_sk = :sort, by_invitee_sk = :sort, resolved_at = :now, updated_at = :now, version = version + :one{by}{reason} \
             REMOVE outbox"
        )
    }

    fn condition(&self) -> String {
        if self.roles.is_some() {
            format!("{IS_LIVE} AND {SAME_ROLES}")
        } else {
            IS_LIVE.to_owned()
        }
    }

    /// Reserved words (DynamoDB, "Reserved words") stand under another name.
    fn names(&self) -> HashMap<String, String> {
        let names = ["state"].into_iter().chain(self.roles.map(|_| "roles"));
        names.map(|name| (format!("#{name}"), name.to_owned())).collect()
    }

    pub(super) fn values(&self) -> Result<Item, StoreError> {
        let mut values = Item::from([
            (":to".into(), text(self.to.as_str())),
            (":sort".into(), text(keys::list_sort(self.to, self.expires_at, self.id))),
            (":now".into(), number(self.now.seconds())),
            (":one".into(), number(1)),
            (":pending".into(), text(State::Pending.as_str())),
            (":generation".into(), number(self.generation)),
        ]);
        values.extend(self.by.map(|user| (":by".into(), text(user.as_str()))));
        values.extend(self.reason.map(|reason| (":reason".into(), text(reason.as_str()))));
        values.extend(
            self.roles.map(access::roles).transpose()?.map(|roles| (":roles".into(), roles)),
        );
        Ok(values)
    }

    pub(super) fn key(&self) -> Item {
        keys::invite(self.group, self.id).into_item()
    }
}

impl Store {
    /// Everything that making the invite `id` by `inviter` is decided on. `identity` is what the
    /// invitee must prove, `invited_user` the user who is invited by id.
    pub async fn read_for_create(
        &self,
        group: &GroupId,
        inviter: &UserId,
        id: InviteId,
        identity: Option<&Identity>,
        invited_user: Option<&UserId>,
    ) -> Result<CreateReads, StoreError> {
        let (group_key, inviter_key, invite_key) =
            (keys::group(group), keys::member(group, inviter), keys::invite(group, id));
        let pointer_key = identity.map(keys::pointer);
        // Nobody invites themselves, and a batch may not name one key twice.
        let member_key =
            invited_user.map(|user| keys::member(group, user)).filter(|key| *key != inviter_key);
        let user_key = invited_user.map(keys::user);
        let wanted = [group_key.clone(), inviter_key.clone(), invite_key.clone()].into_iter();
        let wanted = wanted
            .chain(pointer_key.clone())
            .chain(member_key.clone())
            .chain(user_key.clone())
            .collect();
        let mut found = self.get_many(wanted).await?;
        let pointer = pointer_key
            .and_then(|key| found.remove(&key))
            .map(|item| access::read::<PointerItem>(item, "pointer"))
            .transpose()?;
        Ok(CreateReads {
            group: self.live_group(group, found.remove(&group_key))?,
            inviter: found.remove(&inviter_key).map(items::to_member).transpose()?,
            existing: found.remove(&invite_key).map(items::to_invite).transpose()?,
            invited_member: member_key
                .and_then(|key| found.remove(&key))
                .map(items::to_member)
                .transpose()?,
            invited_user: user_key
                .and_then(|key| found.remove(&key))
                .map(items::to_user)
                .transpose()?,
            holder: pointer.map(|pointer| pointer.user),
        })
    }

    /// Makes the invite, if under its id stands nothing, or a dead invite of exactly the generation
    /// before.
    ///
    /// `pending_user` is made with it, all or nothing, where the invite is for somebody new.
    pub async fn put_invite(
        &self,
        invite: &Invite,
        pending_user: Option<&User>,
    ) -> Result<PutInviteOutcome, StoreError> {
        if let Some(user) = pending_user {
            return match self.put_invites(std::slice::from_ref(invite), Some(user)).await? {
                PutInvitesOutcome::Written => Ok(PutInviteOutcome::Created),
                PutInvitesOutcome::Changed => self.occupant(invite).await,
                PutInvitesOutcome::UserTaken => Ok(PutInviteOutcome::UserTaken),
            };
        }
        let put = self.vacant_put(invite)?;
        let request = self.client.put_item().table_name(&self.table).set_item(Some(put.item));
        let request = request.set_condition_expression(put.condition_expression);
        let request = request.set_expression_attribute_names(put.expression_attribute_names);
        let request = request.set_expression_attribute_values(put.expression_attribute_values);
        match access::conditional(|| request.clone().send()).await? {
            Some(_) => Ok(PutInviteOutcome::Created),
            None => self.occupant(invite).await,
        }
    }

    /// The put of the invite, on the condition that under its id stands nothing, or a dead invite
    /// of exactly the generation before.
    pub(super) fn vacant_put(&self, invite: &Invite) -> Result<Put, StoreError> {
        let (condition, values) = vacancy(invite);
        let names =
            (invite.generation > 1).then(|| [("#state".to_owned(), "state".to_owned())].into());
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(items::from_invite(invite)?))
            .condition_expression(condition);
        put.set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build()
            .map_err(incomplete)
    }

    async fn occupant(&self, invite: &Invite) -> Result<PutInviteOutcome, StoreError> {
        let found = self.invite(&invite.group, invite.id).await?;
        found
            .map(|found| PutInviteOutcome::Occupied(Box::new(found)))
            .ok_or_else(|| StoreError::Unavailable("the winner of a race is gone".into()))
    }

    pub(super) fn put_if_absent(&self, item: Item) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .build();
        Ok(TransactWriteItem::builder().put(put.map_err(incomplete)?).build())
    }

    /// The invite, as last written.
    pub async fn invite(
        &self,
        group: &GroupId,
        id: InviteId,
    ) -> Result<Option<Invite>, StoreError> {
        self.get(keys::invite(group, id)).await?.map(items::to_invite).transpose()
    }

    /// The invites under these ids, as last written; absent ones are left out.
    pub async fn invites(
        &self,
        group: &GroupId,
        ids: &[InviteId],
    ) -> Result<Vec<Invite>, StoreError> {
        let found = self.get_many(ids.iter().map(|id| keys::invite(group, *id)).collect()).await?;
        found.into_values().map(items::to_invite).collect()
    }

    /// Whether an invite of this id, in any state, leads into one of the groups (at most 100).
    pub async fn any_has_invite(
        &self,
        groups: &[GroupId],
        id: InviteId,
    ) -> Result<bool, StoreError> {
        let found =
            self.get_many(groups.iter().map(|group| keys::invite(group, id)).collect()).await?;
        Ok(!found.is_empty())
    }

    /// The invite together with its group, if that lives, as last written.
    pub async fn invite_and_group(
        &self,
        group: &GroupId,
        id: InviteId,
    ) -> Result<(Option<Invite>, Option<Group>), StoreError> {
        let (invite_key, group_key) = (keys::invite(group, id), keys::group(group));
        let mut found = self.get_many(vec![invite_key.clone(), group_key.clone()]).await?;
        let invite = found.remove(&invite_key).map(items::to_invite).transpose()?;
        Ok((invite, self.live_group(group, found.remove(&group_key))?))
    }

    /// Moves the invite, if it is pending, in time and of its generation, to `to`, a final state.
    pub async fn resolve(
        &self,
        invite: &Invite,
        to: State,
        by: Option<&UserId>,
        reason: Option<&Message>,
        now: Timestamp,
    ) -> Result<ResolveOutcome, StoreError> {
        let resolution = Resolution { by, reason, ..Resolution::of(invite, to, now) };
        match self.send_resolution(&resolution, IS_LIVE, resolution.values()?).await? {
            Some(resolved) => Ok(ResolveOutcome::Done(Box::new(resolved))),
            None => {
                Ok(ResolveOutcome::Lost(self.invite(&invite.group, invite.id).await?.map(Box::new)))
            }
        }
    }

    /// Writes a counted link down as exhausted, if its uses are taken. What it is in every read
    /// already, lists then show by key.
    ///
    /// Gives the link as written; none where it was not pending any more, or has uses left.
    pub async fn mark_exhausted(
        &self,
        invite: &Invite,
        now: Timestamp,
    ) -> Result<Option<Invite>, StoreError> {
        let Some(max) = invite.invitee.link().and_then(|link| link.max_uses) else {
            return Ok(None);
        };
        let resolution = Resolution::of(invite, State::Exhausted, now);
        let mut values = resolution.values()?;
        values.insert(":max".into(), number(max));
        self.send_resolution(&resolution, &format!("{IS_LIVE} AND uses >= :max"), values).await
    }

    /// The invite as the move left it; none where the condition did not hold.
    async fn send_resolution(
        &self,
        resolution: &Resolution<'_>,
        condition: &str,
        values: Item,
    ) -> Result<Option<Invite>, StoreError> {
        let update =
            self.client.update_item().table_name(&self.table).set_key(Some(resolution.key()));
        let update =
            update.update_expression(resolution.expression()).condition_expression(condition);
        let update = update
            .expression_attribute_names("#state", "state")
            .set_expression_attribute_values(Some(values));
        let update = update.return_values(ReturnValue::AllNew);
        let Some(answer) = access::conditional(|| update.clone().send()).await? else {
            return Ok(None);
        };
        let item = answer
            .attributes
            .ok_or_else(|| StoreError::Refused("no attributes in the answer".into()))?;
        items::to_invite(item).map(Some)
    }

    /// Writes what of a pending invite can be changed, if nothing has changed in it since the
    /// version before; whether it was so.
    pub async fn update_invite(&self, invite: &Invite, now: Timestamp) -> Result<bool, StoreError> {
        let whole = items::from_invite(invite)?;
        let mut values = Item::from([
            (":pending".into(), text(State::Pending.as_str())),
            (":generation".into(), number(invite.generation)),
            (":now".into(), number(now.seconds())),
            (":before".into(), number(invite.version - 1)),
        ]);
        let mut names = HashMap::from([("#state".to_owned(), "state".to_owned())]);
        let fields = &["roles", "redirect_url", "api_data", "updated_at", "version"];
        let expression = access::write_fields(&whole, fields, &mut names, &mut values);
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::invite(&invite.group, invite.id).into_item()));
        let update = update.update_expression(expression);
        let update = update.condition_expression(format!("{IS_LIVE} AND version = :before"));
        let update = update
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        Ok(access::conditional(|| update.clone().send()).await?.is_some())
    }

    /// Writes down what became of a mail: only where that generation's mail is still due, and no
    /// other was asked for meanwhile.
    ///
    /// Nothing happens where it is not: another delivery of the same stream record has written it
    /// down.
    pub async fn mark_delivery(
        &self,
        invite: &Invite,
        delivery: &Delivery,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let delivery_value = serde_dynamo::to_attribute_value::<_, AttributeValue>(delivery);
        let delivery_value = delivery_value.map_err(|error| StoreError::Corrupt {
            item: "delivery",
            problem: error.to_string(),
        })?;
        let sent = if delivery.state == crate::domain::invite::DeliveryState::Sent {
            ", last_sent_at = :now"
        } else {
            ""
        };
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::invite(&invite.group, invite.id).into_item()));
        let update = update
            .update_expression(format!("SET delivery = :delivery, updated_at = :now, version = version + :one{sent} REMOVE outbox"))
            .condition_expression("generation = :generation AND send_count = :asked AND delivery.#state = :queued")
            .expression_attribute_values(":delivery", delivery_value)
            .expression_attribute_values(":now", number(now.seconds()))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":generation", number(invite.generation))
            .expression_attribute_values(":asked", number(invite.send_count))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":queued", text("queued"));
        access::conditional(|| update.clone().send()).await.map(|_| ())
    }

    pub(super) fn resolution_update(
        &self,
        resolution: &Resolution<'_>,
    ) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder().table_name(&self.table).set_key(Some(resolution.key()));
        let update = update
            .update_expression(resolution.expression())
            .condition_expression(resolution.condition());
        let update = update.set_expression_attribute_names(Some(resolution.names()));
        let update = update
            .set_expression_attribute_values(Some(resolution.values()?))
            .build()
            .map_err(incomplete)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// What must hold for the invite to be made under its id.
fn vacancy(invite: &Invite) -> (&'static str, Option<Item>) {
    if invite.generation == 1 {
        return ("attribute_not_exists(pk)", None);
    }
    let values = Item::from([
        (":key".into(), text(invite.invitee.key())),
        (":before".into(), number(invite.generation - 1)),
        (":pending".into(), text(State::Pending.as_str())),
        (":now".into(), number(invite.created_at.seconds())),
    ]);
    (
        "invitee_key = :key AND generation = :before AND (#state <> :pending OR expires_at <= :now)",
        Some(values),
    )
}

/// A builder's complaint: a mistake of ours.
pub(super) fn incomplete(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Refused(error.to_string())
}
