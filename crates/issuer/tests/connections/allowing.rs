//! Our own consent first, then the upstream's, then the code.

use testkit::{FakeGithub, Tokens};

use super::{READ, allow, consent, id_of, sign_in, token};
use crate::login::upstream::{account, app};

#[tokio::test]
async fn what_was_allowed_decides_what_is_asked_there() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let ada = app.person("ada").await;
    let client = app.client().await;
    // Our own consent comes first, then theirs, for what was allowed, and then the code.
    let location = allow(&ada, &client.authorize_path(READ)).await;
    assert!(location.starts_with("/connect/github?continue=%2Foauth%2Fauthorize%2Ffinish"));
    let page = ada.get(&location).await;
    assert!(page.body.contains("<code>repo</code>"), "{}", page.body);
    let sent = ada.submit(&page.form("/connect/github")).await;
    let asked = github.asked(sent.location());
    assert_eq!(asked["scope"], "read:user user:email repo");
    let back = ada
        .get(&github.allow(sent.location(), &account(7, "ada-l", None)))
        .await;
    let finish = back.location().to_owned();
    assert!(finish.starts_with("/oauth/authorize/finish?granted="));
    let answer = ada.get(&finish).await;
    let code = answer.redirect_param("code");
    assert!(code.is_some(), "{} {}", answer.status, answer.body);
    // It finishes once, and for nobody else.
    assert_eq!(ada.get(&finish).await.status, 409);
    assert_eq!(app.person("bob").await.get(&finish).await.status, 400);
    let tokens = Tokens::of(&client.exchange(&code.unwrap()).await);
    assert_eq!(tokens.scope, "notes:read");
    // Connected for as much: nothing stands between the next request and its code.
    let answer = ada.get(&client.authorize_path(READ)).await;
    assert!(answer.redirect_param("code").is_some());
    // Signing in with GitHub asks for less, and takes nothing away.
    let id = id_of(&app, "ada@example.com").await;
    let before = token(&app, &id).await.unwrap();
    sign_in(&app.browser(), &github, &account(7, "ada-l", None)).await;
    assert_eq!(token(&app, &id).await.unwrap(), before);
}

#[tokio::test]
async fn skipping_goes_on_to_the_code() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let ada = app.person("ada").await;
    let client = app.client().await;
    let page = ada
        .get(&allow(&ada, &client.authorize_path(READ)).await)
        .await;
    let (_, rest) = page
        .body
        .split_once("<a href=\"/oauth/authorize/finish")
        .unwrap();
    let rest = rest.split_once('"').unwrap().0.replace("&#38;", "&");
    let answer = ada.get(&format!("/oauth/authorize/finish{rest}")).await;
    assert!(answer.redirect_param("code").is_some(), "{}", answer.body);
}

#[tokio::test]
async fn a_page_that_still_asks_is_no_yes_and_a_yes_is_no_page() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let ada = app.person("ada").await;
    let client = app.client().await;
    let (page, form) = consent(&ada, &client.authorize_path(READ)).await;
    assert!(
        page.body
            .contains("<code>read:user, user:email, repo</code>")
    );
    let asking = form.get("pending").unwrap().to_owned();
    let answer = ada
        .get(&format!("/oauth/authorize/finish?granted={asking}"))
        .await;
    assert_eq!(answer.status, 400);
    let sent = ada.submit(&form).await;
    let page = ada.get(sent.location()).await;
    let next = page
        .form("/connect/github")
        .get("continue")
        .unwrap()
        .replace("&#38;", "&");
    let granted = next
        .split_once("granted=")
        .unwrap()
        .1
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(
        ada.submit(&form.with("pending", &granted)).await.status,
        400
    );
    let head = http::Request::head(next.as_str());
    assert_eq!(ada.send(head, axum::body::Body::empty()).await.status, 405);
    // What was allowed is taken back before it is finished.
    ada.disconnect().await;
    assert_eq!(ada.get(&next).await.status, 400);
}
