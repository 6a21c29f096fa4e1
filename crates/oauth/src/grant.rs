//! Token requests: one variant per grant with its own fields (RFC 6749 §4.1.3, §6).

use crate::params::Params;
use crate::pkce::Verifier;
use crate::resource::Resource;
use crate::scope::ScopeSet;
use crate::secret::Secret;

/// The grants that are served, as metadata and registration name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §6.
    RefreshToken,
}

impl GrantType {
    /// All grants, in the order metadata lists them.
    pub const ALL: [Self; 2] = [Self::AuthorizationCode, Self::RefreshToken];

    /// The value of `grant_type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
        }
    }

    /// The grant of this name, if it is served.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == name)
    }
}

/// A token request, without what authenticates the client.
#[derive(Debug)]
pub enum TokenRequest {
    /// Redeems a code.
    AuthorizationCode(AuthorizationCode),
    /// Renews tokens.
    RefreshToken(RefreshToken),
}

/// RFC 6749 §4.1.3 with RFC 7636 §4.5.
#[derive(Debug)]
pub struct AuthorizationCode {
    /// The code, not yet looked up.
    pub code: Secret<String>,
    /// Must repeat what the authorization request sent.
    pub redirect_uri: Option<String>,
    /// Must meet the code's challenge.
    pub verifier: Verifier,
    /// Must be what was authorized; empty means that.
    pub resources: Vec<Resource>,
}

/// RFC 6749 §6.
#[derive(Debug)]
pub struct RefreshToken {
    /// The token, not yet looked up.
    pub refresh_token: Secret<String>,
    /// A subset to narrow down to.
    pub scope: Option<ScopeSet>,
    /// Must be what was authorized; empty means that.
    pub resources: Vec<Resource>,
}

/// Why a token request could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each reason says itself")]
pub enum TokenRequestError {
    #[error("grant_type is missing")]
    GrantTypeMissing,
    #[error("this grant_type is not served")]
    GrantTypeUnknown,
    #[error("code is missing")]
    CodeMissing,
    #[error("code_verifier is missing or malformed")]
    VerifierInvalid,
    #[error("refresh_token is missing")]
    RefreshTokenMissing,
    #[error("scope is malformed")]
    ScopeMalformed,
    #[error("resource is malformed")]
    ResourceMalformed,
}

impl TokenRequest {
    /// Reads the grant and its fields.
    ///
    /// What is *not* checked: whether any of the values is known.
    ///
    /// # Errors
    /// If the grant is unknown or one of its fields is missing or malformed.
    pub fn parse(params: &Params) -> Result<Self, TokenRequestError> {
        let name = params
            .get("grant_type")
            .ok_or(TokenRequestError::GrantTypeMissing)?;
        let grant = GrantType::from_name(name).ok_or(TokenRequestError::GrantTypeUnknown)?;
        let secret = |name| params.get(name).map(|value| Secret::new(value.to_owned()));
        let resources = parse_resources(params)?;
        match grant {
            GrantType::AuthorizationCode => Ok(Self::AuthorizationCode(AuthorizationCode {
                code: secret("code").ok_or(TokenRequestError::CodeMissing)?,
                redirect_uri: params.get("redirect_uri").map(str::to_owned),
                verifier: Verifier::parse(params.get("code_verifier").unwrap_or_default())
                    .map_err(|_| TokenRequestError::VerifierInvalid)?,
                resources,
            })),
            GrantType::RefreshToken => Ok(Self::RefreshToken(RefreshToken {
                refresh_token: secret("refresh_token")
                    .ok_or(TokenRequestError::RefreshTokenMissing)?,
                scope: params
                    .get("scope")
                    .map(str::parse)
                    .transpose()
                    .map_err(|_| TokenRequestError::ScopeMalformed)?,
                resources,
            })),
        }
    }
}

fn parse_resources(params: &Params) -> Result<Vec<Resource>, TokenRequestError> {
    let named = params.get_all("resource").map(Resource::parse);
    named
        .collect::<Result<_, _>>()
        .map_err(|_| TokenRequestError::ResourceMalformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(form: &str) -> Result<TokenRequest, TokenRequestError> {
        TokenRequest::parse(&Params::parse_form(form.as_bytes()).unwrap())
    }

    #[test]
    fn each_grant_has_its_own_fields() {
        // RFC 6749 §4.1.3, RFC 6749 §6
        let verifier = "a".repeat(43);
        let code = parse(&format!(
            "grant_type=authorization_code&code=c&code_verifier={verifier}"
        ));
        assert!(matches!(code, Ok(TokenRequest::AuthorizationCode(_))));
        let refresh = parse("grant_type=refresh_token&refresh_token=r&scope=a+b");
        assert!(matches!(refresh, Ok(TokenRequest::RefreshToken(r)) if r.scope.is_some()));
        for (form, error) in [
            ("", TokenRequestError::GrantTypeMissing),
            ("grant_type=password", TokenRequestError::GrantTypeUnknown),
            (
                "grant_type=authorization_code",
                TokenRequestError::CodeMissing,
            ),
            (
                "grant_type=authorization_code&code=c",
                TokenRequestError::VerifierInvalid,
            ),
            (
                "grant_type=refresh_token",
                TokenRequestError::RefreshTokenMissing,
            ),
            (
                "grant_type=refresh_token&refresh_token=r&resource=x",
                TokenRequestError::ResourceMalformed,
            ),
            (
                "grant_type=refresh_token&refresh_token=r&scope=%22",
                TokenRequestError::ScopeMalformed,
            ),
        ] {
            assert_eq!(parse(form).unwrap_err(), error, "{form}");
        }
    }
}
