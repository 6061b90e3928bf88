//! The products under load, and their requests for the same operations. bench/peers/README.md
//! describes how the peers are set up.

use std::path::Path;
use std::time::Duration;

use clap::ValueEnum;
use reqwest::RequestBuilder;
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};
use tokio::process::Command;

use super::process::Process;
use super::server::Server;
use crate::fault::Fault;

/// The folder of the peers' servers.
const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");
/// How often the local service's inbox is checked for mails, and how long they may take.
const POLL: Duration = Duration::from_millis(5);
const POLLS: usize = 24_000;
/// How often the audit trail is read for the last record, and how often at most.
const FOLLOWED_POLL: Duration = Duration::from_millis(20);
const FOLLOWED_POLLS: usize = 180_000;
/// How long the local service's tokens last, in seconds. Filling the table may take hours.
const TOKEN_LIFETIME: u32 = 86_400;
/// The number of mails that the inbox keeps. More cannot be waited for.
pub(super) const INBOX_CAPACITY: u16 = 10_000;

/// A product under load.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Product {
    /// The local service. It cannot be named as a peer.
    #[value(skip)]
    Beckon,
    /// better-auth with its organization plugin, in one Node process.
    BetterAuth,
    /// django-invitations under gunicorn, with two workers.
    DjangoInvitations,
}

