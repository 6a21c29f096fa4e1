//! The MCP endpoint: one `POST` for both eras of the protocol, without sessions.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use guard::origin::Origins;
use guard::{Admitted, Guard};
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{Method, Response, StatusCode};

mod era;
mod message;
mod methods;

use methods::Asked;
pub(crate) use methods::Served;

use crate::part::Part;
use era::Era;
use message::{Incoming, RpcError};

/// One path under which an app is served.
#[derive(Clone)]
pub(crate) struct Endpoint(Arc<Parts>);

struct Parts {
    guard: Guard,
    origins: Arc<Origins>,
    served: Arc<Served>,
    /// What of the app is here.
    part: Part,
}

impl Endpoint {
    pub(crate) fn new(
        guard: Guard,
        origins: &Arc<Origins>,
        served: &Arc<Served>,
        part: Part,
    ) -> Self {
        Self(Arc::new(Parts {
            guard,
            origins: Arc::clone(origins),
            served: Arc::clone(served),
            part,
        }))
    }

    /// Answers any request. What a browser must read before it reads anything else stands first: whether
    /// the page may call, then the preflight, so that 401 and 403 carry its headers as well.
    pub(crate) async fn answer(self, request: Request) -> Response<Body> {
        let Parts { guard, origins, .. } = &*self.0;
        let origin = match origins.check(request.headers()) {
            Ok(origin) => origin.cloned(),
            Err(reason) => return guard.refuse_early(request, reason).map(Body::from),
        };
        let mut response = match *request.method() {
            Method::POST => match guard.admit(request).await {
                Ok(admitted) => self.answer_admitted(&admitted).await,
                Err(refused) => refused,
            },
            Method::OPTIONS => origins.preflight(request.headers()),
            _ => not_allowed(),
        };
        origins.allow(origin.as_ref(), response.headers_mut());
        response.map(Body::from)
    }
}

/// There are no streams to open and no sessions to end.
fn not_allowed() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    let allow = HeaderValue::from_static("POST, OPTIONS");
    response.headers_mut().insert(ALLOW, allow);
    response
}

impl Endpoint {
    async fn answer_admitted(&self, admitted: &Admitted) -> Response<Bytes> {
        // A notification asks for nothing, whatever it says.
        let Some(id) = admitted.look().id.as_deref() else {
            let mut accepted = Response::new(Bytes::new());
            *accepted.status_mut() = StatusCode::ACCEPTED;
            return accepted;
        };
        let (status, text) = match self.answer_request(admitted).await {
            Ok(result) => (StatusCode::OK, message::result(id, &result)),
            Err(error) => (error.status, message::error(id, &error)),
        };
        let mut response = Response::new(Bytes::from(text));
        *response.status_mut() = status;
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response
    }

    async fn answer_request(&self, admitted: &Admitted) -> Result<Cow<'_, str>, RpcError> {
        let incoming = Incoming::read(admitted.body())?;
        let era = Era::of(admitted, &incoming)?;
        let Parts {
            guard,
            served,
            part,
            ..
        } = &*self.0;
        let asked = Asked {
            era,
            admitted,
            incoming: &incoming,
            guard,
            part: part.and(Part::of_request(&admitted.parts().headers)),
        };
        served.dispatch(&asked).await
    }
}
