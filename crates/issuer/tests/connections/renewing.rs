//! Tokens are renewed once, whoever asks, and none is lost.

use issuer::db::DbSettings;
use issuer::operate::connections::{self, TokenError};
use issuer::settings::GithubKind;
use testkit::{App, FakeGithub};

use super::{ada, needed, token};
use crate::login::upstream::{app, builder};

/// On a database of its own, or on this one.
async fn two_nodes_renew_once(database: Option<DbSettings>) {
    let github = FakeGithub::start().await;
    github.expire_tokens();
    let mut one = builder(&github);
    if let Some(database) = database {
        one = one.on(database);
    }
    let one = one.start().await;
    let (_, id) = ada(&one, &github).await;
    let two = builder(&github).seeded(2).on(one.database()).start().await;
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
            .all(|token| Some(token) == tokens.first() && *token != first)
    );
    // One to connect, one to renew.
    assert_eq!(github.calls("POST /login/oauth/access_token"), 2);
    assert_eq!(github.live(), 1);
}

#[tokio::test]
async fn two_hundred_calls_on_two_nodes_renew_once_on_sqlite() {
    two_nodes_renew_once(None).await;
}

#[tokio::test]
async fn two_hundred_calls_on_two_nodes_renew_once_on_postgres() {
    if let Some(database) = testkit::postgres_database().await {
        two_nodes_renew_once(Some(database)).await;
    }
}

#[tokio::test]
async fn a_token_that_github_refuses_is_replaced_or_the_person_asked() {
    let github = FakeGithub::start().await;
    github.expire_tokens();
    let app = app(&github).await;
    let (ada, id) = ada(&app, &github).await;
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
    let page = ada.get("/account/connections").await;
    assert!(page.body.contains("has ended"));
}

#[tokio::test]
async fn what_this_node_cannot_open_is_not_thrown_away() {
    let github = FakeGithub::start().await;
    github.expire_tokens();
    let one = app(&github).await;
    let (_, id) = ada(&one, &github).await;
    let settings = github.settings(GithubKind::OauthApp);
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
