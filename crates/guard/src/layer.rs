//! The guard: what it is told, and how it stands as a tower layer around any MCP server.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt as _};
use http::request::Parts;
use http::{Method, Request, Response};
use oauth::assurance::Assurance;
use oauth::resource::Resource;
use oauth::scope::{Scope, ScopeSet};
use oauth::time::Clock;
use tower::{Layer, Service};

use crate::admit::Admitted;
use crate::mcp::Look;
use crate::metadata;
use crate::policy::ToolPolicy;
use crate::refusal::{Reason, Refusal};
use crate::verify::{Principal, Verify};

/// When a client is asked to sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// At once: every request needs a token, and is refused before its body is read.
    #[default]
    Required,
    /// When it matters: starting and listing are open, each tool decides by its policy.
    Mixed,
}

/// Who gets a challenge inside a result with status 200, in mixed mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InBand {
    /// Nobody.
    Never,
    /// Clients that call themselves `openai-mcp`.
    #[default]
    OpenAi,
    /// Everybody.
    Always,
}

/// What happened to a request, for audits and metrics.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The resource that was asked.
    pub resource: &'a Resource,
    /// The request without its body.
    pub parts: &'a Parts,
    /// What it asked for, if it was looked at.
    pub look: Option<&'a Look>,
    /// Who asked, if that is known.
    pub principal: Option<&'a Principal>,
}

/// Is told of every decision. Must not block.
pub trait Observer: Send + Sync + 'static {
    /// A request was let through.
    fn allowed(&self, seen: &Seen<'_>);
    /// A request was refused.
    fn refused(&self, seen: &Seen<'_>, refusal: &Refusal);
}

/// Guards one MCP endpoint. Cheap to clone.
#[derive(Clone)]
pub struct Guard(pub(crate) Arc<Settings>);

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) resource: Resource,
    pub(crate) metadata_url: String,
    pub(crate) verify: Arc<dyn Verify>,
    pub(crate) policies: HashMap<String, Arc<ToolPolicy>>,
    pub(crate) assurances: HashMap<String, Arc<Assurance>>,
    pub(crate) clock: Clock,
    pub(crate) base_scopes: ScopeSet,
    /// Who holds the first holds the second.
    pub(crate) implied: Vec<(Scope, Scope)>,
    pub(crate) open_methods: OpenMethods,
    pub(crate) mode: Mode,
    pub(crate) in_band: InBand,
    pub(crate) body_bytes_max: usize,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    /// The answer to a request without a token, which is the same for everyone.
    pub(crate) first_challenge: OnceLock<(Refusal, Response<Bytes>)>,
}

/// What needs no token in mixed mode, calls of tools aside.
#[derive(Clone, Copy)]
pub(crate) enum OpenMethods {
    /// What a client needs to find out what there is.
    ToFindOut,
    AllButCalls,
}

impl OpenMethods {
    pub(crate) fn contain(self, method: &str) -> bool {
        match self {
            Self::AllButCalls => method != "tools/call",
            Self::ToFindOut => matches!(
                method,
                "server/discover"
                    | "initialize"
                    | "ping"
                    | "notifications/initialized"
                    | "notifications/cancelled"
                    | "tools/list"
                    | "prompts/list"
                    | "resources/list"
                    | "resources/templates/list"
            ),
        }
    }
}

impl Settings {
    /// What a tool demands of the sign-in, whatever its policy is besides.
    pub(crate) fn check_assurance(
        &self,
        tool: Option<&str>,
        who: Option<&Principal>,
    ) -> Result<(), Reason> {
        let Some(needed) = tool.and_then(|tool| self.assurances.get(tool)) else {
            return Ok(());
        };
        let who = who.ok_or(Reason::TokenMissing)?;
        let now = || self.clock.now();
        match needed.is_met(who.acr.as_deref(), who.auth_time, now) {
            true => Ok(()),
            false => Err(Reason::AuthenticationInsufficient {
                needed: Arc::clone(needed),
            }),
        }
    }

    /// Whether a caller with the scopes `held` has what is needed.
    pub(crate) fn suffices(&self, held: &ScopeSet, needed: &ScopeSet) -> bool {
        let implied = |scope: &Scope| {
            let mut pairs = self.implied.iter();
            pairs.any(|(holder, implied)| implied == scope && held.contains(holder.as_str()))
        };
        let mut needed = needed.iter();
        needed.all(|scope| held.contains(scope.as_str()) || implied(scope))
    }
}

