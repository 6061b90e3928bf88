//! Renders an invitation as Tastypie does: sorted keys, numeric ids, and times without a zone
//! (docs/contracts/chembiohub.md#objects).

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::answer::answer;
use super::order::{address, names};
use super::request::Posted;
use crate::domain::clock::Timestamp;
use crate::domain::email::EmailAddress;
use crate::domain::ids::UserId;
use crate::domain::invite::Invite;
use crate::domain::text::Name;
use crate::domain::user::Profile;
use crate::engine::{Invitation, Notice, Present};

/// The first integer that JSON parsers may not read exactly.
const TOO_LARGE: u64 = 1 << 53;

/// An invitation as the API shows it.
#[derive(Debug, Serialize)]
pub struct InvitationBody {
    created: String,
    created_by: UserBody,
    /// Empty if the invitee has no address.
    email: String,
    first_name: String,
    id: u64,
    last_name: String,
    modified: String,
    resource_uri: String,
}

/// The inviter as the API shows a user.
#[derive(Debug, Serialize)]
struct UserBody {
    can_create_and_own_projects: bool,
    can_view_assayreg: bool,
    can_view_chemreg: bool,
    /// Always `None`, because Beckon does not store it.
    date_joined: Option<String>,
    display_name: String,
    first_name: String,
    id: Value,
    /// `true` for the caller. Beckon knows no other sessions.
    is_logged_in: bool,
    is_staff: bool,
    is_superuser: bool,
    /// Always `None`, because Beckon does not store it.
    last_login: Option<String>,
    last_name: String,
    resource_uri: String,
    username: String,
}

impl InvitationBody {
    /// Creates the invitation as the caller sees it. `present` has the inviter.
    pub fn new(invite: &Invite, caller: &UserId, present: &Present, namespace: &str) -> Self {
        let (first_name, last_name) = names(invite);
        Self {
            created: local_time(invite.created_at),
            created_by: UserBody::new(invite, caller, present, namespace),
            email: address(invite).to_owned(),
            first_name: first_name.to_owned(),
            id: invite.id.number(),
            last_name: last_name.to_owned(),
            modified: local_time(invite.updated_at),
            resource_uri: format!("/{namespace}/api/invitations/{}", invite.id),
        }
    }
}

impl UserBody {
    fn new(invite: &Invite, caller: &UserId, present: &Present, namespace: &str) -> Self {
        let id = &invite.created_by.id;
        let profile = present.user(id).map(|user| &user.profile);
        let name = present.inviter_name(invite);
        let (first_name, last_name) = both_names(profile, name.as_deref());
        // The original's user name is the address, which the directory may not know.
        let username = profile
            .and_then(|profile| profile.email.as_ref())
            .map_or(id.as_str(), EmailAddress::as_str);
        let path_id: String = form_urlencoded::byte_serialize(id.as_str().as_bytes()).collect();
        Self {
            can_create_and_own_projects: false,
            // Both parts of the platform are open to everybody who may call this API.
            can_view_assayreg: true,
            can_view_chemreg: true,
            date_joined: None,
            display_name: name.unwrap_or_else(|| username.to_owned()),
            first_name,
            id: user_id(id),
            is_logged_in: id == caller,
            is_staff: false,
            is_superuser: false,
            last_login: None,
            last_name,
            resource_uri: format!("/{namespace}/api/users/{path_id}"),
            username: username.to_owned(),
        }
    }
}

/// Returns the first and last name of the profile. If it has neither, `name` is split at its first
/// space.
fn both_names(profile: Option<&Profile>, name: Option<&str>) -> (String, String) {
    let own = |name: Option<&Name>| name.map_or_else(String::new, |name| name.as_str().to_owned());
    match profile.map(|profile| (profile.first_name.as_ref(), profile.last_name.as_ref())) {
        Some((first, last)) if first.is_some() || last.is_some() => (own(first), own(last)),
        _ => {
            let name = name.unwrap_or_default();
            let (first, last) = name.split_once(' ').unwrap_or((name, ""));
            (first.to_owned(), last.to_owned())
        }
    }
}

/// The answer to a POST: the invitation, the other fields that were sent, and the message.
#[derive(Debug)]
pub struct CreatedBody {
    location: String,
    body: Map<String, Value>,
}

