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

/// What is named by its path, which sqlx writes so, or stands in the environment itself.
fn pem(named: &str) -> Result<Vec<u8>, SqlxError> {
    let named = named.strip_prefix("file: ").unwrap_or(named);
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

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use rustls::{ClientConnection, ServerConfig, ServerConnection};

    use super::*;

    /// A server's settings, and the certificate of who vouches for it.
    struct Served {
        settings: Arc<ServerConfig>,
        issuer: String,
    }

    /// A server that shows a certificate for this name.
    fn server_of(name: &str) -> Served {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let shown = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let settings = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![shown.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        Served { settings: Arc::new(settings), issuer: issuer.pem() }
    }

    /// Whether a client that was told so much of the address of `database.test` takes what a server shows.
    fn takes(parameters: &str, served: &Served) -> bool {
        let address = format!("postgres://tenantry@database.test/tenantry?{parameters}");
        let read = PgConnectOptions::from_str(&address).unwrap();
        let config = tls(read.get_ssl_mode(), &read.to_url_lossy()).unwrap();
        let name = ServerName::try_from("database.test").unwrap();
        let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut server = ServerConnection::new(Arc::clone(&served.settings)).unwrap();
        while client.is_handshaking() {
            let mut sent = Vec::new();
            client.write_tls(&mut sent).unwrap();
            server.read_tls(&mut sent.as_slice()).unwrap();
            if server.process_new_packets().is_err() {
                return false;
            }
            let mut answered = Vec::new();
            server.write_tls(&mut answered).unwrap();
            client.read_tls(&mut answered.as_slice()).unwrap();
            if client.process_new_packets().is_err() {
                return false;
            }
        }
        true
    }

    /// The mode, and whom it may trust.
    fn mode(mode: &str, issuer: &tempfile::NamedTempFile) -> String {
        format!("sslmode={mode}&sslrootcert={}", issuer.path().display())
    }

    fn written(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn require_takes_any_certificate() {
        assert!(takes("sslmode=require", &server_of("elsewhere.test")));
    }

    #[test]
    fn verify_ca_demands_the_issuer_and_not_the_name() {
        let (served, other) = (server_of("elsewhere.test"), server_of("elsewhere.test"));
        let issuer = written(&served.issuer);
        assert!(takes(&mode("verify-ca", &issuer), &served));
        assert!(!takes(&mode("verify-ca", &issuer), &other), "a certificate of somebody else's was taken");
        assert!(!takes("sslmode=verify-ca", &served), "an issuer that nobody named was trusted");
    }

    #[test]
    fn verify_full_demands_issuer_and_name() {
        let (served, elsewhere, other) =
            (server_of("database.test"), server_of("elsewhere.test"), server_of("database.test"));
        assert!(takes(&mode("verify-full", &written(&served.issuer)), &served));
        assert!(!takes(&mode("verify-full", &written(&elsewhere.issuer)), &elsewhere), "another name was taken");
        assert!(!takes(&mode("verify-full", &written(&served.issuer)), &other), "another issuer was trusted");
    }

    #[test]
    fn what_sqlx_reads_of_an_address_is_what_the_driver_is_told() {
        let who = ["some%40body", "p%3Aass%2Fword"].join(":");
        let address =
            format!("postgres://{who}@database.test:6432/some%20name?sslmode=require&options=-c%20geqo%3Doff");
        let (config, _) = settings(&DatabaseUrl::parse(&address).unwrap()).unwrap();
        assert_eq!((config.get_user(), config.get_dbname()), (Some("some@body"), Some("some name")));
        assert_eq!((config.get_password(), config.get_ports()), (Some(&b"p:ass/word"[..]), &[6432][..]));
        assert_eq!((config.get_ssl_mode(), config.get_options()), (SslMode::Require, Some("-c geqo=off")));
    }
}
