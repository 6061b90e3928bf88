//! Renders the cards of people: `UserInfoCard` and `GroupUserInfoCard`
//! (docs/contracts/bungie.md#cards).

use serde::Serialize;

use super::membership::{BUNGIE_NEXT, NO_PLATFORM};
use super::request::is_int64;
use crate::domain::identity::Account;
use crate::domain::ids::UserId;
use crate::domain::invitee::{Invitee, Person};
use crate::domain::user::{PhotoUrl, User, full_name};

/// The id of a card whose person has no int64 id.
const NO_ID: &str = "0";

/// `User.UserInfoCard`: an account on one platform, or a user of the directory.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserInfoCard {
    supplemental_display_name: &'static str,
    icon_path: String,
    cross_save_override: i32,
    applicable_membership_types: Vec<i32>,
    is_public: bool,
    membership_type: i32,
    membership_id: String,
    display_name: String,
    bungie_global_display_name: &'static str,
}

/// `GroupsV2.GroupUserInfoCard`: a card with the name that was last seen. The original writes its
/// two own fields with a capital letter.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupUserInfoCard {
    last_seen_display_name: String,
    last_seen_display_name_type: i32,
    #[serde(flatten)]
    card: UserInfoCard,
}

impl UserInfoCard {
    fn new(membership_type: i32, membership_id: String, display_name: String) -> Self {
        Self {
            supplemental_display_name: "",
            icon_path: String::new(),
            cross_save_override: NO_PLATFORM,
            applicable_membership_types: Some(membership_type)
                .filter(|kind| *kind != NO_PLATFORM)
                .into_iter()
                .collect(),
            is_public: false,
            membership_type,
            membership_id,
            display_name,
            bungie_global_display_name: "",
        }
    }

    /// Creates the card of a user of the directory. Without a user, the id is 0 and the name is
    /// empty.
    pub(super) fn of_user(user: Option<&User>) -> Self {
        let Some(user) = user else { return Self::new(BUNGIE_NEXT, NO_ID.into(), String::new()) };
        let icon_path =
            user.profile.photo.as_ref().map(PhotoUrl::as_str).unwrap_or_default().to_owned();
        Self { icon_path, ..Self::new(BUNGIE_NEXT, int64(&user.id), name_of(user)) }
    }
}

impl GroupUserInfoCard {
    /// Creates the card of the invited account. For other invitees the card has no account, only a
    /// name.
    ///
    /// The name is never a whole address or number.
    pub(super) fn of_invitee(invitee: &Invitee, user: Option<&User>) -> Self {
        let known = || user.map(name_of).unwrap_or_default();
        match invitee {
            Invitee::Account(account) => Self::of_account(account, user),
            Invitee::User(_) | Invitee::Link(_) => Self::new(NO_PLATFORM, NO_ID.into(), known()),
            Invitee::Person(Person { first_name, last_name, .. }) => {
                let name = full_name(first_name.as_ref(), last_name.as_ref())
                    .or_else(|| invitee.masked())
                    .unwrap_or_default();
                Self::new(NO_PLATFORM, NO_ID.into(), name)
            }
            Invitee::Email(_) | Invitee::Phone(_) => {
                Self::new(NO_PLATFORM, NO_ID.into(), invitee.masked().unwrap_or_default())
            }
        }
    }

    /// Creates the card of an account, with the name of its user if the directory knows one.
    pub(super) fn of_account(account: &Account, user: Option<&User>) -> Self {
        Self::new(
            account.membership_type,
            account.membership_id.clone(),
            user.map(name_of).unwrap_or_default(),
        )
    }

    fn new(membership_type: i32, membership_id: String, name: String) -> Self {
        Self {
            last_seen_display_name: name.clone(),
            last_seen_display_name_type: membership_type,
            card: UserInfoCard::new(membership_type, membership_id, name),
        }
    }
}

/// Returns the user's name in the directory, or an empty text.
fn name_of(user: &User) -> String {
    full_name(user.profile.first_name.as_ref(), user.profile.last_name.as_ref()).unwrap_or_default()
}

/// Returns the user's id if it is an int64, else 0.
pub(super) fn int64(id: &UserId) -> String {
    if is_int64(id.as_str()) { id.as_str().to_owned() } else { NO_ID.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::email::EmailAddress;
    use crate::domain::text::Name;
    use crate::domain::user::{Profile, UserState};

    fn user(id: &str) -> User {
        let profile = Profile {
            first_name: Name::parse("Ada").ok(),
            last_name: Name::parse("Lovelace").ok(),
            ..Profile::default()
        };
        User {
            id: UserId::parse(id).unwrap(),
            state: UserState::Active,
            profile,
            version: crate::domain::counters::Version::FIRST,
        }
    }

    #[test]
    fn a_user_id_that_is_not_an_int64_becomes_0() {
        for (id, shown) in [
            ("29842", "29842"),
            ("auth0|5f7c", "0"),
            ("-5", "0"),
            ("007", "0"),
            ("9223372036854775808", "0"),
            ("+7", "0"),
        ] {
            assert_eq!(UserInfoCard::of_user(Some(&user(id))).membership_id, shown, "{id}");
        }
        assert_eq!(UserInfoCard::of_user(None).membership_id, "0");
    }

    #[test]
    fn an_account_has_its_platform_and_the_name_of_its_user() {
        let account = Invitee::Account(Account::new(3, "4611686018429783292").unwrap());
        let card =
            serde_json::to_string(&GroupUserInfoCard::of_invitee(&account, Some(&user("1"))))
                .unwrap();
        insta::assert_snapshot!(card);
        let unknown = GroupUserInfoCard::of_invitee(&account, None);
        assert_eq!(
            (unknown.card.membership_id.as_str(), unknown.last_seen_display_name.as_str()),
            ("4611686018429783292", "")
        );
    }

    #[test]
    fn a_card_never_shows_a_whole_address() {
        let email = EmailAddress::parse("ada@example.com").unwrap();
        let person =
            Person { email: email.clone(), first_name: None, last_name: None, pending_user: None };
        for invitee in [Invitee::Email(email), Invitee::Person(person)] {
            let card =
                serde_json::to_string(&GroupUserInfoCard::of_invitee(&invitee, None)).unwrap();
            assert!(!card.contains("ada@") && card.contains("@example.com"), "{card}");
        }
    }
}