impl CreatedBody {
    /// Creates the answer to `posted`. The invitation's own fields take precedence over sent fields
    /// of the same name, except for the two names.
    pub fn new(invitation: &Invitation, posted: Posted, caller: &UserId, namespace: &str) -> Self {
        let email = posted.email().to_owned();
        let Invitation { invite, notice, present } = invitation;
        let own = InvitationBody::new(invite, caller, present, namespace);
        let location = own.resource_uri.clone();
        let mut body = match serde_json::to_value(own) {
            Ok(Value::Object(own)) => own,
            _ => Map::new(),
        };
        body.insert("message".into(), message(*notice, &email).into());
        // The invite of a reminder may have other names, or another spelling of the address.
        body.insert("email".into(), email.into());
        let sent_names = ["first_name", "last_name"];
        let echo = posted.echo().into_iter();
        for (key, value) in echo {
            if sent_names.contains(&key.as_str()) || !body.contains_key(&key) {
                body.insert(key, value);
            }
        }
        Self { location, body }
    }

    /// Returns a 201 with the invitation's path in `Location`.
    pub fn response(&self) -> Response<Body> {
        let mut response = answer(StatusCode::CREATED, &self.body);
        response.headers_mut().extend(
            HeaderValue::from_str(&self.location).ok().map(|value| (header::LOCATION, value)),
        );
        response
    }
}

/// Returns the message to the inviter (docs/contracts/chembiohub.md#mails-and-messages).
fn message(notice: Notice, email: &str) -> String {
    match notice {
        Notice::Invited => {
            format!("Invite sent successfully to {email}, would you like to invite anyone else?")
        }
        Notice::AccessChanged => format!(
            "Existing user {email} invited to new projects, would you like to invite anyone else?"
        ),
        Notice::Reminded => {
            format!("Sign-up reminder sent to {email}, would you like to invite anyone else?")
        }
        Notice::UserReminded => format!(
            "User {email} reminded to look at these projects, would you like to invite anyone else?"
        ),
    }
}

/// Formats an instant in ISO 8601, with microseconds and without a zone.
fn local_time(at: Timestamp) -> String {
    format!("{}.000000", at.to_string().trim_end_matches('Z'))
}

/// Returns the id as a number if it is a plain decimal below 2^53, else as a text.
fn user_id(id: &UserId) -> Value {
    let number = id
        .as_str()
        .parse::<u64>()
        .ok()
        .filter(|number| *number < TOO_LARGE && number.to_string() == id.as_str());
    number.map_or_else(|| Value::from(id.as_str()), Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::counters::Version;
    use crate::domain::invite::Inviter;
    use crate::domain::invite::tests::pending;
    use crate::domain::invitee::Invitee;
    use crate::domain::user::{User, UserState};

    fn by(id: &str, name: Option<&str>, profile: Option<Profile>) -> Value {
        let id = UserId::parse(id).unwrap();
        let user = profile.map(|profile| User {
            id: id.clone(),
            state: UserState::Active,
            profile,
            version: Version::FIRST,
        });
        let invitee = Invitee::User(UserId::parse("ada").unwrap());
        let mut invite = pending(invitee, None);
        invite.created_by = Inviter { id, name: name.map(str::to_owned) };
        let present = user.into_iter().fold(Present::default(), Present::with_user);
        let caller = &invite.created_by.id;
        serde_json::to_value(UserBody::new(&invite, caller, &present, "hub")).unwrap()
    }

    #[test]
    fn times_have_microseconds_and_no_zone() {
        assert_eq!(
            local_time(Timestamp::from_seconds(1_477_401_732)),
            "2016-10-25T13:22:12.000000"
        );
    }

    #[test]
    fn plain_decimal_ids_are_numbers() {
        for (text, number) in [
            ("1", true),
            ("0", true),
            ("01", false),
            ("+1", false),
            ("9007199254740991", true),
            ("9007199254740992", false),
        ] {
            assert_eq!(user_id(&UserId::parse(text).unwrap()).is_u64(), number, "{text}");
        }
        assert_eq!(by("auth0|1", None, None)["resource_uri"], "/hub/api/users/auth0%7C1");
    }

    #[test]
    fn names_come_from_the_directory_or_else_from_the_invite() {
        let name = |text: &str| Some(Name::parse(text).unwrap());
        let profile =
            Profile { first_name: name("In"), last_name: name("Viter"), ..Profile::default() };
        let names = |user: Value| {
            ["first_name", "last_name", "display_name", "username"]
                .map(|key| user[key].as_str().unwrap().to_owned())
        };
        assert_eq!(
            names(by("1", Some("Somebody Else"), Some(profile))),
            ["In", "Viter", "In Viter", "1"]
        );
        assert_eq!(
            names(by("1", Some("Grace Brewster Hopper"), None)),
            ["Grace", "Brewster Hopper", "Grace Brewster Hopper", "1"]
        );
        assert_eq!(
            names(by("1", Some("Grace"), Some(Profile::default()))),
            ["Grace", "", "Grace", "1"]
        );
        let email = EmailAddress::parse("In@Example.com").ok();
        assert_eq!(
            names(by("1", None, Some(Profile { email, ..Profile::default() }))),
            ["", "", "In@Example.com", "In@Example.com"]
        );
    }
}
