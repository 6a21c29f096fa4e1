//! The consent page: who asks, where it leads, and what for, in words.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use oauth::redirect::RedirectKind;
use oauth::scope::{Scope, ScopeSet};

use crate::Issuer;
use crate::clients::{ClientSource, known_as, origin_host};
use crate::login::Problem;
use crate::login::session::SignedIn;
use crate::pages::{FormAction, Frame, PageError, Say, clean, identity_words, say};
use crate::settings::{ConsentNote, ScopeSettings};

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
    note: Option<&'a ConsentNote>,
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
    known: Say,
    host: String,
    host_note: Option<Say>,
    warning: Option<Say>,
}

struct Group {
    title: Say,
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
            client: shown(self.addressed, frame),
            resource: &self.checked.resource.name,
            choices: self.choices(),
            fixed: self.fixed(frame),
            pending: Pending::seal(issuer, self.signed_in, identity, self.query)?,
            again: format!("/oauth/authorize?{}", self.query),
            email: &self.signed_in.person.email,
            upstream: self.upstream(issuer),
            note: self.checked.resource.consent_note.as_ref(),
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
        groups([
            ("consent-read", self.lines(&new, false)),
            ("consent-change", writes),
        ])
    }

    /// What comes with every yes.
    fn fixed(&self, frame: &Frame) -> Vec<Group> {
        let asked = &self.checked.scope;
        let known = asked.intersection(&self.earlier.scope);
        let mut before = self.lines(&known, false);
        before.extend(self.lines(&known, true));
        let email = &self.signed_in.person.email;
        let identity = identity_scopes().intersection(asked);
        let always = identity.iter();
        let always = always.map(|scope| identity_line(frame, scope, email));
        groups([
            ("consent-before", before),
            ("consent-always", always.collect()),
        ])
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
        .map(|(title, lines)| Group {
            title: say(title),
            lines,
        })
        .collect()
}

fn identity_line(frame: &Frame, scope: &Scope, email: &str) -> Line {
    let title = identity_words(scope.as_str()).unwrap_or_else(|| say("scope-openid"));
    let text = title.clone().part("text").with("email", email.to_owned());
    Line {
        value: String::new(),
        title: frame.tell(&title),
        text: frame.tell(&text),
        ticked: true,
    }
}

/// Whether the person must confirm having started this: nothing vouches for who receives the code.
pub(super) fn needs_understanding(addressed: &Addressed) -> bool {
    warning(addressed).is_some()
}

fn warning(addressed: &Addressed) -> Option<Say> {
    match (addressed.redirect.uri().kind(), addressed.client.source) {
        (RedirectKind::Loopback, _) => Some(say("consent-warn-loopback")),
        (RedirectKind::CustomScheme { .. }, _) => Some(say("consent-warn-scheme")),
        (RedirectKind::Https { .. }, ClientSource::Registered) => {
            Some(say("consent-warn-registered"))
        }
        (RedirectKind::Https { .. }, ClientSource::Operator | ClientSource::MetadataDocument) => {
            None
        }
    }
}

fn shown(addressed: &Addressed, frame: &Frame) -> Shown {
    let client = &addressed.client;
    let name = match clean(&client.name) {
        name if name.is_empty() => frame.say("consent-nameless"),
        name => name,
    };
    let known = known_as(client.source, &client.id, &frame.operator);
    let uri = addressed.redirect.uri();
    let (host, host_note) = match uri.kind() {
        RedirectKind::Https { host } => (host.clone(), None),
        RedirectKind::Loopback => (
            origin_host(uri.as_str()).unwrap_or_default(),
            Some(say("consent-host-loopback")),
        ),
        RedirectKind::CustomScheme { scheme } => {
            (format!("{scheme}:"), Some(say("consent-host-scheme")))
        }
    };
    Shown {
        name,
        known,
        host,
        host_note,
        warning: warning(addressed),
    }
}
