//! Renders `GroupPotentialMembership`: an invite as the invited account sees it
//! (docs/contracts/bungie.md#potential-memberships).

use std::collections::BTreeMap;

use serde::Serialize;

use super::application::date_time;
use super::card::{GroupUserInfoCard, UserInfoCard, int64};
use super::membership::BUNGIE_NEXT;
use super::request::is_int64;
use crate::domain::clock::Timestamp;
use crate::domain::group::GroupType;
use crate::domain::identity::Account;
use crate::domain::ids::GroupId;
use crate::domain::invite::Invite;
use crate::domain::text::{Description, Name};
use crate::domain::user::User;
use crate::engine::GroupView;

/// `GroupPotentialMemberStatus`: `Invitee`.
const INVITEE: u8 = 2;
/// `RuntimeGroupMemberType`: `Member`.
const MEMBER: u8 = 2;
/// The number that means "no limit".
const NO_LIMIT: u32 = i32::MAX.unsigned_abs();

/// A group that an account is invited to.
#[derive(Debug, Serialize)]
pub struct PotentialMembership<'a> {
    member: PotentialMember<'a>,
    group: GroupV2<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PotentialMember<'a> {
    potential_status: u8,
    group_id: &'a GroupId,
    destiny_user_info: GroupUserInfoCard,
    bungie_net_user_info: UserInfoCard,
    #[serde(serialize_with = "date_time")]
    join_date: Timestamp,
}

/// `GroupsV2.GroupV2`. Fields that our groups do not have are empty or off.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupV2<'a> {
    group_id: &'a GroupId,
    name: &'a Name,
    group_type: u8,
    membership_id_created: String,
    #[serde(serialize_with = "date_time")]
    creation_date: Timestamp,
    #[serde(serialize_with = "date_time")]
    modification_date: Timestamp,
    about: &'a str,
    tags: [&'static str; 0],
    member_count: u32,
    is_public: bool,
    is_public_topic_admin_only: bool,
    motto: &'static str,
    allow_chat: bool,
    is_default_post_public: bool,
    chat_security: u8,
    locale: &'static str,
    avatar_image_index: u8,
    homepage: u8,
    membership_option: u8,
    default_publicity: u8,
    theme: &'static str,
    banner_path: &'static str,
    avatar_path: &'static str,
    conversation_id: &'static str,
    enable_invitation_messaging_for_admins: bool,
    features: Features,
    clan_info: ClanInfo,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Features {
    maximum_members: u32,
    maximum_memberships_of_group_type: u32,
    capabilities: u8,
    membership_types: [i32; 1],
    invite_permission_override: bool,
    update_culture_permission_override: bool,
    host_guided_game_permission_override: u8,
    update_banner_permission_override: bool,
    join_level: u8,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ClanInfo {
    d2_clan_progressions: BTreeMap<&'static str, u8>,
    clan_callsign: &'static str,
    clan_banner_data: ClanBanner,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct ClanBanner {
    decal_id: u8,
    decal_color_id: u8,
    decal_background_color_id: u8,
    gonfalon_id: u8,
    gonfalon_color_id: u8,
    gonfalon_detail_id: u8,
    gonfalon_detail_color_id: u8,
}

impl<'a> PotentialMembership<'a> {
    /// Creates the result for `account`, which belongs to `user` if the directory knows one.
    ///
    /// Returns `None` if the group's id is not an int64, because clients of this API cannot read
    /// it.
    pub fn new(
        account: &Account,
        user: Option<&User>,
        invite: &Invite,
        view: &'a GroupView,
    ) -> Option<Self> {
        if !is_int64(view.group.id.as_str()) {
            return None;
        }
        let member = PotentialMember {
            potential_status: INVITEE,
            group_id: &view.group.id,
            destiny_user_info: GroupUserInfoCard::of_account(account, user),
            bungie_net_user_info: UserInfoCard::of_user(user),
            join_date: invite.created_at,
        };
        Some(Self { member, group: GroupV2::new(view) })
    }
}

impl<'a> GroupV2<'a> {
    fn new(view: &'a GroupView) -> Self {
        let group = &view.group;
        let is_open = group.kind == GroupType::Open;
        let creator = group.owner.as_ref();
        Self {
            group_id: &group.id,
            name: &group.name,
            group_type: 0,
            membership_id_created: creator.map_or_else(|| "0".into(), int64),
            creation_date: group.created_at,
            modification_date: group.updated_at,
            about: group.description.as_ref().map(Description::as_str).unwrap_or_default(),
            tags: [],
            member_count: view.member_count,
            is_public: is_open,
            is_public_topic_admin_only: false,
            motto: "",
            allow_chat: false,
            is_default_post_public: false,
            chat_security: 0,
            locale: "",
            avatar_image_index: 0,
            homepage: 0,
            // `Open` or `Closed`. A closed group needs an invite.
            membership_option: if is_open { 1 } else { 2 },
            // `Public` or `Private`.
            default_publicity: if is_open { 0 } else { 2 },
            theme: "",
            banner_path: "",
            avatar_path: "",
            conversation_id: "0",
            enable_invitation_messaging_for_admins: false,
            features: Features::new(group.policy.max_members),
            clan_info: ClanInfo {
                d2_clan_progressions: BTreeMap::new(),
                clan_callsign: "",
                clan_banner_data: ClanBanner::default(),
            },
        }
    }
}

impl Features {
    fn new(max_members: Option<u32>) -> Self {
        Self {
            maximum_members: max_members.unwrap_or(NO_LIMIT).min(NO_LIMIT),
            maximum_memberships_of_group_type: NO_LIMIT,
            capabilities: 0,
            // Members are users of the directory, whichever account was invited.
            membership_types: [BUNGIE_NEXT],
            // Whether admins may invite. At this API they may in every group.
            invite_permission_override: true,
            update_culture_permission_override: false,
            host_guided_game_permission_override: 0,
            update_banner_permission_override: false,
            join_level: MEMBER,
        }
    }
}
