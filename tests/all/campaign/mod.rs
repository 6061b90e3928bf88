//! A fault campaign: clients invite, answer, revoke, resend and remove while DynamoDB and SES throttle,
//! fail before and after they act, time out and conflict, while functions are killed between any two
//! calls, and while records of the stream repeat, arrive in pieces and wait (docs/reliability.md).
//!
//! Every choice and every fault follows from a seed. `BECKON_CAMPAIGN` is the number of invites, and
//! `BECKON_CAMPAIGN_SEED` the seed.

mod check;
mod client;
mod dice;
mod events;
mod links;
mod mails;
mod orders;
mod quiet;
mod stored;
mod story;

use std::time::Instant;

use beckon::Options;
use check::Acknowledged;
use client::Clients;
use futures::StreamExt;
use harness::App;
use harness::asked::asked;
use links::Link;
use mails::Mails;
use orders::Met;
use quiet::Canaries;
use serde_json::json;
use stored::{Invites, Stored};
use story::{LIFETIME, Step, Story, Told, admin, founder, group_id};

/// The number of invites of a usual run.
const INVITES: usize = 120;
const SEED: u64 = 15;
/// The number of invites for each group.
const PER_GROUP: usize = 40;
/// The number of stories that are told at the same time.
const AT_ONCE: usize = 24;
/// The pauses after which mails that wait are tried again while faults are met, in seconds. They are
/// those of the first tries.
const PAUSES: [i64; 3] = [61, 121, 301];

/// A running campaign.
struct Campaign<'a> {
    clients: &'a Clients<'a>,
    seed: u64,
    /// The number of waves so far.
    waves: u64,
    canaries: Canaries,
    mails: Mails,
    /// The invites at the end of the wave before.
    before: Invites,
    met: Met,
}

fn number(variable: &str, usual: u64) -> u64 {
    let value = asked(variable);
    value.map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number")))
}

