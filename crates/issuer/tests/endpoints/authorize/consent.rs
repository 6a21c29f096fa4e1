//! The decision: what a yes gives, what a no tells, and what counts as neither.

use testkit::{App, NOTES, ORIGIN, PASSWORD};

use super::{CONSENT, allow, ask, assert_page, consent, register};

const HOME: &str = "https://client.test/cb";

#[tokio::test]
async fn a_yes_gives_a_code_with_state_and_issuer() {
    let app = App::start().await;
    let client = app.client().await;
    let ada = app.person("ada").await;
    let answer = client.allowed(&ada, "profile:read notes:read").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    // RFC 6749 §4.1.2, RFC 9207 §2
    assert!(
        answer
            .location()
            .starts_with("https://client.test/callback?code=")
    );
    assert_eq!(answer.redirect_param("state").as_deref(), Some("a/+b"));
    assert_eq!(answer.redirect_param("iss").as_deref(), Some(ORIGIN));
    let code = answer.redirect_param("code").unwrap();
    assert_eq!(client.exchange(&code).await.status, 200);
}

#[tokio::test]
async fn a_no_tells_so_and_is_final() {
    let app = App::start().await;
    let client = register(&app, "One", &[HOME]).await;
    let ada = app.person("ada").await;
    let form = consent(&ada, &ask(&client, HOME, &[])).await;
    let answer = ada.submit(&form.clone().with("decision", "deny")).await;
    assert_eq!(answer.status, 303);
    assert_eq!(
        answer.redirect_param("error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(answer.redirect_param("state").as_deref(), Some("s"));
    assert_eq!(answer.redirect_param("iss").as_deref(), Some(ORIGIN));
    assert_page(&ada.submit(&allow(form)).await, 409, "Already answered");
}

#[tokio::test]
async fn a_page_counts_once() {
    let app = App::start().await;
    let client = register(&app, "One", &[HOME]).await;
    let ada = app.person("ada").await;
    let form = allow(consent(&ada, &ask(&client, HOME, &[])).await);
    let racing = (0..12).map(|_| ada.submit(&form));
    let answers = futures_util::future::join_all(racing).await;
    let (codes, others): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 303);
    assert_eq!(codes.len(), 1);
    for other in others {
        assert_page(other, 409, "Already answered");
    }
}

#[tokio::test]
async fn what_is_not_a_decision_decides_nothing() {
    let app = App::start().await;
    let client = register(&app, "One", &[HOME]).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let path = ask(&client, HOME, &[]);
    let form = allow(consent(&ada, &path).await);
    let pending = form.get("pending").unwrap().to_owned();
    let other = consent(&bob, &path)
        .await
        .get("pending")
        .unwrap()
        .to_owned();
    let mut cut = pending.clone();
    cut.pop();
    for (name, value, status, words) in [
        ("pending", "", 400, "no longer good"),
        ("pending", "x.y", 400, "no longer good"),
        ("pending", cut.as_str(), 400, "no longer good"),
        ("pending", other.as_str(), 400, "no longer good"),
        ("decision", "", 400, "No decision"),
        ("decision", "ALLOW", 400, "No decision"),
        ("csrf", "", 403, "out of date"),
        ("csrf", "x", 403, "out of date"),
        ("understood", "", 400, "Tick that you started this yourself"),
        (
            "understood",
            "no",
            400,
            "Tick that you started this yourself",
        ),
        ("scope", "", 400, "Tick at least one permission"),
        ("scope", "foreign", 400, "Tick at least one permission"),
    ] {
        let answer = ada.submit(&form.clone().with(name, value)).await;
        assert_page(&answer, status, words);
    }
    // Another person with the page of the first, even under their own token.
    let csrf = bob.get("/account").await.form("/logout");
    let stolen = form.clone().with("csrf", csrf.get("csrf").unwrap());
    assert_page(&bob.submit(&stolen).await, 400, "no longer good");
    // After all that, the page still counts.
    assert_eq!(ada.submit(&form).await.status, 303);
}

#[tokio::test]
async fn a_page_ends_with_its_time_and_with_its_session() {
    let app = App::start().await;
    let client = register(&app, "One", &[HOME]).await;
    let ada = app.person("ada").await;
    let path = ask(&client, HOME, &[]);
    let form = allow(consent(&ada, &path).await);
    app.clock.advance(600);
    assert_page(&ada.submit(&form).await, 400, "no longer good");

    let form = allow(consent(&ada, &path).await);
    let out = ada.get("/logout").await.form("/logout");
    ada.submit(&out).await;
    assert_page(&ada.submit(&form).await, 403, "You are signed out");
    let login = ada.get("/login").await.form("/login");
    let login = login
        .with("email", "ada@example.com")
        .with("password", PASSWORD);
    assert_eq!(ada.submit(&login).await.status, 303);
    assert_page(&ada.submit(&form).await, 400, "no longer good");
}

#[tokio::test]
async fn a_form_of_another_site_decides_nothing() {
    let app = App::start().await;
    let client = register(&app, "One", &[HOME]).await;
    let ada = app.person("ada").await;
    let form = allow(consent(&ada, &ask(&client, HOME, &[])).await);
    let urlencoded = "application/x-www-form-urlencoded";
    for (headers, status) in [
        (&[("sec-fetch-site", "cross-site")][..], 403),
        (&[("sec-fetch-site", "same-site")], 403),
        (&[("sec-fetch-site", "cross-site"), ("origin", ORIGIN)], 403),
        (&[("origin", "https://evil.test")], 403),
        (&[("origin", "null")], 403),
        (&[("content-type", "text/plain")], 415),
    ] {
        let mut request = http::Request::post(CONSENT);
        if headers.iter().all(|(name, _)| *name != "content-type") {
            request = request.header("content-type", urlencoded);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = ada.send(request, form.encoded().into()).await;
        assert_eq!(answer.status, status, "{headers:?}");
        assert!(answer.headers.get("location").is_none());
    }
    let large = form.clone().with("password", &"x".repeat(64 * 1_024));
    assert_page(&ada.submit(&large).await, 413, "Too much text");
    assert_eq!(ada.submit(&form).await.status, 303);
}

#[tokio::test]
async fn a_part_of_what_was_asked_is_a_grant_too() {
    let app = App::start().await;
    let client = app.client().await;
    let ada = app.person("ada").await;
    let scope = "profile:read notes:read notes:write openid foreign";
    let path = client.authorize_path(&format!(
        "&resource={NOTES}&scope={}",
        scope.replace(' ', "+")
    ));
    let form = consent(&ada, &path).await;
    let ticks: Vec<_> = form
        .fields
        .iter()
        .filter(|(name, _)| name == "scope")
        .collect();
    assert_eq!(ticks.len(), 2, "those that change things start unticked");
    let answer = ada
        .submit(
            &form
                .with("scope", "notes:read")
                .with("understood", "yes")
                .with("decision", "allow"),
        )
        .await;
    let tokens = client
        .exchange(&answer.redirect_param("code").unwrap())
        .await;
    assert_eq!(tokens.json()["scope"], "notes:read openid");
}

#[tokio::test]
async fn a_client_that_changed_is_not_the_one_on_the_page() {
    let app = App::start().await;
    let metadata = serde_json::json!({
        "client_name": "One", "redirect_uris": [HOME], "token_endpoint_auth_method": "none",
    });
    let made = app.post_json("/oauth/register", &metadata).await.json();
    let client = made["client_id"].as_str().unwrap();
    let ada = app.person("ada").await;
    let form = allow(consent(&ada, &ask(client, HOME, &[])).await);
    let mut changed = metadata.clone();
    changed["client_id"] = client.into();
    changed["client_name"] = "Two".into();
    let put = http::Request::put(format!("/oauth/register/{client}"))
        .header("content-type", "application/json")
        .header(
            "authorization",
            format!(
                "Bearer {}",
                made["registration_access_token"].as_str().unwrap()
            ),
        )
        .body(changed.to_string().into());
    assert_eq!(app.send(put.unwrap()).await.status, 200);
    assert_page(&ada.submit(&form).await, 400, "The app has changed");
}

#[tokio::test]
async fn sign_in_is_as_fresh_as_the_client_asks() {
    let app = App::start().await;
    let client = register(&app, "One", &[HOME]).await;
    let ada = app.person("ada").await;
    app.clock.advance(100);
    for (more, asks) in [
        (&[("max_age", "100")][..], false),
        (&[("max_age", "99")], true),
        (&[("prompt", "login")], true),
        (&[("prompt", "select_account consent")], true),
        (&[("prompt", "consent")], false),
    ] {
        let answer = ada.get(&ask(&client, HOME, more)).await;
        assert_eq!(answer.status == 303, asks, "{more:?}");
    }
    let late = [("max_age", "99"), ("prompt", "none")];
    let answer = ada.get(&ask(&client, HOME, &late)).await;
    assert_eq!(
        answer.redirect_param("error").as_deref(),
        Some("login_required")
    );
    // Signing in fulfills it: there is no second time.
    let page = ada.visit(&ask(&client, HOME, &[("prompt", "login")])).await;
    let form = page
        .form("/login")
        .with("email", "ada@example.com")
        .with("password", PASSWORD);
    app.clock.advance(5);
    let page = ada.submit_and_follow(&form).await;
    assert_eq!(page.status, 200);
    drop(page.form(CONSENT));
}
