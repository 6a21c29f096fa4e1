//! An HTTP server on loopback that answers as it is told and counts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;

type Answer = (StatusCode, String);

pub(crate) struct Server {
    pub(crate) url: String,
    answer: Arc<Mutex<Answer>>,
    count: Arc<AtomicUsize>,
    pub(crate) seen: Arc<Mutex<Vec<(String, String)>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(text: impl Into<String>) -> Self {
        let answer = Arc::new(Mutex::new((StatusCode::OK, text.into())));
        let count = Arc::new(AtomicUsize::new(0));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shared = (Arc::clone(&answer), Arc::clone(&count), Arc::clone(&seen));
        let handler = move |request: Request| {
            let (answer, count, seen) = shared.clone();
            async move {
                count.fetch_add(1, Ordering::SeqCst);
                let header = request.headers().get("authorization");
                let header = header
                    .map_or("", |value| value.to_str().unwrap())
                    .to_owned();
                let body = axum::body::to_bytes(request.into_body(), 10_000)
                    .await
                    .unwrap();
                let body = String::from_utf8(body.to_vec()).unwrap();
                seen.lock().unwrap().push((header, body));
                answer.lock().unwrap().clone()
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new().fallback(handler);
        #[expect(clippy::disallowed_methods, reason = "the server ends with the test")]
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            answer,
            count,
            seen,
            task,
        }
    }

    pub(crate) fn answer(&self, status: u16, text: impl Into<String>) {
        let status = StatusCode::from_u16(status).unwrap();
        *self.answer.lock().unwrap() = (status, text.into());
    }

    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
