//! Signing in and out: no telling who exists, limits that hold, sessions that end.

use issuer::operate::people;
use issuer::settings::Limit;
use testkit::{Answer, App, Browser, ORIGIN, PASSWORD};

async fn sign_in(browser: &Browser<'_>, email: &str, password: &str) -> Answer {
    let form = browser.get("/login").await.form("/login");
    browser
        .submit(&form.with("email", email).with("password", password))
        .await
}

/// A page without what differs from one visit to the next.
fn told(answer: &Answer, email: &str) -> (u16, String) {
    let body = answer.body.replace(email, "…");
    // What asks for a passkey is new each time.
    let (before, ask) = body
        .split_once("<form method=\"post\" action=\"/login/passkey\"")
        .expect("it");
    let (_, after) = ask.split_once("</form>").expect("its end");
    let body = format!("{before}{after}");
    let (before, after) = body.split_once("name=\"csrf\" value=\"").expect("a token");
    let (_, after) = after.split_once('"').expect("its end");
    (answer.status.as_u16(), format!("{before}{after}"))
}

#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let app = App::start().await;
    app.person("ada").await;
    let browser = app.browser();
    let wrong = sign_in(&browser, "ada@example.com", "not the password").await;
    let unknown = sign_in(&browser, "bob@example.com", "not the password").await;
    assert_eq!(wrong.status, 400);
    assert_eq!(
        told(&wrong, "ada@example.com"),
        told(&unknown, "bob@example.com")
    );
    assert!(wrong.body.contains("value=\"ada@example.com\""));
    assert!(!wrong.body.contains("not the password"));
    assert!(wrong.headers.get("location").is_none());
    for (email, password) in [
        ("", ""),
        ("ada@example.com", ""),
        ("ada@example.com", &*"x".repeat(257)),
        (&*"a".repeat(255), PASSWORD),
        ("ada@example.com' OR '1'='1", PASSWORD),
    ] {
        assert_eq!(
            sign_in(&browser, email, password).await.status,
            400,
            "{email}"
        );
    }
    assert!(!browser.cookies().contains_key("__Host-vestibule_session"));
    assert_eq!(
        sign_in(&browser, "ADA@example.com", PASSWORD).await.status,
        303
    );
}

#[tokio::test]
async fn a_disabled_person_is_refused_everywhere() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let client = app.client().await;
    let page = ada.get(&client.authorize_path("")).await;
    let form = page.form("/oauth/authorize/consent").ticked();
    let disabled = people::set_disabled(&app.issuer, "ada@example.com", true).await;
    assert!(disabled.unwrap());
    let refused = ada.submit(&form.with("decision", "allow")).await;
    assert_eq!(refused.status, 403);
    assert_eq!(ada.get("/account").await.location(), "/login");
    let answer = sign_in(&ada, "ada@example.com", PASSWORD).await;
    assert_eq!(answer.status, 400);
    let wrong = sign_in(&ada, "ada@example.com", "not the password").await;
    let email = "ada@example.com";
    assert_eq!(told(&answer, email), told(&wrong, email));
}

#[tokio::test]
async fn what_happened_is_recorded_without_secrets() {
    let app = App::start().await;
    let jobs = app.issuer.start_jobs();
    let ada = app.person("ada").await;
    let client = app.client().await;
    sign_in(&ada, "ada@example.com", "not the password").await;
    sign_in(&ada, "ada@example.com", PASSWORD).await;
    let code = client.code(&ada, "notes:read").await;
    ada.submit(&ada.get("/logout").await.form("/logout")).await;
    app.get("/oauth/authorize?client_id=nobody").await;
    jobs.stop().await;
    let events = issuer::operate::audit::list_newest(&app.issuer, 100)
        .await
        .unwrap();
    let text = serde_json::to_string(&events).unwrap();
    for (kind, count) in [
        ("signed_up", 1),
        ("sign_in_failed", 1),
        ("signed_in", 1),
        ("consent_given", 1),
        ("signed_out", 1),
        ("authorization_requested", 2),
    ] {
        assert_eq!(
            text.matches(&format!("\"{kind}\"")).count(),
            count,
            "{kind} {text}"
        );
    }
    let session = ada.cookies();
    let secrets = session.values().map(String::as_str);
    for secret in secrets.chain([PASSWORD, "not the password", &code]) {
        assert!(!text.contains(secret));
    }
}

