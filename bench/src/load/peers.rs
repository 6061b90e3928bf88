//! Compares the local service with its peers: they get the same requests, in rounds, and each
//! product starts every round with new data.

use std::cell::Cell;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::folder::Folder;
use super::growth::AT_ONCE;
use super::options::Options;
use super::product::{Product, Session};
use super::server::{Server, per_second, timed};
use crate::fault::Fault;
use crate::report;

/// The number of groups whose invites are listed, and the number of invites in each.
const LISTED_GROUPS: usize = 20;
const LISTED: usize = 20;
/// The most measured invites in a group: half of better-auth's limit of 100 pending ones.
const PER_GROUP: usize = 50;
/// The number of creates per accept. Accepts are fewer, because each needs a guest who has signed
/// up.
const CREATES_PER_ACCEPT: usize = 8;
/// The number of concurrent requests while a product is prepared.
const FILLING: usize = 16;

/// One measured value.
struct Figure {
    measure: &'static str,
    at_once: Option<usize>,
    unit: &'static str,
    value: f64,
}

/// A product under load in one round.
struct Load<'a> {
    product: Product,
    server: &'a Server,
    owner: Session,
    groups: Vec<String>,
    listed: Vec<String>,
    /// The number of invites created in `groups`. No address is used twice.
    made: Cell<usize>,
}

impl<'a> Load<'a> {
    /// Signs an owner in, creates the groups, fills those that are listed, and lists each once.
    async fn new(product: Product, server: &'a Server, creates: usize) -> Result<Self, Fault> {
        let owner = product.sign_in(server, "owner@example.com").await?;
        let count = creates.div_ceil(PER_GROUP);
        let made = stream::iter(0..count + LISTED_GROUPS)
            .map(async |at| product.group(server, &owner, &format!("g{at}")).await);
        let mut groups: Vec<String> = made.buffered(FILLING).try_collect().await?;
        let listed = groups.split_off(count);
        let fill = stream::iter(0..LISTED_GROUPS * LISTED).map(|at| {
            let group = listed.get(at / LISTED).map(String::as_str).unwrap_or_default();
            server.ask(product.create(
                server,
                &owner,
                group,
                &format!("listed-{at}@example.com"),
                true,
            ))
        });
        fill.buffer_unordered(FILLING).try_for_each(async |_| Ok(())).await?;
        product.wait_for_mails(server, LISTED_GROUPS * LISTED).await?;
        product.settle(server, &owner, "filled").await?;
        for group in &listed {
            let (list, _) = server.ask(product.list(server, &owner, group)).await?;
            if product.listed(&list) != LISTED {
                return Err(format!(
                    "{}: a list of {LISTED} has {}",
                    product.name(),
                    product.listed(&list)
                )
                .into());
            }
        }
        Ok(Self { product, server, owner, groups, listed, made: Cell::new(0) })
    }

    /// Returns the request for the next invite, and the invitee's address.
    fn next(&self, notify: bool) -> (RequestBuilder, String) {
        let at = self.made.replace(self.made.get() + 1);
        let group =
            self.groups.get(at % self.groups.len().max(1)).map(String::as_str).unwrap_or_default();
        let email = format!("guest-{at}@example.com");
        (self.product.create(self.server, &self.owner, group, &email, notify), email)
    }

    async fn create(&self, requests: usize, at_once: usize) -> Result<Vec<Figure>, Fault> {
        self.product.clear_mails(self.server).await?;
        let creates =
            (0..requests).map(|_| async { Ok(self.server.ask(self.next(true).0).await?.1) });
        let since = std::time::Instant::now();
        let took = timed(creates, at_once).await?;
        self.product.wait_for_mails(self.server, requests).await?;
        let mailed = per_second(requests, since.elapsed());
        self.product.settle(self.server, &self.owner, &format!("created-{at_once}")).await?;
        let followed = per_second(requests, since.elapsed());
        let mut figures = figures("create", at_once, took);
        let later = [("create, mail caught", mailed), ("create, all that follows", followed)];
        figures.extend(later.map(|(measure, value)| Figure {
            measure,
            at_once: Some(at_once),
            unit: "req/s",
            value,
        }));
        Ok(figures)
    }

    async fn list(&self, requests: usize, at_once: usize) -> Result<Vec<Figure>, Fault> {
        let groups = self.listed.iter().cycle().take(requests);
        let lists = groups.map(|group| async {
            Ok(self.server.ask(self.product.list(self.server, &self.owner, group)).await?.1)
        });
        Ok(figures("list", at_once, timed(lists, at_once).await?))
    }

    async fn accept(&self, requests: usize, at_once: usize) -> Result<Vec<Figure>, Fault> {
        let mut ready: Vec<(Session, Value)> = Vec::new();
        for _ in 0..requests {
            let (request, email) = self.next(false);
            let (made, _) = self.server.ask(request).await?;
            ready.push((self.product.sign_in(self.server, &email).await?, made));
        }
        self.product.settle(self.server, &self.owner, &format!("ready-{at_once}")).await?;
        let accepts = ready.iter().map(|(guest, made)| async {
            Ok(self.server.ask(self.product.accept(self.server, guest, made)).await?.1)
        });
        Ok(figures("accept", at_once, timed(accepts, at_once).await?))
    }
}

