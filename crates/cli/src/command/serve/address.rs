//! Under which address a server is reached, and the names in its own certificate.

use std::net::{Ipv4Addr, SocketAddr};

use domain::address::host_of;

use crate::config::{Settings, is_loopback};

/// Whether an address is served by TLS without being asked to.
pub fn needs_tls(settings: &Settings, listen: SocketAddr) -> bool {
    settings.certificate.is_some() || !is_loopback(listen.ip())
}

/// What the outside calls this machine, if nothing says otherwise.
pub fn default_url(address: SocketAddr, with_tls: bool) -> String {
    let scheme = if with_tls { "https" } else { "http" };
    if address.ip().is_unspecified() {
        format!("{scheme}://{}:{}", Ipv4Addr::LOCALHOST, address.port())
    } else {
        format!("{scheme}://{address}")
    }
}

/// Names in the own certificate: the configured ones, the host of the public address, the listening address, the loopback.
pub fn certificate_names(settings: &Settings, base_url: &str, address: SocketAddr) -> Vec<String> {
    let mut names = settings.names.clone();
    if let Some(host) = host_of(base_url) {
        names.push(host.to_owned());
    }
    names.push(address.ip().to_string());
    names.extend(["localhost".to_owned(), "127.0.0.1".to_owned()]);
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| name != "0.0.0.0" && name != "::" && seen.insert(name.clone()));
    names
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn everywhere_is_shown_as_the_loopback() {
        let url = |address: &str, tls| default_url(address.parse().unwrap(), tls);
        assert_eq!(url("0.0.0.0:8443", true), "https://127.0.0.1:8443");
        assert_eq!(url("127.0.0.1:80", false), "http://127.0.0.1:80");
    }
}
