//! `bench cost`: measures every operation of every endpoint over HTTP, and what DynamoDB would
//! charge for it.

mod apis;
mod clock;
mod native;
mod prices;
mod recorder;
mod row;
mod sheet;
#[cfg(test)]
mod trips;
mod world;

use crate::fault::Fault;
use row::Row;
use sheet::{Priced, rounded, table};
use world::World;

/// The operations of a typical invite: the part of its life, the function and the case.
const LIFE: [(&str, &str, &str); 6] = [
    ("request", "native-create-invite", "to an e-mail address"),
    ("request", "native-accept-invite", "by the token in a mail"),
    ("mail", "background-send-mail", "after native-create-invite, to an e-mail address"),
    ("audit", "background-follow", "after native-create-invite, with SES's report"),
    ("audit", "background-follow", "after native-accept-invite, by the token in a mail"),
    ("feedback", "background-record-delivery", "after native-create-invite, with SES's report"),
];

/// The clock's runs in a month, whose price is shared by a million invites.
const TICKS: f64 = 43_800.0;

/// The most that a million typical invites may cost, in dollars (docs/performance.md).
#[cfg(test)]
const LIMIT: f64 = 25.0;

/// Measures all operations and prints the table.
pub(crate) async fn run(json: bool) -> Result<(), Fault> {
    let rows = rows().await?;
    if json {
        for row in &rows {
            println!("{}", serde_json::to_string(&Priced::of(row))?);
        }
        println!("{}", serde_json::json!({"whole_life_usd_per_million": rounded(life(&rows))}));
    } else {
        println!("{}", table(&rows));
        println!(
            "Units are those of one operation, dollars those of a million: list price, us-east-1, on demand, November 2026; SES's own price is left out."
        );
        println!("One invitation's whole life: {}", told(&rows));
    }
    Ok(())
}

/// Returns the rows of all operations.
async fn rows() -> Result<Vec<Row>, Fault> {
    let mut world = World::start(false).await?;
    native::measure(&mut world).await?;
    apis::measure(&mut world).await?;
    clock::measure(&mut world).await?;
    let mut reporting = World::start(true).await?;
    native::measure_feedback(&mut reporting).await?;
    let background =
        reporting.rows.into_iter().filter(|row| row.function.starts_with("background-"));
    Ok(world.rows.into_iter().chain(background).collect())
}

/// Returns the price of a million typical invites in dollars, by the parts of their life.
fn parts(rows: &[Row]) -> Vec<(&'static str, f64)> {
    let price = |function: &str, case: &str| {
        let row = rows.iter().find(|row| row.function == function && row.case == case);
        row.map_or(f64::NAN, prices::all)
    };
    let mut parts: Vec<(&str, f64)> = Vec::new();
    for (part, function, case) in LIFE {
        match parts.iter_mut().find(|(name, _)| *name == part) {
            Some((_, sum)) => *sum += price(function, case),
            None => parts.push((part, price(function, case))),
        }
    }
    parts.push(("tick", price("background-tick", "nothing due") * TICKS / 1_000_000.0));
    parts
}

/// Returns the price of a million typical invites in dollars.
fn life(rows: &[Row]) -> f64 {
    parts(rows).iter().map(|(_, price)| price).sum()
}

/// Returns the parts of an invite's life and their sum, for people.
fn told(rows: &[Row]) -> String {
    let parts = parts(rows).into_iter().map(|(part, price)| format!("{part} ${price:.2}"));
    let parts: Vec<String> = parts.collect();
    format!("{} = ${:.2} a million", parts.join(" + "), life(rows))
}

#[cfg(test)]
mod tests {
    use tokio::sync::OnceCell;

    use super::*;

    static ROWS: OnceCell<Vec<Row>> = OnceCell::const_new();

    /// Returns the rows of all operations, which are measured once for all tests.
    pub(super) async fn measured() -> &'static [Row] {
        ROWS.get_or_init(|| async { rows().await.unwrap() }).await
    }

    #[tokio::test]
    async fn every_operation_costs_what_it_did() {
        let rows = measured().await;
        insta::assert_snapshot!(format!("{}\nwhole life: {}\n", table(rows), told(rows)));
        assert!(life(rows) < LIMIT, "{}", told(rows));
    }
}
