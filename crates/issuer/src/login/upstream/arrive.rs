//! Who came back from an upstream: to a session, to a connection, or to another way to sign in.

use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;

use super::{Account, Arrival, Known};
use crate::Issuer;
use crate::audit::{self, Event, Kind};
use crate::connections::vault::{self, Keep, Kept, Superseded};
use crate::db::identities::Account as Identity;
use crate::db::people::{self, NewPerson, Person};
use crate::db::{self, DbError, Tx};
use crate::login::second::Entry;
use crate::login::session::Visitor;
use crate::login::throttle;
use crate::mail::alerts::Alert;
use crate::pages::{PageError, apart, clean, say};
use crate::tokens::methods::Method;
use crate::tokens::privy;

/// A person who came back from an upstream with an account of theirs.
pub(super) struct Arrived {
    pub(super) issuer: Issuer,
    pub(super) known: Known,
    pub(super) visitor: Visitor,
    pub(super) arrival: Arrival,
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
    #[error("the person signs in with another account there")]
    OtherAccount,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl SignInError {
    fn into_page(self, title: &str) -> PageError {
        let page = match self {
            Self::Disabled => say("error-account-disabled"),
            Self::Closed => say("error-account-closed"),
            Self::EmailTaken => say("error-account-email-taken"),
            Self::OtherAccount => say("error-account-other-identity"),
            Self::Db(error) => return error.into(),
        };
        let page = page.with("upstream", title.to_owned());
        PageError::new(StatusCode::FORBIDDEN, page).because(self)
    }
}

impl Arrived {
    pub(super) async fn sign_in(self, next: &str) -> Result<Response, PageError> {
        let (issuer, known) = (self.issuer.clone(), self.known.clone());
        let unused = self.unused();
        if let Err(limited) = self.count_sign_up().await {
            unused.revoke().await;
            return Err(limited);
        }
        let entered = issuer
            .db
            .write(move |tx| Box::pin(async move { self.enter(tx).await }));
        match entered.await {
            Ok((entry, superseded)) => {
                superseded.revoke().await;
                entry.go(&issuer, next)
            }
            Err(error) => {
                unused.revoke().await;
                Err(error.into_page(&known.settings.title))
            }
        }
    }

    /// Finds or makes the person, keeps the tokens, and starts a session, as one unit.
    async fn enter(mut self, tx: &mut Tx) -> Result<(Entry, Superseded), SignInError> {
        let (person_id, keep) = match db::identities::find(tx, self.identity()).await? {
            Some(id) => {
                let person = people::find(tx, &id).await?;
                let person = person.filter(|person| !person.disabled);
                let id = person.ok_or(SignInError::Disabled)?.id;
                let (login, now) = (self.login(), self.issuer.clock.now());
                db::identities::update_used(tx, self.identity(), &login, now).await?;
                (id, Keep::AsGood)
            }
            None => (self.join(tx).await?, Keep::Always),
        };
        let superseded = match self.keep(tx, &person_id, keep).await? {
            Kept::Yes(superseded) | Kept::No(superseded) => superseded,
            Kept::OtherAccount(_) => self.unused(),
        };
        if let Some(token) = &self.arrival.privy_token {
            let id = privy::keep(&self.issuer, tx, (&person_id, token)).await?;
            self.visitor.privy_token_id = Some(id);
        }
        let detail = format!("with {}", self.known.settings.title);
        let proved = (person_id.as_str(), Method::Upstream, detail.as_str());
        let entry = Entry::open(&self.issuer, tx, &self.visitor, proved).await?;
        Ok((entry, superseded))
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

    fn account(&self) -> &Account {
        &self.arrival.account
    }

    fn identity(&self) -> Identity<'_> {
        Identity {
            upstream: &self.known.settings.name,
            host: self.known.settings.host(),
            id: &self.account().id,
        }
    }

    /// What the account is called there, for the person to tell it from others.
    fn login(&self) -> String {
        clean(&self.account().login)
    }

    /// The account's first sign-in: as the person whose address it proves, or as somebody new.
    async fn join(&self, tx: &mut Tx) -> Result<String, SignInError> {
        let id = match self.load_owner(tx).await? {
            Some(person) => {
                let event = Event::new(Kind::IdentityLinked, &self.visitor.source)
                    .person(&person.id)
                    .detail(format!("{} by e-mail", self.known.settings.title));
                self.record_linked(tx, &person.id, event).await?;
                person.id
            }
            None => self.sign_up(tx).await?,
        };
        if self.insert_identity(tx, &id).await? {
            return Ok(id);
        }
        match db::identities::find(tx, self.identity()).await? {
            // Another request of the same account was faster.
            Some(_) => Err(DbError::Conflict.into()),
            None => Err(SignInError::OtherAccount),
        }
    }

    /// Writes it down, and tells the person.
    async fn record_linked(
        &self,
        tx: &mut Tx,
        person_id: &str,
        event: Event,
    ) -> Result<(), DbError> {
        audit::record(&self.issuer, tx, &event).await?;
        let alert = Alert::IdentityLinked(&self.known.settings.title);
        let person = (person_id, self.visitor.language);
        alert.tell(&self.issuer, tx, person).await
    }

    async fn insert_identity(&self, tx: &mut Tx, person_id: &str) -> Result<bool, DbError> {
        let (login, now) = (self.login(), self.issuer.clock.now());
        db::identities::insert(tx, self.identity(), (person_id, &login), now).await
    }

