//! What a record of the table's stream tells: the event, and the change that has consequences.

use serde::Deserialize;
use serde_dynamo::{Item, from_item};

use super::event::{EventItem, event};
use super::group::{GroupItem, stored_group};
use super::invite::{InviteItem, invite};
use super::member::{MemberItem, member};
use super::opening::{OpeningItem, opening};
use crate::domain::change::{Change, ChangeRecord};
use crate::domain::event::Event;
use crate::domain::ids::UserId;
use crate::domain::invite::{DeliveryState, Invite};
use crate::domain::news::News;
use crate::domain::token::TokenSubject;
use crate::store::{StoreError, StoredGroup};

/// The attribute that names an item's type.
#[derive(Deserialize)]
struct TypeItem {
    #[serde(rename = "type")]
    kind: ItemType,
}

/// The types of items whose changes the stream tells. Others are unreadable.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum ItemType {
    Invite,
    Member,
    Group,
    User,
    Event,
    Opening,
}

/// The part of a user's item that says whether the person takes invites.
#[derive(Deserialize)]
struct RefusalItem {
    id: String,
    profile: RefusalProfile,
}

#[derive(Deserialize)]
struct RefusalProfile {
    #[serde(default)]
    refuses_invites: bool,
}

/// Returns what the images before and after a write tell. An empty image means that there was no
/// item. `mark` identifies the record of the stream.
///
/// # Errors
/// `Corrupt` for an image that is not readable.
pub(crate) fn change_record(old: Item, new: Item, mark: &str) -> Result<ChangeRecord, StoreError> {
    let present = if new.is_empty() { old.clone() } else { new.clone() };
    let TypeItem { kind } = read(present)?;
    match kind {
        ItemType::Invite => of_invite(old, new),
        ItemType::Member => of_member(old, new, mark),
        ItemType::User => of_user(old, new),
        ItemType::Group => of_group(old, new),
        ItemType::Opening => {
            let opening = opening(read::<OpeningItem>(new)?)?;
            let event = Some(Event::invite_opened(&opening));
            Ok(ChangeRecord { event, ..ChangeRecord::default() })
        }
        ItemType::Event => {
            let item = read::<EventItem>(new)?;
            // Those that the stream's function wrote were published with their record.
            let is_of_act = item.with_act == Some(true);
            let recorded = event(item)?;
            let event = is_of_act.then_some(recorded);
            Ok(ChangeRecord { event, is_recorded: true, ..ChangeRecord::default() })
        }
    }
}

fn of_invite(old: Item, new: Item) -> Result<ChangeRecord, StoreError> {
    let read_invite = |image| read::<InviteItem>(image).and_then(invite);
    let before = some(old).map(read_invite).transpose()?;
    // No consequences, because nobody can accept an invite that is gone.
    let Some(new) = some(new) else { return Ok(ChangeRecord::default()) };
    let after = read_invite(new)?;
    let event = Event::of_invite(before.as_ref(), &after);
    let news = News::of(before.as_ref(), &after);
    Ok(ChangeRecord { event, is_recorded: false, change: pending(after), news })
}

/// Returns the change of an invite that was created, or changed while it is pending. The outcome of
/// its mail is none.
fn pending(invite: Invite) -> Option<Change> {
    let has_outcome = match invite.delivery.state {
        DeliveryState::NotRequested | DeliveryState::Queued => false,
        DeliveryState::Sent
        | DeliveryState::Delayed
        | DeliveryState::Delivered
        | DeliveryState::Bounced
        | DeliveryState::Complained
        | DeliveryState::Failed
        | DeliveryState::Suppressed => true,
    };
    let Invite { group, id, generation, resolution, .. } = invite;
    let subject = TokenSubject { group, invite: id, generation };
    (resolution.is_none() && !has_outcome).then_some(Change::InvitePending(subject))
}

fn of_member(old: Item, new: Item, mark: &str) -> Result<ChangeRecord, StoreError> {
    let read_member = |image| read::<MemberItem>(image).and_then(member);
    let before = some(old).map(read_member).transpose()?;
    let after = some(new).map(read_member).transpose()?;
    Ok(match (before, after) {
        (None, None) => ChangeRecord::default(),
        (None, Some(joined)) => ChangeRecord {
            event: Some(Event::member_joined(&joined, mark)),
            change: Some(Change::Joined(joined)),
            ..ChangeRecord::default()
        },
        // The event was written with the act.
        (Some(removed), None) => consequence(Change::MemberRemoved(removed)),
        (Some(before), Some(after)) => {
            let (before, after) = (Box::new(before), Box::new(after));
            consequence(Change::MemberChanged { before, after })
        }
    })
}

fn of_user(old: Item, new: Item) -> Result<ChangeRecord, StoreError> {
    let before = some(old).map(read::<RefusalItem>).transpose()?;
    let after = some(new).map(read::<RefusalItem>).transpose()?;
    let refuses = |user: &RefusalItem| user.profile.refuses_invites;
    let Some(user) = after.filter(refuses).filter(|_| !before.as_ref().is_some_and(refuses)) else {
        return Ok(ChangeRecord::default());
    };
    let id = UserId::parse_stored(&user.id);
    let id = id.map_err(|invalid| StoreError::corrupt("user", invalid))?;
    Ok(consequence(Change::OptedOut(id)))
}

fn of_group(old: Item, new: Item) -> Result<ChangeRecord, StoreError> {
    let read_group = |image| read::<GroupItem>(image).and_then(stored_group);
    let before = some(old).map(read_group).transpose()?;
    Ok(match (before, some(new).map(read_group).transpose()?) {
        (None, Some(StoredGroup::Active(after))) => {
            ChangeRecord { event: Event::of_group(None, &after), ..ChangeRecord::default() }
        }
        (Some(StoredGroup::Active(before)), Some(StoredGroup::Active(after))) => {
            let event = Event::of_group(Some(&before), &after);
            ChangeRecord { event, ..ChangeRecord::default() }
        }
        (Some(StoredGroup::Active(_)), Some(StoredGroup::Deleted { by, tombstone })) => {
            let event = Some(Event::group_deleted(&tombstone));
            let change = Some(Change::GroupDeleted { group: tombstone.id, by });
            ChangeRecord { event, change, ..ChangeRecord::default() }
        }
        (_, None | Some(StoredGroup::Deleted { .. }))
        | (Some(StoredGroup::Deleted { .. }), Some(StoredGroup::Active(_))) => {
            ChangeRecord::default()
        }
    })
}

fn consequence(change: Change) -> ChangeRecord {
    ChangeRecord { change: Some(change), ..ChangeRecord::default() }
}

/// Returns the image. `None` if there was no item.
fn some(image: Item) -> Option<Item> {
    if image.is_empty() { None } else { Some(image) }
}

fn read<T: for<'de> Deserialize<'de>>(image: Item) -> Result<T, StoreError> {
    from_item(image).map_err(|error| StoreError::corrupt("stream record", error))
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
