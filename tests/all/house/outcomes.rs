//! Every reason that the engine has to say no, through every API: the same reason, in each API's
//! own coat.

use std::collections::BTreeSet;

use lambda_http::{Body, Request, Response};
use shared::api::{bungie, chembiohub, evanta, native, onezone, rownd};
use shared::domain::Invalid;
use shared::domain::group::GroupType;
use shared::domain::ids::InviteId;
use shared::domain::invite::State;
use shared::engine::{Refusal, Scope};
use shared::store::StoreError;

/// Where a reason stands in [`all`]: a variant without a number does not compile, and one without
/// an example fails the test.
fn number(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::InsufficientScope(_) => 0,
        Refusal::Forbidden(_) => 1,
        Refusal::RoleAboveOwn => 2,
        Refusal::IdentityMismatch => 3,
        Refusal::CaveatNotMet => 4,
        Refusal::EmailNotVerified => 5,
        Refusal::DomainNotAllowed => 6,
        Refusal::GroupNotFound => 7,
        Refusal::NotMember(_) => 8,
        Refusal::UserNotFound => 9,
        Refusal::MemberNotFound => 10,
        Refusal::InviteNotFound => 11,
        Refusal::AlreadyMember => 12,
        Refusal::Yourself => 13,
        Refusal::InvitesRefused => 14,
        Refusal::AlreadyPending(_) => 15,
        Refusal::NotPending(_) => 16,
        Refusal::InviteReplaced => 17,
        Refusal::InviterGone => 18,
        Refusal::SeatsFull => 19,
        Refusal::LastOwner => 20,
        Refusal::GroupIdTaken => 21,
        Refusal::IdentityTaken => 22,
        Refusal::PreconditionFailed => 23,
        Refusal::Invalid(..) => 24,
        Refusal::InvalidCursor => 25,
        Refusal::PendingLimit => 26,
        Refusal::RateLimited(_) => 27,
        Refusal::Unavailable(_) => 28,
        Refusal::Internal(_) => 29,
    }
}

/// One of each reason, and each form that an API tells apart.
fn all() -> Vec<Refusal> {
    let mut all = vec![
        Refusal::InsufficientScope(Scope::UsersWrite),
        Refusal::Forbidden("This group's invites are frozen for now."),
        Refusal::RoleAboveOwn,
        Refusal::IdentityMismatch,
        Refusal::CaveatNotMet,
        Refusal::EmailNotVerified,
        Refusal::DomainNotAllowed,
        Refusal::GroupNotFound,
        Refusal::UserNotFound,
        Refusal::MemberNotFound,
        Refusal::InviteNotFound,
        Refusal::AlreadyMember,
        Refusal::Yourself,
        Refusal::InvitesRefused,
        Refusal::AlreadyPending(InviteId::parse("506").unwrap()),
        Refusal::InviteReplaced,
        Refusal::InviterGone,
        Refusal::SeatsFull,
        Refusal::LastOwner,
        Refusal::GroupIdTaken,
        Refusal::IdentityTaken,
        Refusal::PreconditionFailed,
        Refusal::Invalid("/roles", Invalid::new("invalid_roles", "Give 1 to 16 different roles.")),
        Refusal::InvalidCursor,
        Refusal::PendingLimit,
        Refusal::RateLimited(1800),
        Refusal::Unavailable(StoreError::Unavailable("ThrottlingException".into())),
        Refusal::Internal(StoreError::Refused("ValidationException".into())),
    ];
    all.extend([GroupType::Open, GroupType::Private, GroupType::Secret].map(Refusal::NotMember));
    all.extend(State::ALL.map(Refusal::NotPending));
    all
}

/// The answer as one line: status, what the caller is told to wait, body.
fn line(api: &str, answer: Response<Body>) -> String {
    let status = answer.status().as_u16();
    assert!(status >= 400, "{api} calls a refusal a success");
    let wait = answer
        .headers()
        .get("retry-after")
        .map(|value| format!(" (retry after {})", value.to_str().unwrap()))
        .unwrap_or_default();
    assert!(
        !["429", "503"].contains(&status.to_string().as_str()) || !wait.is_empty(),
        "{api} says {status} and not for how long"
    );
    let body = match answer.body() {
        Body::Text(text) => text.clone(),
        Body::Empty => "(empty)".into(),
        _ => panic!("{api} answers with bytes"),
    };
    for inside in ["ThrottlingException", "ValidationException"] {
        assert!(!body.contains(inside), "{api} shows what is inside: {body}");
    }
    format!("{api:<11} {status}{wait} {body}\n")
}

macro_rules! through {
    ($refusal:expr, $api:ident, $failure:ty $(, $request:expr)?) => {{
        let failure = <$failure>::from($refusal);
        let Ok(answer) = $api::respond($($request,)? async { Err(failure) }).await;
        line(stringify!($api), answer)
    }};
}

/// The reason number `at` through every API.
async fn through_every_api(at: usize) -> String {
    let request = Request::default();
    let refusal = || all().remove(at);
    let mut shown = format!("## {:?}\n", refusal());
    shown += &through!(refusal(), native, native::Problem, &request);
    shown += &through!(refusal(), evanta, evanta::Failure, &request);
    shown += &through!(refusal(), rownd, rownd::Failure);
    shown += &through!(refusal(), onezone, onezone::Failure);
    shown += &through!(refusal(), chembiohub, chembiohub::Failure, &request);
    shown += &through!(refusal(), bungie, bungie::Failure);
    shown
}

#[tokio::test]
async fn every_reason_looks_in_each_api_as_its_contract_says() {
    let count = all().len();
    let numbers: BTreeSet<usize> = all().iter().map(number).collect();
    assert_eq!(numbers, (0..=29).collect(), "all() has an example of every reason");
    let mut shown = String::new();
    for at in 0..count {
        shown += &through_every_api(at).await;
        shown.push('\n');
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!("outcomes", shown) });
}
