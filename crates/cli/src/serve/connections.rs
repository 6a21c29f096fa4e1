//! Accepts connections and speaks HTTP on them, within bounds, until told to stop.

use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::ConnectInfo;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, SetOnce, watch};
use tower::Service as _;

use super::health;
use crate::config::Bounds;

/// Headers of one request.
const HEADER_BYTES_MAX: usize = 32 * 1_024;
const STREAMS_MAX: u32 = 100;

/// The server's own tasks: each ends with its connection, listener or the process.
#[expect(clippy::disallowed_methods, reason = "the server's own tasks")]
pub(super) fn spawn<T: Send + 'static>(
    task: impl Future<Output = T> + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    tokio::spawn(task)
}

/// What is served: known only once the database was reached.
pub(super) type App = Arc<SetOnce<Router>>;

/// How long an early request waits for what is to answer it.
const EARLY: Duration = Duration::from_secs(2);

/// Serves until `stop`, then lets requests under way end.
pub(super) async fn serve(
    listener: TcpListener,
    app: App,
    bounds: Bounds,
    mut stop: watch::Receiver<bool>,
) {
    let idle_max = Duration::from_secs(bounds.header_seconds);
    let http = Arc::new(protocol(idle_max));
    let places = Arc::new(Semaphore::new(bounds.connections));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, (stream, peer)) = tokio::select! {
            (place, accepted) = accepted => match accepted {
                Ok(accepted) => (place, accepted),
                Err(error) => {
                    pause_after(&error).await;
                    continue;
                }
            },
            () = told(&mut stop) => break,
        };
        let app = Arc::clone(&app);
        let activity = Activity::default();
        let idle = activity.clone().idle(idle_max);
        let said = Said {
            peer,
            app,
            activity,
        };
        let connection = converse(Arc::clone(&http), stream, said, graceful.watcher());
        spawn(async move {
            tokio::select! {
                () = connection => {}
                () = idle => {}
            }
            drop(place);
        });
    }
    drop(listener);
    let limit = Duration::from_secs(bounds.shutdown_seconds);
    let open = graceful.count();
    if tokio::time::timeout(limit, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(open, "some requests did not end in time");
    }
}

/// Waits until `stop` is true, or nobody is left to say so.
pub(super) async fn told(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}

fn protocol(header_timeout: Duration) -> Builder<TokioExecutor> {
    let mut http = Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        // Counts from the end of the last request, so it bounds idle connections too.
        .header_read_timeout(header_timeout)
        .max_buf_size(HEADER_BYTES_MAX.max(8_192));
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(header_timeout)
        .keep_alive_timeout(header_timeout)
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(u32::try_from(HEADER_BYTES_MAX).unwrap_or(u32::MAX));
    http
}

/// Requests under way on one connection, and how many there have been. The protocol's own time-outs do
/// not see a client that never says which protocol it speaks, nor an idle one that answers pings.
#[derive(Clone, Default)]
struct Activity(Arc<AtomicUsize>, Arc<AtomicUsize>);

impl Activity {
    fn begin(&self) -> UnderWay {
        self.0.fetch_add(1, Ordering::SeqCst);
        self.1.fetch_add(1, Ordering::SeqCst);
        UnderWay(Arc::clone(&self.0))
    }

    /// Ends when for so long, and at most twice as long, no request was under way.
    async fn idle(self, limit: Duration) {
        let mut before = None;
        loop {
            let count = self.1.load(Ordering::SeqCst);
            let busy = self.0.load(Ordering::SeqCst) > 0;
            if !busy && before == Some(count) {
                return;
            }
            before = (!busy).then_some(count);
            tokio::time::sleep(limit).await;
        }
    }
}

struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Who speaks, and with what.
struct Said {
    peer: SocketAddr,
    app: App,
    activity: Activity,
}

async fn converse(
    http: Arc<Builder<TokioExecutor>>,
    stream: TcpStream,
    Said {
        peer,
        app,
        activity,
    }: Said,
    watcher: hyper_util::server::graceful::Watcher,
) {
    // Answers are small: waiting to fill a packet only delays them.
    drop(stream.set_nodelay(true));
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let app = Arc::clone(&app);
        let under_way = activity.begin();
        async move {
            let _under_way = under_way;
            let mut router = match app.get() {
                Some(router) => router.clone(),
                None => match tokio::time::timeout(EARLY, app.wait()).await {
                    Ok(router) => router.clone(),
                    Err(_) => health::without_database(),
                },
            };
            router.call(request).await
        }
    });
    let connection = http.serve_connection(TokioIo::new(stream), service);
    // How a client goes away is its own affair.
    drop(watcher.watch(connection.into_owned()).await);
}

/// A client that vanished is nothing; out of descriptors, a pause lets some be freed.
async fn pause_after(error: &std::io::Error) {
    let vanished = [
        ErrorKind::ConnectionAborted,
        ErrorKind::ConnectionReset,
        ErrorKind::ConnectionRefused,
    ];
    if !vanished.contains(&error.kind()) {
        tracing::error!(%error, "cannot accept connections");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
