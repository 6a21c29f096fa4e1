//! The `WWW-Authenticate` challenge that tells a client what to do next (RFC 6750 §3, RFC 9728 §5.1,
//! RFC 9470 §3).

use std::sync::Arc;

use crate::assurance::Assurance;
use crate::error::ErrorCode;
use crate::scope::ScopeSet;

/// A `Bearer` challenge. Its text form starts with the scheme alone and quotes every value,
/// because clients look for the parameters with plain patterns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// Where the resource's metadata document is.
    pub resource_metadata: Option<String>,
    /// What the next token should have; left out when empty.
    pub scope: ScopeSet,
    /// Absent when the request carried no token.
    pub error: Option<ErrorCode>,
    /// How the person should sign in for the next token.
    pub assurance: Option<Arc<Assurance>>,
    /// For the developer of the client; cleaned when written.
    pub error_description: Option<String>,
}

impl std::fmt::Display for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bearer")?;
        let mut separator = " ";
        let mut write = |name: &str, value: &dyn std::fmt::Display| {
            let result = write!(f, "{separator}{name}=\"{value}\"");
            separator = ", ";
            result
        };
        if let Some(url) = &self.resource_metadata {
            write("resource_metadata", url)?;
        }
        if !self.scope.is_empty() {
            write("scope", &self.scope)?;
        }
        if let Some(error) = self.error {
            write("error", &error)?;
        }
        if let Some(text) = &self.error_description {
            write("error_description", &description(text))?;
        }
        if let Some(needed) = &self.assurance {
            if !needed.acr_values.is_empty() {
                write("acr_values", &acr_values(&needed.acr_values))?;
            }
            if let Some(seconds) = needed.max_age_seconds {
                write("max_age", &seconds)?;
            }
        }
        Ok(())
    }
}

/// Keeps what RFC 6750 §3 allows in a description, and no text that reads as a parameter.
fn description(text: &str) -> String {
    // RFC 6750 §3: printable ASCII without `"` and `\`.
    let legal = |c: char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '=');
    text.chars()
        .map(|c| if legal(c) { c } else { ' ' })
        .collect()
}

/// Names with spaces between, without what could end the quotes.
fn acr_values(values: &[String]) -> String {
    let legal = |c: &char| matches!(c, '!'..='~') && !matches!(c, '"' | '\\');
    let mut text = String::new();
    for value in values {
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend(value.chars().filter(legal));
    }
    text
}

impl Challenge {
    /// Reads the first `Bearer` challenge of a header value.
    ///
    /// Returns `None` if there is none or its parameters cannot be read.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let scheme = header
            .get(..6)
            .filter(|scheme| scheme.eq_ignore_ascii_case("bearer"))?;
        let mut challenge = Self::default();
        let mut needed = Assurance::default();
        let mut rest = header.get(scheme.len()..)?.trim_start();
        while !rest.is_empty() {
            let (name, after) = rest.split_once('=')?;
            let value;
            (value, rest) = split_value(after)?;
            match name.trim() {
                "resource_metadata" => challenge.resource_metadata = Some(value),
                "scope" => challenge.scope = value.parse().ok()?,
                "error" => challenge.error = error_code(&value),
                "acr_values" => {
                    needed.acr_values = value.split_whitespace().map(str::to_owned).collect();
                }
                "max_age" => needed.max_age_seconds = value.parse().ok(),
                "error_description" => challenge.error_description = Some(value),
                _ => {}
            }
            rest = rest.trim_start_matches([',', ' ']);
        }
        challenge.assurance = (needed != Assurance::default()).then(|| Arc::new(needed));
        Some(challenge)
    }
}

fn error_code(name: &str) -> Option<ErrorCode> {
    [
        ErrorCode::InvalidRequest,
        ErrorCode::InvalidToken,
        ErrorCode::InsufficientScope,
        ErrorCode::InsufficientUserAuthentication,
    ]
    .into_iter()
    .find(|code| code.as_str() == name)
}

/// Splits a quoted or bare value from what follows it.
fn split_value(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (value, rest) = quoted.split_once('"')?;
        return Some((value.to_owned(), rest));
    }
    let end = text.find([',', ' ']).unwrap_or(text.len());
    Some((text.get(..end)?.to_owned(), text.get(end..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Challenge {
        Challenge {
            resource_metadata: Some("https://h/.well-known/oauth-protected-resource/mcp".into()),
            scope: "a b".parse().unwrap(),
            error: Some(ErrorCode::InvalidToken),
            error_description: Some("The token has expired.".into()),
            assurance: None,
        }
    }

    #[test]
    fn the_scheme_comes_first_and_values_are_quoted() {
        assert_eq!(
            full().to_string(),
            "Bearer resource_metadata=\"https://h/.well-known/oauth-protected-resource/mcp\", \
             scope=\"a b\", error=\"invalid_token\", error_description=\"The token has expired.\""
        );
        assert_eq!(Challenge::default().to_string(), "Bearer");
    }

    #[test]
    fn how_to_sign_in_is_said_and_cannot_end_its_quotes() {
        // RFC 9470 §3
        let with = |acr_values: &[&str]| Challenge {
            error: Some(ErrorCode::InsufficientUserAuthentication),
            assurance: Some(Arc::new(Assurance {
                acr_values: acr_values.iter().map(ToString::to_string).collect(),
                max_age_seconds: Some(300),
            })),
            ..Challenge::default()
        };
        let challenge = with(&["phr", "urn:x"]);
        let text = challenge.to_string();
        assert_eq!(
            text,
            "Bearer error=\"insufficient_user_authentication\", acr_values=\"phr urn:x\", \
             max_age=\"300\""
        );
        assert_eq!(Challenge::parse(&text), Some(challenge));
        assert!(
            with(&["a\" b\\\r\n"])
                .to_string()
                .contains("acr_values=\"ab\"")
        );
    }

    #[test]
    fn what_is_written_can_be_read() {
        assert_eq!(Challenge::parse(&full().to_string()), Some(full()));
        assert_eq!(Challenge::parse("Bearer"), Some(Challenge::default()));
        assert_eq!(Challenge::parse("DPoP algs=\"ES256\""), None);
        assert_eq!(Challenge::parse("Bearer scope=\"a"), None);
    }

    #[test]
    fn a_description_cannot_look_like_a_parameter() {
        // RFC 6750 §3
        let challenge = Challenge {
            error_description: Some("needs \"scope=x\"\r\nSet-Cookie: ä\\".into()),
            ..Challenge::default()
        };
        let text = challenge.to_string();
        assert!(!text.contains("scope=") && text.is_ascii() && !text.contains(['\r', '\n', '\\']));
    }
}
