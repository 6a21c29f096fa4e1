//! What happened in the person's name, from the audit log, in words.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use oauth::client::ClientId;
use oauth::resource::Resource;

use super::allowed::client_name;
use super::moment::Moment;
use crate::Issuer;
use crate::audit::Kind;
use crate::db::audit_events::{self, Row};
use crate::db::{DbError, Tx};
use crate::login::session::SignedIn;
use crate::pages::{Frame, PageError, PageQuery, Say, apart, say};
use crate::tokens::personal;

const PER_PAGE: usize = 30;

#[derive(Template)]
#[template(path = "activity.html")]
struct ActivityPage<'a> {
    frame: &'a Frame,
    groups: Vec<Choice>,
    group: &'static str,
    happened: Vec<Happened>,
    /// The last one shown, where there are older ones.
    older: Option<String>,
    newest: bool,
}

/// A group that can be looked at alone.
struct Choice {
    value: &'static str,
    text: String,
    chosen: bool,
}

/// One event in words.
pub(super) struct Happened {
    pub(super) text: String,
    pub(super) at: Moment,
    pub(super) from: String,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    SignIn,
    Apps,
    Account,
    /// What apps do all day: shown alone, or nothing else would be seen.
    Use,
}

impl Group {
    const ALL: [Self; 4] = [Self::SignIn, Self::Apps, Self::Account, Self::Use];

    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Apps => "apps",
            Self::Account => "account",
            Self::Use => "use",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::SignIn => "activity-group-sign-in",
            Self::Apps => "activity-group-apps",
            Self::Account => "activity-group-account",
            Self::Use => "activity-group-use",
        }
    }

    /// The kinds of a group as the log has them, between commas; without one, all that is not everyday.
    fn kinds(group: Option<Self>) -> String {
        let shown = |kind: &&Kind| match group {
            Some(group) => told(**kind).0 == group,
            None => told(**kind).0 != Self::Use,
        };
        let kinds = Kind::ALL.iter().filter(shown);
        kinds.fold(",".to_owned(), |list, kind| list + &kind.word() + ",")
    }
}

