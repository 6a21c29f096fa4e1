//! Taking scopes back while the client uses them, on two nodes.

use futures_util::future::join_all;
use oauth::client::ClientId;

use crate::db::consents::Consent;
use crate::db::{self, Db, DbError};
use crate::tokens::narrow::{self, Kept, NarrowError};
use crate::tokens::revocation;

use super::NOW;
use super::nodes::{Answer, Node, field};

/// What the person of [`Node::code`] allowed.
async fn allow(node: &Node, client: &str) {
    let consent = Consent {
        person_id: "person".into(),
        client_id: client.into(),
        resource: node.issuer.settings.resources[0].resource.to_string(),
        scope: "a b".into(),
        identity: String::new(),
        given_at: NOW.0,
    };
    let allowed = node.issuer.db.write::<_, DbError, _>(|tx| {
        Box::pin(async move { db::consents::insert(tx, consent).await })
    });
    allowed.await.unwrap();
}

async fn keep(node: &Node, client: &str, scope: &str) -> Result<(), NarrowError> {
    keep_of(node, ("person", client), scope).await
}

pub(super) async fn keep_of(
    node: &Node,
    (person, client): (&str, &str),
    scope: &str,
) -> Result<(), NarrowError> {
    let issuer = node.issuer.clone();
    let kept = Kept {
        person_id: person.into(),
        client_id: ClientId::parse(client).unwrap(),
        resource: issuer.settings.resources[0].resource.to_string(),
        scope: scope.parse().unwrap(),
    };
    let narrowed = node.issuer.db.write::<_, NarrowError, _>(move |tx| {
        Box::pin(async move { narrow::narrow(&issuer, tx, &kept).await })
    });
    narrowed.await?.revoked.publish(&node.issuer);
    Ok(())
}

/// Whether an answer holds an access token that either node would let do `b`.
fn may_b(nodes: [&Node; 2], answer: &Answer) -> bool {
    answer.0 == 200
        && field(answer, "scope").contains('b')
        && nodes.iter().any(|node| !node.revoked(answer))
}

async fn learn(nodes: [&Node; 2]) {
    for node in nodes {
        revocation::poll(&node.issuer).await.unwrap();
    }
}

pub(crate) async fn whoever_refreshes_meanwhile_keeps_nothing(db: Db) {
    let (a, b) = (Node::start(&db, 1).await, Node::start(&db, 2).await);
    let client = a.client("one").await;
    allow(&a, &client).await;
    let code = a.code(&client).await;
    let first = a.exchange(&client, &code).await;
    let token = field(&first, "refresh_token").to_owned();
    let refreshing = (0..6).map(|n| [&a, &b][n % 2].refresh(&client, &token));
    let (answers, narrowed) = futures_util::join!(join_all(refreshing), keep(&b, &client, "a"));
    narrowed.unwrap();
    learn([&a, &b]).await;
    assert!(!may_b([&a, &b], &first));
    let mut last = token;
    for answer in &answers {
        assert!(!may_b([&a, &b], answer), "{answer:?}");
        last = field(answer, "refresh_token").to_owned();
    }
    // The client goes on with what it was left.
    let next = a.refresh(&client, &last).await;
    assert_eq!(field(&next, "scope"), "a");
    assert!(!a.revoked(&next) && !b.revoked(&next));
}

pub(crate) async fn whoever_redeems_meanwhile_keeps_nothing(db: Db) {
    let (a, b) = (Node::start(&db, 1).await, Node::start(&db, 2).await);
    let client = a.client("one").await;
    allow(&a, &client).await;
    let mut codes = Vec::new();
    for _ in 0..6 {
        codes.push(a.code(&client).await);
    }
    let nodes = [&a, &b];
    let redeeming = codes.iter().enumerate();
    let redeeming = redeeming.map(|(n, code)| nodes[n % 2].exchange(&client, code));
    let (answers, narrowed) = futures_util::join!(join_all(redeeming), keep(&b, &client, "a"));
    narrowed.unwrap();
    learn(nodes).await;
    for answer in &answers {
        assert!(!may_b(nodes, answer), "{answer:?}");
    }
    for code in &codes {
        assert_eq!(a.exchange(&client, code).await.0, 400);
    }
}

pub(crate) async fn of_two_who_narrow_nobody_gives_back(db: Db) {
    let (a, b) = (Node::start(&db, 1).await, Node::start(&db, 2).await);
    let client = a.client("one").await;
    allow(&a, &client).await;
    let code = a.code(&client).await;
    let first = a.exchange(&client, &code).await;
    let (one, two) = futures_util::join!(keep(&a, &client, "a"), keep(&b, &client, "b"));
    // The second was told that it came too late, or took the rest.
    for kept in [&one, &two] {
        assert!(
            matches!(kept, Ok(()) | Err(NarrowError::Changed)),
            "{kept:?}"
        );
    }
    assert!(one.is_ok() || two.is_ok());
    learn([&a, &b]).await;
    assert!(a.revoked(&first) && b.revoked(&first));
    let mut tx = db.read().await.unwrap();
    let consents = db::consents::list(&mut tx, "person").await.unwrap();
    let left = match (one.is_ok(), two.is_ok()) {
        (true, true) => "",
        (true, false) => "a",
        _ => "b",
    };
    assert_eq!(consents[0].scope, left);
    assert!(matches!(
        keep(&a, "nobody", "a").await,
        Err(NarrowError::NothingAllowed)
    ));
}
