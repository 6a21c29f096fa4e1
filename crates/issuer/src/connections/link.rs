//! The link with which a tool sends a person to connect an account: good for that person only.

use crate::Issuer;
use crate::login::upstream::Known;

/// Where the page to connect is; opened by anybody else, it refuses.
pub(crate) fn link(issuer: &Issuer, known: &Known, person_id: &str) -> String {
    let name = &known.settings.name;
    let page = issuer.settings.public_url.join(&format!("/connect/{name}"));
    let sealed = issuer
        .sealer
        .seal(&issuer.random, &place(name), person_id.as_bytes());
    match sealed {
        Ok(sealed) => format!("{page}?for={sealed}"),
        // Without it the page serves whoever is signed in, which is no less safe for them.
        Err(_) => page,
    }
}

/// What a link's seal is for.
pub(crate) fn place(upstream: &str) -> String {
    format!("connect_link/{upstream}")
}
