//! What the fetcher refuses to reach, and what it refuses to read.

use std::net::IpAddr;

use super::{Host, settings};
use crate::clients::fetch::{FetchError, Fetcher};
use crate::db_suite::NOW;
use crate::settings::{Limit, PublicUrl};

/// A fetcher that tells every special name the address of this machine.
fn public_fetcher() -> Fetcher {
    let mut settings = settings();
    settings.public_url = PublicUrl::parse("https://auth.example").unwrap();
    settings.fetch.per_host = Limit::new(0, 60);
    let mut fetcher = Fetcher::new(&settings).unwrap();
    for (name, addresses) in [
        ("rebound.example", &["127.0.0.1"][..]),
        ("mixed.example", &["8.8.8.8", "127.0.0.1"]),
        ("mapped.example", &["::ffff:127.0.0.1"]),
        ("private.example", &["192.168.1.1"]),
        ("empty.example", &[]),
    ] {
        let addresses = addresses.iter().map(|text| text.parse::<IpAddr>().unwrap());
        fetcher.names.insert(name.into(), addresses.collect());
    }
    fetcher
}

#[tokio::test]
async fn nothing_on_this_machine_is_reached_from_a_public_issuer() {
    // RFC 6890 §2.2
    let (host, fetcher) = (Host::start().await, public_fetcher());
    let port = host.port;
    for authority in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "2130706433",
        "0x7f000001",
        "0177.1",
        "127.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "%31%32%37.0.0.1",
        "①②⑦.0.0.1",
        "rebound.example",
        "mixed.example",
        "mapped.example",
        "private.example",
        "empty.example",
        "user@127.0.0.1",
    ] {
        for scheme in ["http", "https", "ftp", "gopher", "file"] {
            let url = format!("{scheme}://{authority}:{port}/client.json");
            let result = fetcher.fetch(&url, 5_000, NOW).await;
            let refused = [FetchError::AddressRefused, FetchError::Unreachable];
            assert!(result.is_err_and(|error| refused.contains(&error)), "{url}");
        }
    }
    assert_eq!(host.connections(), 0);
}

/// A certificate authority that signs nothing.
const CA: &str = "-----BEGIN CERTIFICATE-----
MIIBejCCASGgAwIBAgIUUhrEt8TCCsBU/Xr8Tv+D63dqDMYwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjEwNDMwMDBaGA8yMTI2MTAyODA0
MzAwMFowEjEQMA4GA1UEAwwHVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABBLuHNHdPmMhjNlY7EOzwyT/ZGwYsiwmd+FTF6fXcfbDThx63zf+WiLKHdda
5+EpzqcVv7tw/zwQIRGCMFi1wa6jUzBRMB0GA1UdDgQWBBSscKYyhDrcyC11yK+z
HUv4TJ2vUDAfBgNVHSMEGDAWgBSscKYyhDrcyC11yK+zHUv4TJ2vUDAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIC3op7hv0dkgewXdrvXuOoZ1w4z0
ot9dLWIt/X7zRNuqAiBrliR7lXkibZ6SajMejd5VUsHVWjpGz2h5V+Teaquvfg==
-----END CERTIFICATE-----";

#[tokio::test]
async fn extra_certificate_authorities_are_read_at_the_start() {
    for (pem, good) in [(CA, true), ("", false), ("x", false), (&CA[..200], false)] {
        let mut settings = settings();
        settings.fetch.extra_ca = Some(pem.into());
        let fetcher = Fetcher::new(&settings);
        assert_eq!(fetcher.is_ok(), good, "{pem}");
        assert!(fetcher.is_err() || fetcher.unwrap().public_client().is_some());
    }
}

#[tokio::test]
async fn loopback_needs_a_development_issuer_and_its_setting() {
    let host = Host::start().await;
    host.json("/x", &serde_json::json!({}));
    for (origin, allowed, reached) in [
        ("http://localhost:3000", true, true),
        ("http://localhost:3000", false, false),
        ("https://auth.example", true, false),
    ] {
        let mut settings = settings();
        settings.public_url = PublicUrl::parse(origin).unwrap();
        settings.metadata_documents.insecure_allow_loopback = allowed;
        let fetcher = Fetcher::new(&settings).unwrap();
        let result = fetcher.fetch(&host.url("/x"), 5_000, NOW).await;
        assert_eq!(result.is_ok(), reached, "{origin} {allowed}");
        assert_eq!(host.connections(), usize::from(reached));
        // Other special addresses stay out of reach for all.
        let private = fetcher.fetch("http://192.168.0.1/x", 5_000, NOW).await;
        assert_eq!(private.unwrap_err(), FetchError::AddressRefused);
    }
}

