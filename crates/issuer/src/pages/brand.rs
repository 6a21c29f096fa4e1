//! The operator's look: a style sheet and a logo from our own origin, under addresses that change with their
//! content, and the links in the footer.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use oauth::secret::SecretHash;

use crate::Issuer;
use crate::settings::BrandSettings;

/// What every page of an operator has in common.
#[derive(Debug, Default)]
pub(crate) struct Brand {
    style: Option<Served>,
    logo: Option<Served>,
    pub(crate) sign_in_text: Option<String>,
    /// Label, by the name of its text, and address.
    pub(crate) links: Vec<(&'static str, String)>,
}

#[derive(Debug)]
struct Served {
    version: String,
    media_type: &'static str,
    bytes: Bytes,
}

impl Served {
    fn new(media_type: &'static str, bytes: Vec<u8>) -> Self {
        let version = SecretHash::of(&bytes);
        Self {
            version: version.as_str().chars().take(12).collect(),
            media_type,
            bytes: bytes.into(),
        }
    }

    fn path(&self, name: &str) -> String {
        format!("/static/{}/{name}", self.version)
    }
}

const STYLE: &str = "brand.css";
const LOGO: &str = "logo";

impl Brand {
    pub(crate) fn new(settings: &BrandSettings) -> Self {
        let links = [
            ("link-support", &settings.support_url),
            ("link-privacy", &settings.privacy_url),
            ("link-terms", &settings.terms_url),
        ];
        let links = links.into_iter();
        let css = css(settings);
        let logo = settings.logo.as_ref();
        Self {
            style: (!css.is_empty()).then(|| Served::new("text/css; charset=utf-8", css.into())),
            logo: logo.map(|logo| Served::new(logo.media_type, logo.bytes.clone())),
            sign_in_text: settings.sign_in_text.clone(),
            links: links
                .filter_map(|(label, url)| Some((label, url.clone()?)))
                .collect(),
        }
    }

    /// For templates: where its style sheet is.
    pub(crate) fn style(&self) -> Option<String> {
        Some(self.style.as_ref()?.path(STYLE))
    }

    /// For templates: where its logo is.
    pub(crate) fn logo(&self) -> Option<String> {
        Some(self.logo.as_ref()?.path(LOGO))
    }
}

/// The accent in place of ours, then the operator's own style sheet.
fn css(settings: &BrandSettings) -> String {
    let accent = settings.accent.map_or(String::new(), |[light, dark]| {
        let [on_light, on_dark] = [light.text(), dark.text()];
        format!(
            ":root {{\n  --accent: light-dark({light}, {dark});\n  \
             --on-accent: light-dark({on_light}, {on_dark});\n  \
             --accent-over: color-mix(in srgb, var(--accent) 85%, var(--text));\n}}\n"
        )
    });
    accent + settings.css.as_deref().unwrap_or_default()
}

pub(crate) async fn style(state: State<Issuer>, path: Path<String>) -> Response {
    serve(state.brand.style.as_ref(), &path)
}

pub(crate) async fn logo(state: State<Issuer>, path: Path<String>) -> Response {
    serve(state.brand.logo.as_ref(), &path)
}

fn serve(served: Option<&Served>, version: &str) -> Response {
    let Some(served) = served.filter(|served| served.version == version) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, served.media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // An SVG may be opened by itself, and may hold scripts.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ),
    ];
    (headers, served.bytes.clone()).into_response()
}
