//! The authorization request and its response (RFC 6749 §4.1.1, §4.1.2; RFC 9207).

use crate::acr::Acr;
use crate::error::ErrorCode;
use crate::params::Params;
use crate::pkce::Challenge;
use crate::redirect::ValidatedRedirect;
use crate::resource::Resource;
use crate::scope::ScopeSet;

/// A well-formed request by a client whose redirect URI matched.
///
/// What is *not* checked: whether scopes and resources exist.
#[derive(Clone, Debug)]
pub struct AuthorizeRequest {
    /// Where the answer goes.
    pub redirect: ValidatedRedirect,
    /// Whether `redirect_uri` stood in the request, so that the token request must repeat it.
    pub redirect_was_sent: bool,
    /// Comes back byte for byte.
    pub state: Option<String>,
    /// `None` asks for a default.
    pub scope: Option<ScopeSet>,
    /// Empty asks for the default one.
    pub resources: Vec<Resource>,
    /// What the code's redemption must answer.
    pub challenge: Challenge,
    /// Goes into the ID token; at most 1,024 bytes.
    pub nonce: Option<String>,
    /// What the person must be asked.
    pub prompt: Prompt,
    /// How long ago the person may have signed in.
    pub max_age_seconds: Option<i64>,
    /// How the person should sign in: any of these, the most wanted first. Names that are not known are
    /// left out.
    pub acr_values: Vec<Acr>,
    /// Whom the client expects: a prefilled field, never an identity.
    pub login_hint: Option<String>,
}

/// What the client wants the person to be asked (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Ask nothing: answer or fail.
    pub none: bool,
    /// Sign in again.
    pub login: bool,
    /// Ask for consent even if it is remembered.
    pub consent: bool,
    /// Let the person choose who they are.
    pub select_account: bool,
}

/// Why a request is refused by redirecting back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each reason says itself")]
pub enum AuthorizeRequestError {
    #[error("response_type is missing")]
    ResponseTypeMissing,
    #[error("response_type must be code")]
    ResponseTypeUnsupported,
    #[error("response_mode must be query")]
    ResponseModeUnsupported,
    #[error("code_challenge is missing or not the base64url form of a SHA-256")]
    ChallengeInvalid,
    #[error("code_challenge_method must be S256")]
    ChallengeMethodUnsupported,
    #[error("scope is malformed")]
    ScopeMalformed,
    #[error("resource is malformed")]
    ResourceMalformed,
    #[error("prompt is malformed, or none is combined with another value")]
    PromptInvalid,
    #[error("max_age is not a number of seconds")]
    MaxAgeInvalid,
    #[error("nonce is longer than 1024 bytes")]
    NonceTooLong,
    #[error("request objects are not supported")]
    RequestObject,
    #[error("request_uri is not supported")]
    RequestUri,
}

impl AuthorizeRequestError {
    /// The code that goes over the wire.
    #[must_use]
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::ResponseTypeUnsupported => ErrorCode::UnsupportedResponseType,
            Self::ScopeMalformed => ErrorCode::InvalidScope,
            Self::ResourceMalformed => ErrorCode::InvalidTarget,
            Self::RequestObject => ErrorCode::RequestNotSupported,
            Self::RequestUri => ErrorCode::RequestUriNotSupported,
            Self::ResponseTypeMissing
            | Self::ResponseModeUnsupported
            | Self::ChallengeInvalid
            | Self::ChallengeMethodUnsupported
            | Self::PromptInvalid
            | Self::MaxAgeInvalid
            | Self::NonceTooLong => ErrorCode::InvalidRequest,
        }
    }
}

impl AuthorizeRequest {
    /// Reads what follows once client and redirect URI are known to be good.
    ///
    /// # Errors
    /// The first thing that is wrong; the caller redirects with its code.
    pub fn parse(
        params: &Params,
        redirect: ValidatedRedirect,
    ) -> Result<Self, AuthorizeRequestError> {
        use AuthorizeRequestError as E;
        if params.has("request") {
            return Err(E::RequestObject);
        }
        if params.has("request_uri") {
            return Err(E::RequestUri);
        }
        match params.get("response_type") {
            Some("code") => {}
            Some(_) => return Err(E::ResponseTypeUnsupported),
            None => return Err(E::ResponseTypeMissing),
        }
        if params
            .get("response_mode")
            .is_some_and(|mode| mode != "query")
        {
            return Err(E::ResponseModeUnsupported);
        }
        // RFC 7636 §4.3: without a method, plain is meant, and plain is refused.
        let challenge = Challenge::parse(params.get("code_challenge").unwrap_or_default())
            .map_err(|_| E::ChallengeInvalid)?;
        if params.get("code_challenge_method") != Some("S256") {
            return Err(E::ChallengeMethodUnsupported);
        }
        let nonce = params.get("nonce").map(str::to_owned);
        if nonce.as_ref().is_some_and(|nonce| nonce.len() > 1_024) {
            return Err(E::NonceTooLong);
        }
        let resources = params.get_all("resource").map(Resource::parse);
        let max_age = params
            .get("max_age")
            .map(|age| age.parse::<u32>().map(i64::from));
        Ok(Self {
            redirect,
            redirect_was_sent: params.get("redirect_uri").is_some(),
            state: params.get("state").map(str::to_owned),
            scope: params
                .get("scope")
                .map(str::parse)
                .transpose()
                .map_err(|_| E::ScopeMalformed)?,
            resources: resources
                .collect::<Result<_, _>>()
                .map_err(|_| E::ResourceMalformed)?,
            challenge,
            nonce,
            prompt: Prompt::parse(params.get("prompt").unwrap_or_default())?,
            max_age_seconds: max_age.transpose().map_err(|_| E::MaxAgeInvalid)?,
            acr_values: acr_values(params.get("acr_values").unwrap_or_default()),
            login_hint: params.get("login_hint").map(str::to_owned),
        })
    }
}

