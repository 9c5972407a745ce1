//! TLS with certificates of both sides, as docker speaks it: the engine is
//! believed by the authority in `ca.pem` and by no other, and netmap shows
//! `cert.pem`, for which it has `key.pem`.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::small_file;
use crate::error::Source;

/// How to speak TLS with one engine.
#[derive(Clone)]
pub struct Tls {
    connector: TlsConnector,
    /// Whom the engine's certificate must name.
    name: ServerName<'static>,
}

impl Tls {
    /// For the engine at `HOST:PORT`, with the files of the folder; else why not.
    pub fn new(host: &str, folder: &Path) -> Result<Self, (String, Source)> {
        let file = |name: &str| {
            let path = folder.join(name);
            small_file::read(&path).map_err(|error| in_file(&path, error))
        };
        let certificates = |name: &str| {
            let pem = file(name)?;
            let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
            let all = all.map_err(|error| in_file(&folder.join(name), error))?;
            if all.is_empty() {
                return Err(in_file(&folder.join(name), "there is no certificate in it"));
            }
            Ok(all)
        };
        let mut authorities = RootCertStore::empty();
        for certificate in certificates("ca.pem")? {
            authorities.add(certificate).map_err(|error| in_file(&folder.join("ca.pem"), error))?;
        }
        let own = certificates("cert.pem")?;
        let key = PrivateKeyDer::from_pem_slice(file("key.pem")?.as_bytes())
            .map_err(|error| in_file(&folder.join("key.pem"), error))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(plain)?
            .with_root_certificates(authorities)
            .with_client_auth_cert(own, key)
            .map_err(|error| in_file(&folder.join("cert.pem"), error))?;
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let name = name.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(name.to_owned()).map_err(plain)?;
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), name })
    }

    /// Shakes hands over a connection.
    pub async fn over(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.name.clone(), stream).await
    }
}

/// What is wrong with one of the files.
fn in_file(path: &Path, error: impl Into<Source>) -> (String, Source) {
    let error = error.into();
    (format!("`{}`: {error}", path.display()), error)
}

/// What is wrong with anything else.
fn plain(error: impl Into<Source>) -> (String, Source) {
    let error = error.into();
    (error.to_string(), error)
}

/// The files that it takes are secrets.
impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("name", &self.name).finish_non_exhaustive()
    }
}
