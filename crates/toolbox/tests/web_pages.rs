//! What a browser is told, on every answer.

use axum::body::Body;
use guard::Mode;
use http::Request;
use serde_json::json;

use crate::app::{App, call};

#[tokio::test]
async fn a_foreign_page_is_refused_before_anything_else() {
    let app = App::start(Mode::Mixed);
    let token = format!("Bearer {}", app.token("notes:read"));
    for origin in [
        "https://evil.example",
        "null",
        "http://localhost.evil.example",
    ] {
        let headers = [("origin", origin), ("authorization", token.as_str())];
        let answer = app.post(&headers, call("notes_list", &json!({}))).await;
        assert_eq!(answer.status, 403, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), "");
        assert_eq!(answer.header("www-authenticate"), "");
        assert_eq!(app.log.0.lock().unwrap().pop().unwrap(), "refused Origin");
    }
}

#[tokio::test]
async fn allowed_pages_may_read_every_answer() {
    let app = App::start(Mode::Required);
    let token = format!("Bearer {}", app.token("notes:read"));
    let good = ("authorization", token.as_str());
    for origin in [
        "https://h.example",
        "https://inspector.example",
        "http://localhost:6274",
    ] {
        let page = ("origin", origin);
        let add = call("notes_add", &json!({ "text": "x" }));
        for (headers, body, status) in [
            (vec![page], String::new(), 401),
            (vec![page, good], add, 403),
            (vec![page, good], "{".to_owned(), 400),
            (vec![page, good], call("notes_list", &json!({})), 200),
        ] {
            let answer = app.post(&headers, body).await;
            assert_eq!(answer.status, status);
            assert_eq!(answer.header("access-control-allow-origin"), origin);
            assert!(
                answer
                    .header("access-control-expose-headers")
                    .contains("WWW-Authenticate")
            );
            assert_eq!(answer.header("access-control-allow-credentials"), "");
            assert_eq!(answer.header("vary"), "Origin");
        }
        let preflight = Request::options("/mcp/notes")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "mcp-param-region, authorization",
            )
            .body(Body::empty());
        let answer = app.send(preflight.unwrap()).await;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        let allowed = answer.header("access-control-allow-headers").to_lowercase();
        for header in [
            "authorization",
            "mcp-protocol-version",
            "mcp-method",
            "mcp-name",
            "mcp-session-id",
            "last-event-id",
            "content-type",
            "mcp-param-region",
        ] {
            assert!(allowed.contains(header), "{header} of {allowed}");
        }
    }
}
