//! Tests of the plan of one invite, without a table.

use super::*;
use crate::auth::Caller;
use crate::domain::author::Author;
use crate::domain::clock::Timestamp;
use crate::domain::counters::RequestId;
use crate::domain::group::Group;
use crate::domain::group::tests::group;
use crate::domain::identity::Accounts;
use crate::domain::ids::InviteId;
use crate::domain::invite::{DeliveryState, State};
use crate::domain::member::Member;
use crate::domain::privilege::Privileges;
use crate::domain::role::Roles;
use crate::engine::acting::Acting;
use crate::engine::invite::create::facts::{Facts, People};
use crate::engine::invite::create::request::{
    InviteeRequest, LinkRequest, NewInvite, PersonRequest,
};
use crate::engine::invite::create::room::Room;
use crate::engine::invite::create::rules::{admit, cap, id_is_taken};
use crate::engine::refusal::{Conflict, Denied, Limited, NotFound};
use crate::store::CreateReads;

const NOW: i64 = 1_000_000;

fn now() -> Timestamp {
    Timestamp::from_seconds(NOW)
}

fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

fn caller(id: &str) -> Caller {
    Caller {
        user: user(id),
        name: Some("Grace".into()),
        email: None,
        unverified_email: None,
        phone: None,
        accounts: Accounts::default(),
        scopes: Vec::new(),
    }
}

fn member(group: &Group, id: &str, roles: Roles) -> Member {
    Member {
        group: group.id.clone(),
        user: user(id),
        roles,
        privileges: Privileges::default(),
        name: None,
        joined_at: now(),
        invite: None,
        came_as: Vec::new(),
        expires_at: None,
        added_by: None,
        version: Version::FIRST,
    }
}

fn email(address: &str) -> InviteeRequest {
    InviteeRequest::Email(crate::domain::email::EmailAddress::parse(address).unwrap())
}

fn person(address: &str) -> InviteeRequest {
    InviteeRequest::Person(PersonRequest {
        email: crate::domain::email::EmailAddress::parse(address).unwrap(),
        first_name: None,
        last_name: None,
    })
}

fn ask(caller: &Caller, invitee: InviteeRequest) -> Ask<'_> {
    let new = NewInvite::of(group().id, invitee, InviteRule::Policy);
    Ask::of(Acting { caller, now: now() }, new, RequestId::from_entropy([7; 16])).unwrap()
}

/// Returns the reads for an owner who invites an unknown person.
fn found() -> CreateReads {
    CreateReads {
        inviter: Some(member(&group(), "owner", Roles::owner())),
        group: Some(group()),
        existing: None,
        inviter_user: None,
        invited_member: None,
        invited_user: None,
        holder: None,
        holder_keys: Vec::new(),
        replaced: None,
    }
}

fn reads(ask: &Ask<'_>, found: CreateReads) -> Reads {
    reads_with(ask, found, Facts::default())
}

fn reads_with(ask: &Ask<'_>, found: CreateReads, facts: Facts) -> Reads {
    let admitted = admit(ask, &found).unwrap();
    let id = InviteId::of(&ask.new.group, &ask.invitee.key(), 0);
    Reads::new(id, admitted, found, facts)
}

fn written(ask: &Ask<'_>, reads: &Reads) -> Draft {
    match plan(ask, reads).unwrap() {
        Plan::Write(draft) => *draft,
        Plan::Made(invite) | Plan::Found(invite) | Plan::Resent(invite) => {
            panic!("the invite exists already: {invite:?}")
        }
        Plan::Resend(id) => panic!("the invite exists already: {id:?}"),
    }
}

/// Returns an earlier invite of the same person, created by the request with this id.
fn earlier(invitee: InviteeRequest, request: u8) -> Invite {
    let owner = caller("owner");
    let earlier = ask(&owner, invitee);
    let mut invite = written(&earlier, &reads(&earlier, found())).invite;
    invite.request = RequestId::from_entropy([request; 16]);
    invite
}

