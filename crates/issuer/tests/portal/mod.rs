//! The pages of the signed-in person: what they show and take back, and that nothing of others is touched.

use issuer::operate::audit;
use testkit::App;

mod activity;
mod apps;
mod delete;
mod email;
mod home;
mod profile;
mod sessions;
mod settings;
mod tokens;

/// What the log says, as it happened: kind and detail.
async fn events(app: &App) -> Vec<(String, String)> {
    let events = audit::list_newest(&app.issuer, 1_000).await.unwrap();
    let events = serde_json::to_value(events).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let events = events.as_array().unwrap().iter();
    events
        .map(|event| (text(&event["kind"]), text(&event["detail"])))
        .collect()
}

/// How often something happened.
async fn count(app: &App, kind: &str) -> usize {
    let events = events(app).await;
    events.iter().filter(|(known, _)| known == kind).count()
}
