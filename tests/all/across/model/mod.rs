//! Property tests of the state machine: random commands run against the real engine and table, and
//! against a small model.
//!
//! After each command, the outcome and every record of the group in the table must match the model:
//! invites, members and counters. After the last command, so must everything that people can see.

mod reference;
mod stored;
mod world;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reference::{Model, PEOPLE, ROLES, Step};
use reqwest::Client;
use shared::domain::clock::Timestamp;
use shared::domain::counters::RequestId;
use shared::domain::invite::{IdentityPolicy, InviteFilter, State, TokenChoice};
use shared::domain::invitee::{Invitee, Lifetime};
use shared::domain::list::{Order, PageRequest};
use shared::domain::role::{RoleName, Roles};
use shared::domain::rule::InviteRule;
use shared::engine::{
    Acting, Conflict, Denied, InviteRef, InviteeRequest, MemberEdit, NewInvite, NotFound, Outcome,
    Refusal, ResendRequest, Stop,
};
use tokio::runtime::Handle;
use world::{FOUNDER, World, address};

use crate::lambda::Deployment;

/// One in this many of proptest's cases (256, or `PROPTEST_CASES`) runs, because each makes many
/// requests to the table.
const ONE_IN: u32 = 10;
/// The number of threads that each run a part of the sequences.
const THREADS: u32 = 2;
const STEPS: std::ops::Range<usize> = 5..30;

/// Returns a strategy for commands. Most can succeed, because the founder acts often and people
/// mostly use their own invites.
fn step() -> impl Strategy<Value = Step> {
    let person = prop_oneof![5 => Just(FOUNDER), 4 => 0..PEOPLE];
    let guest = prop_oneof![8 => 1..PEOPLE, 1 => Just(FOUNDER)];
    let role = prop_oneof![2 => Just(0_usize), 3 => Just(2_usize), 1 => 0..ROLES.len()];
    let back = prop_oneof![4 => Just(0_usize), 1 => 1..3_usize];
    // The person is mostly the owner of the address.
    let pair = prop_oneof![4 => (1..PEOPLE).prop_map(|person| (person, person)), 1 => (0..PEOPLE, 1..PEOPLE)];
    let lifetime = prop_oneof![300..2000_i64, Just(86_400_i64)];
    prop_oneof![
        30 => (person.clone(), guest.clone(), role.clone(), lifetime, prop::bool::weighted(0.3))
            .prop_map(|(by, address, role, lifetime, bearer)| Step::Invite { by, address, role, lifetime, bearer }),
        25 => (pair.clone(), back.clone()).prop_map(|((by, address), back)| Step::Accept { by, address, back }),
        5 => pair.clone().prop_map(|(by, address)| Step::AcceptById { by, address }),
        7 => (guest.clone(), back.clone()).prop_map(|(address, back)| Step::Decline { address, back }),
        7 => (guest.clone(), back).prop_map(|(address, back)| Step::DeclineByLink { address, back }),
        3 => pair.prop_map(|(by, address)| Step::DeclineById { by, address }),
        6 => (person.clone(), guest.clone()).prop_map(|(by, address)| Step::Revoke { by, address }),
        10 => (person.clone(), guest.clone(), any::<bool>()).prop_map(|(by, address, keeps)| Step::Resend { by, address, keeps }),
        8 => (1..1500_i64).prop_map(|seconds| Step::Wait { seconds }),
        8 => (person.clone(), guest.clone(), role).prop_map(|(by, of, role)| Step::ChangeRole { by, of, role }),
        10 => (person.clone(), guest).prop_map(|(by, of)| Step::Remove { by, of }),
        1 => person.prop_map(|by| Step::DeleteGroup { by }),
    ]
}

/// Returns a strategy for the first commands, so that more sequences reach deep states.
///
/// They are: nothing; an admin; an invitee of that admin; an invitee who is invited again; and a
/// member who joined by another person's invite and has a pending one.
fn beginnings() -> impl Strategy<Value = Vec<Step>> {
    let invite =
        |by, address, role| Step::Invite { by, address, role, lifetime: 86_400, bearer: false };
    let admin = vec![invite(FOUNDER, 1, 2), Step::Accept { by: 1, address: 1, back: 0 }];
    let invited = [admin.clone(), vec![invite(1, 2, 0)]].concat();
    let again =
        [invited.clone(), vec![Step::Decline { address: 2, back: 0 }, invite(1, 2, 2)]].concat();
    let forwarded =
        Step::Invite { by: FOUNDER, address: 1, role: 0, lifetime: 86_400, bearer: true };
    let member_invited =
        vec![forwarded, Step::Accept { by: 2, address: 1, back: 0 }, invite(FOUNDER, 2, 0)];
    prop::sample::select(vec![vec![], admin, invited, again, member_invited])
}

fn sequence() -> impl Strategy<Value = Vec<Step>> {
    (beginnings(), prop::collection::vec(step(), STEPS))
        .prop_map(|(first, then)| [first, then].concat())
}

