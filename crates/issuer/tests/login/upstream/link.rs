//! Adding and taking away ways to sign in, from inside a session.

use issuer::audit::Kind;
use issuer::settings::GithubKind;
use oauth::time::Clock;
use serde_json::json;
use testkit::{Answer, App, Browser, FakeOidc};

use super::{
    account, ada, app_with, assert_nobody, assert_page, email_of, events, github, leaving, sign_in,
};

/// By then a sign-in is not recent any more.
const LATER: i64 = 3_600;

/// Posts to one of the two routes, with the token that our pages hold.
async fn post(browser: &Browser<'_>, path: &str) -> Answer {
    let mut form = browser.visit("/account").await.form("/logout");
    form.action = path.to_owned();
    browser.submit(&form).await
}

async fn link(
    browser: &Browser<'_>,
    op: &FakeOidc,
    name: &str,
    claims: &serde_json::Value,
) -> Answer {
    let answer = post(browser, &format!("/account/identities/{name}")).await;
    let back = op.allow(&leaving(&answer), claims);
    browser.get(&back).await
}

#[tokio::test]
async fn an_account_is_linked_and_signs_in_as_the_person() {
    let op = FakeOidc::start().await;
    let app = app_with(&[("op", &op)]).await;
    let ada_here = app.person("ada").await;
    assert_eq!(
        link(&ada_here, &op, "op", &ada()).await.location(),
        "/account/security"
    );
    assert_eq!(events(&app, Kind::IdentityLinked).await, ["OP"]);
    // Once more changes nothing.
    assert_eq!(
        link(&ada_here, &op, "op", &ada()).await.location(),
        "/account/security"
    );
    assert_eq!(events(&app, Kind::IdentityLinked).await.len(), 1);
    let browser = app.browser();
    sign_in(&browser, &op, "op", &ada()).await;
    assert_eq!(email_of(&browser).await, "ada@example.com");
    // It is nobody else's then, and the person has no second one there.
    let bob = app.person("bob").await;
    let answer = link(&bob, &op, "op", &ada()).await;
    assert_page(&answer, 409, "signs in as somebody else here");
    let answer = link(&ada_here, &op, "op", &json!({"sub": "8"})).await;
    assert_page(&answer, 409, "another OP account already");
    assert_eq!(events(&app, Kind::IdentityLinked).await.len(), 1);
    assert_nobody(&app, &app.browser(), 2).await;
}

#[tokio::test]
async fn the_security_page_has_the_way_to_each_account_elsewhere() {
    let (one, two) = (FakeOidc::start().await, FakeOidc::start().await);
    let app = app_with(&[("one", &one), ("two", &two)]).await;
    let browser = app.browser();
    sign_in(&browser, &one, "one", &ada()).await;
    let page = browser.get("/account/security").await;
    // The last one cannot be taken away, and a button would only say so.
    assert!(page.body.contains("Nothing else signs you in"));
    assert!(!page.body.contains("/account/identities/one"));
    let leaving_page = browser.submit(&page.form("/account/identities/two")).await;
    let back = two.allow(
        &leaving(&leaving_page),
        &json!({"sub": "t", "name": "Ada at two"}),
    );
    assert_eq!(browser.get(&back).await.location(), "/account/security");
    let page = browser.get("/account/security").await;
    assert!(page.body.contains("Ada at two"), "{}", page.body);
    let unlink = page.form("/account/identities/one/unlink");
    assert_eq!(browser.submit(&unlink).await.status, 303);
    let page = browser.get("/account/security").await;
    assert!(page.body.contains("action=\"/account/identities/one\""));
    assert_eq!(events(&app, Kind::IdentityUnlinked).await, ["ONE"]);
}

#[tokio::test]
async fn whoever_confirms_elsewhere_signs_in_there_once_more() {
    // OpenID Connect Core 1.0 §3.1.2.1
    let op = FakeOidc::start().await;
    let app = app_with(&[("op", &op)]).await;
    let browser = app.browser();
    let location = super::press(&browser, "op").await;
    assert!(!op.asked(&location).contains_key("prompt"));
    browser.get(&op.allow(&location, &ada())).await;
    app.clock.advance(LATER);
    let confirm = "/account/confirm?continue=%2Faccount%2Fpassword";
    for (seconds_ago, status) in [(LATER, 400), (0, 303)] {
        let page = browser.get(confirm).await;
        let location = leaving(&browser.submit(&page.form("/login/op")).await);
        let asked = op.asked(&location);
        assert_eq!((&*asked["prompt"], &*asked["max_age"]), ("login", "0"));
        let mut claims = ada();
        let now = Clock::Manual(app.clock.clone()).now();
        claims["auth_time"] = json!(now.minus(seconds_ago).0);
        assert_eq!(
            browser.get(&op.allow(&location, &claims)).await.status,
            status
        );
        let page = browser.get("/account/password").await;
        assert_eq!(page.status == 200, status == 303, "{}", page.status);
    }
}

