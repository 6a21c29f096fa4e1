//! Who signed in with less than is demanded gets nothing, and is led to what is.

use issuer::settings::{EmailCode, Settings};
use oauth::acr::Acr;
use testkit::{Answer, App, Browser, NOTES, PASSWORD, PING, Tokens};

use super::passkey::{self, enroll};
use super::totp;
use crate::endpoints::claims;

const MULTI_FACTOR: &str =
    "http%3A%2F%2Fschemas.openid.net%2Fpape%2Fpolicies%2F2007%2F06%2Fmulti-factor";
const SCOPES: &str = "&scope=openid+notes%3Aread";

/// Has the notes demand this much.
pub(in crate::login) fn demand(settings: &mut Settings, acr: Acr) {
    settings.resources.first_mut().unwrap().acr = Some(acr);
}

/// An app whose notes demand this much.
async fn demanding(acr: Acr) -> App {
    let builder = App::builder().with(|all| demand(all, acr));
    builder.start().await
}

async fn sign_in<'a>(app: &'a App, email: &str) -> Browser<'a> {
    let browser = app.browser();
    let form = browser.get("/login").await.form("/login");
    let form = form.with("email", email).with("password", PASSWORD);
    assert_eq!(browser.submit(&form).await.status, 303);
    browser
}

