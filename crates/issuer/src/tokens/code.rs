//! Authorization codes: issuing and redeeming (RFC 6749 §4.1.2, §10.5).

use oauth::client::ClientId;
use oauth::pkce::{Challenge, Verifier};
use oauth::resource::Resource;
use oauth::scope::ScopeSet;
use oauth::secret::Secret;
use oauth::time::UnixTime;

use super::methods::Methods;
use super::refresh;
use super::revocation::Revoked;
use crate::Issuer;
use crate::db::codes::{Redemption, Row};
use crate::db::{self, DbError, Tx};

/// What a code stands for.
pub(crate) struct NewCode {
    pub(crate) client_id: ClientId,
    pub(crate) person_id: String,
    pub(crate) resource: Resource,
    pub(crate) scope: ScopeSet,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) challenge: Challenge,
    pub(crate) nonce: Option<String>,
    pub(crate) auth_time: UnixTime,
    pub(crate) methods: Methods,
    pub(crate) privy_token_id: Option<String>,
}

/// Makes a code. Only its hash is stored.
pub(crate) async fn issue(
    issuer: &Issuer,
    tx: &mut Tx,
    new: NewCode,
) -> Result<Secret<String>, DbError> {
    let code = issuer.random.secret();
    let code = code.map_err(|_| DbError::Unavailable(None))?;
    let lifetime = issuer.settings.lifetimes.code;
    let row = Row {
        hash: code.hash().as_str().to_owned(),
        client_id: new.client_id.as_str().to_owned(),
        person_id: new.person_id,
        resource: new.resource.as_str().to_owned(),
        scope: new.scope.to_string(),
        redirect_uri: new.redirect_uri,
        challenge: new.challenge.as_str().to_owned(),
        nonce: new.nonce,
        auth_time: new.auth_time.0,
        methods: new.methods.to_string(),
        expires_at: issuer.clock.now().plus(lifetime).0,
        failures: 0,
        redeemed_at: None,
        family_id: None,
        privy_token_id: new.privy_token_id,
    };
    db::codes::insert(tx, row).await?;
    Ok(code)
}

/// What became of an attempt to redeem a code.
pub(crate) enum Redeemed {
    /// This attempt, and no other, may issue.
    Once(Box<Row>),
    No(NoCode),
    /// It was used before: what it had issued has ended.
    Again(Revoked),
}

/// Why a code does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoCode {
    #[error("the code is unknown")]
    Unknown,
    #[error("the code was issued to another client")]
    OtherClient,
    #[error("the code has expired")]
    Expired,
    #[error("the code was tried too often")]
    Burnt,
    #[error("the verifier does not meet the challenge")]
    WrongVerifier,
}

/// Uses up a code for a new family.
pub(crate) async fn redeem(
    issuer: &Issuer,
    tx: &mut Tx,
    code: &Secret<String>,
    by: (&ClientId, &Verifier, &str),
) -> Result<Redeemed, DbError> {
    let now = issuer.clock.now();
    let (client_id, verifier, family_id) = by;
    let redemption = Redemption {
        hash: code.hash(),
        client_id: client_id.as_str().to_owned(),
        challenge: verifier.challenge().as_str().to_owned(),
        family_id: family_id.to_owned(),
        failures_max: i64::from(issuer.settings.limits.code_failures),
    };
    if let Some(row) = db::codes::redeem(tx, &redemption, now).await? {
        return Ok(Redeemed::Once(Box::new(row)));
    }
    let no = |why| Ok(Redeemed::No(why));
    let Some(row) = db::codes::find(tx, &redemption.hash).await? else {
        return no(NoCode::Unknown);
    };
    if row.client_id != redemption.client_id {
        return no(NoCode::OtherClient);
    }
    // RFC 6749 §10.5: what a code issued ends when it is used again.
    if let Some(family) = row.family_id {
        return Ok(Redeemed::Again(refresh::end(issuer, tx, &family).await?));
    }
    if row.expires_at <= now.0 {
        return no(NoCode::Expired);
    }
    if row.failures >= redemption.failures_max {
        return no(NoCode::Burnt);
    }
    db::codes::update_failures(tx, &redemption.hash).await?;
    no(NoCode::WrongVerifier)
}
