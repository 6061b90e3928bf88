//! Every refusal and fault of the engine, rendered by every API in its own format.

use lambda_http::{Body, Request, Response};
use shared::api::{bungie, chembiohub, evanta, native, onezone, rownd};
use shared::domain::Invalid;
use shared::domain::group::GroupType;
use shared::domain::ids::InviteId;
use shared::domain::invite::State;
use shared::domain::token::TokenFlaw;
use shared::engine::{Conflict, Denied, Fault, Forbidden, Limited, NotFound, Refusal, Scope, Stop};
use shared::store::StoreError;

/// Lists examples of every case of a type. A case without a pattern does not compile, and a pattern
/// without an example fails the test.
macro_rules! examples {
    ($type:ty: $($pattern:pat => $examples:expr),+ $(,)?) => {{
        let _every_case = |case: &$type| match case {
            $($pattern => (),)+
        };
        let mut all: Vec<$type> = Vec::new();
        $(
            let examples = Vec::from($examples);
            assert!(!examples.is_empty(), "no example of {}", stringify!($pattern));
            for example in &examples {
                assert!(matches!(example, $pattern), "{example:?} is not {}", stringify!($pattern));
            }
            all.extend(examples);
        )+
        all
    }};
}

/// Returns every refusal, in every variant that an API renders differently.
fn refusals() -> Vec<Refusal> {
    let invalid = Invalid::new("invalid_roles", "Give 1 to 16 different roles.");
    let id = InviteId::parse("506").unwrap();
    let types = [GroupType::Open, GroupType::Private, GroupType::Secret];
    examples!(Refusal:
        Refusal::Denied(Denied::InsufficientScope(Scope::UsersWrite)) => [Denied::InsufficientScope(Scope::UsersWrite).into()],
        Refusal::Denied(Denied::InsufficientScope(Scope::GroupsWrite)) => [Denied::InsufficientScope(Scope::GroupsWrite).into()],
        Refusal::Denied(Denied::Forbidden(_)) => rules().into_iter().map(Refusal::from).collect::<Vec<_>>(),
        Refusal::Denied(Denied::RoleAboveOwn) => [Denied::RoleAboveOwn.into()],
        Refusal::Denied(Denied::IdentityMismatch) => [Denied::IdentityMismatch.into()],
        Refusal::Denied(Denied::CaveatNotMet) => [Denied::CaveatNotMet.into()],
        Refusal::Denied(Denied::EmailNotVerified) => [Denied::EmailNotVerified.into()],
        Refusal::Denied(Denied::DomainNotAllowed) => [Denied::DomainNotAllowed.into()],
        Refusal::NotFound(NotFound::Group) => [NotFound::Group.into()],
        Refusal::NotFound(NotFound::User) => [NotFound::User.into()],
        Refusal::Denied(Denied::InsufficientScope(Scope::SuppressionsWrite)) => [Denied::InsufficientScope(Scope::SuppressionsWrite).into()],
        Refusal::NotFound(NotFound::Member) => [NotFound::Member.into()],
        Refusal::NotFound(NotFound::Invite) => [NotFound::Invite.into()],
        Refusal::NotFound(NotFound::Token(_)) => [TokenFlaw::LetterCase, TokenFlaw::Incomplete].map(|flaw| NotFound::Token(flaw).into()),
        Refusal::Conflict(Conflict::AlreadyMember) => [Conflict::AlreadyMember.into()],
        Refusal::Conflict(Conflict::Yourself) => [Conflict::Yourself.into()],
        Refusal::Denied(Denied::InvitesRefused) => [Denied::InvitesRefused.into()],
        Refusal::Conflict(Conflict::AlreadyPending(_)) => [Conflict::AlreadyPending(id).into()],
        Refusal::Conflict(Conflict::InviteReplaced) => [Conflict::InviteReplaced.into()],
        Refusal::Denied(Denied::InviterGone) => [Denied::InviterGone.into()],
        Refusal::Conflict(Conflict::SeatsFull) => [Conflict::SeatsFull.into()],
        Refusal::Conflict(Conflict::LastOwner) => [Conflict::LastOwner.into()],
        Refusal::Conflict(Conflict::GroupIdTaken) => [Conflict::GroupIdTaken.into()],
        Refusal::Conflict(Conflict::IdentityTaken) => [Conflict::IdentityTaken.into()],
        Refusal::Conflict(Conflict::KeyReused) => [Conflict::KeyReused.into()],
        Refusal::Conflict(Conflict::KeyInProgress) => [Conflict::KeyInProgress.into()],
        Refusal::Conflict(Conflict::PreconditionFailed) => [Conflict::PreconditionFailed.into()],
        Refusal::Invalid(..) => [Refusal::Invalid("/roles", invalid)],
        Refusal::InvalidCursor => [Refusal::InvalidCursor],
        Refusal::Limited(Limited::Pending) => [Limited::Pending.into()],
        Refusal::Limited(Limited::Rate(_)) => [Limited::Rate(1800).into()],
        Refusal::Limited(Limited::ResendTooSoon(_)) => [Limited::ResendTooSoon(30).into()],
        Refusal::Limited(Limited::Resends) => [Limited::Resends.into()],
        Refusal::Denied(Denied::NotMember(GroupType::Open | GroupType::Private | GroupType::Secret)) => types.map(|kind| Denied::NotMember(kind).into()),
        Refusal::Conflict(Conflict::NotReplaceable(_)) => State::ALL.map(|state| Conflict::NotReplaceable(state).into()),
        Refusal::Conflict(Conflict::NotPending(_)) => State::ALL.map(|state| Conflict::NotPending(state).into()),
    )
}

