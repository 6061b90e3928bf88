//! The requests: two fields under a root key, in JSON, a form or the query
//! (docs/contracts/evanta.md#request), and ids in the path.

mod reference;

use std::collections::HashMap;

use lambda_http::{Request, RequestExt};
use reference::Reference;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::Failure;
use crate::domain::group::given;
use crate::domain::ids::{GroupId, InviteId, UserId};
use crate::domain::invisible::{in_value, trim};
use crate::http::{
    form_fields, lenient_json, media_type, multipart_fields, path_parameter, raw_body,
};

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

    /// Returns these fields, and the `other` ones where these are absent.
    fn or(mut self, other: Self) -> Self {
        self.others.extend(other.others);
        Self {
            group_id: self.group_id.or(other.group_id),
            user_id: self.user_id.or(other.user_id),
            others: self.others,
        }
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

/// Returns the fields under the root key. Like Rails, it merges query and body, and the query takes
/// precedence.
///
/// # Errors
/// - `BodyTooLarge` above `limit` bytes.
/// - `ParameterMissing` for a malformed body, a missing or empty root key, or one of our fields
///   twice. A body of another media type is ignored.
/// - `HiddenCharacter` for an id with a character inside that nobody can see.
pub async fn fields<T: Rooted>(request: &Request, limit: usize) -> Result<Fields, Failure> {
    let bytes = raw_body(request, limit).map_err(|_| Failure::BodyTooLarge)?;
    let missing = Failure::ParameterMissing(T::ROOT);
    let of_form = |pairs| Fields::of_form(pairs, T::ROOT).ok_or(missing.clone());
    let body = match media_type(request).as_deref() {
        Some("application/json") if !bytes.is_empty() => {
            lenient_json::<T>(bytes).map_err(|_| missing.clone())?.fields().unwrap_or_default()
        }
        Some("application/x-www-form-urlencoded") => of_form(form_fields(bytes))?,
        Some("multipart/form-data") => {
            of_form(multipart_fields(request, bytes).await.ok_or(missing.clone())?)?
        }
        _ => Fields::default(),
    };
    let fields = of_form(query(request))?.or(body);
    if fields.is_empty() {
        return Err(missing);
    }
    check_hidden("group_id", fields.group_id.as_ref())?;
    check_hidden("user_id", fields.user_id.as_ref())?;
    Ok(fields)
}

/// Refuses an id with a character inside that nobody can see.
fn check_hidden(attribute: &'static str, id: Option<&Reference>) -> Result<(), Failure> {
    let text = id.and_then(|Reference(id)| id.as_deref()).unwrap_or_default();
    match in_value(trim(text)) {
        Some(character) => Err(Failure::HiddenCharacter(attribute, character)),
        None => Ok(()),
    }
}

fn query(request: &Request) -> Vec<(String, String)> {
    let parameters = request.query_string_parameters_ref().into_iter();
    let parameters = parameters.flat_map(|parameters| parameters.iter());
    parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Returns the id of the group in the path.
///
/// # Errors
/// `NotFound` if it is not a valid id.
pub fn group_of_path(request: &Request) -> Result<GroupId, Failure> {
    group_id(&id_of_path(request, "group_id")?).ok_or(Failure::NotFound)
}

/// Returns the id of the invite in the path.
///
/// # Errors
/// `NotFound` if it is not a valid id.
pub fn invite_of_path(request: &Request) -> Result<InviteId, Failure> {
    InviteId::parse(&id_of_path(request, "id")?).map_err(|_| Failure::NotFound)
}

/// Returns the path's last parameter without the format `.json`, with which Rails routes may end.
fn id_of_path(request: &Request, name: &'static str) -> Result<String, Failure> {
    let text = path_parameter(request, name, |text| Ok(text.to_owned()));
    let text = text.map_err(|_| Failure::NotFound)?;
    Ok(text.strip_suffix(".json").unwrap_or(&text).to_owned())
}

/// Parses a group's id. `None` also for the application, which is no group to this API.
fn group_id(text: &str) -> Option<GroupId> {
    GroupId::parse(text).ok().filter(|group| *group != GroupId::application())
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use lambda_http::Body;
    use proptest::prelude::*;

    use super::*;

    type Read = Result<(Option<String>, Option<String>), Failure>;

    fn read(media_type: &str, body: &str) -> Read {
        read_with_query(media_type, body, &[])
    }

    fn read_with_query(media_type: &str, body: &str, query: &[(&str, &str)]) -> Read {
        let mut request = Request::new(Body::from(body));
        request.headers_mut().insert("content-type", media_type.parse().unwrap());
        let query = query.iter().map(|(name, value)| ((*name).into(), vec![(*value).into()]));
        let query: HashMap<String, Vec<String>> = query.collect();
        let request = request.with_query_string_parameters(query);
        let fields = fields::<InviteForm>(&request, 1000).now_or_never().unwrap()?;
        let text = |id: Option<Reference>| id.and_then(|Reference(id)| id);
        Ok((text(fields.group_id), text(fields.user_id)))
    }

    #[test]
    fn query_and_body_are_merged_and_the_query_takes_precedence() {
        let group = ("group_invite[group_id]", "3773");
        let user = ("group_invite[user_id]", "29845");
        let both = || Ok((Some("3773".to_owned()), Some("29845".to_owned())));
        let other = r#"{"group_invite":{"group_id":1,"user_id":29845}}"#;
        for (media_type, body, query) in [
            ("application/json", "", &[group, user][..]),
            ("text/plain", "anything", &[group, user]),
            ("application/json", r#"{"group_invite":{"user_id":29845}}"#, &[group]),
            ("application/json", other, &[group]),
            ("application/x-www-form-urlencoded", "group_invite[user_id]=29845", &[group]),
            ("application/json", other, &[group, ("x", "1"), ("group_member[user_id]", "2")]),
        ] {
            assert_eq!(read_with_query(media_type, body, query), both(), "{body} {query:?}");
        }
        let missing = Err(Failure::ParameterMissing("group_invite"));
        assert_eq!(read_with_query("application/json", "{", &[group, user]), missing);
        assert_eq!(read_with_query("application/json", "", &[("group_id", "3773")]), missing);
    }

    #[test]
    fn a_multipart_form_is_read_like_json() {
        let part = |name: &str, value: &str| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let form = |body: &str| read("multipart/form-data; boundary=x", body);
        let (group, user) =
            (part("group_invite[group_id]", "3773"), part("group_invite[user_id]", "29845"));
        let both = Ok((Some("3773".to_owned()), Some("29845".to_owned())));
        assert_eq!(form(&format!("{group}{user}--x--\r\n")), both);
        let missing = Err(Failure::ParameterMissing("group_invite"));
        for body in [
            "--x--\r\n".to_owned(),
            format!("{group}{group}--x--\r\n"),
            format!("{group}{user}"),
            format!("{}--x--\r\n", part("group_id", "3773")),
        ] {
            assert_eq!(form(&body), missing, "{body}");
        }
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
