//! No token of an upstream is seen in a page, a token of ours, the log, the audit, or the database's files.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use issuer::operate::connections;
use issuer::settings::GithubKind;
use oauth::jwt::UnverifiedJwt;
use serde_json::json;
use testkit::{App, FakeGithub, FakePrivy, PrivySpoil, WEBHOOK_SECRET};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::{ada, allow, connect, connect_at, disconnect, webhook};
use crate::login::upstream::{account, app, privy};

/// Everything that is logged on this thread, by anybody, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn text(&self) -> String {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(text, "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// What a token of ours says to whoever reads it.
fn read(token: &str) -> String {
    let jwt = UnverifiedJwt::split(token).unwrap();
    let claims: serde_json::Value = jwt.unverified_claims().unwrap();
    format!("{token} {claims}")
}

/// Everything that can happen to a connection; gives what was seen, and the secrets of the upstream.
async fn live_through(app: &App, github: &FakeGithub) -> (Vec<String>, Vec<String>) {
    let (ada, id) = ada(app, github).await;
    let seven = account(7, "ada-l", None);
    let replace = async |refused| connections::replace(&app.issuer, &id, "github", refused).await;
    let mut secrets = github.secrets();
    let live = async || connections::token(&app.issuer, &id, "github").await;
    let first = live().await.unwrap().token;
    let second = replace(&first).await.unwrap().token;
    secrets.extend(github.secrets());
    let client = app.client().await;
    let page = allow(&ada, &client.authorize_path("&scope=openid+notes%3Aread")).await;
    let back = connect_at(&ada, &page, github, &seven).await;
    let code = ada.get(back.location()).await.redirect_param("code");
    let tokens = client.exchange(&code.unwrap()).await;
    let refreshed = client.refresh(&tokens.member("refresh_token")).await;
    let mut seen: Vec<_> = [tokens, refreshed]
        .iter()
        .flat_map(|answer| ["access_token", "id_token"].map(|name| read(&answer.member(name))))
        .collect();
    let status = connections::status(&app.issuer, &id, "github").await;
    seen.push(format!("{first:?} {second:?} {status:?}"));
    for page in ["/account", "/account/connections", "/connect/github"] {
        seen.push(ada.get(page).await.body);
    }
    // And what goes wrong: GitHub is away, knows the token no more, and says that it was taken back.
    let third = live().await.unwrap().token;
    secrets.extend(github.secrets());
    github.set_away(true);
    seen.push(format!("{:?}", replace(&third).await.err().unwrap()));
    disconnect(&ada).await;
    seen.push(connect(&ada, github, &seven).await.body);
    github.set_away(false);
    connect(&ada, github, &seven).await;
    secrets.extend(github.secrets());
    let fourth = live().await.unwrap().token;
    github.forget();
    let dead = replace(&fourth).await.err().unwrap();
    seen.push(format!(
        "{dead:?} {}",
        ada.get("/account/connections").await.body
    ));
    let revoked = r#"{"action":"revoked","sender":{"id":7}}"#;
    assert_eq!(webhook(app, "one", revoked, WEBHOOK_SECRET).await, 204);
    (seen, secrets)
}

#[tokio::test]
async fn no_token_of_github_is_seen_anywhere() {
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    let github = FakeGithub::start().await;
    github.expire_tokens();
    let app = app(&github).await;
    let (mut seen, mut secrets) = live_through(&app, &github).await;
    secrets.extend([WEBHOOK_SECRET.to_owned()]);
    drop(guard);
    seen.push(format!("{:?}", github.settings(GithubKind::App)));
    let events = issuer::operate::audit::list_newest(&app.issuer, 1_000).await;
    seen.push(format!("{:?}", events.unwrap()));
    // It was listened to all the while: the libraries' lines too.
    let log = log.text();
    for said in ["tokens were not renewed", "nothing was revoked"] {
        assert!(log.contains(said), "{log}");
    }
    seen.push(log);
    // In the file it is sealed.
    app.db.close().await;
    for file in app.files() {
        seen.push(String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned());
    }
    secrets.sort();
    secrets.dedup();
    assert!(secrets.len() > 7 && seen.len() > 13);
    assert_unseen(&secrets, &seen);
}

fn assert_unseen(secrets: &[String], seen: &[String]) {
    for secret in secrets {
        for text in seen {
            let at = text
                .find(secret)
                .map(|at| text.get(at.saturating_sub(200)..));
            assert_eq!(at, None, "{secret}");
        }
    }
}

#[tokio::test]
async fn no_token_of_privy_is_seen_but_where_it_is_handed_over() {
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    let fake = FakePrivy::start().await;
    let settings = fake.settings();
    let mut seen = vec![format!("{settings:?}")];
    let app = App::builder().with(|all| {
        all.upstreams.push(settings);
        all.clients = vec![crate::endpoints::configured("notes", &[testkit::NOTES])];
    });
    let app = app.start().await;
    let (client, browser) = (app.client().await, app.browser());
    let token = fake.access_token("ada", &json!({}));
    let spoiled = fake.spoiled("ada", PrivySpoil::NoSid);
    for token in [&spoiled, &token, &token] {
        let page = privy::press(&browser, "/login").await;
        seen.push(page.body.clone());
        seen.push(privy::bring(&browser, &page, token).await.body);
    }
    let tokens = client.tokens(&browser, "openid notes:read").await;
    seen.push(read(&tokens.access_token));
    let form = format!(
        "client_id=notes&client_secret=secret&token={}",
        tokens.access_token
    );
    let introspected = app.post("/oauth/introspect", form.clone()).await;
    seen.push(introspected.body);
    let handed = app.post("/token/privy/access-token", form).await;
    assert_eq!(handed.member("access_token"), token);
    for page in [
        "/account",
        "/account/activity?group=use",
        "/account/sessions",
    ] {
        seen.push(browser.get(page).await.body);
    }
    let mut export = browser.visit("/account").await.form("/logout");
    export.action = "/account/export".to_owned();
    seen.push(browser.submit(&export).await.body);
    drop(guard);
    let events = issuer::operate::audit::list_newest(&app.issuer, 1_000).await;
    seen.push(format!("{:?}", events.unwrap()));
    let log = log.text();
    assert!(
        log.contains("did not accept") || log.contains("token was refused"),
        "{log}"
    );
    seen.push(log);
    app.db.close().await;
    for file in app.files() {
        seen.push(String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned());
    }
    // Neither as a whole nor its signature alone.
    let signature = |token: &str| token.rsplit('.').next().unwrap_or_default().to_owned();
    assert_unseen(&[signature(&token), signature(&spoiled)], &seen);
}