/// OpenID Connect Core §3.1.2.1: names with spaces between, the most wanted first. What is asked for is a
/// wish, so a name that nobody knows is no fault.
fn acr_values(text: &str) -> Vec<Acr> {
    text.split(' ').filter_map(Acr::find).collect()
}

impl Prompt {
    fn parse(text: &str) -> Result<Self, AuthorizeRequestError> {
        let mut prompt = Self::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match word {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                // OpenID Connect Core §3.1.2.1 leaves unknown values open: they ask nothing of us.
                _ => {}
            }
        }
        if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
            return Err(AuthorizeRequestError::PromptInvalid);
        }
        Ok(prompt)
    }
}

/// What goes back to the client through the browser.
#[derive(Clone, Copy, Debug)]
pub enum AuthorizeResponse<'a> {
    /// The code, for the token endpoint.
    Code(&'a str),
    /// A refusal.
    Error {
        /// The reason as clients read it.
        code: ErrorCode,
        /// The reason as their developers read it.
        hint: &'a str,
    },
}

impl AuthorizeResponse<'_> {
    /// The address to send the browser to.
    #[must_use]
    pub fn location(
        self,
        redirect: &ValidatedRedirect,
        state: Option<&str>,
        issuer: &str,
    ) -> String {
        let mut pairs = match self {
            Self::Code(code) => vec![("code", code)],
            Self::Error { code, hint } => {
                vec![("error", code.as_str()), ("error_description", hint)]
            }
        };
        // RFC 6749 §4.1.2: state comes back exactly as it was sent, or not at all.
        pairs.extend(state.map(|state| ("state", state)));
        // RFC 9207 §2: every response names the issuer, errors included.
        pairs.push(("iss", issuer));
        redirect.with_query(&pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redirect::RedirectUri;

    const GOOD: &str = "response_type=code&code_challenge_method=S256\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn redirect() -> ValidatedRedirect {
        let registered = [RedirectUri::parse("https://a.example/cb").unwrap()];
        ValidatedRedirect::matching(None, &registered).unwrap()
    }

    fn parse(form: &str) -> Result<AuthorizeRequest, AuthorizeRequestError> {
        AuthorizeRequest::parse(&Params::parse_form(form.as_bytes()).unwrap(), redirect())
    }

    #[test]
    fn each_fault_has_its_code() {
        use ErrorCode as C;
        // RFC 7636 §4.3
        for (form, code) in [
            ("", C::InvalidRequest),
            ("response_type=token", C::UnsupportedResponseType),
            ("response_type=code", C::InvalidRequest),
            (&GOOD.replace("S256", "plain"), C::InvalidRequest),
            (
                &GOOD.replace("code_challenge_method=S256", ""),
                C::InvalidRequest,
            ),
            (&format!("{GOOD}&scope=%22"), C::InvalidScope),
            (&format!("{GOOD}&resource=notauri"), C::InvalidTarget),
            (&format!("{GOOD}&prompt=none+login"), C::InvalidRequest),
            (&format!("{GOOD}&max_age=-1"), C::InvalidRequest),
            (
                &format!("{GOOD}&response_mode=form_post"),
                C::InvalidRequest,
            ),
            (&format!("{GOOD}&request=x"), C::RequestNotSupported),
            (&format!("{GOOD}&request_uri=x"), C::RequestUriNotSupported),
            (
                &format!("{GOOD}&nonce={}", "n".repeat(1_025)),
                C::InvalidRequest,
            ),
        ] {
            assert_eq!(parse(form).unwrap_err().code(), code, "{form}");
        }
        // OpenID Connect Core §3.1.2.1
        assert!(
            parse(&format!("{GOOD}&prompt=consent+create&max_age=60"))
                .unwrap()
                .prompt
                .consent
        );
    }

    #[test]
    fn a_response_carries_state_as_sent_and_the_issuer() {
        // RFC 6749 §4.1.2, RFC 9207 §2
        let error = AuthorizeResponse::Error {
            code: ErrorCode::AccessDenied,
            hint: "no",
        };
        assert_eq!(
            error.location(&redirect(), Some("a/+= ä"), "https://i.example"),
            "https://a.example/cb?error=access_denied&error_description=no\
             &state=a%2F%2B%3D+%C3%A4&iss=https%3A%2F%2Fi.example"
        );
        let code = AuthorizeResponse::Code("c").location(&redirect(), None, "https://i.example");
        assert_eq!(
            code,
            "https://a.example/cb?code=c&iss=https%3A%2F%2Fi.example"
        );
    }
}
