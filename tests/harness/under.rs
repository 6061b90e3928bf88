//! What lies under a test's service. Two variables of the run change it: `BECKON_TEST_DYNAMODB` is
//! the URL of another engine, on which each service gets a table of its own; `BECKON_RECORD` is a
//! folder into which every access of every function is written down.

use crate::asked::asked;
use std::sync::atomic::{AtomicU32, Ordering};

use beckon::Options;

use crate::recorder;

static TABLES: AtomicU32 = AtomicU32::new(0);

/// Returns the engine that the run uses instead of the embedded one.
fn engine() -> Option<String> {
    asked("BECKON_TEST_DYNAMODB")
}

/// Returns how many of these people may come at once. Another engine serves one request at a time,
/// and would leave most of them unserved for longer than they try.
pub fn as_many(people: usize) -> usize {
    if engine().is_some() { people.min(50) } else { people }
}

/// Returns a table's name that no other test of any run has.
pub fn fresh_table() -> String {
    format!("test-{}-{}", std::process::id(), TABLES.fetch_add(1, Ordering::Relaxed))
}

/// Returns the options of a test's service: what the test asks for, and what the run asks for where
/// the test leaves it open.
pub fn test(mut options: Options) -> Options {
    if let Some(engine) = engine().filter(|_| options.dynamodb.is_none() && options.data.is_none())
    {
        options.dynamodb = Some(engine);
        let table = fresh_table();
        // As in memory, no other service's links are this service's.
        let key = ("TOKEN_KEY".into(), format!("a-key-of-{table}-and-of-nobody-else"));
        let at_first = [("TABLE_NAME".into(), table), key];
        options.settings.splice(0..0, at_first);
    }
    if recorder::is_asked_for() {
        options.own_settings = Some(recorder::own_settings);
    }
    options
}
