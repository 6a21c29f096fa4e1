//! Mail: letters in the reader's language, queued in the same unit of work as what they tell of, and
//! delivered by a job.

pub(crate) mod alerts;
mod deliver;

pub use deliver::MailError;
pub(crate) use deliver::{Mailer, run as deliver};

use askama::Template;
use http::StatusCode;
use lettre::message::Mailbox;
use oauth::secret::Secret;

use crate::Issuer;
use crate::db::{self, DbError, Tx};
use crate::pages::{Language, PageError, Say};

/// Who reads a letter.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pub(crate) email: String,
    pub(crate) language: Language,
}

/// A letter, before it is in a language.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    subject: Say,
    paragraphs: Vec<Say>,
    /// A code to type.
    code: Option<Secret<String>>,
    /// A link, and what it does.
    link: Option<(Say, Secret<String>)>,
}

impl Letter {
    pub(crate) fn new(subject: impl Into<Say>) -> Self {
        Self {
            subject: subject.into(),
            paragraphs: Vec::new(),
            code: None,
            link: None,
        }
    }

    #[must_use]
    pub(crate) fn paragraph(mut self, text: impl Into<Say>) -> Self {
        self.paragraphs.push(text.into());
        self
    }

    #[must_use]
    pub(crate) fn code(mut self, code: Secret<String>) -> Self {
        self.code = Some(code);
        self
    }

    #[must_use]
    pub(crate) fn link(mut self, label: impl Into<Say>, url: Secret<String>) -> Self {
        self.link = Some((label.into(), url));
        self
    }
}

/// A letter as it is sent, and as it lies sealed until then.
#[derive(serde::Serialize, serde::Deserialize)]
struct Written {
    to: String,
    subject: String,
    text: String,
    html: String,
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct TextPart<'a> {
    paragraphs: &'a [String],
    code: Option<&'a str>,
    link: Option<(String, &'a str)>,
    operator: &'a str,
    origin: &'a str,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct HtmlPart<'a> {
    language: Language,
    subject: &'a str,
    paragraphs: &'a [String],
    code: Option<&'a str>,
    link: Option<(String, &'a str)>,
    operator: &'a str,
    origin: &'a str,
}

impl Issuer {
    /// Whether mail can be sent at all.
    pub(crate) fn has_mail(&self) -> bool {
        self.settings.mail.is_some()
    }
}

/// Refuses pages that need mail where none is sent: nobody could prove to read an address there.
pub(crate) fn check(issuer: &Issuer) -> Result<(), PageError> {
    match issuer.has_mail() {
        true => Ok(()),
        false => Err(PageError::new(StatusCode::NOT_FOUND, "error-no-mail")),
    }
}

/// Whether mail can be addressed to this.
pub(crate) fn is_address(email: &str) -> bool {
    email.parse::<lettre::Address>().is_ok()
}

/// Puts a letter into the queue. Without mail, or for an address that no mail can go to, there is none.
pub(crate) async fn queue(
    issuer: &Issuer,
    tx: &mut Tx,
    reader: &Reader,
    letter: &Letter,
) -> Result<(), DbError> {
    if !issuer.has_mail() || !is_address(&reader.email) {
        return Ok(());
    }
    let now = issuer.clock.now();
    let unavailable = || DbError::Unavailable(None);
    let id = issuer
        .random
        .id(now)
        .map_err(|_| unavailable())?
        .to_string();
    let written = write(issuer, reader, letter).ok_or_else(unavailable)?;
    let plain = serde_json::to_vec(&written).map_err(|_| unavailable())?;
    let sealed = issuer.sealer.seal(&issuer.random, &place(&id), &plain);
    let sealed = sealed.map_err(|_| unavailable())?;
    db::outbox::insert(tx, &id, &sealed, now).await
}

fn place(id: &str) -> String {
    format!("outbox/{id}")
}

fn write(issuer: &Issuer, reader: &Reader, letter: &Letter) -> Option<Written> {
    let language = reader.language;
    let say = |said: &Say| language.text(said);
    let subject = say(&letter.subject);
    let paragraphs: Vec<String> = letter.paragraphs.iter().map(say).collect();
    let code = letter.code.as_ref().map(|code| code.expose().as_str());
    let link = letter.link.as_ref();
    let link = link.map(|(label, url)| (say(label), url.expose().as_str()));
    let (operator, origin) = (&issuer.settings.operator_name, &issuer.settings.public_url);
    let text = TextPart {
        paragraphs: &paragraphs,
        code,
        link: link.clone(),
        operator,
        origin: origin.as_str(),
    };
    let html = HtmlPart {
        language,
        subject: &subject,
        paragraphs: &paragraphs,
        code,
        link,
        operator,
        origin: origin.as_str(),
    };
    Some(Written {
        to: reader.email.clone(),
        text: text.render().ok()?,
        html: html.render().ok()?,
        subject,
    })
}

/// Reads a sender: `Name <address>`, or an address. For who checks settings.
#[must_use]
pub fn is_sender(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}
