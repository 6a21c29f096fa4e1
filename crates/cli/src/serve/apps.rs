//! The apps, each behind a guard that asks the issuer in this very process.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use guard::keys::LocalKeys;
use guard::verify::{JwtVerifier, Revocations};
use guard::{Observer, Principal, Reason, Refusal, Seen, Verify};
use issuer::Issuer;
use issuer::audit::{Event, Kind, Source};
use issuer::personal::{self, PersonalToken};
use issuer::usage::Use;
use metrics::{Counter, counter};
use oauth::client::ClientId;
use oauth::resource::Resource;
use oauth::time::Clock;
use toolbox::serve::{Host, Mount};

use super::store::Store;
use super::upstream::Upstreams;
use crate::config::{ALIAS, Config};

pub(super) fn router(config: &Config, issuer: &Issuer) -> anyhow::Result<Router> {
    let origin = config.settings.public_url.as_str();
    let (current, looking) = (issuer.clone(), issuer.clone());
    // A token may be signed with a key that another node made a moment ago.
    let look = move || {
        let issuer = looking.clone();
        async move {
            if let Err(error) = issuer.reload_keys().await {
                tracing::warn!(%error, "new keys cannot be looked for");
            }
        }
    };
    let keys = LocalKeys::new(move || current.key_set(), look, Clock::System);
    let verify = Verifier {
        jwt: JwtVerifier::new(origin, keys).with_revocations(Revoked(issuer.clone())),
        issuer: issuer.clone(),
    };
    let host = Host {
        public_origin: origin.to_owned(),
        issuer: origin.to_owned(),
        verify: Arc::new(verify),
        store: Arc::new(Store::new(issuer.clone())),
        connections: Some(Arc::new(Upstreams::new(issuer.clone()))),
        observer: Some(Arc::new(Audit::new(config, issuer.clone()))),
        origins: config.allowed_origins.clone(),
        body_bytes_max: config.bounds.body_bytes,
    };
    let mounts = config.apps.iter().map(|app| Mount {
        app: app.make(),
        path: app.name.path().to_owned(),
        alias: app.default.then(|| ALIAS.to_owned()),
        part: app.part.clone(),
        mode: app.mode,
        in_band: app.in_band,
    });
    Ok(toolbox::serve::router(&host, mounts.collect())?)
}

/// Access tokens by this process's keys, and personal ones by the database, each time: one that was revoked is
/// refused at once on every node.
struct Verifier {
    jwt: JwtVerifier,
    issuer: Issuer,
}

impl Verify for Verifier {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Arc<Principal>, Refusal>> {
        if !token.starts_with(personal::PREFIX) {
            return self.jwt.verify(token);
        }
        let found = self.issuer.personal_token(token).map(|found| match found {
            Ok(Some(token)) => Ok(Arc::new(principal(token))),
            Ok(None) => Err(Refusal::from(Reason::TokenInactive)),
            Err(error) => {
                tracing::warn!(%error, "a personal access token cannot be looked up");
                Err(Refusal::from(Reason::VerifierAway))
            }
        });
        found.boxed()
    }
}

fn principal(token: PersonalToken) -> Principal {
    Principal {
        client_id: token.client_id(),
        sub: token.person_id,
        audience: token.resource,
        scopes: token.scope,
        jti: token.id,
        expires_at: token.expires_at,
        auth_time: None,
        acr: None,
        email: None,
        email_verified: None,
    }
}

/// What the issuer has revoked holds here at once.
struct Revoked(Issuer);

impl Revocations for Revoked {
    fn epoch(&self) -> u64 {
        self.0.revocation_epoch()
    }

    fn is_revoked(&self, jti_or_family: &str) -> bool {
        self.0.is_revoked(jti_or_family)
    }
}

/// Counts calls, for the operator and for the person, and records the refused ones.
struct Audit {
    issuer: Issuer,
    calls: HashMap<Resource, Calls>,
}

/// The counters of one resource, looked up once.
struct Calls {
    allowed: Counter,
    refused: Counter,
}

impl Audit {
    fn new(config: &Config, issuer: Issuer) -> Self {
        let resources = config.settings.resources.iter();
        let calls = resources.map(|settings| {
            let count = |outcome| {
                let resource = settings.resource.path().to_owned();
                counter!("vestibule_calls_total", "resource" => resource, "outcome" => outcome)
            };
            let calls = Calls {
                allowed: count("allowed"),
                refused: count("refused"),
            };
            (settings.resource.clone(), calls)
        });
        Self {
            calls: calls.collect(),
            issuer,
        }
    }
}

impl Observer for Audit {
    fn allowed(&self, seen: &Seen<'_>) {
        if let Some(calls) = self.calls.get(seen.resource) {
            calls.allowed.increment(1);
        }
        let (Some(principal), Some(look)) = (seen.principal, seen.look) else {
            return;
        };
        self.issuer.note_use(&Use {
            person_id: &principal.sub,
            client_id: &principal.client_id,
            resource: &principal.audience,
            tool: look.name.as_deref().filter(|_| look.is_tool_call()),
        });
    }

    fn refused(&self, seen: &Seen<'_>, refusal: &Refusal) {
        if let Some(calls) = self.calls.get(seen.resource) {
            calls.refused.increment(1);
        }
        self.issuer.record_soon_with(|| {
            let source = seen.parts.extensions.get::<Source>();
            let event = Event::new(Kind::CallRefused, source.unwrap_or(&Source::default()))
                .resource(seen.resource)
                .refused(refusal.reason.hint());
            let Some(principal) = seen.principal else {
                return event;
            };
            let event = event.person(&principal.sub);
            match ClientId::parse(&principal.client_id) {
                Ok(client) => event.client(&client),
                Err(_) => event,
            }
        });
    }
}
