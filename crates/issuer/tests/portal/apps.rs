//! The apps that a person allowed: what the pages say, and what taking back does and does not do.

use issuer::usage::Use;
use oauth::jwt::UnverifiedJwt;
use testkit::{Answer, App, Browser, Form, NOTES};

use super::{count, events};

const ALL: &str = "notes:read notes:write profile:read offline_access";

fn claims(token: &str) -> serde_json::Value {
    let jwt = UnverifiedJwt::split(token).unwrap();
    jwt.unverified_claims().unwrap()
}

/// Whether the guards of this node refuse an access token.
fn refused(app: &App, token: &str) -> bool {
    let jti = claims(token).get("jti").cloned().unwrap();
    app.issuer.is_revoked(jti.as_str().unwrap())
}

/// The form of the one app, with these boxes left ticked.
async fn keep(browser: &Browser<'_>, scopes: &[&str]) -> Form {
    let page = browser.app_pages().await.remove(0);
    let mut form = browser.get(&page).await.form(&page);
    form.fields.retain(|(name, _)| name != "scope");
    let kept = scopes.iter().map(|scope| ("scope".into(), (*scope).into()));
    form.fields.extend(kept);
    form
}

#[tokio::test]
async fn what_is_unticked_is_gone_at_the_next_call() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let client = app.client().await;
    let tokens = client.tokens(&ada, ALL).await;
    let form = keep(&ada, &["notes:read"]).await;
    let answer = ada.submit(&form).await;
    assert!(
        answer.location().ends_with("?done=narrowed"),
        "{}",
        answer.location()
    );
    let page = ada.visit(answer.location()).await;
    assert!(
        page.body.contains("from the app&#39;s next call on"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("Title of notes:write"));
    // The access token from before is refused, and the refresh token gets what was left.
    assert!(refused(&app, &tokens.access_token));
    let next = client.refresh(&tokens.refresh_token).await;
    assert_eq!(next.member("scope"), "notes:read offline_access");
    let next_access = next.member("access_token");
    assert!(!refused(&app, &next_access));
    assert_eq!(claims(&next_access)["scope"], "notes:read offline_access");
    // More than that takes a new yes.
    let path = client.authorize_path(&format!("&resource={NOTES}&scope=notes%3Awrite"));
    let asked = ada.get(&path).await;
    assert!(
        asked.body.contains("Title of notes:write"),
        "{}",
        asked.body
    );
    assert_eq!(count(&app, "consent_narrowed").await, 1);
    let told = events(&app).await;
    assert!(told.contains(&("consent_narrowed".into(), "notes:write profile:read".into())));
}

#[tokio::test]
async fn nothing_else_changes_when_one_app_loses_something() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let client = app.client().await;
    let his = client.tokens(&bob, ALL).await;
    let first = client.tokens(&ada, "notes:read offline_access").await;
    let more = client.tokens(&ada, ALL).await;
    ada.submit(&keep(&ada, &["notes:read"]).await).await;
    // Neither another person's, nor what had no more than is left.
    assert!(refused(&app, &more.access_token));
    for kept in [&his.access_token, &first.access_token] {
        assert!(!refused(&app, kept));
    }
    let his = client.refresh(&his.refresh_token).await;
    assert_eq!(
        his.member("scope"),
        "notes:read notes:write offline_access profile:read"
    );
    // The same form once more changes nothing.
    ada.submit(&keep(&ada, &["notes:read"]).await).await;
    assert_eq!(count(&app, "consent_narrowed").await, 1);
}

#[tokio::test]
async fn a_form_gives_nothing_and_takes_from_nobody_else() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let client = app.client().await;
    let hers = client.tokens(&ada, "notes:read offline_access").await;
    let his = client.tokens(&bob, ALL).await;
    let granted = async |browser: &Browser<'_>| -> Answer {
        let page = browser.app_pages().await.remove(0);
        browser.get(&page).await
    };
    // Ticking what was not allowed allows nothing.
    let form = keep(&ada, &["notes:read", "notes:write", "profile:read"]).await;
    assert_eq!(ada.submit(&form).await.status, 303);
    assert!(!granted(&ada).await.body.contains("notes:write"));
    assert!(!refused(&app, &hers.access_token));
    // Nothing ticked is not taken for a yes to losing all.
    let form = keep(&ada, &[]).await;
    let answer = ada.submit(&form).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.body.contains("Leave at least one permission"),
        "{}",
        answer.body
    );
    assert!(granted(&ada).await.body.contains("notes:read"));
    // A resource that the app was not allowed anything at, and an app that is not hers.
    let form = keep(&ada, &["notes:read"]).await;
    let elsewhere = form.clone().with("resource", testkit::PING);
    assert_eq!(ada.submit(&elsewhere).await.status, 404);
    let eve = app.person("eve").await;
    let page = form.action.clone();
    let csrf = eve.get("/account").await.form("/logout");
    let form = form.with("csrf", csrf.get("csrf").unwrap());
    for (path, answer) in [
        (&page, eve.submit(&form).await),
        (&page, eve.get(&page).await),
        (&page, eve.get(&format!("{page}/end")).await),
    ] {
        assert_eq!(answer.status, 404, "{path}");
    }
    let end = Form {
        action: format!("{page}/end"),
        ..form.clone()
    };
    assert_eq!(eve.submit(&end).await.status, 404);
    assert_eq!(app.browser().submit(&form).await.status, 403);
    for kept in [&hers.access_token, &his.access_token] {
        assert!(!refused(&app, kept));
    }
    assert_eq!(client.refresh(&his.refresh_token).await.status, 200);
}

