//! Language and theme: chosen in the footer or in the account, and kept.

use testkit::{App, PASSWORD};

#[tokio::test]
async fn whoever_is_not_signed_in_chooses_in_the_footer() {
    let app = App::start().await;
    let browser = app.browser();
    let page = browser.get("/login?continue=%2Faccount").await;
    let form = page
        .form("/look")
        .with("language", "de")
        .with("theme", "dark");
    let answer = browser.submit(&form).await;
    assert_eq!(answer.location(), "/login?continue=%2Faccount");
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies.len(), 2);
    for cookie in cookies {
        let cookie = cookie.to_str().unwrap();
        assert!(
            cookie.contains("; HttpOnly; SameSite=Lax; Secure; Max-Age=34560000"),
            "{cookie}"
        );
    }
    let page = browser.get("/login").await.body;
    assert!(
        page.contains("<html lang=\"de\" dir=\"ltr\" data-theme=\"dark\">"),
        "{page}"
    );
    assert!(page.contains("<option value=\"de\" lang=\"de\" selected>Deutsch</option>"));
    // Back to what the browser wants.
    let form = browser.get("/login").await.form("/look");
    browser
        .submit(&form.with("language", "").with("theme", ""))
        .await;
    let page = browser.get("/login").await.body;
    assert!(page.contains("<html lang=\"en\" dir=\"ltr\">"), "{page}");
}

#[tokio::test]
async fn a_choice_follows_its_person_and_nobody_else() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let page = ada.get("/account/settings").await;
    assert_eq!(page.body.matches("action=\"/look\"").count(), 1);
    let form = page
        .form("/look")
        .with("language", "de")
        .with("theme", "light");
    assert_eq!(ada.submit(&form).await.location(), "/account/settings");
    let shown = |body: String| body.contains("<html lang=\"de\" dir=\"ltr\" data-theme=\"light\">");
    assert!(shown(ada.get("/account").await.body));
    let sign_in = async |name: &str| {
        let browser = app.browser();
        let form = browser.get("/login").await.form("/login");
        let form = form.with("email", &format!("{name}@example.com"));
        browser.submit(&form.with("password", PASSWORD)).await;
        browser.get("/account").await.body
    };
    assert!(shown(sign_in("ada").await));
    assert!(!shown(sign_in("bob").await) && !shown(bob.get("/account").await.body));
}

#[tokio::test]
async fn the_choice_leads_nowhere_else_and_is_nobody_elses_to_make() {
    let app = App::start().await;
    let browser = app.browser();
    let form = browser.get("/login").await.form("/look");
    for to in ["https://evil.test/", "//evil.test", "/\\evil.test", ""] {
        let answer = browser.submit(&form.clone().with("to", to)).await;
        assert_eq!(answer.location(), "/account", "{to}");
    }
    assert_eq!(app.browser().submit(&form).await.status, 403);
    for odd in ["fr", "<script>", "en; Path=/x"] {
        let odd = form.clone().with("language", odd).with("theme", odd);
        browser.submit(&odd).await;
        let page = browser.get("/login").await.body;
        assert!(page.contains("<html lang=\"en\" dir=\"ltr\">"), "{page}");
    }
    // What the client wished for gives way to what the person chose.
    let page = browser
        .get("/oauth/authorize?ui_locales=de&client_id=nobody")
        .await;
    assert!(page.body.contains("lang=\"de\""));
    let form = form
        .with("to", "/login?ui_locales=de&x=1")
        .with("language", "en");
    assert_eq!(browser.submit(&form).await.location(), "/login?x=1");
}
