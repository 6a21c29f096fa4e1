//! The authorization endpoint: who may ask, for what, and what a person's answer leads to.

mod asking;
mod consent;
mod remembered;
mod request;

use testkit::{Answer, App, Browser, Form};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CONSENT: &str = "/oauth/authorize/consent";

/// Registers a public client and answers its id.
async fn register(app: &App, name: &str, redirects: &[&str]) -> String {
    let metadata = serde_json::json!({
        "client_name": name,
        "redirect_uris": redirects,
        "token_endpoint_auth_method": "none",
    });
    let answer = app.post_json("/oauth/register", &metadata).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let json = answer.json();
    let id = json.get("client_id").and_then(|id| id.as_str());
    id.expect("an id").to_owned()
}

/// The path of a request by a client.
fn ask(client: &str, redirect: &str, more: &[(&str, &str)]) -> String {
    let pairs = [
        ("client_id", client),
        ("redirect_uri", redirect),
        ("response_type", "code"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("state", "s"),
    ];
    let kept = pairs
        .iter()
        .filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(kept).extend_pairs(more);
    format!("/oauth/authorize?{}", query.finish())
}

/// The consent page's form for what `path` asks.
async fn consent(browser: &Browser<'_>, path: &str) -> Form {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page.form(CONSENT)
}

fn allow(form: Form) -> Form {
    form.ticked().with("decision", "allow")
}

/// A page: a status, nowhere to go, and these words.
fn assert_page(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.headers.get("location").is_none());
    assert!(
        answer.body.contains(words),
        "{words} is not in {}",
        answer.body
    );
}
