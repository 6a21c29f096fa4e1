//! Delivering what waits: each letter by one node at a time, again after a while if it did not go.

use std::path::Path;
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use oauth::secret::Secret;

use super::{Written, place};
use crate::Issuer;
use crate::db::DbError;
use crate::db::outbox::{self, Due};
use crate::settings::{MailSettings, MailTransport};

/// What delivers. Opened once, so that a server that delivers much keeps its connections.
pub(crate) struct Mailer {
    from: Mailbox,
    way: Way,
}

enum Way {
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    Folder(std::path::PathBuf),
}

/// Mail cannot be sent as configured.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("the sender of mail is not an address")]
    From,
    /// The text of the URL may hold a password: it is not shown.
    #[error("the SMTP URL cannot be used")]
    Url,
}

/// Why a letter did not go.
#[derive(Debug, thiserror::Error)]
enum DeliverError {
    #[error("it cannot be opened or written")]
    Letter,
    #[error(transparent)]
    Smtp(#[from] lettre::transport::smtp::Error),
    #[error(transparent)]
    File(#[from] std::io::Error),
}

/// For one conversation with the mail server.
const SMTP_TIMEOUT: Duration = Duration::from_secs(20);
/// For which a letter belongs to who tries it: longer than a try can take.
const TAKEN_SECONDS: i64 = 120;
/// Letters that one run delivers at most.
const LETTERS_MAX: usize = 100;
/// Seconds until the next try, by how many there were; after the last there is none.
const PAUSES: [i64; 8] = [10, 60, 300, 900, 3_600, 14_400, 43_200, 86_400];

impl Mailer {
    pub(crate) fn open(settings: &MailSettings) -> Result<Self, MailError> {
        let way = match &settings.transport {
            MailTransport::Folder(folder) => Way::Folder(folder.clone()),
            MailTransport::Smtp(url) => Way::Smtp(Box::new(smtp(url)?)),
        };
        Ok(Self {
            from: settings.from.parse().map_err(|_| MailError::From)?,
            way,
        })
    }

    async fn send(&self, id: &str, letter: Written) -> Result<(), DeliverError> {
        let to: Mailbox = letter.to.parse().map_err(|_| DeliverError::Letter)?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject)
            // The same for every try, so that a letter which went twice is shown once.
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
            .map_err(|_| DeliverError::Letter)?;
        match &self.way {
            Way::Smtp(transport) => {
                transport.send(message).await?;
            }
            Way::Folder(folder) => write_file(folder, id, &message.formatted()).await?,
        }
        Ok(())
    }
}

fn smtp(url: &Secret<String>) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose());
    let transport = transport.map_err(|_| MailError::Url)?;
    Ok(transport.timeout(Some(SMTP_TIMEOUT)).build())
}

async fn write_file(folder: &Path, id: &str, message: &[u8]) -> Result<(), DeliverError> {
    tokio::fs::create_dir_all(folder).await?;
    let file = folder.join(format!("{id}.eml"));
    tokio::fs::write(&file, message).await?;
    tracing::info!(file = %file.display(), "a letter was written");
    Ok(())
}

/// Whether the server refuses this letter for good. A refusal of our own credentials (RFC 4954 §6) is not one:
/// the operator can mend them.
fn is_final(error: &lettre::transport::smtp::Error) -> bool {
    let code = error.status().map(|code| code.to_string());
    error.is_permanent() && !code.is_some_and(|code| code.starts_with("53"))
}

/// Delivers what is due.
pub(crate) async fn run(issuer: &Issuer) -> Result<(), DbError> {
    let Some(mailer) = &issuer.mailer else {
        return Ok(());
    };
    for _ in 0..LETTERS_MAX {
        let now = issuer.clock.now();
        let taken = issuer.db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { outbox::update_taken(tx, now, now.plus(TAKEN_SECONDS)).await })
        });
        let Some(due) = taken.await? else {
            return Ok(());
        };
        deliver(issuer, mailer, due).await?;
    }
    Ok(())
}

async fn deliver(issuer: &Issuer, mailer: &Mailer, due: Due) -> Result<(), DbError> {
    let plain = issuer.sealer.open(&place(&due.id), &due.sealed).ok();
    let letter = plain.and_then(|plain| serde_json::from_slice(plain.expose()).ok());
    let sent = match letter {
        Some(letter) => mailer.send(&due.id, letter).await,
        None => Err(DeliverError::Letter),
    };
    let pause = usize::try_from(due.tries - 1).ok();
    let pause = pause.and_then(|before| PAUSES.get(before).copied());
    let (outcome, again) = match (&sent, pause) {
        (Ok(()), _) => ("sent", None),
        (Err(DeliverError::Smtp(error)), _) if is_final(error) => ("refused", None),
        (Err(_), None) => ("given_up", None),
        (Err(_), Some(pause)) => ("postponed", Some(issuer.clock.now().plus(pause))),
    };
    metrics::counter!("vestibule_mail_total", "outcome" => outcome).increment(1);
    if let Err(error) = sent {
        tracing::warn!(id = due.id, outcome, %error, "a letter did not go");
    }
    let write = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            match again {
                Some(due_at) => outbox::update_due(tx, &due.id, due_at).await,
                None => outbox::delete(tx, &due.id).await,
            }
        })
    });
    write.await
}
