//! Tools that demand how the person signed in.

use guard::oauth::challenge::Challenge;
use guard::oauth::error::ErrorCode;
use guard::{InBand, Mode};
use serde_json::json;
use toolbox::{
    Acr, Allowed, Answer, App as Served, Assurance, Call, NoInput, Principal, Tool, ToolError,
};

use crate::app::{App, mount};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Output {
    /// Always.
    done: bool,
}

async fn run(_: Call, _: Allowed<Principal>, _: NoInput) -> Result<Answer<Output>, ToolError> {
    Ok(Answer::new(Output { done: true }))
}

#[tokio::test]
async fn a_dangerous_tool_is_challenged_for_by_all_its_names_in_both_dialects() {
    // RFC 9470 §3
    let served = || Served {
        tools: vec![
            Tool::required("erase", "".parse().unwrap(), run)
                .assurance(Assurance::level(Acr::MultiFactor))
                .aliases(&["wipe"]),
        ],
        ..notes::ping_app()
    };
    for (in_band, status) in [(InBand::Never, 401), (InBand::Always, 200)] {
        let mut mount = mount(served(), "/mcp/notes", None);
        (mount.mode, mount.in_band) = (Mode::Mixed, in_band);
        let app = App::serving(vec![mount]);
        for name in ["erase", "wipe"] {
            let weak = app.call(Some(&app.token("a")), name, json!({})).await;
            assert_eq!(weak.status, status);
            let result = &weak.body["result"];
            assert_eq!(result["isError"], true);
            let said = result["_meta"]["mcp/www_authenticate"][0].as_str().unwrap();
            let challenge = Challenge::parse(said).unwrap();
            let error = Some(ErrorCode::InsufficientUserAuthentication);
            assert_eq!(
                (challenge.error, challenge.scope.to_string()),
                (error, "a".into())
            );
            let needed = challenge.assurance.unwrap();
            assert_eq!(needed.acr_values, [Acr::MultiFactor.as_str(), "phr"]);
            let header = if in_band == InBand::Never { said } else { "" };
            assert_eq!(weak.header("www-authenticate"), header);
            let mut claims = App::claims("a");
            claims["acr"] = json!("phr");
            let strong = app.call(Some(&app.sign(&claims)), name, json!({})).await;
            assert_eq!(strong.body["result"]["structuredContent"]["done"], true);
        }
    }
}
