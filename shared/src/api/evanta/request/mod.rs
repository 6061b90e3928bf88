//! The request bodies: JSON or a form, with two fields under a root key
//! (docs/contracts/evanta.md#request).

mod reference;

use std::collections::HashMap;

use lambda_http::Request;
use reference::Reference;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::Failure;
use crate::domain::group::given;
use crate::domain::ids::{GroupId, UserId};
use crate::http::{form_fields, lenient_json, media_type, path_parameter, raw_body};

/// The fields under the root key. Other fields are ignored, except that they make it non-empty.
#[derive(Default, Deserialize)]
pub struct Fields {
    #[serde(default, deserialize_with = "given")]
    group_id: Option<Reference>,
    #[serde(default, deserialize_with = "given")]
    user_id: Option<Reference>,
    #[serde(flatten)]
    others: HashMap<String, IgnoredAny>,
}

impl Fields {
    /// Returns the group's id.
    ///
    /// # Errors
    /// `NotFound` if the field is absent or not a valid id.
    pub fn group(&self) -> Result<GroupId, Failure> {
        self.group_id
            .as_ref()
            .and_then(|Reference(id)| id.as_deref())
            .and_then(group_id)
            .ok_or(Failure::NotFound)
    }

    /// Returns the user's id. `None` if the field is absent or not a valid id.
    pub fn user(&self) -> Option<UserId> {
        let id = self.user_id.as_ref().and_then(|Reference(id)| id.as_deref());
        id.and_then(|id| UserId::parse(id).ok())
    }

    fn is_empty(&self) -> bool {
        self.group_id.is_none() && self.user_id.is_none() && self.others.is_empty()
    }

    /// Reads the fields of a form, as `root[name]=value`. `None` if it names one of our fields
    /// twice.
    fn of_form(pairs: Vec<(String, String)>, root: &str) -> Option<Self> {
        let mut fields = Self::default();
        for (key, value) in pairs {
            let Some((name, rest)) = key
                .strip_prefix(root)
                .and_then(|key| key.strip_prefix('['))
                .and_then(|key| key.split_once(']'))
            else {
                continue;
            };
            // A longer key is an array or an object, which can't be an id.
            let reference = Reference(rest.is_empty().then_some(value));
            let twice = match name {
                "group_id" => fields.group_id.replace(reference).is_some(),
                "user_id" => fields.user_id.replace(reference).is_some(),
                _ => {
                    fields.others.insert(name.to_owned(), IgnoredAny);
                    false
                }
            };
            if twice {
                return None;
            }
        }
        Some(fields)
    }
}

/// A body with a root key.
pub trait Rooted: DeserializeOwned {
    /// The root key.
    const ROOT: &'static str;

    /// Returns the fields under the root key.
    fn fields(self) -> Option<Fields>;
}

/// The body of `POST /group_invites`.
#[derive(Deserialize)]
pub struct InviteForm {
    group_invite: Option<Fields>,
}

impl Rooted for InviteForm {
    const ROOT: &'static str = "group_invite";

    fn fields(self) -> Option<Fields> {
        self.group_invite
    }
}

/// The body of `POST /group_members`.
#[derive(Deserialize)]
pub struct MemberForm {
    group_member: Option<Fields>,
}

impl Rooted for MemberForm {
    const ROOT: &'static str = "group_member";

    fn fields(self) -> Option<Fields> {
        self.group_member
    }
}

/// Returns the fields under the body's root key.
///
/// # Errors
/// - `BodyTooLarge` above `limit` bytes.
/// - `ParameterMissing` for another media type, an empty or malformed body, a missing or empty root
///   key, or one of our fields twice.
pub fn fields<T: Rooted>(request: &Request, limit: usize) -> Result<Fields, Failure> {
    let bytes = raw_body(request, limit).map_err(|_| Failure::BodyTooLarge)?;
    let fields = match media_type(request).as_deref() {
        Some("application/json") => lenient_json::<T>(bytes).ok().and_then(T::fields),
        Some("application/x-www-form-urlencoded") => Fields::of_form(form_fields(bytes), T::ROOT),
        _ => None,
    };
    fields.filter(|fields| !fields.is_empty()).ok_or(Failure::ParameterMissing(T::ROOT))
}

