//! Reads the body of a POST as clients of the original send it
//! (docs/contracts/chembiohub.md#request).

use lambda_http::Request;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::failure::Failure;
use crate::domain::Invalid;
use crate::domain::email::EmailAddress;
use crate::domain::group::given;
use crate::domain::ids::GroupId;
use crate::domain::invisible::trim;
use crate::domain::role::Roles;
use crate::domain::text::Name;
use crate::engine::{NewInvitation, PersonRequest};
use crate::http::{json_or_undeclared, lenient_json, raw_body};

/// The most bytes of a body, if `LIMIT_BODY_BYTES` is not higher. The front end posts whole
/// projects with all their fields.
const MAX_BODY: usize = 512 * 1024;

/// The most projects that one request may name.
const MAX_PROJECTS: usize = 20;

/// The invitation that a client sent.
#[derive(Debug, Deserialize)]
pub struct Posted {
    email: EmailAddress,
    #[serde(default, deserialize_with = "given")]
    first_name: Option<SentName>,
    #[serde(default, deserialize_with = "given")]
    last_name: Option<SentName>,
    /// The front end's spelling of `first_name`, which decides if both are there.
    #[serde(default, rename = "firstName", deserialize_with = "given")]
    first_name_alias: Option<SentName>,
    /// The front end's spelling of `last_name`, which decides if both are there.
    #[serde(default, rename = "lastName", deserialize_with = "given")]
    last_name_alias: Option<SentName>,
    #[serde(default, deserialize_with = "given")]
    projects_selected: Option<Projects>,
    #[serde(default, deserialize_with = "given")]
    remind: Option<Option<bool>>,
    /// Unknown fields, which the answer returns.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A name as it was sent, and as it is stored. A blank name is stored as `None`.
#[derive(Debug)]
struct SentName {
    sent: Option<String>,
    name: Option<Name>,
}

impl<'de> Deserialize<'de> for SentName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let sent = Option::<String>::deserialize(deserializer)?;
        let name =
            sent.as_deref().filter(|text| !trim(text).is_empty()).map(Name::parse).transpose();
        Ok(Self { name: name.map_err(Invalid::into_serde)?, sent })
    }
}

/// The projects as they were sent, and their groups without repeats.
#[derive(Debug)]
struct Projects {
    sent: Value,
    groups: Vec<GroupId>,
}

impl<'de> Deserialize<'de> for Projects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let sent = Value::deserialize(deserializer)?;
        let groups = groups(&sent).map_err(Invalid::into_serde)?;
        Ok(Self { sent, groups })
    }
}

