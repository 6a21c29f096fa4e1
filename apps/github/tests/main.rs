//! The GitHub app from outside: as a model sees it, and against a stand-in of GitHub.

mod definitions;
