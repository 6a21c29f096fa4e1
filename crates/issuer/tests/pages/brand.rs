//! The operator's look: from our own origin, and nothing without being asked for.

use issuer::settings::{BrandSettings, Color, ConsentNote, Logo};
use testkit::App;

const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

fn brand() -> BrandSettings {
    BrandSettings {
        logo: Logo::read(SVG.to_vec()),
        accent: Some(["#0a5f38", "#7bd8a4"].map(|color| Color::parse(color).unwrap())),
        sign_in_text: Some("For <members> only.".to_owned()),
        privacy_url: Some("https://house.example/privacy?a=1&b=2".to_owned()),
        css: Some("h1 { letter-spacing: 0.02em }".to_owned()),
        ..BrandSettings::default()
    }
}

/// The address in the first attribute of this name whose value ends so.
fn address<'a>(html: &'a str, attribute: &str, end: &str) -> &'a str {
    let mut values = html.split(attribute).skip(1);
    let found = values.find_map(|rest| rest.split('"').nth(1).filter(|url| url.ends_with(end)));
    found.unwrap_or_else(|| panic!("no {attribute} ends with {end}: {html}"))
}

#[tokio::test]
async fn pages_have_the_operators_look_from_our_own_origin() {
    let app = App::builder().with(|all| all.brand = brand()).start().await;
    let page = app.get("/login").await;
    assert!(page.body.contains("For &#60;members&#62; only."));
    assert!(
        page.body
            .contains("href=\"https://house.example/privacy?a=1&#38;b=2\"")
    );
    assert!(!page.body.contains("Support"));
    let style = app.get(address(&page.body, "href=", "/brand.css")).await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(
        style
            .body
            .contains("--accent: light-dark(#0a5f38, #7bd8a4)")
    );
    assert!(
        style
            .body
            .contains("--on-accent: light-dark(#ffffff, #000000)")
    );
    assert!(style.body.ends_with("h1 { letter-spacing: 0.02em }"));
    let logo = app.get(address(&page.body, "src=", "/logo")).await;
    assert_eq!(logo.header("content-type"), "image/svg+xml");
    // Opened by itself it runs nothing.
    let policy = logo.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"));
    assert!(logo.header("cache-control").contains("immutable"));
    assert_eq!(app.get("/static/000000000000/logo").await.status, 404);
    // Pages that say what went wrong have it too.
    assert!(
        app.get("/oauth/authorize")
            .await
            .body
            .contains("/brand.css")
    );
}

#[tokio::test]
async fn without_a_brand_nothing_more_is_loaded() {
    let app = App::start().await;
    let page = app.get("/login").await;
    assert!(!page.body.contains("brand.css") && !page.body.contains("<img"));
    assert_eq!(app.get("/static/000000000000/brand.css").await.status, 404);
}

#[tokio::test]
async fn a_resource_has_a_note_on_its_consent_page_alone() {
    let note = ConsentNote {
        text: "Free for 30 days.".to_owned(),
        url: Some("https://house.example/upgrade".to_owned()),
    };
    let app = App::builder().with(|all| {
        for resource in all.resources.iter_mut().take(1) {
            resource.consent_note = Some(note.clone());
        }
    });
    let app = app.start().await;
    let (ada, client) = (app.person("ada").await, app.client().await);
    let asked = ada
        .get(&client.authorize_path("&scope=notes%3Awrite"))
        .await;
    assert!(asked.body.contains("Free for 30 days."), "{}", asked.body);
    assert!(asked.body.contains("https://house.example/upgrade"));
    let other = ada
        .get(&client.authorize_path("&resource=https%3A%2F%2Fauth.test%2Fmcp%2Fping"))
        .await;
    assert!(!other.body.contains("Free for 30 days."));
}
