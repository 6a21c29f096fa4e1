//! What is wrong with a configuration, and what to do about it.

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    /// Nothing starts with this.
    Error,
    Warning,
    Note,
}

/// One thing to know about a configuration. It never holds a secret's value.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) level: Level,
    /// The setting or variable as it was written.
    pub(crate) setting: String,
    pub(crate) problem: String,
    pub(crate) fix: String,
}

/// All findings, in the order they were made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings(pub(crate) Vec<Finding>);

impl Findings {
    pub(crate) fn add(
        &mut self,
        level: Level,
        setting: impl Into<String>,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.0.push(Finding {
            level,
            setting: setting.into(),
            problem: problem.into(),
            fix: fix.into(),
        });
    }

    pub(crate) fn error(
        &mut self,
        setting: impl Into<String>,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.add(Level::Error, setting, problem, fix);
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.0.iter().any(|finding| finding.level == Level::Error)
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let level = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        write!(f, "{level}: {}: {}", self.setting, self.problem)?;
        if !self.fix.is_empty() {
            write!(f, "\n    {}", self.fix)?;
        }
        Ok(())
    }
}

/// The known name that `written` was probably meant to be, as advice.
pub(crate) fn suggestion<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> String {
    let distance = |name: &&str| (strsim::osa_distance(written, name), name.len());
    let close = known
        .min_by_key(distance)
        .filter(|name| strsim::osa_distance(written, name) <= written.len().div_ceil(3).max(2));
    close.map_or_else(
        || "`vestibule check --reference` lists all settings".to_owned(),
        |name| format!("did you mean `{name}`?"),
    )
}
