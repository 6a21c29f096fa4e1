//! What GitHub left out without a word: it ignores labels, assignees, milestone and type of who may not push.

use crate::client::Foreign;
use crate::client::text::line;

/// What was asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted<'a> {
    pub(super) labels: Option<&'a [String]>,
    pub(super) assignees: Option<&'a [String]>,
    pub(super) milestone: Option<u64>,
    pub(super) kind: Option<&'a str>,
    /// Whether labels and assignees were to take the place of those that were there.
    pub(super) replaces: bool,
}

impl Wanted<'_> {
    /// Compares with the issue that GitHub answered; one sentence for each thing that is not as asked.
    pub(super) fn warnings(&self, issue: Foreign<'_>) -> Vec<String> {
        let missing = |wanted: Option<&[String]>, there: Vec<String>| {
            let is_there = |name: &&String| {
                let name = line(name, usize::MAX).to_lowercase();
                there.iter().any(|other| other.to_lowercase() == name)
            };
            let wanted = wanted.unwrap_or_default().iter();
            let missing = wanted.filter(|name| !is_there(name)).map(String::as_str);
            missing.collect::<Vec<_>>().join(", ")
        };
        let labels = missing(self.labels, issue.names("labels", "name"));
        let assignees = missing(self.assignees, issue.names("assignees", "login"));
        let left = |wanted: Option<&[String]>, there: Vec<String>| {
            let wanted = wanted.filter(|_| self.replaces);
            let is_wanted = |name: &&String| {
                let mut names = wanted.unwrap_or_default().iter();
                names.any(|other| line(other, usize::MAX).to_lowercase() == name.to_lowercase())
            };
            let left = there
                .iter()
                .filter(|name| wanted.is_some() && !is_wanted(name));
            left.map(String::as_str).collect::<Vec<_>>().join(", ")
        };
        let labels_left = left(self.labels, issue.names("labels", "name"));
        let assignees_left = left(self.assignees, issue.names("assignees", "login"));
        let milestone = self
            .milestone
            .filter(|wanted| *wanted != issue.at("milestone").count("number"));
        let there = issue.at("type").line("name");
        let kind = self
            .kind
            .filter(|wanted| !wanted.eq_ignore_ascii_case(&there));
        [
            ("set", "labels", labels),
            ("set", "assignees", assignees),
            ("take away", "labels", labels_left),
            ("take away", "assignees", assignees_left),
            ("set", "the milestone", milestone.map(|number| number.to_string()).unwrap_or_default()),
            ("set", "the type", kind.unwrap_or_default().to_owned()),
        ]
        .into_iter()
        .filter(|(_, _, dropped)| !dropped.is_empty())
        .map(|(deed, what, dropped)| {
            format!(
                "GitHub did not {deed} {what} {dropped}: it ignores them from accounts that may not push to the \
                 repository, and people who cannot be assigned."
            )
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_was_asked_for_and_is_not_there_is_warned_of() {
        let issue = json!({
            "labels": [{"name": "Bug"}, {"name": "⚠\u{fe0f} extra"}],
            "assignees": [{"login": "Ada"}], "milestone": {"number": 3}, "type": {"name": "Task"},
        });
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (labels, assignees) = (names(&["bug", "⚠\u{fe0f} extra"]), names(&["ada"]));
        let mut wanted = Wanted {
            labels: Some(&labels),
            assignees: Some(&assignees),
            milestone: Some(3),
            kind: Some("task"),
            replaces: false,
        };
        assert_eq!(wanted.warnings(Foreign(&issue)), Vec::<String>::new());
        let more = names(&["bug", "ui", "p1"]);
        (wanted.labels, wanted.milestone) = (Some(more.as_slice()), Some(4));
        let warnings = wanted.warnings(Foreign(&issue));
        assert_eq!(warnings.len(), 2);
        assert!(warnings[0].contains("labels ui, p1:"), "{warnings:?}");
        assert!(warnings[1].contains("the milestone 4:"), "{warnings:?}");
        // Who replaces is told of what is still there.
        let one = names(&["bug"]);
        let replacing = |labels| Wanted {
            labels,
            replaces: true,
            ..Wanted::default()
        };
        for (labels, said) in [(Some(one.as_slice()), "extra:"), (Some(&[][..]), "Bug,")] {
            let [warning] = &replacing(labels).warnings(Foreign(&issue))[..] else {
                panic!("one warning");
            };
            assert!(warning.contains("did not take away labels") && warning.contains(said));
        }
        assert_eq!(replacing(None).warnings(Foreign(&issue)).len(), 0);
        let nothing = json!({});
        assert_eq!(wanted.warnings(Foreign(&nothing)).len(), 4);
        assert_eq!(Wanted::default().warnings(Foreign(&nothing)).len(), 0);
    }
}
