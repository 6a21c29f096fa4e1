//! Metrics for Prometheus, on a listener of their own.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use issuer::db::Db;
use metrics::{Gauge, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::sync::{SetOnce, watch};

use super::connections::{self, spawn};
use super::front::Answered;
use crate::config::Config;

/// Seconds.
const BUCKETS: [f64; 11] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0,
];
const UPKEEP: Duration = Duration::from_secs(5);

/// Serves `/metrics`. A taken port is no reason not to serve people: it is said, and we go on.
pub(super) async fn start(
    config: &Config,
    db: Db,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let Some(address) = config.metrics_listen else {
        return Ok(());
    };
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%address, %error, "no metrics: cannot listen there");
            return Ok(());
        }
    };
    let handle = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)?
        .install_recorder()?;
    let upkeep = handle.clone();
    spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    let page = get(move || {
        let text = render(&handle, &db);
        async move {
            (
                [(http::header::CONTENT_TYPE, "text/plain; version=0.0.4")],
                text,
            )
        }
    });
    let app = Router::new().route("/metrics", page);
    let app = Arc::new(SetOnce::new_with(Some(app)));
    spawn(connections::serve(listener, app, config.bounds, stop));
    Ok(())
}

fn render(handle: &PrometheusHandle, db: &Db) -> String {
    let pressure = db.pressure();
    gauge!("vestibule_database_waiting").set(f64::from(pressure.waiting));
    gauge!("vestibule_database_connections").set(f64::from(pressure.connections));
    gauge!("vestibule_database_connections_idle").set(f64::from(pressure.idle));
    handle.render()
}

/// Counts a request and its time.
pub(super) fn request(answered: &Answered<'_>) {
    let route = answered.route.clone();
    let class = match answered.status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    let seconds = answered.elapsed.as_secs_f64();
    histogram!("vestibule_request_seconds", "route" => route.clone(), "status" => class)
        .record(seconds);
}

/// How many requests are under way.
pub(super) fn under_way() -> Gauge {
    gauge!("vestibule_requests_under_way")
}

/// Counts a request until it is dropped, also when its client goes away.
pub(super) struct UnderWay<'a>(&'a Gauge);

impl<'a> UnderWay<'a> {
    pub(super) fn new(gauge: &'a Gauge) -> Self {
        gauge.increment(1);
        Self(gauge)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}