fn roles(role: usize) -> Roles {
    Roles::new(vec![RoleName::parse(ROLES[role]).unwrap()]).unwrap()
}

/// Returns the name of the outcome: `ok`, the refusal or the fault.
fn word<T>(outcome: &Outcome<T>) -> String {
    match outcome {
        Ok(_) => "ok".into(),
        Err(Stop::Refused(refusal)) => reason(refusal),
        Err(Stop::Failed(fault)) => format!("{fault:?}"),
    }
}

fn reason(refusal: &Refusal) -> String {
    let word = match refusal {
        // The native API answers a caller who is not a member as if the group did not exist.
        Refusal::Denied(Denied::NotMember(_)) => return "GroupNotFound".into(),
        Refusal::NotFound(NotFound::Token(_)) => return "InviteNotFound".into(),
        Refusal::NotFound(what) => return format!("{what:?}NotFound"),
        Refusal::Conflict(conflict @ Conflict::NotPending(_)) => return format!("{conflict:?}"),
        Refusal::Conflict(conflict) => format!("{conflict:?}"),
        Refusal::Denied(why) => format!("{why:?}"),
        other => format!("{other:?}"),
    };
    word.split('(').next().unwrap_or_default().to_owned()
}

impl World<'_> {
    /// Performs the step, and returns the name of the outcome.
    async fn act(&mut self, step: &Step) -> String {
        let (engine, now, group) = (self.engine, self.now, self.group.clone());
        let person = |number: usize| &self.people[number];
        match *step {
            Step::Invite { by, address: to, role, lifetime, bearer } => {
                let invitee = InviteeRequest::Email(address(to));
                let policy = if bearer { IdentityPolicy::Bearer } else { IdentityPolicy::Strict };
                let new = NewInvite {
                    roles: roles(role),
                    lifetime: Some(Lifetime::Seconds(lifetime)),
                    notify: false,
                    identity_policy: policy,
                    ..NewInvite::of(group, invitee, InviteRule::Policy)
                };
                let created = engine.create_invite(person(by), &new, random(), now).await;
                if let Ok(created) = &created {
                    self.tokens.entry(to).or_default().push(created.token.expose().to_owned());
                }
                word(&created)
            }
            Step::Accept { by, address, back } => {
                word(&engine.accept_invite(person(by), &self.token(address, back), now).await)
            }
            Step::AcceptById { by, address } => {
                word(&engine.accept_invite(person(by), &self.by_id(address), now).await)
            }
            Step::Decline { address, back } => {
                let invitee = Some(person(address));
                word(&engine.decline_invite(invitee, &self.token(address, back), None, now).await)
            }
            Step::DeclineById { by, address } => word(
                &engine.decline_invite(Some(person(by)), &self.by_id(address), None, now).await,
            ),
            Step::DeclineByLink { address, back } => {
                word(&engine.decline_invite(None, &self.token(address, back), None, now).await)
            }
            Step::Revoke { by, address } => word(
                &engine
                    .revoke_invite(person(by), &group, self.id(address), InviteRule::Policy, now)
                    .await,
            ),
            Step::Resend { by, address, keeps } => {
                let acting = Acting { caller: person(by), now };
                let token = if keeps { TokenChoice::Keep } else { TokenChoice::Rotate };
                let (locale, rule) = (None, InviteRule::Policy);
                let id = RequestId::from_entropy(random());
                let request = ResendRequest { token, locale, notify: false, rule, request: id };
                let resent = engine.resend_invite(acting, &group, self.id(address), &request).await;
                if let Ok(resent) = &resent {
                    let known = self.tokens.entry(address).or_default();
                    let token = resent.token.expose().to_owned();
                    if keeps != known.last().is_some_and(|last| *last == token) {
                        return "a wrong token".into();
                    }
                    if !keeps {
                        known.push(token);
                    }
                }
                word(&resent)
            }
            Step::Wait { seconds } => {
                self.now = now.plus(seconds);
                "ok".into()
            }
            Step::ChangeRole { by, of, role } => {
                let edit = MemberEdit { roles: Some(roles(role)), privileges: None };
                word(&engine.edit_member(person(by), &group, &person(of).user, &edit, now).await)
            }
            Step::Remove { by, of } => {
                word(&engine.remove_member(person(by), &group, &person(of).user, now).await)
            }
            Step::DeleteGroup { by } => word(&engine.delete_group(person(by), &group, now).await),
        }
    }

    /// Compares everything that people can see with the model.
    async fn check_seen(&self, model: &Model) -> Result<(), TestCaseError> {
        self.check_older_tokens().await?;
        let Some(owner) = model.owner() else {
            for person in &self.people {
                let found = self.engine.list_members(person, &self.group, 100, None).await;
                prop_assert_eq!(
                    word(&found),
                    "GroupNotFound",
                    "nobody is a member of a deleted group"
                );
            }
            return Ok(());
        };
        let page =
            self.engine.list_members(&self.people[owner], &self.group, 100, None).await.unwrap();
        prop_assert_eq!(page.data.len(), model.members.len());
        for of in 0..PEOPLE {
            self.check_invite(owner, of, model).await?;
        }
        self.check_pending(owner, model).await
    }

    async fn check_invite(
        &self,
        owner: usize,
        of: usize,
        model: &Model,
    ) -> Result<(), TestCaseError> {
        let found = self
            .engine
            .get_invite(&self.people[owner], &self.group, self.id(of), InviteRule::Policy)
            .await;
        match model.invites.get(&of) {
            None => prop_assert_eq!(word(&found), "InviteNotFound"),
            Some(expected) => prop_assert_eq!(
                format!("{:?}", found.unwrap().state(self.now)),
                format!("{:?}", model.state(expected))
            ),
        }
        Ok(())
    }

    async fn check_pending(&self, owner: usize, model: &Model) -> Result<(), TestCaseError> {
        let filter = InviteFilter::of_states(vec![State::Pending]);
        let page = PageRequest { order: Order::default(), limit: 100, cursor: None };
        let (page, _) = self
            .engine
            .list_group_invites(
                &self.people[owner],
                &self.group,
                InviteRule::Policy,
                (&filter, &page),
                self.now,
            )
            .await
            .unwrap();
        let listed: Vec<String> = page.data.iter().map(|invite| invite.invitee.key()).collect();
        let pending = model.invites.iter().filter(|(_, invite)| model.is_pending(invite));
        let pending: BTreeSet<String> =
            pending.map(|(of, _)| Invitee::Email(address(*of)).key()).collect();
        prop_assert_eq!(listed.len(), pending.len(), "an address has at most one pending invite");
        prop_assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), pending);
        Ok(())
    }

    /// Checks that a token of an older generation shows nothing.
    async fn check_older_tokens(&self) -> Result<(), TestCaseError> {
        for token in self.tokens.values().flat_map(|tokens| tokens.iter().rev().skip(1)) {
            let shown = self.engine.preview_invite(token, self.now).await;
            prop_assert_eq!(word(&shown), "InviteReplaced");
        }
        Ok(())
    }

    /// Checks that a token of an older generation neither accepts nor declines.
    async fn check_older_tokens_do_nothing(&self) -> Result<(), TestCaseError> {
        for (of, tokens) in &self.tokens {
            for token in tokens.iter().rev().skip(1) {
                let token = InviteRef::Token(token.clone());
                prop_assert_eq!(
                    word(&self.engine.accept_invite(&self.people[*of], &token, self.now).await),
                    "InviteReplaced"
                );
                prop_assert_eq!(
                    word(&self.engine.decline_invite(None, &token, None, self.now).await),
                    "InviteReplaced"
                );
            }
        }
        Ok(())
    }
}