#[test]
fn the_first_invite_is_pending_and_its_mail_is_due() {
    let owner = caller("owner");
    let ask = ask(&owner, email("ada@example.com"));
    let Draft { invite, pending_user, .. } = written(&ask, &reads(&ask, found()));
    assert_eq!((invite.generation, invite.version), (Generation::FIRST, Version::FIRST));
    assert_eq!(
        (invite.state(now()), invite.delivery.state),
        (State::Pending, DeliveryState::Queued)
    );
    assert_eq!(invite.granted_by.rank, crate::domain::role::Rank::Owner);
    assert_eq!(pending_user, None);
}

#[test]
fn an_ended_invite_gives_its_id_to_the_next_generation() {
    let owner = caller("owner");
    let ask = ask(&owner, email("ada@example.com"));
    let before = earlier(email("ada@example.com"), 1);
    let before = before.revoke(RevokeReason::RevokedByMember, None, now()).unwrap().invite;
    let reads = reads(&ask, CreateReads { existing: Some(before.clone()), ..found() });
    let invite = written(&ask, &reads).invite;
    assert_eq!((invite.id, invite.generation), (before.id, before.generation.next()));
    assert_eq!(invite.version, before.version.next());
    assert_eq!(invite.resolution, None);
}

#[test]
fn a_pending_invite_blocks_another_until_it_expires() {
    let owner = caller("owner");
    let ask = ask(&owner, email("ada@example.com"));
    let mut before = earlier(email("ada@example.com"), 1);
    let existing = |invite: &Invite| CreateReads { existing: Some(invite.clone()), ..found() };
    let pending = plan(&ask, &reads(&ask, existing(&before)));
    assert!(
        matches!(pending, Err(Refusal::Conflict(Conflict::AlreadyPending(id))) if id == before.id)
    );
    before.terms.expires_at = Some(now());
    assert!(matches!(plan(&ask, &reads(&ask, existing(&before))), Ok(Plan::Write(_))));
}

#[test]
fn a_repeated_request_finds_its_own_invite() {
    let owner = caller("owner");
    let ask = ask(&owner, email("ada@example.com"));
    let own = earlier(email("ada@example.com"), 7);
    let reads = reads(&ask, CreateReads { existing: Some(own.clone()), ..found() });
    assert!(matches!(plan(&ask, &reads), Ok(Plan::Made(made)) if *made == own));
}

#[test]
fn the_directory_decides_whether_a_person_can_be_invited() {
    let owner = caller("owner");
    let ask = ask(&owner, email("ada@example.com"));
    let other = earlier(email("ada@other.example"), 1);
    let id = other.id;
    let invited_as = Some(Box::new(other));
    let decide = |people| plan(&ask, &Reads { people, ..reads(&ask, found()) });
    let invited = People { invited_as, ..People::default() };
    let is_member = People { is_member: true, refuses: true, ..invited.clone() };
    assert!(matches!(decide(is_member), Err(Refusal::Conflict(Conflict::AlreadyMember))));
    let refuses = People { refuses: true, ..People::default() };
    assert!(matches!(decide(refuses), Err(Refusal::Denied(Denied::InvitesRefused))));
    assert!(
        matches!(decide(invited), Err(Refusal::Conflict(Conflict::AlreadyPending(found))) if found == id)
    );
}

#[test]
fn the_cap_allows_exactly_that_many_pending_invites() {
    let owner = caller("owner");
    let ask = ask(&owner, email("ada@example.com"));
    let counted = |count| reads(&ask, found()).counted(Room::of(count, 3)).check_room();
    assert!(counted(2).is_ok());
    assert!(matches!(counted(3), Err(Refusal::Limited(Limited::Pending))));
    let mut room = Room::of(1, 3);
    assert!(room.take().is_ok() && room.take().is_ok() && room.take().is_err());
    let mut unknown = Room::UNKNOWN;
    assert!(unknown.take().is_ok());
    assert_eq!(cap(&group(), 3), Some(3));
    assert_eq!(cap(&group(), 1_000_000), Some(group().policy.max_pending.get()));
}

