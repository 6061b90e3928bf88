//! Acting on many invites in one request: which ones, and one result per invite.

use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, Response};
use serde::{Deserialize, Serialize};

use super::super::Problem;
use super::super::problem::ProblemBody;
use super::RULE;
use super::body::InviteBody;
use super::create::object_or_null;
use super::created::{CreatedBody, CreationBody};
use super::filter_body::FilterBody;
use crate::domain::Invalid;
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::ids::InviteId;
use crate::domain::invite::TokenChoice;
use crate::domain::language::LanguageTag;
use crate::engine::{Acted, Choice, MOST_AT_ONCE, Many, Outcome, ResendRequest};
use crate::http::{RequestError, json, request_id};

const ONE_CHOICE: Invalid = Invalid::new("one_of", "Give exactly one of ids and filter.");

const NUMBER: Invalid = Invalid::new("wrong_number_of_invites", "Give 1 to 100 ids.");

/// The body of `POST /v1/groups/{group}/invites/revoke`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokeInvitesBody {
    /// The invites to revoke. Give either these or `filter`.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    ids: Option<Vec<InviteId>>,
    /// Revokes the newest hundred of the invites that it selects and that can be revoked.
    #[serde(default, deserialize_with = "object_or_null")]
    filter: Option<FilterBody>,
}

/// The body of `POST /v1/groups/{group}/invites/resend`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResendInvitesBody {
    /// The invites to resend. Give either these or `filter`.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    ids: Option<Vec<InviteId>>,
    /// Resends the newest hundred of the invites that it selects and that can be resent now.
    #[serde(default, deserialize_with = "object_or_null")]
    filter: Option<FilterBody>,
    /// `rotate` for new tokens, so that the old links no longer work; `keep` for the same tokens.
    /// `rotate` if absent.
    token: Option<TokenChoice>,
    /// The language of the mails and the pages; as it was if absent.
    locale: Option<LanguageTag>,
    /// Whether to send mails to the invitees whose addresses are known; `true` if absent.
    notify: Option<bool>,
}

impl RevokeInvitesBody {
    /// Returns the invites to revoke.
    ///
    /// # Errors
    /// `InvalidBody` unless the body names 1 to 100 ids or a filter.
    pub fn choice(self) -> Result<Choice, RequestError> {
        choice(self.ids, self.filter)
    }
}

impl ResendInvitesBody {
    /// Returns the invites to resend, and how. `entropy` identifies the request.
    ///
    /// # Errors
    /// `InvalidBody` unless the body names 1 to 100 ids or a filter.
    pub fn request(self, entropy: [u8; 16]) -> Result<(Choice, ResendRequest), RequestError> {
        let request = ResendRequest {
            token: self.token.unwrap_or_default(),
            locale: self.locale,
            notify: self.notify.unwrap_or(true),
            rule: RULE,
            request: RequestId::from_entropy(entropy),
        };
        Ok((choice(self.ids, self.filter)?, request))
    }
}

fn choice(ids: Option<Vec<InviteId>>, filter: Option<FilterBody>) -> Result<Choice, RequestError> {
    match (ids, filter) {
        (Some(ids), None) if (1..=MOST_AT_ONCE).contains(&ids.len()) => Ok(Choice::Ids(ids)),
        (Some(_), None) => Err(RequestError::field("/ids", NUMBER)),
        (None, Some(filter)) => Ok(Choice::Filter(Box::new(filter.filter()))),
        (Some(_), Some(_)) | (None, None) => Err(RequestError::field("", ONE_CHOICE)),
    }
}

/// The response to a request to revoke or resend many invites.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ActedInvitesBody))]
pub(in crate::api::native) struct ChosenResultsBody<'a> {
    /// The result of every id, in the order of the request; or of every invite that the filter
    /// selected, newest first.
    results: Vec<ChosenResultBody<'a>>,
    /// The number of different invites that are revoked or resent.
    done: usize,
    /// The number of results with a problem.
    failed: usize,
    /// How many other invites the filter selects, up to 900; absent for ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    remaining: Option<usize>,
    /// Whether `remaining` is all of them. `false` if there may be more; absent for ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    remaining_is_exact: Option<bool>,
}

