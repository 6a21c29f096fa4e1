//! How tokens of upstreams are stored: sealed for one person at one upstream.

use std::time::Duration;

use oauth::secret::Secret;
use tokio::time::timeout;

use super::ConnectionError;
use crate::Issuer;
use crate::db::connections::Row;
use crate::db::{self, DbError, Tx};
use crate::login::upstream::{Account, Granted, Known, Revoke};

/// Seconds before its end from which an access token is not used any more.
const MARGIN_SECONDS: i64 = 60;
const REVOKE_MAX: Duration = Duration::from_secs(3);

/// The tokens of a connection, as sealed.
#[derive(serde::Serialize, serde::Deserialize)]
struct Plain {
    access_token: String,
    refresh_token: Option<String>,
}

/// The tokens of a connection, in the open.
pub(crate) struct Tokens {
    pub(crate) access_token: Secret<String>,
    pub(crate) refresh_token: Option<Secret<String>>,
}

/// An account whose tokens are to be kept for a person.
pub(crate) struct Arrived<'a> {
    pub(crate) known: &'a Known,
    pub(crate) person_id: &'a str,
    pub(crate) account: &'a Account,
    pub(crate) granted: &'a Granted,
}

/// When new tokens take the place of others of the same account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    Always,
    /// Only where there are some, and not if the new ones may do less: signing in neither lowers a
    /// connection nor brings back one that was ended.
    AsGood,
}

/// What became of them.
pub(crate) enum Kept {
    /// What they took the place of is for nothing now.
    Yes(Superseded),
    /// What was there stays; they are for nothing.
    No(Superseded),
    /// The person is connected to the account of this name.
    OtherAccount(String),
}

/// Tokens that nothing keeps any more, to be revoked after the commit.
#[derive(Default)]
#[must_use = "revoke it after the commit"]
pub(crate) struct Superseded(Vec<(Known, Secret<String>)>);

impl Superseded {
    pub(crate) fn new(known: &Known, token: Secret<String>) -> Self {
        Self(vec![(known.clone(), token)])
    }

    /// Revokes them, within the time that a person waits for a page. What is not revoked by then ends
    /// by itself.
    pub(crate) async fn revoke(self) {
        for (known, token) in self.0 {
            let revoked = known.protocol.revoke(&token, Revoke::Token);
            let revoked = timeout(REVOKE_MAX, revoked).await;
            if !matches!(revoked, Ok(Ok(()))) {
                let upstream = &known.settings.name;
                tracing::warn!(upstream, "a superseded token was not revoked");
            }
        }
    }
}

/// Keeps the tokens of an account for a person.
pub(crate) async fn keep(
    issuer: &Issuer,
    tx: &mut Tx,
    arrived: &Arrived<'_>,
    keep: Keep,
) -> Result<Kept, DbError> {
    let settings = &arrived.known.settings;
    let (name, host) = (settings.name.as_str(), settings.host());
    let before = db::connections::find(tx, arrived.person_id, name, host).await?;
    if let Some(row) = before
        .as_ref()
        .filter(|row| row.account_id != arrived.account.id)
    {
        return Ok(Kept::OtherAccount(row.login.clone()));
    }
    let old = before.as_ref().and_then(|row| open(issuer, row).ok());
    let new = &arrived.granted.access_token;
    let as_good = before.as_ref().is_some_and(|row| {
        let words = row.scope.split(' ').filter(|word| !word.is_empty());
        let had: Vec<_> = words.map(str::to_owned).collect();
        old.is_none() || settings.suffices(&arrived.granted.scope, &had)
    });
    if keep == Keep::AsGood && !as_good {
        return Ok(Kept::No(Superseded::new(arrived.known, new.clone())));
    }
    let now = issuer.clock.now();
    let id = issuer.random.id(now);
    let mut row = Row {
        id: id.map_err(|_| DbError::Unavailable(None))?.to_string(),
        person_id: arrived.person_id.to_owned(),
        upstream: name.to_owned(),
        host: host.to_owned(),
        account_id: arrived.account.id.clone(),
        login: arrived.account.login.clone(),
        scope: arrived.granted.scope.clone(),
        sealed: None,
        expires_at: arrived
            .granted
            .expires_in
            .map(|seconds| now.plus(seconds).0),
        version: 1,
        lease_until: 0,
        created_at: now.0,
    };
    row.sealed = Some(seal(issuer, &row, arrived.granted)?);
    // Between the look and this nothing else can have changed the account, but another unit.
    if !db::connections::insert(tx, row).await? {
        return Err(DbError::Conflict);
    }
    let old = old.filter(|old| old.access_token.expose() != new.expose());
    Ok(Kept::Yes(old.map_or_else(Superseded::default, |old| {
        Superseded::new(arrived.known, old.access_token)
    })))
}

/// Seals what was granted, for the row's person and upstream only.
pub(super) fn seal(issuer: &Issuer, row: &Row, granted: &Granted) -> Result<String, DbError> {
    let plain = Plain {
        access_token: granted.access_token.expose().clone(),
        refresh_token: granted
            .refresh_token
            .as_ref()
            .map(|token| token.expose().clone()),
    };
    let plain = serde_json::to_vec(&plain).map_err(|_| DbError::Unavailable(None))?;
    let sealed = issuer.sealer.seal(&issuer.random, &place(row), &plain);
    sealed.map_err(|_| DbError::Unavailable(None))
}

/// The tokens of a connection.
///
/// # Errors
/// If they are dead, or cannot be opened here and now: what this node cannot read another may.
pub(super) fn open(issuer: &Issuer, row: &Row) -> Result<Tokens, ConnectionError> {
    let sealed = row.sealed.as_deref();
    let sealed = sealed.ok_or(ConnectionError::Needed { again: true })?;
    let plain = issuer.sealer.open(&place(row), sealed).map_err(|error| {
        tracing::error!(connection = row.id, %error, "a connection's tokens cannot be opened");
        ConnectionError::Away
    })?;
    let plain: Plain = serde_json::from_slice(plain.expose()).map_err(|_| ConnectionError::Away)?;
    Ok(Tokens {
        access_token: Secret::new(plain.access_token),
        refresh_token: plain.refresh_token.map(Secret::new),
    })
}

/// Seals tokens under the current key that stand under an older one.
pub(super) fn seal_anew(issuer: &Issuer, row: &Row) -> Option<String> {
    let plain = issuer
        .sealer
        .open(&place(row), row.sealed.as_deref()?)
        .ok()?;
    let sealed = issuer
        .sealer
        .seal(&issuer.random, &place(row), plain.expose());
    sealed.ok()
}

/// Whether the access token may still be used now.
pub(super) fn is_fresh(issuer: &Issuer, row: &Row) -> bool {
    let now = issuer.clock.now().plus(MARGIN_SECONDS);
    row.expires_at.is_none_or(|end| end > now.0)
}

fn place(row: &Row) -> String {
    format!("connection/{}/{}/{}", row.person_id, row.upstream, row.host)
}
