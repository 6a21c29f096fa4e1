//! The list of sessions, and ending them.

use testkit::{Answer, App, Browser, PASSWORD};

use super::{count, events};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 \
    (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";
const END: &str = "/account/sessions/end";

async fn sign_in<'a>(app: &'a App, name: &str, agent: &'static str) -> Browser<'a> {
    let browser = app.browser().called(agent);
    let form = browser.get("/login").await.form("/login");
    let form = form.with("email", &format!("{name}@example.com"));
    let answer = browser.submit(&form.with("password", PASSWORD)).await;
    assert_eq!(answer.location(), "/account");
    browser
}

async fn is_in(browser: &Browser<'_>) -> bool {
    browser.get("/account").await.status == 200
}

async fn list(browser: &Browser<'_>) -> Answer {
    browser.get("/account/sessions").await
}

#[tokio::test]
async fn sessions_are_told_apart_by_device_and_one_can_be_ended() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let (desk, phone) = (
        sign_in(&app, "ada", FIREFOX).await,
        sign_in(&app, "ada", IPHONE).await,
    );
    let page = list(&desk).await;
    // Others are named by their button too.
    for (text, times) in [
        ("Firefox on Linux", 1),
        ("This browser", 1),
        ("Safari on iPhone", 2),
        ("An unknown device", 2),
    ] {
        assert_eq!(page.body.matches(text).count(), times, "{text}");
    }
    // The session that is looked at comes first, and cannot be ended by its own button.
    let (first, _) = page.body.split_once("</li>").unwrap();
    assert!(first.contains("Firefox on Linux") && first.contains("This browser"));
    assert!(!first.contains(END));
    assert_eq!(page.body.matches(&format!("action=\"{END}\"")).count(), 2);
    let ended = phone_form(&page.body);
    let answer = desk.submit(&page.form(END).with("session", &ended)).await;
    assert_eq!(answer.location(), "/account/sessions");
    assert!(!is_in(&phone).await);
    assert!(is_in(&desk).await && is_in(&ada).await);
    assert!(!list(&desk).await.body.contains("Safari on iPhone"));
    assert_eq!(count(&app, "session_ended").await, 1);
}

/// What the form beside the telephone names.
fn phone_form(page: &str) -> String {
    let (_, rest) = page.split_once("Safari on iPhone").unwrap();
    let (_, rest) = rest.split_once("name=\"session\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn nobody_ends_a_session_of_somebody_else() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let phone = sign_in(&app, "bob", IPHONE).await;
    let his = phone_form(&list(&bob).await.body);
    let second = sign_in(&app, "ada", FIREFOX).await;
    let form = list(&ada).await.form(END);
    for name in [&*his, "", "' OR '1'='1"] {
        ada.submit(&form.clone().with("session", name)).await;
    }
    for action in ["/account/sessions/end-others", "/account/sessions/end-all"] {
        let stranger = app.browser();
        let form = list(&ada).await.form(action);
        assert_eq!(stranger.submit(&form).await.status, 403);
        assert_eq!(ada.get(action).await.status, 405);
    }
    assert!(is_in(&phone).await && is_in(&bob).await && is_in(&second).await);
    assert_eq!(count(&app, "session_ended").await, 0);
    ada.submit(&list(&ada).await.form("/account/sessions/end-all"))
        .await;
    assert!(!is_in(&ada).await && !is_in(&second).await);
    assert!(is_in(&phone).await && is_in(&bob).await);
}

#[tokio::test]
async fn all_others_end_or_all() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    assert!(!list(&ada).await.body.contains("end-others"));
    let phone = sign_in(&app, "ada", IPHONE).await;
    ada.submit(&list(&ada).await.form("/account/sessions/end-others"))
        .await;
    assert!(is_in(&ada).await && !is_in(&phone).await);
    // Events of one second are in no order.
    app.clock.advance(1);
    let phone = sign_in(&app, "ada", IPHONE).await;
    let client = app.client().await;
    let tokens = client.tokens(&ada, "notes:read").await;
    let form = list(&ada).await.form("/account/sessions/end-all");
    let out = ada.submit_and_follow(&form).await;
    assert!(out.body.contains("You are signed out"));
    assert!(!is_in(&ada).await && !is_in(&phone).await);
    assert!(!ada.cookies().contains_key("__Host-vestibule_session"));
    // Apps stay connected, as the page says.
    assert_eq!(client.refresh(&tokens.refresh_token).await.status, 200);
    let ended = events(&app).await;
    let details = ended.iter().filter(|(kind, _)| kind == "session_ended");
    let details: Vec<_> = details.map(|(_, detail)| detail.as_str()).collect();
    assert_eq!(details, ["all others", "all"]);
}
