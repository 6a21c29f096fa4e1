//! The issuer from outside, in process: one binary, the same folders as src.

mod endpoints;
mod jobs;
