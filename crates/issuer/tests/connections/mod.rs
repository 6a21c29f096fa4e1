//! Connections: made at the moment of need, renewed once, ended everywhere, and never seen.

use std::sync::Arc;

use aws_lc_rs::hmac;
use http::Request;
use issuer::operate::connections::{self, TokenError};
use issuer::settings::UpstreamKind;
use testkit::{Answer, App, Browser, FakeGithub, GithubAccount, Tokens, WEBHOOK_SECRET};

use crate::login::upstream::{account, app};

const READ: &str = "&scope=notes%3Aread";

/// The person's id, which the account page does not show.
async fn id_of(app: &App, email: &str) -> String {
    let people = issuer::operate::people::list(&app.issuer).await.unwrap();
    let person = people.into_iter().find(|person| person.email == email);
    person.unwrap().id
}

async fn connect(browser: &Browser<'_>, github: &FakeGithub, who: &GithubAccount) -> Answer {
    let page = browser.get("/connect/github").await;
    assert_eq!(page.status, 200, "{}", page.body);
    let sent = browser.submit(&page.form("/connect/github")).await;
    browser.get(&github.allow(sent.location(), who)).await
}

async fn token(app: &App, person: &str) -> Result<String, TokenError> {
    let token = connections::token(&app.issuer, person, "github").await?;
    Ok(token.token.expose().clone())
}

fn needed(result: Result<String, TokenError>) -> (String, bool) {
    match result {
        Err(TokenError::Needed { url, again }) => (url, again),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn who_lacks_an_account_is_sent_to_a_page_for_them_alone() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let id = id_of(&app, "ada@example.com").await;
    let (url, again) = needed(token(&app, &id).await);
    assert!(!again && url.starts_with("https://auth.test/connect/github?for="));
    let path = url.strip_prefix("https://auth.test").unwrap();
    let page = bob.get(path).await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("another person"));
    let stranger = app.browser().get(path).await;
    assert!(
        stranger
            .location()
            .starts_with("/login?continue=%2Fconnect%2Fgithub%3Ffor%3D")
    );
    let page = ada.get(path).await;
    let sent = ada.submit(&page.form("/connect/github")).await;
    // Bob takes over the browser's session: Ada's account is not connected for him, nor for her.
    let back = github.allow(sent.location(), &account(7, "ada-l", None));
    assert_eq!(bob.get(&back).await.status, 400);
    assert_eq!(ada.get(&back).await.location(), "/account");
    assert!(github.knows(&token(&app, &id).await.unwrap()));
    let account = ada.get("/account").await;
    assert!(account.body.contains("Connected as <bdi>ada-l</bdi>"));
}

#[tokio::test]
async fn another_account_never_slips_in() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let ada = app.person("ada").await;
    let id = id_of(&app, "ada@example.com").await;
    connect(&ada, &github, &account(7, "ada-l", None)).await;
    let first = token(&app, &id).await.unwrap();
    let answer = connect(&ada, &github, &account(8, "other", None)).await;
    assert_eq!(answer.status, 409);
    assert!(
        answer
            .body
            .contains("connected as ada-l, and came back as other")
    );
    assert_eq!(token(&app, &id).await.unwrap(), first);
    assert_eq!(github.live(), 1);
    // The same account again is a new token, and the old one is dead.
    connect(&ada, &github, &account(7, "ada-l", None)).await;
    assert!(!github.knows(&first) && github.live() == 1);
    let page = ada.get("/account").await;
    ada.submit(&page.form("/connect/github/disconnect")).await;
    assert_eq!(github.live(), 0);
    assert_eq!(github.calls("DELETE /applications/grant"), 1);
    assert!(!needed(token(&app, &id).await).1);
}

#[tokio::test]
async fn what_was_allowed_decides_what_is_asked_there() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let ada = app.person("ada").await;
    let client = app.client().await;
    let page = ada.get(&client.authorize_path(READ)).await;
    let form = page
        .form("/oauth/authorize/consent")
        .ticked()
        .with("decision", "allow");
    let sent = ada.submit(&form).await;
    // Our own consent comes first, then theirs, for what was allowed, and then the code.
    let location = sent.location().to_owned();
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
    let page = app.browser();
    let sent = page
        .submit(&page.get("/login").await.form("/login/github"))
        .await;
    page.get(&github.allow(sent.location(), &account(7, "ada-l", None)))
        .await;
    assert_eq!(token(&app, &id).await.unwrap(), before);
}

#[tokio::test]
async fn skipping_goes_on_to_the_code() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let ada = app.person("ada").await;
    let client = app.client().await;
    let page = ada.get(&client.authorize_path(READ)).await;
    let form = page
        .form("/oauth/authorize/consent")
        .ticked()
        .with("decision", "allow");
    let sent = ada.submit(&form).await;
    let page = ada.get(sent.location()).await;
    let (_, rest) = page
        .body
        .split_once("<a href=\"/oauth/authorize/finish")
        .unwrap();
    let rest = rest.split_once('"').unwrap().0.replace("&#38;", "&");
    let answer = ada.get(&format!("/oauth/authorize/finish{rest}")).await;
    assert!(answer.redirect_param("code").is_some(), "{}", answer.body);
}

