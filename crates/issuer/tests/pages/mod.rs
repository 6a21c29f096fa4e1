//! What all pages have in common.

mod brand;

use axum::body::Body;
use http::{Request, header};
use testkit::{Answer, App};

async fn visit(app: &App, path: &str, headers: &[(header::HeaderName, &str)]) -> Answer {
    let request = headers
        .iter()
        .fold(Request::get(path), |request, (name, value)| {
            request.header(name, *value)
        });
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn pages_are_in_the_language_of_whoever_reads_them() {
    let app = App::start().await;
    let (accepts, has) = (header::ACCEPT_LANGUAGE, header::COOKIE);
    let cookie = "__Host-vestibule_language=de; __Host-vestibule_theme=dark";
    for (path, headers, german) in [
        ("/login", &[][..], false),
        ("/login", &[(accepts.clone(), "fr, de;q=0.8")], true),
        ("/login", &[(accepts.clone(), "x\u{e4}")], false),
        ("/login", &[(has.clone(), cookie)], true),
        // OpenID Connect Core §3.1.2.1: the client's wish goes before what the browser is set to.
        (
            "/login?continue=%2Foauth%2Fauthorize%3Fui_locales%3Den",
            &[(has.clone(), cookie)],
            false,
        ),
        // And holds for the answer to a form, whose address names nobody's wish.
        (
            "/login",
            &[(
                header::REFERER,
                "https://auth.test/login?continue=%2Foauth%2Fauthorize%3Fui_locales%3Dde",
            )],
            true,
        ),
        (
            "/login",
            &[(header::REFERER, "https://evil.example/login?ui_locales=de")],
            false,
        ),
    ] {
        let page = visit(&app, path, headers).await;
        let (lang, heading) = match german {
            true => ("<html lang=\"de\" dir=\"ltr\"", "<h1>Anmelden</h1>"),
            false => ("<html lang=\"en\" dir=\"ltr\"", "<h1>Sign in</h1>"),
        };
        assert!(
            page.body.contains(lang) && page.body.contains(heading),
            "{path} {headers:?}"
        );
    }
    // Pages that say what went wrong, too.
    let page = visit(&app, "/oauth/authorize", &[(accepts, "de")]).await;
    assert!(page.body.contains("<h1>Die Anfrage nennt keine App</h1>"));
}

#[tokio::test]
async fn a_theme_is_what_the_person_chose_and_nothing_else() {
    let app = App::start().await;
    for (theme, expected) in [
        ("dark", " data-theme=\"dark\""),
        ("light", " data-theme=\"light\""),
        ("\"><b>", ""),
    ] {
        let cookie = format!("__Host-vestibule_theme={theme}");
        let page = visit(&app, "/login", &[(header::COOKIE, &cookie)]).await;
        let start = format!("<html lang=\"en\" dir=\"ltr\"{expected}>");
        assert!(page.body.contains(&start), "{theme}");
    }
}
