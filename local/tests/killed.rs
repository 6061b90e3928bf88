//! `beckon --data FILE` is killed with SIGKILL again and again while clients use it: what it
//! acknowledged is there, and the mails arrive (docs/reliability.md).
//!
//! `BECKON_KILLS` is the number of kills.
#![cfg(test)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::routing::post;
use axum::{Json, Router};
use futures::future::join_all;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// The number of kills of a usual run.
const KILLS: usize = 5;
/// The number of kills with one file. A service reads its stream from the beginning when it starts, so
/// a long history would leave it no time for anything else.
const KILLS_PER_FILE: usize = 10;
/// The number of clients.
const CLIENTS: usize = 6;
/// The most copies of a mail.
const MOST_COPIES: usize = 5;
/// The longest wait for the mails after the last start.
const PATIENCE: Duration = Duration::from_secs(90);
/// The number of times that a request is sent while the machine is busy.
const TRIES: u32 = 200;
const GROUP: &str = "group";

/// The mails that the test's own SES took: the number of copies by recipient.
type Taken = Arc<Mutex<BTreeMap<String, usize>>>;

/// A running service. Dropping it kills the service.
struct Service {
    process: Child,
    url: String,
    client: Client,
    owner: String,
    /// Kept open, because the service fails if nobody reads what it prints.
    _output: BufReader<ChildStdout>,
}

/// An invite whose creation was acknowledged.
struct Acknowledged {
    id: String,
    email: String,
    /// The state that was acknowledged last. `None` if a later request has no answer.
    state: Option<&'static str>,
}

/// The invites that one life of the service acknowledged.
#[derive(Default)]
struct Book(Mutex<Vec<Acknowledged>>);

impl Book {
    fn entries(&self) -> MutexGuard<'_, Vec<Acknowledged>> {
        self.0.lock().expect("the lock is not poisoned")
    }

    /// Adds a pending invite, and returns its place.
    fn add(&self, id: &str, email: String) -> usize {
        let mut entries = self.entries();
        entries.push(Acknowledged { id: id.to_owned(), email, state: Some("pending") });
        entries.len() - 1
    }

    fn set(&self, place: usize, state: Option<&'static str>) {
        self.entries()[place].state = state;
    }

    /// Waits until so many invites were acknowledged.
    async fn has(&self, count: usize) {
        while self.entries().len() < count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // On Unix this is SIGKILL. An error means that it has ended already.
        let _ended = self.process.kill();
        let _ended = self.process.wait();
    }
}