/// Starts a service whose limits no story meets. With an even seed, SES also reports what becomes of
/// the mails; a report that a mail was delivered saves a copy after a lost answer.
async fn start(seed: u64) -> App {
    let settings = [
        ("LIMIT_INVITES_PER_INVITER_HOUR", "1000000"),
        ("LIMIT_PENDING_PER_GROUP", "10000"),
        ("LIMIT_MAILS_PER_RECIPIENT_DAY", "100"),
        ("LIMIT_TOKEN_MISSES_PER_10_MINUTES", "1000000"),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    App::embedded(Options { settings, feedback: seed.is_multiple_of(2), ..Options::default() })
        .await
}

/// Makes a group with a founder and an admin. Every second group counts its seats.
async fn found(clients: &Clients<'_>, group: usize) {
    let (founder, admin, id) = (founder(clients, group), admin(clients, group), group_id(group));
    let policy = if group.is_multiple_of(2) { json!({"max_members": 1_000}) } else { json!({}) };
    founder.creates(json!({"id": id, "name": "Group", "policy": policy})).await;
    let body = json!({"email": admin.address(), "roles": ["admin"], "notify": false});
    let invited = founder.invites_to(&id, body).await.is(201);
    admin.accepts(invited.text_at("/token")).await.is(200);
}

impl Campaign<'_> {
    /// Runs acts while faults are met, and waits until the service is quiet again.
    async fn wave<T>(&mut self, acts: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
        let (clients, app) = (self.clients, self.clients.app);
        orders::give(app, self.seed.wrapping_add(100_000 * self.waves)).await;
        self.waves += 1;
        let done = futures::stream::iter(acts).buffer_unordered(AT_ONCE).collect().await;
        for pause in PAUSES {
            self.canaries.settle(clients).await;
            app.advance(pause);
            app.tick_fails().await;
        }
        self.met = self.met.and(orders::end(app).await);
        self.canaries.settle(clients).await;
        self.mails.collect(app, &self.before).await;
        self.before = Stored::read(app).await.invites;
        done
    }

    /// Tells the stories in waves, and returns what was acknowledged.
    async fn tell(&mut self, stories: Vec<Story<'_>>) -> Vec<Told> {
        let (count, mut told) = (stories.len(), Vec::new());
        let in_a_wave = count.div_ceil((count / 100).clamp(2, 10));
        let (mut stories, mut later) = (stories.into_iter(), Vec::new());
        loop {
            let next: Vec<Story<'_>> =
                later.drain(..).chain(stories.by_ref().take(in_a_wave)).collect();
            if next.is_empty() {
                return told;
            }
            for step in self.wave(next.into_iter().map(Story::goes_on)).await {
                match step {
                    Step::Told(end) => told.push(end),
                    Step::Later(story) => later.push(*story),
                }
            }
        }
    }

    /// Ends the faults, and returns what is stored when everything is done.
    async fn end(&mut self) -> Stored {
        let stored = self.canaries.drain(self.clients).await;
        self.mails.collect(self.clients.app, &self.before).await;
        stored
    }

    /// Moves the clock past the end of every invite.
    async fn expire(&self, stories: &[Told]) {
        let app = self.clients.app;
        app.advance(LIFETIME);
        while app.ticks().await["complete"] != true {}
        let stored = Stored::read(app).await;
        let pending = stored.invites.0.values().filter(|invite| invite.state == "pending");
        assert_eq!(pending.count(), 0, "an invite did not expire");
        for (key, invite) in &stored.invites.0 {
            let is_open = |told: &&Told| told.end.state() == "pending";
            let mut open = stories.iter().filter(is_open);
            let was_open = open.any(|told| (&told.group, &told.invite) == (&key.0, &key.1));
            assert!(!was_open || invite.state == "expired", "{key:?}: {invite:?}");
            assert!(!invite.is_due, "{key:?}: {invite:?}");
        }
    }

    fn report(&self, invites: usize, since: Instant) {
        let Clients { requests, unclear, .. } = self.clients;
        let (requests, unclear) = (requests.load(ORDER), unclear.load(ORDER));
        let (sent, repeated) = (self.mails.0.values().sum::<u64>(), self.mails.repeated());
        println!(
            "campaign of {invites} invites, seed {}: {requests} requests, {unclear} unclear answers; {:?}; \
             {sent} mails, {repeated} of them copies; 0 writes and 0 mails lost; {} s",
            self.seed,
            self.met,
            since.elapsed().as_secs()
        );
    }
}

const ORDER: std::sync::atomic::Ordering = std::sync::atomic::Ordering::Relaxed;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_while_everything_fails() {
    let since = Instant::now();
    let invites = usize::try_from(number("BECKON_CAMPAIGN", INVITES as u64)).expect("a number");
    let seed = number("BECKON_CAMPAIGN_SEED", SEED);
    let app = start(seed).await;
    let groups = invites.div_ceil(PER_GROUP);
    let clients = &Clients::of(&app);
    let founding = (0..groups).map(|group| found(clients, group));
    futures::stream::iter(founding).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
    let canaries = Canaries::hatch(&app).await;
    let (mails, before, met) = (Mails::default(), Invites::default(), Met::default());
    let mut campaign = Campaign { clients, seed, waves: 0, canaries, mails, before, met };
    let stories = (0..invites).map(|number| Story::new(clients, seed, number, groups)).collect();
    let stories = campaign.tell(stories).await;
    let links = campaign.wave((0..groups).map(|group| Link::used(clients, group))).await;
    let stored = campaign.end().await;
    let acknowledged = Acknowledged { stories, links, groups };
    check::states(&stored, &acknowledged.stories);
    check::memberships(&stored, &acknowledged);
    check::mails(&stored, &campaign.mails, campaign.met);
    check::shown_counts(clients, &stored, groups).await;
    events::follow(&app).await;
    campaign.expire(&acknowledged.stories).await;
    campaign.report(invites, since);
}
