//! How PostgreSQL is reached: the address as sqlx reads it, `PG…` variables and `.pgpass` included, for a driver that reads less.

use std::str::FromStr;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};
use sea_orm::SqlxError;
use sea_orm::sqlx::ConnectOptions;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;
use url::Url;

use crate::config::DatabaseUrl;

/// What the driver needs to connect.
pub(super) fn settings(address: &DatabaseUrl) -> Result<(Config, MakeRustlsConnect), SqlxError> {
    let read = PgConnectOptions::from_str(address.expose())?;
    // The only way to what it found: password and certificates have no other.
    let found = read.to_url_lossy();
    let mut config = Config::new();
    config.application_name("tenantry").user(read.get_username()).port(read.get_port());
    match read.get_socket() {
        Some(path) => config.host_path(path),
        None => config.host(read.get_host()),
    };
    config.dbname(read.get_database().unwrap_or(read.get_username()));
    if let Some(password) = found.password() {
        config.password(percent_decode_str(password).collect::<Vec<u8>>());
    }
    if let Some(options) = read.get_options() {
        config.options(options);
    }
    config.ssl_mode(match read.get_ssl_mode() {
        PgSslMode::Disable | PgSslMode::Allow => SslMode::Disable,
        PgSslMode::Prefer => SslMode::Prefer,
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => SslMode::Require,
    });
    Ok((config, MakeRustlsConnect::new(tls(read.get_ssl_mode(), &found)?)))
}

fn tls(mode: PgSslMode, found: &Url) -> Result<ClientConfig, SqlxError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(verifier(mode, found, provider)?);
    match (parameter(found, "sslcert"), parameter(found, "sslkey")) {
        (Some(certificate), Some(key)) => {
            let key = PrivateKeyDer::from_pem_slice(&pem(&key)?).map_err(unusable)?;
            config.with_client_auth_cert(certificates(&certificate)?, key).map_err(unusable)
        }
        (None, None) => Ok(config.with_no_client_auth()),
        _ => Err(SqlxError::Configuration("sslcert and sslkey go together".into())),
    }
}

/// Of the server's certificate `require` believes anything, `verify-ca` the issuer, `verify-full` issuer and name.
fn verifier(
    mode: PgSslMode,
    found: &Url,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, SqlxError> {
    if !matches!(mode, PgSslMode::VerifyCa | PgSslMode::VerifyFull) {
        return Ok(Arc::new(Unverified { issuer: None, provider }));
    }
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(own) = parameter(found, "sslrootcert") {
        for certificate in certificates(&own)? {
            roots.add(certificate).map_err(unusable)?;
        }
    }
    let issuer = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let issuer = issuer.build().map_err(unusable)?;
    if matches!(mode, PgSslMode::VerifyFull) {
        return Ok(issuer);
    }
    Ok(Arc::new(Unverified { issuer: Some(issuer), provider }))
}

fn parameter(found: &Url, name: &str) -> Option<String> {
    found.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn certificates(named: &str) -> Result<Vec<CertificateDer<'static>>, SqlxError> {
    CertificateDer::pem_slice_iter(&pem(named)?).map(|one| one.map_err(unusable)).collect()
}

/// What is named by its path, or stands in the address itself.
fn pem(named: &str) -> Result<Vec<u8>, SqlxError> {
    if named.trim_start().starts_with("-----BEGIN") {
        return Ok(named.as_bytes().to_vec());
    }
    std::fs::read(named).map_err(|error| SqlxError::Configuration(format!("reading {named}: {error}").into()))
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> SqlxError {
    SqlxError::Tls(error.into())
}

/// Believes any certificate, or any of an issuer whatever its name.
#[derive(Debug)]
struct Unverified {
    issuer: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let Some(issuer) = &self.issuer else { return Ok(ServerCertVerified::assertion()) };
        match issuer.verify_server_cert(certificate, intermediates, name, ocsp, now) {
            Err(TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