/// What an event is about, and the sentence for it, with the app as `$app`.
const fn told(kind: Kind) -> (Group, &'static str) {
    use Group::{Account, Apps, SignIn, Use};
    match kind {
        Kind::AuthorizationRequested => (Use, "activity-authorization-requested"),
        Kind::CallRefused => (Use, "activity-call-refused"),
        Kind::ClientChanged => (Apps, "activity-client-changed"),
        Kind::ClientDeleted => (Apps, "activity-client-deleted"),
        Kind::ClientDisabled => (Apps, "activity-client-disabled"),
        Kind::ClientRegistered => (Apps, "activity-client-registered"),
        Kind::CodeReplayed => (Apps, "activity-code-replayed"),
        Kind::ConnectionEnded => (Account, "activity-connection-ended"),
        Kind::ConnectionMade => (Account, "activity-connection-made"),
        Kind::ConnectionRenewed => (Use, "activity-connection-renewed"),
        Kind::ConnectionUsed => (Use, "activity-connection-used"),
        Kind::ConsentDenied => (Apps, "activity-consent-denied"),
        Kind::ConsentGiven => (Apps, "activity-consent-given"),
        Kind::ConsentNarrowed => (Apps, "activity-consent-narrowed"),
        Kind::DeletionAsked => (Account, "activity-deletion-asked"),
        Kind::DeletionTakenBack => (Account, "activity-deletion-taken-back"),
        Kind::EmailChanged => (Account, "activity-email-changed"),
        Kind::Exported => (Account, "activity-exported"),
        Kind::GrantIssued => (Apps, "activity-grant-issued"),
        Kind::GrantRefreshed => (Use, "activity-grant-refreshed"),
        Kind::GrantRefused => (Apps, "activity-grant-refused"),
        Kind::GrantRevoked => (Apps, "activity-grant-revoked"),
        Kind::IdentityConfirmed => (SignIn, "activity-identity-confirmed"),
        Kind::IdentityLinked => (SignIn, "activity-identity-linked"),
        Kind::IdentityUnlinked => (SignIn, "activity-identity-unlinked"),
        Kind::Invited => (Account, "activity-invited"),
        Kind::KeyChanged => (Account, "activity-key-changed"),
        Kind::OperatorCreated => (Account, "activity-operator-created"),
        Kind::PasskeyAdded => (Account, "activity-passkey-added"),
        Kind::PasskeyRemoved => (Account, "activity-passkey-removed"),
        Kind::EmailCodeSent => (SignIn, "activity-email-code-sent"),
        Kind::PasswordChanged => (SignIn, "activity-password-changed"),
        Kind::PasswordForgotten => (SignIn, "activity-password-forgotten"),
        Kind::PersonChanged => (Account, "activity-person-changed"),
        Kind::PersonDeleted => (Account, "activity-person-deleted"),
        Kind::PersonalTokenMade => (Account, "activity-personal-token-made"),
        Kind::PersonalTokenRevoked => (Account, "activity-personal-token-revoked"),
        Kind::PrivyTokenHandedOver => (Use, "activity-privy-token-handed-over"),
        Kind::RecoveryCodesMade => (Account, "activity-recovery-codes-made"),
        Kind::RefreshReplayed => (Apps, "activity-refresh-replayed"),
        Kind::SessionEnded => (SignIn, "activity-session-ended"),
        Kind::SessionStolen => (SignIn, "activity-session-stolen"),
        Kind::SignInFailed => (SignIn, "activity-sign-in-failed"),
        Kind::SignedIn => (SignIn, "activity-signed-in"),
        Kind::SignedOut => (SignIn, "activity-signed-out"),
        Kind::SignedUp => (Account, "activity-signed-up"),
        Kind::TokenRevoked => (Apps, "activity-token-revoked"),
        Kind::TotpAdded => (Account, "activity-totp-added"),
        Kind::TotpRemoved => (Account, "activity-totp-removed"),
    }
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let asked = query.get("group").unwrap_or_default();
    let group = Group::ALL.into_iter().find(|group| group.as_str() == asked);
    let before = query.get("before").unwrap_or_default();
    let kinds = Group::kinds(group);
    let mut tx = issuer.db.read().await?;
    // One more than is shown says whether there are older ones.
    let limit = i64::try_from(PER_PAGE)
        .unwrap_or(i64::MAX)
        .saturating_add(1);
    let asked = (kinds.as_str(), before);
    let mut rows = audit_events::list_of(&mut tx, &signed_in.person.id, asked, limit).await?;
    let more = rows.len() > PER_PAGE;
    rows.truncate(PER_PAGE);
    let older = rows.last().filter(|_| more).map(|row| row.id.clone());
    let happened = in_words(&issuer, &frame, &mut tx, rows).await?;
    drop(tx);
    let choice = |value, key, chosen| Choice {
        value,
        text: frame.say(key),
        chosen,
    };
    let mut groups = vec![choice("", "activity-group-all", group.is_none())];
    groups.extend(
        Group::ALL
            .into_iter()
            .map(|each| choice(each.as_str(), each.key(), group == Some(each))),
    );
    frame.show(&ActivityPage {
        frame: &frame,
        groups,
        group: group.map_or("", Group::as_str),
        happened,
        older,
        newest: before.is_empty(),
    })
}

/// The newest events of a person that are not everyday.
pub(super) async fn newest(
    issuer: &Issuer,
    frame: &Frame,
    tx: &mut Tx,
    (person_id, limit): (&str, i64),
) -> Result<Vec<Happened>, DbError> {
    let kinds = Group::kinds(None);
    let rows = audit_events::list_of(tx, person_id, (&kinds, ""), limit).await?;
    in_words(issuer, frame, tx, rows).await
}

async fn in_words(
    issuer: &Issuer,
    frame: &Frame,
    tx: &mut Tx,
    rows: Vec<Row>,
) -> Result<Vec<Happened>, DbError> {
    let mut names: HashMap<String, String> = HashMap::new();
    let mut happened = Vec::new();
    for row in rows {
        // Of a newer node: without words here.
        let Some(kind) = Kind::from_word(&row.kind) else {
            continue;
        };
        let client = row.client_id.as_deref().unwrap_or_default();
        if !client.is_empty() && !names.contains_key(client) {
            let name = match ClientId::parse(client) {
                _ if personal::is_client_id(client) => frame.say("activity-own-token"),
                Ok(id) => apart(&client_name(issuer, tx, &id).await?.0),
                Err(_) => apart(client),
            };
            names.insert(client.to_owned(), name);
        }
        let app = match names.get(client) {
            Some(name) => name.clone(),
            None => frame.say("activity-somebody"),
        };
        let said: Say = say(told(kind).1).with("app", app);
        let place = row.resource.as_deref().and_then(|uri| {
            let resource = Resource::parse(uri).ok()?;
            Some(issuer.settings.resource(&resource)?.name.clone())
        });
        let text = frame.tell(&said);
        happened.push(Happened {
            text: match place {
                Some(place) => format!("{text} ({place})"),
                None => text,
            },
            at: Moment::of(row.at),
            from: row.source.unwrap_or_default(),
        });
    }
    Ok(happened)
}
