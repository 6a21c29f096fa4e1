//! How pages look and what they link to, as data: nothing here is a template.

/// The operator's look.
#[derive(Clone, Debug, Default)]
pub struct BrandSettings {
    pub logo: Option<Logo>,
    /// For buttons and links, on light and on dark ground.
    pub accent: Option<[Color; 2]>,
    /// Said on the sign-in page, below its heading.
    pub sign_in_text: Option<String>,
    pub support_url: Option<String>,
    pub privacy_url: Option<String>,
    pub terms_url: Option<String>,
    /// A style sheet that follows ours.
    pub css: Option<String>,
}

/// A picture that stands before the operator's name.
#[derive(Clone)]
pub struct Logo {
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Logo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} bytes", self.media_type, self.bytes.len())
    }
}

impl Logo {
    /// Reads a picture by its first bytes.
    #[must_use]
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let svg = |bytes: &[u8]| {
            let text = std::str::from_utf8(bytes).unwrap_or_default().trim_start();
            text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg"))
        };
        let media_type = match bytes.as_slice() {
            [0x89, b'P', b'N', b'G', ..] => "image/png",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => "image/webp",
            other if svg(other) => "image/svg+xml",
            _ => return None,
        };
        Some(Self { media_type, bytes })
    }
}

/// An opaque color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

/// What accents stand on: the cards of pages, light and dark.
pub const GROUNDS: [Color; 2] = [Color([0xff, 0xff, 0xff]), Color([0x18, 0x1c, 0x22])];
const WHITE: Color = Color([0xff, 0xff, 0xff]);
const BLACK: Color = Color([0, 0, 0]);

impl Color {
    /// Reads `#rrggbb`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |text: &&str| text.len() == 6 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let digits = text.strip_prefix('#').filter(plain)?;
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// What is read best on it.
    #[must_use]
    pub fn text(self) -> Self {
        match self.contrast(WHITE) >= self.contrast(BLACK) {
            true => WHITE,
            false => BLACK,
        }
    }

    /// The contrast of two colors, from 1 to 21 (WCAG 2.2, contrast ratio).
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn luminance(self) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            match value <= 0.04045 {
                true => value / 12.92,
                false => ((value + 0.055) / 1.055).powf(2.4),
            }
        };
        let [red, green, blue] = self.0;
        0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue)
    }
}

impl std::fmt::Display for Color {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_read_and_compared() {
        for (text, color) in [
            ("#1f4fd1", Some("#1f4fd1")),
            ("#FFFFFF", Some("#ffffff")),
            ("1f4fd1", None),
            ("#fff", None),
            ("#12345g", None),
            ("#+12345", None),
            ("#1f4fd1;}", None),
        ] {
            let read = Color::parse(text).map(|color| color.to_string());
            assert_eq!(read.as_deref(), color, "{text}");
        }
        assert!((WHITE.contrast(BLACK) - 21.0).abs() < 0.01);
        assert!((WHITE.contrast(WHITE) - 1.0).abs() < 0.01);
        assert_eq!(Color([0xff, 0xe0, 0]).text(), BLACK);
        assert_eq!(Color([0x1f, 0x4f, 0xd1]).text(), WHITE);
    }

    #[test]
    fn a_logo_is_known_by_its_bytes() {
        let kind = |bytes: &[u8]| Logo::read(bytes.to_vec()).map(|logo| logo.media_type);
        assert_eq!(kind(b"\x89PNG\r\n"), Some("image/png"));
        assert_eq!(kind(b" <svg xmlns=''/>"), Some("image/svg+xml"));
        assert_eq!(kind(b"<html><svg>"), None);
        assert_eq!(kind(b""), None);
    }
}