#[tokio::test]
async fn redirects_are_not_followed_and_answers_are_bounded() {
    let (host, target) = (Host::start().await, Host::start().await);
    let location = format!("302 Found\r\nlocation: {}", target.url("/x"));
    target.json("/x", &serde_json::json!({}));
    host.answer("/redirect", &location, "");
    host.answer("/missing", "404 Not Found", "");
    host.answer(
        "/created",
        "201 Created\r\ncontent-type: application/json",
        "{}",
    );
    host.answer("/forbidden", "403 Forbidden", "");
    host.answer("/broken", "500 Oops", "");
    host.answer("/html", "200 OK\r\ncontent-type: text/html", "{}");
    host.answer("/untyped", "200 OK", "{}");
    let head = "200 OK\r\ncontent-type: application/json";
    host.answer("/large", head, &"x".repeat(5_001));
    host.answer("/exact", head, &"x".repeat(5_000));
    let fetcher = Fetcher::new(&settings()).unwrap();
    for (path, error) in [
        ("/redirect", FetchError::NotFound),
        ("/missing", FetchError::NotFound),
        ("/created", FetchError::NotFound),
        ("/forbidden", FetchError::Refusing),
        ("/broken", FetchError::Refusing),
        ("/html", FetchError::NotJson),
        ("/untyped", FetchError::NotJson),
        ("/large", FetchError::TooLarge),
    ] {
        let result = fetcher.fetch(&host.url(path), 5_000, NOW).await;
        assert_eq!(result.unwrap_err(), error, "{path}");
    }
    assert_eq!(target.connections(), 0);
    let exact = fetcher.fetch(&host.url("/exact"), 5_000, NOW).await;
    assert_eq!(exact.unwrap().body.len(), 5_000);
}

#[tokio::test]
async fn a_silent_host_is_left_alone_for_a_while() {
    let host = Host::start().await;
    host.json("/x", &serde_json::json!({}));
    let fetcher = Fetcher::new(&settings()).unwrap();
    let silent = fetcher.fetch(&host.url("/silent"), 5_000, NOW).await;
    assert_eq!(silent.unwrap_err(), FetchError::Unreachable);
    host.connections();
    // Another port of the same host is not its fault.
    let neighbour = Host::start().await;
    neighbour.json("/x", &serde_json::json!({}));
    let other = fetcher.fetch(&neighbour.url("/x"), 5_000, NOW).await;
    assert!(other.is_ok());
    for (after, connections) in [(29, 0), (30, 1)] {
        let result = fetcher.fetch(&host.url("/x"), 5_000, NOW.plus(after)).await;
        assert_eq!(result.is_ok(), connections == 1);
        assert_eq!(host.connections(), connections);
    }
}

#[tokio::test]
async fn fetches_are_limited_per_host_and_altogether() {
    let host = Host::start().await;
    host.json("/x", &serde_json::json!({}));
    let mut limited = settings();
    limited.fetch.per_host = Limit::new(2, 60);
    let fetcher = Fetcher::new(&limited).unwrap();
    for (after, allowed) in [(0, true), (1, true), (59, false), (60, true)] {
        let result = fetcher.fetch(&host.url("/x"), 5_000, NOW.plus(after)).await;
        assert_eq!(result.is_ok(), allowed, "{after}");
    }
    host.connections();
    for (altogether, reached) in [(16, 4), (3, 3)] {
        let mut limited = settings();
        limited.fetch.concurrency_max = altogether;
        let fetcher = Fetcher::new(&limited).unwrap();
        let url = host.url("/silent");
        let many = (0..9).map(|_| fetcher.fetch(&url, 5_000, NOW));
        let results = futures_util::future::join_all(many).await;
        let busy = |result: &Result<_, _>| matches!(result, Err(FetchError::Busy));
        assert_eq!(
            results.iter().filter(|result| busy(result)).count(),
            9 - reached
        );
        assert_eq!(host.connections(), reached);
    }
}

#[test]
fn cache_headers_are_understood() {
    // RFC 9111 §5.2.2
    use crate::clients::fetch::max_age;
    for (header, seconds) in [
        ("", None),
        ("public, max-age=600", Some(600)),
        ("Max-Age=\"600\", s-maxage=900", Some(900)),
        ("max-age=600, no-store", Some(0)),
        ("private", Some(0)),
        ("max-age=x", None),
    ] {
        assert_eq!(max_age(header), seconds, "{header}");
    }
}
