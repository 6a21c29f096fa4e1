//! Keeps a connection usable when a request was answered before its body was read (RFC 9112 §9.3).
//!
//! A handler that refuses early drops the body, and hyper then ends the connection without a word. A
//! client whose body came a moment after its headers would send its next request into nothing.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderValue, Version, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes, Frame, SizeHint};

/// More than this is not worth reading only to throw it away.
const BYTES_MAX: u64 = 64 * 1_024;
const PATIENCE: Duration = Duration::from_millis(500);

/// Where a body goes when its reader lets go of it early.
#[derive(Clone, Default)]
pub(super) struct Leftover(Arc<Mutex<Option<Body>>>);

impl Leftover {
    /// Lends the request's body; what is left of it comes back here.
    pub(super) fn watch(request: Request) -> (Request, Option<Self>) {
        if request.version() > Version::HTTP_11 || request.body().is_end_stream() {
            return (request, None);
        }
        let leftover = Self::default();
        let lent = |body| {
            Body::new(Lent {
                body: Some(body),
                home: leftover.clone(),
            })
        };
        (request.map(lent), Some(leftover))
    }

    /// Reads a small rest and forgets it. Where that does not help, the answer says that the connection
    /// ends.
    pub(super) async fn settle(self, response: &mut Response) {
        let rest = self.0.lock().ok().and_then(|mut rest| rest.take());
        let Some(rest) = rest else { return };
        if !drain(rest).await {
            // RFC 9112 §9.6: whoever is going to end the connection says so.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
    }
}

/// Whether the body ended within the bounds.
async fn drain(mut body: Body) -> bool {
    if body.size_hint().lower() > BYTES_MAX {
        return false;
    }
    let reading = async {
        let mut bytes = 0;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            if bytes > BYTES_MAX {
                return false;
            }
        }
        true
    };
    tokio::time::timeout(PATIENCE, reading).await == Ok(true)
}

struct Lent {
    body: Option<Body>,
    home: Leftover,
}

impl hyper::body::Body for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(body).poll_frame(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let none = || SizeHint::with_exact(0);
        self.body
            .as_ref()
            .map_or_else(none, |body| body.size_hint())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let left = self.body.take().filter(|body| !body.is_end_stream());
        if let (Some(left), Ok(mut home)) = (left, self.home.0.lock()) {
            *home = Some(left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answered(body: Body) -> Response {
        let (request, leftover) = Leftover::watch(Request::new(body));
        drop(request);
        let mut response = Response::new(Body::empty());
        leftover
            .expect("a body to watch")
            .settle(&mut response)
            .await;
        response
    }

    fn in_pieces(count: usize) -> Body {
        let piece = || Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 1_024]));
        Body::from_stream(futures_util::stream::iter((0..count).map(move |_| piece())))
    }

    // RFC 9112 §9.3: the rest of the body is read, and the connection stays good.
    #[tokio::test]
    async fn a_small_unread_body_keeps_the_connection() {
        let response = answered(in_pieces(64)).await;
        assert!(!response.headers().contains_key(header::CONNECTION));
    }

    // RFC 9112 §9.6
    #[tokio::test]
    async fn a_large_or_slow_unread_body_ends_it_aloud() {
        let slow = Body::from_stream(futures_util::stream::pending::<Result<Bytes, axum::Error>>());
        for body in [in_pieces(65), slow, Body::from(vec![0; 65 * 1_024])] {
            let response = answered(body).await;
            assert_eq!(response.headers()[header::CONNECTION], "close");
        }
    }

    #[tokio::test]
    async fn a_body_that_was_read_leaves_nothing() {
        let (request, leftover) = Leftover::watch(Request::new(in_pieces(2)));
        let read = request.into_body().collect().await.expect("a body");
        assert_eq!(read.to_bytes().len(), 2_048);
        assert!(
            leftover
                .expect("watched")
                .0
                .lock()
                .expect("a lock")
                .is_none()
        );
        assert!(Leftover::watch(Request::new(Body::empty())).1.is_none());
    }
}
