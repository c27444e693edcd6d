//! Addresses: the one that stands in QR codes and links (its host, whether a phone in the hall can open it at all), and those
//! that ask. Nothing is looked up: an address that leads nowhere for another reason is not known here.

use std::net::{IpAddr, Ipv6Addr};

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

/// Whether browsers reach an address over HTTPS, whoever speaks it: we ourselves or a proxy before us.
#[must_use]
pub fn is_https(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("https"))
}

/// Who counts as one asker: one line has a whole /64 of version 6; mapped addresses are those of version 4.
#[must_use]
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(four) => IpAddr::V4(four),
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_one_asker() {
        let ip = |text: &str| text.parse::<IpAddr>().ok().map(household);
        let check = |a: &str, b: &str, same| assert_eq!(ip(a) == ip(b), same, "{a} {b}");
        check("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true);
        check("2001:db8:1:2::1", "2001:db8:1:3::1", false);
        check("::ffff:10.0.0.1", "10.0.0.1", true);
        check("10.0.0.1", "10.0.0.2", false);
    }

    #[test]
    fn https_is_told_from_http() {
        let check = |url: &str, expect: bool| assert_eq!(is_https(url), expect, "{url}");
        check("https://sjc.example.gov.cn", true);
        check("HTTPS://sjc.example.gov.cn", true);
        check("http://127.0.0.1:8080", false);
        check("sjc.example.gov.cn", false);
    }

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
