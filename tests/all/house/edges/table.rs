//! The table of allowed edges: for each module, the modules that it may use.

/// A module. With `*`, a row covers several modules, which may not use one another.
pub(super) struct Module {
    /// The path of its folder or file without `src`; for modules of the shared crate, without the
    /// crate.
    pub(super) name: &'static str,
    /// The modules whose items it may name.
    pub(super) uses: &'static [&'static str],
    /// The purpose of the module, which is the reason for its edges.
    pub(super) purpose: &'static str,
}

const fn module(
    name: &'static str,
    uses: &'static [&'static str],
    purpose: &'static str,
) -> Module {
    Module { name, uses, purpose }
}

/// Every module, from the lowest up: first the shared crate's, then the functions, the local
/// service, the bench and the tests.
pub(super) const TABLE: &[Module] = &[
    module("config", &[], "the only reader of environment variables"),
    module("outbound", &["config"], "the only way out of a process: connections, credentials"),
    module("telemetry", &["config"], "logs"),
    module("domain", &[], "pure rules: no AWS, no HTTP; the time is an argument"),
    module(
        "auth",
        &["config", "domain", "outbound"],
        "verifies an access token and returns its `Caller`",
    ),
    module("store", &["config", "domain", "outbound"], "every access to the table"),
    module("stream", &["domain", "store"], "reads the records of the table's stream"),
    module(
        "texts",
        &["config", "domain"],
        "the texts for people in every language, dates and lists",
    ),
    module(
        "mail",
        &["config", "domain", "outbound", "texts"],
        "mail templates, and the SES client",
    ),
    module(
        "publish",
        &["config", "domain", "outbound"],
        "events for other systems: EventBridge, the queue of webhooks, the webhook",
    ),
    module(
        "engine",
        &["auth", "config", "domain", "mail", "outbound", "store", "texts"],
        "the use cases; no HTTP and no API",
    ),
    module("http", &["domain", "engine", "texts"], "requests and responses, for every API"),
    module(
        "service",
        &[
            "auth",
            "config",
            "domain",
            "engine",
            "http",
            "mail",
            "outbound",
            "publish",
            "telemetry",
            "texts",
        ],
        "the state that a function starts with",
    ),
    module(
        "api/*",
        &["auth", "domain", "engine", "http", "service"],
        "requests and responses of one API; no other API and no store",
    ),
    module(
        "functions/*/*",
        &["api/*", "auth", "domain", "engine", "http", "service", "stream", "texts"],
        "one endpoint: reads the request, calls the engine, responds",
    ),
    module("local/inbox", &[], "the mails that were sent"),
    module("local/bus", &[], "the events that were published"),
    module("local/faults", &[], "orders to fail: to SES, to DynamoDB, and to functions"),
    module("local/message", &[], "responses of one sentence, and broken ones"),
    module("local/aws_json", &[], "AWS's JSON protocol, by which SQS and EventBridge are asked"),
    module("local/app", &["local/message"], "the page that stands for the app"),
    module("local/tasks", &[], "background tasks, which end with the service"),
    module("local/background", &[], "the threads of what follows an answer"),
    module("local/in_process", &["local/tasks"], "the functions' way to the service's own routes"),
    module("local/template", &[], "parses `template.yaml`"),
    module("local/issuer", &["domain"], "the issuer, which signs tokens for any user"),
    module(
        "local/database",
        &["config", "local/template", "outbound"],
        "the database client, and the table's creation",
    ),
    module("local/commits", &[], "waits until writes are on the disk"),
    module(
        "local/server",
        &[],
        "the HTTP server, which closes connections that send no whole request",
    ),
    module(
        "local/embedded",
        &["local/commits", "local/database", "local/faults", "local/message", "local/server"],
        "the embedded DynamoDB, which only this process reaches",
    ),
    module(
        "local/function",
        &["config", "engine", "local/tasks", "service"],
        "invokes functions as Lambda does",
    ),
    module(
        "local/crash",
        &["local/faults", "local/function"],
        "kills and repeats invocations, as it is told",
    ),
    module(
        "local/registry",
        &[
            "config",
            "domain",
            "functions/*/*",
            "local/function",
            "local/template",
            "outbound",
            "service",
        ],
        "every function with its handler",
    ),
    module("local/options", &["local/registry"], "the command-line options"),
    module(
        "local/environment",
        &["config", "local/app", "local/issuer", "local/options"],
        "the functions' environment variables",
    ),
    module(
        "local/gateway",
        &[
            "domain",
            "http",
            "local/commits",
            "local/function",
            "local/message",
            "local/registry",
            "local/template",
        ],
        "the HTTP API, like API Gateway",
    ),
    module(
        "local/stream",
        &["local/commits", "local/function", "local/template"],
        "the table's stream, and Lambda's event source mappings",
    ),
    module(
        "local/schedule",
        &["domain", "local/function", "local/registry", "local/template"],
        "starts the functions that have a schedule, like EventBridge Scheduler",
    ),
    module(
        "local/topic",
        &["domain", "local/function", "local/registry", "local/template"],
        "notifies functions of SES's events, like a topic of SNS",
    ),
    module(
        "local/queue",
        &["domain", "local/function", "local/registry", "local/tasks", "local/template"],
        "FIFO queues like those of SQS, and the functions that they start",
    ),
    module(
        "local/state",
        &[
            "domain",
            "local/bus",
            "local/faults",
            "local/gateway",
            "local/inbox",
            "local/issuer",
            "local/queue",
            "local/schedule",
            "local/stream",
            "local/topic",
        ],
        "the state that the routes share",
    ),
    module("local/demo", &["local/issuer", "local/state"], "demo data"),
    module(
        "local/pages",
        &["local/demo", "local/inbox", "local/message"],
        "the pages: start, inbox and sign-in",
    ),
    module(
        "local/ses",
        &["domain", "local/faults", "local/inbox", "local/message", "local/state"],
        "the part of the SES API that sends mails, and the events about them",
    ),
    module(
        "local/eventbridge",
        &["domain", "local/aws_json", "local/bus", "local/state"],
        "the part of EventBridge's API that publishes events",
    ),
    module(
        "local/sqs",
        &["local/aws_json", "local/queue", "local/state"],
        "the part of SQS's API that sends messages and puts them off",
    ),
    module(
        "local/sign_in",
        &["local/demo", "local/issuer", "local/message", "local/pages", "local/state"],
        "signs a person in, and redirects to the page that asked for it",
    ),
    module(
        "local/router",
        &[
            "local/demo",
            "local/eventbridge",
            "local/faults",
            "local/issuer",
            "local/message",
            "local/pages",
            "local/queue",
            "local/ses",
            "local/sign_in",
            "local/sqs",
            "local/state",
        ],
        "the routes of the HTTP server",
    ),
    module(
        "local/start",
        &[
            "config",
            "domain",
            "local/app",
            "local/background",
            "local/bus",
            "local/commits",
            "local/crash",
            "local/database",
            "local/demo",
            "local/embedded",
            "local/environment",
            "local/faults",
            "local/gateway",
            "local/in_process",
            "local/inbox",
            "local/issuer",
            "local/options",
            "local/queue",
            "local/registry",
            "local/router",
            "local/schedule",
            "local/server",
            "local/state",
            "local/stream",
            "local/tasks",
            "local/template",
            "local/topic",
            "outbound",
        ],
        "starts and stops the local service",
    ),
    module(
        "local/main",
        &["config", "local/background", "local/options", "local/start"],
        "the command `beckon`",
    ),
    module(
        "tests/harness",
        &["config", "domain", "local/options", "local/registry", "local/start"],
        "a service, the people who use it, and the table's proxy",
    ),
    module("bench/fault", &[], "the error of every measurement"),
    module("bench/report", &["bench/fault"], "figures and tables"),
    module("bench/processes", &["bench/fault"], "a program's processes"),
    module("bench/release", &[], "the folder of release binaries"),
    module("bench/engine", &["bench/fault", "local/embedded"], "the embedded DynamoDB for one run"),
    module(
        "bench/cost",
        &[
            "bench/engine",
            "bench/fault",
            "bench/report",
            "config",
            "local/options",
            "local/start",
            "tests/harness",
        ],
        "what each operation costs",
    ),
    module(
        "bench/cold",
        &[
            "bench/engine",
            "bench/fault",
            "bench/processes",
            "bench/release",
            "bench/report",
            "config",
            "local/options",
            "local/start",
            "tests/harness",
        ],
        "how fast functions start",
    ),
    module(
        "bench/load",
        &["bench/fault", "bench/processes", "bench/release", "bench/report"],
        "how fast the local service is",
    ),
    module("bench/main", &["bench/cold", "bench/cost", "bench/load"], "the command `bench`"),
    module(
        "tests/all/lambda",
        &[
            "config",
            "domain",
            "engine",
            "local/options",
            "local/registry",
            "local/start",
            "outbound",
            "service",
            "tests/harness",
        ],
        "the functions, called as Lambda calls them",
    ),
    module(
        "tests/all/*",
        &[
            "api/*",
            "auth",
            "config",
            "domain",
            "engine",
            "http",
            "local/background",
            "local/options",
            "local/registry",
            "local/start",
            "service",
            "store",
            "telemetry",
            "tests/all/lambda",
            "tests/harness",
        ],
        "the tests; no folder imports another",
    ),
    module(
        "tests/rie",
        &[
            "config",
            "domain",
            "local/options",
            "local/registry",
            "local/start",
            "service",
            "tests/harness",
        ],
        "the functions' binaries under Lambda's emulator",
    ),
    module("tests/recording", &["tests/harness"], "compares policies with the recorded accesses"),
    module(
        "tests/model",
        &["domain"],
        "the rules as state machines, explored in every order of calls",
    ),
];

