//! The peer for guarded calls in Rust: rmcp's stateless service behind an axum layer that verifies
//! RS256 tokens with a key parsed once. Arguments: port, issuer, audience, file with the key set.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Json, Response};
use axum::routing::get;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, jwk::JwkSet};
use rmcp::ServerHandler;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::model::{CallToolResult, ContentBlock, Implementation, ServerCapabilities, ServerConfig};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, tool, tool_handler, tool_router};

#[derive(Clone)]
struct Ping {
    tool_router: ToolRouter<Self>,
}

#[tool_router]
impl Ping {
    #[tool(description = "Answers.")]
    async fn ping(&self) -> Result<CallToolResult, ErrorData> {
        Ok(CallToolResult::success(vec![ContentBlock::text("pong")]))
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Ping {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("rmcp-peer", "0.1.0"))
    }
}

struct Verifier {
    key: DecodingKey,
    validation: Validation,
    challenge: HeaderValue,
}

#[derive(Clone, serde::Deserialize)]
struct Claims {
    #[allow(dead_code)]
    sub: String,
    scope: String,
}

async fn guard(
    State(verifier): State<Arc<Verifier>>,
    mut request: Request,
    next: Next,
) -> Response {
    let token = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let claims =
        token.and_then(|token| decode::<Claims>(token, &verifier.key, &verifier.validation).ok());
    match claims {
        Some(data)
            if data
                .claims
                .scope
                .split(' ')
                .any(|scope| scope == "ping:read") =>
        {
            request.extensions_mut().insert(data.claims);
            next.run(request).await
        }
        _ => {
            let challenge = [(header::WWW_AUTHENTICATE, verifier.challenge.clone())];
            (StatusCode::UNAUTHORIZED, challenge).into_response()
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("port, issuer, audience, key set");
    let (port, issuer, audience, keys) = (next(), next(), next(), next());
    let keys: JwkSet = serde_json::from_str(&std::fs::read_to_string(keys).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[&issuer]);
    validation.set_audience(&[&audience]);
    let here = format!("http://127.0.0.1:{port}");
    let metadata = serde_json::json!({
        "resource": format!("{here}/mcp"), "authorization_servers": [issuer],
    });
    let challenge =
        format!("Bearer resource_metadata=\"{here}/.well-known/oauth-protected-resource\"");
    let verifier = Arc::new(Verifier {
        key: DecodingKey::from_jwk(&keys.keys[0]).unwrap(),
        validation,
        challenge: challenge.parse().unwrap(),
    });
    let ping = Ping {
        tool_router: Ping::tool_router(),
    };
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true);
    let service = StreamableHttpService::new(
        move || Ok(ping.clone()),
        Arc::new(NeverSessionManager::default()),
        config,
    );
    let app = Router::new()
        .route_service("/mcp", service)
        .layer(from_fn_with_state(verifier, guard))
        .route(
            "/.well-known/oauth-protected-resource",
            get(move || async { Json(metadata) }),
        );
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port.parse::<u16>().unwrap()))
        .await
        .unwrap();
    axum::serve(listener, app).await.unwrap();
}
