//! What concurrent clients see of one invite is what they would see if their requests ran one after
//! the other: stateright's tester finds such an order for every recorded history.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures::future::join_all;
use harness::{Answer, App, Person};
use serde_json::json;
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};

/// The number of histories. Each is of an invite of its own.
const HISTORIES: usize = 12;
/// The number of requests that each of the four clients makes one after the other.
const REQUESTS: usize = 4;

/// The number of a request to invite. It names the token that the answer has.
type Label = u32;

/// A request about the invite.
#[derive(Clone, Copy, Debug)]
enum Op {
    Create(Label),
    /// The person accepts by the token of this request.
    Accept(Label, &'static str),
    /// The invitee declines by the token of this request.
    Decline(Label),
    Revoke,
    Read,
}

/// An answer: its status, and the state or the code that it names.
type Ret = (u16, String);

/// The state of the invite.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Pending,
    Accepted(&'static str),
    Declined,
    Revoked,
}

/// The invite as its requests see it one after the other: the request that made it, and its state.
#[derive(Clone, Copy, Debug, Default)]
struct Register(Option<(Label, Phase)>);

impl Phase {
    fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted(_) => "accepted",
            Self::Declined => "declined",
            Self::Revoked => "revoked",
        }
    }

    /// The refusal of a request that needs a pending invite.
    fn refusal(self) -> Ret {
        match self {
            Self::Revoked => (410, "invite_revoked".into()),
            Self::Pending | Self::Accepted(_) | Self::Declined => {
                (409, "invite_not_pending".into())
            }
        }
    }
}

impl Register {
    /// Moves the invite to `phase`.
    fn moves(&mut self, label: Label, phase: Phase) -> Ret {
        self.0 = Some((label, phase));
        (200, phase.name().into())
    }

    fn create(&mut self, label: Label) -> Ret {
        match self.0 {
            Some((_, Phase::Pending)) => (409, "invite_already_pending".into()),
            Some((_, Phase::Accepted(_))) => (409, "already_member".into()),
            Some((_, Phase::Declined | Phase::Revoked)) | None => {
                self.moves(label, Phase::Pending);
                (201, "pending".into())
            }
        }
    }
}

impl SequentialSpec for Register {
    type Op = Op;
    type Ret = Ret;

    fn invoke(&mut self, op: &Op) -> Ret {
        let known = self.0;
        match (*op, known) {
            (Op::Create(label), _) => self.create(label),
            (_, None) => (404, "invite_not_found".into()),
            (Op::Accept(label, _) | Op::Decline(label), Some((current, _))) if label != current => {
                (410, "invite_revoked".into())
            }
            (Op::Accept(label, by), Some((_, Phase::Pending))) => {
                self.moves(label, Phase::Accepted(by))
            }
            (Op::Accept(_, by), Some((_, Phase::Accepted(other)))) if by == other => {
                (200, "accepted".into())
            }
            (Op::Decline(label), Some((_, Phase::Pending | Phase::Declined))) => {
                self.moves(label, Phase::Declined)
            }
            (Op::Revoke, Some((label, Phase::Pending | Phase::Revoked))) => {
                self.moves(label, Phase::Revoked)
            }
            (Op::Read, Some((_, phase))) => (200, phase.name().into()),
            (Op::Accept(..) | Op::Decline(_) | Op::Revoke, Some((_, phase))) => phase.refusal(),
        }
    }
}

/// The requests of four clients about one invite, and their answers, in the order in which they
/// happened.
struct History {
    tester: LinearizabilityTester<usize, Register>,
    /// The tokens of the requests to invite, and the invite's id.
    tokens: BTreeMap<Label, String>,
    id: Option<String>,
    next_client: usize,
    next_label: Label,
}

/// The people who share the invite.
struct Clients {
    alice: Person,
    ada: Person,
    bob: Person,
    address: String,
}

impl History {
    fn new() -> Self {
        let tester = LinearizabilityTester::new(Register::default());
        Self { tester, tokens: BTreeMap::new(), id: None, next_client: 4, next_label: 0 }
    }

    /// Chooses a request, by a number. `None` if the client knows no invite for it.
    fn choose(&mut self, number: u64) -> Option<Op> {
        let token = self.tokens.keys().last().copied();
        match number % 8 {
            0 | 1 => {
                self.next_label += 1;
                Some(Op::Create(self.next_label))
            }
            2 => token.map(|label| Op::Accept(label, "ada")),
            3 => token.map(|label| Op::Accept(label, "bob")),
            4 => token.map(Op::Decline),
            5 | 6 => self.id.as_ref().map(|_| Op::Revoke),
            _ => self.id.as_ref().map(|_| Op::Read),
        }
    }

