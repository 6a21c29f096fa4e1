//! Asking the issuer about each token (RFC 7662 §2.1, RFC 7662 §2.2).

use guard::oauth::secret::Secret;
use guard::oauth::time::{Clock, ManualClock, UnixTime};
use guard::verify::Introspection;
use guard::{Reason, Verify as _};
use serde_json::{Value, json};

use crate::server::Server;

const NOW: i64 = 1_800_000_000;

async fn ask(server: &Server) -> Result<Value, Reason> {
    let verifier = Introspection::new(
        &server.url,
        "https://id.example",
        "guard",
        Secret::new("s3cret".to_owned()),
    );
    let clock = Clock::Manual(ManualClock::at(UnixTime(NOW)));
    let verifier = verifier.unwrap().with_clock(clock);
    let principal = verifier.verify("the.token").await.map_err(|r| r.reason)?;
    Ok(json!([principal.sub, principal.audience, principal.scopes]))
}

fn active() -> Value {
    json!({
        "active": true, "iss": "https://id.example", "sub": "ada", "aud": "https://h.example/mcp",
        "exp": NOW + 60, "client_id": "c", "scope": "notes:read", "token_type": "Bearer",
    })
}

#[tokio::test]
async fn an_active_token_is_a_principal_and_the_question_is_authenticated() {
    // RFC 7662 §2.1
    let server = Server::start(active().to_string()).await;
    let expected = json!(["ada", "https://h.example/mcp", "notes:read"]);
    assert_eq!(ask(&server).await, Ok(expected.clone()));
    assert_eq!(ask(&server).await, Ok(expected));
    assert_eq!(server.count(), 2, "nothing is remembered");
    let (header, body) = server.seen.lock().unwrap().pop().unwrap();
    assert_eq!(header, "Basic Z3VhcmQ6czNjcmV0");
    assert_eq!(body, "token=the.token&token_type_hint=access_token");
}

#[tokio::test]
async fn what_is_not_active_here_and_now_is_refused() {
    // RFC 7662 §2.2
    let with = |name: &str, value: Value| {
        let mut answer = active();
        answer[name] = value;
        answer
    };
    let server = Server::start("").await;
    for (answer, reason) in [
        (json!({ "active": false }), Reason::TokenInactive),
        (with("active", json!(false)), Reason::TokenInactive),
        (with("exp", json!(NOW)), Reason::TokenInactive),
        (with("exp", Value::Null), Reason::TokenInactive),
        (with("sub", Value::Null), Reason::TokenInactive),
        (
            with("token_type", json!("refresh_token")),
            Reason::TokenInactive,
        ),
        (with("token_type", Value::Null), Reason::TokenInactive),
        (
            with("iss", json!("https://evil.example")),
            Reason::WrongIssuer,
        ),
        (with("active", json!("true")), Reason::VerifierAway),
        (with("scope", json!(7)), Reason::VerifierAway),
        (json!([]), Reason::VerifierAway),
    ] {
        server.answer(200, answer.to_string());
        assert_eq!(ask(&server).await, Err(reason), "{answer}");
    }
    // No single audience is no audience, which fits no resource.
    for aud in [json!(["a", "b"]), json!([]), Value::Null] {
        server.answer(200, with("aud", aud).to_string());
        assert_eq!(ask(&server).await.unwrap()[1], "");
    }
    for status in [401, 404, 500, 302] {
        server.answer(status, active().to_string());
        assert_eq!(ask(&server).await, Err(Reason::VerifierAway), "{status}");
    }
}
