//! Codes and refresh tokens over HTTP, where callers race, replay and restart.

use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::db::{self, Db};
use crate::tokens::refresh;

use super::NOW;
use super::nodes::{Answer, Node, field};

async fn kinds(node: &Node) -> Vec<String> {
    let mut tx = node.issuer.db.read().await.unwrap();
    let since = NOW.minus(1);
    let rows = db::audit_events::list(&mut tx, "", since, 1_000)
        .await
        .unwrap();
    rows.into_iter().map(|row| row.kind).collect()
}

async fn generation(node: &Node, token: &str) -> Option<i64> {
    let presented = refresh::parse(&node.issuer, token).unwrap();
    let mut tx = node.issuer.db.read().await.unwrap();
    let family = db::families::find(&mut tx, &presented.family_id)
        .await
        .unwrap();
    family.map(|family| family.generation)
}

pub(crate) async fn of_exchanges_that_race_one_wins(db: Db) {
    let (a, b) = (Node::start(&db, 1).await, Node::start(&db, 2).await);
    let client = a.client("one").await;
    let code = a.code(&client).await;
    let racing = (0..12).map(|n| [&a, &b][n % 2].exchange(&client, &code));
    let answers = join_all(racing).await;
    let won: Vec<&Answer> = answers.iter().filter(|answer| answer.0 == 200).collect();
    assert_eq!(won.len(), 1);
    // RFC 6749 §10.5: the others were replays, which end what the one got.
    assert!(
        answers
            .iter()
            .all(|answer| answer.0 == 200 || answer.1["error"] == "invalid_grant")
    );
    assert_eq!(
        a.refresh(&client, field(won[0], "refresh_token")).await.0,
        400
    );
    assert_eq!(
        kinds(&a)
            .await
            .iter()
            .filter(|kind| *kind == "grant_issued")
            .count(),
        1
    );
}

pub(crate) async fn a_disabled_client_gets_nothing_on_any_node(db: Db) {
    let (a, b) = (Node::start(&db, 1).await, Node::start(&db, 2).await);
    let client = a.client("one").await;
    let code = a.code(&client).await;
    field(&a.exchange(&client, &code).await, "access_token");
    let id = oauth::client::ClientId::parse(&client).unwrap();
    let known = crate::operate::clients::set_disabled(&b.issuer, &id, true);
    assert!(known.await.unwrap());
    // The other node still holds the client as it was.
    let code = a.code(&client).await;
    let answer = a.exchange(&client, &code).await;
    assert_eq!(
        (answer.0, &answer.1["error"]),
        (401, &"invalid_client".into())
    );
}

pub(crate) async fn refreshes_that_race_get_the_same_successor(db: Db) {
    let (a, b) = (Node::start(&db, 1).await, Node::start(&db, 2).await);
    let client = a.client("one").await;
    let first = a.exchange(&client, &a.code(&client).await).await;
    let first = field(&first, "refresh_token");
    let racing = (0..12).map(|n| [&a, &b][n % 2].refresh(&client, first));
    let answers = join_all(racing).await;
    let mut successors: Vec<&str> = answers.iter().map(|a| field(a, "refresh_token")).collect();
    successors.dedup();
    assert_eq!(successors.len(), 1);
    assert_eq!(generation(&a, first).await, Some(1));
    // The same again a minute later, on a node that has just started; and not a second more.
    let restarted = Node::start(&db, 3).await;
    restarted.clock.advance(59);
    let again = restarted.refresh(&client, first).await;
    assert_eq!(field(&again, "refresh_token"), successors[0]);
    assert_eq!(restarted.refresh(&client, successors[0]).await.0, 200);
}