    fn invoked(&mut self, client: usize, op: Op) {
        self.tester.on_invoke(client, op).expect("a client waits for its answer");
    }

    /// Records the answer. Returns the client's next name: a request that was answered by 503 may
    /// still have an effect, so its client is never heard of again.
    fn returned(&mut self, client: usize, op: Op, answer: &Answer) -> usize {
        if answer.status == 503 {
            self.next_client += 1;
            return self.next_client;
        }
        if let (Op::Create(label), 201) = (op, answer.status) {
            self.tokens.insert(label, answer.text_at("/token").to_owned());
            self.id = Some(answer.text_at("/id").to_owned());
        }
        let invite = answer.json.get("invite").unwrap_or(&answer.json);
        let is_refused = answer.status >= 400;
        let word = if is_refused { &answer.json["code"] } else { &invite["state"] };
        let word = word.as_str().unwrap_or_else(|| panic!("{op:?}: {answer:#?}")).to_owned();
        self.tester.on_return(client, (answer.status, word)).expect("the client has asked");
        client
    }
}

impl Clients {
    async fn send(&self, op: Op, token: &str, id: &str) -> Answer {
        match op {
            Op::Create(_) => {
                let body =
                    json!({"email": self.address, "identity_policy": "bearer", "notify": false});
                self.alice.invites(body).await
            }
            Op::Accept(_, "ada") => self.ada.accepts(token).await,
            Op::Accept(..) => self.bob.accepts(token).await,
            Op::Decline(_) => self.ada.declines(token).await,
            Op::Revoke => self.alice.revokes(id).await,
            Op::Read => self.alice.reads(id).await,
        }
    }

    /// Makes the requests of one client.
    async fn run(&self, history: &Mutex<History>, mut client: usize, seed: u64) {
        let mut number = seed;
        for _ in 0..REQUESTS {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
            let asked = {
                let mut history = history.lock().unwrap();
                let op = history.choose(number >> 33).unwrap_or_else(|| {
                    history.next_label += 1;
                    Op::Create(history.next_label)
                });
                let token = match op {
                    Op::Accept(label, _) | Op::Decline(label) => history.tokens[&label].clone(),
                    Op::Create(_) | Op::Revoke | Op::Read => String::new(),
                };
                let id = history.id.clone().unwrap_or_default();
                history.invoked(client, op);
                (op, token, id)
            };
            let (op, token, id) = asked;
            let answer = self.send(op, &token, &id).await;
            client = history.lock().unwrap().returned(client, op, &answer);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_history_of_an_invite_has_an_order() {
    let app = App::with_settings(&[("LIMIT_INVITES_PER_INVITER_HOUR", "5000")]).await;
    let alice = app.owner().await;
    let mut changes = 0;
    for round in 0..HISTORIES {
        let address = format!("ada{round}@example.com");
        let ada = app.user(&format!("ada{round}")).email(&address);
        let bob = app.person(&format!("bob{round}"));
        let clients = Clients { alice: app.person("alice"), ada, bob, address };
        futures::join!(clients.alice.signs_in(), clients.ada.signs_in(), clients.bob.signs_in());
        let history = Mutex::new(History::new());
        let runs =
            (0..4).map(|client| clients.run(&history, client, (round * 4 + client + 1) as u64));
        join_all(runs).await;
        let History { tester, .. } = history.into_inner().unwrap();
        let order = tester.serialized_history();
        let order = order.unwrap_or_else(|| panic!("no order explains {tester:#?}"));
        changes += order.iter().filter(|(_, (status, _))| matches!(status, 200 | 201)).count();
    }
    assert!(changes > HISTORIES, "the clients do something");
    let members = alice.sees_members().await.len();
    assert!(members > 1, "somebody accepts");
}

#[test]
fn a_history_that_no_order_explains_is_found() {
    let answered = |second: &'static str| {
        let mut tester = LinearizabilityTester::new(Register::default());
        let accepted = || (200, "accepted".to_owned());
        tester.on_invoke(0, Op::Create(1)).unwrap();
        tester.on_return(0, (201, "pending".to_owned())).unwrap();
        tester.on_invoke(0, Op::Accept(1, "ada")).unwrap();
        tester.on_invoke(1, Op::Accept(1, second)).unwrap();
        tester.on_return(0, accepted()).unwrap();
        tester.on_return(1, accepted()).unwrap();
        tester.is_consistent()
    };
    assert!(answered("ada"), "the same person accepts twice");
    assert!(!answered("bob"), "two people accept one invite");
}
