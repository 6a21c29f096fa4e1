//! What every request goes through: a trace id, where it came from, bounds on time, number and size,
//! a net under panics, security headers, one log line and its metrics.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ::metrics::Gauge;
use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::ConnectInfo;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use issuer::audit::Source;
use oauth::error::ErrorCode;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::leftover::Leftover;
use super::metrics;
use crate::config::{Config, Proxies};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(super) struct Front {
    proxies: Proxies,
    places: Semaphore,
    time_max: Duration,
    body_bytes_max: usize,
    secure: bool,
    trace_ids: TraceIds,
    under_way: Gauge,
}

impl Front {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            proxies: config.proxies.clone(),
            places: Semaphore::new(config.bounds.requests),
            time_max: Duration::from_secs(config.bounds.request_seconds),
            body_bytes_max: config.bounds.body_bytes,
            secure: config.settings.public_url.is_https(),
            trace_ids: TraceIds::default(),
            under_way: metrics::under_way(),
        }
    }
}

/// A request that was answered.
pub(super) struct Answered<'a> {
    pub(super) method: &'a Method,
    pub(super) route: &'a Arc<str>,
    pub(super) status: StatusCode,
    pub(super) elapsed: Duration,
    source: &'a Source,
}

/// Puts the front around routes. It runs after the route is known, so that metrics can name it.
pub(super) fn around(routes: Router, front: Arc<Front>) -> Router {
    let body = DefaultBodyLimit::max(front.body_bytes_max);
    routes
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(body)
        .layer(from_fn_with_state(front, pass))
        // Handlers and layers are put together here, or it would be done for every request.
        .with_state(())
}

async fn pass(State(front): State<Arc<Front>>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let source = source(&front, &request);
    let route = route(&request);
    let method = request.method().clone();
    request.extensions_mut().insert(source.clone());
    let (request, leftover) = Leftover::watch(request);
    // Whatever is logged on the way carries the id.
    let span = tracing::error_span!("request", trace_id = source.trace_id);
    let answered = answer(&front, request, &route, next).instrument(span);
    let mut response = answered.await;
    if let Some(leftover) = leftover {
        leftover.settle(&mut response).await;
    }
    set_headers(response.headers_mut(), &front, &source.trace_id);
    let answered = Answered {
        method: &method,
        route: &route,
        status: response.status(),
        elapsed: begun.elapsed(),
        source: &source,
    };
    metrics::request(&answered);
    log(&answered);
    response
}

/// What went well is for those who ask for it. Paths may hold a client's id, queries and headers
/// hold secrets: none of them is logged, only the route.
fn log(answered: &Answered<'_>) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                method = answered.method.as_str(),
                route = &**answered.route,
                status = answered.status.as_u16(),
                micros = u64::try_from(answered.elapsed.as_micros()).unwrap_or(u64::MAX),
                source = answered.source.address.map(tracing::field::display),
                trace_id = answered.source.trace_id,
                "request"
            )
        };
    }
    if answered.status.is_server_error() {
        line!(warn);
    } else if answered.status.is_client_error() && answered.status != StatusCode::UNAUTHORIZED {
        // A 401 is how every client begins. A refused call is an audit event.
        line!(info);
    } else {
        line!(debug);
    }
}

/// The answer, or in its place what the bounds say.
async fn answer(front: &Front, request: Request, route: &str, next: Next) -> Response {
    let Ok(_place) = front.places.try_acquire() else {
        return unavailable("too many requests at once", 1);
    };
    let _counted = metrics::UnderWay::new(&front.under_way);
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > front.body_bytes_max) {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return error(status, ErrorCode::InvalidRequest, "the body is too large");
    }
    let guarded = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(front.time_max, guarded).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!(route, "a request panicked");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            error(
                status,
                ErrorCode::ServerError,
                "this is our mistake, and it is logged",
            )
        }
        Err(_) => unavailable("this took too long", 5),
    }
}

fn source(front: &Front, request: &Request) -> Source {
    let peer = request
        .extensions()
        .get::<ConnectInfo<std::net::SocketAddr>>();
    let peer: Option<IpAddr> = peer.map(|ConnectInfo(peer)| peer.ip());
    Source {
        address: peer.map(|peer| front.proxies.source(peer, request.headers())),
        trace_id: front.trace_ids.next(),
    }
}

/// The pattern that matched, so that paths with ids in them count together.
fn route(request: &Request) -> Arc<str> {
    let matched = request.extensions().get::<MatchedPath>();
    matched.map_or_else(|| "other".into(), |matched| matched.as_str().into())
}

fn set_headers(headers: &mut HeaderMap, front: &Front, trace_id: &str) {
    if let Ok(value) = HeaderValue::try_from(trace_id) {
        headers.insert(REQUEST_ID, value);
    }
    let mut set = |name, value| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    // Pages bring their own; what is no page shows and loads nothing.
    set(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    );
    if front.secure {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

async fn not_found() -> Response {
    let hint = "there is nothing at this path";
    error(StatusCode::NOT_FOUND, ErrorCode::InvalidRequest, hint)
}

async fn method_not_allowed() -> Response {
    let hint = "this path has no such method";
    error(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::InvalidRequest,
        hint,
    )
}

pub(super) fn unavailable(hint: &str, seconds: u32) -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let mut response = error(status, ErrorCode::TemporarilyUnavailable, hint);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, seconds.into());
    response
}

/// An error of the front's own: JSON everywhere, for no handler has said what it would be.
fn error(status: StatusCode, code: ErrorCode, hint: &str) -> Response {
    let body = serde_json::json!({ "error": code.as_str(), "error_description": hint });
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        // Any page may read it: there is nothing in it.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (status, headers, Body::from(body.to_string())).into_response()
}

/// Ids that do not repeat, on any node: a random function of the process over a count. They are no
/// secret, so they need not wait for the generator that makes secrets.
#[derive(Default)]
struct TraceIds(RandomState, AtomicU64);

impl TraceIds {
    fn next(&self) -> String {
        let count = self.1.fetch_add(1, Ordering::Relaxed);
        let [a, b] = [(count, 0), (count, 1)].map(|input| self.0.hash_one(input));
        format!("{a:016x}{b:016x}")
    }
}
