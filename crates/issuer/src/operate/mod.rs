//! What the operator's commands and the host of the apps may do, without a request.

pub mod records;
