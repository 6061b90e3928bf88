//! Every error of the rownd API: the published `Error` schema with all its fields, which the public
//! SDKs need in different choices (docs/contracts/rownd.md#errors).

use std::convert::Infallible;
use std::future::Future;

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use serde::Serialize;

use crate::auth::Unauthenticated;
use crate::domain::invite::State;
use crate::engine::Refusal;
use crate::http::{self, FieldError, RequestError};

/// When a group with too many pending invites is worth another try, in seconds: nobody knows, so an
/// hour.
const PENDING_RETRY: i64 = 3600;

/// One error, as it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    /// One sentence for each field that is not right; none where `message` says it all.
    fields: Vec<String>,
    retry_after: Option<i64>,
    challenge: Option<&'static str>,
}

#[derive(Serialize)]
struct FailureBody<'a> {
    #[serde(rename = "statusCode")]
    status_code: u16,
    error: &'static str,
    code: &'static str,
    message: &'a str,
    messages: Vec<&'a str>,
}

impl Failure {
    fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, fields: Vec::new(), retry_after: None, challenge: None }
    }

    /// The error for fields that are not right, each named with what is wrong with it.
    fn fields<'a>(errors: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let named =
            errors.into_iter().map(|(pointer, detail)| match pointer.trim_start_matches('/') {
                "" => detail.to_owned(),
                field => format!("{}: {detail}", field.replace('/', ".")),
            });
        Self {
            fields: named.collect(),
            ..Self::new(StatusCode::BAD_REQUEST, "E_INVALID_BODY", "The body is not valid.")
        }
    }

    fn retrying_after(self, seconds: i64) -> Self {
        Self { retry_after: Some(seconds.max(1)), ..self }
    }

    fn response(&self) -> Response<Body> {
        let messages: Vec<&str> = if self.fields.is_empty() {
            vec![self.message]
        } else {
            self.fields.iter().map(String::as_str).collect()
        };
        let body = FailureBody {
            status_code: self.status.as_u16(),
            error: self.status.canonical_reason().unwrap_or_default(),
            code: self.code,
            message: messages.first().copied().unwrap_or_default(),
            messages,
        };
        let mut response = http::json(self.status, &body);
        let headers = response.headers_mut();
        let retry =
            self.retry_after.and_then(|seconds| HeaderValue::from_str(&seconds.to_string()).ok());
        headers.extend(retry.map(|value| (header::RETRY_AFTER, value)));
        headers.extend(
            self.challenge
                .map(|challenge| (header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))),
        );
        response
    }
}

/// What the endpoint gave in time, or its failure as an answer.
///
/// # Errors
/// None: every failure is an answer.
pub async fn respond(
    answer: impl Future<Output = Result<Response<Body>, Failure>>,
) -> Result<Response<Body>, Infallible> {
    Ok(http::deadline(answer).await.unwrap_or_else(|failure| failure.response()))
}

