//! The decision about a request: token, audience, body, policy, in this order.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::request::Parts;
use http::{Request, Response};
use oauth::challenge::Challenge;
use oauth::error::ErrorCode;
use oauth::resource::Resource;
use oauth::scope::{Scope, ScopeSet};

use crate::body;
use crate::layer::{Guard, InBand, Mode, Seen};
use crate::mcp::{Look, look};
use crate::policy::ToolPolicy;
use crate::refusal::{Reason, Refusal};
use crate::verify::Principal;

impl Guard {
    /// Decides about a `POST`: the request with its body if it may go on, the answer if not.
    ///
    /// # Errors
    /// The refusal, ready to send.
    pub async fn admit<B>(&self, request: Request<B>) -> Result<Admitted, Response<Bytes>>
    where
        B: http_body::Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let settings = &*self.0;
        let (parts, body) = request.into_parts();
        let mut asked = Asked {
            parts,
            look: None,
            principal: None,
        };
        // In required mode nothing of the body is read for someone without a good token.
        let token_first = settings.mode == Mode::Required;
        if token_first && let Err(reason) = self.authenticate(&mut asked).await {
            return Err(self.refuse(&asked, reason));
        }
        let body = match self.read(&mut asked, body).await {
            Ok(body) => body,
            Err(reason) => return Err(self.refuse(&asked, reason)),
        };
        if !token_first && let Err(reason) = self.authenticate(&mut asked).await {
            return Err(self.refuse(&asked, reason));
        }
        match (self.check_policy(&asked), asked.look.take()) {
            (Ok(acts_for), Some(look)) => {
                let admitted = Admitted {
                    parts: asked.parts,
                    body,
                    look,
                    principal: asked.principal,
                    acts_for,
                };
                if let Some(observer) = &settings.observer {
                    observer.allowed(&admitted.seen(&settings.resource));
                }
                Ok(admitted)
            }
            (Err(reason), look) => {
                asked.look = look;
                Err(self.refuse(&asked, reason))
            }
            (Ok(_), None) => Err(self.refuse(&asked, Reason::BodyAborted)),
        }
    }

    /// Finds out who asks. No token is no error yet in mixed mode; a bad one always is.
    async fn authenticate(&self, asked: &mut Asked) -> Result<(), Reason> {
        let Some(token) = bearer_token(&asked.parts)? else {
            return match self.0.mode {
                Mode::Required => Err(Reason::TokenMissing),
                Mode::Mixed => Ok(()),
            };
        };
        let verified = self.0.verify.verify(token).await;
        let principal = verified.map_err(|refusal| refusal.reason)?;
        // RFC 8707 §2: a token for one resource is useless at another.
        let is_for_us = principal.audience == self.0.resource.as_str();
        asked.principal = Some(principal);
        if is_for_us {
            Ok(())
        } else {
            Err(Reason::WrongResource)
        }
    }

    async fn read<B>(&self, asked: &mut Asked, body: B) -> Result<Bytes, Reason>
    where
        B: http_body::Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        // ChatGPT looks whether there is a sign-in by posting nothing, and wants to be challenged.
        let nothing = body.size_hint().exact() == Some(0);
        if nothing && !asked.parts.headers.contains_key(AUTHORIZATION) {
            return Err(Reason::TokenMissing);
        }
        if !is_json(&asked.parts) {
            return Err(Reason::MediaType);
        }
        let body = body::read(body, self.0.body_bytes_max).await?;
        asked.look = Some(look(&body).map_err(Reason::Body)?);
        Ok(body)
    }

    /// What the tool or method demands, against what the caller has. Says whom a tool may act for.
    fn check_policy(&self, asked: &Asked) -> Result<Option<Arc<Principal>>, Reason> {
        let look = asked.look.as_ref().ok_or(Reason::BodyAborted)?;
        let principal = asked.principal.as_ref();
        if &*look.method != "tools/call" {
            let open = self.0.mode == Mode::Mixed && self.0.open_methods.contain(&look.method);
            return if open || principal.is_some() {
                Ok(None)
            } else {
                Err(Reason::TokenMissing)
            };
        }
        let name = look.name.as_deref();
        let policy = name.and_then(|name| self.0.policies.get(name));
        let Some(policy) = policy else {
            return Err(match principal {
                None => Reason::TokenMissing,
                Some(_) => Reason::ToolUnknown,
            });
        };
        self.0.check_assurance(name, principal.map(AsRef::as_ref))?;
        let holds = |needed| principal.filter(|who| self.0.suffices(&who.scopes, needed));
        match (&**policy, principal) {
            (ToolPolicy::Public, _) => Ok(None),
            (ToolPolicy::Optional(scopes), _) => Ok(holds(scopes).cloned()),
            (ToolPolicy::Required(_), None) => Err(Reason::TokenMissing),
            (ToolPolicy::Required(scopes), Some(_)) => match holds(scopes) {
                Some(principal) => Ok(Some(Arc::clone(principal))),
                None => Err(Reason::ScopeMissing {
                    needed: scopes.clone(),
                }),
            },
        }
    }

    /// A challenge for a result of a tool that was let through, and then found that the person must
    /// allow more elsewhere: with a new authorization for the same scopes.
    #[must_use]
    pub fn challenge_again(&self, admitted: &Admitted, why: &str) -> Challenge {
        let scopes = admitted.principal.as_ref().map(|who| &who.scopes);
        Challenge {
            resource_metadata: Some(self.0.metadata_url.clone()),
            scope: for_resources(scopes.unwrap_or(&self.0.base_scopes)),
            error: Some(ErrorCode::InsufficientScope),
            error_description: Some(why.to_owned()),
            ..Challenge::default()
        }
    }

    /// Refuses a request that was not let come as far as [`Guard::admit`].
    #[must_use]
    pub fn refuse_early<B>(&self, request: Request<B>, reason: Reason) -> Response<Bytes> {
        let asked = Asked {
            parts: request.into_parts().0,
            look: None,
            principal: None,
        };
        self.refuse(&asked, reason)
    }

    fn refuse(&self, asked: &Asked, reason: Reason) -> Response<Bytes> {
        let settings = &*self.0;
        let tell = |refusal: &Refusal| {
            if let Some(observer) = &settings.observer {
                observer.refused(&asked.seen(&settings.resource), refusal);
            }
        };
        if reason == Reason::TokenMissing && asked.look.is_none() {
            let (refusal, response) = settings.first_challenge.get_or_init(|| {
                let refusal = self.refusal(Reason::TokenMissing, None);
                (refusal.clone(), refusal.into_response(None))
            });
            tell(refusal);
            return response.clone();
        }
        let refusal = self.refusal(reason, asked.principal.as_deref());
        tell(&refusal);
        match &asked.look {
            Some(look)
                if refusal.challenge.is_some()
                    && look.is_tool_call()
                    && self.answers_in_band(&asked.parts, look) =>
            {
                refusal.into_result(look)
            }
            look => refusal.into_response(look.as_ref()),
        }
    }

    fn refusal(&self, reason: Reason, principal: Option<&Principal>) -> Refusal {
        let challenge = reason
            .is_challenge()
            .then(|| self.challenge(&reason, principal));
        Refusal { reason, challenge }
    }

    fn challenge(&self, reason: &Reason, principal: Option<&Principal>) -> Challenge {
        let settings = &*self.0;
        let scope = match (reason, principal) {
            // What is held and what is missing: some clients replace, they do not add.
            (Reason::ScopeMissing { needed }, Some(principal)) => principal.scopes.union(needed),
            // The same again, of a better sign-in.
            (Reason::AuthenticationInsufficient { .. }, Some(principal)) => {
                principal.scopes.clone()
            }
            _ => settings.base_scopes.clone(),
        };
        Challenge {
            resource_metadata: Some(settings.metadata_url.clone()),
            scope: for_resources(&scope),
            error: reason.error(),
            error_description: reason.error().map(|_| reason.hint()),
            assurance: reason.assurance().map(Arc::clone),
        }
    }

    fn answers_in_band(&self, parts: &Parts, look: &Look) -> bool {
        let agent = parts.headers.get(USER_AGENT).and_then(|v| v.to_str().ok());
        let names = [agent, look.client_name.as_deref()];
        let open_ai = || {
            names
                .iter()
                .flatten()
                .any(|name| name.starts_with("openai-mcp"))
        };
        self.0.mode == Mode::Mixed
            && match self.0.in_band {
                InBand::Never => false,
                InBand::OpenAi => open_ai(),
                InBand::Always => true,
            }
    }

    /// Decides about a request without a message: an event stream, the end of a session.
    pub(crate) async fn admit_bare(&self, parts: Parts) -> Result<Parts, Response<Bytes>> {
        let mut asked = Asked {
            parts,
            look: None,
            principal: None,
        };
        if let Err(reason) = self.authenticate(&mut asked).await {
            return Err(self.refuse(&asked, reason));
        }
        match asked.principal.take() {
            Some(principal) => {
                asked.parts.extensions.insert(principal);
                Ok(asked.parts)
            }
            None => Err(self.refuse(&asked, Reason::TokenMissing)),
        }
    }
}

