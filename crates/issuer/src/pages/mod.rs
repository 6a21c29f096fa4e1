//! Pages: rendering, what every page needs to know, and the headers that protect it.

pub(crate) mod brand;
mod error;
mod form;
mod look;
mod script;
mod style;
mod words;

use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderName, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use oauth::secret::{constant_time_eq, from_base64url};

use crate::Issuer;
use crate::audit::Source;

pub(crate) use brand::Brand;
pub(crate) use error::PageError;
pub(crate) use form::{PageForm, PageQuery};
pub(crate) use look::{Choice, Look};
pub(crate) use script::{Asks, Scripted, get as script};
pub(crate) use style::get as style;
pub(crate) use words::{Language, Say, apart, say};

use words::Value;

/// What every page needs to know of its request.
pub(crate) struct Frame {
    pub(crate) operator: String,
    pub(crate) brand: Arc<Brand>,
    /// Stands in every form and in a cookie: a foreign site cannot make them agree.
    pub(crate) csrf: String,
    /// Whether there are accounts elsewhere to connect.
    pub(crate) connects: bool,
    path: String,
    here: String,
    cookie: Option<HeaderValue>,
    look: Look,
}

impl Frame {
    pub(crate) fn style(&self) -> &'static str {
        style::path()
    }

    /// For templates: whether the page at `path` is the one that is shown.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.path == path
    }

    /// For templates: whether a page at `path` or below it is shown.
    pub(crate) fn is_below(&self, path: &str) -> bool {
        let rest = self.path.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    pub(crate) fn script(&self) -> &'static str {
        script::PASSKEY.path()
    }

    pub(crate) fn privy_script(&self) -> &'static str {
        script::PRIVY.path()
    }

    pub(crate) const fn language(&self) -> Language {
        self.look.language
    }

    /// For templates: the theme that the person chose.
    pub(crate) fn theme(&self) -> Option<&'static str> {
        self.look.chosen.theme()
    }

    /// For templates: whether the person chose the language of this tag.
    pub(crate) fn chose(&self, tag: &str) -> bool {
        self.look.chosen.language() == Some(tag)
    }

    /// For templates: every language there is.
    #[expect(clippy::unused_self, reason = "templates know nothing else")]
    pub(crate) fn languages(&self) -> Vec<Language> {
        Language::all().collect()
    }

    /// For templates: the page that is shown, for forms that lead back to it. Empty if it is the answer to a
    /// form itself.
    pub(crate) fn here(&self) -> &str {
        &self.here
    }

    /// For templates: the text of this name.
    pub(crate) fn say(&self, key: &'static str) -> String {
        self.tell(&say(key))
    }

    /// For templates: the text of this name with one value in it.
    pub(crate) fn say_with(
        &self,
        key: &'static str,
        name: &'static str,
        value: impl Into<Value>,
    ) -> String {
        self.tell(&say(key).with(name, value))
    }

    pub(crate) fn tell(&self, said: &Say) -> String {
        self.look.language.text(said)
    }

    pub(crate) fn show(&self, page: &impl Template) -> Result<Response, PageError> {
        self.show_as(StatusCode::OK, page)
    }

    pub(crate) fn show_as(
        &self,
        status: StatusCode,
        page: &impl Template,
    ) -> Result<Response, PageError> {
        let html = page.render().map_err(PageError::internal)?;
        let mut response = (status, axum::response::Html(html)).into_response();
        if let Some(cookie) = &self.cookie {
            let headers = response.headers_mut();
            headers.append(header::SET_COOKIE, cookie.clone());
        }
        Ok(response)
    }
}

