//! Bodies: JSON or a form, under one root key, of which two fields count
//! (docs/contracts/evanta.md#request).

use std::collections::HashMap;
use std::fmt;

use lambda_http::Request;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Failure;
use crate::domain::group::given;
use crate::domain::ids::{GroupId, UserId};
use crate::http::{form_fields, lenient_json, media_type, path_parameter, raw_body};

/// What stands under the root key; other fields count for nothing but its not being empty.
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
    /// The group.
    ///
    /// # Errors
    /// `NotFound` where the field is absent or nothing can have such an id.
    pub fn group(&self) -> Result<GroupId, Failure> {
        self.group_id
            .as_ref()
            .and_then(|Reference(id)| id.as_deref())
            .and_then(group_id)
            .ok_or(Failure::NotFound)
    }

    /// The user.
    ///
    /// # Errors
    /// `NotFound` where the field is absent or nothing can have such an id.
    pub fn user(&self) -> Result<UserId, Failure> {
        let id = self.user_id.as_ref().and_then(|Reference(id)| id.as_deref());
        id.and_then(|id| UserId::parse(id).ok()).ok_or(Failure::NotFound)
    }

    fn is_empty(&self) -> bool {
        self.group_id.is_none() && self.user_id.is_none() && self.others.is_empty()
    }

    /// The fields of a form, as `root[name]=value`; none where there are none, or one of ours
    /// stands twice.
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
            // What goes on is an array or an object, which no id is.
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

    /// What stands under it.
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

/// The fields under the body's root key.
///
/// # Errors
/// `BodyTooLarge`, and `ParameterMissing` for everything else that is not such a body: another
/// type, nothing, no JSON, no root key, nothing under it, a field twice.
pub fn fields<T: Rooted>(request: &Request, limit: usize) -> Result<Fields, Failure> {
    let bytes = raw_body(request, limit).map_err(|_| Failure::BodyTooLarge)?;
    let fields = match media_type(request).as_deref() {
        Some("application/json") => lenient_json::<T>(bytes).ok().and_then(T::fields),
        Some("application/x-www-form-urlencoded") => Fields::of_form(form_fields(bytes), T::ROOT),
        _ => None,
    };
    fields.filter(|fields| !fields.is_empty()).ok_or(Failure::ParameterMissing(T::ROOT))
}

/// The group that a path names.
///
/// # Errors
/// `NotFound` where nothing can have such an id.
pub fn group_of_path(request: &Request) -> Result<GroupId, Failure> {
    let text = path_parameter(request, "group_id", |text| Ok(text.to_owned()))
        .map_err(|_| Failure::NotFound)?;
    group_id(&text).ok_or(Failure::NotFound)
}

/// The group of this id. To this API the system itself is none.
fn group_id(text: &str) -> Option<GroupId> {
    GroupId::parse(text).ok().filter(|group| *group != GroupId::system())
}

/// An id: a number in plain digits or a text. Every other value is none that anything could have.
struct Reference(Option<String>);

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReferenceVisitor)
    }
}

struct ReferenceVisitor;

impl<'de> Visitor<'de> for ReferenceVisitor {
    type Value = Reference;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id")
    }

    fn visit_u64<E>(self, id: u64) -> Result<Reference, E> {
        Ok(Reference(Some(id.to_string())))
    }

    fn visit_str<E>(self, id: &str) -> Result<Reference, E> {
        Ok(Reference(Some(id.to_owned())))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Reference, E> {
        Ok(Reference(None))
    }

    /// A fraction, an exponent, or more than 64 bits.
    fn visit_f64<E>(self, _: f64) -> Result<Reference, E> {
        Ok(Reference(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Reference, E> {
        Ok(Reference(None))
    }

    fn visit_unit<E>(self) -> Result<Reference, E> {
        Ok(Reference(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Reference, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Reference(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Reference, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Reference(None))
    }
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
    fn an_id_is_a_plain_number_or_a_text() {
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
    fn a_form_says_the_same() {
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
    fn a_body_without_its_root_is_missing_it() {
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