/// Scopes that a resource has a use for.
fn for_resources(scopes: &ScopeSet) -> ScopeSet {
    let useful = |scope: &&Scope| scope.as_str() != "offline_access";
    scopes.iter().filter(useful).cloned().collect()
}

/// A request on its way through the guard.
struct Asked {
    parts: Parts,
    look: Option<Look>,
    principal: Option<Arc<Principal>>,
}

impl Asked {
    fn seen<'a>(&'a self, resource: &'a Resource) -> Seen<'a> {
        Seen {
            resource,
            parts: &self.parts,
            look: self.look.as_ref(),
            principal: self.principal.as_deref(),
        }
    }
}

/// A request that the guard let through. Only the guard makes one.
pub struct Admitted {
    parts: Parts,
    body: Bytes,
    look: Look,
    principal: Option<Arc<Principal>>,
    acts_for: Option<Arc<Principal>>,
}

impl Admitted {
    /// The request without its body.
    #[must_use]
    pub const fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The body: one JSON-RPC message.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// What the message asks for.
    #[must_use]
    pub const fn look(&self) -> &Look {
        &self.look
    }

    /// Whom the tool may act for: nobody if its policy is public, or if the caller lacks the
    /// scopes of an optional one.
    #[must_use]
    pub const fn principal(&self) -> Option<&Arc<Principal>> {
        self.acts_for.as_ref()
    }

