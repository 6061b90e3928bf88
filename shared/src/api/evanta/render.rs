//! The objects of the evanta API, with the keys and in the order of the published example
//! (docs/contracts/evanta.md#objects).

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::auth::Caller;
use crate::domain::group::{Group, GroupType};
use crate::domain::ids::{GroupId, InviteId, UserId, member_number};
use crate::domain::invite::Invite;
use crate::domain::invitee::Invitee;
use crate::domain::member::Member;
use crate::domain::text::Name;
use crate::domain::user::User;
use crate::engine::GroupView;

/// The largest integer that every reader of JSON keeps exactly (RFC 8259 §6).
const MAX_SAFE: u64 = (1 << 53) - 1;

/// What was and is always empty: Evanta's own data, of which we have none.
type Nothing = Option<()>;

/// An id: a JSON number where it is a decimal integer, as all of Evanta's are, else a string.
struct Id<'a>(&'a str);

impl Serialize for Id<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = self
            .0
            .parse::<u64>()
            .ok()
            .filter(|number| *number <= MAX_SAFE && number.to_string() == self.0);
        match number {
            Some(number) => serializer.serialize_u64(number),
            None => serializer.serialize_str(self.0),
        }
    }
}

fn text(name: Option<&Name>) -> &str {
    name.map_or("", Name::as_str)
}

/// A user.
#[derive(Serialize)]
pub struct UserBody<'a> {
    id: Option<Id<'a>>,
    email: Option<&'a str>,
    alt_email: Option<&'a str>,
    first_name: &'a str,
    last_name: &'a str,
    title: Option<&'a str>,
    organization_name: Option<&'a str>,
    bio: Option<&'a str>,
    photo: Option<&'a str>,
    user_role_id: Nothing,
    user_connection_id: Nothing,
}

impl<'a> UserBody<'a> {
    /// Somebody of whom nothing more is known.
    fn unknown(id: Option<&'a UserId>) -> Self {
        Self {
            id: id.map(|id| Id(id.as_str())),
            email: None,
            alt_email: None,
            first_name: "",
            last_name: "",
            title: None,
            organization_name: None,
            bio: None,
            photo: None,
            user_role_id: None,
            user_connection_id: None,
        }
    }

    /// A user of the directory.
    pub fn new(user: &'a User) -> Self {
        let profile = &user.profile;
        Self {
            email: profile.email.as_ref().map(|email| email.as_str()),
            alt_email: profile.alt_email.as_ref().map(|email| email.as_str()),
            first_name: text(profile.first_name.as_ref()),
            last_name: text(profile.last_name.as_ref()),
            title: profile.title.as_ref().map(Name::as_str),
            organization_name: profile.organization_name.as_ref().map(Name::as_str),
            bio: profile.bio.as_ref().map(|bio| bio.as_str()),
            photo: profile.photo.as_ref().map(|photo| photo.as_str()),
            ..Self::unknown(Some(&user.id))
        }
    }

    /// The caller, as the directory knows them, or else as their token does.
    pub fn of_caller(caller: &'a Caller, people: &'a BTreeMap<UserId, User>) -> Self {
        let email = caller.email.as_ref().map(|email| email.as_str());
        people
            .get(&caller.user)
            .map_or_else(|| Self { email, ..Self::unknown(Some(&caller.user)) }, Self::new)
    }

    /// Whom an invite is for. Who is invited by anything but a user id has none: whose an address
    /// is, the group does not learn here.
    pub fn of_invitee(invitee: &'a Invitee, people: &'a BTreeMap<UserId, User>) -> Self {
        match invitee {
            Invitee::User(id) => people.get(id).map_or_else(|| Self::unknown(Some(id)), Self::new),
            Invitee::Email(email) => Self { email: Some(email.as_str()), ..Self::unknown(None) },
            Invitee::Person(person) => Self {
                email: Some(person.email.as_str()),
                first_name: text(person.first_name.as_ref()),
                last_name: text(person.last_name.as_ref()),
                ..Self::unknown(None)
            },
            Invitee::Phone(_) | Invitee::Account(_) | Invitee::Link(_) => Self::unknown(None),
        }
    }

    /// What lists of users are ordered by.
    fn order(&self) -> (String, String) {
        (self.last_name.to_lowercase(), self.first_name.to_lowercase())
    }
}

