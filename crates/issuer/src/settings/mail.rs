//! How mail is sent.

use std::path::PathBuf;

use oauth::secret::Secret;

/// Mail, and who it comes from.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// `Name <address>`, or an address.
    pub from: String,
    pub transport: MailTransport,
}

/// Where letters go.
#[derive(Clone, Debug)]
pub enum MailTransport {
    /// `smtps://user:password@host`, or `smtp://…?tls=required`.
    Smtp(Secret<String>),
    /// One file for each, for development.
    Folder(PathBuf),
}
