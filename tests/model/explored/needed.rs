//! Each condition is needed: without it, a property does not hold. So no property holds because
//! nothing can break it.

use std::collections::BTreeSet;

use model::{ALICE, BOB, CAROL, Condition, Delivery, LeftOut, Lifecycle, MailCondition};
use model::{Request, Start};
use stateright::{Checker, HasDiscoveries, Model};

use crate::{failures, lifecycle, mails};

/// Asserts that the property does not hold without the condition, and holds with it.
#[track_caller]
fn is_needed(condition: Condition, start: Start, requests: &[Request], property: &'static str) {
    let with = Lifecycle {
        starts: vec![start],
        requests: requests.to_vec(),
        most_requests: requests.len() as u8,
        ..lifecycle::small()
    };
    let without = Lifecycle { without: LeftOut::only(condition), ..with.clone() };
    let until = HasDiscoveries::AnyOf(BTreeSet::from([property]));
    let broken = failures(&without.checker().finish_when(until.clone()).spawn_bfs().join());
    assert!(broken.iter().any(|(name, _)| *name == property), "{condition:?}: {broken:#?}");
    let broken = failures(&with.checker().spawn_bfs().join());
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_check_of_the_actor_is_needed() {
    let requests = [Request::Remove(ALICE, BOB), Request::Revoke(BOB, 1)];
    is_needed(Condition::Actor, Start::Twice, &requests, "nobody acts without the right");
}

#[test]
fn the_state_of_the_invite_is_needed() {
    let requests = [Request::Accept(CAROL, 0), Request::Revoke(BOB, 0)];
    is_needed(Condition::State, Start::Link, &requests, "a final state never changes");
}

#[test]
fn the_generation_is_needed() {
    let requests = [Request::Accept(CAROL, 0), Request::Revoke(BOB, 0), Request::Create(ALICE, 0)];
    let property = "a token accepts its own generation only";
    is_needed(Condition::Generation, Start::Link, &requests, property);
}

#[test]
fn the_period_and_the_roles_of_the_invite_are_needed() {
    let requests = [Request::Accept(CAROL, 0), Request::Update(ALICE, 0)];
    is_needed(Condition::Grant, Start::Link, &requests, "a membership is what the invite grants");
}

#[test]
fn the_vacant_key_of_a_new_invite_is_needed() {
    let requests = [Request::Create(ALICE, 0), Request::Create(BOB, 0)];
    is_needed(Condition::Vacant, Start::Empty, &requests, "a generation is made once");
}

#[test]
fn the_uses_of_a_link_are_needed() {
    let requests = [Request::Accept(CAROL, 1), Request::Accept(BOB, 1)];
    is_needed(Condition::Uses, Start::Alone, &requests, "counters equal their items");
}

#[test]
fn the_absence_of_a_membership_is_needed() {
    let requests = [Request::Accept(CAROL, 0), Request::Accept(CAROL, 1)];
    is_needed(Condition::Absent, Start::Twice, &requests, "nobody has two memberships");
}

#[test]
fn another_owner_is_needed() {
    let requests = [Request::Remove(ALICE, ALICE), Request::Remove(BOB, BOB)];
    is_needed(Condition::Owner, Start::Owners, &requests, "a group keeps an owner");
}

#[test]
fn a_free_seat_is_needed() {
    let requests = [Request::Accept(CAROL, 0), Request::Accept(BOB, 1)];
    is_needed(Condition::Seat, Start::Seats, &requests, "counters equal their items");
}

#[test]
fn a_removal_must_end_the_invites_in_its_own_transaction() {
    let requests = [Request::Remove(ALICE, BOB), Request::Accept(CAROL, 0)];
    let property = "nobody accepts after the granter's loss";
    is_needed(Condition::Together, Start::Link, &requests, property);
}

/// The model found that the service did not do this.
#[test]
fn a_removal_must_end_the_invites_that_were_declined_without_a_sign_in() {
    let requests =
        [Request::Decline(None, 0), Request::Remove(ALICE, BOB), Request::Accept(CAROL, 0)];
    let property = "nobody accepts after the granter's loss";
    is_needed(Condition::Reopened, Start::Link, &requests, property);
}

#[test]
fn the_tombstone_is_needed() {
    let requests = [Request::Delete(ALICE), Request::Create(BOB, 0)];
    let property = "a deleted group is empty in the end";
    is_needed(Condition::Tombstone, Start::Empty, &requests, property);
}

#[test]
fn the_version_of_a_changed_invite_is_needed() {
    let requests = [Request::Update(ALICE, 0), Request::Accept(CAROL, 0)];
    is_needed(Condition::Version, Start::Link, &requests, "a final state never changes");
}

#[test]
fn the_question_about_the_granter_is_needed() {
    let requests =
        [Request::Create(BOB, 0), Request::Remove(ALICE, BOB), Request::Accept(CAROL, 0)];
    let property = "nobody accepts after the granter's loss";
    is_needed(Condition::Granter, Start::Empty, &requests, property);
}

/// Asserts that the property of mails does not hold without the condition.
#[track_caller]
fn is_needed_for_mails(condition: MailCondition, model: Delivery, property: &'static str) {
    let without = Delivery { without: LeftOut::only(condition), ..model };
    let until = HasDiscoveries::AnyOf(BTreeSet::from([property]));
    let broken = failures(&without.checker().finish_when(until).spawn_bfs().join());
    assert!(broken.iter().any(|(name, _)| *name == property), "{condition:?}: {broken:#?}");
}

#[test]
fn the_version_of_a_sent_mail_is_needed() {
    let model = Delivery { resends: 1, most_mails: 3, waits: 0, ..mails::small() };
    is_needed_for_mails(MailCondition::Version, model, "no due mail is lost");
}

#[test]
fn the_invite_s_state_is_needed_before_a_mail() {
    let property = "no mail goes to an invite that had ended before its try";
    is_needed_for_mails(MailCondition::Pending, mails::small(), property);
}

#[test]
fn the_count_of_tries_is_needed() {
    is_needed_for_mails(MailCondition::Tries, mails::small(), "a mail has few copies");
}

#[test]
fn the_count_of_a_day_is_needed() {
    let property = "a mailbox gets few mails in a day";
    is_needed_for_mails(MailCondition::Day, mails::small(), property);
}