/// Returns the folder of the module with this name.
fn folder(name: &str) -> String {
    match name.split_once('/') {
        Some((package @ ("local" | "bench"), rest)) => format!("{package}/src/{rest}"),
        Some(("tests" | "functions", _)) => name.to_owned(),
        _ => format!("shared/src/{name}"),
    }
}

/// Returns the part of the path that matches the pattern: the file without its extension, or a
/// folder above it.
fn matched<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let mut end = 0;
    let mut parts = path.split('/');
    for wanted in pattern.split('/') {
        let part = parts.next()?;
        if wanted != "*" && wanted != part && Some(wanted) != part.strip_suffix(".rs") {
            return None;
        }
        end += part.len() + 1;
    }
    Some(path[..end - 1].trim_end_matches(".rs"))
}

/// Returns the row of the file's module, and the folder or file that the row covers here.
pub(super) fn module_of(path: &str) -> Option<(&'static Module, &str)> {
    let found = TABLE.iter().filter_map(|row| Some((row, matched(&folder(row.name), path)?)));
    found.max_by_key(|(row, _)| (row.name.split('/').count(), !row.name.contains('*')))
}

/// The head of the table in ARCHITECTURE.md.
pub(super) const HEAD: &str = "| module | may use | purpose |\n|---|---|---|\n";

/// The rows of the table in ARCHITECTURE.md.
pub(super) fn rows() -> String {
    let row = |Module { name, uses, purpose }: &Module| {
        let uses: Vec<String> = uses.iter().map(|name| format!("`{name}`")).collect();
        let uses = if uses.is_empty() { "nothing".to_owned() } else { uses.join(", ") };
        format!("| `{name}` | {uses} | {purpose} |\n")
    };
    TABLE.iter().map(row).collect()
}