#[test]
fn a_new_person_gets_a_pending_user_unless_the_address_belongs_to_a_user() {
    let owner = caller("owner");
    let mut ask = ask(&owner, person("new@example.com"));
    let alone = written(&ask, &reads(&ask, found()));
    let user_id = alone.pending_user.expect("a pending user").id;
    assert!(
        matches!(&alone.invite.invitee, Invitee::Person(person) if person.pending_user == Some(user_id.clone()))
    );
    // The pending user of another group's invite represents the same person.
    let held = CreateReads { holder: Some(user_id.clone()), ..found() };
    let again = written(&ask, &reads(&ask, held));
    assert_eq!(again.pending_user, None);
    assert!(
        matches!(&again.invite.invitee, Invitee::Person(person) if person.pending_user == Some(user_id))
    );
    let known = CreateReads { holder: Some(user("ada")), ..found() };
    let known = written(&ask, &reads(&ask, known));
    assert!(known.pending_user.is_none());
    assert!(
        matches!(&known.invite.invitee, Invitee::Person(person) if person.pending_user.is_none())
    );
    ask.makes_user = false;
    assert_eq!(written(&ask, &reads(&ask, found())).pending_user, None);
}

#[test]
fn a_link_is_for_its_holder_and_sends_no_mail() {
    let owner = caller("owner");
    let link = LinkRequest { max_uses: Some(2), allowed_domains: Vec::new() };
    let ask = ask(&owner, InviteeRequest::Link(link));
    let invite = written(&ask, &reads(&ask, found())).invite;
    assert_eq!(invite.terms.identity_policy, IdentityPolicy::Bearer);
    assert_eq!(invite.delivery, Delivery::NOT_REQUESTED);
}

#[test]
fn an_invite_by_an_app_without_a_membership_has_the_service_rule() {
    let app = Caller { scopes: vec!["groups:write".into()], ..caller("app") };
    let ask = ask(&app, email("ada@example.com"));
    let empty = Group { owner_count: 0, ..group() };
    let found = CreateReads { group: Some(empty), inviter: None, ..found() };
    assert_eq!(written(&ask, &reads(&ask, found)).invite.terms.rule, InviteRule::Service);
}

#[test]
fn an_app_is_the_author_of_what_its_invite_replaces() {
    let app = Caller { scopes: vec!["groups:write".into()], ..caller("app") };
    let mut ask = ask(&app, email("ada@example.com"));
    let typo = earlier(email("ad@example.com"), 1);
    ask.new.replaces = Some(typo.id);
    let empty = Group { owner_count: 0, ..group() };
    let found = CreateReads { group: Some(empty), inviter: None, replaced: Some(typo), ..found() };
    let Draft { invite, ended, .. } = written(&ask, &reads(&ask, found));
    let by_app = Some(Author::App(user("app")));
    assert_eq!((&invite.revised_by, &ended[0].invite.revised_by), (&by_app, &by_app));
    assert_eq!(ended[0].resolution().unwrap().by, Some(user("app")));
}

#[test]
fn authority_is_checked_before_the_directory() {
    let stranger = caller("stranger");
    let ask = ask(&stranger, InviteeRequest::User(user("nobody")));
    let outsider = CreateReads { inviter: None, ..found() };
    assert!(matches!(admit(&ask, &outsider), Err(Refusal::Denied(Denied::NotMember(_)))));
    let member = member(&group(), "stranger", Roles::default());
    let member = CreateReads { inviter: Some(member), ..found() };
    assert!(matches!(admit(&ask, &member), Err(Refusal::Denied(Denied::Forbidden(_)))));
    assert!(matches!(admit(&ask, &found()), Err(Refusal::NotFound(NotFound::User))));
}

#[test]
fn an_id_of_another_invitee_is_taken() {
    let owner = caller("owner");
    let ask = ask(&owner, email("ada@example.com"));
    let found = |invitee| CreateReads { existing: Some(earlier(invitee, 1)), ..found() };
    assert!(id_is_taken(&ask, &found(email("bob@example.com"))));
    assert!(!id_is_taken(&ask, &found(email("ADA@example.com"))));
    // The key of a new person is the address alone.
    assert!(!id_is_taken(&ask, &found(person("ada@example.com"))));
}

