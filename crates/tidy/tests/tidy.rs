//! Each rule passes on the project and catches what a test plants.

use tidy::rules::{citations, crates, database, files, lints, modules, texts, words};
use tidy::tree::{Finding, Tree};

type Rule = fn(&Tree) -> Vec<Finding>;

fn passes(rule: Rule) {
    let findings = rule(&Tree::project().expect("the project is readable"));
    let list: Vec<_> = findings.iter().map(Finding::to_string).collect();
    assert!(list.is_empty(), "\n{}\n", list.join("\n"));
}

/// Checks that the rule finds exactly the places `path:line` in a planted tree.
fn catches(rule: Rule, planted: &[(&str, &str)], expected: &[&str]) {
    let findings = rule(&Tree::of(planted));
    let places: Vec<_> = findings
        .iter()
        .map(|f| format!("{}:{}", f.path, f.line))
        .collect();
    assert_eq!(places, expected, "{findings:?}");
}

#[test]
fn crates_depend_in_one_direction() {
    passes(crates::direction);
    let depends = |on: &str| format!("[dependencies]\n{on}.workspace = true\n");
    for (from, on) in [
        ("crates/oauth", "guard"),
        ("crates/guard", "toolbox"),
        ("crates/guard", "issuer"),
        ("crates/toolbox", "issuer"),
        ("crates/issuer", "guard"),
        ("apps/notes", "issuer"),
        ("apps/notes", "oauth"),
        ("crates/cli", "testkit"),
        ("crates/cli", "rusqlite"),
        ("crates/cli", "sqlx"),
        ("crates/tidy", "oauth"),
    ] {
        let path = format!("{from}/Cargo.toml");
        let here = depends(on);
        let there = format!("crates/{on}/Cargo.toml");
        catches(
            crates::direction,
            &[(&path, &here), (&there, "")],
            &[&format!("{path}:2")],
        );
    }
}

#[test]
fn tests_may_use_the_testkit_but_an_app_never_the_issuer() {
    let kit = "[dev-dependencies]\ntestkit.workspace = true\nguard.workspace = true\n";
    let planted = [
        ("crates/issuer/Cargo.toml", kit),
        ("crates/testkit/Cargo.toml", ""),
    ];
    catches(crates::direction, &planted, &[]);
    let app = "[dev-dependencies]\nissuer.workspace = true\n";
    let planted = [
        ("apps/notes/Cargo.toml", app),
        ("crates/issuer/Cargo.toml", ""),
    ];
    catches(crates::direction, &planted, &["apps/notes/Cargo.toml:2"]);
}

#[test]
fn oauth_has_no_runtime_below_it() {
    passes(crates::oauth_stays_pure);
    let planted = [
        (
            "crates/oauth/Cargo.toml",
            "[dependencies]\nserde = \"1\"\nfetch = \"1\"\n",
        ),
        (
            "Cargo.lock",
            "[[package]]\nname = \"fetch\"\ndependencies = [\n \"pool\",\n]\n\n\
             [[package]]\nname = \"pool\"\ndependencies = [\n \"tokio 1.2.3\",\n]\n",
        ),
    ];
    catches(
        crates::oauth_stays_pure,
        &planted,
        &["crates/oauth/Cargo.toml:3"],
    );
}

#[test]
fn modules_of_the_issuer_depend_in_one_direction() {
    passes(modules::direction);
    for (path, code) in [
        ("db/codes.rs", "use crate::tokens::Code;"),
        ("db/codes.rs", "use super::super::audit::Event;"),
        ("db/mod.rs", "use super::random;"),
        ("tokens/code.rs", "use crate::{db, login::session};"),
        (
            "clients/resolve.rs",
            "fn f() { crate::endpoints::token::x() }",
        ),
        (
            "login/mod.rs",
            "use crate::{\n    db,\n    portal::page,\n};",
        ),
        ("endpoints/token/mod.rs", "use super::super::admin::x;"),
        ("portal/home.rs", "use crate::endpoints::x;"),
        ("admin/home.rs", "use crate::portal;"),
    ] {
        let path = format!("crates/issuer/src/{path}");
        catches(
            modules::direction,
            &[(&path, code)],
            &[&format!("{path}:1")],
        );
    }
}

