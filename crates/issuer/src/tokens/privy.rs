//! Privy's access token, kept sealed with the session that it began and with what the person allowed from
//! there, for a backend that acts at Privy.

use oauth::secret::{Secret, SecretHash};
use oauth::time::UnixTime;

use crate::Issuer;
use crate::db::privy_tokens::Row;
use crate::db::{self, DbError, Tx};

/// Privy's word about a person, good for others too until it expires.
pub(crate) struct PrivyToken {
    pub(crate) access_token: Secret<String>,
    pub(crate) expires_at: UnixTime,
}

impl PrivyToken {
    /// Uses the token up for coming in with: whoever it is handed over to does not come in with it too.
    /// Whether nobody had.
    pub(crate) async fn redeem(&self, issuer: &Issuer) -> Result<bool, DbError> {
        let text = self.access_token.expose();
        // A signature by ECDSA has a second form that is as good, so what is signed names the token.
        let signed = text
            .rsplit_once('.')
            .map_or(text.as_str(), |(signed, _)| signed);
        let id = SecretHash::of(signed.as_bytes()).as_str().to_owned();
        // A little longer than it is good, because clocks differ.
        let kept_until = self.expires_at.plus(120);
        let first = issuer.db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { db::used_ids::insert(tx, &id, kept_until).await })
        });
        first.await
    }
}

/// Keeps a token for a person. Answers its id here.
pub(crate) async fn keep(
    issuer: &Issuer,
    tx: &mut Tx,
    (person_id, token): (&str, &PrivyToken),
) -> Result<String, DbError> {
    let id = issuer.random.id(issuer.clock.now());
    let id = id.map_err(|_| DbError::Unavailable(None))?.to_string();
    let plain = token.access_token.expose().as_bytes();
    let sealed = issuer.sealer.seal(&issuer.random, &place(&id), plain);
    let row = Row {
        id: id.clone(),
        person_id: person_id.to_owned(),
        sealed: sealed.map_err(|_| DbError::Unavailable(None))?,
        expires_at: token.expires_at.0,
    };
    db::privy_tokens::insert(tx, row).await?;
    Ok(id)
}

/// The token itself; `None` if it cannot be opened here and now.
pub(crate) fn open(issuer: &Issuer, row: &Row) -> Option<Secret<String>> {
    let plain = issuer.sealer.open(&place(&row.id), &row.sealed);
    let plain = plain.inspect_err(|error| {
        tracing::error!(id = row.id, %error, "a Privy token cannot be opened");
    });
    let text = String::from_utf8(plain.ok()?.expose().clone()).ok()?;
    Some(Secret::new(text))
}

fn place(id: &str) -> String {
    format!("privy_token/{id}")
}
