//! The refresh-token grant (RFC 6749 §6, RFC 9700 §4.14.2).

use oauth::client::ClientId;
use oauth::grant::RefreshToken;
use oauth::resource::Resource;
use oauth::time::UnixTime;
use oauth::token::TokenResponse;

use super::Caller;
use super::authorization_code::stored;
use super::error::TokenError;
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::families::Row;
use crate::db::{self, Tx};
use crate::mail::alerts::Alert;
use crate::pages::{Language, clean};
use crate::tokens::access::{self, Granted};
use crate::tokens::methods::Methods;
use crate::tokens::refresh::{self, NoRefresh, Rotated};
use crate::tokens::revocation::Revoked;

pub(super) async fn exchange(
    caller: Caller<'_>,
    request: RefreshToken,
) -> Result<TokenResponse, TokenError> {
    let asked = caller.resource(&request.resources)?;
    let presented = refresh::parse(caller.issuer, request.refresh_token.expose())
        .ok_or(TokenError::Refresh(NoRefresh::Foreign))?;
    let attempt = Attempt {
        resource: asked.map(|asked| asked.resource.clone()),
        issuer: caller.issuer.clone(),
        source: caller.source.clone(),
        client_id: caller.client.id.clone(),
        presented,
        request,
    };
    let outcome = caller
        .issuer
        .db
        .write(move |tx| Box::pin(async move { attempt.run(tx).await }))
        .await?;
    match outcome {
        Outcome::Granted(granted) => Ok(access::issue(caller.issuer, *granted).await?),
        Outcome::Replayed(revoked) => {
            revoked.publish(caller.issuer);
            Err(TokenError::RefreshReplayed)
        }
    }
}

struct Attempt {
    issuer: Issuer,
    source: Source,
    client_id: ClientId,
    resource: Option<Resource>,
    presented: refresh::Presented,
    request: RefreshToken,
}

/// What is kept in the database; an error undoes it.
enum Outcome {
    Granted(Box<Granted>),
    Replayed(Revoked),
}

impl Attempt {
    async fn run(self, tx: &mut Tx) -> Result<Outcome, TokenError> {
        let rotated = refresh::rotate(&self.issuer, tx, &self.presented, &self.client_id).await?;
        let (family, detail) = match rotated {
            Rotated::Once(family) => (family, "rotated"),
            Rotated::Same(family) => (family, "the same successor again"),
            Rotated::No(why) => return Err(TokenError::Refresh(why)),
            Rotated::Replayed(family, revoked) => {
                let event = self.event(Kind::RefreshReplayed, &family);
                let event = event.refused("its family has ended");
                audit::record(&self.issuer, tx, &event).await?;
                let client = db::clients::find(tx, &family.client_id).await?;
                let client = client.map_or(family.client_id, |client| clean(&client.name));
                let alert = Alert::TokenReplayed { client: &client };
                let person = (family.person_id.as_str(), Language::default());
                alert.tell(&self.issuer, tx, person).await?;
                return Ok(Outcome::Replayed(revoked));
            }
        };
        let event = self.event(Kind::GrantRefreshed, &family).detail(detail);
        audit::record(&self.issuer, tx, &event).await?;
        Ok(Outcome::Granted(self.grant(tx, family).await?))
    }

    async fn grant(self, tx: &mut Tx, family: Row) -> Result<Box<Granted>, TokenError> {
        let methods = Methods::read(&family.methods);
        let stored = stored(&self.issuer, methods, (&family.resource, &family.scope));
        let (resource, granted) = stored?;
        // RFC 8707 §2.2: a refresh stays with the resource that was granted.
        if self.resource.is_some_and(|asked| asked != resource) {
            return Err(TokenError::OtherResource);
        }
        // RFC 6749 §6: a refresh may ask for less than was granted, never for more.
        let scope = self.request.scope.unwrap_or_else(|| granted.clone());
        if !granted.contains_all(&scope) {
            return Err(TokenError::ScopeWidened);
        }
        let person = db::people::find(tx, &family.person_id).await?;
        let person = person
            .filter(|person| !person.disabled)
            .ok_or(TokenError::NoPerson)?;
        Ok(Box::new(Granted {
            family_id: family.id,
            edition: family.edition,
            generation: Some(family.generation),
            client_id: self.client_id,
            person,
            resource,
            scope,
            auth_time: UnixTime(family.auth_time),
            methods,
            // OpenID Connect Core §12.2: a refreshed ID token carries no nonce.
            nonce: None,
        }))
    }

    fn event(&self, kind: Kind, family: &Row) -> Event {
        let mut event = Event::new(kind, &self.source)
            .person(&family.person_id)
            .client(&self.client_id);
        event.resource = Some(family.resource.clone());
        event
    }
}
