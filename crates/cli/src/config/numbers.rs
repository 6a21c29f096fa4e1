//! Lifetimes and limits.

use issuer::settings::{Lifetimes, Limits};

use super::Bounds;
use super::reader::Reader;

pub(super) fn lifetimes(reader: &Reader<'_>) -> Lifetimes {
    let lifetimes = Lifetimes {
        code: reader.number("lifetimes.code_seconds"),
        access_token: reader.number("lifetimes.access_token_seconds"),
        id_token: reader.number("lifetimes.id_token_seconds"),
        refresh_idle: reader.number("lifetimes.refresh_idle_seconds"),
        refresh_absolute: reader.number("lifetimes.refresh_absolute_seconds"),
        refresh_grace: reader.number("lifetimes.refresh_grace_seconds"),
        session_idle: reader.number("lifetimes.session_idle_seconds"),
        session_absolute: reader.number("lifetimes.session_absolute_seconds"),
        pending: reader.number("lifetimes.pending_seconds"),
        consent: reader.number("lifetimes.consent_seconds"),
        email_code: reader.number("lifetimes.email_code_seconds"),
        email_link: reader.number("lifetimes.email_link_seconds"),
        invitation: reader.number("lifetimes.invitation_seconds"),
        deletion: reader.number("lifetimes.deletion_seconds"),
        setup_link: reader.number("lifetimes.setup_link_seconds"),
        step_up: reader.number("lifetimes.step_up_seconds"),
        personal_token: reader.number("lifetimes.personal_token_seconds"),
        key_overlap: reader.number("lifetimes.key_overlap_seconds"),
        key_age: reader.number("lifetimes.key_age_seconds"),
        audit: reader.number("lifetimes.audit_seconds"),
        unused_client: reader.number("lifetimes.unused_client_seconds"),
    };
    let orders = [
        (
            "lifetimes.refresh_idle_seconds",
            lifetimes.refresh_idle,
            lifetimes.refresh_absolute,
        ),
        (
            "lifetimes.session_idle_seconds",
            lifetimes.session_idle,
            lifetimes.session_absolute,
        ),
    ];
    for (key, idle, absolute) in orders {
        if idle > absolute {
            let absolute = key.replace("idle", "absolute");
            reader.error(key, format!("is longer than {absolute}"), "make it shorter");
        }
    }
    if (1..=lifetimes.key_overlap).contains(&lifetimes.key_age) {
        let problem = "is not longer than lifetimes.key_overlap_seconds";
        reader.error("lifetimes.key_age_seconds", problem, "make it longer, or 0");
    }
    lifetimes
}

pub(super) fn limits(reader: &Reader<'_>) -> Limits {
    Limits {
        sign_in_failures_per_person: reader.limit("limits.sign_in_failures_per_person"),
        sign_in_failures_per_source: reader.limit("limits.sign_in_failures_per_source"),
        second_factor_failures_per_sign_in: reader
            .limit("limits.second_factor_failures_per_sign_in"),
        second_factor_failures_per_person: reader.limit("limits.second_factor_failures_per_person"),
        second_factor_failures_per_source: reader.limit("limits.second_factor_failures_per_source"),
        sign_in_free_failures: reader.number("limits.sign_in_free_failures"),
        sign_in_wait_max: reader.number("limits.sign_in_wait_seconds_max"),
        sign_ups_per_source: reader.limit("limits.sign_ups_per_source"),
        letters_per_address: reader.limit("limits.letters_per_address"),
        email_code_failures: reader.number("limits.email_code_failures"),
        registrations_per_source: reader.limit("limits.registrations_per_source"),
        token_failures_per_source: reader.limit("limits.token_failures_per_source"),
        authorize_requests_per_source: reader.limit("limits.authorize_requests_per_source"),
        code_failures: reader.number("limits.code_failures"),
        password_hashes: reader.number("limits.password_hashes"),
        password_queue: reader.number("limits.password_queue"),
    }
}

pub(super) fn bounds(reader: &Reader<'_>) -> Bounds {
    Bounds {
        connections: reader.number("limits.connections"),
        requests: reader.number("limits.requests"),
        body_bytes: reader.number("limits.body_bytes"),
        header_seconds: reader.number("limits.header_seconds"),
        request_seconds: reader.number("limits.request_seconds"),
        shutdown_seconds: reader.number("limits.shutdown_seconds"),
    }
}
