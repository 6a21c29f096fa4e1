//! Which passwords are accepted: long enough, not the first that are guessed, and not known to others.
//! Nothing is asked of anybody: the check is offline (docs/decisions/0013).

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::Problem;
use super::password::BYTES_MAX;
use crate::pages::say;
use crate::settings::PasswordSettings;

/// Longer texts are not guessed from a list, and judging them takes long.
const JUDGED_CHARACTERS_MAX: usize = 72;
/// Length of a SHA-1 hash in hexadecimal.
const HASH_LENGTH: usize = 40;
/// More than any line of the file holds.
const LINE_BYTES_MAX: usize = 128;

/// What is wrong with a new password. `about` is what a guesser would know of the person.
pub(crate) fn check(
    settings: &PasswordSettings,
    password: &str,
    about: &[&str],
) -> Result<(), Problem> {
    let characters = password.chars().count();
    if characters < settings.characters_min {
        let short = say("password-short").with("count", settings.characters_min);
        return Err(Problem::new("password", short));
    }
    if password.len() > BYTES_MAX {
        return Err(Problem::new("password", "password-long"));
    }
    let judged: String = password.chars().take(JUDGED_CHARACTERS_MAX).collect();
    if zxcvbn::zxcvbn(&judged, about).score() < zxcvbn::Score::Two {
        return Err(Problem::new("password", "password-guessable"));
    }
    let Some(file) = &settings.compromised else {
        return Ok(());
    };
    match is_listed(file, password) {
        Ok(false) => Ok(()),
        Ok(true) => Err(Problem::new("password", "password-compromised")),
        Err(error) => {
            tracing::error!(%error, "the list of compromised passwords cannot be read");
            Ok(())
        }
    }
}

/// Whether a sorted file of hashes holds the password's. It is searched by halves: such files have
/// tens of gigabytes.
fn is_listed(file: &Path, password: &str) -> io::Result<bool> {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    let wanted = oauth::secret::hex(hash.as_ref()).to_ascii_uppercase();
    let mut file = File::open(file)?;
    // The line that is wanted begins in `low..high`.
    let (mut low, mut high) = (0, file.seek(SeekFrom::End(0))?);
    while low < high {
        let middle = low + (high - low) / 2;
        let Some((start, line)) = line_from(&mut file, middle, high)? else {
            high = middle;
            continue;
        };
        let found = line.get(..HASH_LENGTH).unwrap_or(&line);
        match found.to_ascii_uppercase().as_str().cmp(&wanted) {
            std::cmp::Ordering::Equal => return Ok(true),
            std::cmp::Ordering::Less => low = start + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Ok(false)
}

/// The first line that begins at `from` or after it, and before `end`, with its place.
fn line_from(file: &mut File, from: u64, end: u64) -> io::Result<Option<(u64, String)>> {
    // A line begins behind the end of another, or the file does.
    let look_from = from.saturating_sub(1);
    file.seek(SeekFrom::Start(look_from))?;
    let mut bytes = Vec::new();
    let window = u64::try_from(2 * LINE_BYTES_MAX).unwrap_or(u64::MAX);
    file.take(window).read_to_end(&mut bytes)?;
    let skipped = match from {
        0 => 0,
        _ => match bytes.iter().position(|byte| *byte == b'\n') {
            Some(at) => at + 1,
            None => return Ok(None),
        },
    };
    let start = look_from + u64::try_from(skipped).unwrap_or(u64::MAX);
    let rest = bytes.get(skipped..).unwrap_or_default();
    if start >= end || rest.is_empty() {
        return Ok(None);
    }
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(Some((start, String::from_utf8_lossy(line).into_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(settings: &PasswordSettings, password: &str) -> Option<&'static str> {
        let about = ["ada@example.com", "Ada Lovelace"];
        let checked = check(settings, password, &about);
        checked.err().map(|problem| problem.text.key())
    }

    #[test]
    fn short_and_well_known_passwords_are_refused() {
        let settings = PasswordSettings::default();
        for (password, problem) in [
            ("a b c d", Some("password-short")),
            ("passwörd", None),
            ("password1", Some("password-guessable")),
            ("qwertyuiop", Some("password-guessable")),
            ("aaaaaaaaaaaa", Some("password-guessable")),
            ("ada@example.com", Some("password-guessable")),
            ("correct horse battery", None),
        ] {
            assert_eq!(refused(&settings, password), problem, "{password}");
        }
        assert_eq!(
            refused(&settings, &"x!7".repeat(100)),
            Some("password-long")
        );
    }

    #[test]
    fn a_list_of_hashes_is_searched_whatever_its_length() {
        let name = format!("vestibule-passwords-{}", uuid::Uuid::now_v7());
        let path = std::env::temp_dir().join(name);
        let listed = [
            "first long password",
            "second long password",
            "third long password",
        ];
        let settings = PasswordSettings {
            compromised: Some(path.clone()),
            ..PasswordSettings::default()
        };
        for count in 0..=listed.len() {
            for ending in ["\r\n", "\n"] {
                let chosen = listed.iter().take(count);
                let mut lines: Vec<_> = chosen
                    .map(|password| {
                        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
                        format!(
                            "{}:17",
                            oauth::secret::hex(hash.as_ref()).to_ascii_uppercase()
                        )
                    })
                    .collect();
                lines.sort();
                std::fs::write(&path, lines.join(ending)).unwrap();
                for (at, password) in listed.iter().enumerate() {
                    let problem = (at < count).then_some("password-compromised");
                    assert_eq!(refused(&settings, password), problem, "{at} of {count}");
                }
            }
        }
        std::fs::remove_file(&path).unwrap();
        // Nobody is kept out because a file is gone.
        assert_eq!(refused(&settings, listed[0]), None);
    }
}
