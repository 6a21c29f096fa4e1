//! One function per rule: the tree in, what breaks the rule out.

pub mod citations;
pub mod crates;
pub mod database;
pub mod files;
pub mod lints;
pub mod modules;
pub mod texts;
pub mod words;
