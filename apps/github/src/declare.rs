//! What all tools of this app have in common: they ask GitHub for one person.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use toolbox::{Answer, Tool, ToolError};

use crate::client::{Hub, Session, text};

/// A tool for holders of `scope`, one of those that [`crate::app`] puts in words; none means any good token.
pub(crate) fn declare<I, O, F>(
    hub: &Arc<Hub>,
    name: &'static str,
    scope: &'static str,
    run: fn(Session, I) -> F,
) -> Tool
where
    I: DeserializeOwned + JsonSchema + Send + 'static,
    O: Serialize + JsonSchema + 'static,
    F: Future<Output = Result<Answer<O>, ToolError>> + Send + 'static,
{
    let hub = Arc::clone(hub);
    let scopes = scope.parse().unwrap_or_default();
    Tool::required(name, scopes, move |call, who, input| {
        let hub = Arc::clone(&hub);
        let begun = Instant::now();
        run(
            Session {
                hub,
                call,
                who,
                begun,
            },
            input,
        )
    })
}

/// An answer that says everything twice: to programs as it is, to models in words and a fence.
pub(crate) fn answer<O: Serialize>(summary: &str, output: O) -> Answer<O> {
    let json = serde_json::to_string(&output).unwrap_or_default();
    Answer::new(output).saying(text::fenced(summary, &json))
}
