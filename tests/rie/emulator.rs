//! An emulator that runs the binary of one function.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;

/// The number of attempts to connect to a new emulator, and the pause between them.
const ATTEMPTS: u32 = 400;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(25);

/// The settings of every emulator.
pub(crate) struct Setup {
    pub(crate) emulator: PathBuf,
    pub(crate) faketime: PathBuf,
    pub(crate) functions: PathBuf,
    /// The folder of the emulators' logs and clocks.
    pub(crate) logs: PathBuf,
    /// The functions' environment.
    pub(crate) variables: Vec<(String, String)>,
}

/// A running emulator. Dropping it ends the emulator and its function.
pub(crate) struct Emulator {
    process: Child,
    url: String,
    log: PathBuf,
    clock: PathBuf,
}

impl Setup {
    /// Starts the binary under its own emulator, with every variable except `without`. The log's
    /// file name is `name`.
    pub(crate) async fn start(&self, binary: &str, name: &str, without: Option<&str>) -> Emulator {
        let program = self.functions.join(binary);
        assert!(program.exists(), "{} is missing; `just test-rie` builds it", program.display());
        let (log, clock) =
            (self.logs.join(format!("{name}.log")), self.logs.join(format!("{name}.clock")));
        set(&clock, 0);
        let output = File::create(&log).unwrap();
        let (invoked, runtime) = (free_port(), free_port());
        let process = Command::new(&self.emulator)
            .args(["--log-level", "warn"])
            .args([
                "--runtime-interface-emulator-address",
                &invoked,
                "--runtime-api-address",
                &runtime,
            ])
            .arg(&program)
            .env_clear()
            .envs(self.variables.iter().filter(|(name, _)| Some(name.as_str()) != without).cloned())
            .envs(self.time(&clock))
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .expect("the emulator starts");
        let emulator = Emulator {
            process,
            url: format!("http://{invoked}/2015-03-31/functions/function/invocations"),
            log,
            clock,
        };
        for _ in 0..ATTEMPTS {
            if TcpStream::connect(&invoked).is_ok() {
                return emulator;
            }
            tokio::time::sleep(BETWEEN_ATTEMPTS).await;
        }
        panic!("the emulator of {binary} does not listen: {}", emulator.log())
    }

    /// Returns the variables of libfaketime. The wall clock follows the file, and the monotonic
    /// clock is real.
    fn time(&self, clock: &std::path::Path) -> [(&'static str, PathBuf); 5] {
        [
            ("LD_PRELOAD", self.faketime.clone()),
            ("FAKETIME_TIMESTAMP_FILE", clock.to_owned()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            ("TZ", "UTC".into()),
        ]
    }
}

impl Emulator {
    /// Stops the function's wall clock at this second.
    pub(crate) fn set_time(&self, seconds: i64) {
        set(&self.clock, seconds);
    }

    /// Invokes the function. Returns the emulator's status and the function's answer.
    pub(crate) async fn invoke(&self, event: &str) -> (StatusCode, String) {
        let answer = reqwest::Client::new()
            .post(&self.url)
            .body(event.to_owned())
            .send()
            .await
            .expect("the emulator answers");
        (answer.status(), answer.text().await.expect("the answer is text"))
    }

    /// Returns the output of the emulator and the function so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // On SIGTERM the emulator ends its function too. On SIGKILL it would leave the function
        // running.
        let asked = Command::new("kill").arg(self.process.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _killed = self.process.kill();
        }
        let _ended = self.process.wait();
    }
}

/// Writes the second to the clock's file atomically.
fn set(clock: &std::path::Path, seconds: i64) {
    let next = clock.with_extension("next");
    let text = Timestamp::from_second(seconds).unwrap().strftime("%Y-%m-%d %H:%M:%S").to_string();
    fs::write(&next, text).unwrap();
    fs::rename(&next, clock).unwrap();
}

fn free_port() -> String {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().to_string()
}