impl FromRequestParts<Issuer> for Frame {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, issuer: &Issuer) -> Result<Self, PageError> {
        let (csrf, cookie) = match csrf_cookie(issuer, &parts.headers) {
            Some(csrf) => (csrf, None),
            None => {
                let csrf = issuer.random.secret().map_err(PageError::internal)?;
                let cookie = cookie(issuer, "csrf", csrf.expose(), None);
                let cookie = cookie.map_err(PageError::internal)?;
                (csrf.expose().clone(), Some(cookie))
            }
        };
        Ok(Self {
            operator: issuer.settings.operator_name.clone(),
            brand: Arc::clone(&issuer.brand),
            csrf,
            connects: issuer.settings.connecting().next().is_some(),
            path: parts.uri.path().to_owned(),
            here: match parts.uri.path_and_query() {
                Some(here) if parts.method == Method::GET => here.to_string(),
                _ => String::new(),
            },
            cookie,
            look: Look::of(issuer, &parts.uri, &parts.headers),
        })
    }
}

/// The form's token as the browser remembers it; anything malformed counts as none.
fn csrf_cookie(issuer: &Issuer, headers: &HeaderMap) -> Option<String> {
    let value = read_cookie(issuer, headers, "csrf")?;
    (from_base64url(&value)?.len() == 32).then_some(value)
}

/// Whether a form's token is the one in the browser's cookie.
fn csrf_matches(issuer: &Issuer, headers: &HeaderMap, field: Option<&str>) -> bool {
    csrf_cookie(issuer, headers)
        .zip(field)
        .is_some_and(|(cookie, field)| constant_time_eq(cookie.as_bytes(), field.as_bytes()))
}

/// The page of ours that led here: its path and query.
pub(crate) fn referrer<'a>(issuer: &Issuer, headers: &'a HeaderMap) -> Option<&'a str> {
    let text = headers.get(header::REFERER)?.to_str().ok()?;
    let path = text.strip_prefix(issuer.settings.public_url.as_str());
    path.filter(|path| path.starts_with('/'))
}

/// Cookies of ours. On https the prefix keeps other hosts of the domain from setting them.
fn cookie_name(issuer: &Issuer, name: &str) -> String {
    let prefix = if issuer.settings.public_url.is_https() {
        "__Host-"
    } else {
        ""
    };
    format!("{prefix}vestibule_{name}")
}

pub(crate) fn read_cookie(issuer: &Issuer, headers: &HeaderMap, name: &str) -> Option<String> {
    let name = cookie_name(issuer, name);
    let lines = headers.get_all(header::COOKIE).into_iter();
    let mut pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
}

/// A `Set-Cookie` value. Without a lifetime the cookie ends with the browser.
pub(crate) fn cookie(
    issuer: &Issuer,
    name: &str,
    value: &str,
    lifetime_seconds: Option<i64>,
) -> Result<HeaderValue, header::InvalidHeaderValue> {
    let name = cookie_name(issuer, name);
    let secure = if issuer.settings.public_url.is_https() {
        "; Secure"
    } else {
        ""
    };
    let age = lifetime_seconds.map_or(String::new(), |age| format!("; Max-Age={age}"));
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}"
    ))
}

/// Cookies that are to be set with whatever answer a request gets, unless the answer sets them itself.
#[derive(Clone, Default)]
pub(crate) struct LateCookies(Arc<Mutex<Vec<HeaderValue>>>);

/// Cookies hold secrets.
impl std::fmt::Debug for LateCookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LateCookies(…)")
    }
}

impl LateCookies {
    pub(crate) fn add(&self, cookie: HeaderValue) {
        let mut cookies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.push(cookie);
    }

    fn set(&self, headers: &mut HeaderMap) {
        let mut cookies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = |cookie: &HeaderValue| {
            let bytes = cookie.as_bytes().split(|byte| *byte == b'=');
            bytes.take(1).flatten().copied().collect::<Vec<_>>()
        };
        for cookie in cookies.drain(..) {
            let mut set = headers.get_all(header::SET_COOKIE).into_iter();
            if !set.any(|own| name(own) == name(&cookie)) {
                headers.append(header::SET_COOKIE, cookie);
            }
        }
    }
}

