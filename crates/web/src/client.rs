//! Who is asking: the address of the other side, or, behind proxies that the administrator has named, the address that they
//! vouch for. A header of anybody else is not read: whoever may write it may be anyone.
//!
//! Everything that counts by address takes a [`Client`]. What counts as one asker (a line has a whole /64 of version 6) is
//! decided by `domain::address::household`, not here.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};

/// Proxies that one request may have come through; what lies further back is not looked at.
const HOPS_MAX: usize = 32;

/// The address that asks. Without a connection (a router that is tried in a test) it is `0.0.0.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client(pub IpAddr);

/// Whether the outside speaks HTTPS with us, directly or through a proxy: then cookies are for HTTPS only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Secure(pub bool);

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    }
}

/// Layer: finds out who asks, and hands it on with [`Secure`].
pub(crate) fn mark(mut request: Request, proxies: &Proxies, secure: bool) -> Request {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let client = Client(proxies.client(peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), request.headers()));
    request.extensions_mut().insert(client);
    request.extensions_mut().insert(Secure(secure));
    request
}

/// The proxies whose word counts; none by default.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Arc<[Network]>);

impl FromIterator<Network> for Proxies {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Self {
        Self(networks.into_iter().collect())
    }
}

impl Proxies {
    /// No proxy is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is this one of them?
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }

    /// The address that asks: `peer` itself, or, if it is a named proxy, the right-most address of `X-Forwarded-For` or
    /// `Forwarded` that is not one.
    ///
    /// A proxy sets one of the two headers and hands the other through as it came. Where both stand and disagree, one of them
    /// was made up by the asker, and neither is believed: the request counts as the proxy's own.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.holds(peer) {
            return peer;
        }
        let plain = listed(headers, &HeaderName::from_static("x-forwarded-for"));
        let long = listed(headers, &header::FORWARDED);
        match (plain, long) {
            (None, None) => peer,
            (Some(plain), None) => self.walk(peer, plain.iter().map(|part| address_of(part))),
            (None, Some(long)) => self.walk(peer, long.iter().map(|part| address_of(for_of(part)?))),
            (Some(plain), Some(long)) => {
                let one = self.walk(peer, plain.iter().map(|part| address_of(part)));
                let other = self.walk(peer, long.iter().map(|part| address_of(for_of(part)?)));
                if one == other { one } else { peer }
            }
        }
    }

    /// From the right, where the nearest proxy wrote: the first that is no proxy. One that cannot be read (`unknown`) ends the
    /// walk at the proxy that wrote it.
    fn walk(&self, peer: IpAddr, hops: impl DoubleEndedIterator<Item = Option<IpAddr>>) -> IpAddr {
        let mut nearest = peer;
        for hop in hops.rev().take(HOPS_MAX) {
            let Some(address) = hop else { return nearest };
            if !self.holds(address) {
                return address;
            }
            nearest = address;
        }
        nearest
    }
}

/// The parts of all lines of a header, left to right; `None` without the header.
fn listed(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<String>> {
    let mut found = None;
    for line in headers.get_all(name) {
        let parts = line.to_str().unwrap_or("unknown").split(',').map(|part| part.trim().to_owned());
        found.get_or_insert_with(Vec::new).extend(parts);
    }
    found
}

/// `for` of one part of `Forwarded` (RFC 7239): `for="[2001:db8::1]:4711";proto=https`.
fn for_of(part: &str) -> Option<&str> {
    part.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then_some(value.trim().trim_matches('"'))
    })
}

/// An address with or without a port and brackets.
fn address_of(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(inside, _)| inside);
    let address = bare.unwrap_or(text).parse::<IpAddr>().ok();
    address.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip())).map(|address| address.to_canonical())
}

/// An address, or all addresses with the same first bits: `10.1.2.3`, `10.1.0.0/16`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Does it hold this address?
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => same(own.to_bits().into(), other.to_bits().into(), 32, self.bits),
            (IpAddr::V6(own), IpAddr::V6(other)) => same(own.to_bits(), other.to_bits(), 128, self.bits),
            _ => false,
        }
    }
}

fn same(one: u128, other: u128, width: u32, bits: u32) -> bool {
    // A shift by the whole width is none in Rust, so that "all addresses" stands apart.
    bits == 0 || (one ^ other).checked_shr(width.saturating_sub(bits)).is_none_or(|different| different == 0)
}