#[test]
fn modules_may_name_what_is_below_them() {
    for (path, code) in [
        (
            "db/codes.rs",
            "use crate::db::{Tx, audit};\nuse super::sessions;",
        ),
        (
            "db/codes.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::tokens::x;\n}",
        ),
        ("tokens/code.rs", "use crate::{Issuer, audit, clients, db};"),
        (
            "endpoints/token/mod.rs",
            "// crate::portal\nuse crate::login; use super::userinfo;",
        ),
        ("routes.rs", "use crate::{admin, endpoints, portal};"),
    ] {
        catches(
            modules::direction,
            &[(&format!("crates/issuer/src/{path}"), code)],
            &[],
        );
    }
}

#[test]
fn files_keep_their_size() {
    passes(files::sizes);
    let lines = |count| "x\n".repeat(count);
    let tests = format!(
        "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
        lines(400),
        lines(200)
    );
    let planted = [
        ("a/src/fits.rs", tests.as_str()),
        ("a/src/long.rs", &lines(401)),
        ("docs/fits.md", &lines(300)),
        ("docs/long.md", &lines(301)),
        ("docs/spec-coverage.md", &lines(301)),
        ("web/long.mjs", &lines(401)),
    ];
    catches(
        files::sizes,
        &planted,
        &["a/src/long.rs:400", "docs/long.md:300", "web/long.mjs:400"],
    );
}

#[test]
fn every_file_says_what_it_is() {
    passes(files::first_lines);
    let planted = [
        ("a/src/lib.rs", "//! The words on the wire.\n"),
        ("a/src/one.rs", "use std::fmt;\n"),
        ("a/src/two.rs", "// The words on the wire.\n"),
    ];
    catches(
        files::first_lines,
        &planted,
        &["a/src/one.rs:1", "a/src/two.rs:1"],
    );
}

#[test]
fn no_file_is_dead() {
    passes(files::orphans);
    let planted = [
        ("crates/a/Cargo.toml", ""),
        ("crates/a/build.rs", ""),
        (
            "crates/a/src/lib.rs",
            "pub mod b;\nmod c;\n// mod dead;\n#[path = \"e/f.rs\"]\nmod g;",
        ),
        ("crates/a/src/b/mod.rs", "pub(crate) mod inner;"),
        ("crates/a/src/b/inner.rs", ""),
        ("crates/a/src/b/dead.rs", ""),
        ("crates/a/src/c.rs", "#[cfg(test)] mod tests;"),
        ("crates/a/src/c/tests.rs", ""),
        ("crates/a/src/dead.rs", ""),
        ("crates/a/src/e/f.rs", ""),
        ("crates/a/tests/main.rs", "mod b;"),
        ("crates/a/tests/b/mod.rs", ""),
        ("crates/a/tests/b/dead.rs", ""),
    ];
    let dead = [
        "crates/a/src/b/dead.rs:1",
        "crates/a/src/dead.rs:1",
        "crates/a/tests/b/dead.rs:1",
    ];
    catches(files::orphans, &planted, &dead);
}

#[test]
fn sql_stands_in_one_folder() {
    passes(database::place);
    let query =
        "fn f() {\n    run(\"SELECT 1\");\n}\n#[cfg(test)]\nmod tests {\n \"DELETE FROM a\" }";
    let planted = [
        ("crates/issuer/src/db/codes.rs", query),
        ("crates/issuer/src/tokens/code.rs", query),
        ("crates/issuer/src/jobs.rs", "fn f() { sql!(tx, none, x) }"),
        ("crates/issuer/tests/main.rs", query),
        (
            "crates/cli/src/words.rs",
            "const A: &str = \"UPDATE your client\";",
        ),
        ("deploy/start.sql", ""),
    ];
    let expected = [
        "crates/issuer/src/jobs.rs:1",
        "crates/issuer/src/tokens/code.rs:2",
        "deploy/start.sql:1",
    ];
    catches(database::place, &planted, &expected);
}

#[test]
fn every_query_is_named_by_the_suite() {
    passes(database::suite);
    let planted = [
        (
            "crates/issuer/src/db/codes.rs",
            "pub(crate) async fn find(\npub(crate) async fn find_all(",
        ),
        ("crates/issuer/src/db/mod.rs", "pub(crate) async fn open("),
        (
            "crates/issuer/tests/db/suite.rs",
            "codes::find_all(&mut tx)",
        ),
    ];
    catches(
        database::suite,
        &planted,
        &["crates/issuer/src/db/codes.rs:1"],
    );
}