#[tokio::test]
async fn a_megabyte_of_password_is_not_read() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = sign_in(&browser, "ada@example.com", &"x".repeat(1_000_000)).await;
    assert_eq!(answer.status, 413);
    assert!(answer.body.contains("Too much text"));
}

#[tokio::test]
async fn failures_are_limited_for_each_person_and_each_source() {
    let app = App::builder()
        .with(|settings| {
            settings.limits.sign_in_failures_per_person = Limit::new(3, 900);
            settings.limits.sign_in_failures_per_source = Limit::new(8, 900);
        })
        .start()
        .await;
    app.person("ada").await;
    let browser = app.browser();
    // What succeeds does not count.
    for _ in 0..4 {
        assert_eq!(
            sign_in(&browser, "ada@example.com", PASSWORD).await.status,
            303
        );
    }
    // Where nobody signed in before.
    let browser = app.browser();
    for email in ["ada@example.com", "nobody@example.com"] {
        for _ in 0..3 {
            assert_eq!(sign_in(&browser, email, "wrong wrong").await.status, 400);
        }
        let limited = sign_in(&browser, email, PASSWORD).await;
        assert_eq!(limited.status, 429);
        assert!(limited.body.contains("Too many failed attempts"));
        let wait: i64 = limited.header("retry-after").parse().unwrap();
        assert!((1..=900).contains(&wait));
    }
    // Six failures and two refusals: now the source is limited whoever it tries.
    let limited = sign_in(&browser, "third@example.com", PASSWORD).await;
    assert_eq!(limited.status, 429);
    app.clock
        .advance(limited.header("retry-after").parse().unwrap());
    assert_eq!(
        sign_in(&browser, "ada@example.com", PASSWORD).await.status,
        303
    );
}

#[tokio::test]
async fn a_full_queue_says_when_to_come_back() {
    let app = App::builder()
        .with(|settings| {
            settings.limits.password_hashes = 1;
            settings.limits.password_queue = 1;
        })
        .start()
        .await;
    let browser = app.browser();
    let form = browser.get("/login").await.form("/login");
    let form = form
        .with("email", "ada@example.com")
        .with("password", "wrong wrong");
    let answers = futures_util::future::join_all((0..8).map(|_| browser.submit(&form))).await;
    let busy: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 503)
        .collect();
    assert!(!busy.is_empty());
    assert!(
        busy.iter()
            .all(|answer| answer.header("retry-after") == "2")
    );
}

#[tokio::test]
async fn a_session_is_new_at_each_sign_in_and_the_old_one_ends() {
    const COOKIE: &str = "__Host-vestibule_session";
    let app = App::start().await;
    let ada = app.person("ada").await;
    let first = ada.cookies()[COOKIE].clone();
    let answer = sign_in(&ada, "ada@example.com", PASSWORD).await;
    let cookie = answer.header("set-cookie");
    for attribute in [
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Max-Age=2592000",
    ] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    let second = ada.cookies()[COOKIE].clone();
    assert_ne!(first, second);
    // An id and a mark.
    assert_eq!(second.len(), 43 + 1 + 43);
    for (id, status) in [
        (first, 303),
        (second[..43].to_owned(), 303),
        (second, 200),
        ("x".repeat(43), 303),
        (String::new(), 303),
    ] {
        let request = http::Request::get("/account").header("cookie", format!("{COOKIE}={id}"));
        let answer = app
            .send(request.body(axum::body::Body::empty()).unwrap())
            .await;
        assert_eq!(answer.status, status);
    }
}

#[tokio::test]
async fn sessions_end_by_idleness_and_by_age() {
    const DAY: i64 = 86_400;
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    for _ in 0..2 {
        app.clock.advance(13 * DAY);
        assert_eq!(ada.get("/account").await.status, 200);
    }
    assert_eq!(bob.get("/account").await.status, 303);
    app.clock.advance(4 * DAY - 1);
    assert_eq!(ada.get("/account").await.status, 200);
    app.clock.advance(1);
    assert_eq!(ada.get("/account").await.location(), "/login");
}

