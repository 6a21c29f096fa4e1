//! Letters that an app has sent: it delivers into a folder, and they are read from there.

use std::path::{Path, PathBuf};

use base64::Engine as _;

/// A letter as a person gets it.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    /// Its text, without the HTML that says the same.
    pub text: String,
    pub html: String,
}

impl Letter {
    /// The link in it, as a path of ours.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn link(&self) -> String {
        let mut lines = self.text.lines();
        let url = lines.find(|line| {
            line.starts_with("http") && line.contains("token=") || line.contains("invitation=")
        });
        let url = url.unwrap_or_else(|| panic!("no link in {}", self.text));
        url.strip_prefix(crate::ORIGIN)
            .expect("a link to us")
            .to_owned()
    }

    /// The code of six digits in it.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn code(&self) -> String {
        let mut lines = self.text.lines().map(str::trim);
        let code = lines.find(|line| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit()));
        code.unwrap_or_else(|| panic!("no code in {}", self.text))
            .to_owned()
    }
}

/// Every letter in a folder, in the order they were written.
pub(crate) fn read(folder: &Path) -> Vec<Letter> {
    let Ok(files) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    let texts = files
        .iter()
        .map(|file| std::fs::read_to_string(file).expect("text"));
    texts.map(|text| parse(&text)).collect()
}

/// Reads a message of two parts (RFC 2046 §5.1.4).
///
/// # Panics
/// If it is none.
#[must_use]
pub fn parse(message: &str) -> Letter {
    let message = message.replace("\r\n", "\n");
    let (head, body) = message.split_once("\n\n").expect("a head and a body");
    let boundary = head.split("boundary=\"").nth(1).expect("parts");
    let boundary = boundary.split('"').next().expect("a boundary");
    let boundary = format!("--{boundary}");
    let mut parts = body.split(&boundary).skip(1);
    let mut part = || content(parts.next().expect("a part"));
    Letter {
        to: header(head, "To"),
        subject: header(head, "Subject"),
        text: part(),
        html: part(),
    }
}

fn header(head: &str, name: &str) -> String {
    let unfolded = head.replace("\n ", " ");
    let mut lines = unfolded.lines().filter_map(|line| line.split_once(": "));
    let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| words(value)).unwrap_or_default()
}

/// RFC 2047 §2: words in base64, where a header is not ASCII.
fn words(value: &str) -> String {
    let word = |word: &str| {
        let inner = word
            .strip_prefix("=?utf-8?b?")
            .and_then(|word| word.strip_suffix("?="));
        inner.map_or_else(|| word.to_owned(), base64_text)
    };
    let words = value.split(' ').map(word);
    words
        .collect::<Vec<_>>()
        .join(if value.contains("=?utf-8?b?") {
            ""
        } else {
            " "
        })
}

fn content(part: &str) -> String {
    let (head, body) = part
        .trim_start()
        .split_once("\n\n")
        .expect("a head and a body");
    match header(head, "Content-Transfer-Encoding").as_str() {
        "base64" => base64_text(&body.replace('\n', "")),
        "quoted-printable" => quoted_printable(body),
        _ => body.to_owned(),
    }
}

fn base64_text(text: &str) -> String {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim());
    String::from_utf8(bytes.expect("base64")).expect("UTF-8")
}

fn quoted_printable(text: &str) -> String {
    let joined = text.replace("=\n", "");
    let mut pieces = joined.split('=');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let (hex, rest) = piece.split_at(2);
        bytes.push(u8::from_str_radix(hex, 16).expect("two digits"));
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).expect("UTF-8")
}