#[test]
fn migrations_come_in_pairs() {
    passes(database::migrations);
    let planted = [
        ("m/0001_start.sql", ""),
        ("m/0002_a.postgres.sql", ""),
        ("m/0002_a.sqlite.sql", ""),
        ("m/0003_b.sqlite.sql", ""),
        ("m/0004_c.postgres.sql", ""),
    ];
    let alone = ["m/0003_b.sqlite.sql:1", "m/0004_c.postgres.sql:1"];
    catches(database::migrations, &planted, &alone);
}

#[test]
fn only_the_configuration_reads_the_environment() {
    passes(words::environment);
    let read = "fn f() { std::env::var(\"PORT\") }";
    let planted = [
        ("crates/cli/src/config.rs", read),
        ("crates/cli/src/main.rs", "#[arg(long, env = \"PORT\")]"),
        ("crates/issuer/src/lib.rs", read),
        ("crates/issuer/tests/main.rs", read),
        (
            "crates/issuer/src/said.rs",
            "// env::var\nlet a = \"env::var\";",
        ),
    ];
    let expected = ["crates/cli/src/main.rs:1", "crates/issuer/src/lib.rs:1"];
    catches(words::environment, &planted, &expected);
}

#[test]
fn nothing_is_left_undone() {
    passes(words::unfinished);
    let planted = [
        (
            "a/src/lib.rs",
            "// todo!()\nfn f() { todo!() }\nfn g() { unimplemented!() }",
        ),
        (
            "a/tests/main.rs",
            "#[test]\n#[ignore = \"slow\"]\nfn f() {}",
        ),
        ("web/a.test.ts", "test.only('x', f)"),
    ];
    let expected = [
        "a/src/lib.rs:2",
        "a/src/lib.rs:3",
        "a/tests/main.rs:2",
        "web/a.test.ts:1",
    ];
    catches(words::unfinished, &planted, &expected);
}

#[test]
fn no_machine_is_named() {
    passes(words::machines);
    let home = format!(
        "see `/{}/me/x` and https://example.com/{}/y\n",
        "home", "home"
    );
    let planted = [
        (
            "Cargo.lock",
            "source = \"registry+https://mirror.example/index\"\n",
        ),
        ("docs/a.md", home.as_str()),
        ("docs/b.md", "https://example.com/home/\n"),
        (
            "package-lock.json",
            "{\n\"resolved\": \"https://mirror.example/x.tgz\"\n}",
        ),
    ];
    let expected = ["Cargo.lock:1", "docs/a.md:1", "package-lock.json:2"];
    catches(words::machines, &planted, &expected);
}

#[test]
fn every_cited_section_is_tested() {
    passes(citations::tested);
    let planted = [
        (
            "a/src/lib.rs",
            "//! RFC 1 §1.\n// RFC 1 §2: so.\n// RFC 1 §3: so.\n// RFC 1 §4: so.\n",
        ),
        (
            "a/src/b.rs",
            "// RFC 1 §5: so.\n#[cfg(test)]\nmod tests {\n    // RFC 1 §5\n}\n",
        ),
        ("a/tests/main.rs", "// RFC 1 §2\n"),
        ("conformance/run.mjs", "// RFC 1 §3\n"),
    ];
    catches(citations::tested, &planted, &["a/src/lib.rs:4"]);
}

#[test]
fn limits_stay_configured() {
    passes(lints::configured);
    let project = Tree::project().expect("the project is readable");
    let mut planted: Vec<_> = ["Cargo.toml", "clippy.toml", "rustfmt.toml"]
        .map(|path| (path, project.get(path).unwrap_or_default().to_owned()))
        .to_vec();
    planted[1].1 = planted[1]
        .1
        .replace("lines-threshold = 80", "lines-threshold = 800");
    planted.push(("crates/a/Cargo.toml", String::new()));
    let planted: Vec<_> = planted
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    catches(
        lints::configured,
        &planted,
        &["clippy.toml:1", "crates/a/Cargo.toml:1"],
    );
}

#[test]
fn every_text_is_in_the_catalogue_and_said() {
    passes(texts::catalogue);
    let catalogue = "crates/issuer/src/pages/words/en.ftl";
    let page = "crates/issuer/src/pages/some.html";
    let texts = "wait = soon\nhello = Hello\n    .more = in { wait }\nunsaid = Nobody says this\n";
    let says = "{{ frame.say(\"hello\") }}\n{{ frame.say_with(\"missing\", \"a\", 1) }}\n";
    let planted = [(catalogue, texts), (page, says)];
    let places = [&*format!("{page}:2"), &*format!("{catalogue}:4")];
    catches(texts::catalogue, &planted, &places);
}
