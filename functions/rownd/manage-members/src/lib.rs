//! `/me/groups/{group}/members` and `/me/groups/{group}/members/{member}`: who is in a group, and,
//! for its owners, who is invited (contract rownd 1.4).

use std::convert::Infallible;

use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, RequestExt, Response};
use shared::Service;
use shared::api::rownd::{
    self, Failure, ListBody, MemberBody, MemberId, MemberInput, NewMemberInput, RULE, body,
    member_page,
};
use shared::auth::Caller;
use shared::domain::ids::{GroupId, InviteId, UserId};
use shared::domain::invite::{Invite, State};
use shared::domain::member::Member;
use shared::engine::{InviteeIds, MemberEdit, Outcome, Refusal, Roster};
use shared::http::{json, path_parameter, respond};

/// Answers the request.
///
/// # Errors
/// None: every failure is an answer.
pub async fn handle(service: &Service, request: Request) -> Result<Response<Body>, Infallible> {
    rownd::respond(dispatch(service, &request)).await
}

async fn dispatch(service: &Service, request: &Request) -> Result<Response<Body>, Failure> {
    let caller = service.caller(request).await?;
    let group = path_parameter(request, "group", GroupId::parse)?;
    let one =
        request.path_parameters_ref().and_then(|parameters| parameters.first("member")).is_some();
    match (request.method(), one) {
        (&Method::GET, false) => list(service, request, &caller, &group).await,
        (&Method::POST, false) => add(service, request, &caller, &group).await,
        (&Method::GET, true) => get(service, request, &caller, &group).await,
        (&Method::PUT, true) => update(service, request, &caller, &group).await,
        (&Method::DELETE, true) => remove(service, request, &caller, &group).await,
        // The gateway sends no other method here.
        _ => Err(Refusal::MemberNotFound.into()),
    }
}

/// One page: members in the order of their user ids, and behind the last of them, for owners, who
/// is invited, in the order of the invites' ids.
async fn list(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: &GroupId,
) -> Result<Response<Body>, Failure> {
    let (size, after) = member_page(request)?;
    let (after_member, after_invite) = match &after {
        Some(MemberId::Member(user)) => (Some(user), None),
        Some(MemberId::Invited(invite)) => (None, Some(*invite)),
        None => (None, None),
    };
    let wanted = if after_invite.is_some() { 0 } else { size };
    let Roster { own, members, total } =
        service.engine.members_after(caller, group, after_member, wanted).await?;
    let pending =
        if own.roles.is_owner() { pending(service, caller, group).await? } else { Vec::new() };
    let behind = pending.iter().filter(|invite| after_invite.is_none_or(|after| invite.id > after));
    let invited: Vec<Invite> = behind.take(size - members.len()).cloned().collect();
    let known = service.engine.invitee_ids(&invited).await?;
    let ids: Vec<UserId> = members.iter().map(|member| member.user.clone()).collect();
    let users = service.engine.users(&ids).await?;
    let active = members.iter().map(|member| MemberBody::new(member, users.get(&member.user)));
    let results: Vec<MemberBody<'_>> =
        active.chain(invited.iter().map(|invite| MemberBody::invited(invite, &known))).collect();
    let total_results = usize::try_from(total).unwrap_or(usize::MAX).saturating_add(pending.len());
    Ok(json(StatusCode::OK, &ListBody { total_results, results }))
}

/// The group's pending invites that are for somebody by name, in the order of their ids.
async fn pending(service: &Service, caller: &Caller, group: &GroupId) -> Outcome<Vec<Invite>> {
    let mut pending =
        service.engine.pending_group_invites(caller, group, RULE, service.clock.now()).await?;
    pending.retain(|invite| invite.invitee.link().is_none());
    pending.sort_unstable_by_key(|invite| invite.id);
    Ok(pending)
}

async fn add(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: &GroupId,
) -> Result<Response<Body>, Failure> {
    let NewMemberInput { user_id, roles } = body(request, service.body_limit)?;
    let member =
        service.engine.add_member(caller, group, &user_id, &roles, service.clock.now()).await?;
    shown(service, &member).await
}

async fn get(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: &GroupId,
) -> Result<Response<Body>, Failure> {
    match path_parameter(request, "member", MemberId::parse)? {
        MemberId::Member(user) => {
            let member = service.engine.get_member(caller, group, &user).await?;
            shown(service, &member).await
        }
        MemberId::Invited(id) => {
            let invite = invited(service, caller, group, id).await?;
            let known: InviteeIds =
                service.engine.invitee_ids(std::slice::from_ref(&invite)).await?;
            Ok(json(StatusCode::OK, &MemberBody::invited(&invite, &known)))
        }
    }
}

/// The pending invite under a member's id; who has answered is no longer among the invited.
async fn invited(
    service: &Service,
    caller: &Caller,
    group: &GroupId,
    id: InviteId,
) -> Outcome<Invite> {
    let invite = service.engine.get_invite(caller, group, id, RULE).await?;
    let listed =
        invite.state(service.clock.now()) == State::Pending && invite.invitee.link().is_none();
    if listed { Ok(invite) } else { Err(Refusal::MemberNotFound) }
}

async fn update(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: &GroupId,
) -> Result<Response<Body>, Failure> {
    let user = member(request)?;
    let MemberInput { roles } = body(request, service.body_limit)?;
    require_owner(service, caller, group).await?;
    let edit = MemberEdit { roles: Some(roles), ..MemberEdit::default() };
    let member =
        service.engine.edit_member(caller, group, &user, &edit, service.clock.now()).await?;
    shown(service, &member).await
}

async fn remove(
    service: &Service,
    request: &Request,
    caller: &Caller,
    group: &GroupId,
) -> Result<Response<Body>, Failure> {
    let user = member(request)?;
    // Everybody may leave.
    if user != caller.user {
        require_owner(service, caller, group).await?;
    }
    service.engine.remove_member(caller, group, &user, service.clock.now()).await?;
    Ok(respond(StatusCode::NO_CONTENT, "", Body::Empty))
}

/// Refuses whoever is no owner: only owners manage members (contract rownd 1.1).
async fn require_owner(service: &Service, caller: &Caller, group: &GroupId) -> Outcome<()> {
    service.engine.check_inviter(caller, group, RULE).await.map_err(|refusal| match refusal {
        Refusal::Forbidden(_) => Refusal::Forbidden("Only an owner manages the group's members."),
        other => other,
    })
}

/// The member that the path names. Who is invited is changed and cancelled by the invite.
fn member(request: &Request) -> Result<UserId, Failure> {
    match path_parameter(request, "member", MemberId::parse)? {
        MemberId::Member(user) => Ok(user),
        MemberId::Invited(_) => Err(Refusal::MemberNotFound.into()),
    }
}

async fn shown(service: &Service, member: &Member) -> Result<Response<Body>, Failure> {
    let users = service.engine.users(std::slice::from_ref(&member.user)).await?;
    Ok(json(StatusCode::OK, &MemberBody::new(member, users.get(&member.user))))
}