impl Guard {
    /// A guard of `resource` that knows no tool yet, and so lets no tool be called.
    #[must_use]
    pub fn new(resource: Resource, verify: Arc<dyn Verify>) -> Self {
        let metadata_url = metadata::url_of(&resource);
        Self(Arc::new(Settings {
            resource,
            metadata_url,
            verify,
            policies: HashMap::new(),
            assurances: HashMap::new(),
            clock: Clock::System,
            base_scopes: ScopeSet::default(),
            implied: Vec::new(),
            open_methods: OpenMethods::ToFindOut,
            mode: Mode::default(),
            in_band: InBand::default(),
            body_bytes_max: 1024 * 1024,
            observer: None,
            first_challenge: OnceLock::new(),
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        let settings = Arc::make_mut(&mut self.0);
        settings.first_challenge = OnceLock::new();
        change(settings);
        self
    }

    /// Says what a tool demands. Its scopes join the base set that the first challenge names.
    #[must_use]
    pub fn with_tool(self, name: impl Into<String>, policy: ToolPolicy) -> Self {
        self.with(|settings| {
            settings.base_scopes = settings.base_scopes.union(&policy.scopes());
            settings.policies.insert(name.into(), Arc::new(policy));
        })
    }

    /// Demands of the sign-in behind a token, besides the tool's policy and in all its forms: even a public
    /// tool is then for callers with a token.
    #[must_use]
    pub fn with_assurance(self, name: impl Into<String>, needed: Assurance) -> Self {
        self.with(|settings| {
            settings.assurances.insert(name.into(), Arc::new(needed));
        })
    }

    /// Takes the time from here.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        self.with(|settings| settings.clock = clock)
    }

    /// A caller who holds `holder` holds `implied` too. Not transitive: say each pair.
    #[must_use]
    pub fn with_implied(self, holder: Scope, implied: Scope) -> Self {
        self.with(|settings| settings.implied.push((holder, implied)))
    }

    /// Names these scopes in the first challenge, in place of the union of all tools' scopes.
    #[must_use]
    pub fn with_base_scopes(self, scopes: ScopeSet) -> Self {
        self.with(|settings| settings.base_scopes = scopes)
    }

    /// Where the resource's metadata is, if clients reach the resource by an alias.
    #[must_use]
    pub fn with_metadata_url(self, url: impl Into<String>) -> Self {
        self.with(|settings| settings.metadata_url = url.into())
    }

    /// Opens every method but `tools/call` in mixed mode, for a server whose other methods tell nobody
    /// anything: then what it does not serve is "method not found" and not a challenge.
    #[must_use]
    pub fn with_open_methods(self) -> Self {
        self.with(|settings| settings.open_methods = OpenMethods::AllButCalls)
    }

    /// When clients are asked to sign in; [`Mode::Required`] unless told.
    #[must_use]
    pub fn with_mode(self, mode: Mode) -> Self {
        self.with(|settings| settings.mode = mode)
    }

    /// Who gets challenges inside results; [`InBand::OpenAi`] unless told.
    #[must_use]
    pub fn with_in_band(self, in_band: InBand) -> Self {
        self.with(|settings| settings.in_band = in_band)
    }

    /// The longest body; 1 MiB unless told.
    #[must_use]
    pub fn with_body_bytes_max(self, bytes: usize) -> Self {
        self.with(|settings| settings.body_bytes_max = bytes)
    }

    /// Tells someone of every decision.
    #[must_use]
    pub fn with_observer(self, observer: Arc<dyn Observer>) -> Self {
        self.with(|settings| settings.observer = Some(observer))
    }
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded {
            guard: self.clone(),
            inner,
        }
    }
}

/// A service behind a [`Guard`].
#[derive(Clone)]
pub struct Guarded<S> {
    guard: Guard,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Guarded<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + From<Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    R: From<Bytes>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The instance that was polled ready is the one to call.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let guard = self.guard.clone();
        async move {
            let admitted = if request.method() == Method::POST {
                guard.admit(request).await.map(Admitted::into_request)
            } else {
                let (parts, body) = request.into_parts();
                let parts = guard.admit_bare(parts).await;
                parts.map(|parts| Request::from_parts(parts, body))
            };
            match admitted {
                Ok(request) => inner.call(request).await,
                Err(refused) => Ok(refused.map(R::from)),
            }
        }
        .boxed()
    }
}
