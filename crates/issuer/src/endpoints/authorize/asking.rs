//! The consent page: who asks, where it leads, and what for, in words.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use oauth::redirect::RedirectKind;
use oauth::scope::{Scope, ScopeSet};

use crate::Issuer;
use crate::clients::ClientSource;
use crate::login::Problem;
use crate::login::session::SignedIn;
use crate::pages::{FormAction, Frame, PageError, clean, identity_words};
use crate::settings::ScopeSettings;

use super::consent::{Earlier, identity};
use super::pending::Pending;
use super::request::{Addressed, Checked, identity_scopes};

/// All that the page is about.
pub(super) struct Asking<'a> {
    pub(super) addressed: &'a Addressed,
    pub(super) checked: &'a Checked<'a>,
    pub(super) signed_in: &'a SignedIn,
    pub(super) earlier: &'a Earlier,
    pub(super) query: &'a str,
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    frame: &'a Frame,
    client: Shown,
    resource: &'a str,
    choices: Vec<Group>,
    fixed: Vec<Group>,
    pending: String,
    again: String,
    email: &'a str,
    upstream: Option<Upstream<'a>>,
    problem: Option<Problem>,
}

/// Where the resource's tools act in the person's name, and what that asks for there.
struct Upstream<'a> {
    title: &'a str,
    host: &'a str,
    /// Empty where an app's permissions decide.
    scopes: String,
}

/// A client as a person meets it.
struct Shown {
    name: String,
    known: String,
    host: String,
    host_note: &'static str,
    warning: Option<&'static str>,
}

struct Group {
    title: &'static str,
    lines: Vec<Line>,
}

struct Line {
    value: String,
    title: String,
    text: String,
    ticked: bool,
}

impl Asking<'_> {
    pub(super) fn show(
        &self,
        issuer: &Issuer,
        frame: &Frame,
        problem: Option<Problem>,
    ) -> Result<Response, PageError> {
        let identity = identity(self.addressed);
        let page = frame.show(&ConsentPage {
            frame,
            client: shown(self.addressed, &frame.operator),
            resource: &self.checked.resource.name,
            choices: self.choices(),
            fixed: self.fixed(),
            pending: Pending::seal(issuer, self.signed_in, identity, self.query)?,
            again: format!("/oauth/authorize?{}", self.query),
            email: &self.signed_in.person.email,
            upstream: self.upstream(issuer),
            problem,
        })?;
        let redirect = FormAction(self.addressed.redirect.form_action_source());
        Ok((axum::Extension(redirect), page).into_response())
    }

    fn upstream<'i>(&self, issuer: &'i Issuer) -> Option<Upstream<'i>> {
        let name = self.checked.resource.upstream.as_deref()?;
        let settings = issuer.settings.upstream(name)?;
        Some(Upstream {
            title: &settings.title,
            host: settings.host(),
            scopes: settings.scopes_for(&self.checked.scope).join(", "),
        })
    }

    /// New scopes. Those that change things start unticked, unless nothing else is new.
    fn choices(&self) -> Vec<Group> {
        let asked = &self.checked.scope;
        let new = asked.difference(&self.earlier.scope);
        let only_writes = self.lines(&new, false).is_empty();
        let mut writes = self.lines(&new, true);
        for line in &mut writes {
            line.ticked = only_writes;
        }
        groups([("Read", self.lines(&new, false)), ("Change", writes)])
    }

    /// What comes with every yes.
    fn fixed(&self) -> Vec<Group> {
        let asked = &self.checked.scope;
        let known = asked.intersection(&self.earlier.scope);
        let mut before = self.lines(&known, false);
        before.extend(self.lines(&known, true));
        let email = &self.signed_in.person.email;
        let identity = identity_scopes().intersection(asked);
        let always = identity.iter().map(|scope| identity_line(scope, email));
        groups([("Allowed before", before), ("Always", always.collect())])
    }

    fn lines(&self, among: &ScopeSet, writes: bool) -> Vec<Line> {
        let scopes = self.checked.resource.scopes.iter();
        let line = |scope: &ScopeSettings| Line {
            value: scope.name.to_string(),
            title: scope.title.clone(),
            text: scope.description.clone(),
            ticked: true,
        };
        scopes
            .filter(|scope| scope.writes == writes && among.contains(scope.name.as_str()))
            .map(line)
            .collect()
    }
}

fn groups(all: [(&'static str, Vec<Line>); 2]) -> Vec<Group> {
    all.into_iter()
        .filter(|(_, lines)| !lines.is_empty())
        .map(|(title, lines)| Group { title, lines })
        .collect()
}

fn identity_line(scope: &Scope, email: &str) -> Line {
    let text = match scope.as_str() {
        "profile" => "As you gave it here.".to_owned(),
        "email" => format!("That is {email}."),
        "offline_access" => "Also while you are not here, until you end it.".to_owned(),
        _ => "So that it recognizes you the next time.".to_owned(),
    };
    Line {
        value: String::new(),
        title: identity_words(scope.as_str())
            .unwrap_or_default()
            .to_owned(),
        text,
        ticked: true,
    }
}

/// Whether the person must confirm having started this: nothing vouches for who receives the code.
pub(super) fn needs_understanding(addressed: &Addressed) -> bool {
    warning(addressed).is_some()
}

fn warning(addressed: &Addressed) -> Option<&'static str> {
    match (addressed.redirect.uri().kind(), addressed.client.source) {
        (RedirectKind::Loopback, _) => Some(
            "The answer goes to a program on this computer. Any program here could have asked \
             under this name.",
        ),
        (RedirectKind::CustomScheme { .. }, _) => Some(
            "The answer goes to whichever program on this device opens such links. Any program \
             could have asked under this name.",
        ),
        (RedirectKind::Https { .. }, ClientSource::Registered) => Some(
            "Nobody has checked who is behind this name. Look at the address above: is it the \
             app that you use?",
        ),
        (RedirectKind::Https { .. }, ClientSource::Operator | ClientSource::MetadataDocument) => {
            None
        }
    }
}

fn shown(addressed: &Addressed, operator: &str) -> Shown {
    let client = &addressed.client;
    let name = match clean(&client.name) {
        name if name.is_empty() => "An app without a name".to_owned(),
        name => name,
    };
    let known = match client.source {
        ClientSource::Operator => format!("Approved by {operator}."),
        ClientSource::MetadataDocument => {
            let host = origin_host(client.id.as_str());
            format!("Verified domain: {}.", host.unwrap_or_default())
        }
        ClientSource::Registered => "Unverified name: the app chose it itself.".to_owned(),
    };
    let uri = addressed.redirect.uri();
    let (host, host_note) = match uri.kind() {
        RedirectKind::Https { host } => (host.clone(), ""),
        RedirectKind::Loopback => (
            origin_host(uri.as_str()).unwrap_or_default(),
            "A program on this computer.",
        ),
        RedirectKind::CustomScheme { scheme } => (
            format!("{scheme}:"),
            "A program on this device that opens such links.",
        ),
    };
    Shown {
        name,
        known,
        host,
        host_note,
        warning: warning(addressed),
    }
}

/// Host and port of a URL.
fn origin_host(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}