#[tokio::test]
async fn only_the_person_themselves_links_from_a_page_of_ours() {
    let op = FakeOidc::start().await;
    let app = app_with(&[("op", &op)]).await;
    // Nobody is signed in.
    let stranger = app.browser();
    let mut form = stranger.get("/login").await.form("/login/op");
    form.action = "/account/identities/op".to_owned();
    assert_page(&stranger.submit(&form).await, 403, "You are signed out");
    let ada_here = app.person("ada").await;
    // Another site's form has no token.
    for path in ["/account/identities/op", "/account/identities/op/unlink"] {
        let mut form = ada_here
            .visit("/account")
            .await
            .form("/logout")
            .with("csrf", "x");
        form.action = path.to_owned();
        assert_page(&ada_here.submit(&form).await, 403, "out of date");
        let answer = ada_here.get(path).await;
        assert!(answer.status.is_client_error(), "a link does nothing");
    }
    assert_page(
        &post(&ada_here, "/account/identities/nobody").await,
        404,
        "cannot be used",
    );
    // Nor does an open browser whose owner has gone away.
    app.clock.advance(LATER);
    for path in ["/account/identities/op", "/account/identities/op/unlink"] {
        let answer = post(&ada_here, path).await;
        assert!(answer.location().starts_with("/account/confirm?"), "{path}");
    }
    app.clock.advance(-LATER);
    // A way that was begun as one person does not end as another, or in another browser.
    let answer = post(&ada_here, "/account/identities/op").await;
    let back = op.allow(&leaving(&answer), &ada());
    let bob = app.person("bob").await;
    assert_page(&bob.get(&back).await, 400, "no longer good");
    let mut leave = ada_here.visit("/account").await.form("/logout");
    leave.action = "/logout".to_owned();
    ada_here.submit(&leave).await;
    assert_page(
        &ada_here.get(&back).await,
        403,
        "Somebody else is signed in",
    );
    assert_eq!(op.calls("POST /token"), 0);
    assert_eq!(events(&app, Kind::IdentityLinked).await, [""; 0]);
}

#[tokio::test]
async fn the_last_way_to_sign_in_stays() {
    let (one, two) = (FakeOidc::start().await, FakeOidc::start().await);
    let app = app_with(&[("one", &one), ("two", &two)]).await;
    let browser = app.browser();
    sign_in(&browser, &one, "one", &ada()).await;
    let unlink = "/account/identities/one/unlink";
    assert_page(
        &post(&browser, unlink).await,
        409,
        "The last way to sign in",
    );
    // Where there is none, none is taken away.
    let answer = post(&browser, "/account/identities/two/unlink").await;
    assert_eq!(answer.location(), "/account/security");
    assert_eq!(events(&app, Kind::IdentityUnlinked).await, [""; 0]);
    link(&browser, &two, "two", &json!({"sub": "t"})).await;
    assert_eq!(post(&browser, unlink).await.location(), "/account/security");
    assert_eq!(events(&app, Kind::IdentityUnlinked).await, ["ONE"]);
    assert_page(
        &post(&browser, "/account/identities/two/unlink").await,
        409,
        "",
    );
    // What was unlinked is somebody new.
    let again = app.browser();
    sign_in(&again, &one, "one", &ada()).await;
    assert_nobody(&app, &app.browser(), 2).await;
    // With a password the accounts may go, and the password still lets in.
    let bob = app.person("bob").await;
    link(&bob, &one, "one", &json!({"sub": "b"})).await;
    assert_eq!(post(&bob, unlink).await.location(), "/account/security");
    assert_eq!(events(&app, Kind::IdentityUnlinked).await, ["ONE", "ONE"]);
}

#[tokio::test]
async fn of_two_that_take_away_at_once_one_stays() {
    let (one, two) = (FakeOidc::start().await, FakeOidc::start().await);
    let app = app_with(&[("one", &one), ("two", &two)]).await;
    let browser = app.browser();
    sign_in(&browser, &one, "one", &ada()).await;
    link(&browser, &two, "two", &json!({"sub": "t"})).await;
    let (a, b) = tokio::join!(
        post(&browser, "/account/identities/one/unlink"),
        post(&browser, "/account/identities/two/unlink"),
    );
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(events(&app, Kind::IdentityUnlinked).await.len(), 1);
}

#[tokio::test]
async fn github_is_linked_and_unlinked_the_same_way_and_keeps_no_token_for_it() {
    let github = github().await;
    let settings = github.settings(GithubKind::OauthApp);
    let builder = App::builder().with(|all| all.upstreams.push(settings));
    let app = builder.start().await;
    let browser = app.person("ada").await;
    let answer = post(&browser, "/account/identities/github").await;
    assert_eq!(answer.status, 303);
    let octo = account(7, "octo", Some(("other@example.com", true)));
    let back = github.allow(answer.location(), &octo);
    assert_eq!(browser.get(&back).await.location(), "/account/security");
    // What only showed who it is does not stay alive, and connects nothing.
    assert_eq!(github.live(), 0);
    let page = browser.visit("/account/connections").await;
    assert!(page.body.contains("Not connected"), "{}", page.body);
    let other = app.browser();
    let start = other.get("/auth/github").await;
    other.get(&github.allow(start.location(), &octo)).await;
    assert_eq!(email_of(&other).await, "ada@example.com");
    let answer = post(&browser, "/account/identities/github/unlink").await;
    assert_eq!(answer.location(), "/account/security");
    let other = app.browser();
    let start = other.get("/auth/github").await;
    other.get(&github.allow(start.location(), &octo)).await;
    assert_eq!(email_of(&other).await, "other@example.com");
}
