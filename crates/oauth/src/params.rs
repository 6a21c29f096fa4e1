//! Request parameters, from a query, a form or a flat JSON object: bounded, and each name once.

/// Parameters as they came, in order. Names are unique except `resource`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

/// Why parameters could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each reason says itself")]
pub enum ParamsError {
    #[error("more than 16 KiB of parameters")]
    TooLarge,
    #[error("more than 64 parameters")]
    TooMany,
    #[error("a parameter is given twice")]
    Repeated,
    #[error("a parameter is not valid UTF-8 or holds a NUL")]
    NotText,
    #[error("the body is not a form or a flat JSON object of strings")]
    Malformed,
}

/// RFC 8707 §2: a client may name several resources.
const REPEATABLE: &[&str] = &["resource"];

impl Params {
    /// Bytes of a query or body that are read at most.
    pub const BYTES_MAX: usize = 16 * 1024;
    const COUNT_MAX: usize = 64;

    /// Reads `application/x-www-form-urlencoded` text, which is also a query's form.
    ///
    /// # Errors
    /// If a limit is passed, a name (other than `resource`) is repeated, or the text is not UTF-8.
    pub fn parse_form(bytes: &[u8]) -> Result<Self, ParamsError> {
        Self::parse_form_within(bytes, Self::BYTES_MAX, REPEATABLE)
    }

    /// Reads a form of another size, in which other names may be repeated.
    ///
    /// # Errors
    /// As [`Params::parse_form`].
    pub fn parse_form_within(
        bytes: &[u8],
        bytes_max: usize,
        repeatable: &[&str],
    ) -> Result<Self, ParamsError> {
        if bytes.len() > bytes_max {
            return Err(ParamsError::TooLarge);
        }
        let pieces = bytes
            .split(|&byte| byte == b'&')
            .filter(|piece| !piece.is_empty());
        let pairs = pieces.map(|piece| {
            let mut halves = piece.splitn(2, |&byte| byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            Ok((name, decode(halves.next().unwrap_or_default())?))
        });
        Self::collect(pairs, repeatable)
    }

    /// Reads a flat JSON object whose values are strings.
    ///
    /// # Errors
    /// As [`Params::parse_form`], and if a value is anything but a string.
    pub fn parse_json(bytes: &[u8]) -> Result<Self, ParamsError> {
        if bytes.len() > Self::BYTES_MAX {
            return Err(ParamsError::TooLarge);
        }
        let Pairs(pairs) = serde_json::from_slice(bytes).map_err(|_| ParamsError::Malformed)?;
        Self::collect(pairs.into_iter().map(Ok), REPEATABLE)
    }

    fn collect(
        pairs: impl Iterator<Item = Result<(String, String), ParamsError>>,
        repeatable: &[&str],
    ) -> Result<Self, ParamsError> {
        let mut params = Self::default();
        for pair in pairs {
            let (name, value) = pair?;
            if name.contains('\0') || value.contains('\0') {
                return Err(ParamsError::NotText);
            }
            // RFC 6749 §3.1: a parameter must not be included more than once.
            let once = !repeatable.contains(&name.as_str());
            if once && params.0.iter().any(|(known, _)| *known == name) {
                return Err(ParamsError::Repeated);
            }
            params.0.push((name, value));
            if params.0.len() > Self::COUNT_MAX {
                return Err(ParamsError::TooMany);
            }
        }
        Ok(params)
    }

    /// The value of `name`; a parameter without a value counts as absent.
    #[must_use]
    pub fn get<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        // RFC 6749 §3.1: parameters sent without a value are treated as omitted.
        let mut values = self.get_all(name);
        values.next()
    }

    /// All values of `name` that are not empty.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self
            .0
            .iter()
            .filter(move |(known, value)| known == name && !value.is_empty());
        named.map(|(_, value)| value.as_str())
    }

    /// Whether `name` is there at all, with a value or without.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

/// Names only: values may be secrets.
impl std::fmt::Debug for Params {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// Undoes percent-encoding strictly: what is not UTF-8 afterwards is refused, not replaced.
fn decode(text: &[u8]) -> Result<String, ParamsError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let value = digit().and_then(|high| Some(high * 16 + digit()?));
                value
                    .and_then(|value| u8::try_from(value).ok())
                    .ok_or(ParamsError::NotText)?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| ParamsError::NotText)
}

/// A JSON object's members in order, repeats included.
struct Pairs(Vec<(String, String)>);

impl<'de> serde::Deserialize<'de> for Pairs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a flat object of strings")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, String>()? {
                    pairs.push((name, value));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_empty_ones_absent() {
        // RFC 6749 §3.1
        let params =
            Params::parse_form(b"a=b+c%2F%C3%A4&empty=&bare&resource=x&resource=y").unwrap();
        assert_eq!(params.get("a"), Some("b c/ä"));
        assert_eq!(params.get("empty"), None);
        assert!(params.has("empty") && params.has("bare"));
        // RFC 8707 §2
        assert_eq!(params.get_all("resource").collect::<Vec<_>>(), ["x", "y"]);
    }

    #[test]
    fn bad_parameters_are_refused() {
        let large = format!("a={}", "x".repeat(Params::BYTES_MAX));
        let many = (0..65)
            .map(|n| format!("p{n}=1"))
            .collect::<Vec<_>>()
            .join("&");
        let cases: [(&[u8], ParamsError); 8] = [
            (b"a=1&a=2", ParamsError::Repeated),
            (b"a=1&a", ParamsError::Repeated),
            (b"a=%00", ParamsError::NotText),
            (b"a=%ff", ParamsError::NotText),
            (b"a=%g0", ParamsError::NotText),
            (b"a=%4", ParamsError::NotText),
            (large.as_bytes(), ParamsError::TooLarge),
            (many.as_bytes(), ParamsError::TooMany),
        ];
        for (form, error) in cases {
            assert_eq!(Params::parse_form(form).unwrap_err(), error);
        }
    }

    #[test]
    fn json_is_a_flat_object_of_strings_with_unique_names() {
        assert_eq!(
            Params::parse_json(br#"{"a":"b"}"#).unwrap().get("a"),
            Some("b")
        );
        for bad in [
            &b"[]"[..],
            b"{\"a\":1}",
            b"{\"a\":null}",
            b"{\"a\":{}}",
            b"\"a\"",
            b"{",
            b"",
        ] {
            assert_eq!(Params::parse_json(bad), Err(ParamsError::Malformed));
        }
        assert_eq!(
            Params::parse_json(br#"{"a":"1","a":"2"}"#),
            Err(ParamsError::Repeated)
        );
    }

    #[test]
    fn values_do_not_print() {
        let params = Params::parse_form(b"client_secret=hunter2").unwrap();
        assert_eq!(format!("{params:?}"), "[\"client_secret\"]");
    }
}