/// A signed-in user: the header that authenticates them.
pub(super) struct Session(&'static str, String);

impl Product {
    /// Returns the product's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Beckon => "beckon",
            Self::BetterAuth => "better-auth",
            Self::DjangoInvitations => "django-invitations",
        }
    }

    /// Returns the path that answers with a success as soon as the server runs.
    pub(super) fn health(self) -> &'static str {
        match self {
            Self::Beckon => "/local/health",
            Self::BetterAuth => "/api/auth/ok",
            Self::DjangoInvitations => "/health",
        }
    }

    /// Creates the peers' tables in this folder. The local service creates its own when it starts.
    pub(super) async fn prepare(self, folder: &Path) -> Result<(), Fault> {
        let mut command = match self {
            Self::Beckon => return Ok(()),
            Self::BetterAuth => better_auth("migrate.mjs", folder, 0),
            Self::DjangoInvitations => {
                django("python", &["peer.py", "migrate", "--verbosity=0"], folder)
            }
        };
        let done = async { Process::start(&mut command)?.wait().await }.await;
        let installed = done.is_ok_and(|status| status.success());
        if installed {
            Ok(())
        } else {
            Err(format!("{} does not run; install it with bench/peers/install", self.name()).into())
        }
    }

    /// Returns the command for the server on this port with its data in this folder. `binary` is
    /// the local service's.
    pub(super) fn command(self, binary: &Path, folder: &Path, port: u16) -> Command {
        match self {
            Self::Beckon => beckon(binary, Some(&folder.join("data")), port),
            Self::BetterAuth => better_auth("server.mjs", folder, port),
            Self::DjangoInvitations => {
                let bind = format!("127.0.0.1:{port}");
                let usual = [
                    "--workers",
                    "2",
                    "--log-level",
                    "warning",
                    "--no-control-socket",
                    "--bind",
                    &bind,
                    "peer:application",
                ];
                django("gunicorn", &usual, folder)
            }
        }
    }

    /// Signs in a user with this address.
    pub(super) async fn sign_in(self, server: &Server, email: &str) -> Result<Session, Fault> {
        let (path, field, body) = match self {
            Self::Beckon => (
                "/local/token",
                "access_token",
                json!({"sub": email, "name": "Ada", "email": email, "expires_in": TOKEN_LIFETIME}),
            ),
            Self::DjangoInvitations => ("/users", "token", json!({"email": email})),
            Self::BetterAuth => {
                let body = json!({"email": email, "name": "Ada", "password": "correct horse battery staple"});
                let answer = server
                    .client
                    .post(server.at("/api/auth/sign-up/email"))
                    .json(&body)
                    .send()
                    .await?
                    .error_for_status()?;
                let cookie = answer.headers().get(SET_COOKIE).ok_or("no session")?.to_str()?;
                return Ok(Session(
                    "cookie",
                    cookie.split(';').next().unwrap_or_default().to_owned(),
                ));
            }
        };
        let (answer, _) = server.ask(server.client.post(server.at(path)).json(&body)).await?;
        let token = answer[field].as_str().ok_or("no token")?;
        Ok(Session("authorization", format!("Bearer {token}")))
    }

    /// Creates a group and returns its id. The local service uses `id` as the id, and better-auth
    /// as the name. django-invitations has no groups.
    pub(super) async fn group(
        self,
        server: &Server,
        owner: &Session,
        id: &str,
    ) -> Result<String, Fault> {
        let request = match self {
            Self::Beckon => server
                .client
                .post(server.at("/v1/groups"))
                .json(&json!({"id": id, "name": "Private Group"})),
            Self::BetterAuth => {
                let request = server
                    .client
                    .post(server.at("/api/auth/organization/create"))
                    .header("origin", &server.url);
                request.json(&json!({"slug": id, "name": "Private Group"}))
            }
            Self::DjangoInvitations => return Ok(id.to_owned()),
        };
        let (made, _) = server.ask(owner.asks(request)).await?;
        Ok(made["id"].as_str().ok_or("no group")?.to_owned())
    }

    /// Returns the request to invite this address with a mail. Without `notify` the local service
    /// returns the token instead.
    pub(super) fn create(
        self,
        server: &Server,
        owner: &Session,
        group: &str,
        email: &str,
        notify: bool,
    ) -> RequestBuilder {
        let request = match self {
            Self::Beckon => {
                let body = json!({"email": email, "roles": ["editor"], "metadata": {"crm_id": "lead-42"}, "notify": notify});
                server.client.post(server.at(&format!("/v1/groups/{group}/invites"))).json(&body)
            }
            Self::BetterAuth => {
                let request = server
                    .client
                    .post(server.at("/api/auth/organization/invite-member"))
                    .header("origin", &server.url);
                request.json(&json!({"email": email, "role": "member", "organizationId": group}))
            }
            Self::DjangoInvitations => {
                server.client.post(server.at("/invitations")).json(&json!({"email": email}))
            }
        };
        owner.asks(request)
    }

    /// Returns the request for at most twenty invites of a group.
    pub(super) fn list(self, server: &Server, owner: &Session, group: &str) -> RequestBuilder {
        let path = match self {
            Self::Beckon => format!("/v1/groups/{group}/invites?limit=20"),
            Self::BetterAuth => {
                format!("/api/auth/organization/list-invitations?organizationId={group}")
            }
            Self::DjangoInvitations => "/invitations".to_owned(),
        };
        owner.asks(server.client.get(server.at(&path)))
    }

    /// Returns the number of invites in a list.
    pub(super) fn listed(self, list: &Value) -> usize {
        let invites = match self {
            Self::Beckon => &list["data"],
            Self::BetterAuth => list,
            Self::DjangoInvitations => &list["invitations"],
        };
        invites.as_array().map_or(0, Vec::len)
    }

    /// Returns the guest's request to accept the invite in `made`.
    pub(super) fn accept(self, server: &Server, guest: &Session, made: &Value) -> RequestBuilder {
        let request = match self {
            Self::Beckon => server
                .client
                .post(server.at("/v1/invites/accept"))
                .json(&json!({"token": made["token"]})),
            Self::BetterAuth => {
                let request = server
                    .client
                    .post(server.at("/api/auth/organization/accept-invitation"))
                    .header("origin", &server.url);
                request.json(&json!({"invitationId": made["id"]}))
            }
            Self::DjangoInvitations => {
                server.client.post(server.at("/accept")).json(&json!({"key": made["key"]}))
            }
        };
        guest.asks(request)
    }

    /// Waits until this many mails were caught. The peers render theirs before they answer.
    pub(super) async fn wait_for_mails(self, server: &Server, count: usize) -> Result<(), Fault> {
        if self != Self::Beckon {
            return Ok(());
        }
        for _ in 0..POLLS {
            let (health, _) = server.ask(server.client.get(server.at("/local/health"))).await?;
            if health["messages"].as_u64() >= u64::try_from(count).ok() {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        Err(format!("fewer than {count} mails were caught").into())
    }

    /// Waits until the audit trail has followed what was written before, so that the background functions
    /// leave the processors to what is measured next. `name` begins the ids of two new groups, which
    /// are made one after the other: the second is followed after all that was written while the first
    /// was waited for, such as reports of delivery (ADR 0052). With the peers nothing follows an answer.
    pub(super) async fn settle(
        self,
        server: &Server,
        owner: &Session,
        name: &str,
    ) -> Result<(), Fault> {
        if self != Self::Beckon {
            return Ok(());
        }
        for turn in ["first", "second"] {
            let group = format!("{name}-{turn}");
            self.group(server, owner, &group).await?;
            followed(server, owner, &group).await?;
        }
        Ok(())
    }

    /// Deletes the caught mails.
    pub(super) async fn clear_mails(self, server: &Server) -> Result<(), Fault> {
        if self == Self::Beckon {
            server.ask(server.client.delete(server.at("/local/inbox"))).await?;
        }
        Ok(())
    }
}

impl Session {
    /// Adds the authentication to the request.
    pub(super) fn asks(&self, request: RequestBuilder) -> RequestBuilder {
        request.header(self.0, &self.1)
    }
}

/// Waits until the audit trail of the local service has the creation of this group.
async fn followed(server: &Server, owner: &Session, group: &str) -> Result<(), Fault> {
    let path = format!("/v1/groups/{group}/events?limit=1");
    for _ in 0..FOLLOWED_POLLS {
        let request = owner.asks(server.client.get(server.at(&path)));
        let (events, _) = server.ask(request).await?;
        if events["data"].as_array().is_some_and(|events| !events.is_empty()) {
            return Ok(());
        }
        tokio::time::sleep(FOLLOWED_POLL).await;
    }
    Err("the background functions did not follow what was written".into())
}

/// Returns the command for the local service on this port, with its data in memory or in a file,
/// and without a limit on invites per inviter.
pub(super) fn beckon(binary: &Path, data: Option<&Path>, port: u16) -> Command {
    let mut command = Command::new(binary);
    let limits = ["LIMIT_INVITES_PER_INVITER_HOUR=1000000000", "LIMIT_PENDING_PER_GROUP=10000"];
    command.args([
        "--port",
        &port.to_string(),
        "--no-demo",
        "--set",
        limits[0],
        "--set",
        limits[1],
    ]);
    if let Some(file) = data {
        command.arg("--data").arg(file);
    }
    command
}

fn better_auth(script: &str, folder: &Path, port: u16) -> Command {
    let mut command = Command::new("node");
    command.arg(format!("{PEERS}/better-auth/{script}")).env("NODE_ENV", "production");
    command.env("DATA", folder.join("data")).env("URL", format!("http://127.0.0.1:{port}"));
    command
}

fn django(program: &str, arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(format!("{PEERS}/django-invitations/.venv/bin/{program}"));
    command
        .args(arguments)
        .current_dir(format!("{PEERS}/django-invitations"))
        .env("DATA", folder.join("data"));
    command
}
