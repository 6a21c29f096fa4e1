//! What happened, in words; and the way out when it was somebody else.

use testkit::{App, Browser, PASSWORD};

use super::count;

async fn see(browser: &Browser<'_>, query: &str) -> String {
    let path = format!("/account/activity{query}");
    browser.get(&path).await.body
}

#[tokio::test]
async fn people_see_what_happened_in_their_own_name_only() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let client = app.client().await;
    app.clock.advance(1);
    let tokens = client.tokens(&ada, "notes:read").await;
    client.refresh(&tokens.refresh_token).await;
    app.clock.advance(1);
    ada.disconnect().await;
    let page = see(&ada, "").await;
    let ended = "The access of \u{2068}Test Client\u{2069} ended.";
    let given = "You allowed \u{2068}Test Client\u{2069} access. (Notes)";
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    assert!(at(ended) < at(given) && at(given) < at("You made this account."));
    let his = see(&bob, "").await;
    assert!(
        his.contains("You made this account.") && !his.contains("Test Client"),
        "{his}"
    );
    let apps = see(&ada, "?group=apps").await;
    assert!(apps.contains(ended) && !apps.contains("You made this account."));
    // What apps do all day does not hide the rest.
    let renewed = "renewed its access";
    assert!(!page.contains(renewed) && !apps.contains(renewed));
    let used = see(&ada, "?group=use").await;
    assert!(used.contains(renewed) && !used.contains(ended), "{used}");
    let account = see(&ada, "?group=account").await;
    assert!(!account.contains(ended) && account.contains("You made this account."));
    assert!(see(&ada, "?group=sign-in").await.contains("Nothing yet."));
    // What is no group is all.
    assert!(see(&ada, "?group=%25").await.contains(ended));
    let german = http::Request::get("/account/activity").header("accept-language", "de");
    let german = ada.send(german, axum::body::Body::empty()).await.body;
    assert!(
        german.contains("Sie haben dieses Konto angelegt."),
        "{german}"
    );
    assert!(ada.get("/account").await.body.contains(ended));
}

#[tokio::test]
async fn older_events_are_reached_page_by_page() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    for _ in 0..70 {
        let form = ada.get("/login").await.form("/login");
        let form = form.with("email", "ada@example.com");
        ada.submit(&form.with("password", PASSWORD)).await;
        app.clock.advance(1);
    }
    let (mut path, mut seen) = ("/account/activity".to_owned(), 0);
    let mut pages = 0;
    loop {
        let page = ada.get(&path).await.body;
        seen += page.matches("<p>You signed in.</p>").count();
        pages += 1;
        assert_eq!(page.contains(">Newest<"), pages > 1);
        let Some((before, _)) = page.split_once("\">Older<") else {
            break;
        };
        let (_, link) = before.rsplit_once("href=\"").unwrap();
        path = link.replace("&amp;", "&");
    }
    assert_eq!((pages, seen), (3, 70));
    for odd in ["?before=nonsense", "?before='", "?before=%25&group=apps"] {
        assert_eq!(
            ada.get(&format!("/account/activity{odd}")).await.status,
            200
        );
    }
}

#[tokio::test]
async fn whoever_was_not_it_ends_what_somebody_could_hold() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let client = app.client().await;
    let (hers, his) = (
        client.tokens(&ada, "notes:read").await,
        client.tokens(&bob, "notes:read").await,
    );
    let other = app.browser();
    let form = other.get("/login").await.form("/login");
    let form = form.with("email", "ada@example.com");
    other.submit(&form.with("password", PASSWORD)).await;
    let page = ada.get("/account/not-me").await;
    let form = page.form("/account/not-me");
    // Nothing ticked ends nothing.
    let mut none = form.clone();
    none.fields.retain(|(name, _)| name == "csrf");
    ada.submit(&none).await;
    assert_eq!(other.get("/account").await.status, 200);
    assert_eq!(count(&app, "grant_revoked").await, 0);
    assert_eq!(app.browser().submit(&form).await.status, 403);
    let done = ada.submit_and_follow(&form).await;
    assert!(done.body.contains("Done. It has ended."), "{}", done.body);
    assert_eq!(other.get("/account").await.location(), "/login");
    assert_eq!(ada.get("/account").await.status, 200);
    assert!(ada.app_pages().await.is_empty());
    assert_eq!(
        client.refresh(&hers.refresh_token).await.error(),
        "invalid_grant"
    );
    // Another person keeps what is theirs.
    assert_eq!(client.refresh(&his.refresh_token).await.status, 200);
    assert_eq!(bob.get("/account").await.status, 200);
    for kind in ["session_ended", "grant_revoked", "personal_token_revoked"] {
        assert_eq!(count(&app, kind).await, 1, "{kind}");
    }
}
