//! A TLS proxy for a plain server. The functions trust its certificate because its root is in the
//! file of the system's roots.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use crate::engine;
use crate::fault::Fault;

/// The files of the root certificates in Debian and in Lambda's image.
const SYSTEM: [&str; 2] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// A root certificate and a certificate for `localhost`, created by the command `openssl` with RSA
/// keys, like those of AWS. Their folder is deleted on drop.
pub(super) struct Certificates {
    folder: PathBuf,
}

impl Certificates {
    /// Creates the certificates in this folder.
    pub(super) fn make(folder: &Path) -> Result<Self, Fault> {
        fs::create_dir_all(folder)?;
        let this = Self { folder: folder.to_owned() };
        openssl(
            folder,
            "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=bench-root -keyout root.key -out root.pem",
        )?;
        openssl(
            folder,
            "req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout own.key -out own.csr",
        )?;
        fs::write(
            folder.join("own.ext"),
            "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n",
        )?;
        openssl(
            folder,
            "x509 -req -in own.csr -CA root.pem -CAkey root.key -CAcreateserial -days 2 -extfile own.ext -out own.pem",
        )?;
        let system =
            SYSTEM.iter().find_map(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        fs::write(this.roots(), system + &fs::read_to_string(folder.join("root.pem"))?)?;
        Ok(this)
    }

    /// Returns the file with the system's roots and this one, for `SSL_CERT_FILE`.
    pub(super) fn roots(&self) -> PathBuf {
        self.folder.join("roots.pem")
    }

    /// Returns the file with this root alone.
    pub(super) fn root(&self) -> PathBuf {
        self.folder.join("root.pem")
    }

    /// Serves `upstream` (`http://host:port` and perhaps a path) behind TLS. Returns the new URL, with
    /// the same path.
    pub(super) async fn before(
        &self,
        upstream: &str,
        tasks: &mut JoinSet<()>,
    ) -> Result<String, Fault> {
        let chain = CertificateDer::pem_file_iter(self.folder.join("own.pem"))?
            .collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_file(self.folder.join("own.key"))?;
        let acceptor = TlsAcceptor::from(Arc::new(
            ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?,
        ));
        let (listener, url) = engine::port().await?;
        let (host, path) = host_and_path(upstream);
        let upstream = host.to_owned();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((inner, _)) = listener.accept().await {
                let (acceptor, upstream) = (acceptor.clone(), upstream.clone());
                connections.spawn(async move {
                    // The connection breaks off when the function ends.
                    let _ended = forward(&acceptor, inner, &upstream).await;
                });
            }
        });
        Ok(url.replace("http://127.0.0.1", "https://localhost") + path)
    }
}

/// Returns the host with its port, and the path of a plain URL.
fn host_and_path(url: &str) -> (&str, &str) {
    let rest = url.trim_start_matches("http://");
    rest.split_at(rest.find('/').unwrap_or(rest.len()))
}

async fn forward(acceptor: &TlsAcceptor, inner: TcpStream, upstream: &str) -> Result<(), Fault> {
    inner.set_nodelay(true)?;
    let mut outer = TcpStream::connect(upstream).await?;
    outer.set_nodelay(true)?;
    copy_bidirectional(&mut acceptor.accept(inner).await?, &mut outer).await?;
    Ok(())
}

impl Drop for Certificates {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("bench: {}: {error}", self.folder.display());
        }
    }
}

fn openssl(folder: &Path, arguments: &str) -> Result<(), Fault> {
    let done = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output()?;
    if done.status.success() {
        Ok(())
    } else {
        Err(format!("openssl {arguments}: {}", String::from_utf8_lossy(&done.stderr)).into())
    }
}

#[cfg(test)]
mod tests {
    use super::host_and_path;

    #[test]
    fn the_path_is_no_part_of_the_host() {
        assert_eq!(host_and_path("http://127.0.0.1:8000"), ("127.0.0.1:8000", ""));
        assert_eq!(host_and_path("http://127.0.0.1:8000/a/b"), ("127.0.0.1:8000", "/a/b"));
    }
}
