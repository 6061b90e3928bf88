//! The faults of a wave.

use harness::App;
use serde_json::{Value, json};

/// The parts of the local service that fail.
const PARTS: [&str; 3] = ["dynamodb", "ses", "functions"];

/// How often faults were met.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Met {
    /// Calls to the table and to its stream.
    pub(super) table: u64,
    /// Requests to SES.
    pub(super) ses: u64,
    /// Mails that SES took without a readable answer in time.
    pub(super) lost_by_ses: u64,
    /// Invocations that were ordered to end early.
    pub(super) kills: u64,
    /// Invocations that were made twice.
    pub(super) repeats: u64,
}

impl Met {
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            table: self.table + other.table,
            ses: self.ses + other.ses,
            lost_by_ses: self.lost_by_ses + other.lost_by_ses,
            kills: self.kills + other.kills,
            repeats: self.repeats + other.repeats,
        }
    }
}

/// Returns the orders to a part. Each but the rare ones strikes by chance.
fn orders(part: &str) -> Vec<Value> {
    let by_chance = |faults: &[(&str, f64)]| {
        let order = |(fault, chance): &(&str, f64)| json!({"fault": fault, "chance": chance});
        faults.iter().map(order).collect::<Vec<_>>()
    };
    match part {
        "dynamodb" => {
            let mut orders = by_chance(&[
                ("throttle", 0.02),
                ("fail", 0.01),
                ("conflict", 0.03),
                ("fail_after", 0.01),
                ("reset_after", 0.01),
                ("time_out", 0.001),
                ("time_out_after", 0.001),
            ]);
            orders.push(json!({"fault": "fail", "to": "GetRecords", "times": 4, "chance": 0.2}));
            orders
        }
        // A late answer takes eight seconds, for which its batch and the next read wait.
        "ses" => {
            let mut orders = vec![json!({"fault": "time_out", "times": 1, "chance": 0.05})];
            orders.extend(by_chance(&[
                ("throttle", 0.05),
                ("fail", 0.03),
                ("pause", 0.02),
                ("unreadable", 0.04),
                ("reset", 0.04),
                ("bounce", 0.01),
                ("delay", 0.01),
            ]));
            orders
        }
        _ => {
            let background = [
                "BackgroundSendMail",
                "BackgroundFollow",
                "BackgroundTick",
                "BackgroundRecordDelivery",
            ];
            let repeats = background
                .map(|function| json!({"fault": "repeat", "to": function, "chance": 0.1}));
            let mut orders = by_chance(&[("kill", 0.05)]);
            orders.extend(repeats);
            orders
        }
    }
}

/// Gives the orders of a wave. Each has a seed of its own.
pub(super) async fn give(app: &App, seed: u64) {
    for (part, number) in PARTS.iter().zip(1_u64..) {
        for (mut order, place) in orders(part).into_iter().zip(1_u64..) {
            order["seed"] = seed.wrapping_add(1_000 * number + place).into();
            app.tells(part, &order).await;
        }
    }
}

/// Ends all faults, and returns how often each was met.
pub(super) async fn end(app: &App) -> Met {
    let mut met = Met::default();
    for part in PARTS {
        let counts = app.heals(part).await;
        for (order, count) in orders(part).iter().zip(counts) {
            match (part, order["fault"].as_str().expect("a fault has a name")) {
                ("dynamodb", _) => met.table += count,
                ("ses", fault) => {
                    met.ses += count;
                    if ["time_out", "unreadable", "reset"].contains(&fault) {
                        met.lost_by_ses += count;
                    }
                }
                (_, "kill") => met.kills += count,
                _ => met.repeats += count,
            }
        }
    }
    met
}
