//! Going on after the person was led to connect an account: the code for what was allowed before.

use axum::extract::State;
use axum::response::Response;
use oauth::scope::ScopeSet;
use url::form_urlencoded;

use crate::Issuer;
use crate::audit::Source;
use crate::connections;
use crate::db::DbError;
use crate::login::continuation::{FINISH_PATH, sign_in_path};
use crate::login::session::SignedIn;
use crate::login::upstream::Known;
use crate::pages::{PageError, PageQuery};

use super::consent::{Allowed, Earlier, identity};
use super::pending::Pending;
use super::request::{Addressed, Checked};
use super::respond;

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    source: Source,
    signed_in: SignedIn,
    query: PageQuery,
) -> Result<Response, PageError> {
    let pending = Pending::open(
        &issuer,
        &signed_in,
        query.get("granted").unwrap_or_default(),
    )?;
    let granted: ScopeSet = pending.granted()?;
    let addressed = Addressed::load(&issuer, &pending.query).await?;
    if identity(&addressed) != pending.identity {
        return Err(super::consent::changed());
    }
    let checked = match addressed.check(&issuer) {
        Ok(checked) => checked,
        Err(declined) => return Ok(respond::declined(&issuer, &addressed, &declined)),
    };
    if let Some(acr) = checked.missing_acr(&issuer, &signed_in) {
        return Ok(super::raise_first(acr, &pending.query));
    }
    // What was allowed may have been taken back meanwhile.
    let earlier = Earlier::load(&issuer, &addressed, &checked, &signed_in).await?;
    let scope = granted.intersection(&checked.scope);
    if !earlier.scope.contains_all(&scope) {
        return Err(super::consent::changed());
    }
    let allowed = Allowed::finishing(&addressed, &checked, &signed_in, (&source, scope));
    let allowed = allowed.relying_on(&earlier);
    let code = allowed.keep_using(&issuer, pending).await?;
    Ok(respond::code(&issuer, &addressed, &code))
}

/// The page where the person connects first what the resource's tools act with, if that lacks. What was
/// allowed travels along, for this session only.
pub(super) async fn connect_first(
    issuer: &Issuer,
    (addressed, checked): (&Addressed, &Checked<'_>),
    signed_in: &SignedIn,
    (query, scope): (&str, &ScopeSet),
) -> Result<Option<String>, PageError> {
    let name = checked.resource.upstream.as_deref();
    let Some(known) = name.and_then(|name| Known::connecting(issuer, name)) else {
        return Ok(None);
    };
    if is_connected(issuer, known, signed_in, scope).await? {
        return Ok(None);
    }
    let identity = identity(addressed);
    let pending = Pending::seal_granted(issuer, signed_in, identity, (query, scope))?;
    // The client is named for the pages on the way: who asks, and where their forms lead in the end.
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("granted", &pending)
        .append_pair("client_id", addressed.client.id.as_str())
        .append_pair("redirect_uri", addressed.redirect.uri().as_str());
    let finish = format!("{FINISH_PATH}?{}", query.finish());
    let page = format!("/connect/{}", known.settings.name);
    Ok(Some(sign_in_path(&page, &finish)))
}

async fn is_connected(
    issuer: &Issuer,
    known: &Known,
    signed_in: &SignedIn,
    scope: &ScopeSet,
) -> Result<bool, DbError> {
    let row = connections::find_row(issuer, &signed_in.person.id, known).await?;
    let needed = known.settings.scopes_for(scope);
    Ok(row.is_some_and(|row| row.sealed.is_some() && known.settings.suffices(&row.scope, &needed)))
}