pub(crate) async fn a_replayed_code_ends_what_it_issued(db: Db) {
    let (a, b) = (Node::start(&db, 1).await, Node::start(&db, 2).await);
    let (client, other) = (a.client("one").await, a.client("two").await);
    let code = a.code(&client).await;
    let issued = a.exchange(&client, &code).await;
    // RFC 6749 §10.5
    assert_eq!(b.exchange(&other, &code).await.1["error"], "invalid_grant");
    assert!(
        generation(&a, field(&issued, "refresh_token"))
            .await
            .is_some()
    );
    assert_eq!(b.exchange(&client, &code).await.1["error"], "invalid_grant");
    assert_eq!(generation(&a, field(&issued, "refresh_token")).await, None);
    assert!(b.revoked(&issued) && !a.revoked(&issued));
    crate::tokens::revocation::poll(&a.issuer).await.unwrap();
    assert!(a.revoked(&issued));
    assert!(kinds(&a).await.contains(&"code_replayed".to_owned()));
}

pub(crate) async fn a_replayed_refresh_token_ends_its_family(db: Db) {
    let node = Node::start(&db, 1).await;
    let client = node.client("one").await;
    let first = node.exchange(&client, &node.code(&client).await).await;
    let second = node.refresh(&client, field(&first, "refresh_token")).await;
    let third = node.refresh(&client, field(&second, "refresh_token")).await;
    // RFC 9700 §4.14.2: its successor was used, so this one is an old copy, grace or not.
    let replayed = node.refresh(&client, field(&first, "refresh_token")).await;
    assert_eq!(replayed.1["error"], "invalid_grant");
    assert_eq!(
        node.refresh(&client, field(&third, "refresh_token"))
            .await
            .0,
        400
    );
    assert!(node.revoked(&first) && node.revoked(&third));
    assert!(kinds(&node).await.contains(&"refresh_replayed".to_owned()));
}

/// What can happen to a family.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Presents the token of a generation.
    Refresh(usize),
    Wait(i64),
    Restart,
}

/// The rules, without a database.
struct Model {
    generation: usize,
    rotated: i64,
    now: i64,
    alive: bool,
}

impl Model {
    /// The generation of the token that is given out.
    fn refresh(&mut self, presented: usize) -> Option<usize> {
        if !self.alive || self.now - self.rotated >= 30 * 86_400 || self.now >= 90 * 86_400 {
            return None;
        }
        match self.generation - presented {
            0 => (self.generation, self.rotated) = (self.generation + 1, self.now),
            1 if self.now - self.rotated < 60 => {}
            _ => self.alive = false,
        }
        self.alive.then_some(self.generation)
    }
}

pub(crate) async fn families_follow_their_model(db: Db) {
    let step = prop_oneof![
        6 => (0_usize..3).prop_map(Step::Refresh),
        2 => prop_oneof![Just(1), Just(59), Just(60), Just(61), Just(29 * 86_400), Just(30 * 86_400)]
            .prop_map(Step::Wait),
        1 => Just(Step::Restart),
    ];
    let runs = prop::collection::vec(step, 1..20);
    let mut runner = TestRunner::deterministic();
    let mut node = Node::start(&db, 1).await;
    let client = node.client("one").await;
    for run in 0..24_u32 {
        let started = node.issuer.clock.now();
        let first = node.exchange(&client, &node.code(&client).await).await;
        let mut tokens = vec![field(&first, "refresh_token").to_owned()];
        let mut model = Model {
            generation: 0,
            rotated: 0,
            now: 0,
            alive: true,
        };
        for step in runs.new_tree(&mut runner).unwrap().current() {
            match step {
                Step::Wait(seconds) => {
                    node.clock.advance(seconds);
                    model.now += seconds;
                }
                Step::Restart => {
                    let next = Node::start(&db, 100 + run).await;
                    next.clock.advance(node.issuer.clock.now().since(NOW));
                    node = next;
                }
                Step::Refresh(back) => {
                    let presented = tokens.len().saturating_sub(1 + back);
                    let answer = node.refresh(&client, &tokens[presented]).await;
                    let expected = model.refresh(presented);
                    assert_eq!(answer.0 == 200, expected.is_some(), "{step:?} {}", answer.1);
                    if let Some(generation) = expected {
                        tokens.truncate(generation);
                        tokens.push(field(&answer, "refresh_token").to_owned());
                    }
                }
            }
        }
        assert!(node.issuer.clock.now() >= started);
    }
}