/// The result for one invite.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ActedInviteBody))]
struct ChosenResultBody<'a> {
    /// The result's place, from 0.
    index: usize,
    /// The invite's id.
    id: InviteId,
    /// The status that a request for this invite alone would have.
    status: u16,
    /// The invite, with its link if it was resent; absent if there is a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    invite: Option<CreationBody<'a>>,
    /// The problem; absent if there is an invite.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    problem: Option<ProblemBody<'a>>,
}

/// Returns the response to a request to revoke or resend many invites: the result of each at `now`.
/// Links are under `public_url`.
pub fn chosen(request: &Request, many: &Many, public_url: &str, now: Timestamp) -> Response<Body> {
    let of = |id: &InviteId| many.outcomes.get(id);
    let problems: Vec<Option<Problem>> =
        many.ids.iter().map(|id| of(id).and_then(problem)).collect();
    let instance = request_id(request);
    let results = many.ids.iter().zip(&problems).enumerate().map(|(index, (id, problem))| {
        let failed = problem.as_ref().map(|problem| problem.code.status());
        let acted = of(id).and_then(|outcome| outcome.as_ref().ok());
        ChosenResultBody {
            index,
            id: *id,
            status: failed.unwrap_or(StatusCode::OK).as_u16(),
            invite: acted.map(|Acted { invite, token }| match token {
                Some(token) => {
                    let body = CreatedBody::of((invite, token), &many.present, public_url, now);
                    CreationBody::Made(Box::new(body))
                }
                None => CreationBody::Known(Box::new(InviteBody::new(invite, &many.present, now))),
            }),
            problem: problem.as_ref().map(|problem| problem.body(&instance)),
        }
    });
    let body = ChosenResultsBody {
        results: results.collect(),
        done: many.outcomes.values().filter(|outcome| outcome.is_ok()).count(),
        failed: problems.iter().flatten().count(),
        remaining: many.remaining.map(|remaining| remaining.invites),
        remaining_is_exact: many.remaining.map(|remaining| remaining.is_exact),
    };
    json(StatusCode::MULTI_STATUS, &body)
}

fn problem(outcome: &Outcome<Acted>) -> Option<Problem> {
    outcome.as_ref().err().map(|stop| Problem::from(stop.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(json: &str) -> (String, String) {
        let body: RevokeInvitesBody = serde_json::from_str(json).unwrap();
        match body.choice().unwrap_err() {
            RequestError::InvalidBody(errors) if errors.len() == 1 => {
                (errors[0].pointer.clone(), errors[0].code.as_str().to_owned())
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_body_names_ids_or_a_filter() {
        let wrong = ("".to_owned(), "one_of".to_owned());
        assert_eq!(error("{}"), wrong);
        assert_eq!(error(r#"{"ids": null, "filter": null}"#), wrong);
        assert_eq!(error(r#"{"ids": ["1"], "filter": {}}"#), wrong);
        let read = |json| serde_json::from_str::<RevokeInvitesBody>(json).unwrap().choice();
        assert!(
            matches!(read(r#"{"ids": ["1", "1"], "filter": null}"#), Ok(Choice::Ids(ids)) if ids.len() == 2)
        );
        assert!(matches!(read(r#"{"filter": {}}"#), Ok(Choice::Filter(_))));
    }

    #[test]
    fn a_request_names_at_most_a_hundred_ids() {
        let ids = |count: usize| serde_json::json!({ "ids": vec!["1"; count] }).to_string();
        let wrong = ("/ids".to_owned(), "wrong_number_of_invites".to_owned());
        assert_eq!((error(&ids(0)), error(&ids(101))), (wrong.clone(), wrong));
        let hundred: RevokeInvitesBody = serde_json::from_str(&ids(100)).unwrap();
        assert!(hundred.choice().is_ok());
    }
}
