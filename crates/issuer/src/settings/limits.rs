//! How often something may be tried, and how much may wait.

/// So many in a window of so many seconds; a count of 0 sets no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub count: u32,
    pub window_seconds: u32,
}

impl Limit {
    #[must_use]
    pub const fn new(count: u32, window_seconds: u32) -> Self {
        Self {
            count,
            window_seconds,
        }
    }
}

/// Limits that hold over all nodes.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Failed sign-ins for one e-mail address.
    pub sign_in_failures_per_person: Limit,
    /// Failed sign-ins from one network address.
    pub sign_in_failures_per_source: Limit,
    /// Wrong codes of the second factor for one password that was right, or one session.
    pub second_factor_failures_per_sign_in: Limit,
    /// Such codes for one person. Only who has the password, or a session, can use it up.
    pub second_factor_failures_per_person: Limit,
    pub second_factor_failures_per_source: Limit,
    /// Failed sign-ins in a row, for one address from one place, that cost nothing. Each further one doubles
    /// the wait for the next.
    pub sign_in_free_failures: u32,
    /// The longest such wait, in seconds.
    pub sign_in_wait_max: i64,
    pub sign_ups_per_source: Limit,
    /// Letters that people can have sent to one address.
    pub letters_per_address: Limit,
    /// Wrong codes after which a mailed code is dead.
    pub email_code_failures: u32,
    pub registrations_per_source: Limit,
    /// Failed token requests for one client from one network address.
    pub token_failures_per_source: Limit,
    pub authorize_requests_per_source: Limit,
    /// Wrong verifiers after which a code is burnt.
    pub code_failures: u32,
    /// Password hashes computed at once; 0 means one less than the processors, at least one.
    pub password_hashes: usize,
    /// Password hashes that may wait for their turn.
    pub password_queue: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_in_failures_per_person: Limit::new(30, 900),
            sign_in_failures_per_source: Limit::new(100, 900),
            second_factor_failures_per_sign_in: Limit::new(5, 3_600),
            second_factor_failures_per_person: Limit::new(100, 86_400),
            second_factor_failures_per_source: Limit::new(100, 900),
            sign_in_free_failures: 5,
            sign_in_wait_max: 900,
            sign_ups_per_source: Limit::new(20, 3_600),
            letters_per_address: Limit::new(5, 3_600),
            email_code_failures: 5,
            registrations_per_source: Limit::new(100, 3_600),
            token_failures_per_source: Limit::new(60, 900),
            authorize_requests_per_source: Limit::new(600, 900),
            code_failures: 5,
            password_hashes: 0,
            password_queue: 128,
        }
    }
}
