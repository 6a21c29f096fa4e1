//! What must hold for every tool of every app.

use std::collections::BTreeSet;

use serde_json::Value;
use toolbox::App;
use toolbox::snapshot::definitions;

fn apps() -> [App; 3] {
    let github = github::Settings {
        write_branches: true,
        ..github::Settings::default()
    };
    [notes::app(), notes::ping_app(), github::app(&github)]
}

#[test]
fn names_are_unique_in_all_apps() {
    let mut names = BTreeSet::new();
    for app in apps() {
        for tool in definitions(&app) {
            let name = tool["name"].as_str().unwrap().to_owned();
            assert!(names.insert(name.clone()), "{name} is there twice");
        }
    }
}

#[test]
fn every_tool_says_what_clients_ask_for() {
    for app in apps() {
        for tool in definitions(&app) {
            let name = &tool["name"];
            for text in ["title", "description"] {
                let length = tool[text].as_str().map_or(0, str::len);
                assert!((3..1_024).contains(&length), "{name}: {text}");
            }
            for hint in [
                "readOnlyHint",
                "destructiveHint",
                "idempotentHint",
                "openWorldHint",
            ] {
                assert!(tool["annotations"][hint].is_boolean(), "{name}: {hint}");
            }
            let schemes = tool["securitySchemes"].as_array().unwrap();
            assert!(!schemes.is_empty(), "{name}: no policy");
            assert_eq!(
                tool["securitySchemes"], tool["_meta"]["securitySchemes"],
                "{name}"
            );
            for status in [
                "openai/toolInvocation/invoking",
                "openai/toolInvocation/invoked",
            ] {
                let length = tool["_meta"][status]
                    .as_str()
                    .map_or(0, |text| text.chars().count());
                assert!(length <= 64, "{name}: {status}");
            }
        }
    }
}

#[test]
fn schemas_are_objects_that_all_clients_read() {
    for app in apps() {
        for tool in definitions(&app) {
            for part in ["inputSchema", "outputSchema"] {
                let schema = &tool[part];
                assert_eq!(schema["type"], "object", "{}: {part}", tool["name"]);
                let text = schema.to_string();
                for word in ["\"$ref\"", "\"anyOf\"", "\"oneOf\"", "\"allOf\"", "\"not\""] {
                    assert!(!text.contains(word), "{}: {part} has {word}", tool["name"]);
                }
                check_described(schema, &tool["name"]);
            }
            assert_eq!(
                tool["inputSchema"]["additionalProperties"], false,
                "{}",
                tool["name"]
            );
        }
    }
}

fn check_described(schema: &Value, name: &Value) {
    for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
        assert!(
            schema["description"].is_string(),
            "{name}: {property} is not described"
        );
    }
}

#[test]
fn every_scope_of_a_tool_has_words() {
    for app in apps() {
        for scope in app.scope_set().iter() {
            let text = app.scopes.iter().find(|text| text.scope == scope.as_str());
            let text = text.unwrap_or_else(|| panic!("{}: {scope}", app.name));
            assert!(!text.title.is_empty() && !text.description.is_empty());
        }
        assert_eq!(
            app.scopes.len(),
            app.scope_set().len(),
            "{}: a scope of no tool",
            app.name
        );
    }
}
