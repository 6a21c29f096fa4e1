//! How pages look, checked at the start: a color that cannot be read, or a file that is no picture, is an error.

use issuer::settings::{BrandSettings, Color, ConsentNote, GROUNDS, Logo};

use super::apps::AppName;
use super::reader::Reader;

const LOGO_BYTES_MAX: u64 = 256 * 1_024;
const CSS_BYTES_MAX: u64 = 64 * 1_024;
/// WCAG 2.2, 1.4.3: what text needs at least.
const CONTRAST_MIN: f64 = 4.5;

pub(super) fn build(reader: &Reader<'_>) -> BrandSettings {
    let logo = file(reader, "brand.logo_file", LOGO_BYTES_MAX).and_then(|bytes| {
        let logo = Logo::read(bytes);
        if logo.is_none() {
            let fix = "name a PNG, JPEG, WebP or SVG file";
            reader.error("brand.logo_file", "is not a picture", fix);
        }
        logo
    });
    let css = file(reader, "brand.css_file", CSS_BYTES_MAX).and_then(|bytes| {
        let text = String::from_utf8(bytes).ok();
        if text.is_none() {
            reader.error("brand.css_file", "is not UTF-8 text", "save it as UTF-8");
        }
        text
    });
    BrandSettings {
        logo,
        accent: accent(reader),
        sign_in_text: reader.given("brand.sign_in_text"),
        support_url: url(reader, "brand.support_url"),
        privacy_url: url(reader, "brand.privacy_url"),
        terms_url: url(reader, "brand.terms_url"),
        css,
    }
}

/// What an app's consent page says besides.
pub(super) fn consent_note(reader: &Reader<'_>, name: AppName) -> Option<ConsentNote> {
    let (text, link) = match name {
        AppName::Github => ("apps.github.consent_text", "apps.github.consent_url"),
        AppName::Notes => ("apps.notes.consent_text", "apps.notes.consent_url"),
        AppName::Ping => ("apps.ping.consent_text", "apps.ping.consent_url"),
    };
    let link = url(reader, link);
    Some(ConsentNote {
        text: reader.given(text)?,
        url: link,
    })
}

fn accent(reader: &Reader<'_>) -> Option<[Color; 2]> {
    let keys = ["brand.accent", "brand.accent_dark"];
    let given = keys.map(|key| reader.given(key));
    if given.iter().all(Option::is_none) {
        return None;
    }
    let mut colors = Vec::new();
    for ((key, text), ground) in keys.into_iter().zip(given).zip(GROUNDS) {
        let Some(color) = text.as_deref().and_then(Color::parse) else {
            let fix = "give both brand.accent and brand.accent_dark as #rrggbb";
            reader.error(key, "is not a color", fix);
            continue;
        };
        let contrast = color.contrast(ground);
        if contrast < CONTRAST_MIN {
            let problem = format!("has a contrast of {contrast:.1} to {ground}, below 4.5");
            reader.error(key, problem, "choose one that stands out more");
        }
        colors.push(color);
    }
    colors.try_into().ok()
}

fn url(reader: &Reader<'_>, key: &'static str) -> Option<String> {
    let text = reader.given(key)?;
    let parsed = url::Url::parse(&text).ok();
    let good = parsed.is_some_and(|url| matches!(url.scheme(), "https" | "http" | "mailto"));
    if !good {
        let fix = "write an address that begins with https://, http:// or mailto:";
        reader.error(key, format!("`{text}` is not an address"), fix);
    }
    good.then_some(text)
}

fn file(reader: &Reader<'_>, key: &'static str, bytes_max: u64) -> Option<Vec<u8>> {
    let path = reader.given(key)?;
    let small = std::fs::metadata(&path).is_ok_and(|about| about.len() <= bytes_max);
    let bytes = small.then(|| std::fs::read(&path).ok()).flatten();
    if bytes.is_none() {
        let problem = format!("{path} cannot be read, or has more than {bytes_max} bytes");
        reader.error(key, problem, "name a smaller file that can be read");
    }
    bytes
}
