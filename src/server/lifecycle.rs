//! Whether the process was told to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the process was told to end. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle(Arc<AtomicBool>);

impl Lifecycle {
    /// From now on `/readyz` says that this is no place for new requests.
    pub fn end(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to end.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
