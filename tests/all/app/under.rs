//! What lies under a test's service, as the run was asked for by variables: `BECKON_TEST_DYNAMODB`
//! is another engine's URL, on which each service gets a table of its own; `BECKON_RECORD` a folder
//! into which every access of every function is written down.

use std::sync::atomic::{AtomicU32, Ordering};

use beckon::Options;
use tests::asked;

use super::recorder;

static TABLES: AtomicU32 = AtomicU32::new(0);

/// The engine that the run is asked to use instead of the embedded one.
fn engine() -> Option<String> {
    asked("BECKON_TEST_DYNAMODB")
}

/// How many may come at once: another engine, which lets one in at a time, would leave most of them
/// unserved for longer than they try.
pub(crate) fn as_many(people: usize) -> usize {
    if engine().is_some() { people.min(50) } else { people }
}

/// A table's name that no other test of any run has.
pub(crate) fn fresh_table() -> String {
    format!("test-{}-{}", std::process::id(), TABLES.fetch_add(1, Ordering::Relaxed))
}

/// The options of a test's service: as asked for by the test, and by the run where the test leaves
/// it open.
pub(crate) fn test(mut options: Options) -> Options {
    if let Some(engine) = engine().filter(|_| options.dynamodb.is_none() && options.data.is_none())
    {
        options.dynamodb = Some(engine);
        let table = fresh_table();
        // As in memory: nobody else's links are this service's.
        let key = ("TOKEN_KEY".into(), format!("a-key-of-{table}-and-of-nobody-else"));
        let at_first = [("TABLE_NAME".into(), table), key];
        options.settings.splice(0..0, at_first);
    }
    if recorder::is_asked_for() {
        options.own_settings = Some(recorder::own_settings);
    }
    options
}
