//! The protocol endpoints.