    /// The person here with the account's address. Both sides must be sure of it, and the upstream
    /// trusted for it: whoever could make it say an address would else be let in to others' accounts.
    async fn load_owner(&self, tx: &mut Tx) -> Result<Option<Person>, SignInError> {
        // What a provider only claims tells nobody whose address is known here.
        let Some(email) = self.own_email() else {
            return Ok(None);
        };
        let Some((person, _)) = people::find_by_email(tx, &email).await? else {
            return Ok(None);
        };
        let trusted = self.known.settings.trusts_email && person.email_verified;
        // Whoever runs this links from inside only: more hangs on it than one person's things.
        if !trusted || person.operator {
            return Err(SignInError::EmailTaken);
        }
        if person.disabled {
            return Err(SignInError::Disabled);
        }
        Ok(Some(person))
    }

    async fn sign_up(&self, tx: &mut Tx) -> Result<String, SignInError> {
        // An address that does not count opens nothing either.
        let address = self.own_email().unwrap_or_default();
        if !self.issuer.settings.sign_up.allows(&address) {
            return Err(SignInError::Closed);
        }
        let now = self.issuer.clock.now();
        let id = self.issuer.random.id(now);
        let id = id.map_err(|_| DbError::Unavailable(None))?.to_string();
        let email = self.own_email();
        let name = self.account().name.as_deref().map(clean);
        let new = NewPerson {
            id: id.clone(),
            email_verified: email.is_some(),
            email: match email {
                Some(email) => email,
                None => self.no_email(tx, &id).await?,
            },
            name: name.filter(|name| !name.is_empty()),
            password_hash: None,
            operator: false,
        };
        people::insert(tx, new, now).await?;
        let event = Event::new(Kind::SignedUp, &self.visitor.source)
            .person(&id)
            .detail(format!("with {}", self.known.settings.title));
        audit::record(&self.issuer, tx, &event).await?;
        Ok(id)
    }

    /// The address that somebody new gets. A provider that is not trusted for it could else put down
    /// anybody's, before they come themselves.
    fn own_email(&self) -> Option<String> {
        let settings = &self.known.settings;
        let counts = settings.trusts_email || settings.github().is_some();
        let email = self.account().verified_email.clone();
        email.filter(|_| counts)
    }

    /// Stands where an address must, and is none.
    async fn no_email(&self, tx: &mut Tx, person_id: &str) -> Result<String, DbError> {
        let (settings, account) = (&self.known.settings, self.account());
        if settings.github().is_some() {
            // The address that GitHub itself gives an account without a public one.
            let (id, login, host) = (&account.id, &account.login, settings.host());
            let email = format!("{id}+{login}@users.noreply.{host}");
            // Whoever unlinked the account may still have it.
            if people::find_by_email(tx, &email).await?.is_none() {
                return Ok(email);
            }
        }
        // RFC 2606 §2: no mail ever gets there.
        Ok(format!("{person_id}@{}.invalid", settings.name))
    }

    /// Lets the account sign in as a person who is signed in already.
    pub(super) async fn link(self, person_id: String, next: &str) -> Result<Response, PageError> {
        let (issuer, unused) = (self.issuer.clone(), self.unused());
        let title = self.known.settings.title.clone();
        let linked = issuer.db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                if let Some(owner) = db::identities::find(tx, self.identity()).await? {
                    return Ok(owner == person_id);
                }
                if !self.insert_identity(tx, &person_id).await? {
                    return Ok(false);
                }
                let event = Event::new(Kind::IdentityLinked, &self.visitor.source)
                    .person(&person_id)
                    .detail(&self.known.settings.title);
                self.record_linked(tx, &person_id, event).await?;
                Ok(true)
            })
        });
        let linked = linked.await;
        // To sign in needs no token.
        unused.revoke().await;
        match linked? {
            true => Ok(Redirect::to(next).into_response()),
            false => {
                let page = say("error-identity-taken").with("upstream", title);
                Err(PageError::new(StatusCode::CONFLICT, page))
            }
        }
    }

    pub(super) async fn connect(
        self,
        person_id: String,
        next: &str,
    ) -> Result<Response, PageError> {
        let (issuer, known) = (self.issuer.clone(), self.known.clone());
        let (unused, login) = (self.unused(), self.login());
        let kept = issuer.db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                let kept = self.keep(tx, &person_id, Keep::Always).await?;
                if let Kept::Yes(_) = kept {
                    let scope = self.arrival.granted.as_ref().map(|granted| &granted.scope);
                    let scope = scope.map_or("", String::as_str);
                    let (title, login) = (&self.known.settings.title, &self.account().login);
                    let id = &self.account().id;
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
                unused.revoke().await;
                return Err(error.into());
            }
        };
        match kept {
            Kept::Yes(superseded) | Kept::No(superseded) => {
                superseded.revoke().await;
                Ok(Redirect::to(next).into_response())
            }
            Kept::OtherAccount(connected) => {
                unused.revoke().await;
                let title = &known.settings.title;
                let page = say("error-other-account")
                    .with("connected", apart(&clean(&connected)))
                    .with("arrived", apart(&login))
                    .with("upstream", title.clone());
                Err(PageError::new(StatusCode::CONFLICT, page))
            }
        }
    }

    async fn keep(&self, tx: &mut Tx, person_id: &str, keep: Keep) -> Result<Kept, DbError> {
        let Some(granted) = &self.arrival.granted else {
            return Ok(Kept::No(Superseded::default()));
        };
        let arrived = vault::Arrived {
            known: &self.known,
            person_id,
            account: self.account(),
            granted,
        };
        vault::keep(&self.issuer, tx, &arrived, keep).await
    }

    /// What came along, if it is not kept: it does not stay alive either.
    fn unused(&self) -> Superseded {
        let granted = self.arrival.granted.as_ref();
        granted.map_or_else(Superseded::default, |granted| {
            Superseded::new(&self.known, granted.access_token.clone())
        })
    }
}