#[tokio::test]
async fn two_hundred_calls_on_two_nodes_renew_once() {
    let github = FakeGithub::start().await;
    github.expire_tokens();
    let one = app(&github).await;
    let ada = one.person("ada").await;
    let id = id_of(&one, "ada@example.com").await;
    connect(&ada, &github, &account(7, "ada-l", None)).await;
    let settings = github.settings(UpstreamKind::GithubOauthApp);
    let two = App::builder()
        .with(|all| all.upstreams.push(settings))
        .seeded(2);
    let two = two.on(one.database()).start().await;
    let first = token(&one, &id).await.unwrap();
    for app in [&one, &two] {
        app.clock.advance(28_800);
    }
    let calls = (0..200).map(|n| token(if n % 2 == 0 { &one } else { &two }, &id));
    let tokens = futures_util::future::join_all(calls).await;
    let tokens: Vec<_> = tokens.into_iter().map(Result::unwrap).collect();
    assert!(
        tokens
            .iter()
            .all(|token| *token == tokens[0] && *token != first)
    );
    // One to connect, one to renew.
    assert_eq!(github.calls("POST /login/oauth/access_token"), 2);
    assert_eq!(github.live(), 1);
}

#[tokio::test]
async fn a_token_that_github_refuses_is_replaced_or_the_person_asked() {
    let github = FakeGithub::start().await;
    github.expire_tokens();
    let app = app(&github).await;
    let ada = app.person("ada").await;
    let id = id_of(&app, "ada@example.com").await;
    connect(&ada, &github, &account(7, "ada-l", None)).await;
    let refused = connections::token(&app.issuer, &id, "github")
        .await
        .unwrap()
        .token;
    let replaced = connections::replace(&app.issuer, &id, "github", &refused)
        .await
        .unwrap();
    assert_ne!(replaced.token.expose(), refused.expose());
    // Who comes late with the old one gets what is there.
    let late = connections::replace(&app.issuer, &id, "github", &refused)
        .await
        .unwrap();
    assert_eq!(late.token.expose(), replaced.token.expose());

    github.set_away(true);
    let away = connections::replace(&app.issuer, &id, "github", &replaced.token).await;
    assert!(matches!(away, Err(TokenError::Away)));
    github.set_away(false);
    assert_eq!(token(&app, &id).await.unwrap(), *replaced.token.expose());

    github.forget();
    let dead = connections::replace(&app.issuer, &id, "github", &replaced.token).await;
    assert!(matches!(dead, Err(TokenError::Needed { again: true, .. })));
    assert!(needed(token(&app, &id).await).1);
    assert!(ada.get("/account").await.body.contains("has ended"));
}

async fn webhook(app: &App, delivery: &str, body: &str, secret: &str) -> u16 {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = oauth::secret::hex(hmac::sign(&key, body.as_bytes()).as_ref());
    let request = Request::post("/webhooks/github")
        .header("x-github-event", "github_app_authorization")
        .header("x-github-delivery", delivery)
        .header("x-hub-signature-256", format!("sha256={tag}"))
        .body(axum::body::Body::from(body.to_owned()));
    app.send(request.unwrap()).await.status.as_u16()
}

#[tokio::test]
async fn a_signed_webhook_disconnects_and_nothing_else_does() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let ada = app.person("ada").await;
    let id = id_of(&app, "ada@example.com").await;
    let seven = account(7, "ada-l", None);
    connect(&ada, &github, &seven).await;
    let revoked = r#"{"action":"revoked","sender":{"id":7,"login":"ada-l"}}"#;
    for (body, secret, status) in [
        (revoked, "guessed", 401),
        ("{", WEBHOOK_SECRET, 400),
        (
            r#"{"action":"revoked","sender":{"id":8}}"#,
            WEBHOOK_SECRET,
            204,
        ),
        (
            r#"{"action":"other","sender":{"id":7}}"#,
            WEBHOOK_SECRET,
            204,
        ),
    ] {
        assert_eq!(webhook(&app, body, body, secret).await, status, "{body}");
        assert!(token(&app, &id).await.is_ok(), "{body}");
    }
    assert_eq!(webhook(&app, "first", revoked, WEBHOOK_SECRET).await, 204);
    assert!(!needed(token(&app, &id).await).1);
    // The same delivery once more, after the person connected again, takes nothing.
    connect(&ada, &github, &seven).await;
    assert_eq!(webhook(&app, "first", revoked, WEBHOOK_SECRET).await, 204);
    assert!(token(&app, &id).await.is_ok());
}

