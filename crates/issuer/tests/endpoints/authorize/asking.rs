//! The consent page as a person reads it.

use issuer::settings::ConfiguredClient;
use oauth::client::{AuthMethod, ClientId};
use testkit::{App, PING};

use super::{ask, register};

/// The words of a page's main part, a line for each piece of text.
fn words(html: &str) -> String {
    let (_, main) = html.split_once("<main").expect("a main part");
    let (main, _) = main.split_once("</main>").expect("its end");
    let text = main
        .split('<')
        .map(|piece| piece.split_once('>').map_or("", |(_, text)| text));
    let lines = text.map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

async fn read(app: &App, client: &str, redirect: &str, more: &[(&str, &str)]) -> String {
    let ada = app.person("ada").await;
    let page = ada.get(&ask(client, redirect, more)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    words(&page.body)
}

#[tokio::test]
async fn a_registered_client_is_called_unverified() {
    let app = App::start().await;
    let redirect = "https://client.test:8443/cb";
    let client = register(&app, "Notebook", &[redirect]).await;
    let scope = [(
        "scope",
        "profile:read notes:write openid email offline_access",
    )];
    let text = read(&app, &client, redirect, &scope).await;
    insta::assert_snapshot!(text, @r"
    Allow
    Notebook
    to use Notes?
    Unverified name: the app chose it itself.
    Sends you to
    client.test:8443
    Read
    Title of profile:read
    Description of profile:read
    Change
    Title of notes:write
    Description of notes:write
    Always
    See your e-mail address
    That is ada@example.com.
    Stay connected
    Also while you are not here, until you end it.
    Know which account you use
    So that it recognizes you the next time.
    Nobody has checked who is behind this name. Look at the address above: is it the app that you use?
    I started this myself, and I know this app.
    Only allow this if you just asked an app to connect. You can end it at any time on
    your account page
    .
    Cancel
    Allow
    Signed in as
    ada@example.com
    Use another account
    ");
}

#[tokio::test]
async fn a_program_on_this_computer_is_called_so() {
    let app = App::start().await;
    let redirect = "http://127.0.0.1:5000/cb";
    let client = register(&app, "Command line", &[redirect]).await;
    let text = read(&app, &client, redirect, &[("resource", PING)]).await;
    insta::assert_snapshot!(text, @r"
    Allow
    Command line
    to use Ping?
    Unverified name: the app chose it itself.
    Sends you to
    127.0.0.1:5000
    A program on this computer.
    It may use Ping as you. It asks for nothing more.
    The answer goes to a program on this computer. Any program here could have asked under this name.
    I started this myself, and I know this app.
    Only allow this if you just asked an app to connect. You can end it at any time on
    your account page
    .
    Cancel
    Allow
    Signed in as
    ada@example.com
    Use another account
    ");
}

#[tokio::test]
async fn a_program_that_owns_a_scheme_is_called_so() {
    let app = App::start().await;
    let redirect = "cursor://anysphere.cursor-mcp/oauth/callback";
    let client = register(&app, "Cursor", &[redirect]).await;
    let text = read(&app, &client, redirect, &[("scope", "notes:write")]).await;
    insta::assert_snapshot!(text, @r"
    Allow
    Cursor
    to use Notes?
    Unverified name: the app chose it itself.
    Sends you to
    cursor:
    A program on this device that opens such links.
    Change
    Title of notes:write
    Description of notes:write
    The answer goes to whichever program on this device opens such links. Any program could have asked under this name.
    I started this myself, and I know this app.
    Only allow this if you just asked an app to connect. You can end it at any time on
    your account page
    .
    Cancel
    Allow
    Signed in as
    ada@example.com
    Use another account
    ");
}

#[tokio::test]
async fn a_client_of_the_operator_is_called_approved() {
    let redirect = "https://client.test/cb";
    let app = App::builder()
        .with(|settings| {
            settings.clients.push(ConfiguredClient {
                id: ClientId::parse("house").unwrap(),
                name: "House app".to_owned(),
                redirect_uris: vec![redirect.to_owned()],
                auth_method: AuthMethod::None,
                secret_hash: None,
                jwks: None,
                jwks_uri: None,
                introspects: Vec::new(),
            });
        })
        .start()
        .await;
    let text = read(&app, "house", redirect, &[]).await;
    insta::assert_snapshot!(text, @r"
    Allow
    House app
    to use Notes?
    Approved by Test House.
    Sends you to
    client.test
    Read
    Title of profile:read
    Description of profile:read
    Title of notes:read
    Description of notes:read
    Only allow this if you just asked an app to connect. You can end it at any time on
    your account page
    .
    Cancel
    Allow
    Signed in as
    ada@example.com
    Use another account
    ");
}

#[tokio::test]
async fn a_client_of_a_domain_is_called_by_it() {
    // Nothing is fetched in no time at all, so the copies that we carry are used.
    let app = App::builder()
        .with(|settings| settings.fetch.timeout_seconds = 0)
        .start()
        .await;
    let id = "https://chatgpt.com/oauth/client.json";
    let redirect = "https://chatgpt.com/connector_platform_oauth_redirect";
    let text = read(&app, id, redirect, &[("scope", "notes:read notes:write")]).await;
    insta::assert_snapshot!(text, @r"
    Allow
    ChatGPT
    to use Notes?
    Verified domain: chatgpt.com.
    Sends you to
    chatgpt.com
    Read
    Title of notes:read
    Description of notes:read
    Change
    Title of notes:write
    Description of notes:write
    Only allow this if you just asked an app to connect. You can end it at any time on
    your account page
    .
    Cancel
    Allow
    Signed in as
    ada@example.com
    Use another account
    ");
}

#[tokio::test]
async fn names_are_data() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let long = "x".repeat(200);
    for (name, shown) in [
        (
            "<script>alert(1)</script>",
            "&#60;script&#62;alert(1)&#60;/script&#62;",
        ),
        ("\" onfocus=\"alert(1)", "&#34; onfocus=&#34;alert(1)"),
        ("Chat\u{202e}TPG", "ChatTPG"),
        ("a\nb\tc\u{7f}", "<bdi>abc</bdi>"),
        ("\u{200b}\u{2066}", "An app without a name"),
        ("שלום", "<bdi>שלום</bdi>"),
        (long.as_str(), &format!("{}…", "x".repeat(59))),
        ("{{ csrf }}", "{{ csrf }}"),
    ] {
        let redirect = "https://client.test/cb";
        let client = register(&app, name, &[redirect]).await;
        let page = ada.get(&ask(&client, redirect, &[])).await;
        assert!(page.body.contains(shown), "{name:?}: {}", page.body);
        assert!(!page.body.contains("<script"));
        for hidden in ['\u{202e}', '\u{200b}', '\u{2066}', '\u{7f}'] {
            assert!(!page.body.contains(hidden), "{name:?}");
        }
    }
}

#[tokio::test]
async fn forms_may_lead_to_the_client_and_nowhere_else() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    for (redirect, source) in [
        ("https://client.test/cb?x=1", "https://client.test"),
        ("https://client.test:8443/cb", "https://client.test:8443"),
        ("http://localhost:5000/cb", "http://localhost:5000"),
        ("http://[::1]:5000/cb", "http:"),
        ("cursor://x/cb", "cursor:"),
    ] {
        let client = register(&app, redirect, &[redirect]).await;
        let path = ask(&client, redirect, &[]);
        let login = app.get(app.get(&path).await.location()).await;
        for (page, script) in [(ada.get(&path).await, ""), (login, " script-src 'self';")] {
            assert_eq!(
                page.header("content-security-policy"),
                format!(
                    "default-src 'none'; style-src 'self';{script} img-src 'self' data:; \
                     form-action 'self' {source}; base-uri 'none'; frame-ancestors 'none'"
                )
            );
        }
    }
}
