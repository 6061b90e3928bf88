//! What the native API answers to each refusal of the engine.

use super::Problem;
use crate::api::native::code::Code;
use crate::domain::invite::State;
use crate::engine::{Conflict, Denied, Limited, NotFound, Refusal};
use crate::http::{FieldCode, FieldError};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(what) => not_found(what),
            Refusal::Denied(why) => denied(why),
            Refusal::Conflict(conflict) => conflicting(conflict),
            Refusal::Limited(limit) => limited(limit),
            Refusal::Invalid(pointer, invalid) => Self {
                errors: vec![FieldError {
                    pointer: pointer.into(),
                    code: FieldCode::Rule(invalid.code.into()),
                    detail: invalid.detail.into(),
                }],
                ..Problem::new(Code::InvalidBody, "See 'errors' for the fields that are not valid.")
            },
            Refusal::InvalidCursor => Problem::new(
                Code::InvalidCursor,
                "Use 'next_cursor' from the same list with the same filters, or start without a cursor.",
            ),
        }
    }
}

fn not_found(what: NotFound) -> Problem {
    match what {
        NotFound::Group => Problem::new(
            Code::GroupNotFound,
            "There is no such group, or you are not a member of it.",
        ),
        NotFound::User => Problem::new(
            Code::UserNotFound,
            "The directory has no such user; invite by e-mail address instead.",
        ),
        NotFound::Member => Problem::new(Code::MemberNotFound, "The group has no such member."),
        NotFound::Invite => Problem::new(
            Code::InviteNotFound,
            "There is no such invite. Use the whole link, as it was sent.",
        ),
    }
}

fn denied(why: Denied) -> Problem {
    match why {
        Denied::InsufficientScope(scope) => Problem {
            challenge: Some(format!(
                "Bearer realm=\"beckon\", error=\"insufficient_scope\", scope=\"{}\"",
                scope.as_str()
            )),
            ..Problem::new(
                Code::InsufficientScope,
                format!("This request needs an access token with the scope {}.", scope.as_str()),
            )
        },
        Denied::Forbidden(rule) => Problem::new(Code::Forbidden, rule.sentence()),
        Denied::RoleAboveOwn => Problem::new(
            Code::RoleAboveOwn,
            "You cannot grant, change or remove a role above your own. Only owners can grant 'owner'.",
        ),
        Denied::IdentityMismatch => Problem::new(
            Code::IdentityMismatch,
            "Sign in with the account that the invite is addressed to.",
        ),
        Denied::CaveatNotMet => Problem::new(
            Code::IdentityMismatch,
            "The token is restricted to another person, or has a restriction that this service does not know.",
        ),
        Denied::EmailNotVerified => Problem::new(
            Code::EmailNotVerified,
            "Verify your e-mail address with your sign-in provider, then try again.",
        ),
        Denied::DomainNotAllowed => Problem::new(
            Code::DomainNotAllowed,
            "This group or link does not allow addresses of this mail domain.",
        ),
        Denied::InvitesRefused => {
            Problem::new(Code::InvitesRefused, "This person does not accept invites.")
        }
        Denied::NotMember(_) => not_found(NotFound::Group),
        Denied::InviterGone => Problem::new(
            Code::InviterGone,
            "The person who sent this invite can no longer invite. Ask another member for a new one.",
        ),
    }
}

fn conflicting(conflict: Conflict) -> Problem {
    match conflict {
        Conflict::AlreadyMember | Conflict::Yourself => {
            Problem::new(Code::AlreadyMember, "This person is already a member of the group.")
        }
        Conflict::AlreadyPending(id) => Problem {
            invite_id: Some(id),
            ..Problem::new(
                Code::InviteAlreadyPending,
                "This person already has a pending invite; see 'invite_id'.",
            )
        },
        Conflict::NotPending(state) => not_pending(state),
        Conflict::InviteReplaced => Problem::new(
            Code::InviteRevoked,
            "A newer invite has replaced this one; use the link in the newest mail.",
        ),
        Conflict::SeatsFull => {
            Problem::new(Code::SeatsFull, "The group has reached its member limit.")
        }
        Conflict::LastOwner => Problem::new(Code::LastOwner, "Make another member an owner first."),
        Conflict::GroupIdTaken => Problem::new(
            Code::GroupIdTaken,
            "This id belongs, or belonged, to another group. Choose a different one.",
        ),
        Conflict::IdentityTaken => Problem::new(
            Code::IdentityTaken,
            "An address, number or account in this record belongs to another user.",
        ),
        Conflict::PreconditionFailed => Problem::new(
            Code::PreconditionFailed,
            "Read the record again, and send its new ETag in If-Match.",
        ),
    }
}

fn limited(limit: Limited) -> Problem {
    let problem = match limit {
        Limited::Pending => Problem::new(
            Code::PendingLimit,
            "The group has reached its limit of pending invites. Revoke some, or wait until some are accepted.",
        ),
        Limited::Rate(_) => Problem::new(Code::RateLimited, "Try again later; see Retry-After."),
    };
    Problem { retry_after: Some(limit.retry_after()), ..problem }
}

fn not_pending(state: State) -> Problem {
    let problem = match state {
        State::Expired => Problem::new(Code::InviteExpired, "Ask for a new invite."),
        State::Revoked => Problem::new(
            Code::InviteRevoked,
            "Ask for a new invite if you think that this is a mistake.",
        ),
        State::Exhausted => Problem::new(Code::InviteUsedUp, "This link has no uses left."),
        State::Accepted => Problem::new(Code::InviteNotPending, "The invite was already accepted."),
        State::Declined => Problem::new(Code::InviteNotPending, "The invite was declined."),
        State::Pending => Problem::new(
            Code::InviteNotPending,
            "Another request changed the invite at the same time. Try again.",
        ),
    };
    Problem { state: Some(state), ..problem }
}