/// Follows to the page that asks for more.
async fn led(browser: &Browser<'_>, path: &str) -> Answer {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let to = answer.location();
    assert!(to.starts_with("/account/level?continue="), "{to}");
    let page = browser.get(to).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

async fn allow(app: &App, browser: &Browser<'_>, path: &str) -> (Answer, serde_json::Value) {
    let page = browser.visit(path).await;
    let form = page.form("/oauth/authorize/consent").ticked();
    let answer = browser.submit(&form.with("decision", "allow")).await;
    let code = answer.redirect_param("code").unwrap();
    let client = url::form_urlencoded::parse(path.as_bytes());
    let mut client = client.filter(|(name, _)| name == "client_id");
    let form = format!(
        "grant_type=authorization_code&client_id={}&code={code}\
         &redirect_uri=https://client.test/callback&code_verifier={}",
        client.next().unwrap().1,
        testkit::VERIFIER
    );
    let tokens = app.post("/oauth/token", form).await;
    let id_token = claims(&tokens.member("id_token"));
    (tokens, id_token)
}

#[tokio::test]
async fn an_app_that_demands_a_passkey_leads_to_it_and_back() {
    let app = demanding(Acr::PhishingResistant).await;
    let client = app.client().await;
    let (_, mut device) = enroll(&app, "ada").await;
    // A browser from before she had one: a second factor was not asked for there.
    let bob = app.person("bob").await;
    let old = app.browser();
    let path = client.authorize_path(SCOPES);
    let page = led(&bob, &path).await;
    assert!(page.body.contains("to continue to") && page.body.contains("Notes"));
    assert!(page.options("/login/passkey").is_none());
    assert!(
        page.body
            .contains("/account/security/passkeys/new?continue=")
    );
    assert!(!page.body.contains("/account/security/totp"));
    assert!(!page.body.contains("Go on without"));
    // The passkey of somebody signs them in, and what was asked for goes on.
    let back: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    let page = old.get(&format!("/login?continue={back}")).await;
    let answer = old.submit(&device.get(&page, "/login/passkey")).await;
    assert_eq!(answer.location(), path);
    let (tokens, id_token) = allow(&app, &old, &path).await;
    // RFC 9068 §2.2.1
    let access = claims(&tokens.member("access_token"));
    for said in [&id_token, &access] {
        assert_eq!(said["acr"], "phr");
        assert_eq!(said["amr"], serde_json::json!(["pop", "user", "mfa"]));
        assert_eq!(said["auth_time"], access["auth_time"]);
    }
    // Bob has got nothing, and another app asks him for nothing.
    assert_eq!(bob.get(&path).await.status, 303);
    let other = client.authorize_path(&format!("&resource={PING}"));
    assert_eq!(bob.get(&other).await.status, 200);
}

#[tokio::test]
async fn whoever_has_the_passkey_uses_it_on_the_page() {
    let app = demanding(Acr::PhishingResistant).await;
    let client = app.client().await;
    let ada = totp::enroll(&app, "ada").await;
    let path = client.authorize_path(SCOPES);
    // The code of an app is not enough, and is not asked for.
    let page = led(&ada.browser, &path).await;
    assert!(!page.body.contains("name=\"code\""));
    let new = "/account/security/passkeys/new";
    let link = page.body.split(&format!("href=\"{new}")).nth(1).unwrap();
    let link = format!("{new}{}", link.split('"').next().unwrap());
    let mut device = testkit::Authenticator::default();
    let form = device.create(&ada.browser.get(&link).await, new);
    let answer = ada.browser.submit(&form).await;
    assert_eq!(answer.location(), path);
    assert!(allow(&app, &ada.browser, &path).await.1["acr"] == "phr");
    // In another browser the code opens the account, and the passkey the app.
    app.clock.advance(30);
    let other = app.browser();
    totp::password(&other, "ada@example.com", "").await;
    assert_eq!(totp::second(&other, &ada.code(0)).await.status, 303);
    let page = led(&other, &path).await;
    let answer = other.submit(&device.get(&page, "/login/passkey")).await;
    assert_eq!(answer.location(), path);
    assert!(other.get(&path).await.redirect_param("code").is_some());
}

#[tokio::test]
async fn whoever_has_no_factor_sets_one_up_and_comes_back() {
    let app = demanding(Acr::MultiFactor).await;
    let (client, ada) = (app.client().await, app.person("ada").await);
    let path = client.authorize_path(SCOPES);
    let page = led(&ada, &path).await;
    assert!(page.body.contains("You have none yet."));
    let link = page.body.split("href=\"/account/security/totp").nth(1);
    let link = link.unwrap().split('"').next().unwrap();
    let link = format!("/account/security/totp{link}");
    let page = totp::set_up(&app, &ada, &link).await.1;
    // New recovery codes are shown first, and lead on.
    assert!(page.body.contains("/oauth/authorize?"), "{}", page.body);
    let (_, id_token) = allow(&app, &ada, &path).await;
    assert_eq!(id_token["acr"], Acr::MultiFactor.as_str());
}

#[tokio::test]
async fn a_session_from_before_proves_the_factor_where_it_is_asked_for() {
    let app = demanding(Acr::MultiFactor).await;
    let client = app.client().await;
    app.person("ada").await;
    let old = sign_in(&app, "ada@example.com").await;
    let ada = sign_in(&app, "ada@example.com").await;
    let key = totp::set_up(&app, &ada, "/account/security/totp").await.0;
    app.clock.advance(60);
    let path = client.authorize_path(SCOPES);
    let page = led(&old, &path).await;
    assert!(!page.body.contains("You have none yet."));
    let form = page.form("/account/confirm");
    let wrong = old.submit(&form.clone().with("code", "000000")).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("A stronger sign-in") && wrong.body.contains("The code is wrong"));
    assert!(
        old.get(&path)
            .await
            .location()
            .starts_with("/account/level?")
    );
    let code = totp::code(&app, &key, 0);
    let right = old.submit(&form.with("code", &code)).await;
    assert_eq!(right.location(), path);
    assert_eq!(old.get(&path).await.status, 200);
}

#[tokio::test]
async fn where_nobody_may_be_asked_the_client_is_told() {
    // RFC 9470 §5; OpenID Connect Core §3.1.2.1
    let app = demanding(Acr::MultiFactor).await;
    let (client, ada) = (app.client().await, app.person("ada").await);
    for extra in [
        "&prompt=none".to_owned(),
        format!("&resource={PING}&prompt=none&acr_values=phr"),
    ] {
        let answer = ada.get(&client.authorize_path(&extra)).await;
        let error = answer.redirect_param("error");
        assert_eq!(error.as_deref(), Some("unmet_authentication_requirements"));
        assert!(answer.redirect_param("code").is_none());
    }
    // A name that nobody knows is no wish.
    let other = format!("&resource={PING}&prompt=none&acr_values=urn:other");
    let answer = ada.get(&client.authorize_path(&other)).await;
    let error = answer.redirect_param("error");
    assert_eq!(error.as_deref(), Some("consent_required"));
    // Browsers make no passkeys for an address.
    let builder = App::builder().with(|all| {
        all.public_url = issuer::settings::PublicUrl::parse("http://127.0.0.1:3000").unwrap();
    });
    let app = builder.start().await;
    let metadata = app.get("/.well-known/openid-configuration").await.json();
    let supported = serde_json::json!([Acr::MultiFactor.as_str()]);
    assert_eq!(metadata["acr_values_supported"], supported);
}

