//! What an operator scripts: people, clients, keys, audit, migrate.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::dance::{Dance, answer};
use crate::subject::{Home, Server, eventually, text};

#[test]
fn people_are_added_listed_and_disabled() {
    let home = Home::new();
    let add = [
        "people",
        "add",
        "Ada@example.com",
        "--password-stdin",
        "--operator",
        "--json",
    ];
    let added = home.run_with(&add, "correct horse\n");
    assert!(added.status.success(), "{}", text(&added.stderr));
    let added: Value = serde_json::from_slice(&added.stdout).unwrap();
    assert_eq!(
        (&added["email"], &added["operator"]),
        (&json!("Ada@example.com"), &json!(true))
    );
    let again = home.run_with(
        &["people", "add", "ada@EXAMPLE.com", "--password-stdin"],
        "correct horse",
    );
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("has an account already"));
    let short = home.run_with(
        &["people", "add", "b@example.com", "--password-stdin"],
        "short",
    );
    assert!(text(&short.stderr).contains("at least 8"));
    home.json(&["people", "disable", "ada@example.com"]);
    assert_eq!(home.json(&["people", "list"])[0]["disabled"], true);
    home.json(&["people", "enable", "ada@example.com"]);
    assert_eq!(home.json(&["people", "list"])[0]["disabled"], false);
    assert_eq!(
        home.run(&["people", "disable", "nobody@example.com"])
            .status
            .code(),
        Some(1)
    );
}

#[test]
fn a_clients_secret_is_shown_once() {
    let home = Home::new();
    let uri = ["--redirect-uri", "https://svc.example/cb"];
    let add = [
        "clients",
        "add",
        "--id",
        "svc",
        "--auth-method",
        "client_secret_basic",
    ];
    let added = home.json(&[add.as_slice(), &uri].concat());
    let rotated = home.json(&["clients", "rotate-secret", "svc"]);
    let secrets = [&added["client_secret"], &rotated["client_secret"]].map(|s| s.as_str().unwrap());
    assert_ne!(secrets[0], secrets[1]);
    assert!(secrets.iter().all(|secret| secret.len() == 43));
    let list = text(&home.run(&["clients", "list", "--json"]).stdout);
    assert!(list.contains("\"svc\"") && secrets.iter().all(|secret| !list.contains(secret)));
    let again = home.run(&[add.as_slice(), &uri].concat());
    assert!(text(&again.stderr).contains("exists already"));
    // The one that is always known is listed, and can be disabled too.
    home.json(&["clients", "disable", "chatgpt-connector"]);
    let list = home.json(&["clients", "list"]);
    let connector: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .filter(|client| client["id"] == "chatgpt-connector")
        .collect();
    assert_eq!(
        (connector.len(), &connector[0]["disabled"]),
        (1, &json!(true))
    );
    let bad = home.run(&["clients", "add", "--redirect-uri", "javascript:alert(1)"]);
    assert_eq!(bad.status.code(), Some(1));
    assert_eq!(
        home.run(&["clients", "rotate-secret", "nobody"])
            .status
            .code(),
        Some(1)
    );
}

#[test]
fn keys_are_rotated_retired_exported_and_taken_over() {
    let home = Home::new();
    let find = |home: &Home, state: &str| {
        let keys = home.json(&["keys", "list"]);
        let keys = keys.as_array().unwrap().iter();
        let mut ids = keys.filter(|key| key["purpose"] == "RS256" && key["state"] == state);
        ids.next().map(|key| key["id"].as_str().unwrap().to_owned())
    };
    let first = find(&home, "signs").unwrap();
    home.json(&["keys", "rotate"]);
    assert_eq!(find(&home, "signs").unwrap(), first);
    let second = find(&home, "waiting").unwrap();
    let set = home.json(&["keys", "export"]);
    assert_eq!(set["keys"].as_array().unwrap().len(), 2);
    assert!(set["keys"][0].get("d").is_none());

    let other = Home::new();
    let pem = home.json(&["keys", "export", "--private", &first])["pem"].clone();
    let imported = other.run_with(&["keys", "import", "-", "--json"], pem.as_str().unwrap());
    assert!(
        text(&imported.stdout).contains(&first),
        "{}",
        text(&imported.stderr)
    );
    assert!(other.json(&["keys", "export"]).to_string().contains(&first));

    home.json(&["keys", "retire", &first]);
    assert!(!home.json(&["keys", "export"]).to_string().contains(&first));
    assert_eq!(
        find(&home, "signs").unwrap(),
        second,
        "its successor signs at once"
    );
    assert_eq!(
        home.run(&["keys", "retire", "nothing"]).status.code(),
        Some(1)
    );
}

#[test]
fn a_key_from_the_environment_signs_from_the_start() {
    let (home, other) = (Home::new(), Home::new());
    let keys = home.json(&["keys", "list"]);
    let key = keys
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["purpose"] == "RS256")
        .unwrap();
    let id = key["id"].as_str().unwrap();
    let pem = home.json(&["keys", "export", "--private", id])["pem"].clone();
    let mut command = other.command(&["keys", "list", "--json"]);
    let output = command
        .env("JWT_PRIVATE_KEY", pem.as_str().unwrap())
        .output()
        .unwrap();
    let keys: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let signs: Vec<_> = keys
        .iter()
        .filter(|key| key["purpose"] == "RS256")
        .collect();
    assert_eq!((signs.len(), &signs[0]["id"]), (1, &json!(id)));
}

#[test]
fn a_database_without_its_sealing_key_says_which_is_missing() {
    let home = Home::new();
    home.json(&["keys", "list"]);
    std::fs::remove_file(home.0.join("data/sealing.key")).unwrap();
    let output = home.run(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--metrics-listen",
        "off",
    ]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.contains("which is not configured"), "{error}");
}

#[tokio::test]
async fn what_an_operator_ends_is_refused_by_the_running_server() {
    let home = Home::new();
    let server = Server::start(&home).await;
    let mut dance = Dance::whole(&server, "ada@example.com").await;
    assert_eq!(
        dance.call("notes_list", json!({})).await.status,
        StatusCode::OK
    );
    home.json(&["people", "disable", "ada@example.com"]);
    assert_eq!(dance.refresh().await.error(), "invalid_grant");
    assert!(dance.page("/account").await.status.is_redirection());
    eventually("the refusal", async || {
        dance.call("notes_list", json!({})).await.status == StatusCode::UNAUTHORIZED
    })
    .await;
    let client = dance.client_id.clone();
    home.json(&["clients", "disable", &client]);
    eventually("the client's refusal", async || {
        dance.refresh().await.error() == "invalid_client"
    })
    .await;
    let added = home.run_with(
        &["people", "add", "ben@example.com", "--password-stdin"],
        "correct horse",
    );
    assert!(added.status.success());
    let ready = answer(server.http.get(server.url("/health/ready"))).await;
    assert_eq!(ready.status, StatusCode::OK);
    server.stop().await;
    let tail = text(&home.run(&["audit", "tail", "--lines", "1"]).stdout);
    assert_eq!(tail.lines().count(), 1);
    let all = text(&home.run(&["audit", "export"]).stdout);
    assert!(
        all.contains("client_disabled") && all.contains("added by command"),
        "{all}"
    );
}

#[test]
fn migrating_twice_applies_nothing_more() {
    let home = Home::new();
    assert_eq!(home.json(&["migrate"])["applied"][0], "0001_start");
    assert_eq!(home.json(&["migrate"])["applied"], json!([]));
}
