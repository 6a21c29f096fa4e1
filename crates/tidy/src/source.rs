//! A Rust file taken apart by line: code without its strings, comments, string texts, test code.

/// Each list has one entry per line of the file.
#[derive(Default)]
pub struct Source {
    /// Code with comments removed and strings emptied (the quotes stay).
    pub code: Vec<String>,
    /// Comments with their slashes.
    pub comments: Vec<String>,
    /// What stands between the quotes of the strings that begin on this line.
    pub strings: Vec<Vec<String>>,
    /// Whether the line belongs to an item under `#[cfg(test)]`.
    pub test: Vec<bool>,
}

impl Source {
    pub fn of(text: &str) -> Self {
        let mut source = Scanner {
            rest: text,
            out: Self::default(),
        }
        .scan();
        source.mark_tests();
        source
    }

    /// The lines that are not test code, numbered from 1.
    pub fn product_code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.code.iter().zip(&self.test).enumerate();
        lines
            .filter(|(_, (_, test))| !**test)
            .map(|(at, (code, _))| (at + 1, code.as_str()))
    }

    fn mark_tests(&mut self) {
        let mut open = None;
        for code in &self.code {
            if open.is_none() && code.trim_start().starts_with("#[cfg(test)]") {
                open = Some((0_usize, false));
            }
            self.test.push(open.is_some());
            let Some((mut depth, mut entered)) = open else {
                continue;
            };
            let mut ended = false;
            for c in code.chars() {
                match c {
                    '{' => (depth, entered) = (depth + 1, true),
                    '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                ended |= depth == 0 && (entered || c == ';');
            }
            open = if ended { None } else { Some((depth, entered)) };
        }
    }
}

/// Whether a whole file is test code or serves only tests.
pub fn is_test_file(path: &str) -> bool {
    path.contains("/tests/")
        || path.ends_with("/tests.rs")
        || ["crates/testkit/", "benches/", "conformance/"]
            .iter()
            .any(|folder| path.starts_with(folder))
}

struct Scanner<'a> {
    rest: &'a str,
    out: Source,
}

impl Scanner<'_> {
    fn scan(mut self) -> Source {
        self.begin_line();
        while let Some(c) = self.rest.chars().next() {
            if self.rest.starts_with("//") {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.comment(end);
            } else if self.rest.starts_with("/*") {
                self.comment(block_comment_end(self.rest));
            } else if c == '"' {
                self.string();
            } else if c == '\'' {
                self.quote();
            } else {
                self.code(c);
                self.advance(c.len_utf8());
            }
        }
        self.out
    }

    fn begin_line(&mut self) {
        self.out.code.push(String::new());
        self.out.comments.push(String::new());
        self.out.strings.push(Vec::new());
    }

    fn code(&mut self, c: char) {
        if c == '\n' {
            self.begin_line();
        } else if let Some(line) = self.out.code.last_mut() {
            line.push(c);
        }
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or("");
    }

    fn take(&mut self, bytes: usize) -> &str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn comment(&mut self, bytes: usize) {
        let text = self.take(bytes).to_owned();
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.begin_line();
            }
            if let Some(comment) = self.out.comments.last_mut() {
                comment.push_str(line);
            }
        }
    }

    fn string(&mut self) {
        let before = self.out.code.last().map_or("", String::as_str);
        let without_hashes = before.trim_end_matches('#');
        let hashes = before.len() - without_hashes.len();
        let raw = without_hashes.ends_with('r')
            && !without_hashes
                .chars()
                .rev()
                .nth(1)
                .is_some_and(|c| c.is_alphanumeric() && !"bc".contains(c));
        self.code('"');
        self.advance(1);
        let end = if raw {
            self.rest.find(&format!("\"{}", "#".repeat(hashes)))
        } else {
            escaped_end(self.rest, '"')
        };
        let text = self.take(end.unwrap_or(self.rest.len())).to_owned();
        if let Some(strings) = self.out.strings.last_mut() {
            strings.push(text.clone());
        }
        self.code('"');
        for _ in text.matches('\n') {
            self.begin_line();
        }
        self.advance(1 + if raw { hashes } else { 0 });
    }

    /// A character literal is dropped; a lifetime stays.
    fn quote(&mut self) {
        let mut next = self.rest.chars().skip(1);
        let (first, second) = (next.next(), next.next());
        if first == Some('\\') || second == Some('\'') {
            self.advance(1);
            // The first character is never the closing quote, even when it is a quote itself.
            let skip = first.map_or(0, char::len_utf8);
            let from = if first == Some('\\') { 0 } else { skip };
            let tail = self.rest.get(from..).unwrap_or("");
            let end = from + escaped_end(tail, '\'').map_or(tail.len(), |at| at + 1);
            self.advance(end);
        } else {
            self.code('\'');
            self.advance(1);
        }
    }
}

/// Where the closing quote stands, past what backslashes hide.
fn escaped_end(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return Some(at);
        }
    }
    None
}

/// The length of a block comment with those nested in it.
fn block_comment_end(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let step = if rest.starts_with("/*") {
            depth += 1;
            2
        } else if rest.starts_with("*/") {
            depth = depth.saturating_sub(1);
            2
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments_are_no_code() {
        let source = Source::of(
            "let a = \"// no \\\" comment\"; // yes\nlet b = r#\"x\"y\"#;\nlet c = '\"'; /* {\n*/ let d: &'a str;",
        );
        assert_eq!(
            source.code,
            [
                "let a = \"\"; ",
                "let b = r#\"\";",
                "let c = ; ",
                " let d: &'a str;"
            ]
        );
        assert_eq!(source.comments, ["// yes", "", "/* {", "*/"]);
        assert_eq!(source.strings.concat(), ["// no \\\" comment", "x\"y"]);
    }

    #[test]
    fn test_code_ends_with_its_item() {
        let source = Source::of(
            "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() {}\n}\n#[cfg(test)]\nmod more;\nfn c() {}",
        );
        assert_eq!(
            source.test,
            [false, true, true, true, true, true, true, false]
        );
    }
}
