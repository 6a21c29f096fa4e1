//! What commands say: sentences for people on standard output, or JSON.

use oauth::time::UnixTime;

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

/// Columns as wide as their widest cell.
pub(super) fn table<const N: usize>(
    head: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let rows: Vec<_> = std::iter::once(head.map(str::to_owned))
        .chain(rows)
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..N).map(width).collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{:width$}", shown(cell)))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What strangers chose must not steer a terminal.
fn shown(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// A time as people read it.
pub(super) fn moment(time: UnixTime) -> String {
    jiff::Timestamp::from_second(time.0).map_or_else(|_| time.0.to_string(), |at| at.to_string())
}