/// A group, relative to the caller.
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
    /// The group with the caller's own invite into it; its owner's profile is looked up in
    /// `people`.
    pub fn new(
        view: &'a GroupView,
        invite: Option<InviteId>,
        people: &'a BTreeMap<UserId, User>,
    ) -> Self {
        let group = &view.group;
        let app_sponsor = AppSponsorBody::of(group);
        // To Evanta an owner is no member of the group.
        let own = view.own.as_ref().filter(|member| !member.roles.is_owner());
        Self {
            id: Id(group.id.as_str()),
            name: group.name.as_str(),
            description: group.description.as_ref().map_or("", |description| description.as_str()),
            owner_user_id: group.owner.as_ref().map(|owner| Id(owner.as_str())),
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

/// What sort of group it is, and the four flags that follow from it
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

/// Who pays for the group: what its metadata has under `app_sponsor`, where that is an object.
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

/// Who made the group.
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
            id: Id(id.as_str()),
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

/// The answer to `POST /group_invites`.
#[derive(Serialize)]
pub struct CreatedBody<'a> {
    group_invite: Between<'a>,
}

/// The answer to `POST /group_members`.
#[derive(Serialize)]
pub struct JoinedBody<'a> {
    group_member: Between<'a>,
}

/// An invite of a user to a group, or a user's membership of it.
#[derive(Serialize)]
struct Between<'a> {
    id: u64,
    user: UserBody<'a>,
    group: GroupBody<'a>,
}

impl<'a> CreatedBody<'a> {
    /// The invite of this user to this group.
    pub fn new(id: InviteId, user: UserBody<'a>, group: GroupBody<'a>) -> Self {
        Self { group_invite: Between { id: id.number(), user, group } }
    }
}

impl<'a> JoinedBody<'a> {
    /// This user's membership of this group.
    pub fn new(member: &Member, user: UserBody<'a>, group: GroupBody<'a>) -> Self {
        Self {
            group_member: Between { id: member_number(&member.group, &member.user), user, group },
        }
    }
}

/// The answer to `GET /group_invites/groups`: the caller's invites, in the order of the groups'
/// names.
#[derive(Serialize)]
pub struct MyInvitesBody<'a> {
    group_invites: Vec<MyInviteBody<'a>>,
}

#[derive(Serialize)]
struct MyInviteBody<'a> {
    id: u64,
    user_id: Id<'a>,
    group: GroupBody<'a>,
}

impl<'a> MyInvitesBody<'a> {
    /// The caller's invites with their groups. Left out are those into groups that are not given,
    /// because they are gone, and into those that the caller is a member of; those to the system
    /// lead into no group.
    pub fn new(
        caller: &'a Caller,
        invites: &'a [Invite],
        groups: &'a BTreeMap<GroupId, GroupView>,
        people: &'a BTreeMap<UserId, User>,
    ) -> Self {
        let open = |invite: &Invite| {
            groups.get(&invite.group).filter(|view| view.own.is_none() && !view.group.is_system())
        };
        let mut rows: Vec<(&Invite, &GroupView)> =
            invites.iter().filter_map(|invite| Some((invite, open(invite)?))).collect();
        rows.sort_by_cached_key(|(invite, view)| {
            (view.group.name.as_str().to_lowercase(), view.group.id.clone(), invite.id)
        });
        let row = |(invite, view): (&Invite, &'a GroupView)| MyInviteBody {
            id: invite.id.number(),
            user_id: Id(caller.user.as_str()),
            group: GroupBody::new(view, Some(invite.id), people),
        };
        Self { group_invites: rows.into_iter().map(row).collect() }
    }
}

/// The answer to `GET /group_invites/users/{group_id}`: a group's invites, in the order of the
/// invited people's names.
#[derive(Serialize)]
pub struct GroupInvitesBody<'a> {
    group_invites: Vec<GroupInviteBody<'a>>,
}

#[derive(Serialize)]
struct GroupInviteBody<'a> {
    id: u64,
    group_id: Id<'a>,
    user: UserBody<'a>,
}

impl<'a> GroupInvitesBody<'a> {
    /// The group's invites; who is invited is looked up in `people`.
    pub fn new(
        invites: impl Iterator<Item = &'a Invite>,
        people: &'a BTreeMap<UserId, User>,
    ) -> Self {
        let row = |invite: &'a Invite| GroupInviteBody {
            id: invite.id.number(),
            group_id: Id(invite.group.as_str()),
            user: UserBody::of_invitee(&invite.invitee, people),
        };
        let mut group_invites: Vec<GroupInviteBody<'a>> = invites.map(row).collect();
        group_invites.sort_by_cached_key(|invite| (invite.user.order(), invite.id));
        Self { group_invites }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_number_where_it_is_a_plain_integer_that_every_reader_keeps() {
        let json = |id: &str| serde_json::to_string(&Id(id)).unwrap();
        for number in ["0", "1", "29845", "9007199254740991"] {
            assert_eq!(json(number), number);
        }
        for text in [
            "9007199254740992",
            "99999999999999999999",
            "029845",
            "00",
            "+1",
            "-1",
            "1.0",
            "1e3",
            "",
            "user_1",
        ] {
            assert_eq!(json(text), format!("\"{text}\""));
        }
    }

    #[test]
    fn a_group_s_flags_follow_from_its_type() {
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