fn figures(
    measure: &'static str,
    at_once: usize,
    (altogether, mut took): (Duration, Vec<Duration>),
) -> Vec<Figure> {
    let values = [
        ("req/s", per_second(took.len(), altogether)),
        ("p50 ms", report::percentile(&mut took, 50)),
        ("p99 ms", report::percentile(&mut took, 99)),
    ];
    values
        .into_iter()
        .map(|(unit, value)| Figure { measure, at_once: Some(at_once), unit, value })
        .collect()
}

/// Returns one product's figures in one round.
async fn round(product: Product, options: &Options) -> Result<Vec<Figure>, Fault> {
    let folder = Folder::new()?;
    product.prepare(folder.path()).await?;
    let server = Server::start(
        |port| product.command(&options.binary, folder.path(), port),
        product.health(),
    )
    .await?;
    let once = |measure, unit, value| Figure { measure, at_once: None, unit, value };
    let started = server.started.as_secs_f64() * 1000.0;
    let mut figures =
        vec![once("start-up to first 2xx", "ms", started), once("memory, idle", "MB", server.idle)];
    let requests = usize::from(options.requests);
    let accepts = requests.div_ceil(CREATES_PER_ACCEPT);
    let load = Load::new(product, &server, AT_ONCE.len() * (requests + accepts)).await?;
    for at_once in AT_ONCE {
        figures.extend(load.create(requests, at_once).await?);
        figures.extend(load.list(requests, at_once).await?);
    }
    for at_once in AT_ONCE {
        figures.extend(load.accept(accepts, at_once).await?);
    }
    figures.push(once("memory, after the load", "MB", server.memory()?));
    Ok(figures)
}

/// Returns the order of the products in a round. The first product changes every two rounds, and
/// every second round is reversed, so that no product always follows the same one.
fn order(products: &[Product], round: usize) -> Vec<Product> {
    let mut order = products.to_vec();
    order.rotate_left(round / 2 % products.len().max(1));
    if !round.is_multiple_of(2) {
        order.reverse();
    }
    order
}

/// Measures the local service and its peers in turn, and prints the figures.
pub(super) async fn run(options: &Options, json: bool) -> Result<(), Fault> {
    let products: Vec<Product> =
        std::iter::once(Product::Beckon).chain(options.peers.iter().copied()).collect();
    let mut rounds: Vec<(Product, Vec<Figure>)> = Vec::new();
    for number in 0..options.rounds {
        for product in order(&products, number) {
            eprintln!("round {} of {}: {}", number + 1, options.rounds, product.name());
            rounds.push((product, round(product, options).await?));
        }
    }
    print(&products, &rounds, json);
    Ok(())
}

/// Returns the figures of one row for one product, one per round.
fn values(rounds: &[(Product, Vec<Figure>)], product: Product, row: usize) -> Vec<f64> {
    rounds
        .iter()
        .filter(|(of, _)| *of == product)
        .filter_map(|(_, figures)| figures.get(row))
        .map(|figure| figure.value)
        .collect()
}

fn print(products: &[Product], rounds: &[(Product, Vec<Figure>)], json: bool) {
    let Some((_, rows)) = rounds.first() else { return };
    let mut cells = Vec::new();
    for (row, Figure { measure, at_once, unit, .. }) in rows.iter().enumerate() {
        let mut line = vec![
            (*measure).to_owned(),
            at_once.map(|at_once| at_once.to_string()).unwrap_or_default(),
            (*unit).to_owned(),
        ];
        let ours = report::median(&mut values(rounds, Product::Beckon, row));
        for product in products {
            let mut values = values(rounds, *product, row);
            let median = report::median(&mut values);
            let (low, high) = (values.first(), values.last());
            let ratio = ours / median;
            if json {
                println!(
                    "{}",
                    json!({"measure": measure, "at_once": at_once, "unit": unit, "product": product.name(), "median": median, "low": low, "high": high, "ours_to_it": ratio})
                );
            }
            line.push(report::spread(median, &values));
            if *product != Product::Beckon {
                line.push(format!("{}×", report::short(ratio)));
            }
        }
        cells.push(line);
    }
    if !json {
        let names = products.iter().flat_map(|product| match product {
            Product::Beckon => vec![product.name()],
            _ => vec![product.name(), "ours to it"],
        });
        let head: Vec<&str> = ["measure", "at once", "unit"].into_iter().chain(names).collect();
        println!("\n{}", report::table(1, &head, &cells));
    }
}

#[cfg(test)]
mod tests {
    use super::Product::{Beckon, BetterAuth, DjangoInvitations};
    use super::order;

    #[test]
    fn every_second_round_is_reversed() {
        let products = [Beckon, BetterAuth, DjangoInvitations];
        assert!(order(&products, 0) == products);
        assert!(order(&products, 1) == [DjangoInvitations, BetterAuth, Beckon]);
        assert!(order(&products, 2) == [BetterAuth, DjangoInvitations, Beckon]);
    }

    #[test]
    fn each_product_follows_each_other_equally_often() {
        let products = [Beckon, BetterAuth, DjangoInvitations];
        let rounds: Vec<_> = (0..6).map(|round| order(&products, round)).collect();
        for first in products {
            for second in products.into_iter().filter(|second| *second != first) {
                let follows =
                    |order: &&Vec<_>| order.windows(2).any(|pair| pair == [first, second]);
                assert_eq!(rounds.iter().filter(follows).count(), 2);
            }
        }
    }
}