#[tokio::test]
async fn disconnecting_asks_once_more() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let client = app.client().await;
    let tokens = client.tokens(&ada, ALL).await;
    let page = ada.app_pages().await.remove(0);
    let end = format!("{page}/end");
    let asked = ada.get(&end).await;
    assert!(
        asked.body.contains("Disconnect <bdi>Test Client</bdi>?"),
        "{}",
        asked.body
    );
    assert!(!refused(&app, &tokens.access_token));
    ada.disconnect().await;
    assert!(refused(&app, &tokens.access_token));
    assert_eq!(
        client.refresh(&tokens.refresh_token).await.error(),
        "invalid_grant"
    );
    for path in [page, end] {
        assert_eq!(ada.get(&path).await.status, 404);
    }
    assert_eq!(count(&app, "grant_revoked").await, 1);
}

#[tokio::test]
async fn a_person_sees_who_used_what_and_when() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let client = app.client().await;
    let tokens = client.tokens(&ada, ALL).await;
    let page = ada.app_pages().await.remove(0);
    let body = ada.get(&page).await.body;
    for text in [
        "Test Client",
        "Unverified name",
        "Notes",
        "Title of notes:write",
        "not yet",
        "2027-01-15",
    ] {
        assert!(body.contains(text), "{text}: {body}");
    }
    assert!(ada.get("/account/apps").await.body.contains("Not used yet"));
    let person_id = claims(&tokens.access_token)["sub"]
        .as_str()
        .unwrap()
        .to_owned();
    let used = |client_id, tool| Use {
        person_id: &person_id,
        client_id,
        resource: NOTES,
        tool,
    };
    app.clock.advance(60);
    app.issuer.note_use(&used(&client.id, Some("notes_add")));
    app.clock.advance(3_600);
    app.issuer.note_use(&used(&client.id, Some("notes_list")));
    app.issuer.note_use(&used(&client.id, None));
    app.issuer.note_use(&used("somebody", Some("else")));
    assert!(!ada.get(&page).await.body.contains("notes_list"));
    app.issuer.run_job("write_usage").await.unwrap();
    let body = ada.get(&page).await.body;
    for text in [
        "<code>notes_list</code>",
        "<dd>2</dd>",
        "2027-01-15 08:01 UTC",
        "2027-01-15 09:01 UTC",
    ] {
        assert!(body.contains(text), "{text}: {body}");
    }
    assert!(!body.contains("else"));
    assert!(
        ada.get("/account/apps")
            .await
            .body
            .contains("2 calls in 30 days")
    );
    app.clock.advance(31 * 86_400);
    // The session has ended by age, not the memory of the app.
    let body = sign_in_again(&ada, &page).await;
    assert!(
        body.contains("<dd>0</dd>") && body.contains("notes_list"),
        "{body}"
    );
}

async fn sign_in_again(browser: &Browser<'_>, page: &str) -> String {
    let form = browser.get("/login").await.form("/login");
    let form = form.with("email", "ada@example.com");
    browser
        .submit(&form.with("password", testkit::PASSWORD))
        .await;
    browser.get(page).await.body
}

#[tokio::test]
async fn what_was_counted_is_written_when_the_process_ends() {
    let app = App::start().await;
    let jobs = app.issuer.start_jobs();
    let ada = app.person("ada").await;
    let client = app.client().await;
    let tokens = client.tokens(&ada, ALL).await;
    let person_id = claims(&tokens.access_token)["sub"]
        .as_str()
        .unwrap()
        .to_owned();
    app.issuer.note_use(&Use {
        person_id: &person_id,
        client_id: &client.id,
        resource: NOTES,
        tool: Some("notes_list"),
    });
    jobs.stop().await;
    assert!(
        ada.get("/account/apps")
            .await
            .body
            .contains("1 call in 30 days")
    );
}
