//! `beckon`: runs the local service.

use std::path::PathBuf;
use std::process::ExitCode;

use beckon::{Options, Running, background, start};
use clap::Parser;
use shared::config::settings;
use tokio::runtime::{Handle, Runtime};
use tracing_subscriber::EnvFilter;

// The system's allocator took a fifth of the CPU time (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs Beckon on this machine: every function, an embedded DynamoDB, an inbox for the mails and an
/// issuer that signs in any user.
#[derive(Parser)]
#[command(name = "beckon", version)]
struct Arguments {
    /// The port on 127.0.0.1; 0 for any free port
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Keep the data in this file instead of in memory
    #[arg(long, value_name = "FILE", conflicts_with = "dynamodb")]
    data: Option<PathBuf>,
    /// Use this DynamoDB-compatible engine instead of the embedded one
    #[arg(long, value_name = "URL", value_parser = http_url)]
    dynamodb: Option<String>,
    /// Send mails to this SES v2 endpoint instead of the inbox
    #[arg(long, value_name = "URL", value_parser = http_url)]
    ses: Option<String>,
    /// Post each event to this URL, signed as in Standard Webhooks
    #[arg(long, value_name = "URL", value_parser = web_url)]
    webhook: Option<String>,
    /// Start without the demo users and groups
    #[arg(long)]
    no_demo: bool,
    /// Set a configuration variable; may be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
}

fn http_url(text: &str) -> Result<String, String> {
    Ok(web_url(text)?.trim_end_matches('/').to_owned())
}

fn web_url(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    if matches!(url.scheme(), "http" | "https") {
        Ok(text.to_owned())
    } else {
        Err("must begin with http:// or https://".into())
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("must be NAME=VALUE".into()),
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // The embedded database logs a warning whenever it refuses a call. Failed conditions are part
    // of normal operation.
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,dynoxide=error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtimes = background().and_then(|background| Ok((Runtime::new()?, background)));
    let (answers, background) = match runtimes {
        Ok(runtimes) => runtimes,
        Err(error) => return failed(&error),
    };
    let code = answers.block_on(run(arguments, background.handle().clone()));
    background.shutdown_background();
    code
}

async fn run(arguments: Arguments, background: Handle) -> ExitCode {
    let options = Options {
        port: arguments.port,
        data: arguments.data,
        dynamodb: arguments.dynamodb,
        ses: arguments.ses,
        webhook: arguments.webhook,
        demo: !arguments.no_demo,
        settings: arguments.settings,
        streams: true,
        schedules: true,
        feedback: true,
        background: Some(background),
        own_settings: None,
    };
    let demo = options.demo;
    match start(options).await {
        Ok(running) => {
            greet(&running.url, demo);
            if let Some(secrets) = running.environment.optional(settings::WEBHOOK_SECRETS) {
                println!();
                println!("Webhooks are signed with {secrets}");
            }
            serve(running).await
        }
        Err(error) => failed(&error),
    }
}

/// Runs until Ctrl-C or until the service fails.
async fn serve(mut running: Running) -> ExitCode {
    let ended = tokio::select! {
        ended = running.wait() => ended,
        interrupted = tokio::signal::ctrl_c() => match interrupted {
            Ok(()) => running.shutdown().await,
            Err(error) => Err(error),
        },
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("beckon: {error}");
    ExitCode::FAILURE
}

fn greet(url: &str, demo: bool) {
    println!("listening on {url}");
    println!();
    println!(
        "Open {url}/ for a guided tour, or {url}/local/inbox for the mails. Press Ctrl-C to stop."
    );
    if demo {
        println!();
        println!("Or sign in as the demo owner and invite someone with curl:");
        println!();
        println!(
            r#"  TOKEN=$(curl -s {url}/local/token -d '{{"sub":"29842","name":"Generic User"}}' | sed 's/.*"access_token":"\([^"]*\)".*/\1/')"#
        );
        println!(
            r#"  curl -s {url}/v1/groups/3773/invites -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \"#
        );
        println!(r#"    -d '{{"email":"ada@example.com","roles":["editor"]}}'"#);
        println!("  curl -s {url}/local/inbox");
    }
}
