//! One suite for every statement, run on SQLite always and on PostgreSQL when
//! `VESTIBULE_TEST_POSTGRES_URL` names a server.

use oauth::secret::Secret;
use oauth::time::UnixTime;

use crate::db::{Db, DbSettings, PostgresSettings};

mod app_usage;
mod audit_events;
mod clients;
mod codes;
mod connections;
mod consents;
mod decisions;
mod factors;
mod families;
mod grants;
mod keys;
mod mail;
mod narrowing;
mod nodes;
mod once;
mod people;
mod personal_tokens;
mod privy_tokens;
mod records;
mod recovery_codes;
mod sessions;
mod units;

/// The time at which every test begins.
pub(crate) const NOW: UnixTime = UnixTime(1_800_000_000);

/// Runs one test function on each database: `on_both!(name, module::function)`.
macro_rules! on_both {
    ($($name:ident => $test:path;)*) => {$(
        mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                let folder = super::Folder::new();
                let db = super::sqlite(&folder).await;
                $test(db.clone()).await;
                db.close().await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let Some(db) = super::postgres().await else { return };
                $test(db.clone()).await;
                db.close().await;
            }
        }
    )*};
}

on_both! {
    a_unit_is_kept_or_undone_as_a_whole => super::units::a_unit_is_kept_or_undone_as_a_whole;
    units_that_race_do_not_see_each_other => super::units::units_that_race_do_not_see_each_other;
    a_panic_undoes_its_unit_only => super::units::a_panic_undoes_its_unit_only;
    migrating_twice_changes_nothing => super::units::migrating_twice_changes_nothing;
    // audit_events::insert, audit_events::list, audit_events::list_newest, audit_events::list_of,
    // audit_events::delete_expired
    audit_events_are_kept => super::audit_events::events_come_back_in_order_and_expire;
    own_events => super::audit_events::a_persons_events_are_listed_by_kind_and_page;
    // clients::find, clients::list, clients::insert, clients::update_secret,
    // clients::update_disabled, clients::update_registration, clients::delete
    a_client_is_kept_and_changed => super::clients::a_client_is_kept_and_changed;
    // clients::update_document, clients::update_used
    a_document_is_kept_anew_and_an_operators_client_is_not_overwritten =>
        super::clients::a_document_is_kept_anew_and_an_operators_client_is_not_overwritten;
    // identities::find, identities::insert, identities::list
    an_identity_is_one_persons => super::connections::an_identity_is_one_persons;
    // identities::list, identities::update_used, identities::delete, people::update_held,
    // people::find_has_password
    identities_are_seen_and_lost => super::connections::a_person_sees_and_loses_identities;
    // connections::find, connections::list, connections::insert, connections::delete,
    // connections::delete_of_account
    a_connection_keeps_its_account => super::connections::a_connection_keeps_its_account;
    // connections::update_lease, connections::update_released
    of_those_who_race_one_renews => super::connections::of_those_who_race_one_renews;
    // connections::update_renewed, connections::update_dead, connections::list_sealed,
    // connections::update_sealed
    a_verdict_that_came_too_late_loses_to_a_renewal =>
        super::connections::a_verdict_that_came_too_late_loses_to_a_renewal;
    // clients::update_shared
    equal_registrations_that_race_are_one_client =>
        super::clients::equal_registrations_that_race_are_one_client;
    assertions_that_race_win_once =>
        crate::clients::tests::authenticate::assertions_that_race_win_once;
    // clients::delete_expired, clients::delete_stale
    only_clients_that_were_never_used_are_reaped =>
        super::clients::only_clients_that_were_never_used_are_reaped;
    // people::insert, people::find, people::find_by_email, people::find_operator, people::find_contact
    people_have_one_account => super::people::an_email_address_has_one_account;
    // people::update_held_with, people::update_password
    sign_ins_end_with_passwords => super::people::a_sign_in_does_not_outlive_its_password;
    operators_are_found => super::people::an_operator_is_found;
    // sessions::insert, sessions::find, sessions::delete, sessions::delete_of_person,
    // sessions::delete_expired
    sessions_live_while_used => super::sessions::a_session_lives_while_it_is_used;
    // sessions::update_mark
    racing_marks => super::sessions::of_those_who_race_one_replaces_the_mark;
    // sessions::rotate
    one_of_many_rotates_a_session => super::sessions::of_those_who_rotate_a_session_one_does;
    // sessions::list, sessions::delete_own, sessions::delete_others
    own_sessions => super::sessions::a_person_ends_their_own_sessions_only;
    // consents::insert, consents::find, consents::list, consents::update_scope, consents::delete
    // backoffs::insert, backoffs::find, backoffs::delete, backoffs::delete_expired
    failures_make_wait => super::once::failures_in_a_row_make_wait_twice_as_long;
    // outbox::insert, outbox::update_taken, outbox::update_due, outbox::delete
    a_letter_is_taken_by_one => super::mail::a_letter_is_taken_by_one_of_many_and_comes_back;
    // email_proofs::insert, email_proofs::find, email_proofs::find_by_id, email_proofs::redeem,
    // email_proofs::revoke, email_proofs::delete_expired
    a_proof_counts_once => super::mail::a_proof_counts_once_and_for_its_purpose;
    // email_proofs::update_failures
    tries_at_a_code_are_counted => super::mail::tries_that_race_do_not_pass_the_limit;
    // people::update_name, people::update_password, people::update_verified, people::update_email,
    // people::update_password_mailed
    people_change => super::people::a_person_changes_and_an_address_stays_one_persons;
    // people::update_delete_at, people::find_due, people::delete, belongings::delete,
    // belongings::delete_ways_in,
    // records::list_of_person, audit_events::list_of_person
    people_are_deleted => super::people::a_person_is_deleted_when_the_time_has_come;
    // consents::insert, consents::find, consents::list, consents::update_scope,
    // consents::update_confirmed, consents::delete, consents::delete_of_person
    consents_are_replaced => super::consents::a_consent_replaces_the_one_before;
    taking_back_and_remembering =>
        super::decisions::whoever_is_remembered_meanwhile_keeps_nothing;
    decisions_count_once => super::decisions::a_decision_counts_once;
    // used_ids::insert, used_ids::delete_expired
    ids_are_used_once => super::once::an_id_is_used_by_one_of_many;
    // throttles::insert, throttles::update_less, throttles::delete_expired
    throttles_stop_at_their_limit => super::once::a_throttle_counts_up_to_its_limit;
    // setup_links::insert, setup_links::find, setup_links::redeem, setup_links::delete_expired
    setup_links_open_once => super::once::a_setup_link_opens_once;
    // people::find_look, people::update_look
    looks_are_kept => super::people::a_look_is_one_persons;
    // people::list, people::update_disabled
    people_are_listed => super::people::people_are_listed_and_disabled;
    // records::list, records::insert, records::delete
    records_stay_with_their_owner => super::records::records_stay_with_their_owner_and_are_bounded;
    // recovery_codes::insert, recovery_codes::redeem, recovery_codes::delete_of_person
    one_of_many_redeems_a_recovery_code =>
        super::recovery_codes::one_of_many_redeems_a_recovery_code;
    // factors::find, passkeys::insert, passkeys::find, passkeys::list, passkeys::update_name
    a_passkey_is_one_persons => super::factors::a_passkey_is_one_persons;
    // passkeys::update_used
    a_count_that_does_not_go_on_is_refused =>
        super::factors::a_count_that_does_not_go_on_is_refused;
    // passkeys::delete, people::update_held
    nobody_loses_the_last_way_to_sign_in => super::factors::nobody_loses_the_last_way_to_sign_in;
    // totp_keys::insert, totp_keys::find, totp_keys::redeem, totp_keys::delete
    a_code_of_a_step_counts_once => super::factors::a_code_of_a_step_counts_once;
    // totp_keys::list, totp_keys::update_sealed
    a_totp_key_is_sealed_anew => super::factors::a_totp_key_is_sealed_anew;
    // keys::insert, keys::list, keys::retire, keys::update_sealed, keys::update_waiting
    one_first_key_is_agreed_on => super::keys::one_first_key_is_agreed_on;
    keys_are_retired => super::keys::a_key_is_retired_once_and_sealed_anew;
    waiting_keys_take_over => super::keys::a_waiting_key_signs_when_no_other_does;
    // codes::insert, codes::find, codes::redeem, codes::update_failures, codes::delete_expired
    one_of_many_redeems_a_code => super::codes::one_of_many_redeems_a_code;
    // codes::delete_of
    a_disconnect_voids_waiting_codes => super::codes::a_disconnect_voids_waiting_codes;
    // codes::delete_of_client
    a_clients_end_voids_waiting_codes => super::codes::a_clients_end_voids_waiting_codes;
    codes_are_bound => super::codes::a_code_is_redeemed_by_its_own_request_only;
    // families::insert, families::find, families::rotate
    one_of_many_rotates => super::families::one_of_many_rotates_a_generation;
    rotations_are_bound => super::families::a_family_is_rotated_by_its_client_while_it_lives;
    // families::delete, families::delete_of, families::delete_of_client, families::delete_expired
    families_end => super::families::families_end_by_id_person_and_client;
    // families::list_of, families::update_scope
    racing_scopes => super::families::of_those_who_narrow_a_family_one_does;
    narrowing_and_refreshing => super::narrowing::whoever_refreshes_meanwhile_keeps_nothing;
    narrowing_and_redeeming => super::narrowing::whoever_redeems_meanwhile_keeps_nothing;
    narrowing_twice => super::narrowing::of_two_who_narrow_nobody_gives_back;
    // privy_tokens::insert, privy_tokens::find, privy_tokens::delete_of_person, privy_tokens::delete_expired
    privy_tokens_expire => super::privy_tokens::a_token_is_there_until_it_expires;
    // personal_tokens::insert, personal_tokens::find, personal_tokens::list, personal_tokens::delete,
    // personal_tokens::delete_of_person, personal_tokens::delete_expired
    personal_tokens_live_for_a_time => super::personal_tokens::a_token_lives_for_its_person_and_time;
    // app_usage::insert, app_usage::list, app_usage::delete_expired
    uses_add_up => super::app_usage::uses_add_up_by_day;
    nodes_count_together => super::app_usage::nodes_count_together;
    // revocations::insert, revocations::list, revocations::delete_expired
    revocations_are_kept => super::families::revocations_are_kept_until_they_expire;
    nodes_agree_on_keys => super::nodes::nodes_that_start_together_agree_on_their_keys;
    rotations_are_seen => super::nodes::a_rotation_is_seen_by_the_other_node;
    keys_are_sealed_anew => super::nodes::keys_are_sealed_anew_and_a_lost_sealing_key_is_named;
    configured_keys_are_taken_over => super::nodes::configured_keys_are_taken_over_once;
    revocations_reach_other_nodes => super::nodes::a_revocation_reaches_the_other_node;
    a_disabled_client_gets_nothing => super::grants::a_disabled_client_gets_nothing_on_any_node;
    racing_exchanges => super::grants::of_exchanges_that_race_one_wins;
    racing_refreshes => super::grants::refreshes_that_race_get_the_same_successor;
    a_replayed_code => super::grants::a_replayed_code_ends_what_it_issued;
    a_replayed_refresh_token => super::grants::a_replayed_refresh_token_ends_its_family;
    family_model => super::grants::families_follow_their_model;
}

