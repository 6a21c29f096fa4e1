# Every command a contributor needs. Each is one line that also works without just.

# Serves on http://localhost:3000 with SQLite under ./data.
dev:
    cargo run -p cli -- serve

# What continuous integration runs first: format, rules, lints.
check:
    cargo fmt --all --check && cargo test -q -p tidy && cargo clippy --workspace --all-targets -- -D warnings

# The Rust tests on SQLite, and on PostgreSQL when it is installed.
test *ARGS:
    cargo test --workspace {{ARGS}}

# Everything: Rust, PostgreSQL, the official clients, a browser. Installs what it needs and says what.
test-all:
    scripts/test-all

# Takes over the snapshots that changed; read the diff before you commit it.
accept:
    INSTA_UPDATE=always cargo test --workspace

# Builds the widgets into the pages that the apps embed, with the types of what they show, and the script of Privy's page.
# Needs `npm ci` once.
widgets:
    node_modules/node/bin/node web/types.mjs && node_modules/node/bin/node web/build.mjs && npx tsc

# The widgets in a browser, in every state; `just e2e --shots` leaves pictures in web/e2e/.shots.
e2e *ARGS:
    node_modules/node/bin/node web/e2e/run.mjs {{ARGS}}

# Licences, advisories, banned crates; needs cargo-deny.
deny:
    cargo deny check

# Writes what is generated: the page of cited sections, the reference of settings and their example.
gen:
    cargo run -p tidy -- coverage && cargo build -p cli && target/debug/vestibule check --reference > docs/reference/configuration.md && target/debug/vestibule check --example > vestibule.example.toml

# Measures ours beside its peers; see docs/performance.md.
bench *ARGS:
    benches/run {{ARGS}}

release:
    cargo build --release -p cli