fn rules() -> Vec<Forbidden> {
    examples!(Forbidden:
        Forbidden::Frozen => [Forbidden::Frozen],
        Forbidden::MayNotInvite => [Forbidden::MayNotInvite],
        Forbidden::InviteOnly => [Forbidden::InviteOnly],
        Forbidden::LinksOff => [Forbidden::LinksOff],
        Forbidden::LinkPaused => [Forbidden::LinkPaused],
        Forbidden::OtherInvitee => [Forbidden::OtherInvitee],
        Forbidden::OtherInviter => [Forbidden::OtherInviter],
        Forbidden::ChangesMembers => [Forbidden::ChangesMembers],
        Forbidden::ManagesMembers => [Forbidden::ManagesMembers],
        Forbidden::AddsMembers => [Forbidden::AddsMembers],
        Forbidden::ChangesGroup => [Forbidden::ChangesGroup],
        Forbidden::ChangesPolicy => [Forbidden::ChangesPolicy],
        Forbidden::DeletesGroup => [Forbidden::DeletesGroup],
        Forbidden::ReadsEvents => [Forbidden::ReadsEvents],
    )
}

/// Returns one fault of each kind. Callers see only the kind.
fn faults() -> Vec<Fault> {
    examples!(Fault:
        Fault::Unavailable(_) => [StoreError::Unavailable("ThrottlingException".into()).into()],
        Fault::Internal(_) => [StoreError::Refused("ValidationException".into()).into()],
    )
}

/// Returns every refusal and every fault, in the order of the snapshot.
fn all() -> Vec<Stop> {
    let refusals = refusals().into_iter().map(Stop::from);
    refusals.chain(faults().into_iter().map(Stop::from)).collect()
}

/// Returns the answer as one line: status, `retry-after`, body.
fn line(api: &str, answer: Response<Body>) -> String {
    let status = answer.status().as_u16();
    assert!(status >= 400, "{api} answers a refusal with a success");
    let wait = answer
        .headers()
        .get("retry-after")
        .map(|value| format!(" (retry after {})", value.to_str().unwrap()))
        .unwrap_or_default();
    assert!(
        !["429", "503"].contains(&status.to_string().as_str()) || !wait.is_empty(),
        "{api} answers {status} without retry-after"
    );
    let body = match answer.body() {
        Body::Text(text) => text.clone(),
        Body::Empty => "(empty)".into(),
        _ => panic!("{api} answers with bytes"),
    };
    for inside in ["ThrottlingException", "ValidationException"] {
        assert!(!body.contains(inside), "{api} shows an internal error: {body}");
    }
    format!("{api:<11} {status}{wait} {body}\n")
}

macro_rules! through {
    ($stop:expr, $api:ident, $failure:ty) => {{
        let failure = <$failure>::from($stop.clone());
        let Ok(answer) = $api::respond(&Request::default(), async { Err(failure) }).await;
        line(stringify!($api), answer)
    }};
}

async fn through_every_api(stop: &Stop) -> String {
    let mut shown = match stop {
        Stop::Refused(refusal) => format!("## {refusal:?}\n"),
        Stop::Failed(fault) => format!("## {fault:?}\n"),
    };
    shown += &through!(stop, native, native::Problem);
    shown += &through!(stop, evanta, evanta::Failure);
    shown += &through!(stop, rownd, rownd::Failure);
    shown += &through!(stop, onezone, onezone::Failure);
    shown += &through!(stop, chembiohub, chembiohub::Failure);
    shown += &through!(stop, bungie, bungie::Failure);
    shown
}

#[tokio::test]
async fn every_refusal_is_rendered_at_every_api_as_its_contract_says() {
    let mut shown = String::new();
    for stop in all() {
        shown += &through_every_api(&stop).await;
        shown.push('\n');
    }
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!("outcomes", shown) });
}