fn groups(sent: &Value) -> Result<Vec<GroupId>, Invalid> {
    let projects = match sent {
        Value::Null => return Ok(Vec::new()),
        Value::Array(projects) if projects.len() <= MAX_PROJECTS => projects,
        Value::Array(_) => {
            return Err(Invalid::new("too_many_projects", "Give at most 20 projects."));
        }
        _ => return Err(Invalid::new("invalid_projects", "Give a list of projects.")),
    };
    let mut groups: Vec<GroupId> = Vec::new();
    for project in projects {
        let id = project.get("id");
        let invalid = Invalid::new("invalid_project", "Give each project's id.");
        let group = id
            .and_then(group_id)
            .filter(|id| *id != GroupId::application())
            .ok_or_else(|| invalid.or_hidden(id.and_then(Value::as_str).unwrap_or_default()))?;
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    Ok(groups)
}

/// Returns the group of a project id. The original's ids are integers; other group ids are texts.
fn group_id(id: &Value) -> Option<GroupId> {
    match id {
        Value::Number(number) if number.is_i64() || number.is_u64() => {
            GroupId::parse(&number.to_string()).ok()
        }
        Value::String(text) => GroupId::parse(text).ok(),
        _ => None,
    }
}

impl Posted {
    /// Reads a body of at most 512 KiB, or `limit` bytes if that is more. A body without a declared media type counts as JSON,
    /// as in Tastypie.
    ///
    /// # Errors
    /// - 413 if the body is too large.
    /// - 415 if the declared media type is not JSON.
    /// - 403 if the body or a field is wrong.
    pub fn read(request: &Request, limit: usize) -> Result<Self, Failure> {
        let body = raw_body(request, limit.max(MAX_BODY))?;
        json_or_undeclared(request)?;
        Ok(lenient_json(body)?)
    }

    /// Returns the request for the engine. Invited people become viewers of the projects.
    pub fn invitation(&self) -> NewInvitation {
        let name = |sent: Option<&SentName>| sent.and_then(|sent| sent.name.clone());
        NewInvitation {
            person: PersonRequest {
                email: self.email.clone(),
                first_name: name(self.first_name.as_ref().or(self.first_name_alias.as_ref())),
                last_name: name(self.last_name.as_ref().or(self.last_name_alias.as_ref())),
            },
            groups: self
                .projects_selected
                .as_ref()
                .map(|projects| projects.groups.clone())
                .unwrap_or_default(),
            roles: Roles::viewer(),
            remind: self.remind.flatten().unwrap_or(false),
        }
    }

    /// Returns the address as it was sent.
    pub(super) fn email(&self) -> &str {
        self.email.as_str()
    }

    /// Returns the fields that the answer repeats: names, projects and `remind` as they were sent,
    /// and every unknown field. A name that was sent as `firstName` is there under both spellings.
    pub(super) fn echo(self) -> Map<String, Value> {
        let mut echo = self.rest;
        let names = [
            ("first_name", "firstName", self.first_name, self.first_name_alias),
            ("last_name", "lastName", self.last_name, self.last_name_alias),
        ];
        for (name, alias, sent, sent_alias) in names {
            let text = |sent: &SentName| sent.sent.clone().map_or(Value::Null, Value::from);
            let first = sent.as_ref().or(sent_alias.as_ref());
            echo.extend(first.map(|sent| (name.into(), text(sent))));
            echo.extend(sent_alias.as_ref().map(|sent| (alias.into(), text(sent))));
        }
        echo.extend(
            self.projects_selected.map(|projects| ("projects_selected".into(), projects.sent)),
        );
        echo.extend(
            self.remind.map(|remind| ("remind".into(), remind.map_or(Value::Null, Value::from))),
        );
        echo
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use lambda_http::http::{StatusCode, header};
    use serde_json::json;

    use super::*;

    fn read_as(content_type: Option<&str>, body: &str) -> Result<Posted, Failure> {
        let mut request = Request::new(Body::Text(body.to_owned()));
        request
            .headers_mut()
            .extend(content_type.map(|kind| (header::CONTENT_TYPE, kind.parse().unwrap())));
        Posted::read(&request, 2000)
    }

    fn read(body: &Value) -> Result<Posted, Failure> {
        read_as(Some("application/json"), &body.to_string())
    }

    fn error(body: &str) -> String {
        match read_as(None, body).unwrap_err() {
            Failure::Error { status, error, .. } if status == StatusCode::FORBIDDEN => {
                error.into_owned()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_and_projects_are_read_and_returned_as_sent() {
        let body = json!({"email": "Ada@example.com", "first_name": " Ada ", "last_name": null, "remind": true,
            "projects_selected": [{"id": 1, "name": "P1"}, {"id": "1"}, {"id": "lab_2"}], "colour": {"b": 1, "a": [2]}});
        let posted = read(&body).unwrap();
        let new = posted.invitation();
        assert_eq!(new.groups.iter().map(GroupId::as_str).collect::<Vec<_>>(), ["1", "lab_2"]);
        assert_eq!(
            (new.person.first_name.unwrap().as_str(), new.person.last_name, new.remind),
            ("Ada", None, true)
        );
        let mut echo = Value::Object(posted.echo());
        echo["email"] = body["email"].clone();
        assert_eq!(echo, body);
    }

    #[test]
    fn absent_fields_are_empty_and_not_returned() {
        let posted = read(&json!({"email": "ada@example.com"})).unwrap();
        let new = posted.invitation();
        assert!(new.groups.is_empty() && !new.remind && new.person.first_name.is_none());
        assert_eq!(Value::Object(posted.echo()), json!({}));
        let aliased = json!({"email": "ada@example.com", "firstName": " Ada", "lastName": "Byron", "last_name": "Lovelace"});
        let aliased = read(&aliased).unwrap();
        let person = aliased.invitation().person;
        assert_eq!(
            [person.first_name, person.last_name].map(|name| name.unwrap().as_str().to_owned()),
            ["Ada", "Lovelace"]
        );
        assert_eq!(
            Value::Object(aliased.echo()),
            json!({"first_name": " Ada", "firstName": " Ada", "last_name": "Lovelace", "lastName": "Byron"})
        );
        let nulls = read(&json!({"email": "ada@example.com", "projects_selected": null, "remind": null, "first_name": ""})).unwrap();
        assert!(nulls.invitation().groups.is_empty() && !nulls.invitation().remind);
    }

    #[test]
    fn a_wrong_body_gets_a_sentence_about_its_error() {
        for body in ["", "{", "{}x", "email=a@b.c", "\u{feff}{}"] {
            assert_eq!(error(body), "Request is not valid JSON.", "{body:?}");
        }
        for body in [
            r#"{}"#,
            r#"{"email":null}"#,
            r#"{"email":7}"#,
            r#"{"email":""}"#,
            r#"{"email":"a@b"}"#,
        ] {
            assert_eq!(error(body), "Email not valid", "{body}");
        }
        assert_eq!(
            error(r#"{"email":"a@b.c","email":"a@b.c"}"#),
            "email: This field appears twice."
        );
        // The first wrong field decides.
        assert_eq!(error(r#"{"email":"a@b","remind":"yes"}"#), "Email not valid");
        assert_eq!(error(r#"{"email":"a@b","email":"a@b.c"}"#), "Email not valid");
        assert!(error(r#"{"remind":"yes","email":"a@b"}"#).starts_with("remind: "));
        for body in [r#"["a@b.c"]"#, "null", "7"] {
            assert_eq!(error(body), "Send one JSON object.", "{body}");
        }
        let with = |fields: &str| error(&format!(r#"{{"email":"a@b.c",{fields}}}"#));
        assert!(with(r#""first_name":7"#).starts_with("first_name: "));
        assert!(with(r#""last_name":"a\u0000b""#).starts_with("last_name: "));
        assert!(with(&format!(r#""last_name":"{}""#, "x".repeat(101))).starts_with("last_name: "));
        assert!(with(r#""remind":"true""#).starts_with("remind: "));
        let many = format!(r#""projects_selected":[{}]"#, vec![r#"{"id":1}"#; 21].join(","));
        assert_eq!(with(&many), "projects_selected: Give at most 20 projects.");
        for projects in [
            r#"{"id":1}"#,
            "1",
            "[1]",
            "[{}]",
            r#"[{"id":1.5}]"#,
            r#"[{"id":null}]"#,
            r#"[{"id":"a/b"}]"#,
            r#"[{"id":1e30}]"#,
        ] {
            assert!(
                with(&format!(r#""projects_selected":{projects}"#))
                    .starts_with("projects_selected: "),
                "{projects}"
            );
        }
    }

    #[test]
    fn a_body_must_be_declared_as_json_or_not_at_all() {
        let body = r#"{"email":"a@b.c"}"#;
        for kind in [None, Some("application/json; charset=utf-8"), Some("Application/JSON")] {
            assert!(read_as(kind, body).is_ok(), "{kind:?}");
        }
        for kind in [
            "application/x-www-form-urlencoded",
            "text/plain",
            "application/xml",
            "multipart/form-data; boundary=x",
        ] {
            assert!(
                matches!(
                    read_as(Some(kind), body),
                    Err(Failure::Error { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, .. })
                ),
                "{kind}"
            );
        }
        assert!(matches!(
            read_as(None, &" ".repeat(MAX_BODY + 1)),
            Err(Failure::Error { status: StatusCode::PAYLOAD_TOO_LARGE, .. })
        ));
    }
}
