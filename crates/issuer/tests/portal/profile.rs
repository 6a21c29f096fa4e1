//! Name, password, and everything to take along.

use testkit::{App, PASSWORD};

#[tokio::test]
async fn a_name_is_kept_clean() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let form = ada.get("/account/profile").await.form("/account/profile");
    let done = ada
        .submit(&form.with("name", " Ada\u{202e} <b>L</b> "))
        .await;
    let page = ada.get(done.location()).await;
    assert!(page.body.contains("The name is saved."));
    assert_eq!(
        page.form("/account/profile").get("name"),
        Some("Ada &#60;b&#62;L&#60;/b&#62;")
    );
}

#[tokio::test]
async fn a_new_password_ends_other_sessions_and_not_this_one() {
    let app = App::builder().mailing().start().await;
    let ada = app.person("ada").await;
    let other = app.browser();
    let form = other.get("/login").await.form("/login");
    let form = form
        .with("email", "ada@example.com")
        .with("password", PASSWORD);
    other.submit(&form).await;
    let form = ada.get("/account/password").await.form("/account/password");
    for weak in ["short", "ada@example.com", "12345678"] {
        let refused = ada.submit(&form.clone().with("password", weak)).await;
        assert_eq!(refused.status, 400, "{weak}");
    }
    assert_eq!(other.get("/account").await.status, 200);
    let before = ada.cookies();
    let done = ada
        .submit(&form.with("password", "another long sentence"))
        .await;
    assert_eq!(done.location(), "/account/profile?note=password");
    assert_ne!(ada.cookies(), before);
    assert_eq!(ada.get("/account").await.status, 200);
    assert_eq!(other.get("/account").await.location(), "/login");
    assert_eq!(app.letter().await.subject, "Your password was changed");
}

#[tokio::test]
async fn a_new_password_ends_apps_when_that_is_ticked() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let client = app.client().await;
    let tokens = client.tokens(&ada, "notes:read").await;
    let his = client.tokens(&bob, "notes:read").await;
    let personal = super::tokens::make(&ada, &["notes:read"]).await;
    for (tick, alive) in [(false, true), (true, false)] {
        let mut form = ada.get("/account/password").await.form("/account/password");
        // A browser sends a box that is not ticked not at all.
        form.fields.retain(|(name, _)| name != "end_apps");
        if tick {
            form.fields.push(("end_apps".into(), "yes".into()));
        }
        let form = form.with("password", "another long sentence");
        assert_eq!(ada.submit(&form).await.status, 303);
        let found = app.issuer.personal_token(&personal).await.unwrap();
        assert_eq!(found.is_some(), alive);
        assert_eq!(ada.app_pages().await.is_empty(), !alive);
    }
    let refused = client.refresh(&tokens.refresh_token).await;
    assert_eq!(refused.error(), "invalid_grant");
    assert_eq!(client.refresh(&his.refresh_token).await.status, 200);
    assert_eq!(super::count(&app, "grant_revoked").await, 1);
}

#[tokio::test]
async fn everything_is_in_the_download_and_no_secret() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    app.person("bob").await;
    let form = ada.get("/account/profile").await.form("/account/export");
    let answer = ada.submit(&form).await;
    assert!(
        answer
            .header("content-disposition")
            .starts_with("attachment")
    );
    let document = answer.json();
    assert_eq!(document["person"]["email"], "ada@example.com");
    assert_eq!(document["events"][0]["kind"], "signed_up");
    assert!(!answer.body.contains("argon2") && !answer.body.contains("bob@"));
    for cookie in ada.cookies().values() {
        assert!(!answer.body.contains(cookie));
    }
    // A link from another site downloads nothing.
    let request = http::Request::post("/account/export")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://evil.example");
    let stolen = ada.send(request, axum::body::Body::from(form.encoded()));
    assert_eq!(stolen.await.status, 403);
}
