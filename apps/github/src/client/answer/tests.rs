//! Refusals as they become words.

use super::*;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pairs = pairs.iter().map(|(name, value)| {
        let name = reqwest::header::HeaderName::from_static(name);
        (name, value.parse().expect("a header"))
    });
    pairs.collect()
}

fn base() -> Base {
    Base::parse("https://api.github.com").expect("a base")
}

fn words(status: u16, pairs: &[(&'static str, &str)], body: &str) -> String {
    refusal(&base(), status, &headers(pairs), body.as_bytes()).to_string()
}

#[test]
fn missing_scopes_are_those_that_nothing_held_contains() {
    for (accepted, held, missing) in [
        ("repo", "read:user, user:email", &["repo"][..]),
        ("public_repo, repo", "repo", &[]),
        ("public_repo, repo", "public_repo", &["repo"]),
        ("read:org", "admin:org", &[]),
        ("", "", &[]),
        ("", "repo", &[]),
        ("repo,read:org", "repo", &["read:org"]),
    ] {
        let pairs = [
            ("x-accepted-oauth-scopes", accepted),
            ("x-oauth-scopes", held),
        ];
        let found = missing_scopes(&headers(&pairs)).scopes;
        assert_eq!(found, missing, "{accepted} of {held}");
    }
}

#[test]
fn only_github_itself_is_passed_on_for_single_sign_on() {
    let good = "required; url=https://github.com/orgs/acme/sso?authorization_request=A1";
    let text = words(403, &[("x-github-sso", good)], r#"{"message":"SAML"}"#);
    assert!(text.contains("https://github.com/orgs/acme/sso?authorization_request=A1"));
    for bad in [
        "required; url=https://evil.example/sso",
        "required; url=http://github.com/sso",
        "required; url=https://github.com.evil.example/sso",
        "required; url=https://github.com:8443/sso",
        "required; url=https://github.com@evil.example/sso",
        "required; url=javascript:alert(1)",
        "required",
        "partial-results; organizations=1,2",
    ] {
        let text = words(403, &[("x-github-sso", bad)], r#"{"message":"SAML"}"#);
        assert!(!text.contains("sign-on"), "{bad}: {text}");
    }
}

#[test]
fn the_permission_that_a_github_app_lacks_is_named() {
    let body = r#"{"message":"Resource not accessible by integration"}"#;
    let text = words(
        403,
        &[("x-accepted-github-permissions", "issues=write")],
        body,
    );
    assert!(text.contains("not accessible by integration (the GitHub App would need issues=write"));
}

#[test]
fn the_errors_of_a_422_are_said() {
    let body = r#"{"message":"Validation Failed","errors":[
        {"resource":"Issue","field":"title","code":"missing_field"},
        {"resource":"Label","field":"name","code":"already_exists"},
        {"resource":"PullRequest","code":"custom","message":"A pull request already exists for a:b."},
        {"resource":"Issue","field":"milestone","code":"invalid"},
        {"resource":"Milestone","code":"missing"},
        {"resource":"X","field":"y","code":"unprocessable"}, "plain", 7]}"#;
    let text = words(422, &[], body);
    for expected in [
        "Validation Failed: title must be given; name is taken; A pull request already exists for a:b.",
        "milestone is not valid; the Milestone does not exist; y: unprocessable; plain; :",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    assert_eq!(
        words(422, &[], "<html>"),
        "GitHub cannot do this as asked: "
    );
}

#[test]
fn every_status_has_words() {
    for (status, expected) in [
        (401, "does not accept this connection"),
        (404, "does not find this"),
        (410, "switched off"),
        (451, "legal"),
        (500, "in trouble"),
        (502, "in trouble"),
        (400, "answers 400: odd"),
        (418, "answers 418: odd"),
    ] {
        let text = words(status, &[], r#"{"message":"odd"}"#);
        assert!(text.contains(expected), "{status}: {text}");
    }
}

#[test]
fn foreign_words_in_a_refusal_are_cleaned_and_short() {
    let long = "a\u{202e}b\u{200b}\\n".repeat(1_000);
    let text = words(400, &[], &format!("{{\"message\":\"{long}\"}}"));
    assert!(text.len() < 400, "{}", text.len());
    assert!(text.contains("ab ab") && !text.contains(['\u{202e}', '\u{200b}', '\n']));
}