#[tokio::test]
async fn a_wish_can_be_declined_and_what_is_demanded_cannot() {
    // OpenID Connect Core §3.1.2.1
    let app = App::start().await;
    let (client, ada) = (app.client().await, app.person("ada").await);
    let path = client.authorize_path(&format!("{SCOPES}&acr_values={MULTI_FACTOR}+phr"));
    let page = led(&ada, &path).await;
    assert!(page.body.contains("Test Client"));
    assert!(page.body.contains("/account/security/totp?continue="));
    let link = page.body.split("Go on without").next().unwrap();
    let link = link.rsplit("href=\"").next().unwrap();
    let link = link.split('"').next().unwrap().replace("&#38;", "&");
    assert!(!link.contains("acr_values"), "{link}");
    let (_, id_token) = allow(&app, &ada, &link).await;
    assert_eq!(id_token.get("acr"), None);
    // Any of the values is good.
    let (eve, _) = enroll(&app, "eve").await;
    assert_eq!(eve.get(&path).await.status, 200);
    // A page that is left behind leads on once there is nothing to ask for.
    let page = format!("/account/level?acr=phr&continue={}", "%2Faccount%2Fapps");
    assert_eq!(eve.get(&page).await.location(), "/account/apps");
    assert_eq!(eve.get("/account/level?acr=x").await.location(), "/account");
}

#[tokio::test]
async fn what_everybody_must_reach_holds_for_their_own_pages() {
    let builder = App::builder().with(|all| all.sign_in.acr = Some(Acr::MultiFactor));
    let app = builder.start().await;
    let ada = app.person("ada").await;
    for path in [
        "/account",
        "/account/sessions",
        "/account/security",
        "/account/security/recovery-codes",
        "/account/tokens/new?resource=https%3A%2F%2Fauth.test%2Fmcp%2Fping",
        "/account/email",
        "/account/delete",
    ] {
        let page = led(&ada, path).await;
        assert!(page.body.contains("demanded by") && page.body.contains("Test House"));
    }
    // Forms do nothing either.
    let csrf = ada.get("/account/confirm").await.form("/account/confirm");
    for action in [
        "/account/profile",
        "/account/delete",
        "/account/sessions/end-others",
    ] {
        let form = testkit::Form {
            action: action.to_owned(),
            ..csrf.clone()
        };
        let answer = ada.submit(&form.with("name", "Eve")).await;
        assert!(answer.location().starts_with("/account/level?"), "{action}");
    }
    let client = app.client().await;
    led(&ada, &client.authorize_path(&format!("&resource={PING}"))).await;
    // Setting one up is open, and so is the way out.
    assert_eq!(ada.get("/logout").await.status, 200);
    totp::set_up(&app, &ada, "/account/security/totp").await;
    let home = ada.get("/account").await;
    assert!(home.status == 200 && !home.body.contains("Eve"));
}

