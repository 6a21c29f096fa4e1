//! The person's decision: what counted before, and what is kept of a yes or a no.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use oauth::redirect::RedirectKind;
use oauth::scope::ScopeSet;
use oauth::secret::{Secret, SecretHash};
use oauth::time::UnixTime;

use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::consents::Consent;
use crate::db::{self, DbError};
use crate::login::Problem;
use crate::login::session::SignedIn;
use crate::pages::{Frame, PageError, PageForm};
use crate::tokens::code::{self, NewCode};

use super::asking::{Asking, needs_understanding};
use super::error::Declined;
use super::finish::connect_first;
use super::pending::Pending;
use super::request::{Addressed, Checked, identity_scopes};
use super::respond;

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    source: Source,
    signed_in: SignedIn,
    frame: Frame,
    form: PageForm,
) -> Result<Response, PageError> {
    let pending = Pending::open(&issuer, &signed_in, form.text("pending"))?;
    let addressed = Addressed::load(&issuer, &pending.query).await?;
    if identity(&addressed) != pending.identity || !pending.is_open() {
        return Err(changed());
    }
    let checked = match addressed.check(&issuer) {
        Ok(checked) => checked,
        Err(declined) => return Ok(respond::declined(&issuer, &addressed, &declined)),
    };
    match form.text("decision") {
        "deny" => {
            let event = Event::new(Kind::ConsentDenied, &source)
                .refused(&checked.scope)
                .person(&signed_in.person.id)
                .client(&addressed.client.id)
                .resource(&checked.resource.resource);
            keep_denial(&issuer, pending, event).await?;
            return Ok(respond::declined(&issuer, &addressed, &Declined::DENIED));
        }
        "allow" => {}
        _ => {
            return Err(PageError::bad_request("error-no-decision"));
        }
    }
    if let Some(acr) = checked.missing_acr(&issuer, &signed_in) {
        return Ok(super::raise_first(acr, &pending.query));
    }
    let earlier = Earlier::load(&issuer, &addressed, &checked, &signed_in).await?;
    let scope = match granted(&form, &addressed, &checked, &earlier) {
        Ok(scope) => scope,
        Err(problem) => {
            let asking = Asking {
                addressed: &addressed,
                checked: &checked,
                signed_in: &signed_in,
                earlier: &earlier,
                query: &pending.query,
            };
            let mut response = asking.show(&issuer, &frame, Some(problem))?;
            *response.status_mut() = StatusCode::BAD_REQUEST;
            return Ok(response);
        }
    };
    let asked = (pending.query.as_str(), &scope);
    let connect = connect_first(&issuer, (&addressed, &checked), &signed_in, asked).await?;
    let mut allowed = Allowed::new(&addressed, &checked, &signed_in, (&source, scope));
    allowed.consent = earlier.grown(&addressed, &allowed.code, issuer.clock.now());
    if let Some(page) = connect {
        allowed.keep_without_code(&issuer, pending).await?;
        return Ok(Redirect::to(&page).into_response());
    }
    let code = allowed.keep_using(&issuer, pending).await?;
    Ok(respond::code(&issuer, &addressed, &code))
}

/// What a page showed is not what is there now.
pub(super) fn changed() -> PageError {
    PageError::bad_request("error-app-changed")
}

/// The scopes that the form grants, if what it must tick is ticked.
fn granted(
    form: &PageForm,
    addressed: &Addressed,
    checked: &Checked<'_>,
    earlier: &Earlier,
) -> Result<ScopeSet, Problem> {
    if needs_understanding(addressed) && form.get("understood") != Some("yes") {
        return Err(Problem::new("understood", "consent-understood-missing"));
    }
    let ticked = form.get_all("scope").filter_map(|name| name.parse().ok());
    let ticked: ScopeSet = ticked.collect();
    let identity = identity_scopes();
    let granted = ticked.union(&earlier.scope).union(&identity);
    let granted = granted.intersection(&checked.scope);
    // A grant that no tool accepts would only send the person here again.
    let useful = |scope: &ScopeSet| !scope.difference(&identity).is_empty();
    if useful(&checked.scope) && !useful(&granted) {
        return Err(Problem::new("scope", "consent-scope-missing"));
    }
    Ok(granted)
}

