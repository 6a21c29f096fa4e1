//! ID tokens (OpenID Connect Core §2, §3.1.3.6).

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use oauth::jwt::Algorithm;
use oauth::secret::base64url;
use oauth::token::IdClaims;

use super::access::Granted;
use crate::Issuer;

/// The claims about the person that the scopes of the grant allow.
pub(super) fn claims(
    issuer: &Issuer,
    granted: &Granted,
    (algorithm, access_token): (Algorithm, &str),
) -> IdClaims {
    let now = issuer.clock.now();
    let email = granted.scope.contains("email");
    let person = &granted.person;
    IdClaims {
        iss: issuer.settings.public_url.as_str().to_owned(),
        sub: person.id.clone(),
        aud: granted.client_id.as_str().to_owned(),
        exp: now.plus(issuer.settings.lifetimes.id_token),
        iat: now,
        auth_time: granted.auth_time,
        acr: granted.methods.acr(),
        amr: granted.methods.amr(),
        at_hash: at_hash(algorithm, access_token),
        nonce: granted.nonce.clone(),
        email: email.then(|| person.email.clone()),
        email_verified: email.then_some(person.email_verified),
        name: person
            .name
            .clone()
            .filter(|_| granted.scope.contains("profile")),
    }
}

/// The left half of the access token's hash, by the hash of the signature's algorithm.
fn at_hash(algorithm: Algorithm, access_token: &str) -> String {
    // OpenID Connect Core §3.1.3.6: the hash is that of the ID token's `alg`.
    let hash = match algorithm {
        Algorithm::Rs256 | Algorithm::Es256 => digest(&SHA256, access_token.as_bytes()),
        // Ed25519 hashes with SHA-512.
        Algorithm::EdDsa => digest(&SHA512, access_token.as_bytes()),
    };
    let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    base64url(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_hash_is_the_left_half_of_the_hash() {
        // OpenID Connect Core §3.1.3.6, appendix A.3
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(at_hash(Algorithm::Rs256, token), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(at_hash(Algorithm::EdDsa, token).len(), 43);
    }
}
