//! Who may make an account, how their addresses and passwords are checked, and the mail for it.

use std::path::Path;

use issuer::settings::{
    EmailCode, MailSettings, MailTransport, PasswordSettings, PublicUrl, Settings, SignInSettings,
    SignUp,
};
use oauth::acr::Acr;

use super::findings::Level;
use super::reader::Reader;

/// Sign-up, whether addresses are verified first, and mail: they depend on each other.
pub(super) fn build(
    reader: &Reader<'_>,
    public_url: Option<&PublicUrl>,
) -> (SignUp, bool, Option<MailSettings>) {
    let mail = mail(reader, public_url);
    let by_smtp = mail
        .as_ref()
        .is_some_and(|mail| matches!(mail.transport, MailTransport::Smtp(_)));
    let verify = match reader.word("people.verify_email").as_str() {
        "auto" => by_smtp,
        word => word == "always",
    };
    if verify && mail.is_none() {
        let fix = "set mail.smtp_url, or mail.transport to folder";
        reader.error("people.verify_email", "needs mail, and none is sent", fix);
    }
    let domains = reader.list("people.domains");
    let sign_up = match (reader.word("sign_up").as_str(), domains.is_empty()) {
        ("closed", _) => SignUp::Closed,
        ("invited", _) => SignUp::Invited,
        (_, true) => SignUp::Open,
        (_, false) => SignUp::Domains(domains.clone()),
    };
    if matches!(sign_up, SignUp::Domains(_)) && !verify {
        let fix = "set people.verify_email to always, with mail; or remove people.domains";
        let problem = "mean nothing while addresses are not verified";
        reader.error("people.domains", problem, fix);
    }
    if !domains.is_empty() && !matches!(sign_up, SignUp::Domains(_)) {
        let problem = format!("are not used while sign_up is {}", reader.word("sign_up"));
        let origin = reader.layers.origin("people.domains");
        let mut findings = reader.findings.borrow_mut();
        findings.add(Level::Warning, origin, problem, "remove one of the two");
    }
    (sign_up, verify, mail)
}

fn mail(reader: &Reader<'_>, public_url: Option<&PublicUrl>) -> Option<MailSettings> {
    let url = reader.secret("mail.smtp_url");
    let folder = reader.given("mail.folder").map_or_else(
        || Path::new(&reader.text("data_dir")).join("mail"),
        Into::into,
    );
    let local = public_url.is_some_and(PublicUrl::is_loopback);
    let transport = match (reader.word("mail.transport").as_str(), url) {
        ("auto" | "smtp", Some(url)) => MailTransport::Smtp(url),
        ("smtp", None) => {
            reader.error(
                "mail.transport",
                "needs mail.smtp_url",
                "set it, or its file",
            );
            return None;
        }
        ("folder", _) => MailTransport::Folder(folder),
        ("auto", None) if local => MailTransport::Folder(folder),
        _ => return None,
    };
    let host = public_url.and_then(|url| url::Url::parse(url.as_str()).ok());
    let host = host.and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_else(|| "localhost".to_owned());
    let from = reader
        .given("mail.from")
        .unwrap_or_else(|| format!("no-reply@{}", host.trim_matches(['[', ']'])));
    if !issuer::mail::is_sender(&from) {
        let fix = "write `Name <address@example.com>`, or an address";
        reader.error("mail.from", format!("`{from}` is not a sender"), fix);
    }
    Some(MailSettings { from, transport })
}

/// What a sign-in must reach: the operator's word for it, in terms of the protocol.
pub(super) fn acr(reader: &Reader<'_>, key: &'static str) -> Option<Acr> {
    match reader.word(key).as_str() {
        "multi_factor" => Some(Acr::MultiFactor),
        "phishing_resistant" => Some(Acr::PhishingResistant),
        _ => None,
    }
}

pub(super) fn sign_in(reader: &Reader<'_>, mail: Option<&MailSettings>) -> SignInSettings {
    let email_code = match reader.word("sign_in.email_code").as_str() {
        "without_factor" => EmailCode::WithoutFactor,
        "everybody" => EmailCode::Everybody,
        _ => EmailCode::Nobody,
    };
    if email_code != EmailCode::Nobody && mail.is_none() {
        let fix = "set mail.smtp_url, or mail.transport to folder";
        reader.error("sign_in.email_code", "needs mail, and none is sent", fix);
    }
    SignInSettings {
        acr: acr(reader, "sign_in.acr"),
        email_code,
    }
}

/// Nobody can have a passkey where browsers make none.
pub(super) fn check_reachable(reader: &Reader<'_>, settings: &Settings) {
    let phishing_resistant = Some(Acr::PhishingResistant);
    let demanded = settings.resources.iter().map(|resource| resource.acr);
    let mut demanded = demanded.chain([settings.sign_in.acr]);
    if demanded.any(|acr| acr == phishing_resistant) && !settings.offers_passkeys() {
        let problem = "has no domain name, and phishing_resistant needs passkeys, which need one";
        let fix = "use a domain name, or demand multi_factor";
        reader.error("public_url", problem, fix);
    }
}

pub(super) fn passwords(reader: &Reader<'_>) -> PasswordSettings {
    let compromised = reader.given("passwords.compromised_file");
    if let Some(path) = compromised
        .as_ref()
        .filter(|path| !Path::new(path).is_file())
    {
        let fix = "name a file of sorted SHA-1 hashes in hexadecimal, one on each line";
        let problem = format!("{path} is not a file");
        reader.error("passwords.compromised_file", problem, fix);
    }
    PasswordSettings {
        characters_min: reader.number("passwords.characters_min"),
        compromised: compromised.map(Into::into),
    }
}