/// What the person allowed this client for this resource before, as far as it still counts.
pub(super) struct Earlier {
    pub(super) scope: ScopeSet,
    counts: bool,
}

impl Earlier {
    pub(super) async fn load(
        issuer: &Issuer,
        addressed: &Addressed,
        checked: &Checked<'_>,
        signed_in: &SignedIn,
    ) -> Result<Self, DbError> {
        let mut tx = issuer.db.read().await?;
        let found = db::consents::find(
            &mut tx,
            &signed_in.person.id,
            addressed.client.id.as_str(),
            checked.resource.resource.as_str(),
        );
        let found = found.await?.filter(|consent| {
            let age = issuer.clock.now().since(UnixTime(consent.given_at));
            age < issuer.settings.lifetimes.consent && consent.identity == identity(addressed)
        });
        Ok(Self {
            counts: found.is_some(),
            scope: found
                .and_then(|consent| consent.scope.parse().ok())
                .unwrap_or_default(),
        })
    }

    /// Whether the person need not be asked. Who listens on a loopback port or owns a scheme may
    /// change from one moment to the next, so there the person always is.
    pub(super) fn suffices(&self, addressed: &Addressed, checked: &Checked<'_>) -> bool {
        let web = match addressed.redirect.uri().kind() {
            RedirectKind::Https { .. } => true,
            RedirectKind::Loopback | RedirectKind::CustomScheme { .. } => false,
        };
        web && self.counts && self.scope.contains_all(&checked.scope)
    }

    /// The consent to store, if it grew or must be renewed.
    fn grown(&self, addressed: &Addressed, new: &NewCode, now: UnixTime) -> Option<Consent> {
        let scope = self.scope.union(&new.scope);
        (!self.counts || scope != self.scope).then(|| Consent {
            person_id: new.person_id.clone(),
            client_id: new.client_id.as_str().to_owned(),
            resource: new.resource.as_str().to_owned(),
            scope: scope.to_string(),
            identity: identity(addressed),
            given_at: now.0,
        })
    }
}

/// Hash of what a person recognizes a client by: name, keys, and where it leads.
pub(super) fn identity(addressed: &Addressed) -> String {
    let client = &addressed.client;
    let host = match addressed.redirect.uri().kind() {
        RedirectKind::Https { host } => host,
        RedirectKind::Loopback => "loopback",
        RedirectKind::CustomScheme { scheme } => scheme,
    };
    let shown = format!(
        "{:?}",
        (
            &client.name,
            &client.jwks,
            &client.jwks_uri,
            client.source,
            host
        )
    );
    SecretHash::of(shown.as_bytes()).as_str().to_owned()
}

/// A yes, and all that is written with it.
pub(super) struct Allowed {
    code: NewCode,
    event: Event,
    used: Option<Pending>,
    consent: Option<Consent>,
    /// What must stand there still, where nobody was asked.
    relies_on: Option<ScopeSet>,
}

/// Why a decision was not kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum DecisionError {
    #[error("the page was answered before")]
    AlreadyAnswered,
    #[error("what was remembered has been taken back")]
    TakenBack,
    #[error(transparent)]
    Database(#[from] DbError),
}

impl From<DecisionError> for PageError {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::AlreadyAnswered => {
                Self::new(StatusCode::CONFLICT, "error-already-answered")
            }
            DecisionError::TakenBack => changed(),
            DecisionError::Database(error) => error.into(),
        }
    }
}

impl Allowed {
    fn new(
        addressed: &Addressed,
        checked: &Checked<'_>,
        signed_in: &SignedIn,
        (source, scope): (&Source, ScopeSet),
    ) -> Self {
        let request = &checked.request;
        let resource = &checked.resource.resource;
        let event = Event::new(Kind::ConsentGiven, source)
            .person(&signed_in.person.id)
            .client(&addressed.client.id)
            .resource(resource)
            .detail(&scope);
        let uri = addressed.redirect.uri().as_str();
        let code = NewCode {
            client_id: addressed.client.id.clone(),
            person_id: signed_in.person.id.clone(),
            resource: resource.clone(),
            scope,
            redirect_uri: request.redirect_was_sent.then(|| uri.to_owned()),
            challenge: request.challenge.clone(),
            nonce: request.nonce.clone(),
            auth_time: signed_in.authenticated_at,
            methods: signed_in.methods,
            privy_token_id: signed_in.privy_token_id.clone(),
        };
        Self {
            code,
            event,
            used: None,
            consent: None,
            relies_on: None,
        }
    }

