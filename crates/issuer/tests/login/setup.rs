//! The first operator's link.

use issuer::operator_setup_link;
use testkit::{App, ORIGIN, PASSWORD};

#[tokio::test]
async fn the_link_makes_one_operator_once() {
    let app = App::start().await;
    let link = operator_setup_link(&app.issuer).await.unwrap().unwrap();
    let other = operator_setup_link(&app.issuer).await.unwrap().unwrap();
    let path = link.strip_prefix(ORIGIN).unwrap();
    let (first, second) = (app.browser(), app.browser());
    let filled = |page: testkit::Answer, email: &str| {
        let form = page.form("/setup");
        form.with("email", email).with("password", PASSWORD)
    };
    let form = filled(first.get(path).await, "o@example.com");
    // A bad field does not use the link up.
    let short = first.submit(&form.clone().with("password", "short")).await;
    assert_eq!(short.status, 400);
    let rival = filled(second.get(path).await, "p@example.com");
    let (a, b) = tokio::join!(first.submit(&form), second.submit(&rival));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    // No more links, and those that are out are dead.
    assert_eq!(operator_setup_link(&app.issuer).await.unwrap(), None);
    for path in [path, other.strip_prefix(ORIGIN).unwrap()] {
        assert_eq!(app.get(path).await.status, 410);
    }
    let winner = if a.status == 303 { first } else { second };
    assert!(
        winner
            .get("/account")
            .await
            .body
            .contains("You run this server")
    );
}

#[tokio::test]
async fn no_other_link_works() {
    let app = App::start().await;
    let link = operator_setup_link(&app.issuer).await.unwrap().unwrap();
    let path = link.strip_prefix(ORIGIN).unwrap();
    for bad in [
        "/setup",
        "/setup?token=",
        "/setup?token=x",
        &format!("{path}x"),
    ] {
        let answer = app.get(bad).await;
        assert_eq!(answer.status, 410, "{bad}");
        assert!(answer.body.contains("This link does not work"));
    }
    let browser = app.browser();
    let form = browser.get(path).await.form("/setup");
    let form = form
        .with("email", "o@example.com")
        .with("password", PASSWORD);
    assert_eq!(
        browser
            .submit(&form.clone().with("token", "x"))
            .await
            .status,
        410
    );
    app.clock.advance(86_400);
    assert_eq!(browser.submit(&form).await.status, 410);
    assert_eq!(browser.get(path).await.status, 410);
}
