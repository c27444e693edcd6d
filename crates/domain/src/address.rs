//! The address that stands in QR codes and links: its host, and whether a phone in the hall can open it at all. Nothing is
//! looked up: an address that leads nowhere for another reason is not known here.

use std::net::IpAddr;

/// The host in an address: without scheme, port and path.
#[must_use]
pub fn host_of(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next()?;
    if let Some(v6) = authority.strip_prefix('[') {
        return v6.split(']').next();
    }
    authority.split(':').next().filter(|host| !host.is_empty())
}

/// Whether an address leads every other machine, a phone for one, to itself: the loopback, or no address at all.
#[must_use]
pub fn is_for_this_machine(url: &str) -> bool {
    let Some(host) = host_of(url) else { return true };
    let name = host.trim_end_matches('.').to_lowercase();
    let local = name == "localhost" || name.ends_with(".localhost");
    local || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback() || ip.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address() {
        let check = |url: &str, expect: Option<&str>| assert_eq!(host_of(url), expect, "{url}");
        check("https://sjc.example:8443", Some("sjc.example"));
        check("https://[::1]:8443/a", Some("::1"));
        check("http://10.0.0.7", Some("10.0.0.7"));
        check("https://", None);
    }

    #[test]
    fn an_address_that_no_phone_can_open_is_known() {
        let check = |url: &str, expect: bool| assert_eq!(is_for_this_machine(url), expect, "{url}");
        for url in
            ["http://127.0.0.1:8080", "https://[::1]:8443", "http://localhost", "https://0.0.0.0:8443", "https://[::]"]
        {
            check(url, true);
        }
        check("http://Localhost.:8080/office", true);
        check("", true);
        for url in
            ["https://192.168.1.20:8443", "https://sjc.example.gov.cn", "https://[fd00::7]:8443", "http://127.example"]
        {
            check(url, false);
        }
    }
}
