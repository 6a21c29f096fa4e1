//! The GitHub app from outside: as a model sees it, and against a stand-in of GitHub.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod addresses;
mod connection;
mod credentials;
mod definitions;
mod desk;
mod faults;
mod installed;
mod limits;
mod methods;
mod reading;
mod stand_in;
mod writing;
