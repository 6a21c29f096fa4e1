//! The notes app: the smallest complete example of a guarded MCP server, and the `ping` resource beside it.
//! One file per tool; copy this crate to start your own.

mod auth_show;
mod auth_whoami;
mod notes_add;
mod notes_list;
mod notes_teaser;
mod ping;

use toolbox::{App, ScopeText};

/// Notes that belong to the person who signed in.
#[must_use]
pub fn app() -> App {
    App {
        name: "notes",
        title: "Notes",
        version: env!("CARGO_PKG_VERSION"),
        instructions: "Keeps short notes for the person who signed in. Start with auth_show if \
                       the person asks how signing in works; otherwise list or add notes.",
        scopes: &[
            ScopeText {
                scope: "profile:read",
                title: "See who you are",
                description: "Read your account's identifier and, if you share it, your e-mail address.",
                implies: &[],
            },
            ScopeText {
                scope: "notes:read",
                title: "Read your notes",
                description: "List the notes that you have kept here.",
                implies: &[],
            },
            ScopeText {
                scope: "notes:write",
                title: "Add notes",
                description: "Add notes to the ones that you have kept here.",
                implies: &[],
            },
        ],
        provider: None,
        tools: vec![
            auth_show::tool(),
            auth_whoami::tool(),
            notes_list::tool(),
            notes_add::tool(),
            notes_teaser::tool(),
        ],
    }
}

/// A second resource, which shows that a token for one is useless at another.
#[must_use]
pub fn ping_app() -> App {
    App {
        name: "ping",
        title: "Ping",
        version: env!("CARGO_PKG_VERSION"),
        instructions: "Answers whoever is signed in.",
        scopes: &[],
        provider: None,
        tools: vec![ping::tool()],
    }
}

/// The scopes of a policy, written in the source.
fn scopes(text: &'static str) -> toolbox::ScopeSet {
    text.parse().unwrap_or_default()
}
