//! The authorization endpoint: who may ask, for what, and what a person's answer leads to.

mod consent;
