//! The authorization endpoint (RFC 6749 §4.1.1, RFC 9207): the ordered list of steps.
//!
//! A request is checked anew on every visit, and nothing is kept until it is decided. Until the
//! client and its redirect URI are known to be good, every fault is a page; after that, every
//! fault is told to the client.

mod asking;
pub(crate) mod consent;
mod error;
pub(crate) mod finish;
mod pending;
mod request;
mod respond;

use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use oauth::acr::Acr;
use oauth::params::Params;
use url::form_urlencoded;

use crate::Issuer;
use crate::audit::{Event, Kind, Source};
use crate::login::continuation::{count_request, sign_in_path};
use crate::login::level;
use crate::login::session::SignedIn;
use crate::pages::{Frame, PageError};

use asking::Asking;
use consent::{Allowed, Earlier};
use error::Declined;
use request::{Addressed, Checked};

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    source: Source,
    signed_in: Option<SignedIn>,
    frame: Frame,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    count_request(&issuer, &source).await?;
    let query = query.unwrap_or_default();
    let addressed = Addressed::load(&issuer, &query).await;
    let addressed = addressed.inspect_err(|error| {
        let event = Event::new(Kind::AuthorizationRequested, &source);
        issuer.record_soon(event.refused(error));
    })?;
    let checked = addressed.check(&issuer);
    record(&issuer, &source, &addressed, &checked);
    let decline = |declined| Ok(respond::declined(&issuer, &addressed, &declined));
    let checked = match checked {
        Ok(checked) => checked,
        Err(declined) => return decline(declined),
    };
    let prompt = checked.request.prompt;
    let signed_in = match signed_in.filter(|person| is_recent(&issuer, &checked, person)) {
        Some(signed_in) => signed_in,
        None if prompt.none => return decline(Declined::LOGIN_REQUIRED),
        None => return Ok(sign_in_first(&query)),
    };
    if let Some(acr) = checked.missing_acr(&issuer, &signed_in) {
        // RFC 9470 §5: where nobody may be asked, or asking would not help, the client is told.
        return match prompt.none || !level::reachable(&issuer.settings).contains(&acr) {
            true => decline(Declined::LEVEL_UNMET),
            false => Ok(raise_first(acr, &query)),
        };
    }
    let earlier = Earlier::load(&issuer, &addressed, &checked, &signed_in).await?;
    if !prompt.consent && earlier.suffices(&addressed, &checked) {
        let asked = (query.as_str(), &checked.scope);
        let about = (&addressed, &checked);
        if !prompt.none
            && let Some(page) = finish::connect_first(&issuer, about, &signed_in, asked).await?
        {
            return Ok(Redirect::to(&page).into_response());
        }
        let allowed = Allowed::silently(&addressed, &checked, &signed_in, &source);
        let code = allowed.relying_on(&earlier).keep(&issuer).await?;
        return Ok(respond::code(&issuer, &addressed, &code));
    }
    if prompt.none {
        return decline(Declined::CONSENT_REQUIRED);
    }
    let asking = Asking {
        addressed: &addressed,
        checked: &checked,
        signed_in: &signed_in,
        earlier: &earlier,
        query: &query,
    };
    asking.show(&issuer, &frame, None)
}

/// A remembered consent turns a visit into a code. One that nobody sees the answer of gets none.
pub(crate) async fn head() -> Response {
    let allow = [(header::ALLOW, "GET, POST")];
    (StatusCode::METHOD_NOT_ALLOWED, allow).into_response()
}

/// RFC 6749 §3.1: POST may be supported too. It is answered with the same request by GET, which
/// a browser sends with its cookies even when the form was on another site.
pub(crate) async fn post(body: axum::body::Bytes) -> Result<Response, PageError> {
    Params::parse_form(&body)?;
    let path = with_pairs(&body, |_, value| Some(value.to_owned()));
    Ok(Redirect::to(&path).into_response())
}

fn record(
    issuer: &Issuer,
    source: &Source,
    addressed: &Addressed,
    checked: &Result<Checked<'_>, Declined>,
) {
    let event = Event::new(Kind::AuthorizationRequested, source).client(&addressed.client.id);
    issuer.record_soon(match checked {
        Ok(checked) => event
            .resource(&checked.resource.resource)
            .detail(&checked.scope),
        Err(declined) => event.refused(declined),
    });
}

/// Whether the sign-in is as fresh as the client asks.
fn is_recent(issuer: &Issuer, checked: &Checked<'_>, signed_in: &SignedIn) -> bool {
    let request = &checked.request;
    let age = issuer.clock.now().since(signed_in.authenticated_at);
    let again = request.prompt.login || request.prompt.select_account;
    !again && request.max_age_seconds.is_none_or(|max| age <= max)
}

/// Sends the person to sign in, and then back to the same request, less what signing in fulfills.
fn sign_in_first(query: &str) -> Response {
    let path = with_pairs(query.as_bytes(), |name, value| match name {
        "max_age" => None,
        "prompt" => {
            let left = value
                .split(' ')
                .filter(|word| !matches!(*word, "login" | "select_account"));
            Some(left.collect::<Vec<_>>().join(" "))
        }
        _ => Some(value.to_owned()),
    });
    Redirect::to(&sign_in_path("/login", &path)).into_response()
}

/// Sends the person to the page that leads to a level, and then back to the same request.
fn raise_first(acr: Acr, query: &str) -> Response {
    let path = with_pairs(query.as_bytes(), |_, value| Some(value.to_owned()));
    Redirect::to(&level::page(acr, &path)).into_response()
}

/// The path of a request with parameters that were read before.
fn with_pairs(form: &[u8], keep: impl Fn(&str, &str) -> Option<String>) -> String {
    let pairs = form_urlencoded::parse(form);
    let pairs = pairs.filter_map(|(name, value)| Some((keep(&name, &value)?, name)));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs.map(|(value, name)| (name, value)));
    format!("/oauth/authorize?{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_fulfills_what_asks_for_it() {
        for (query, path) in [
            (
                "state=a%2Fb+c%C3%A4&prompt=login",
                "?state=a%2Fb+c%C3%A4&prompt=",
            ),
            ("prompt=login+consent&max_age=0", "?prompt=consent"),
            ("prompt=consent", "?prompt=consent"),
            ("%70rompt=select_account&x=%26", "?prompt=&x=%26"),
        ] {
            let response = sign_in_first(query);
            let location = response.headers()["location"].to_str().unwrap();
            let path = sign_in_path("/login", &format!("/oauth/authorize{path}"));
            assert_eq!(location, path, "{query}");
        }
    }
}