/// A text that is no network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadNetwork;

impl fmt::Display for BadNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an address or a network")
    }
}

impl std::error::Error for BadNetwork {}

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.trim().parse().map_err(|_| BadNetwork)?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(width), |bits| bits.trim().parse().map_err(|_| BadNetwork))?;
        if bits > width { Err(BadNetwork) } else { Ok(Self { address, bits }) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_addresses() {
        let check = |network: &str, address: &str, expect: bool| {
            let network: Network = network.parse().unwrap();
            assert_eq!(network.holds(address.parse().unwrap()), expect, "{network:?} {address}");
        };
        check("10.1.2.3", "10.1.2.3", true);
        check("10.1.2.3", "10.1.2.4", false);
        check("10.1.2.3", "::ffff:10.1.2.3", true);
        check("10.1.0.0/16", "10.1.255.255", true);
        check("10.1.0.0/16", "10.2.0.0", false);
        check("0.0.0.0/0", "203.0.113.9", true);
        check("0.0.0.0/0", "2001:db8::1", false);
        check("fd00::/8", "fdff::1", true);
        check("fd00::/8", "fe00::1", false);
        check("::/0", "2001:db8::1", true);
        for bad in ["", "10.1.2", "10.1.2.3/33", "fd00::/129", "10.0.0.0/-1", "proxy.example", "10.0.0.0/8/8"] {
            assert_eq!(bad.parse::<Network>(), Err(BadNetwork), "{bad}");
        }
    }

    fn asks(peer: &str, lines: &[(&'static str, &str)]) -> String {
        let proxies: Proxies = ["127.0.0.1", "10.9.0.0/16", "::1"].iter().map(|net| net.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_header_of_a_stranger_is_not_read() {
        let spoofed = [("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=192.0.2.1")];
        assert_eq!(asks("203.0.113.9", &spoofed), "203.0.113.9");
        let none = Proxies::default();
        let headers =
            HeaderMap::from_iter([(HeaderName::from_static("x-forwarded-for"), "192.0.2.1".parse().unwrap())]);
        assert_eq!(none.client("127.0.0.1".parse().unwrap(), &headers).to_string(), "127.0.0.1");
    }

    #[test]
    fn a_named_proxy_vouches_for_the_right_most_stranger() {
        let check =
            |lines: &[(&'static str, &str)], expect: &str| assert_eq!(asks("127.0.0.1", lines), expect, "{lines:?}");
        check(&[], "127.0.0.1");
        check(&[("x-forwarded-for", "198.51.100.7")], "198.51.100.7");
        check(&[("x-forwarded-for", "192.0.2.1, 198.51.100.7")], "198.51.100.7");
        check(&[("x-forwarded-for", "192.0.2.1, 198.51.100.7, 10.9.1.1")], "198.51.100.7");
        check(&[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", "198.51.100.7")], "198.51.100.7");
        check(&[("x-forwarded-for", "10.9.1.2, 10.9.1.1")], "10.9.1.2");
        check(&[("x-forwarded-for", "192.0.2.1, unknown")], "127.0.0.1");
        check(&[("x-forwarded-for", "192.0.2.1, unknown, 10.9.1.1")], "10.9.1.1");
        check(&[("x-forwarded-for", "")], "127.0.0.1");
        check(&[("x-forwarded-for", "198.51.100.7:4711")], "198.51.100.7");
        check(&[("x-forwarded-for", "::ffff:198.51.100.7")], "198.51.100.7");
        check(&[("forwarded", "for=192.0.2.1, For=\"[2001:db8::1]:4711\";proto=https")], "2001:db8::1");
        check(&[("forwarded", "proto=https")], "127.0.0.1");
        let agree = [("x-forwarded-for", "198.51.100.7"), ("forwarded", "for=198.51.100.7")];
        check(&agree, "198.51.100.7");
    }

    #[test]
    fn of_two_headers_that_disagree_none_is_believed() {
        let lines = [("x-forwarded-for", "198.51.100.7"), ("forwarded", "for=192.0.2.1")];
        assert_eq!(asks("127.0.0.1", &lines), "127.0.0.1");
    }

    #[test]
    fn a_long_list_ends() {
        let many = vec!["10.9.1.1"; HOPS_MAX + 1].join(",");
        assert_eq!(asks("127.0.0.1", &[("x-forwarded-for", &format!("198.51.100.7,{many}"))]), "10.9.1.1");
    }
}
