//! `bench cost`: every operation of every endpoint over HTTP, with what DynamoDB would charge.

mod apis;
mod native;
mod prices;
mod recorder;
mod row;
mod sheet;
mod world;

use crate::fault::Fault;
use row::Row;
use sheet::{Priced, rounded, table};
use world::World;

/// What an invitation's life is made of: function and case.
const LIFE: [(&str, &str); 3] = [
    ("native-create-invite", "to an e-mail address"),
    ("background-send-mail", "after native-create-invite, to an e-mail address"),
    ("native-accept-invite", "by the token in a mail"),
];

/// Measures and prints.
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
        println!(
            "One invitation's whole life (create, mail, accept): ${:.2} a million.",
            life(&rows)
        );
    }
    Ok(())
}

/// Every operation's row.
async fn rows() -> Result<Vec<Row>, Fault> {
    let mut world = World::start().await?;
    native::measure(&mut world).await?;
    apis::measure(&mut world).await?;
    Ok(world.rows)
}

/// Dollars for a million whole lives of an invitation.
fn life(rows: &[Row]) -> f64 {
    let part = |(function, case): (&str, &str)| {
        rows.iter()
            .find(|row| row.function == function && row.case == case)
            .map_or(f64::NAN, prices::all)
    };
    LIFE.into_iter().map(part).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_operation_costs_what_it_did() {
        let rows = rows().await.unwrap();
        insta::assert_snapshot!(format!(
            "{}\nwhole life: ${:.2} a million\n",
            table(&rows),
            life(&rows)
        ));
    }
}
