//! What the chembiohub API answers to each refusal of the engine.

use lambda_http::http::StatusCode;

use super::{Failure, NOT_EDITOR};
use crate::domain::invite::State;
use crate::engine::{Conflict, Denied, Forbidden, Limited, NotFound, Refusal};

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(what) => not_found(what),
            Refusal::Denied(why) => denied(why),
            Refusal::Conflict(conflict) => conflicting(conflict),
            Refusal::Limited(limit) => limited(limit),
            Refusal::Invalid(pointer, invalid) => {
                Self::refused(format!("{}: {}", pointer.trim_start_matches('/'), invalid.detail))
            }
            Refusal::InvalidCursor => Self::refused("Start again from the first page."),
        }
    }
}

fn not_found(what: NotFound) -> Failure {
    match what {
        NotFound::Group => Failure::refused(NOT_EDITOR),
        NotFound::Invite | NotFound::Token(_) => Failure::NotFound,
        NotFound::User | NotFound::Member => Failure::refused("There is no such user."),
    }
}

fn denied(why: Denied) -> Failure {
    Failure::refused(match why {
        Denied::NotMember(_)
        | Denied::Forbidden(Forbidden::MayNotInvite)
        | Denied::RoleAboveOwn => NOT_EDITOR,
        Denied::Forbidden(rule) => rule.sentence(),
        Denied::InsufficientScope(_) | Denied::CaveatNotMet => {
            "This access token does not allow this request."
        }
        Denied::IdentityMismatch => "The invitation is addressed to another person.",
        Denied::EmailNotVerified => {
            "Verify your e-mail address with your sign-in provider, then try again."
        }
        Denied::DomainNotAllowed => "This project does not allow addresses of this mail domain.",
        Denied::InvitesRefused => "This person does not accept invitations.",
        Denied::InviterGone => "The person who sent this invitation can no longer invite.",
    })
}

fn conflicting(conflict: Conflict) -> Failure {
    Failure::refused(match conflict {
        Conflict::AlreadyMember | Conflict::AlreadyPending(_) => return Failure::Exists,
        Conflict::Yourself => "You can't invite yourself.",
        Conflict::NotPending(state) | Conflict::NotReplaceable(state) => not_pending(state),
        Conflict::InviteReplaced => "A newer invitation has replaced this one.",
        Conflict::SeatsFull => "The project has reached its member limit.",
        Conflict::LastOwner => "The project would be left without an owner.",
        Conflict::GroupIdTaken => "This id belongs, or belonged, to another project.",
        Conflict::IdentityTaken => "The address belongs to another user.",
        Conflict::KeyReused => "This idempotency key belongs to another request.",
        Conflict::KeyInProgress => "The first request with this idempotency key is under way.",
        Conflict::PreconditionFailed => "The record has changed. Read it again.",
    })
}

fn limited(limit: Limited) -> Failure {
    let error = match limit {
        Limited::Pending => "The project has reached its limit of pending invitations.",
        Limited::Rate(_) | Limited::ResendTooSoon(_) | Limited::Resends => {
            "Too many invitations, or a reminder too soon after the last one. Try again later."
        }
    };
    Failure::error(StatusCode::TOO_MANY_REQUESTS, error, Some(limit.retry_after()))
}

fn not_pending(state: State) -> &'static str {
    match state {
        State::Pending => "Another request changed the invitation at the same time. Try again.",
        State::Accepted => "The invitation was already accepted.",
        State::Declined => "The invitation was declined.",
        State::Revoked => "The invitation was withdrawn.",
        State::Expired => "The invitation has expired.",
        State::Exhausted => "The invitation is used up.",
    }
}
