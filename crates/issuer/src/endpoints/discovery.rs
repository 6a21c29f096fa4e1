//! The issuer's metadata, one document for all its names (RFC 8414 §2, OpenID Connect Discovery §3).

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use oauth::client::AuthMethod;
use oauth::discovery::IssuerMetadata;
use oauth::grant::GrantType;
use oauth::jwt::Algorithm;

use crate::Issuer;
use crate::document::Document;
use crate::login::level;
use crate::pages::Language;
use crate::settings::Settings;

/// The two names that a client may ask for, and where it may put the path of an MCP endpoint that
/// it takes for the issuer.
pub(crate) const NAMES: [&str; 2] = ["oauth-authorization-server", "openid-configuration"];

/// Writes the document. It is the same until the settings change.
pub(crate) fn document(settings: &Settings) -> Document {
    let url = |path: &str| settings.public_url.join(path);
    let confidential = || {
        let methods = AuthMethod::ALL.into_iter();
        methods
            .filter(|method| *method != AuthMethod::None)
            .collect()
    };
    let mut scopes: Vec<String> = ["openid", "profile", "email", "offline_access"]
        .map(str::to_owned)
        .into();
    let named = settings
        .resources
        .iter()
        .flat_map(|resource| &resource.scopes);
    for scope in named.map(|scope| scope.name.as_str()) {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    let metadata = IssuerMetadata {
        issuer: settings.public_url.as_str().to_owned(),
        authorization_endpoint: url("/oauth/authorize"),
        token_endpoint: url("/oauth/token"),
        registration_endpoint: settings
            .registration
            .enabled
            .then(|| url("/oauth/register")),
        revocation_endpoint: url("/oauth/revoke"),
        introspection_endpoint: url("/oauth/introspect"),
        userinfo_endpoint: url("/oauth/userinfo"),
        jwks_uri: url("/.well-known/jwks.json"),
        scopes_supported: scopes,
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        grant_types_supported: GrantType::ALL,
        code_challenge_methods_supported: ["S256"],
        token_endpoint_auth_methods_supported: AuthMethod::ALL.to_vec(),
        token_endpoint_auth_signing_alg_values_supported: Algorithm::ALL,
        revocation_endpoint_auth_methods_supported: AuthMethod::ALL.to_vec(),
        revocation_endpoint_auth_signing_alg_values_supported: Algorithm::ALL,
        introspection_endpoint_auth_methods_supported: confidential(),
        introspection_endpoint_auth_signing_alg_values_supported: Algorithm::ALL,
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: vec![settings.signing_algorithm],
        acr_values_supported: level::reachable(settings),
        claims_supported: vec![
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "acr",
            "amr",
            "nonce",
            "at_hash",
            "email",
            "email_verified",
            "name",
        ],
        ui_locales_supported: Language::all().map(Language::tag).collect(),
        prompt_values_supported: ["none", "login", "consent", "select_account"],
        authorization_response_iss_parameter_supported: true,
        client_id_metadata_document_supported: settings.metadata_documents.enabled,
        claims_parameter_supported: false,
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
    };
    Document::new(serde_json::to_vec(&metadata).unwrap_or_default())
}

pub(crate) async fn get(State(issuer): State<Issuer>, headers: HeaderMap) -> Response {
    issuer.metadata.respond(&headers)
}

/// Below `/.well-known/`: our names with the path of an MCP endpoint behind them, and nothing else.
pub(crate) async fn get_below(
    State(issuer): State<Issuer>,
    Path(rest): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (name, path) = rest.split_once('/').unwrap_or((&rest, ""));
    let path = path.trim_end_matches('/');
    let known = || mcp_paths(&issuer.settings).any(|known| known.trim_start_matches('/') == path);
    if NAMES.contains(&name) && (path.is_empty() || known()) {
        return issuer.metadata.respond(&headers);
    }
    let body = serde_json::json!({ "error": "not_found" });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

/// The paths of all MCP endpoints, by their own names and by their aliases.
pub(crate) fn mcp_paths(settings: &Settings) -> impl Iterator<Item = &str> {
    let resources = settings.resources.iter();
    let uris = resources.flat_map(|known| std::iter::once(&known.resource).chain(&known.aliases));
    uris.filter(|uri| uri.as_str().starts_with(settings.public_url.as_str()))
        .map(oauth::resource::Resource::path)
        .filter(|path| !path.is_empty())
}