/// The beginning of an outcome that says that the table did not respond.
const UNAVAILABLE: &str = "Unavailable(";

async fn follows_the_model(
    deployment: &Deployment,
    client: &Client,
    case: usize,
    steps: &[Step],
) -> Result<(), TestCaseError> {
    let mut world = World::found(deployment, client, case).await;
    let mut model = Model::founded_by(FOUNDER, world.now.seconds());
    for (at, step) in steps.iter().enumerate() {
        let expected = model.act(step);
        let found = world.act(step).await;
        // A machine that is too busy for the table's timeouts shows nothing about the rules, so another
        // sequence takes the place of this one. Too many of them fail the test.
        if found.starts_with(UNAVAILABLE) {
            return Err(TestCaseError::reject("the table did not respond in time"));
        }
        prop_assert_eq!(found, expected, "step {}: {:?}", at, step);
        world.check_stored(&model).await?;
    }
    world.check_seen(&model).await?;
    world.check_older_tokens_do_nothing().await?;
    world.check_stored(&model).await
}

/// Runs a part of the sequences. `next` numbers the sequences of all threads.
fn run_part(deployment: &Deployment, runtime: &Handle, next: &AtomicUsize, cases: u32) {
    let client = Client::builder().no_proxy().build().unwrap();
    let usual = Config::default();
    let config = Config { cases, max_shrink_iters: 300, failure_persistence: None, ..usual };
    let outcome = TestRunner::new(config).run(&sequence(), |steps| {
        let case = next.fetch_add(1, Ordering::SeqCst);
        runtime.block_on(follows_the_model(deployment, &client, case, &steps))
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn the_engine_follows_the_model() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let deployment = runtime.block_on(Deployment::start(Timestamp::from_seconds(0)));
    let next = AtomicUsize::new(0);
    let cases = Config::default().cases.div_ceil(ONE_IN * THREADS);
    std::thread::scope(|threads| {
        for _ in 0..THREADS {
            threads.spawn(|| run_part(&deployment, runtime.handle(), &next, cases));
        }
    });
}

/// Returns the random bytes that a function adds to each request.
fn random() -> [u8; 16] {
    shared::http::entropy()
}
