//! What plays a function: its release binary, or an interpreter with a peer's code.

use std::fs;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::fault::Fault;

/// The folders of compiled Python, which a function's zip does not need.
const COMPILED: &str = "__pycache__";

/// A program and what a deployment would upload for it.
pub(super) struct Program {
    pub(super) executable: PathBuf,
    pub(super) arguments: Vec<String>,
    /// The variables that only this program gets.
    pub(super) environment: Vec<(&'static str, String)>,
    /// The files and folders of the function's zip.
    pub(super) package: Vec<PathBuf>,
}

impl Program {
    /// Returns the program of a function's binary.
    pub(super) fn of_binary(binary: PathBuf) -> Self {
        let package = vec![binary.clone()];
        Self { executable: binary, arguments: Vec::new(), environment: Vec::new(), package }
    }

    /// Returns the command that starts the program with only these environment variables and its own.
    pub(super) fn command(&self, environment: &[(String, String)]) -> Command {
        let mut command = Command::new(&self.executable);
        let own = self.environment.iter().map(|(name, value)| (*name, value));
        command.args(&self.arguments).env_clear().envs(environment.iter().cloned()).envs(own);
        command
    }

    /// Returns whether the whole package exists.
    pub(super) fn is_built(&self) -> bool {
        self.package.iter().all(|path| path.exists())
    }

    /// Evicts the package from the system's cache, so that the next start reads it from the disk. An
    /// interpreter stays in the cache.
    pub(super) fn evict(&self) -> Result<(), Fault> {
        for path in self.package.iter().flat_map(|path| files(path)) {
            let file = fs::File::open(path)?;
            file.sync_all()?;
            rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
        }
        Ok(())
    }

    /// Returns the sizes of the package and of its zip, in MB. The zip's is that of a `.tar.gz`, which
    /// has the same compression.
    pub(super) async fn sizes(&self) -> Result<(f64, f64), Fault> {
        let packed = Command::new("tar")
            .args(["--create", "--dereference", "--use-compress-program=gzip -9"])
            .arg(format!("--exclude={COMPILED}"))
            .args(&self.package)
            .output()
            .await?;
        let files = self.package.iter().flat_map(|path| files(path));
        let uploaded = files.filter(|path| path.iter().all(|part| part != COMPILED));
        let sizes = uploaded.map(|path| Ok(fs::metadata(path)?.len())).sum::<Result<u64, Fault>>();
        Ok((megabytes(sizes?), megabytes(u64::try_from(packed.stdout.len())?)))
    }
}

/// Returns the files at this path: itself, or those in the folder and its folders.
fn files(path: &Path) -> Vec<PathBuf> {
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().flat_map(|entry| files(&entry.path())).collect(),
        Err(_) => vec![path.to_owned()],
    }
}

fn megabytes(bytes: u64) -> f64 {
    // The packages are far below 2^53 bytes.
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn compiled_python_is_read_from_the_disk_and_is_no_part_of_the_zip() {
        let folder = std::env::temp_dir().join(format!("beckon-program-{}", uuid::Uuid::new_v4()));
        fs::create_dir_all(folder.join("package").join(COMPILED)).unwrap();
        fs::write(folder.join("package/a.py"), vec![b'x'; 1_000_000]).unwrap();
        fs::write(folder.join("package").join(COMPILED).join("a.pyc"), vec![b'x'; 500_000])
            .unwrap();
        let package = vec![folder.join("package")];
        let program = Program { package, ..Program::of_binary(folder.join("python")) };

        assert!(program.is_built());
        assert_eq!(files(&folder.join("package")).len(), 2);
        program.evict().unwrap();
        let (size, zip) = program.sizes().await.unwrap();
        assert_eq!(size.to_string(), "1");
        assert!(zip > 0.0 && zip < 0.1, "{zip}");
        assert!(!Program::of_binary(folder.join("python")).is_built());
        fs::remove_dir_all(folder).unwrap();
    }
}
