//! Coming back from an upstream: the steps from its code to a session or a connection.

use axum::extract::State as Context;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode, Uri};
use oauth::secret::Secret;

use super::state::{Purpose, State};
use super::{Account, Granted, Known, UpstreamError, find};
use crate::Issuer;
use crate::audit::{self, Event, Kind};
use crate::connections::vault::{self, Keep, Kept, Superseded};
use crate::db::identities::Account as Identity;
use crate::db::people::{self, NewPerson};
use crate::db::{self, DbError, Tx};
use crate::login::session::{self, SignedIn, Visitor};
use crate::login::throttle;
use crate::pages::{PageError, PageQuery, apart, clean, say};
use crate::tokens::methods::Method;

pub(crate) async fn get(
    Context(issuer): Context<Issuer>,
    (uri, headers): (Uri, HeaderMap),
    visitor: Visitor,
    signed_in: Option<SignedIn>,
    query: PageQuery,
) -> Result<Response, PageError> {
    // `/auth/github/callback` and `/github/callback`.
    let name = uri.path().trim_end_matches("/callback").rsplit('/').next();
    let name = name.unwrap_or_default();
    let known = find(&issuer, name)?;
    let sealed = query.get("state").unwrap_or_default();
    let state = State::receive(&issuer, &headers, name, sealed).await?;
    if let Purpose::Connect { person_id } = &state.purpose {
        check_person(signed_in.as_ref(), person_id)?;
    }
    let Some(code) = query.get("code") else {
        return Err(cancelled(
            &issuer,
            known,
            (&visitor, &state),
            query.get("error"),
        ));
    };
    let (account, granted) = redeem(&issuer, known, code, &state.verifier).await?;
    let arrived = Arrived {
        issuer: issuer.clone(),
        known: known.clone(),
        visitor,
        account,
        granted,
    };
    match state.purpose {
        Purpose::SignIn => arrived.sign_in(&state.next).await,
        Purpose::Connect { person_id } => arrived.connect(person_id, &state.next).await,
    }
}

/// A browser that somebody else uses by now gets nobody's account connected.
fn check_person(signed_in: Option<&SignedIn>, person_id: &str) -> Result<(), PageError> {
    match signed_in {
        Some(signed_in) if signed_in.person.id == person_id => Ok(()),
        Some(_) | None => Err(PageError::new(
            StatusCode::FORBIDDEN,
            "error-connected-for-other",
        )),
    }
}

fn cancelled(
    issuer: &Issuer,
    known: &Known,
    (visitor, state): (&Visitor, &State),
    error: Option<&str>,
) -> PageError {
    let title = &known.settings.title;
    if state.purpose == Purpose::SignIn {
        let event = Event::new(Kind::SignInFailed, &visitor.source);
        issuer.record_soon(event.refused(format!("{title} was cancelled")));
    }
    let why = error.map(clean).unwrap_or_default();
    tracing::info!(
        upstream = known.settings.name,
        error = why,
        "an upstream was left"
    );
    let title = say("error-upstream-cancelled").with("upstream", title.clone());
    PageError::new(StatusCode::OK, title)
}

async fn redeem(
    issuer: &Issuer,
    known: &Known,
    code: &str,
    verifier: &str,
) -> Result<(Account, Granted), PageError> {
    let redirect_uri = known.redirect_uri(issuer);
    let failed = |error: UpstreamError| away(known, error);
    let granted = known.protocol.exchange(code, verifier, &redirect_uri);
    let granted = granted.await.map_err(failed)?;
    match known.protocol.identify(&granted.access_token).await {
        Ok(account) => Ok((account, granted)),
        Err(error) => {
            give_back(known, &granted.access_token).await;
            Err(failed(error))
        }
    }
}

fn away(known: &Known, error: UpstreamError) -> PageError {
    let (status, title) = match error {
        UpstreamError::Away | UpstreamError::Malformed => {
            (StatusCode::BAD_GATEWAY, say("error-upstream-away"))
        }
        UpstreamError::Refused(_) | UpstreamError::RefreshDead | UpstreamError::TokenDead => {
            (StatusCode::BAD_REQUEST, say("error-upstream-refused"))
        }
    };
    let title = title.with("upstream", known.settings.title.clone());
    PageError::new(status, title).because(error)
}

/// A person who came back from an upstream with an account of theirs.
struct Arrived {
    issuer: Issuer,
    known: Known,
    visitor: Visitor,
    account: Account,
    granted: Granted,
}

/// Why an account does not sign in.
#[derive(Debug, thiserror::Error)]
enum SignInError {
    #[error("the person is disabled")]
    Disabled,
    #[error("sign-up is closed")]
    Closed,
    #[error("another account has this e-mail address")]
    EmailTaken,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl SignInError {
    fn into_page(self, title: &str) -> PageError {
        let page = match self {
            Self::Disabled => say("error-account-disabled"),
            Self::Closed => say("error-account-closed"),
            Self::EmailTaken => say("error-account-email-taken"),
            Self::Db(error) => return error.into(),
        };
        let page = page.with("upstream", title.to_owned());
        PageError::new(StatusCode::FORBIDDEN, page).because(self)
    }
}

impl Arrived {
    async fn sign_in(self, next: &str) -> Result<Response, PageError> {
        let (issuer, known) = (self.issuer.clone(), self.known.clone());
        let token = self.granted.access_token.clone();
        if let Err(limited) = self.count_sign_up().await {
            give_back(&known, &token).await;
            return Err(limited);
        }
        let entered = issuer
            .db
            .write(move |tx| Box::pin(async move { self.enter(tx).await }));
        match entered.await {
            Ok((id, superseded)) => {
                superseded.revoke().await;
                session::enter(&issuer, &id, next)
            }
            Err(error) => {
                give_back(&known, &token).await;
                Err(error.into_page(&known.settings.title))
            }
        }
    }

