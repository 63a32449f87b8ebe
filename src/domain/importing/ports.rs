//! What imports stand on.

use std::sync::Arc;

use super::store::ImportStore;
use crate::domain::lease::Leases;

/// What imports stand on.
#[derive(Clone)]
pub struct ImportPorts {
    pub store: Arc<dyn ImportStore>,
    /// Say who works on the imports of a profile.
    pub leases: Arc<dyn Leases>,
}