#[tokio::test]
async fn signing_out_takes_a_form() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let page = ada.get("/logout").await;
    assert!(page.body.contains("Sign out?"));
    assert_eq!(ada.get("/account").await.status, 200);
    let cross = http::Request::post("/logout")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site");
    assert_eq!(
        ada.send(cross, page.form("/logout").encoded().into())
            .await
            .status,
        403
    );
    assert_eq!(ada.get("/account").await.status, 200);
    let id = ada.cookies()["__Host-vestibule_session"].clone();
    let out = ada.submit_and_follow(&page.form("/logout")).await;
    assert!(out.body.contains("You are signed out"));
    // The session is gone, not only its cookie.
    let request = http::Request::get("/account")
        .header("cookie", format!("__Host-vestibule_session={id}"))
        .body(axum::body::Body::empty());
    assert_eq!(app.send(request.unwrap()).await.status, 303);
}

#[tokio::test]
async fn signing_in_leads_to_our_own_pages_only() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    for (target, location) in [
        (
            "/oauth/authorize?client_id=x",
            "/oauth/authorize?client_id=x",
        ),
        ("https://evil.test/oauth/authorize?x", "/account"),
        ("//evil.test/oauth/authorize?x", "/account"),
        ("/\\evil.test?x", "/account"),
        ("/logout?x", "/account"),
        ("javascript:alert(1)?", "/account"),
        ("", "/account"),
    ] {
        let form = ada
            .get("/login")
            .await
            .form("/login")
            .with("continue", target);
        let form = form
            .with("email", "ada@example.com")
            .with("password", PASSWORD);
        assert_eq!(ada.submit(&form).await.location(), location, "{target}");
    }
    for query in ["continue=a&continue=b", "continue=%ff", "continue=%00"] {
        let answer = app.get(&format!("/login?{query}")).await;
        assert_eq!(answer.status, 400);
        assert!(answer.body.contains("cannot be read"), "{}", answer.body);
    }
}

#[tokio::test]
async fn the_sign_in_page_is_no_way_around_the_limit_on_fetches() {
    let app = App::builder()
        .with(|settings| {
            settings.fetch.timeout_seconds = 0;
            settings.limits.authorize_requests_per_source = Limit::new(1, 60);
        })
        .start()
        .await;
    let asked = "/oauth/authorize?client_id=https://chatgpt.com/oauth/client.json\
        &redirect_uri=https://chatgpt.com/connector_platform_oauth_redirect";
    let query: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
    for named in [true, false] {
        let page = app.get(&format!("/login?continue={query}")).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.body.contains("to continue to"), named);
    }
}

#[tokio::test]
async fn every_page_is_protected() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let paths = [
        "/login",
        "/signup",
        "/logout",
        "/account",
        "/setup?token=x",
        "/oauth/authorize",
    ];
    for path in paths {
        let page = ada.get(path).await;
        let script = match path {
            "/login" => " script-src 'self';",
            _ => "",
        };
        let policy = format!(
            "default-src 'none'; style-src 'self';{script} img-src 'self' data:; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        for (header, value) in [
            ("content-security-policy", policy.as_str()),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(page.header(header), value, "{path}");
        }
        assert!(page.headers.get("cross-origin-opener-policy").is_none());
        assert!(page.headers.get("access-control-allow-origin").is_none());
        for piece in [
            "<!doctype html>",
            "<html lang=\"en\"",
            " · Test House</title>",
            "#main",
        ] {
            assert!(page.body.contains(piece), "{path}: {piece}");
        }
        assert_eq!(page.body.matches("<h1>").count(), 1, "{path}");
        // No script but our own, and that one by its address.
        let own = page.body.matches("<script type=\"module\" src=\"/static/");
        assert_eq!(own.count(), usize::from(!script.is_empty()));
        assert_eq!(
            page.body.matches("<script").count(),
            usize::from(!script.is_empty())
        );
        for piece in ["<style", " style=", "autofocus"] {
            assert!(!page.body.contains(piece), "{path}: {piece}");
        }
    }
    let page = app.get("/login").await.body;
    let (_, rest) = page.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let style = app.get(rest.split('"').next().unwrap()).await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(style.header("cache-control").contains("immutable"));
    assert!(style.body.len() < 10_000);
    assert_eq!(app.get("/static/0/style.css").await.status, 404);
    assert!(!page.contains(ORIGIN), "addresses of our own are relative");
}
