//! The proof that the guard let a caller through.

use std::ops::Deref;
use std::sync::Arc;

use guard::{Admitted, Principal};

/// Something that only the guard's path can make. A tool that acts for a person takes
/// `Allowed<Principal>`, and so cannot run for nobody.
#[derive(Clone, Debug)]
pub struct Allowed<T>(Arc<T>);

impl Allowed<Principal> {
    /// The caller, if the tool's policy let one through with the scopes it names.
    pub(crate) fn from_guard(admitted: &Admitted) -> Option<Self> {
        admitted.principal().cloned().map(Self)
    }
}

impl<T> Deref for Allowed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
