//! Revocation (RFC 7009).
//!
//! A refresh token ends its family: all access tokens that came from the same consent. An access
//! token ends alone. `token_type_hint` is not needed, because the two look different.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use oauth::error::ErrorCode;

use super::caller::authenticated;
use super::error::OauthError;
use super::form::Form;
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::clients::Client;
use crate::db::{self, DbError};
use crate::tokens::refresh::Presented;
use crate::tokens::{access, refresh, revocation};

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    source: Source,
    headers: HeaderMap,
    Form(params): Form,
) -> Result<StatusCode, OauthError> {
    let client = authenticated(&issuer, &source, &headers, &params).await?;
    let Some(token) = params.get("token") else {
        return Err(OauthError::new(
            ErrorCode::InvalidRequest,
            "token is missing.",
        ));
    };
    let owned = if let Some(presented) = refresh::parse(&issuer, token) {
        revoke_family(&issuer, &source, &client, presented).await?
    } else if let Some(claims) = access::verify(&issuer, token) {
        let owned = claims.client_id == client.id.as_str();
        if owned {
            revoke_one(&issuer, &source, &claims).await?;
        }
        owned
    } else {
        true
    };
    // RFC 7009 §2.1: a client may revoke its own tokens only.
    if !owned {
        let hint = "The token was issued to another client.";
        return Err(OauthError::new(ErrorCode::InvalidGrant, hint));
    }
    // RFC 7009 §2.2: an unknown token is as good as revoked.
    Ok(StatusCode::OK)
}

/// Returns whether the token was the client's own, or nobody's any more.
async fn revoke_family(
    issuer: &Issuer,
    source: &Source,
    client: &Client,
    presented: Presented,
) -> Result<bool, DbError> {
    let (context, source, client_id) = (issuer.clone(), source.clone(), client.id.clone());
    let revoked = issuer
        .db
        .write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                let Some(family) = db::families::find(tx, &presented.family_id).await? else {
                    return Ok(Ok(None));
                };
                if family.client_id != client_id.as_str() {
                    return Ok(Err(()));
                }
                let mut event = Event::new(Kind::GrantRevoked, &source)
                    .person(&family.person_id)
                    .client(&client_id)
                    .detail("by the client");
                event.resource = Some(family.resource);
                audit::record(&context, tx, &event).await?;
                Ok(Ok(Some(refresh::end(&context, tx, &family.id).await?)))
            })
        })
        .await?;
    Ok(match revoked {
        Ok(Some(revoked)) => {
            revoked.publish(issuer);
            true
        }
        Ok(None) => true,
        Err(()) => false,
    })
}

async fn revoke_one(
    issuer: &Issuer,
    source: &Source,
    claims: &oauth::token::AccessClaims,
) -> Result<(), DbError> {
    let (context, jti) = (issuer.clone(), claims.jti.clone());
    let mut event = Event::new(Kind::TokenRevoked, source)
        .person(&claims.sub)
        .detail(&jti);
    event.client_id = Some(claims.client_id.clone());
    event.resource = Some(claims.aud.clone());
    let work = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            audit::record(&context, tx, &event).await?;
            revocation::revoke(&context, tx, vec![jti]).await
        })
    });
    work.await?.publish(issuer);
    Ok(())
}
