//! `vestibule check`, and the pages that are made from the list of settings.

use serde_json::Value;

use crate::subject::{Home, text};

#[test]
fn everything_wrong_is_named_with_a_fix_and_the_exit_code() {
    let home = Home::new();
    let right = home.run(&["check"]);
    assert!(right.status.success() && text(&right.stdout).contains("0 errors"));
    let file = "pubic_url = \"x\"\n[lifetimes]\ncode_seconds = 9999\n[log]\nformat = \"xml\"";
    std::fs::write(home.0.join("vestibule.toml"), file).unwrap();
    let mut command = home.command(&["check", "--json"]);
    let output = command
        .env("JWT_SECRET", "s3cret")
        .env("SESSION_SECRET", "x")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!text(&output.stdout).contains("s3cret"));
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let find = |name: &str| {
        findings
            .iter()
            .find(|finding| finding["setting"] == name)
            .unwrap()
    };
    for (setting, level) in [
        ("pubic_url", "error"),
        ("lifetimes.code_seconds", "error"),
        ("log.format", "error"),
        ("JWT_SECRET", "error"),
        ("SESSION_SECRET", "note"),
    ] {
        assert_eq!(find(setting)["level"], level, "{setting}");
        assert_ne!(find(setting)["fix"], "", "{setting}");
    }
    assert_eq!(find("pubic_url")["fix"], "did you mean `public_url`?");
    // Nothing else starts with it either.
    for command in ["serve", "migrate"] {
        let output = home.run(&[command]);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("did you mean `public_url`?"));
    }
    assert!(!home.0.join("data").exists());
}

#[test]
fn secrets_come_from_files_and_flags_win() {
    let home = Home::new();
    std::fs::write(home.0.join("url"), "mysql://no@where/\n").unwrap();
    for (arguments, variable) in [
        (vec!["check", "--database-url-file", "url"], None),
        (vec!["check"], Some(("DATABASE_URL_FILE", "url"))),
        (vec!["check"], Some(("VESTIBULE_DATABASE_URL_FILE", "url"))),
    ] {
        let output = home.command(&arguments).envs(variable).output().unwrap();
        assert!(text(&output.stdout).contains("is not the URL of a PostgreSQL database"));
        assert!(!text(&output.stdout).contains("no@where"));
    }
    let output = home.command(&["check", "--public-url", "https://a.example"]);
    let output = { output }
        .env("VESTIBULE_PUBLIC_URL", "ftp://b.example")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stdout));
}

#[test]
fn the_reference_and_the_example_are_up_to_date() {
    let home = Home::new();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    for (page, path) in [
        ("--reference", "docs/reference/configuration.md"),
        ("--example", "vestibule.example.toml"),
    ] {
        let written = text(&home.run(&["check", page]).stdout);
        let kept = std::fs::read_to_string(format!("{root}/{path}")).unwrap();
        assert!(
            written == kept,
            "{path} is stale: vestibule check {page} > {path}"
        );
    }
    let example = format!("{root}/vestibule.example.toml");
    let output = home.run(&["check", "--config", &example]);
    assert!(output.status.success(), "{}", text(&output.stdout));
}

#[test]
fn a_sign_in_that_nobody_can_reach_is_an_error() {
    let home = Home::new();
    let problems = |file: &str| {
        std::fs::write(home.0.join("vestibule.toml"), file).unwrap();
        let output = home.run(&["check", "--json"]);
        let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        let errors = findings
            .iter()
            .filter(|finding| finding["level"] == "error");
        let errors = errors.map(|finding| finding["setting"].as_str().unwrap().to_owned());
        errors.collect::<Vec<_>>()
    };
    let phishing_resistant = "acr = \"phishing_resistant\"";
    for (file, errors) in [
        (format!("[sign_in]\n{phishing_resistant}"), vec![]),
        (format!("[apps.notes]\n{phishing_resistant}"), vec![]),
        (
            "[apps.ping]\nacr = \"strong\"".to_owned(),
            vec!["apps.ping.acr"],
        ),
        (
            format!("public_url = \"http://127.0.0.1:3000\"\n[apps.notes]\n{phishing_resistant}"),
            vec!["public_url"],
        ),
        (
            "[sign_in]\nemail_code = \"everybody\"\n[mail]\ntransport = \"off\"".to_owned(),
            vec!["sign_in.email_code"],
        ),
    ] {
        assert_eq!(problems(&file), errors, "{file}");
    }
}
