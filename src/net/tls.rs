//! The one TLS configuration of the program: verified certificates, no exceptions.
//!
//! Roots are those of the system together with Mozilla's, so that it works where the system has none. An account may add roots from
//! a PEM file (a company's own, a test's); nothing can switch verification off.

use crate::domain::fault;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::{ClientConfig, RootCertStore};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Why there is no TLS configuration.
#[derive(Debug, thiserror::Error)]
pub enum TlsSetupError {
    /// The file of extra roots is no such file.
    #[error("the certificate file {} cannot be used: {why}; check ca_file in the configuration", .path.display())]
    CaFile {
        /// Which file.
        path: PathBuf,
        /// What was wrong with it.
        why: String,
    },
    /// The cryptography does not offer what TLS needs.
    #[error("encryption cannot be set up ({0})")]
    Crypto(#[from] rustls::Error),
}

/// The configuration, with extra roots from a PEM file where one is given. Reads files: call it where blocking is allowed. Without extra roots
/// it is made once and shared.
///
/// # Errors
/// When the file cannot be read or holds no certificate.
pub fn client_config(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, TlsSetupError> {
    static SHARED: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(path) = ca_file {
        let mut roots = usual_roots();
        add_file(&mut roots, path)?;
        return Ok(Arc::new(build(roots)?));
    }
    if let Some(config) = SHARED.get() {
        return Ok(Arc::clone(config));
    }
    let config = Arc::new(build(usual_roots())?);
    Ok(Arc::clone(SHARED.get_or_init(|| config)))
}

fn usual_roots() -> RootCertStore {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::debug!(%error, "some of the system's certificates could not be read");
    }
    let (added, ignored) = roots.add_parsable_certificates(native.certs);
    tracing::debug!(added, ignored, "the system's certificates are loaded");
    roots
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), TlsSetupError> {
    let fault = |why: String| TlsSetupError::CaFile { path: path.to_owned(), why };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(|found| found.collect::<Result<Vec<_>, _>>())
        .map_err(|error| fault(words(&error)))?;
    if certificates.is_empty() {
        return Err(fault("it holds no certificate in PEM form".to_owned()));
    }
    for certificate in certificates {
        roots.add(certificate).map_err(|_| fault(DAMAGED.to_owned()))?;
    }
    Ok(())
}

/// What is said of a certificate that cannot be read.
const DAMAGED: &str = "a certificate in it is damaged";

fn words(error: &PemError) -> String {
    match error {
        PemError::Io(error) => fault::words(error),
        _ => DAMAGED.to_owned(),
    }
}

fn build(roots: RootCertStore) -> Result<ClientConfig, TlsSetupError> {
    // The provider is named, since a program with several in its tree has no default one.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_made_once() {
        let first = client_config(None).unwrap();
        assert!(Arc::ptr_eq(&first, &client_config(None).unwrap()));
    }

    #[test]
    fn a_bad_file_of_roots_is_told_with_its_path() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("roots.pem");
        let missing = client_config(Some(&path)).unwrap_err().to_string();
        assert!(missing.contains("roots.pem"), "{missing}");
        std::fs::write(&path, "no certificate").unwrap();
        let empty = client_config(Some(&path)).unwrap_err().to_string();
        assert!(empty.contains("holds no certificate"), "{empty}");
    }
}