impl Service {
    /// Starts the service with the data of this file, and signs its owner in.
    async fn start(data: &Path, ses: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_beckon"))
            .args(["--port", "0", "--no-demo", "--ses", ses, "--data"])
            .arg(data)
            .args(["--set", "LIMIT_INVITES_PER_INVITER_HOUR=1000000"])
            .args(["--set", "LIMIT_PENDING_PER_GROUP=1000000"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the service starts");
        let mut output = BufReader::new(process.stdout.take().expect("the service prints"));
        let mut line = String::new();
        output.read_line(&mut line).expect("the service prints its URL");
        let url = line.trim().strip_prefix("listening on ").expect("it listens").to_owned();
        let client = Client::builder().no_proxy().build().expect("the client is built");
        let mut service = Self { process, url, client, owner: String::new(), _output: output };
        service.owner = service.signs_in("owner").await.expect("the owner signs in");
        service
    }

    /// Sends a request. `None` if the service was killed before it answered.
    async fn asks(
        &self,
        token: &str,
        (method, path): (Method, &str),
        body: &Value,
    ) -> Option<(u16, Value)> {
        let request = self.client.request(method, format!("{}{path}", self.url));
        let answer = request.bearer_auth(token).json(body).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }

    /// Sends a request again until the answer is not that of a busy machine. Nobody kills the service
    /// meanwhile.
    async fn asks_until_clear(&self, asked: (Method, &str), body: &Value) -> (u16, Value) {
        for _ in 0..TRIES {
            let answer = self.asks(&self.owner, asked.clone(), body).await;
            let (status, answer) = answer.expect("the service answers");
            if status != 503 {
                return (status, answer);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{asked:?} stays unavailable")
    }

    async fn signs_in(&self, user: &str) -> Option<String> {
        let claims = json!({"sub": user, "email": format!("{user}@example.com")});
        let (_, token) = self.asks("", (Method::POST, "/local/token"), &claims).await?;
        Some(token["access_token"].as_str()?.to_owned())
    }

    /// Invites people, and accepts or revokes some of the invites, until the service is killed.
    async fn is_used(&self, next: &AtomicUsize, acknowledged: &Book) {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let user = format!("guest-{number}");
            let email = format!("{user}@example.com");
            let path = format!("/v1/groups/{GROUP}/invites");
            let body = json!({ "email": email });
            let asked = self.asks(&self.owner, (Method::POST, &path), &body).await;
            let Some((status, made)) = asked else { return };
            assert!(matches!(status, 201 | 500 | 503), "{status}: {made}");
            if status != 201 {
                continue;
            }
            let id = made["id"].as_str().expect("an invite has an id").to_owned();
            let place = acknowledged.add(&id, email);
            let act = match number % 4 {
                0 => "accepted",
                1 => "revoked",
                _ => continue,
            };
            acknowledged.set(place, None);
            let status = match act {
                "accepted" => self.accepts(&user, &made["token"]).await,
                _ => self.revokes(&id).await,
            };
            assert!(matches!(status, None | Some(200 | 500 | 503)), "{act}: {status:?}");
            if status == Some(200) {
                acknowledged.set(place, Some(act));
            }
        }
    }

    async fn accepts(&self, user: &str, token: &Value) -> Option<u16> {
        let guest = self.signs_in(user).await?;
        let asked = (Method::POST, "/v1/invites/accept");
        Some(self.asks(&guest, asked, &json!({ "token": token })).await?.0)
    }

    async fn revokes(&self, id: &str) -> Option<u16> {
        let path = format!("/v1/groups/{GROUP}/invites/{id}/revoke");
        Some(self.asks(&self.owner, (Method::POST, &path), &json!({})).await?.0)
    }

    /// Asserts that each acknowledged write is there.
    async fn has(&self, acknowledged: &[Acknowledged]) {
        for Acknowledged { id, email, state } in acknowledged {
            let path = format!("/v1/groups/{GROUP}/invites/{id}");
            let (status, read) = self.asks_until_clear((Method::GET, &path), &Value::Null).await;
            assert_eq!(status, 200, "the invite of {email} is lost: {read}");
            assert_eq!(read["invitee"]["email"], *email);
            assert!(state.is_none_or(|state| read["state"] == state), "{state:?}: {read}");
        }
    }
}

/// Starts an SES that takes every mail, and returns its URL.
#[expect(clippy::disallowed_methods, reason = "a test's server is not frozen, unlike Lambda")]
async fn ses(taken: Taken) -> String {
    let take = async move |Json(mail): Json<Value>| {
        let to = mail["Destination"]["ToAddresses"][0].as_str().expect("a recipient").to_owned();
        *taken.lock().expect("the lock is not poisoned").entry(to).or_default() += 1;
        Json(json!({ "MessageId": uuid::Uuid::new_v4().to_string() }))
    };
    let router = Router::new().route("/v2/email/outbound-emails", post(take));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async { axum::serve(listener, router).await });
    url
}

/// Waits until every invite that is pending for sure has its mail.
async fn all_arrive(acknowledged: &[Acknowledged], taken: &Taken) {
    let since = Instant::now();
    loop {
        let pending = acknowledged.iter().filter(|made| made.state == Some("pending"));
        let missing: Vec<&str> = {
            let taken = taken.lock().expect("the lock is not poisoned");
            pending.map(|made| made.email.as_str()).filter(|to| !taken.contains_key(*to)).collect()
        };
        if missing.is_empty() {
            return;
        }
        assert!(since.elapsed() < PATIENCE, "no mail to {missing:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "the options of a test run are not settings")]
fn kills() -> usize {
    std::env::var("BECKON_KILLS").map_or(KILLS, |text| text.parse().expect("a number of kills"))
}

/// Kills the service so often while it has this file, and returns what it acknowledged.
async fn kill_over_one_file(
    kills: usize,
    next: &AtomicUsize,
    (url, taken): (&str, &Taken),
) -> Vec<Acknowledged> {
    let folder = TempDir::new().expect("a folder is made");
    let data = folder.path().join("data");
    let service = Service::start(&data, url).await;
    let group = json!({"id": GROUP, "name": "Group"});
    let made = service.asks_until_clear((Method::POST, "/v1/groups"), &group).await;
    // A first answer that was lost leaves the group to the second request.
    assert!(matches!(made.0, 201 | 409), "{made:?}");
    drop(service);
    let (mut all, mut before) = (Vec::new(), Vec::new());
    for kill in 0..kills {
        let mut service = Service::start(&data, url).await;
        service.has(&before).await;
        let acknowledged = Book::default();
        let clients = join_all((0..CLIENTS).map(|_| service.is_used(next, &acknowledged)));
        // The life ends with its first acknowledgement, or some time later.
        let end = async {
            acknowledged.has(1 + kill * 5 % 11).await;
            tokio::time::sleep(Duration::from_millis((kill * 17 % 30) as u64)).await;
        };
        tokio::select! {
            _ = clients => panic!("the service ended by itself"),
            () = end => {}
        }
        service.process.kill().expect("the service is killed");
        drop(service);
        all.append(&mut before);
        before = acknowledged.0.into_inner().expect("the lock is not poisoned");
    }
    all.append(&mut before);
    let service = Service::start(&data, url).await;
    service.has(&all).await;
    all_arrive(&all, taken).await;
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_service_loses_nothing_that_it_acknowledged() {
    let since = Instant::now();
    let taken = Taken::default();
    let url = ses(Arc::clone(&taken)).await;
    let (next, kills) = (AtomicUsize::new(0), kills());
    let (mut left, mut writes, mut invites) = (kills, 0, 0);
    while left > 0 {
        let some = left.min(KILLS_PER_FILE);
        let acknowledged = kill_over_one_file(some, &next, (&url, &taken)).await;
        invites += acknowledged.len();
        let further = |made: &&Acknowledged| made.state.is_some_and(|state| state != "pending");
        writes += acknowledged.len() + acknowledged.iter().filter(further).count();
        left -= some;
    }
    assert!(invites >= kills, "{invites} invites in {kills} lives are too few to show anything");
    let taken = taken.lock().expect("the lock is not poisoned");
    assert!(taken.values().all(|copies| *copies <= MOST_COPIES));
    let copies: usize = taken.values().map(|copies| copies - 1).sum();
    println!(
        "{kills} kills: {invites} invites, {writes} acknowledged writes, 0 lost; {} mails, {copies} copies; {} s",
        taken.len(),
        since.elapsed().as_secs()
    );
}