#[tokio::test]
async fn a_demand_that_was_raised_stops_refreshing_and_ends_nothing() {
    let app = App::start().await;
    let (client, ada) = (app.client().await, app.person("ada").await);
    let first = client.tokens(&ada, "notes:read").await;
    let code = client.code(&ada, "notes:read").await;
    let raise = |settings: &mut Settings| demand(settings, Acr::MultiFactor);
    let raised = App::builder().on(app.database()).seeded(2).with(raise);
    let raised = raised.start().await;
    let ask = async |app: &App, grant: String| {
        let form = format!("client_id={}&{grant}", client.id);
        app.post("/oauth/token", form).await
    };
    let refresh = format!(
        "grant_type=refresh_token&refresh_token={}",
        first.refresh_token
    );
    let redeem = format!(
        "grant_type=authorization_code&code={code}&redirect_uri={}&code_verifier={}",
        client.redirect_uri,
        testkit::VERIFIER
    );
    for grant in [&refresh, &redeem] {
        let refused = ask(&raised, grant.clone()).await;
        assert_eq!(refused.error(), "invalid_grant");
        let hint = "A stronger sign-in is demanded now. Ask for a new authorization.";
        assert_eq!(refused.member("error_description"), hint);
    }
    // Where it is not demanded, all of it goes on: nothing was used up.
    let second = Tokens::of(&ask(&app, refresh).await);
    assert_ne!(second.refresh_token, first.refresh_token);
    assert_eq!(ask(&app, redeem).await.status, 200);
}

#[tokio::test]
async fn no_personal_token_is_made_below_what_its_app_demands() {
    let app = demanding(Acr::MultiFactor).await;
    let ada = app.person("ada").await;
    let new = |resource: &str| {
        let resource: String = url::form_urlencoded::byte_serialize(resource.as_bytes()).collect();
        format!("/account/tokens/new?resource={resource}")
    };
    led(&ada, &new(NOTES)).await;
    let form = ada.get(&new(PING)).await.form("/account/tokens/new");
    let form = form.with("name", "Script").with("resource", NOTES);
    let answer = ada.submit(&form.clone().with("scope", "notes:read")).await;
    assert!(answer.location().starts_with("/account/level?"));
    assert!(!ada.get("/account/tokens").await.body.contains("Script"));
    totp::set_up(&app, &ada, "/account/security/totp").await;
    assert_eq!(ada.get(&new(NOTES)).await.status, 200);
}

#[tokio::test]
async fn a_mailed_code_is_never_phishing_resistant() {
    let builder = App::builder().mailing().with(|all| {
        all.verify_email = true;
        all.sign_in.email_code = EmailCode::Everybody;
        demand(all, Acr::PhishingResistant);
    });
    let app = builder.start().await;
    let client = app.client().await;
    let ada = super::email_code::person(&app, "ada").await;
    let page = led(&ada, &client.authorize_path(SCOPES)).await;
    assert!(!page.body.contains("/account/confirm/mail"));
}

#[tokio::test]
async fn an_old_passkey_is_not_as_fresh_as_the_code_of_now() {
    let app = demanding(Acr::PhishingResistant).await;
    let client = app.client().await;
    let ada = passkey::with_both(&app, "ada").await;
    let path = client.authorize_path(SCOPES);
    allow(&app, &ada.browser, &path).await;
    app.clock.advance(3_600);
    let form = ada.browser.get("/account/confirm").await;
    let form = form.form("/account/confirm").with("code", &ada.code(0));
    assert_eq!(ada.browser.submit(&form).await.status, 303);
    // Else the notes would hear of a passkey, and of a moment ago.
    led(&ada.browser, &path).await;
}

#[tokio::test]
async fn whoever_lost_their_passkey_spends_no_recovery_code_on_a_closed_page() {
    let builder = App::builder().with(|all| all.sign_in.acr = Some(Acr::MultiFactor));
    let app = builder.start().await;
    let ada = app.person("ada").await;
    let (_, page) = totp::set_up(&app, &ada, "/account/security/totp").await;
    assert!(page.body.contains("<code>"));
    let phr = "/account/level?continue=%2Faccount%2Fsecurity&acr=phr";
    let page = ada.get(phr).await;
    let lost = "/account/confirm?continue=%2Faccount%2Fsecurity%2Fpasskeys%2Fnew\"";
    assert!(page.body.contains(lost), "{}", page.body);
    // Elsewhere a recovery code would change nothing.
    let page = ada
        .get("/account/level?continue=%2Faccount%2Fapps&acr=phr")
        .await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("/account/confirm?"), "{}", page.body);
}
