//! Invitations by the operator: a link to one address, with which an account is made.

use oauth::secret::Secret;

use super::email_proof::Purpose;
use crate::Issuer;
use crate::audit::{self, Event};
use crate::db::DbError;
use crate::mail::{self, Letter, Reader};
use crate::pages::say;

/// Who is invited.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Invited {
    pub(crate) email: String,
}

/// Invites an address, by mail where mail is sent. Answers the link, for who sends it otherwise.
pub(crate) async fn send(
    issuer: &Issuer,
    reader: Reader,
    event: Event,
) -> Result<Secret<String>, DbError> {
    let (issuer, db) = (issuer.clone(), issuer.db.clone());
    db.write(move |tx| {
        Box::pin(async move {
            let invited = Invited {
                email: reader.email.clone(),
            };
            let token = Purpose::Invitation
                .issue_link(&issuer, tx, None, &invited)
                .await?;
            let path = format!("/signup?invitation={}", token.expose());
            let url = Secret::new(issuer.settings.public_url.join(&path));
            let operator = issuer.settings.operator_name.clone();
            let letter = Letter::new(say("mail-invitation").with("operator", operator.clone()))
                .paragraph(say("mail-invitation-text").with("operator", operator))
                .link("sign-up", url.clone());
            mail::queue(&issuer, tx, &reader, &letter).await?;
            audit::record(&issuer, tx, &event).await?;
            Ok(url)
        })
    })
    .await
}
