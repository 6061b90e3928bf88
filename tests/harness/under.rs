//! The engine and the recorder behind a test's service.
//!
//! Two environment variables of the run change them. `BECKON_TEST_DYNAMODB` is the URL of another
//! engine, on which each service gets its own table. `BECKON_RECORD` is a folder for the records of
//! every access of every function.

use crate::asked::asked;
use std::sync::atomic::{AtomicU32, Ordering};

use beckon::Options;

use crate::recorder;

static TABLES: AtomicU32 = AtomicU32::new(0);

/// Returns the URL of the engine that replaces the embedded one; `None` for the embedded one.
fn engine() -> Option<String> {
    asked("BECKON_TEST_DYNAMODB")
}

/// Returns how many of these people may send requests at once. Another engine serves one request at
/// a time, so that a large crowd would run out of retries.
pub fn as_many(people: usize) -> usize {
    if engine().is_some() { people.min(50) } else { people }
}

/// Returns a table name that no other test or run uses.
pub fn fresh_table() -> String {
    format!("test-{}-{}", std::process::id(), TABLES.fetch_add(1, Ordering::Relaxed))
}

/// Returns the options of a test's service: those of the test, completed by those of the run.
pub fn test(mut options: Options) -> Options {
    if let Some(engine) = engine().filter(|_| options.dynamodb.is_none() && options.data.is_none())
    {
        options.dynamodb = Some(engine);
        let table = fresh_table();
        // Each service has its own token key, so that a link works at one service only.
        let key = ("TOKEN_KEY".into(), format!("a-key-of-{table}-and-no-other-table"));
        let first = [("TABLE_NAME".into(), table), key];
        options.settings.splice(0..0, first);
    }
    embedded(options)
}

/// Returns the options of a test's service as [`test`] does, but never with the run's engine.
pub fn embedded(mut options: Options) -> Options {
    // A test says when a schedule starts a function, with `App::ticks`.
    options.schedules = false;
    if recorder::is_asked_for() {
        options.own_settings = Some(recorder::own_settings);
    }
    options
}
