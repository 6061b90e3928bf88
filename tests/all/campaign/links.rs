//! Links for a number of people, for which more people apply.

use futures::future::join_all;
use harness::Answer;
use serde_json::json;

use super::client::{Clients, Definite};
use super::story::{LIFETIME, founder, group_id};

/// The number of people whom a link admits.
const USES: u64 = 5;
/// The number of people who apply.
const PEOPLE: usize = 8;

/// A link, and the people who were told that they joined.
pub(super) struct Link {
    pub(super) group: String,
    pub(super) invite: String,
    pub(super) uses: u64,
    pub(super) joined: Vec<String>,
}

impl Link {
    /// Makes a link in the group. It has an idempotency key, because a link that is made twice is two
    /// links.
    async fn make(clients: &Clients<'_>, group: usize) -> Answer {
        let path = format!("/v1/groups/{}/invites", group_id(group));
        let body = json!({"link": {"max_uses": USES}, "expires_in": LIFETIME});
        let key = format!("link-{group}");
        let request = super::client::Request {
            key: Some(&key),
            ..super::client::Request::post(&path, &body)
        };
        clients.sends(&founder(clients, group), &request).await.is(201)
    }

    /// Lets more people apply at once than the link admits.
    pub(super) async fn used(clients: &Clients<'_>, group: usize) -> Self {
        let made = Self::make(clients, group).await;
        let body = &json!({"token": made.text_at("/token")});
        let applies = (0..PEOPLE).map(|number| async move {
            let user = format!("linked-{group}-{number}");
            let person = clients.app.person(&user);
            let Definite { answer, .. } = clients.posts(&person, "/v1/invites/accept", body).await;
            match answer.status {
                200 => Some(user),
                _ => {
                    answer.refuses(410, "invite_used_up");
                    None
                }
            }
        });
        let joined = join_all(applies).await.into_iter().flatten().collect();
        let invite = made.text_at("/id").to_owned();
        Self { group: group_id(group), invite, uses: USES, joined }
    }
}
