//! Apps that contradict themselves or each other are not served.

use std::sync::Arc;

use guard::oauth::jwt::KeySet;
use guard::verify::JwtVerifier;
use toolbox::serve::{Mount, MountError, router};
use toolbox::{Answer, App, Call, NoInput, Tool, ToolError};

use crate::app::{ORIGIN, host, mount};

fn outcome(mounts: Vec<Mount>) -> String {
    let keys = Arc::new(KeySet::default());
    let verify = JwtVerifier::new(ORIGIN, move || Arc::clone(&keys));
    let routed = router(&host(Arc::new(verify)), mounts);
    routed.map_or_else(
        |error: MountError| error.to_string(),
        |_| "served".to_owned(),
    )
}

async fn run(_: Call, _: NoInput) -> Result<Answer<bool>, ToolError> {
    Err(ToolError::new("never called"))
}

fn app_with(tools: Vec<Tool>) -> App {
    App {
        tools,
        ..notes::ping_app()
    }
}

#[test]
fn one_path_is_one_resource() {
    let twice = |first: Option<&str>, second: Option<&str>| {
        outcome(vec![
            mount(notes::app(), "/mcp/notes", first),
            mount(notes::ping_app(), "/mcp/ping", second),
        ])
    };
    assert_eq!(twice(Some("/mcp"), None), "served");
    assert_eq!(twice(Some("/mcp"), Some("/mcp")), "/mcp is served twice");
    assert_eq!(
        twice(Some("/mcp"), Some("/m")),
        "/.well-known/oauth-protected-resource is served twice"
    );
    assert_eq!(twice(Some("/mcp/ping"), None), "/mcp/ping is served twice");
    for path in ["", "/", "mcp", "/mcp/", "/a/../b", "/mcp#x"] {
        let said = outcome(vec![mount(notes::ping_app(), path, None)]);
        assert!(said.ends_with("does not name a resource"), "{path}: {said}");
    }
}

#[test]
fn tools_have_names_that_clients_accept_and_scopes_with_words() {
    let serve = |tools| outcome(vec![mount(app_with(tools), "/mcp/x", None)]);
    assert_eq!(serve(vec![Tool::public("a", run)]), "served");
    for name in ["", "a b", "ä", "a/b"] {
        assert!(
            serve(vec![Tool::public(name, run)]).contains("tool name"),
            "{name}"
        );
    }
    let twice = serve(vec![Tool::public("a", run), Tool::public("a", run)]);
    assert!(twice.contains("tool name a is taken"), "{twice}");
    let silent = Tool::optional("a", "x:read".parse().unwrap(), |call, _, input| {
        run(call, input)
    });
    assert_eq!(serve(vec![silent]), "ping: the scope x:read has no text");
}
