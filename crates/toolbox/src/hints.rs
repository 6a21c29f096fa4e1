//! What a tool does to the world, for hosts that ask before they call.

use serde_json::{Value, json};

/// What a tool does to the world. Hosts ask before they call what writes; all four are always said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hints([bool; 4]);

impl Hints {
    /// It only reads.
    #[must_use]
    pub const fn reads() -> Self {
        Self([true, false, true, false])
    }

    /// It adds something, and adds it again when called again.
    #[must_use]
    pub const fn adds() -> Self {
        Self([false, false, false, false])
    }

    /// It changes or deletes what was there; doing so again changes nothing more.
    #[must_use]
    pub const fn overwrites() -> Self {
        Self([false, true, true, false])
    }

    /// It reaches out of this server: its answer depends on, or its effect is on, other systems.
    #[must_use]
    pub const fn in_open_world(self) -> Self {
        let Self([reads, destroys, idempotent, _]) = self;
        Self([reads, destroys, idempotent, true])
    }

    /// Whether it changes nothing.
    pub(crate) const fn is_reading(self) -> bool {
        let Self([reads, ..]) = self;
        reads
    }

    pub(crate) fn to_json(self) -> Value {
        let Self([reads, destroys, idempotent, open]) = self;
        json!({
            "readOnlyHint": reads,
            "destructiveHint": destroys,
            "idempotentHint": idempotent,
            "openWorldHint": open,
        })
    }
}
