//! How a browser wants pages: the language and the theme, from its request.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Uri, header};
use url::form_urlencoded;

use super::words::Language;
use super::{cookie, read_cookie, referrer};
use crate::Issuer;

/// Light or dark, as a person chose it. Without a choice the system's counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Language and theme of one answer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Look {
    pub(crate) language: Language,
    pub(crate) chosen: Choice,
}

/// What a person chose. Without a choice the browser's wishes count.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Choice {
    language: Option<Language>,
    theme: Option<Theme>,
}

const LANGUAGE_COOKIE: &str = "language";
const THEME_COOKIE: &str = "theme";
/// As long as browsers keep any.
const COOKIE_SECONDS: i64 = 400 * 86_400;

impl Choice {
    /// What is not known is no choice.
    pub(crate) fn read(language: &str, theme: &str) -> Self {
        Self {
            language: Language::all().find(|known| known.tag() == language),
            theme: Theme::parse(theme),
        }
    }

    pub(crate) fn language(&self) -> Option<&'static str> {
        Some(self.language?.tag())
    }

    pub(crate) fn theme(&self) -> Option<&'static str> {
        Some(self.theme?.as_str())
    }

    /// What makes a browser remember it, or forget an earlier one.
    pub(crate) fn cookies(&self, issuer: &Issuer) -> Vec<HeaderValue> {
        let choices = [
            (LANGUAGE_COOKIE, self.language()),
            (THEME_COOKIE, self.theme()),
        ];
        let cookies = choices.into_iter().filter_map(|(name, choice)| {
            let seconds = choice.map_or(0, |_| COOKIE_SECONDS);
            cookie(issuer, name, choice.unwrap_or_default(), Some(seconds)).ok()
        });
        cookies.collect()
    }
}

impl Look {
    /// The client's `ui_locales` first (OpenID Connect Core §3.1.2.1), then the choice in the cookie,
    /// then what the browser is set to.
    pub(crate) fn of(issuer: &Issuer, uri: &Uri, headers: &HeaderMap) -> Self {
        let asked = ui_locales(uri.query().unwrap_or_default());
        // A form's answer is in the language of the page that the form was on.
        let asked = asked.or_else(|| ui_locales(referrer(issuer, headers)?.split_once('?')?.1));
        let chosen = read_cookie(issuer, headers, LANGUAGE_COOKIE);
        let accepted = headers.get(header::ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        let accepted = accepted.unwrap_or_default().split(',');
        let accepted = accepted.filter_map(|range| range.split(';').next());
        let wishes = asked.iter().flat_map(|list| list.split(' '));
        let wishes = wishes.chain(chosen.as_deref()).chain(accepted);
        let theme = read_cookie(issuer, headers, THEME_COOKIE);
        Self {
            language: Language::negotiate(wishes.take(WISHES_MAX)),
            chosen: Choice::read(
                chosen.as_deref().unwrap_or_default(),
                theme.as_deref().unwrap_or_default(),
            ),
        }
    }
}

const WISHES_MAX: usize = 16;

/// The client's wish, also where its request waits behind a page of ours.
fn ui_locales(query: &str) -> Option<String> {
    let pairs = || form_urlencoded::parse(query.as_bytes());
    let own = pairs().find(|(name, _)| name == "ui_locales");
    if let Some((_, wish)) = own {
        return Some(wish.into_owned());
    }
    let (_, path) = pairs().find(|(name, _)| name == "continue")?;
    let (_, query) = path.split_once('?')?;
    let mut inner = form_urlencoded::parse(query.as_bytes());
    let (_, wish) = inner.find(|(name, _)| name == "ui_locales")?;
    Some(wish.into_owned())
}

impl FromRequestParts<Issuer> for Look {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        issuer: &Issuer,
    ) -> Result<Self, std::convert::Infallible> {
        Ok(Self::of(issuer, &parts.uri, &parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wish_of_the_client_is_found_behind_our_pages_too() {
        // OpenID Connect Core §3.1.2.1: `ui_locales` is a list, best first.
        for (query, wish) in [
            ("ui_locales=de+en&x=1", Some("de en")),
            (
                "continue=%2Foauth%2Fauthorize%3Fui_locales%3Dde",
                Some("de"),
            ),
            ("continue=%2Faccount", None),
            ("", None),
        ] {
            assert_eq!(ui_locales(query).as_deref(), wish, "{query}");
        }
    }
}
