//! What was allowed before: asked again only where something changed, and never given silently to
//! a program that nothing vouches for.

use testkit::{App, PASSWORD};

use super::{CONSENT, allow, ask, consent, register};

const HOME: &str = "https://client.test/cb";

#[tokio::test]
async fn a_consent_is_remembered_until_something_changes() {
    let app = App::start().await;
    let homes = [
        HOME,
        "https://client.test/other",
        "https://elsewhere.test/cb",
    ];
    let client = register(&app, "One", &homes).await;
    let ada = app.person("ada").await;
    let read = [("scope", "notes:read")];
    let none = [("scope", "notes:read"), ("prompt", "none")];
    let answer = ada.get(&ask(&client, HOME, &none)).await;
    assert_eq!(
        answer.redirect_param("error").as_deref(),
        Some("consent_required")
    );
    ada.submit(&allow(consent(&ada, &ask(&client, HOME, &read)).await))
        .await;

    for silent in [
        ask(&client, HOME, &read),
        ask(&client, HOME, &none),
        ask(&client, "https://client.test/other", &read),
    ] {
        let answer = ada.get(&silent).await;
        assert!(answer.redirect_param("code").is_some(), "{silent}");
    }
    for asked in [
        ask(&client, HOME, &[("scope", "notes:read notes:write")]),
        ask(&client, HOME, &[("scope", "notes:read openid")]),
        ask(
            &client,
            HOME,
            &[("scope", "notes:read"), ("prompt", "consent")],
        ),
        ask(
            &client,
            HOME,
            &[
                ("scope", "notes:read"),
                ("resource", testkit::PING),
                ("scope", ""),
            ],
        )
        .replace("scope=notes%3Aread&", ""),
        ask(&client, "https://elsewhere.test/cb", &read),
    ] {
        consent(&ada, &asked).await;
    }
    let bob = app.person("bob").await;
    consent(&bob, &ask(&client, HOME, &read)).await;
}

#[tokio::test]
async fn what_was_allowed_before_is_added_to() {
    let app = App::start().await;
    let client = register(&app, "One", &[HOME]).await;
    let ada = app.person("ada").await;
    ada.submit(&allow(
        consent(&ada, &ask(&client, HOME, &[("scope", "notes:read")])).await,
    ))
    .await;
    let both = [("scope", "notes:read notes:write")];
    let form = consent(&ada, &ask(&client, HOME, &both)).await;
    // Only what is new is asked, and ticked: the app came back for nothing else.
    assert_eq!(form.get("scope"), Some("notes:write"));
    assert!(form.unticked.iter().all(|(name, _)| name != "scope"));
    ada.submit(&allow(form)).await;
    let answer = ada.get(&ask(&client, HOME, &both)).await;
    assert!(answer.redirect_param("code").is_some());
    // Asked for alone, it is ticked: nothing else could be meant.
    let bob = app.person("bob").await;
    let form = consent(&bob, &ask(&client, HOME, &[("scope", "notes:write")])).await;
    assert_eq!(
        form.fields
            .iter()
            .filter(|(name, _)| name == "scope")
            .count(),
        1
    );
}

#[tokio::test]
async fn programs_that_nothing_vouches_for_are_never_let_in_silently() {
    let app = App::start().await;
    for redirect in [
        "http://127.0.0.1:5000/cb",
        "http://localhost/cb",
        "cursor://x/cb",
    ] {
        let client = register(&app, redirect, &[redirect]).await;
        let ada = app.person(&redirect.replace(['/', ':'], "")).await;
        let path = ask(&client, redirect, &[]);
        let answer = ada.submit(&allow(consent(&ada, &path).await)).await;
        assert!(answer.redirect_param("code").is_some());
        consent(&ada, &path).await;
        let answer = ada
            .get(&ask(&client, redirect, &[("prompt", "none")]))
            .await;
        assert_eq!(
            answer.redirect_param("error").as_deref(),
            Some("consent_required")
        );
    }
}

#[tokio::test]
async fn a_consent_ages_and_can_be_taken_back() {
    let app = App::builder()
        .with(|settings| settings.lifetimes.consent = 1_000)
        .start()
        .await;
    let client = register(&app, "One", &[HOME]).await;
    let ada = app.person("ada").await;
    let path = ask(&client, HOME, &[("scope", "notes:read offline_access")]);
    ada.submit(&allow(consent(&ada, &path).await)).await;
    app.clock.advance(999);
    assert_eq!(ada.get(&path).await.status, 303);
    app.clock.advance(1);
    ada.submit(&allow(consent(&ada, &path).await)).await;
    assert_eq!(ada.get(&path).await.status, 303);

    let apps = ada.get("/account/apps").await;
    assert!(
        apps.body.contains("Notes: Title of notes:read"),
        "{}",
        apps.body
    );
    ada.disconnect().await;
    assert!(ada.app_pages().await.is_empty());
    consent(&ada, &path).await;
}

#[tokio::test]
async fn disconnecting_ends_the_tokens() {
    let app = App::start().await;
    let client = app.client().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let hers = client.tokens(&ada, "notes:read").await;
    let his = client.tokens(&bob, "notes:read").await;
    let page = format!("{}/end", ada.app_pages().await[0]);
    let form = ada.get(&page).await.form(&page);
    ada.submit(&form).await;
    assert_eq!(
        client.refresh(&hers.refresh_token).await.error(),
        "invalid_grant"
    );
    assert_eq!(client.refresh(&his.refresh_token).await.status, 200);
    // Somebody else's form, or none, ends nothing.
    assert_eq!(app.browser().submit(&form).await.status, 403);
}

#[tokio::test]
async fn after_switching_accounts_the_other_person_is_asked() {
    let app = App::start().await;
    let client = register(&app, "One", &[HOME]).await;
    app.person("bob").await;
    let ada = app.person("ada").await;
    let path = ask(&client, HOME, &[]);
    let page = ada.get(&path).await;
    let login = ada.submit_and_follow(&page.form("/logout")).await;
    let form = login
        .form("/login")
        .with("email", "bob@example.com")
        .with("password", PASSWORD);
    let page = ada.submit_and_follow(&form).await;
    drop(page.form(CONSENT));
    assert!(page.body.contains("bob@example.com"));
    assert!(!page.body.contains("ada@example.com"));
}

#[tokio::test]
async fn a_visit_that_sees_no_answer_gets_no_code() {
    let app = App::start().await;
    let client = register(&app, "One", &[HOME]).await;
    let ada = app.person("ada").await;
    let asked = ask(&client, HOME, &[("scope", "notes:read")]);
    ada.submit(&allow(consent(&ada, &asked).await)).await;
    let head = http::Request::head(asked.as_str());
    let answer = ada.send(head, axum::body::Body::empty()).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow"), "GET, POST");
    assert!(answer.headers.get("location").is_none());
    // The consent still holds for whoever looks.
    let answer = ada.get(&asked).await;
    assert!(answer.redirect_param("code").is_some());
}
