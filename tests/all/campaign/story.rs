//! What happens with one invite, and what the service acknowledged.

use harness::{Answer, Person};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{A_MINUTE, Clients, Definite, Request};
use super::dice::Dice;

/// How long the invites of the campaign live, in seconds.
pub(super) const LIFETIME: i64 = 30 * 86_400;

/// How the people of a story act.
#[derive(Clone, Copy, Debug)]
enum Plan {
    Accept,
    Decline,
    Revoke,
    /// The link stays the same.
    ResendAndAccept,
    /// The link is a new one.
    ReplaceAndAccept,
    /// The invitee accepts while an owner revokes.
    Race,
    /// The invite is revoked, made anew and accepted.
    Anew,
    AcceptAndLeave,
    Nothing,
}

/// What the acknowledgements say about an invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Pending,
    Accepted,
    /// The member was removed after the acceptance.
    Left,
    Declined,
    Revoked,
}

impl End {
    /// Returns the stored state of the invite.
    pub(super) fn state(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted | Self::Left => "accepted",
            Self::Declined => "declined",
            Self::Revoked => "revoked",
        }
    }
}

/// A told story.
pub(super) struct Told {
    pub(super) group: String,
    pub(super) user: String,
    pub(super) invite: String,
    pub(super) end: End,
    pub(super) generation: u64,
}

/// The people and the place of a story.
pub(super) struct Story<'a> {
    clients: &'a Clients<'a>,
    group: String,
    owner: Person,
    admin: Person,
    guest: Person,
    user: String,
    plan: Plan,
    /// The body of the request to invite.
    body: Value,
    /// The idempotency key of that request.
    key: Option<String>,
    /// Whether the guest acts only in the next wave, when most mails have left.
    is_patient: bool,
    /// The invite, once it is made.
    made: Option<Made>,
}

/// A story after a wave.
pub(super) enum Step<'a> {
    Told(Told),
    /// It goes on in the next wave.
    Later(Box<Story<'a>>),
}

/// The invite of a story.
struct Made {
    id: String,
    /// `None` if the answer with the token was lost.
    token: Option<String>,
}

/// Returns the founder of the campaign's group.
pub(super) fn founder(clients: &Clients<'_>, group: usize) -> Person {
    clients.app.person(&format!("founder-{group}"))
}

/// Returns the admin of the campaign's group.
pub(super) fn admin(clients: &Clients<'_>, group: usize) -> Person {
    clients.app.person(&format!("admin-{group}"))
}

/// Returns the id of the campaign's group.
pub(super) fn group_id(group: usize) -> String {
    format!("group-{group}")
}

impl<'a> Story<'a> {
    pub(super) fn new(clients: &'a Clients<'a>, seed: u64, number: usize, groups: usize) -> Self {
        let mut dice = Dice::of(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
        let group = number % groups;
        let user = format!("guest-{number}");
        let email = format!("{user}@example.com");
        let plan = match dice.percent() {
            0..30 => Plan::Accept,
            30..40 => Plan::Decline,
            40..50 => Plan::Revoke,
            50..57 => Plan::ResendAndAccept,
            57..64 => Plan::ReplaceAndAccept,
            64..74 => Plan::Race,
            74..80 => Plan::Anew,
            80..88 => Plan::AcceptAndLeave,
            _ => Plan::Nothing,
        };
        let mut body = if dice.is_within(20) {
            json!({"person": {"email": email, "first_name": "Ada"}})
        } else {
            json!({ "email": email })
        };
        body["expires_in"] = LIFETIME.into();
        body["notify"] = (!dice.is_within(5)).into();
        Self {
            clients,
            group: group_id(group),
            owner: founder(clients, group),
            admin: admin(clients, group),
            guest: clients.app.person(&user),
            user,
            plan,
            body,
            key: dice.is_within(40).then(|| format!("key-{number}")),
            is_patient: dice.is_within(60),
            made: None,
        }
    }

    /// Makes the invite, and then lets the people act, in the same wave or in the next.
    pub(super) async fn goes_on(mut self) -> Step<'a> {
        let made = match self.made.take() {
            Some(made) => made,
            None => {
                let made = self.makes(self.key.as_deref()).await;
                if self.is_patient {
                    self.made = Some(made);
                    return Step::Later(Box::new(self));
                }
                made
            }
        };
        Step::Told(self.acts(made).await)
    }

