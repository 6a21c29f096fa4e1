//! How long things are good for.

/// All in seconds.
#[derive(Clone, Debug)]
pub struct Lifetimes {
    pub code: i64,
    pub access_token: i64,
    pub id_token: i64,
    /// Since the last rotation.
    pub refresh_idle: i64,
    /// Since the consent.
    pub refresh_absolute: i64,
    /// How long a rotated refresh token still gets its successor.
    pub refresh_grace: i64,
    pub session_idle: i64,
    pub session_absolute: i64,
    /// How long a consent page may wait for its answer.
    pub pending: i64,
    /// After which a consent is asked for again.
    pub consent: i64,
    pub setup_link: i64,
    /// How long a sign-in suffices for what is dangerous, before it is asked for again.
    pub step_up: i64,
    /// The longest that a personal access token lives.
    pub personal_token: i64,
    /// A code that was mailed.
    pub email_code: i64,
    /// A link with which a password is chosen anew, or an address changed.
    pub email_link: i64,
    pub invitation: i64,
    /// How long an account that is to be deleted can be kept after all.
    pub deletion: i64,
    /// A new key is published this long before it signs.
    pub key_overlap: i64,
    /// Age at which a signing key is replaced; 0 leaves that to the operator.
    pub key_age: i64,
    /// Audit events older than this are deleted; 0 keeps them.
    pub audit: i64,
    /// Registered clients that were never used are deleted after this.
    pub unused_client: i64,
}

impl Lifetimes {
    /// The days that an account that is to be deleted can be kept after all.
    #[must_use]
    pub const fn deletion_days(&self) -> i64 {
        self.deletion.div_euclid(86_400)
    }
}

impl Default for Lifetimes {
    fn default() -> Self {
        const DAY: i64 = 86_400;
        Self {
            code: 60,
            access_token: 3_600,
            id_token: 3_600,
            refresh_idle: 30 * DAY,
            refresh_absolute: 90 * DAY,
            refresh_grace: 60,
            session_idle: 14 * DAY,
            session_absolute: 30 * DAY,
            pending: 600,
            consent: 365 * DAY,
            setup_link: DAY,
            step_up: 600,
            personal_token: 30 * DAY,
            email_code: 900,
            email_link: 3_600,
            invitation: 7 * DAY,
            deletion: 7 * DAY,
            key_overlap: 3_600,
            key_age: 90 * DAY,
            audit: 365 * DAY,
            unused_client: 30 * DAY,
        }
    }
}
