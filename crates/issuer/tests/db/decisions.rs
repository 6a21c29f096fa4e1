//! A person's decision over HTTP, sent more than once to two nodes.

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use futures_util::future::join_all;
use http_body_util::BodyExt as _;

use crate::db::{self, Db};

use super::NOW;
use super::narrowing::keep_of;
use super::nodes::Node;

const CSRF: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const ASK: &str = "/oauth/authorize?response_type=code&code_challenge_method=S256\
    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&client_id=";

/// What a browser that holds `session` gets.
async fn send(
    node: &Node,
    session: &str,
    path: &str,
    form: Option<String>,
) -> (u16, HeaderMap, String) {
    let cookie = format!("__Host-vestibule_csrf={CSRF}; __Host-vestibule_session={session}");
    let request = Request::builder()
        .method(if form.is_some() { "POST" } else { "GET" })
        .uri(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let body = form.map_or(Body::empty(), Body::from);
    let response = node.send(request.body(body).unwrap()).await;
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    (parts.status.as_u16(), parts.headers, text)
}

/// Signs up and answers the session.
async fn sign_up(node: &Node) -> String {
    let form = format!("csrf={CSRF}&email=ada%40example.com&password=correct+horse");
    let (status, headers, body) = send(node, "", "/signup", Some(form)).await;
    assert_eq!(status, 303, "{body}");
    let cookie = headers[header::SET_COOKIE].to_str().unwrap();
    let (_, rest) = cookie.split_once('=').unwrap();
    rest.split(';').next().unwrap().to_owned()
}

fn pending(page: &str) -> &str {
    let (_, rest) = page.split_once("name=\"pending\" value=\"").unwrap();
    rest.split('"').next().unwrap()
}

pub(crate) async fn a_decision_counts_once(db: Db) {
    let (a, b) = (Node::start(&db, 1).await, Node::start(&db, 2).await);
    let client = a.client("one").await;
    let session = sign_up(&a).await;
    // The page is from one node, and its answers go to both.
    let (status, _, page) = send(&b, &session, &format!("{ASK}{client}"), None).await;
    assert_eq!(status, 200, "{page}");
    let form = format!(
        "csrf={CSRF}&pending={}&scope=a&understood=yes",
        pending(&page)
    );
    let racing = (0..12).map(|n| {
        let decision = if n % 3 == 0 { "deny" } else { "allow" };
        let form = format!("{form}&decision={decision}");
        send(
            [&a, &b][n % 2],
            &session,
            "/oauth/authorize/consent",
            Some(form),
        )
    });
    let answers = join_all(racing).await;
    let decided = answers.iter().filter(|(status, ..)| *status == 303);
    assert_eq!(decided.count(), 1);
    assert_eq!(
        answers.iter().filter(|(status, ..)| *status == 409).count(),
        11
    );
    let mut tx = db.read().await.unwrap();
    let events = db::audit_events::list(&mut tx, "", NOW.minus(1), 100)
        .await
        .unwrap();
    let kinds = events.iter().map(|event| event.kind.as_str());
    let kinds: Vec<_> = kinds.filter(|kind| kind.starts_with("consent")).collect();
    assert_eq!(kinds.len(), 1, "{kinds:?}");
    let person_id = events.iter().find_map(|event| event.person_id.as_deref());
    let consents = db::consents::list(&mut tx, person_id.unwrap());
    let given = kinds[0] == "consent_given";
    assert_eq!(consents.await.unwrap().len(), usize::from(given));
}

pub(crate) async fn whoever_is_remembered_meanwhile_keeps_nothing(db: Db) {
    let (a, b) = (Node::start(&db, 1).await, Node::start(&db, 2).await);
    let client = a.client("one").await;
    let session = sign_up(&a).await;
    let ask = format!("{ASK}{client}&redirect_uri=https%3A%2F%2Fc.test%2Fcb");
    let (_, _, page) = send(&a, &session, &ask, None).await;
    let form = format!(
        "csrf={CSRF}&pending={}&scope=a&scope=b&understood=yes&decision=allow",
        pending(&page)
    );
    let (status, ..) = send(&a, &session, "/oauth/authorize/consent", Some(form)).await;
    assert_eq!(status, 303);
    let mut tx = db.read().await.unwrap();
    let events = db::audit_events::list_newest(&mut tx, 100).await.unwrap();
    drop(tx);
    let person = events.iter().find_map(|event| event.person_id.clone());
    let whose = (person.unwrap(), client.clone());
    let remembered = (0..8).map(|n| send([&a, &b][n % 2], &session, &ask, None));
    let (answers, narrowed) =
        futures_util::join!(join_all(remembered), keep_of(&b, (&whose.0, &whose.1), "a"));
    narrowed.unwrap();
    for (status, headers, body) in answers {
        assert!(matches!(status, 200 | 303 | 400), "{status} {body}");
        let to = headers.get(header::LOCATION).map(|to| to.to_str().unwrap());
        let code = to.and_then(|to| to.split_once("code="));
        if let Some((_, code)) = code {
            let code = code.split('&').next().unwrap();
            let answer = a.exchange(&client, code).await;
            assert_eq!(answer.0, 400, "{answer:?}");
        }
    }
    // Asked again, the person is asked for what was taken back.
    let (status, _, page) = send(&a, &session, &ask, None).await;
    assert_eq!(status, 200, "{page}");
}
