//! The peers of `native-create-invite`: the same create on other runtimes. bench/peers/README.md
//! describes them.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use tokio::process::Command;

use super::program::Program;
use crate::fault::Fault;

/// The folder of the peers' code.
const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");

/// A peer.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Peer {
    /// The AWS SDK for JavaScript and jose on Node, in one file made by esbuild.
    Node,
    /// boto3, Powertools and PyJWT on Python.
    Python,
}

impl Peer {
    /// Returns the peer's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Python => "python",
        }
    }

    /// Returns the peer's program.
    ///
    /// # Errors
    /// A `Fault` if the peer is not installed.
    pub(super) async fn program(self) -> Result<Program, Fault> {
        let folder = Path::new(PEERS).join(self.name());
        let program = match self {
            Self::Node => node(&folder).await?,
            Self::Python => python(&folder),
        };
        if program.executable.exists() && program.is_built() {
            Ok(program)
        } else {
            let name = self.name();
            Err(format!("{name} is not installed: bench/peers/install {name}").into())
        }
    }
}

async fn node(folder: &Path) -> Result<Program, Fault> {
    let handler = folder.join("dist/create-invite.cjs");
    let runtime = folder.join("runtime.mjs");
    // `node` may be a script that starts the real one.
    let found = Command::new("node").args(["--print", "process.execPath"]).output().await?;
    Ok(Program {
        executable: PathBuf::from(String::from_utf8(found.stdout)?.trim()),
        arguments: vec![runtime.display().to_string(), handler.display().to_string()],
        // The SDK would warn at each start that it will need a newer Node.
        environment: vec![("AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true".into())],
        package: vec![handler],
    })
}

fn python(folder: &Path) -> Program {
    let (handler, packages) = (folder.join("create_invite.py"), folder.join(".package"));
    let path = format!("{}:{}", folder.display(), packages.display());
    Program {
        executable: folder.join(".venv/bin/python"),
        arguments: ["-m", "awslambdaric", "create_invite.handler"].map(str::to_owned).to_vec(),
        environment: vec![("PYTHONPATH", path)],
        package: vec![handler, packages],
    }
}