/// A folder that goes away with its test.
pub(crate) struct Folder(std::path::PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let name = format!("vestibule-test-{}", uuid::Uuid::now_v7());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

async fn sqlite(folder: &Folder) -> Db {
    let db = Db::open(&DbSettings::File(folder.0.join("test.db"))).unwrap();
    db.migrate(NOW).await.unwrap();
    db
}

/// A schema of its own for each test, so that tests do not meet.
#[expect(clippy::disallowed_methods, reason = "tests learn where PostgreSQL is")]
async fn postgres() -> Option<Db> {
    let url = std::env::var("VESTIBULE_TEST_POSTGRES_URL").ok()?;
    let schema = format!("t{}", uuid::Uuid::now_v7().simple());
    let settings = |url: String| {
        DbSettings::Postgres(PostgresSettings {
            url: Secret::new(url),
            connections_max: 8,
            connect_timeout_seconds: 30,
            idle_timeout_seconds: 30,
        })
    };
    let admin = Db::open(&settings(url.clone())).unwrap();
    admin.create_schema(&schema).await;
    admin.close().await;
    let separator = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{separator}options=-csearch_path%3D{schema}");
    let db = Db::open(&settings(url)).unwrap();
    db.migrate(NOW).await.unwrap();
    Some(db)
}
