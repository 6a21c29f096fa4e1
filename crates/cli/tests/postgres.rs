//! On PostgreSQL, when `VESTIBULE_TEST_POSTGRES_URL` names a server: two nodes, and a database that
//! goes away.

use std::sync::Arc;

use reqwest::StatusCode;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::dance::{Dance, answer};
use crate::subject::{Home, Server, eventually, text};

/// Passes bytes on to the database until it is dropped.
struct Line(JoinSet<()>);

impl Line {
    async fn open(port: u16, target: Arc<str>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let target = Arc::clone(&target);
                connections.spawn(async move {
                    let mut far = TcpStream::connect(&*target).await.unwrap();
                    drop(copy_bidirectional(&mut near, &mut far).await);
                });
            }
        });
        Self(tasks)
    }

    async fn cut(mut self) {
        self.0.shutdown().await;
    }
}

#[tokio::test]
async fn a_database_that_goes_away_is_waited_for_and_comes_back() {
    let Some(url) = testkit::postgres().await else {
        return;
    };
    let target: Arc<str> =
        format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432)).into();
    let port = crate::subject::free_port();
    let mut through = url.clone();
    through.set_host(Some("127.0.0.1")).unwrap();
    through.set_port(Some(port)).unwrap();
    let home = Home::new();
    let settings = "[database]\nconnect_timeout_seconds = 1";
    let server = Server::spawn(&home, settings, &[("DATABASE_URL", through.as_str())]);
    eventually("the complaint", async || {
        home.read("log").contains("the database is away")
    })
    .await;
    let early = answer(server.http.get(server.url("/oauth/jwks"))).await;
    assert_eq!(early.error(), "temporarily_unavailable");
    let alive = answer(server.http.get(server.url("/health/live"))).await;
    assert_eq!(alive.status, StatusCode::OK);
    let line = Line::open(port, Arc::clone(&target)).await;
    let ready = async || {
        let ready = server.http.get(server.url("/health/ready")).send().await;
        ready.map_or(StatusCode::BAD_GATEWAY, |answer| answer.status())
    };
    eventually("ready", async || ready().await == StatusCode::OK).await;
    let mut dance = Dance::whole(&server, "ada@example.com").await;

    line.cut().await;
    assert_eq!(ready().await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        answer(server.http.get(server.url("/health/live")))
            .await
            .status,
        StatusCode::OK
    );
    let refused = dance.refresh().await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.error(), "temporarily_unavailable");
    assert_ne!(refused.header("retry-after"), "");

    let line = Line::open(port, target).await;
    eventually("ready again", async || ready().await == StatusCode::OK).await;
    assert_eq!(dance.refresh().await.status, StatusCode::OK);
    server.stop().await;
    line.cut().await;
}

#[tokio::test]
async fn nodes_share_a_database_and_its_sealing_key() {
    let Some(url) = testkit::postgres().await else {
        return;
    };
    let (home, other) = (Home::new(), Home::new());
    let database = ("DATABASE_URL", url.as_str());
    let listed = home
        .command(&["keys", "list"])
        .envs([database])
        .output()
        .unwrap();
    assert!(listed.status.success(), "{}", text(&listed.stderr));
    let alone = other
        .command(&["keys", "list"])
        .envs([database])
        .output()
        .unwrap();
    assert_eq!(alone.status.code(), Some(1));
    let error = text(&alone.stderr);
    assert!(error.contains("which is not configured"), "{error}");
    let key = home.0.join("data/sealing.key");
    let sealing = ("VESTIBULE_SEALING_KEYS_FILE", key.to_str().unwrap());
    let together = other
        .command(&["keys", "list"])
        .envs([database, sealing])
        .output()
        .unwrap();
    assert_eq!(text(&together.stdout), text(&listed.stdout));
}
