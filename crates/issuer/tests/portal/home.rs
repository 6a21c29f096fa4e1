//! The account at a glance, and the way around its pages.

use testkit::App;

#[tokio::test]
async fn the_pages_of_the_account_name_each_other_and_say_which_is_shown() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    app.client().await.tokens(&ada, "notes:read").await;
    let detail = ada.app_pages().await.remove(0);
    let pages = [
        "/account",
        "/account/apps",
        "/account/sessions",
        "/account/security",
        "/account/tokens",
        "/account/activity",
        "/account/settings",
    ];
    for (path, current) in [
        (pages[0], pages[0]),
        (pages[1], pages[1]),
        (&*detail, pages[1]),
        (&*format!("{detail}/end"), pages[1]),
        (pages[2], pages[2]),
        (pages[3], pages[3]),
        (pages[4], pages[4]),
        (
            "/account/tokens/new?resource=https%3A%2F%2Fauth.test%2Fmcp%2Fping",
            pages[4],
        ),
        (pages[5], pages[5]),
        ("/account/not-me", pages[5]),
        (pages[6], pages[6]),
    ] {
        let page = ada.get(path).await.body;
        let (_, nav) = page.split_once("<nav ").unwrap();
        let (nav, _) = nav.split_once("</nav>").unwrap();
        for link in pages {
            assert!(nav.contains(&format!("href=\"{link}\"")), "{path}: {link}");
        }
        assert_eq!(nav.matches("aria-current").count(), 1, "{path}: {nav}");
        let marked = format!("href=\"{current}\" aria-current=\"page\"");
        assert!(nav.contains(&marked), "{path}: {nav}");
        assert_eq!(page.matches("<h1>").count(), 1, "{path}");
    }
    // Nobody else has a way there.
    for path in ["/login", "/signup"] {
        assert!(!app.get(path).await.body.contains("<nav"), "{path}");
    }
    for path in pages.into_iter().chain([&*detail]) {
        // Whoever signs in then comes back.
        let answer = app.get(path).await;
        let back: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        let login = match path {
            "/account" => "/login".to_owned(),
            _ => format!("/login?continue={back}"),
        };
        assert_eq!(answer.location(), login);
    }
}

#[tokio::test]
async fn the_account_counts_what_there_is() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let page = ada.get("/account").await.body;
    for text in [
        "ada@example.com",
        "is not verified",
        "on 1 device",
        "0 apps may act",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let client = app.client().await;
    client.tokens(&ada, "notes:read").await;
    let page = ada.get("/account").await.body;
    assert!(page.contains("1 app may act"), "{page}");
    let german = http::Request::get("/account").header("accept-language", "de");
    let page = ada.send(german, axum::body::Body::empty()).await.body;
    assert!(page.contains("1 App darf für Sie handeln"), "{page}");
}