    /// Lets the people act, and returns what was acknowledged.
    async fn acts(self, made: Made) -> Told {
        let invite = made.id.clone();
        let mut generation = 1;
        let end = match self.plan {
            Plan::Nothing => End::Pending,
            Plan::Accept => self.accepts(&made).await,
            Plan::Decline => {
                self.answers("decline", &made).await.is(200);
                End::Declined
            }
            Plan::Revoke => self.revokes(&self.admin, &made).await,
            Plan::Race => self.races(&made).await,
            Plan::ResendAndAccept => self.accepts(&self.resends(made, "keep").await).await,
            Plan::ReplaceAndAccept => {
                let made = self.resends(made, "rotate").await;
                generation = 2;
                self.accepts(&made).await
            }
            Plan::Anew => {
                self.revokes(&self.owner, &made).await;
                let made = self.makes(None).await;
                generation = 2;
                self.accepts(&made).await
            }
            Plan::AcceptAndLeave => {
                self.accepts(&made).await;
                self.leaves().await
            }
        };
        let Self { group, user, .. } = self;
        Told { group, user, invite, end, generation }
    }

    async fn makes(&self, key: Option<&str>) -> Made {
        let path = format!("/v1/groups/{}/invites", self.group);
        let request = Request { key, ..Request::post(&path, &self.body) };
        let Definite { answer, is_repeated } = self.clients.sends(&self.admin, &request).await;
        let text = |answer: &Answer, at: &str| answer.text_at(at).to_owned();
        if answer.status == 201 {
            return Made { id: text(&answer, "/id"), token: Some(text(&answer, "/token")) };
        }
        // Without a key, a request whose answer was lost has made the invite.
        assert!(is_repeated && key.is_none(), "{answer:#?}");
        let answer = answer.refuses(409, "invite_already_pending");
        Made { id: text(&answer, "/invite_id"), token: None }
    }

    /// Sends the guest's answer to the invite, by its token if the token is known.
    async fn answers(&self, verb: &str, made: &Made) -> Definite {
        let body = match &made.token {
            Some(token) => json!({ "token": token }),
            None => json!({"group": self.group, "invite": made.id}),
        };
        self.clients.posts(&self.guest, &format!("/v1/invites/{verb}"), &body).await
    }

    async fn accepts(&self, made: &Made) -> End {
        self.answers("accept", made).await.is(200);
        End::Accepted
    }

    fn path_of(&self, made: &Made, act: &str) -> String {
        format!("/v1/groups/{}/invites/{}/{act}", self.group, made.id)
    }

    async fn revokes(&self, by: &Person, made: &Made) -> End {
        let path = self.path_of(made, "revoke");
        self.clients.posts(by, &path, &json!({})).await.is(200);
        End::Revoked
    }

    async fn races(&self, made: &Made) -> End {
        let (path, body) = (self.path_of(made, "revoke"), json!({}));
        let (accepted, revoked) = futures::join!(
            self.answers("accept", made),
            self.clients.posts(&self.owner, &path, &body)
        );
        match (accepted.answer.status, revoked.answer.status) {
            (200, 409) => End::Accepted,
            (410, 200) => End::Revoked,
            _ => panic!("{:#?} {:#?}", accepted.answer, revoked.answer),
        }
    }

    async fn resends(&self, made: Made, token: &str) -> Made {
        self.clients.app.advance(A_MINUTE);
        let (path, body) = (self.path_of(&made, "resend"), json!({ "token": token }));
        let Definite { answer, is_repeated } = self.clients.posts(&self.admin, &path, &body).await;
        if answer.status == 200 {
            let token = Some(answer.text_at("/token").to_owned());
            return Made { token, ..made };
        }
        // A request whose answer was lost has sent the invite again.
        assert!(is_repeated, "{answer:#?}");
        answer.refuses(429, "resend_too_soon");
        Made { token: made.token.filter(|_| token == "keep"), ..made }
    }

    async fn leaves(&self) -> End {
        let path = format!("/v1/groups/{}/members/{}", self.group, self.user);
        let request = Request { method: Method::DELETE, path: &path, body: None, key: None };
        let Definite { answer, is_repeated } = self.clients.sends(&self.owner, &request).await;
        assert!(answer.status == 204 || (is_repeated && answer.status == 404), "{answer:#?}");
        End::Left
    }
}