#[tokio::test]
async fn no_token_of_github_is_seen_anywhere() {
    let github = FakeGithub::start().await;
    github.expire_tokens();
    let app = Arc::new(app(&github).await);
    let ada = app.person("ada").await;
    let id = id_of(&app, "ada@example.com").await;
    connect(&ada, &github, &account(7, "ada-l", None)).await;
    let live = connections::token(&app.issuer, &id, "github")
        .await
        .unwrap();
    connections::replace(&app.issuer, &id, "github", &live.token)
        .await
        .unwrap();
    let client = app.client().await;
    let mut seen = vec![
        ada.get("/account").await.body,
        ada.get("/connect/github").await.body,
        format!(
            "{:?} {:?}",
            live.token,
            connections::status(&app.issuer, &id, "github").await
        ),
        format!("{:?}", github.settings(UpstreamKind::GithubApp)),
        format!(
            "{:?}",
            issuer::operate::audit::list_newest(&app.issuer, 1_000)
                .await
                .unwrap()
        ),
        client.id.clone(),
    ];
    // In the file it is sealed.
    app.db.close().await;
    for file in app.files() {
        seen.push(String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned());
    }
    let mut secrets = github.secrets();
    secrets.push(live.token.expose().clone());
    assert!(secrets.len() > 3 && seen.len() > 6);
    for secret in secrets {
        for text in &seen {
            assert!(!text.contains(&secret), "{secret}");
        }
    }
}

#[tokio::test]
async fn a_page_that_still_asks_is_no_yes_and_a_yes_is_no_page() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let ada = app.person("ada").await;
    let client = app.client().await;
    let page = ada.get(&client.authorize_path(READ)).await;
    assert!(
        page.body
            .contains("<code>read:user, user:email, repo</code>")
    );
    let form = page
        .form("/oauth/authorize/consent")
        .ticked()
        .with("decision", "allow");
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
    let account = ada.get("/account").await;
    ada.submit(&account.form("/account/disconnect")).await;
    assert_eq!(ada.get(&next).await.status, 400);
}

#[tokio::test]
async fn an_account_that_apps_act_with_signs_nobody_in() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let (ada, bot) = (app.person("ada").await, account(7, "team-bot", None));
    connect(&ada, &github, &bot).await;
    let other = app.browser();
    let sent = other
        .submit(&other.get("/login").await.form("/login/github"))
        .await;
    other.get(&github.allow(sent.location(), &bot)).await;
    let page = other.get("/account").await;
    assert!(page.body.contains("7+team-bot@users.noreply.") && !page.body.contains("ada@"));
}

#[tokio::test]
async fn what_a_person_ended_stays_ended_when_they_sign_in() {
    let github = FakeGithub::start().await;
    github.expire_tokens();
    let app = app(&github).await;
    let seven = account(7, "ada-l", Some(("ada@example.com", true)));
    let sign_in = async |browser: &Browser<'_>| {
        let sent = browser
            .submit(&browser.get("/login").await.form("/login/github"))
            .await;
        browser.get(&github.allow(sent.location(), &seven)).await;
    };
    let ada = app.browser();
    sign_in(&ada).await;
    let id = id_of(&app, "ada@example.com").await;
    assert!(token(&app, &id).await.is_ok());
    // Its token is near its end, and a dead one would end nothing at GitHub.
    app.clock.advance(28_800);
    let page = ada.get("/account").await;
    ada.submit(&page.form("/connect/github/disconnect")).await;
    assert_eq!(
        (github.live(), github.calls("DELETE /applications/grant")),
        (0, 1)
    );
    sign_in(&app.browser()).await;
    assert!(!needed(token(&app, &id).await).1);
    assert_eq!(github.live(), 0);
}

#[tokio::test]
async fn what_this_node_cannot_open_is_not_thrown_away() {
    let github = FakeGithub::start().await;
    github.expire_tokens();
    let one = app(&github).await;
    let ada = one.person("ada").await;
    let id = id_of(&one, "ada@example.com").await;
    connect(&ada, &github, &account(7, "ada-l", None)).await;
    let settings = github.settings(UpstreamKind::GithubOauthApp);
    let other = |ids: &'static [(&'static str, u8)]| {
        let settings = settings.clone();
        App::builder()
            .on(one.database())
            .seeded(3)
            .with(move |all| {
                all.upstreams.push(settings);
                let key = |(id, byte): &(&str, u8)| issuer::seal::SealingKey {
                    id: (*id).to_owned(),
                    key: oauth::secret::Secret::new([*byte; 32]),
                };
                all.sealing_keys = ids.iter().map(key).collect();
            })
    };
    // A newer key first: what the older one sealed is sealed anew, and then the older can go.
    let newer = other(&[("newer", 9), ("test", 7)]).start().await;
    newer.issuer.run_job("seal_connections").await.unwrap();
    assert!(matches!(token(&one, &id).await, Err(TokenError::Away)));
    one.clock.advance(28_800);
    assert!(matches!(token(&one, &id).await, Err(TokenError::Away)));
    let only = other(&[("newer", 9)]).start().await;
    assert!(github.knows(&token(&only, &id).await.unwrap()));
    only.clock.advance(28_800);
    assert!(github.knows(&token(&only, &id).await.unwrap()));
}