impl From<Unauthenticated> for Failure {
    /// RFC 6750 §3: a challenge without an error code where no token came, `invalid_token` where
    /// one was refused.
    fn from(error: Unauthenticated) -> Self {
        let unauthorized = |code, challenge, message| Self {
            challenge: Some(challenge),
            ..Self::new(StatusCode::UNAUTHORIZED, code, message)
        };
        match error {
            Unauthenticated::Missing => unauthorized(
                "E_UNAUTHENTICATED",
                "Bearer realm=\"beckon\"",
                "Send an access token in the Authorization header, as 'Bearer <token>'.",
            ),
            Unauthenticated::Expired => unauthorized(
                "E_TOKEN_EXPIRED",
                "Bearer realm=\"beckon\", error=\"invalid_token\", error_description=\"The access token expired\"",
                "Sign in again to get a new access token.",
            ),
            Unauthenticated::Invalid => unauthorized(
                "E_UNAUTHENTICATED",
                "Bearer realm=\"beckon\", error=\"invalid_token\", error_description=\"The access token is not valid\"",
                "The access token is malformed, or was not issued for this service.",
            ),
            Unauthenticated::IssuerUnavailable => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "E_TEMPORARILY_UNAVAILABLE",
                "The issuer's keys can't be fetched right now; try again.",
            )
            .retrying_after(5),
        }
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::MalformedBody(_) => Self::new(
                StatusCode::BAD_REQUEST,
                "E_MALFORMED_BODY",
                "Send one JSON object in UTF-8.",
            ),
            RequestError::InvalidBody(errors)
                if errors
                    .iter()
                    .any(|error| error.pointer.is_empty() && error.code == "wrong_type") =>
            {
                Self::new(StatusCode::BAD_REQUEST, "E_INVALID_BODY", "Send one JSON object.")
            }
            RequestError::InvalidBody(errors) => Self::fields(
                errors
                    .iter()
                    .map(|FieldError { pointer, detail, .. }| (pointer.as_str(), detail.as_str())),
            ),
            RequestError::UnsupportedMediaType => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "E_UNSUPPORTED_MEDIA_TYPE",
                "Send 'Content-Type: application/json'.",
            ),
            RequestError::BodyTooLarge(_) => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "E_BODY_TOO_LARGE",
                "The body is too large.",
            ),
            RequestError::UnknownPath("group") => Refusal::GroupNotFound.into(),
            RequestError::UnknownPath("member") => Refusal::MemberNotFound.into(),
            RequestError::UnknownPath(_) => Refusal::InviteNotFound.into(),
            RequestError::InvalidQuery(parameter, detail) => {
                Self { code: "E_INVALID_QUERY", ..Self::fields([(parameter, detail)]) }
            }
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let forbidden = |code, message| Self::new(StatusCode::FORBIDDEN, code, message);
        let not_found = |code, message| Self::new(StatusCode::NOT_FOUND, code, message);
        let conflict = |code, message| Self::new(StatusCode::CONFLICT, code, message);
        let gone = |code, message| Self::new(StatusCode::GONE, code, message);
        match refusal {
            Refusal::InsufficientScope(_) => forbidden("E_INSUFFICIENT_SCOPE", "The access token lacks a scope that this needs."),
            Refusal::Forbidden(message) => forbidden("E_FORBIDDEN", message),
            Refusal::RoleAboveOwn => forbidden("E_ROLE_ABOVE_OWN", "Nobody grants, changes or removes a role above their own."),
            Refusal::IdentityMismatch => forbidden("E_IDENTITY_MISMATCH", "Sign in with the account that the invite is addressed to."),
            Refusal::EmailNotVerified => forbidden("E_EMAIL_NOT_VERIFIED", "Verify your e-mail address with your login, then try again."),
            Refusal::DomainNotAllowed => forbidden("E_DOMAIN_NOT_ALLOWED", "Addresses of this mail domain can't be used here."),
            Refusal::InvitesRefused => forbidden("E_INVITES_REFUSED", "This person takes no invites."),
            Refusal::CaveatNotMet => forbidden("E_FORBIDDEN", "A condition of the token does not hold."),
            // Whether the group exists is not told to who is no member of it.
            Refusal::GroupNotFound | Refusal::NotMember(_) => {
                not_found("E_GROUP_NOT_FOUND", "There is no such group, or you are not a member of it.")
            }
            Refusal::UserNotFound => not_found("E_USER_NOT_FOUND", "There is no such user; invite by email or phone instead."),
            Refusal::MemberNotFound => not_found("E_MEMBER_NOT_FOUND", "The group has no such member."),
            Refusal::InviteNotFound => not_found("E_INVITE_NOT_FOUND", "There is no such invite."),
            Refusal::AlreadyMember | Refusal::Yourself => conflict("E_ALREADY_MEMBER", "This person is a member of the group already."),
            Refusal::AlreadyPending(_) => {
                conflict("E_INVITE_ALREADY_PENDING", "This person has a pending invite with other roles or another redirect_url.")
            }
            Refusal::NotPending(state) => not_pending(state),
            Refusal::InviteReplaced => gone("E_INVITE_REVOKED", "A newer invite has replaced this one."),
            Refusal::InviterGone => gone("E_INVITER_GONE", "Who sent this invite may no longer invite; ask for a new one."),
            Refusal::SeatsFull => conflict("E_SEATS_FULL", "The group has as many members as it may have."),
            Refusal::LastOwner => conflict("E_LAST_OWNER", "A group keeps at least one owner; make somebody else an owner first."),
            Refusal::GroupIdTaken => conflict("E_GROUP_ID_TAKEN", "A group has, or had, this id."),
            Refusal::IdentityTaken => conflict("E_IDENTITY_TAKEN", "An address or number in it belongs to another user."),
            Refusal::PreconditionFailed => {
                Self::new(StatusCode::PRECONDITION_FAILED, "E_PRECONDITION_FAILED", "It was changed meanwhile; read it again.")
            }
            Refusal::Invalid(pointer, invalid) => Self::fields([(pointer, invalid.detail)]),
            Refusal::InvalidCursor => {
                Self { code: "E_INVALID_QUERY", ..Self::fields([("after", "Give the id of the page's last member.")]) }
            }
            Refusal::PendingLimit => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "E_PENDING_LIMIT",
                "The group has as many pending invites as its policy allows; cancel some, or wait until some are taken up.",
            )
            .retrying_after(PENDING_RETRY),
            Refusal::RateLimited(seconds) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "E_RATE_LIMITED", "Try again later; see Retry-After.").retrying_after(seconds)
            }
            Refusal::Unavailable(error) => {
                tracing::warn!(%error, "Answered 503");
                let message = "Nothing was changed, as far as we know; try again.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "E_TEMPORARILY_UNAVAILABLE", message).retrying_after(1)
            }
            Refusal::Internal(error) => {
                tracing::error!(%error, "Answered 500");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "E_INTERNAL", "Something went wrong here; it is not your doing.")
            }
        }
    }
}

/// The same statuses as at the native API: gone where nothing can bring the invite back, a conflict
/// where somebody has answered it.
fn not_pending(state: State) -> Failure {
    match state {
        State::Expired => Failure::new(
            StatusCode::GONE,
            "E_INVITE_EXPIRED",
            "The invite has expired; ask for a new one.",
        ),
        State::Revoked => {
            Failure::new(StatusCode::GONE, "E_INVITE_REVOKED", "The invite was cancelled.")
        }
        State::Exhausted => Failure::new(
            StatusCode::GONE,
            "E_INVITE_USED_UP",
            "As many people have joined by this link as it was for.",
        ),
        State::Accepted => Failure::new(
            StatusCode::CONFLICT,
            "E_INVITE_NOT_PENDING",
            "The invite was accepted already.",
        ),
        State::Declined => {
            Failure::new(StatusCode::CONFLICT, "E_INVITE_NOT_PENDING", "The invite was declined.")
        }
        State::Pending => Failure::new(
            StatusCode::CONFLICT,
            "E_INVITE_NOT_PENDING",
            "The invite changed at the same moment; try again.",
        ),
    }
}