/// Returns the id of the group in the path.
///
/// # Errors
/// `NotFound` if it is not a valid id.
pub fn group_of_path(request: &Request) -> Result<GroupId, Failure> {
    let text = path_parameter(request, "group_id", |text| Ok(text.to_owned()))
        .map_err(|_| Failure::NotFound)?;
    group_id(&text).ok_or(Failure::NotFound)
}

/// Parses a group's id. `None` also for the application, which is no group to this API.
fn group_id(text: &str) -> Option<GroupId> {
    GroupId::parse(text).ok().filter(|group| *group != GroupId::application())
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use proptest::prelude::*;

    use super::*;

    fn read(media_type: &str, body: &str) -> Result<(Option<String>, Option<String>), Failure> {
        let mut request = Request::new(Body::from(body));
        request.headers_mut().insert("content-type", media_type.parse().unwrap());
        let fields = fields::<InviteForm>(&request, 1000)?;
        let text = |id: Option<Reference>| id.and_then(|Reference(id)| id);
        Ok((text(fields.group_id), text(fields.user_id)))
    }

    fn group_of(json: &str) -> Option<String> {
        read("application/json", &format!("{{\"group_invite\":{{\"group_id\":{json}}}}}"))
            .unwrap()
            .0
    }

    #[test]
    fn an_id_is_a_plain_number_or_a_string() {
        assert_eq!(group_of("3773").as_deref(), Some("3773"));
        assert_eq!(group_of("\"3773\"").as_deref(), Some("3773"));
        assert_eq!(group_of("\"03773\"").as_deref(), Some("03773"));
        assert_eq!(group_of("18446744073709551615").as_deref(), Some("18446744073709551615"));
        for other in [
            "3773.0",
            "3.773e3",
            "-3773",
            "-0",
            "18446744073709551616",
            "true",
            "null",
            "[3773]",
            "{\"id\":3773}",
        ] {
            assert_eq!(group_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_form_is_read_like_json() {
        let form = |body: &str| read("application/x-www-form-urlencoded; charset=UTF-8", body);
        let both = Ok((Some("3773".to_owned()), Some("29845".to_owned())));
        assert_eq!(form("group_invite[user_id]=29845&group_invite[group_id]=3773"), both);
        assert_eq!(
            form(
                "group_invite%5Buser_id%5D=29845&group_invite%5Bgroup_id%5D=3773&other=1&group_invite%5Bcreated_by%5D=1"
            ),
            both
        );
        assert_eq!(form("group_invite[group_id][]=3773"), Ok((None, None)));
        for body in [
            "",
            "group_invite=3773",
            "group_id=3773",
            "group_member[group_id]=3773",
            "group_invite[group_id]=1&group_invite[group_id]=2",
        ] {
            assert_eq!(form(body), Err(Failure::ParameterMissing("group_invite")), "{body}");
        }
    }

    #[test]
    fn a_body_without_fields_under_its_root_key_is_refused() {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "{\"group_id\":3773}",
            "{\"group_invite\":{}}",
            "{\"group_invite\":null}",
            "{\"group_invite\":[]}",
            "{\"group_invite\":3773}",
            "{\"group_invite\":\"3773\"}",
            "{\"group_invite\":{\"group_id\":1,\"group_id\":1}}",
            "{\"group_invite\":{\"group_id\":1},\"group_invite\":{\"group_id\":1}}",
            "{\"group_invite\":{\"group_id\":01}}",
            "{group_invite: {user_id: 29845}}",
            "{\"group_invite\":{\"group_id\":1}}x",
        ] {
            assert_eq!(
                read("application/json", body),
                Err(Failure::ParameterMissing("group_invite")),
                "{body}"
            );
        }
        let right = "{\"group_invite\":{\"group_id\":1}}";
        for media_type in ["text/plain", "application/xml", "multipart/form-data"] {
            assert_eq!(
                read(media_type, right),
                Err(Failure::ParameterMissing("group_invite")),
                "{media_type}"
            );
        }
        assert_eq!(
            read("application/json", "{\"x\":1,\"group_invite\":{\"created_by\":1}}"),
            Ok((None, None))
        );
        assert_eq!(read("application/json", &" ".repeat(1001)), Err(Failure::BodyTooLarge));
    }

    proptest! {
        #[test]
        fn reading_never_panics(body in "\\PC{0,80}") {
            let _json = read("application/json", &body);
            let _form = read("application/x-www-form-urlencoded", &body);
        }
    }
}
