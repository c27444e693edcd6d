//! TLS by ourselves: the bureau's certificate, or one from an authority of the installation's own that is made at the
//! first start (ADR 0005). Phones of witnesses trust it after scanning, or an administrator installs `tls/ca.pem`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::exit::Failure;

/// The files of the installation's certificate; made if they are missing, and made anew if `names` changed.
///
/// # Errors
/// Environment, if they cannot be written.
pub fn own_certificate(home: &Path, names: &[String]) -> Result<(PathBuf, PathBuf), Failure> {
    let folder = home.join("tls");
    let (certificate, key) = (folder.join("server.pem"), folder.join("server-key.pem"));
    let wanted = names.join("\n");
    let known = fs::read_to_string(folder.join("names")).unwrap_or_default();
    if certificate.exists() && key.exists() && known == wanted {
        return Ok((certificate, key));
    }
    fs::create_dir_all(&folder)?;
    let made = make(&folder, names).map_err(|error| Failure::environment(format!("证书无法生成：{error}")))?;
    write_private(&key, &made.1)?;
    fs::write(&certificate, &made.0)?;
    fs::write(folder.join("names"), wanted)?;
    Ok((certificate, key))
}

/// Certificate chain and key in PEM.
fn make(folder: &Path, names: &[String]) -> Result<(String, String), Box<dyn std::error::Error>> {
    let (ca_file, ca_key_file) = (folder.join("ca.pem"), folder.join("ca-key.pem"));
    let mut ca_params = CertificateParams::new(Vec::<String>::new())?;
    ca_params.distinguished_name.push(DnType::CommonName, "Mingcha local authority");
    ca_params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca_params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    ca_params.not_after = rcgen::date_time_ymd(2046, 1, 1);
    let ca_key = match fs::read_to_string(&ca_key_file) {
        Ok(pem) => KeyPair::from_pem(&pem)?,
        Err(_) => {
            let key = KeyPair::generate()?;
            write_private(&ca_key_file, &key.serialize_pem())
                .map_err(|_| io::Error::other("ca-key.pem cannot be written"))?;
            key
        }
    };
    let ca = CertifiedIssuer::self_signed(ca_params, ca_key)?;
    if !ca_file.exists() {
        fs::write(&ca_file, ca.pem())?;
    }
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(names.to_vec())?;
    params.distinguished_name.push(DnType::CommonName, names.first().map_or("mingcha", String::as_str));
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    params.not_after = rcgen::date_time_ymd(2036, 1, 1);
    let certificate = params.signed_by(&key, &ca)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}

/// Reads certificate and key into a server's configuration.
///
/// # Errors
/// Usage, if one is not PEM or they do not fit each other.
pub fn server_config(certificate: &Path, key: &Path) -> Result<ServerConfig, Failure> {
    let bad = |path: &Path, error: &dyn std::fmt::Display| {
        tracing::warn!(%error, "certificate or key not usable");
        Failure::usage(format!("{} 不能用作证书或私钥", path.display()), "请提供 PEM 格式、相互匹配的证书与私钥。")
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|error| bad(certificate, &error))?;
    let key_der = PrivateKeyDer::from_pem_file(key).map_err(|error| bad(key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::environment(&error))?
        .with_no_client_auth()
        .with_single_cert(chain, key_der)
        .map_err(|error| bad(certificate, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
