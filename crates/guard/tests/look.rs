//! The look into a message: whatever comes, it neither fails nor reads otherwise than a full parser does.

use guard::mcp::{LookError, NESTING_MAX, look};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Any JSON of moderate size.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".{0,8}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// What is let through must be a request for everyone else, too.
fn looks_fine(bytes: &[u8]) -> bool {
    let value: Value = serde_json::from_slice(bytes).unwrap();
    value["jsonrpc"] == "2.0" && value["method"].is_string()
}

fn deep(levels: usize) -> String {
    let inside = levels.saturating_sub(2);
    let (open, close) = ("[".repeat(inside), "]".repeat(inside));
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"x","params":{{"p":{open}1{close}}}}}"#)
}

proptest! {
    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(look(&bytes).is_err_and(|error| error.code() < 0) || looks_fine(&bytes));
    }

    #[test]
    fn any_json_is_a_message_or_refused(value in any_json()) {
        let text = value.to_string();
        prop_assert!(look(text.as_bytes()).is_err() || looks_fine(text.as_bytes()));
    }

    #[test]
    fn what_it_reads_is_what_a_full_parser_reads(
        name in ".{0,20}",
        method in prop_oneof![Just("tools/call".to_owned()), ".{0,20}"],
        id in prop_oneof![any::<i64>().prop_map(Value::from), ".{0,8}".prop_map(Value::from)],
        arguments in any_json(),
    ) {
        let message = json!({
            "jsonrpc": "2.0", "id": id, "method": method,
            "params": { "name": name, "arguments": arguments },
        });
        let seen = look(message.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&*seen.method, method.as_str());
        prop_assert_eq!(seen.name.as_deref(), Some(name.as_str()));
        let read: Value = serde_json::from_str(seen.id.unwrap().get()).unwrap();
        prop_assert_eq!(read, id);
    }

    #[test]
    fn a_member_given_twice_is_refused_wherever_it_stands(
        value in any_json(),
        key in "[a-z]{1,6}",
        depth in 0..20_usize,
    ) {
        let twice = format!(r#"{{"{key}":{value},"other":1,"{key}":2}}"#);
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let body = format!(r#"{{"jsonrpc":"2.0","method":"x","params":{{"p":{open}{twice}{close}}}}}"#);
        prop_assert_eq!(look(body.as_bytes()).unwrap_err(), LookError::DuplicateKey);
    }

    #[test]
    fn the_limit_of_levels_is_exact(levels in 2..400_usize) {
        let outcome = look(deep(levels).as_bytes());
        if levels <= NESTING_MAX {
            prop_assert!(outcome.is_ok());
        } else {
            prop_assert_eq!(outcome.unwrap_err(), LookError::TooDeep);
        }
    }
}

#[test]
fn the_era_and_the_client_are_read_from_meta() {
    let body = json!({
        "jsonrpc": "2.0", "id": "a", "method": "tools/list",
        "params": { "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "openai-mcp", "version": "1" },
        } },
    });
    let seen = look(body.to_string().as_bytes()).unwrap();
    assert_eq!(seen.protocol_version.as_deref(), Some("2026-07-28"));
    assert_eq!(seen.client_name.as_deref(), Some("openai-mcp"));
    assert!(!seen.is_tool_call());
}
