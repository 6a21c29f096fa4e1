//! Proof that a person reads mail at an address: a link or a code that went there, good once and shortly.
//!
//! A link is only looked at when it is opened, because scanners of mail open links; the button behind it
//! uses it. A code is good only where it was asked for, and only for so many tries.

use oauth::secret::{Secret, SecretHash};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Issuer;
use crate::db::email_proofs::{self, NewProof};
use crate::db::{DbError, Tx};

/// What is done once the proof is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    ChangeEmail,
    /// Confirming who one is.
    ConfirmIdentity,
    /// An invitation by the operator.
    Invitation,
    /// Keeping an account that was to be deleted.
    KeepAccount,
    ResetPassword,
    SecondFactor,
    SignUp,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ChangeEmail => "change_email",
            Self::ConfirmIdentity => "confirm_identity",
            Self::Invitation => "invitation",
            Self::KeepAccount => "keep_account",
            Self::ResetPassword => "reset_password",
            Self::SecondFactor => "second_factor",
            Self::SignUp => "sign_up",
        }
    }

    fn seconds(self, issuer: &Issuer) -> i64 {
        let lifetimes = &issuer.settings.lifetimes;
        match self {
            Self::ChangeEmail | Self::ResetPassword => lifetimes.email_link,
            Self::Invitation => lifetimes.invitation,
            Self::KeepAccount => lifetimes.deletion,
            Self::ConfirmIdentity | Self::SecondFactor | Self::SignUp => lifetimes.email_code,
        }
    }
}

/// A proof, and whose it is.
#[derive(Debug)]
pub(crate) struct Proved<T> {
    pub(crate) person_id: Option<String>,
    pub(crate) what: T,
}

/// A code that is on its way, and the name under which it is asked for.
pub(crate) struct Code {
    pub(crate) id: String,
    pub(crate) code: Secret<String>,
}

/// Why a code proves nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodeError {
    #[error("another code was sent")]
    Wrong,
    #[error("the code was used, is too old, or was guessed at too often")]
    Dead,
    #[error(transparent)]
    Database(#[from] DbError),
}

impl Purpose {
    /// The token of a new link.
    pub(crate) async fn issue_link(
        self,
        issuer: &Issuer,
        tx: &mut Tx,
        person_id: Option<&str>,
        what: &(impl Serialize + Sync),
    ) -> Result<Secret<String>, DbError> {
        let token = issuer.random.secret().map_err(|_| unavailable())?;
        let hash = SecretHash::of(token.expose().as_bytes());
        let id = self.id(issuer)?;
        self.insert(issuer, tx, (id, hash), (person_id, what))
            .await?;
        Ok(token)
    }

    /// A new code.
    pub(crate) async fn issue_code(
        self,
        issuer: &Issuer,
        tx: &mut Tx,
        person_id: Option<&str>,
        what: &(impl Serialize + Sync),
    ) -> Result<Code, DbError> {
        let id = self.id(issuer)?;
        let bytes: [u8; 8] = issuer.random.bytes().map_err(|_| unavailable())?;
        // Of 2^64 numbers, so that no code is noticeably more likely than another.
        let code = format!("{:06}", u64::from_be_bytes(bytes) % 1_000_000);
        let hash = code_hash(&id, &code);
        self.insert(issuer, tx, (id.clone(), hash), (person_id, what))
            .await?;
        Ok(Code {
            id,
            code: Secret::new(code),
        })
    }

    fn id(self, issuer: &Issuer) -> Result<String, DbError> {
        let id = issuer.random.secret().map_err(|_| unavailable())?;
        Ok(id.expose().clone())
    }

    async fn insert(
        self,
        issuer: &Issuer,
        tx: &mut Tx,
        (id, hash): (String, SecretHash),
        (person_id, what): (Option<&str>, &(impl Serialize + Sync)),
    ) -> Result<(), DbError> {
        let plain = serde_json::to_vec(what).map_err(|_| unavailable())?;
        let sealed = issuer.sealer.seal(&issuer.random, &place(&id), &plain);
        let new = NewProof {
            purpose: self.as_str(),
            secret_hash: hash.as_str().to_owned(),
            person_id: person_id.map(str::to_owned),
            sealed: sealed.map_err(|_| unavailable())?,
            expires_at: issuer.clock.now().plus(self.seconds(issuer)),
            id,
        };
        email_proofs::insert(tx, new).await
    }

