//! An emulator that runs the binary of one function.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;

/// The number of attempts to connect to a new emulator, and the pause between them.
const ATTEMPTS: u32 = 400;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(25);
/// The number of times that an emulator is started before it listens.
const STARTS: u32 = 3;

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
    address: String,
    log: PathBuf,
    clock: PathBuf,
}

impl Setup {
    /// Starts the binary under its own emulator, with every variable except `without`. The log's
    /// file name is `name`.
    ///
    /// Another process may take a port between the moment it was found free and the emulator's
    /// start. The emulator then ends at once, and starts again with other ports.
    pub(crate) async fn start(&self, binary: &str, name: &str, without: Option<&str>) -> Emulator {
        let program = self.functions.join(binary);
        assert!(program.exists(), "{} is missing; `just test-rie` builds it", program.display());
        let mut logs = String::new();
        for _ in 0..STARTS {
            let mut emulator = self.spawn(&program, name, without);
            if emulator.listens().await {
                return emulator;
            }
            logs += &emulator.log();
        }
        panic!("the emulator of {binary} does not listen: {logs}")
    }

    fn spawn(&self, program: &Path, name: &str, without: Option<&str>) -> Emulator {
        let (log, clock) =
            (self.logs.join(format!("{name}.log")), self.logs.join(format!("{name}.clock")));
        set(&clock, 0);
        let output = File::create(&log).unwrap();
        let (address, runtime) = (free_port(), free_port());
        let process = Command::new(&self.emulator)
            .args(["--log-level", "warn"])
            .args([
                "--runtime-interface-emulator-address",
                &address,
                "--runtime-api-address",
                &runtime,
            ])
            .arg(program)
            .env_clear()
            .envs(self.variables.iter().filter(|(name, _)| Some(name.as_str()) != without).cloned())
            .envs(self.time(&clock))
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .expect("the emulator starts");
        Emulator { process, address, log, clock }
    }

    /// Returns the variables of libfaketime. The wall clock follows the file, and the monotonic
    /// clock is real.
    fn time(&self, clock: &Path) -> [(&'static str, PathBuf); 5] {
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
    /// Waits until the emulator listens. Returns `false` if it ends before, or takes too long.
    async fn listens(&mut self) -> bool {
        for _ in 0..ATTEMPTS {
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect(&self.address).is_ok() {
                return true;
            }
            tokio::time::sleep(BETWEEN_ATTEMPTS).await;
        }
        false
    }

    /// Stops the function's wall clock at this second.
    pub(crate) fn set_time(&self, seconds: i64) {
        set(&self.clock, seconds);
    }

    /// Invokes the function. Returns the emulator's status and the function's answer.
    pub(crate) async fn invoke(&self, event: &str) -> (StatusCode, String) {
        let url = format!("http://{}/2015-03-31/functions/function/invocations", self.address);
        let answer = reqwest::Client::new()
            .post(url)
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
fn set(clock: &Path, seconds: i64) {
    let next = clock.with_extension("next");
    let text = Timestamp::from_second(seconds).unwrap().strftime("%Y-%m-%d %H:%M:%S").to_string();
    fs::write(&next, text).unwrap();
    fs::rename(&next, clock).unwrap();
}

fn free_port() -> String {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().to_string()
}
