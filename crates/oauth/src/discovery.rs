//! Metadata documents (RFC 8414 §2, OpenID Connect Discovery §3, RFC 9728 §2).

#![expect(
    missing_docs,
    reason = "the members are named and defined by the sections above"
)]

use crate::acr::Acr;
use crate::client::AuthMethod;
use crate::grant::GrantType;
use crate::jwt::Algorithm;

/// One document for both well-known names: RFC 8414's and OpenID's.
#[derive(Clone, Debug, serde::Serialize)]
pub struct IssuerMetadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    pub revocation_endpoint: String,
    pub introspection_endpoint: String,
    pub userinfo_endpoint: String,
    pub jwks_uri: String,
    pub scopes_supported: Vec<String>,
    pub response_types_supported: [&'static str; 1],
    pub response_modes_supported: [&'static str; 1],
    pub grant_types_supported: [GrantType; 2],
    pub code_challenge_methods_supported: [&'static str; 1],
    pub token_endpoint_auth_methods_supported: Vec<AuthMethod>,
    pub token_endpoint_auth_signing_alg_values_supported: [Algorithm; 3],
    pub revocation_endpoint_auth_methods_supported: Vec<AuthMethod>,
    pub revocation_endpoint_auth_signing_alg_values_supported: [Algorithm; 3],
    pub introspection_endpoint_auth_methods_supported: Vec<AuthMethod>,
    pub introspection_endpoint_auth_signing_alg_values_supported: [Algorithm; 3],
    pub subject_types_supported: [&'static str; 1],
    pub id_token_signing_alg_values_supported: Vec<Algorithm>,
    pub acr_values_supported: Vec<Acr>,
    pub claims_supported: Vec<&'static str>,
    /// Languages of the pages (OpenID Connect Discovery §3).
    pub ui_locales_supported: Vec<&'static str>,
    pub prompt_values_supported: [&'static str; 4],
    pub authorization_response_iss_parameter_supported: bool,
    pub client_id_metadata_document_supported: bool,
    pub claims_parameter_supported: bool,
    pub request_parameter_supported: bool,
    pub request_uri_parameter_supported: bool,
}

/// A resource's own document.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ResourceMetadata {
    pub resource: String,
    pub authorization_servers: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    pub bearer_methods_supported: [&'static str; 1],
    pub resource_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_documentation: Option<String>,
}
