//! What belongs to a person, in whichever table: gone when the person is.

use super::{DbError, Tx, sql};

macro_rules! delete {
    ($tx:expr, $person_id:expr, $($text:literal),* $(,)?) => {
        $(sql!($tx, execute, $text, $person_id)?;)*
    };
}

/// Deletes every way in, and whatever acts, of an account that nobody had proved to be theirs. What apps keep
/// for the person stays.
pub(crate) async fn delete_ways_in(tx: &mut Tx, person_id: &str) -> Result<(), DbError> {
    delete!(
        tx,
        person_id,
        "DELETE FROM connections WHERE person_id = $1",
        "DELETE FROM consents WHERE person_id = $1",
        "DELETE FROM identities WHERE person_id = $1",
        "DELETE FROM passkeys WHERE person_id = $1",
        "DELETE FROM personal_tokens WHERE person_id = $1",
        "DELETE FROM privy_tokens WHERE person_id = $1",
        "DELETE FROM recovery_codes WHERE person_id = $1",
        "DELETE FROM sessions WHERE person_id = $1",
        "DELETE FROM totp_keys WHERE person_id = $1",
    );
    Ok(())
}

/// Deletes everything of a person's but the person and the audit events.
pub(crate) async fn delete(tx: &mut Tx, person_id: &str) -> Result<(), DbError> {
    delete_ways_in(tx, person_id).await?;
    delete!(
        tx,
        person_id,
        "DELETE FROM app_usage WHERE person_id = $1",
        "DELETE FROM codes WHERE person_id = $1",
        "DELETE FROM email_proofs WHERE person_id = $1",
        "DELETE FROM families WHERE person_id = $1",
        "DELETE FROM records WHERE person_id = $1",
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::db::migrate::MIGRATIONS;

    #[test]
    fn no_table_of_a_persons_is_forgotten() {
        let deleted = include_str!("belongings.rs");
        let mut tables = 0;
        for (_, text) in MIGRATIONS {
            for table in text.split("CREATE TABLE ").skip(1) {
                let (name, rest) = table.split_once(" (").unwrap();
                let (columns, _) = rest.split_once(");").unwrap();
                if name != "audit_events" && columns.contains("\n    person_id TEXT") {
                    let statement = format!("DELETE FROM {name} WHERE person_id");
                    assert!(deleted.contains(&statement), "{name}");
                    tables += 1;
                }
            }
        }
        assert!(tables >= 8, "{tables}");
    }
}
