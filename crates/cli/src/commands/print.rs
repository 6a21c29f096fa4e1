//! What commands say: sentences for people on standard output, or JSON.

use crate::config::findings::Findings;

/// How a command answers.
#[derive(Clone, Copy)]
pub(crate) struct Print {
    pub(crate) json: bool,
}

impl Print {
    /// The command's answer: `text` for people, `value` for programs.
    #[expect(clippy::print_stdout, reason = "the answer of a command")]
    pub(crate) fn answer(self, value: &impl serde::Serialize, text: impl FnOnce() -> String) {
        if self.json {
            println!("{}", serde_json::to_string(value).unwrap_or_default());
        } else {
            println!("{}", text());
        }
    }

    /// Findings go to standard error, so that they do not mix with an answer.
    pub(crate) fn findings(self, findings: &Findings) {
        for finding in &findings.0 {
            if self.json {
                eprintln!("{}", serde_json::to_string(finding).unwrap_or_default());
            } else {
                eprintln!("{finding}");
            }
        }
    }

    pub(crate) fn error(self, error: &anyhow::Error) {
        if self.json {
            let text = format!("{error:#}");
            eprintln!("{}", serde_json::json!({ "error": text }));
        } else {
            eprintln!("error: {error:#}");
        }
    }
}