    /// Everything asked for was allowed before.
    pub(super) fn silently(
        addressed: &Addressed,
        checked: &Checked<'_>,
        signed_in: &SignedIn,
        source: &Source,
    ) -> Self {
        let mut this = Self::new(
            addressed,
            checked,
            signed_in,
            (source, checked.scope.clone()),
        );
        this.event.detail.insert_str(0, "remembered: ");
        this
    }

    /// What was allowed a moment ago, before something else was waited for.
    pub(super) fn finishing(
        addressed: &Addressed,
        checked: &Checked<'_>,
        signed_in: &SignedIn,
        given: (&Source, ScopeSet),
    ) -> Self {
        let mut this = Self::new(addressed, checked, signed_in, given);
        this.event.detail.insert_str(0, "finished: ");
        this
    }

    /// Nothing is kept if what the person allowed before has changed meanwhile.
    pub(super) fn relying_on(mut self, earlier: &Earlier) -> Self {
        self.relies_on = Some(earlier.scope.clone());
        self
    }

    /// As [`Allowed::keep`], using up the page that was answered.
    pub(super) async fn keep_using(
        mut self,
        issuer: &Issuer,
        pending: Pending,
    ) -> Result<Secret<String>, DecisionError> {
        self.used = Some(pending);
        self.keep(issuer).await
    }

    /// Keeps the consent; the code comes when what is waited for is there.
    async fn keep_without_code(
        self,
        issuer: &Issuer,
        pending: Pending,
    ) -> Result<(), DecisionError> {
        let (issuer, db) = (issuer.clone(), issuer.db.clone());
        db.write(move |tx| {
            Box::pin(async move {
                use_up(tx, pending).await?;
                if let Some(consent) = self.consent {
                    db::consents::insert(tx, consent).await?;
                }
                Ok(audit::record(&issuer, tx, &self.event).await?)
            })
        })
        .await
    }

    /// Writes it as one unit. The unit is undone if the page was answered before.
    pub(super) async fn keep(self, issuer: &Issuer) -> Result<Secret<String>, DecisionError> {
        let (issuer, db) = (issuer.clone(), issuer.db.clone());
        db.write(move |tx| {
            Box::pin(async move {
                if let Some(pending) = self.used {
                    use_up(tx, pending).await?;
                }
                if let Some(consent) = self.consent {
                    db::consents::insert(tx, consent).await?;
                }
                if let Some(scope) = self.relies_on {
                    let [client, resource] =
                        [self.code.client_id.as_str(), self.code.resource.as_str()];
                    let consent = (self.code.person_id.as_str(), client, resource);
                    if !db::consents::update_confirmed(tx, consent, &scope.to_string()).await? {
                        return Err(DecisionError::TakenBack);
                    }
                }
                let code = code::issue(&issuer, tx, self.code).await?;
                audit::record(&issuer, tx, &self.event).await?;
                Ok(code)
            })
        })
        .await
    }
}

async fn keep_denial(issuer: &Issuer, used: Pending, event: Event) -> Result<(), DecisionError> {
    let (issuer, db) = (issuer.clone(), issuer.db.clone());
    db.write(move |tx| {
        Box::pin(async move {
            use_up(tx, used).await?;
            Ok(audit::record(&issuer, tx, &event).await?)
        })
    })
    .await
}

async fn use_up(tx: &mut db::Tx, pending: Pending) -> Result<(), DecisionError> {
    // Kept a little longer than the page is good, because nodes' clocks differ.
    let kept_until = pending.expires_at.plus(60);
    match db::used_ids::insert(tx, &pending.id, kept_until).await? {
        true => Ok(()),
        false => Err(DecisionError::AlreadyAnswered),
    }
}