    fn seen<'a>(&'a self, resource: &'a Resource) -> Seen<'a> {
        Seen {
            resource,
            parts: &self.parts,
            look: Some(&self.look),
            principal: self.principal.as_deref(),
        }
    }

    pub(crate) fn into_request<B: From<Bytes>>(mut self) -> Request<B> {
        if let Some(principal) = self.principal {
            self.parts.extensions.insert(principal);
        }
        Request::from_parts(self.parts, self.body.into())
    }
}

/// RFC 6750 §2.1: the alphabet of bearer tokens. Tokens are long and looked at in every request, so
/// all bytes are compared without a branch, which the compiler does many at a time.
fn is_token(text: &str) -> bool {
    let legal = |byte: u8| {
        byte.is_ascii_alphanumeric()
            | matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
    };
    text.bytes()
        .fold(!text.is_empty(), |all, byte| all & legal(byte))
}

/// The one bearer token of a request.
fn bearer_token(parts: &Parts) -> Result<Option<&str>, Reason> {
    let query = parts.uri.query().unwrap_or_default();
    // RFC 6750 §2.3: tokens in the URI leak; they are not accepted at all.
    if query
        .split('&')
        .any(|pair| pair.starts_with("access_token="))
    {
        return Err(Reason::TokenInUri);
    }
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Reason::HeaderMalformed);
    }
    // RFC 6750 §2.1: the scheme in any case, a space, one token.
    let token = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| is_token(token));
    token.map(Some).ok_or(Reason::HeaderMalformed)
}

fn is_json(parts: &Parts) -> bool {
    let value = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    let media_type = value.and_then(|text| text.split(';').next());
    media_type.is_some_and(|text| text.trim().eq_ignore_ascii_case("application/json"))
}
