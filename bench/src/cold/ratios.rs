//! What a function's figures are compared with: the price of its calls at the SDK's floor, and the
//! same work on other runtimes.

use serde_json::json;

use super::figures::Figures;
use super::peer::Peer;
use super::subject::CREATE;
use crate::fault::Fault;
use crate::report::{self, short};

/// The figures that are compared with those of the peers.
const COMPARED: [&str; 6] = [
    "init_and_first_ms",
    "init_and_first_cpu_ms",
    "warm_p50_ms",
    "warm_p99_ms",
    "warm_cpu_ms",
    "peak_rss_mb",
];

/// Returns what an invocation with this many calls would cost if each cost as much as the one call of
/// the SDK's floor.
fn at_floor_price(floor: f64, sdk_floor: f64, calls: usize) -> f64 {
    // A function makes fewer than a hundred calls.
    floor + calls as f64 * (sdk_floor - floor)
}

/// Prints the warm CPU time of each function beside the floor and its calls at the price of the SDK's
/// floor. The first two of `figures` are the floors.
pub(super) fn print_to_floor_price(
    over: &str,
    figures: &[Figures],
    json: bool,
) -> Result<(), Fault> {
    let (Some(floor), Some(sdk_floor)) = (figures.first(), figures.get(1)) else {
        return Err("the floors were not measured".into());
    };
    let mut cells = Vec::new();
    for row in figures.iter().skip(2) {
        let (warm, calls) = (row.value("warm_cpu_ms"), row.calls);
        let (floor, sdk_floor) = (floor.value("warm_cpu_ms"), sdk_floor.value("warm_cpu_ms"));
        let price = at_floor_price(floor, sdk_floor, calls);
        if json {
            println!(
                "{}",
                json!({"over": over, "function": row.name, "calls": calls, "warm_cpu_ms": warm, "floor_and_calls_cpu_ms": price, "warm_cpu_to_floor_and_calls": warm / price})
            );
        }
        let numbers =
            [format!("{warm:.3}"), format!("{price:.3}"), format!("{:.2}×", warm / price)];
        cells.push([row.name.to_owned(), calls.to_string()].into_iter().chain(numbers).collect());
    }
    if !json {
        println!("Warm CPU beside the floor and the calls at the SDK floor's price, over {over}\n");
        let head = ["function", "calls", "warm_cpu_ms", "floor and calls ms", "to that"];
        println!("{}", report::table(1, &head, &cells));
    }
    Ok(())
}

/// Prints the figures of `native-create-invite` beside those of its peers.
///
/// # Errors
/// A `Fault` if a peer makes another number of calls.
pub(super) fn print_to_peers(
    over: &str,
    figures: &[Figures],
    peers: &[Peer],
    json: bool,
) -> Result<(), Fault> {
    let named = |name: &str| figures.iter().find(|row| row.name == name);
    let Some(ours) = named(CREATE) else { return Ok(()) };
    let peers: Vec<&Figures> = peers.iter().filter_map(|peer| named(peer.name())).collect();
    if let Some(other) = peers.iter().find(|peer| peer.calls != ours.calls) {
        let (theirs, name) = (other.calls, other.name);
        return Err(format!("{name} makes {theirs} calls, and {CREATE} {}", ours.calls).into());
    }
    let mut cells = Vec::new();
    for measure in COMPARED {
        let mut line = vec![measure.to_owned(), short(ours.value(measure))];
        for peer in &peers {
            let (own, theirs) = (ours.value(measure), peer.value(measure));
            if json {
                println!(
                    "{}",
                    json!({"over": over, "measure": measure, "ours": own, "peer": peer.name, "theirs": theirs, "ours_to_it": own / theirs})
                );
            }
            line.extend([short(theirs), format!("{:.1} %", own / theirs * 100.0)]);
        }
        cells.push(line);
    }
    if !json && !peers.is_empty() {
        println!("The same create on other runtimes, over {over}\n");
        let names = peers.iter().flat_map(|peer| [peer.name, "ours to it"]);
        let head: Vec<&str> = ["measure", CREATE].into_iter().chain(names).collect();
        println!("{}", report::table(1, &head, &cells));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_costs_what_the_sdk_adds_to_the_floor() {
        assert_eq!(at_floor_price(0.125, 0.375, 0).to_string(), "0.125");
        assert_eq!(at_floor_price(0.125, 0.375, 1).to_string(), "0.375");
        assert_eq!(at_floor_price(0.125, 0.375, 4).to_string(), "1.125");
    }

    #[test]
    fn a_peer_with_other_calls_is_refused() {
        let row = |name, calls| Figures { name, calls, ..Figures::default() };
        let printed = |calls| {
            let figures = [row(CREATE, 4), row("node", calls)];
            print_to_peers("tls", &figures, &[Peer::Node], true)
        };
        assert!(printed(4).is_ok());
        assert!(printed(3).is_err());
    }
}