/// What a response's `form-action` must list besides our own origin: where the redirect after
/// its form leads.
#[derive(Clone)]
pub(crate) struct FormAction(pub(crate) String);

/// Renders errors and puts the protecting headers on every page.
pub(crate) async fn dress(
    State(issuer): State<Issuer>,
    mut request: Request,
    next: Next,
) -> Response {
    let source = request.extensions().get::<Source>().cloned();
    let look = Look::of(&issuer, request.uri(), request.headers());
    let cookies = LateCookies::default();
    request.extensions_mut().insert(cookies.clone());
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<PageError>() {
        response = error.render(&issuer, look, &source.unwrap_or_default());
    }
    let form_action = response.extensions_mut().remove::<FormAction>();
    let scripted = response.extensions_mut().remove::<Scripted>();
    let asks = response.extensions_mut().remove::<Asks>();
    let policy = policy(form_action.as_ref(), scripted, asks);
    let headers = response.headers_mut();
    cookies.set(headers);
    let fixed: [(HeaderName, &'static str); 5] = [
        (header::X_FRAME_OPTIONS, "DENY"),
        // `no-referrer` would make browsers send `Origin: null` with our own forms.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ];
    for (name, value) in fixed {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if issuer.settings.public_url.is_https() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    response
}

/// Who checks that a person is there before Privy sends a code.
const CHECK: &str = "https://challenges.cloudflare.com";

/// No frame, no foreign source, and no script but our own where the page has one, which asks nobody; more on
/// the one page that speaks with Privy. Forms lead to us and, where a redirect follows, on.
fn policy(
    form_action: Option<&FormAction>,
    scripted: Option<Scripted>,
    asks: Option<Asks>,
) -> String {
    let given = form_action.filter(|FormAction(source)| !source.is_empty());
    let redirect = given.map_or(String::new(), |FormAction(source)| format!(" {source}"));
    let script = match (scripted, asks) {
        (_, Some(Asks(privy))) => {
            format!(" script-src 'self' {CHECK}; connect-src 'self' {privy}; frame-src {CHECK};")
        }
        (Some(Scripted), None) => " script-src 'self';".to_owned(),
        (None, None) => String::new(),
    };
    format!(
        "default-src 'none'; style-src 'self';{script} img-src 'self' data:; \
         form-action 'self'{redirect}; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// What a scope that every resource knows allows, in words; `.text` says more.
pub(crate) fn identity_words(scope: &str) -> Option<Say> {
    Some(say(match scope {
        "openid" => "scope-openid",
        "profile" => "scope-profile",
        "email" => "scope-email",
        "offline_access" => "scope-offline-access",
        _ => return None,
    }))
}

/// Whether a character shows nothing itself, or changes how others are shown.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text of others as we show it: no control or direction-changing characters, one line, short.
pub(crate) fn clean(text: &str) -> String {
    const CHARACTERS_MAX: usize = 60;
    let visible: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_hidden(*c))
        .collect();
    let line = visible.split(' ').filter(|word| !word.is_empty());
    let line = line.collect::<Vec<_>>().join(" ");
    if line.chars().count() <= CHARACTERS_MAX {
        return line;
    }
    let short: String = line.chars().take(CHARACTERS_MAX - 1).collect();
    format!("{}…", short.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_are_one_short_visible_line() {
        for (text, shown) in [
            ("ChatGPT", "ChatGPT"),
            ("  a \u{202e} b\n\tc\0 ", "a b c"),
            ("pay\u{200b}pal\u{feff}", "paypal"),
            ("\u{2066}x\u{2069}", "x"),
            ("\u{202e}", ""),
            ("<b>Ä", "<b>Ä"),
        ] {
            assert_eq!(clean(text), shown, "{text:?}");
        }
        assert_eq!(clean(&"x".repeat(60)).chars().count(), 60);
        assert_eq!(clean(&"é ".repeat(90)).chars().count(), 60);
    }
}
