//! The authorization-code grant (RFC 6749 §4.1.3, RFC 7636 §4.6).

use oauth::client::ClientId;
use oauth::grant::AuthorizationCode;
use oauth::resource::Resource;
use oauth::scope::ScopeSet;
use oauth::time::UnixTime;
use oauth::token::TokenResponse;

use super::Caller;
use super::error::TokenError;
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::clients::ClientSource;
use crate::clients::authenticate::AuthenticateError;
use crate::clients::resolve::ResolveError;
use crate::db::codes::Row;
use crate::db::{self, DbError, Tx};
use crate::login::level;
use crate::tokens::access::{self, Granted};
use crate::tokens::code::{self, NoCode, Redeemed};
use crate::tokens::methods::Methods;
use crate::tokens::revocation::Revoked;

pub(super) async fn exchange(
    caller: Caller<'_>,
    request: AuthorizationCode,
) -> Result<TokenResponse, TokenError> {
    let asked = caller.resource(&request.resources)?;
    let attempt = Attempt {
        resource: asked.map(|asked| asked.resource.clone()),
        issuer: caller.issuer.clone(),
        source: caller.source.clone(),
        client_id: caller.client.id.clone(),
        registered: caller.client.source == ClientSource::Registered,
        refreshes: caller.client.refreshes,
        request,
    };
    let outcome = caller
        .issuer
        .db
        .write(move |tx| Box::pin(async move { attempt.run(tx).await }))
        .await?;
    match outcome {
        Outcome::Granted(granted) => Ok(access::issue(caller.issuer, *granted).await?),
        Outcome::Refused(why) => Err(TokenError::Code(why)),
        Outcome::Replayed(revoked) => {
            revoked.publish(caller.issuer);
            Err(TokenError::CodeReplayed)
        }
    }
}

struct Attempt {
    issuer: Issuer,
    source: Source,
    client_id: ClientId,
    registered: bool,
    refreshes: bool,
    resource: Option<Resource>,
    request: AuthorizationCode,
}

/// What is kept in the database; an error undoes it.
enum Outcome {
    Granted(Box<Granted>),
    Refused(NoCode),
    Replayed(Revoked),
}

impl Attempt {
    async fn run(self, tx: &mut Tx) -> Result<Outcome, TokenError> {
        let now = self.issuer.clock.now();
        let family = self.issuer.random.id(now);
        let family = family.map_err(|_| DbError::Unavailable(None))?.to_string();
        let by = (&self.client_id, &self.request.verifier, family.as_str());
        match code::redeem(&self.issuer, tx, &self.request.code, by).await? {
            Redeemed::Once(code) => Ok(Outcome::Granted(self.grant(tx, *code, family).await?)),
            Redeemed::No(why) => Ok(Outcome::Refused(why)),
            Redeemed::Again(revoked) => {
                let event = Event::new(Kind::CodeReplayed, &self.source)
                    .client(&self.client_id)
                    .refused("its family has ended");
                audit::record(&self.issuer, tx, &event).await?;
                Ok(Outcome::Replayed(revoked))
            }
        }
    }

    async fn grant(
        self,
        tx: &mut Tx,
        code: Row,
        family_id: String,
    ) -> Result<Box<Granted>, TokenError> {
        let (issuer, now) = (&self.issuer, self.issuer.clock.now());
        // RFC 6749 §4.1.3: a redirect URI in the authorization request is repeated here.
        if code.redirect_uri.is_some() && code.redirect_uri != self.request.redirect_uri {
            return Err(TokenError::OtherRedirect);
        }
        let methods = Methods::read(&code.methods);
        let (resource, scope) = stored(issuer, methods, (&code.resource, &code.scope))?;
        // RFC 8707 §2.2: the token is for what was granted, or for nothing.
        if self.resource.is_some_and(|asked| asked != resource) {
            return Err(TokenError::OtherResource);
        }
        // The client that was authenticated may be some seconds old.
        let client = db::clients::find(tx, &code.client_id).await?;
        if client.map_or(self.registered, |row| row.disabled_at.is_some()) {
            return Err(AuthenticateError::from(ResolveError::Disabled).into());
        }
        let person = db::people::find(tx, &code.person_id).await?;
        let person = person
            .filter(|person| !person.disabled)
            .ok_or(TokenError::NoPerson)?;
        let lifetimes = &issuer.settings.lifetimes;
        let lives = if self.refreshes {
            lifetimes.refresh_absolute
        } else {
            lifetimes.access_token
        };
        let family = db::families::Row {
            id: family_id,
            client_id: code.client_id,
            person_id: code.person_id,
            resource: code.resource,
            scope: code.scope,
            auth_time: code.auth_time,
            methods: code.methods,
            refreshable: self.refreshes,
            generation: 0,
            rotated_at: now.0,
            created_at: now.0,
            expires_at: now.plus(lives).0,
            edition: 0,
            privy_token_id: code.privy_token_id,
        };
        db::families::insert(tx, family.clone()).await?;
        db::clients::update_used(tx, &family.client_id, now).await?;
        let event = Event::new(Kind::GrantIssued, &self.source)
            .person(&family.person_id)
            .client(&self.client_id)
            .resource(&resource)
            .detail(&scope);
        audit::record(issuer, tx, &event).await?;
        Ok(Box::new(Granted {
            family_id: family.id,
            edition: family.edition,
            generation: self.refreshes.then_some(0),
            client_id: self.client_id,
            person,
            resource,
            scope,
            auth_time: UnixTime(code.auth_time),
            methods,
            nonce: code.nonce,
        }))
    }
}

/// Reads back what a row says was granted. A resource that is no longer served is no target, and one that
/// demands more by now than the person proved is out of reach until they do.
pub(super) fn stored(
    issuer: &Issuer,
    methods: Methods,
    (resource, scope): (&str, &str),
) -> Result<(Resource, ScopeSet), TokenError> {
    let resource = Resource::parse(resource).map_err(|_| TokenError::UnknownResource)?;
    let settings = issuer
        .settings
        .resource(&resource)
        .ok_or(TokenError::UnknownResource)?;
    if level::missing(issuer.settings.demanded_acr(settings), methods).is_some() {
        return Err(TokenError::AcrTooLow);
    }
    let scope = scope.parse().unwrap_or_default();
    Ok((settings.resource.clone(), scope))
}
