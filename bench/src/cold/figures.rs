//! The figures of a function, printed as medians and as ratios to the floor of the same run.

use std::time::Duration;

use serde_json::json;

use crate::fault::Fault;
use crate::report;

/// One cold start.
pub(super) struct Start {
    /// The time from exec to the first `/next`.
    pub(super) init: Duration,
    pub(super) init_cpu: Duration,
    /// The time of the first invocation.
    pub(super) first: Duration,
    pub(super) first_cpu: Duration,
}

/// The measurements of one function.
#[derive(Default)]
pub(super) struct Figures {
    pub(super) name: &'static str,
    /// The number of calls to the table of a warm invocation.
    pub(super) calls: usize,
    pub(super) starts: Vec<Start>,
    pub(super) warm: Vec<Duration>,
    pub(super) warm_cpu: Duration,
    pub(super) disk: Vec<Duration>,
    /// The peak memory in MB.
    pub(super) memory: f64,
    pub(super) size: f64,
    pub(super) zip: f64,
}

impl Figures {
    fn median(&self, of: impl Fn(&Start) -> Duration) -> f64 {
        report::percentile(&mut self.starts.iter().map(of).collect::<Vec<_>>(), 50)
    }

    /// Returns the value with this name, which is one of those below.
    pub(super) fn value(&self, name: &str) -> f64 {
        let found = self.values().into_iter().find(|(of, _)| *of == name);
        found.map_or(f64::NAN, |(_, value)| value)
    }

    /// Returns the names and values, in the table's order.
    fn values(&self) -> [(&'static str, f64); 13] {
        let mut warm = self.warm.clone();
        let invocations = u32::try_from(self.warm.len()).unwrap_or(u32::MAX).max(1);
        [
            ("init_ms", self.median(|start| start.init)),
            ("init_cpu_ms", self.median(|start| start.init_cpu)),
            ("first_ms", self.median(|start| start.first)),
            ("first_cpu_ms", self.median(|start| start.first_cpu)),
            ("init_and_first_ms", self.median(|start| start.init + start.first)),
            ("init_and_first_cpu_ms", self.median(|start| start.init_cpu + start.first_cpu)),
            ("warm_p50_ms", report::percentile(&mut warm, 50)),
            ("warm_p99_ms", report::percentile(&mut warm, 99)),
            ("warm_cpu_ms", self.warm_cpu.as_secs_f64() * 1000.0 / f64::from(invocations)),
            ("disk_cold_init_ms", report::percentile(&mut self.disk.clone(), 50)),
            ("peak_rss_mb", self.memory),
            ("package_mb", self.size),
            ("zip_mb", self.zip),
        ]
    }
}

/// Prints the figures. The first of `figures` is the floor.
pub(super) fn print(over: &str, figures: &[Figures], json: bool) -> Result<(), Fault> {
    let floor = figures.first().map(Figures::values).ok_or("nothing was measured")?;
    if json {
        for row in figures {
            let mut object = json!({"over": over, "function": row.name});
            for ((name, value), (_, floor)) in row.values().into_iter().zip(floor) {
                object[name] = json!(value);
                object[format!("{name}_to_floor")] = json!(value / floor);
            }
            println!("{object}");
        }
        return Ok(());
    }
    let head: Vec<&str> =
        ["function"].into_iter().chain(floor.iter().map(|(name, _)| *name)).collect();
    let cell = |value: f64, floor: f64| format!("{value:.3} ({:.1}×)", value / floor);
    let cells = |row: &Figures| {
        let values =
            row.values().into_iter().zip(floor).map(|((_, value), (_, floor))| cell(value, floor));
        [row.name.to_owned()].into_iter().chain(values).collect::<Vec<_>>()
    };
    println!(
        "DynamoDB and the issuer's keys over {over}; medians of {} starts; × = times the floor\n",
        figures.first().map_or(0, |row| row.starts.len())
    );
    println!("{}", report::table(1, &head, &figures.iter().map(cells).collect::<Vec<_>>()));
    Ok(())
}

/// Prints warm invocation times as ratios to the sum of the engine's own time and the floor's. The
/// first of `figures` is the floor.
pub(super) fn print_to_engine(
    engine: &mut [Duration],
    figures: &[Figures],
    json: bool,
) -> Result<(), Fault> {
    let engine = report::percentile(engine, 50);
    let p50 = |row: &Figures| report::percentile(&mut row.warm.clone(), 50);
    let floor = engine + figures.first().map(p50).ok_or("nothing was measured")?;
    if json {
        for row in figures {
            println!(
                "{}",
                json!({"function": row.name, "engine_get_and_put_p50_ms": engine, "warm_p50_to_engine_and_floor": p50(row) / floor})
            );
        }
        return Ok(());
    }
    println!(
        "The engine's own GetItem and PutItem, without the SDK, take {engine:.3} ms; with the floor's invocation {floor:.3} ms. Warm p50 to that:\n"
    );
    let cells: Vec<_> = figures
        .iter()
        .map(|row| {
            vec![
                row.name.to_owned(),
                format!("{:.3}", p50(row)),
                format!("{:.1}×", p50(row) / floor),
            ]
        })
        .collect();
    println!("{}", report::table(1, &["function", "warm_p50_ms", "to engine and floor"], &cells));
    Ok(())
}
