//! What a tool takes and gives, as JSON Schema.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

pub(crate) fn schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    // The names of Rust's types and sizes say nothing to a client, and validators warn of the latter.
    schema.remove("title");
    schema.remove("description");
    RecursiveTransform(|schema: &mut Schema| {
        let foreign = |format: &Value| format.as_str().is_some_and(|name| name.contains("int"));
        if schema.get("format").is_some_and(foreign) {
            schema.remove("format");
        }
    })
    .transform(&mut schema);
    schema.to_value()
}
