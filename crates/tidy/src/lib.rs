//! The project's rules that are tests: plain code that reads the source tree and names file, line and rule.

pub mod citation;
pub mod manifest;
pub mod rules;
pub mod source;
pub mod tree;