    /// Finds or makes the person, keeps the tokens, and starts a session, as one unit.
    async fn enter(self, tx: &mut Tx) -> Result<(Secret<String>, Superseded), SignInError> {
        let settings = &self.known.settings;
        let identity = self.identity();
        let (person_id, keep) = match db::identities::find(tx, identity).await? {
            Some(id) => {
                let person = people::find(tx, &id).await?;
                let person = person.filter(|person| !person.disabled);
                (person.ok_or(SignInError::Disabled)?.id, Keep::AsGood)
            }
            None => {
                let id = self.sign_up(tx).await?;
                let now = self.issuer.clock.now();
                if !db::identities::insert(tx, identity, &id, now).await? {
                    return Err(DbError::Conflict.into());
                }
                (id, Keep::Always)
            }
        };
        let superseded = match self.keep(tx, &person_id, keep).await? {
            Kept::Yes(superseded) | Kept::No(superseded) => superseded,
            Kept::OtherAccount(_) => {
                Superseded::new(&self.known, self.granted.access_token.clone())
            }
        };
        let id = self
            .visitor
            .start_session(&self.issuer, tx, (&person_id, Method::Upstream.into()))
            .await?;
        let event = Event::new(Kind::SignedIn, &self.visitor.source)
            .person(&person_id)
            .detail(format!("with {}", settings.title));
        audit::record(&self.issuer, tx, &event).await?;
        Ok((id, superseded))
    }

    /// Somebody new counts like anybody who makes an account.
    async fn count_sign_up(&self) -> Result<(), PageError> {
        let mut tx = self.issuer.db.read().await?;
        let known = db::identities::find(&mut tx, self.identity()).await?;
        drop(tx);
        if known.is_none() {
            let name = throttle::source_name("sign_up", &self.visitor.source);
            let limit = self.issuer.settings.limits.sign_ups_per_source;
            throttle::count(&self.issuer, &name, limit).await?;
        }
        Ok(())
    }

    fn identity(&self) -> Identity<'_> {
        Identity {
            upstream: &self.known.settings.name,
            host: self.known.settings.host(),
            id: &self.account.id,
        }
    }

    async fn sign_up(&self, tx: &mut Tx) -> Result<String, SignInError> {
        let address = self.account.verified_email.as_deref().unwrap_or_default();
        if !self.issuer.settings.sign_up.allows(address) {
            return Err(SignInError::Closed);
        }
        let now = self.issuer.clock.now();
        let id = self.issuer.random.id(now);
        let id = id.map_err(|_| DbError::Unavailable(None))?.to_string();
        let email = self.account.verified_email.clone();
        let new = NewPerson {
            id: id.clone(),
            email_verified: email.is_some(),
            // The address that the upstream itself gives an account without a public one.
            email: email.unwrap_or_else(|| {
                let host = self.known.settings.host();
                format!(
                    "{}+{}@users.noreply.{host}",
                    self.account.id, self.account.login
                )
            }),
            name: self
                .account
                .name
                .as_deref()
                .map(clean)
                .filter(|name| !name.is_empty()),
            password_hash: None,
            operator: false,
        };
        if people::find_by_email(tx, &new.email).await?.is_some() {
            return Err(SignInError::EmailTaken);
        }
        people::insert(tx, new, now).await?;
        let event = Event::new(Kind::SignedUp, &self.visitor.source)
            .person(&id)
            .detail(format!("with {}", self.known.settings.title));
        audit::record(&self.issuer, tx, &event).await?;
        Ok(id)
    }

    async fn connect(self, person_id: String, next: &str) -> Result<Response, PageError> {
        let (issuer, known) = (self.issuer.clone(), self.known.clone());
        let (token, login) = (
            self.granted.access_token.clone(),
            self.account.login.clone(),
        );
        let kept = issuer.db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                let kept = self.keep(tx, &person_id, Keep::Always).await?;
                if let Kept::Yes(_) = kept {
                    let (title, scope) = (&self.known.settings.title, &self.granted.scope);
                    let (login, id) = (&self.account.login, &self.account.id);
                    let event = Event::new(Kind::ConnectionMade, &self.visitor.source)
                        .person(&person_id)
                        .detail(format!("{title} as {login} ({id}): {scope}"));
                    audit::record(&self.issuer, tx, &event).await?;
                }
                Ok(kept)
            })
        });
        let kept = match kept.await {
            Ok(kept) => kept,
            Err(error) => {
                give_back(&known, &token).await;
                return Err(error.into());
            }
        };
        match kept {
            Kept::Yes(superseded) | Kept::No(superseded) => {
                superseded.revoke().await;
                Ok(Redirect::to(next).into_response())
            }
            Kept::OtherAccount(connected) => {
                give_back(&known, &token).await;
                let title = &known.settings.title;
                let page = say("error-other-account")
                    .with("connected", apart(&clean(&connected)))
                    .with("arrived", apart(&clean(&login)))
                    .with("upstream", title.clone());
                Err(PageError::new(StatusCode::CONFLICT, page))
            }
        }
    }

    async fn keep(&self, tx: &mut Tx, person_id: &str, keep: Keep) -> Result<Kept, DbError> {
        let arrived = vault::Arrived {
            known: &self.known,
            person_id,
            account: &self.account,
            granted: &self.granted,
        };
        vault::keep(&self.issuer, tx, &arrived, keep).await
    }
}

/// A token that is not kept does not stay alive either.
async fn give_back(known: &Known, token: &Secret<String>) {
    Superseded::new(known, token.clone()).revoke().await;
}
