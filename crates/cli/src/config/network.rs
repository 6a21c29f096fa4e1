//! Which proxies are trusted to say where a request came from.

use std::net::IpAddr;
use std::str::FromStr;

/// An address, or a network such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Network {
    address: IpAddr,
    bits: u32,
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().map_err(|_| ())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let max = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(max);
        (bits <= max).then_some(Self { address, bits }).ok_or(())
    }
}

impl Network {
    fn contains(self, other: IpAddr) -> bool {
        match (self.address, other.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - self.bits;
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - self.bits;
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}

/// The trusted proxies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies(pub(crate) Vec<Network>);

impl Proxies {
    /// Where a request came from: the peer, or, if that is a trusted proxy, the last address in
    /// `X-Forwarded-For` that is not one. Everything before that one is a claim.
    pub(crate) fn source(&self, peer: IpAddr, headers: &http::HeaderMap) -> IpAddr {
        let trusts = |address: IpAddr| self.0.iter().any(|network| network.contains(address));
        let mut source = peer.to_canonical();
        let lines = headers.get_all("x-forwarded-for");
        let hops: Vec<_> = lines.iter().filter_map(|line| line.to_str().ok()).collect();
        for hop in hops.iter().rev().flat_map(|line| line.rsplit(',')) {
            if !trusts(source) {
                break;
            }
            let Ok(address) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            source = address.to_canonical();
        }
        source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let proxies = Proxies(vec!["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()]);
        let source = |peer: &str, lines: &[&str]| {
            let mut headers = http::HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            proxies.source(peer.parse().unwrap(), &headers).to_string()
        };
        assert_eq!(source("192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(source("10.1.2.3", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(source("::ffff:10.1.2.3", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(
            source("::1", &["1.1.1.1, 198.51.100.7, 10.0.0.9"]),
            "198.51.100.7"
        );
        assert_eq!(source("::1", &["1.1.1.1", "198.51.100.7"]), "198.51.100.7");
        assert_eq!(source("10.0.0.1", &["10.0.0.2"]), "10.0.0.2");
        assert_eq!(source("10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(source("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn networks_are_read_strictly() {
        for bad in [
            "10.0.0.0/33",
            "::/129",
            "10.0.0/8",
            "host",
            "10.0.0.0/x",
            "",
        ] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("8.8.8.8".parse().unwrap()));
        assert!(!all.contains("::1".parse().unwrap()));
    }
}