    /// Looks at a link that was opened.
    pub(crate) async fn find_link<T: DeserializeOwned>(
        self,
        issuer: &Issuer,
        token: &str,
    ) -> Result<Option<Proved<T>>, DbError> {
        let hash = SecretHash::of(token.as_bytes());
        let mut tx = issuer.db.read().await?;
        let now = issuer.clock.now();
        let found = email_proofs::find(&mut tx, self.as_str(), hash.as_str(), now).await?;
        Ok(found.and_then(|proof| open(issuer, proof)))
    }

    /// Uses a link up.
    pub(crate) async fn redeem_link<T: DeserializeOwned>(
        self,
        issuer: &Issuer,
        tx: &mut Tx,
        token: &str,
    ) -> Result<Option<Proved<T>>, DbError> {
        let hash = SecretHash::of(token.as_bytes());
        let now = issuer.clock.now();
        let found = email_proofs::redeem(tx, self.as_str(), hash.as_str(), now).await?;
        Ok(found.and_then(|proof| open(issuer, proof)))
    }

    /// Looks at what a code will prove.
    pub(crate) async fn find_code<T: DeserializeOwned>(
        self,
        issuer: &Issuer,
        id: &str,
    ) -> Result<Option<Proved<T>>, DbError> {
        let mut tx = issuer.db.read().await?;
        let now = issuer.clock.now();
        let found = email_proofs::find_by_id(&mut tx, self.as_str(), id, now).await?;
        Ok(found.and_then(|proof| open(issuer, proof)))
    }

    /// Uses a code up. A wrong one is counted, in the caller's unit of work: it must be kept then too.
    pub(crate) async fn redeem_code<T: DeserializeOwned>(
        self,
        issuer: &Issuer,
        tx: &mut Tx,
        (id, code): (&str, &str),
    ) -> Result<Result<Proved<T>, CodeError>, DbError> {
        let failures_max = i64::from(issuer.settings.limits.email_code_failures);
        if !email_proofs::update_failures(tx, self.as_str(), id, failures_max).await? {
            return Ok(Err(CodeError::Dead));
        }
        let (hash, now) = (code_hash(id, code), issuer.clock.now());
        let found = email_proofs::redeem(tx, self.as_str(), hash.as_str(), now).await?;
        let Some(proof) = found else {
            let live = email_proofs::find_by_id(tx, self.as_str(), id, now).await?;
            return Ok(Err(match live {
                Some(_) => CodeError::Wrong,
                None => CodeError::Dead,
            }));
        };
        Ok(open(issuer, proof).ok_or(CodeError::Dead))
    }

    /// Ends what was sent to a person before.
    pub(crate) async fn revoke(
        self,
        issuer: &Issuer,
        tx: &mut Tx,
        person_id: &str,
    ) -> Result<(), DbError> {
        email_proofs::revoke(tx, self.as_str(), person_id, issuer.clock.now()).await
    }
}

fn open<T: DeserializeOwned>(issuer: &Issuer, proof: email_proofs::Proof) -> Option<Proved<T>> {
    let plain = issuer.sealer.open(&place(&proof.id), &proof.sealed).ok()?;
    Some(Proved {
        what: serde_json::from_slice(plain.expose()).ok()?,
        person_id: proof.person_id,
    })
}

/// The digits alone could be tried out on the hash; the id is a secret of the browser that asked.
fn code_hash(id: &str, code: &str) -> SecretHash {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    SecretHash::of(format!("{id}/{digits}").as_bytes())
}

fn place(id: &str) -> String {
    format!("email_proof/{id}")
}

fn unavailable() -> DbError {
    DbError::Unavailable(None)
}