#[test]
fn on_duplicate_decides_about_a_pending_invite() {
    let owner = caller("owner");
    let mut ask = ask(&owner, email("ada@example.com"));
    let before = earlier(email("ada@example.com"), 1);
    let existing = || CreateReads { existing: Some(before.clone()), ..found() };
    ask.new.on_duplicate = OnDuplicate::Return;
    let plan_now = plan(&ask, &reads(&ask, existing()));
    assert!(matches!(plan_now, Ok(Plan::Found(found)) if *found == before));
    ask.new.on_duplicate = OnDuplicate::Replace;
    let replaceable = |frees_a_place| {
        let facts = Facts { is_replaceable: true, frees_a_place, ..Facts::default() };
        reads_with(&ask, existing(), facts).counted(Room::of(3, 3))
    };
    // The new generation takes the place of the old one, also in a full group.
    assert!(replaceable(true).check_room().is_ok());
    let Draft { invite, ended, .. } = written(&ask, &replaceable(true));
    assert_eq!((invite.id, invite.generation), (before.id, before.generation.next()));
    assert!(ended.is_empty());
    // An invite that can never be accepted again has no place to give.
    assert_eq!(replaceable(false).check_room(), Err(Limited::Pending.into()));
}

#[test]
fn a_request_recognizes_the_invite_that_it_sent_again() {
    let owner = caller("owner");
    let mut ask = ask(&owner, email("ada@example.com"));
    ask.new.on_duplicate = OnDuplicate::Resend;
    let mut before = earlier(email("ada@example.com"), 1);
    let existing = |invite: &Invite| CreateReads { existing: Some(invite.clone()), ..found() };
    let planned = plan(&ask, &reads(&ask, existing(&before)));
    assert!(matches!(planned, Ok(Plan::Resend(id)) if id == before.id));
    before.resent_by = Some(ask.request.clone());
    let planned = plan(&ask, &reads(&ask, existing(&before)));
    assert!(matches!(planned, Ok(Plan::Resent(resent)) if *resent == before));
}

#[test]
fn only_a_request_that_ends_what_others_made_depends_on_the_inviter_s_right() {
    let owner = caller("owner");
    let mut ask = ask(&owner, email("ada@example.com"));
    ask.new.on_duplicate = OnDuplicate::Replace;
    let mut before = earlier(email("ada@example.com"), 1);
    let actor = |ask: &Ask<'_>, before: &Invite| {
        let facts = Facts { is_replaceable: true, ..Facts::default() };
        let found = CreateReads { existing: Some(before.clone()), ..found() };
        written(ask, &reads_with(ask, found, facts)).actor
    };
    assert_eq!(actor(&ask, &before), None);
    before.created_by.id = user("bob");
    assert!(actor(&ask, &before).is_some());
    // A dead invite ends without being asked for.
    ask.new.on_duplicate = OnDuplicate::Error;
    assert_eq!(actor(&ask, &before), None);
}

#[test]
fn a_replaced_invite_ends_and_must_be_pending() {
    let owner = caller("owner");
    let mut ask = ask(&owner, email("ada@example.com"));
    let typo = earlier(email("ad@example.com"), 1);
    ask.new.replaces = Some(typo.id);
    let absent = plan(&ask, &reads(&ask, found()));
    assert!(matches!(absent, Err(Refusal::NotFound(NotFound::Invite))));
    let replacing = |typo: &Invite| CreateReads { replaced: Some(typo.clone()), ..found() };
    let Draft { ended, .. } = written(&ask, &reads(&ask, replacing(&typo)));
    let [ended] = ended.as_slice() else { panic!("one invite ends: {ended:?}") };
    let resolution = ended.resolution().unwrap();
    assert_eq!(
        (ended.invite.id, resolution.revoke_reason()),
        (typo.id, Some(RevokeReason::Replaced))
    );
    assert_eq!(ended.invite.revised_by, Some(Author::User(user("owner"))));
    let revoked = typo.revoke(RevokeReason::RevokedByMember, None, now()).unwrap().invite;
    let refused = plan(&ask, &reads(&ask, replacing(&revoked)));
    assert!(matches!(refused, Err(Refusal::Conflict(Conflict::NotReplaceable(State::Revoked)))));
}
