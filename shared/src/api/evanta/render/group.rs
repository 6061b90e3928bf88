//! A group as the caller sees it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Id, Nothing, text};
use crate::domain::group::{Group, GroupType};
use crate::domain::ids::{InviteId, UserId, member_number};
use crate::domain::text::Name;
use crate::domain::user::User;
use crate::engine::{GroupView, SeenGroup};

/// A group as the caller sees it.
#[derive(Serialize)]
pub struct GroupBody<'a> {
    id: Id<'a>,
    name: &'a str,
    description: &'a str,
    owner_user_id: Option<Id<'a>>,
    app_sponsor_id: Option<&'a Value>,
    member_count: u32,
    group_member_id: Option<u64>,
    group_request_id: Nothing,
    group_request_is_approved: Nothing,
    group_invite_id: Option<u64>,
    create_groups: Nothing,
    leave_group: Nothing,
    banner_ads: [(); 0],
    group_type: GroupTypeBody,
    app_sponsor: Option<AppSponsorBody<'a>>,
    owner: Option<OwnerBody<'a>>,
}

impl<'a> GroupBody<'a> {
    /// Renders the group with the caller's own membership and invite.
    pub fn seen(seen: &'a SeenGroup) -> Self {
        Self::new(&seen.view, seen.invite, &seen.people)
    }

    /// Renders the group with the caller's own invite. `people` has the owner's profile, if the
    /// directory knows the owner.
    pub fn new(
        view: &'a GroupView,
        invite: Option<InviteId>,
        people: &'a BTreeMap<UserId, User>,
    ) -> Self {
        let group = &view.group;
        let app_sponsor = AppSponsorBody::of(group);
        // Evanta does not count an owner as a member.
        let own = view.own.as_ref().filter(|member| !member.roles.is_owner());
        Self {
            id: Id::new(group.id.as_str()),
            name: group.name.as_str(),
            description: group.description.as_ref().map_or("", |description| description.as_str()),
            owner_user_id: group.owner.as_ref().map(|owner| Id::new(owner.as_str())),
            app_sponsor_id: app_sponsor.as_ref().and_then(|sponsor| sponsor.id),
            member_count: view.member_count.saturating_sub(group.owner_count),
            group_member_id: own.map(|member| member_number(&member.group, &member.user)),
            group_request_id: None,
            group_request_is_approved: None,
            group_invite_id: invite.map(InviteId::number),
            create_groups: None,
            leave_group: None,
            banner_ads: [],
            group_type: GroupTypeBody::new(group.kind),
            app_sponsor,
            owner: group.owner.as_ref().map(|owner| OwnerBody::new(owner, people.get(owner))),
        }
    }
}

/// A group's type, and the four flags that follow from it
/// (docs/contracts/evanta.md#group-types).
#[derive(Serialize)]
struct GroupTypeBody {
    id: u8,
    name: &'static str,
    description: &'static str,
    is_group_visible: bool,
    is_memberlist_visible: bool,
    is_content_visible: bool,
    is_approval_required: bool,
}

impl GroupTypeBody {
    fn new(kind: GroupType) -> Self {
        let (id, name) = match kind {
            GroupType::Open => (1, "Open"),
            GroupType::Private => (2, "Private"),
            GroupType::Secret => (3, "Secret"),
        };
        Self {
            id,
            name,
            description: name,
            is_group_visible: kind != GroupType::Secret,
            is_memberlist_visible: kind == GroupType::Open,
            is_content_visible: kind == GroupType::Open,
            is_approval_required: kind != GroupType::Open,
        }
    }
}

/// The group's sponsor: the object `app_sponsor` in its metadata.
#[derive(Serialize)]
struct AppSponsorBody<'a> {
    id: Option<&'a Value>,
    name: Option<&'a Value>,
    description: Option<&'a Value>,
    logo: Option<&'a Value>,
    url: Option<&'a Value>,
    primary_app_sponsor: Option<&'a Value>,
    sponsor_type: Option<SponsorTypeBody<'a>>,
    users: Option<&'a Value>,
}

#[derive(Serialize)]
struct SponsorTypeBody<'a> {
    id: Option<&'a Value>,
    name: Option<&'a Value>,
    description: Option<&'a Value>,
}

impl<'a> AppSponsorBody<'a> {
    fn of(group: &'a Group) -> Option<Self> {
        let sponsor = group.metadata.get("app_sponsor")?.as_object()?;
        let kind = sponsor.get("sponsor_type").and_then(Value::as_object);
        let sponsor_type = kind.map(|kind| SponsorTypeBody {
            id: kind.get("id"),
            name: kind.get("name"),
            description: kind.get("description"),
        });
        Some(Self {
            id: sponsor.get("id"),
            name: sponsor.get("name"),
            description: sponsor.get("description"),
            logo: sponsor.get("logo"),
            url: sponsor.get("url"),
            primary_app_sponsor: sponsor.get("primary_app_sponsor"),
            sponsor_type,
            users: sponsor.get("users"),
        })
    }
}

/// The user who created the group.
#[derive(Serialize)]
struct OwnerBody<'a> {
    id: Id<'a>,
    first_name: &'a str,
    last_name: &'a str,
    title: Option<&'a str>,
    organization_name: Option<&'a str>,
    photo: Option<&'a str>,
    user_role_id: Nothing,
    user_connection_id: Nothing,
}

impl<'a> OwnerBody<'a> {
    fn new(id: &'a UserId, user: Option<&'a User>) -> Self {
        let profile = user.map(|user| &user.profile);
        Self {
            id: Id::new(id.as_str()),
            first_name: text(profile.and_then(|profile| profile.first_name.as_ref())),
            last_name: text(profile.and_then(|profile| profile.last_name.as_ref())),
            title: profile.and_then(|profile| profile.title.as_ref()).map(Name::as_str),
            organization_name: profile
                .and_then(|profile| profile.organization_name.as_ref())
                .map(Name::as_str),
            photo: profile.and_then(|profile| profile.photo.as_ref()).map(|photo| photo.as_str()),
            user_role_id: None,
            user_connection_id: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_of_a_group_follow_from_its_type() {
        let flags = |kind| {
            let body = GroupTypeBody::new(kind);
            [
                body.is_group_visible,
                body.is_memberlist_visible,
                body.is_content_visible,
                body.is_approval_required,
            ]
        };
        assert_eq!(flags(GroupType::Open), [true, true, true, false]);
        assert_eq!(flags(GroupType::Private), [true, false, false, true]);
        assert_eq!(flags(GroupType::Secret), [false, false, false, true]);
    }
}
