//! Randomness, passed in wherever it is needed so that tests can set it.

use rand::Rng;
use uuid::Uuid;

/// Gives random numbers, so that tests can say which.
pub trait Entropy: Send + Sync {
    /// A generator whose numbers nobody can foresee: ids and secrets are made of them.
    fn rng(&self) -> Box<dyn Rng>;
}

/// The randomness of the operating system.
#[derive(Debug, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that takes the machine's randomness"
    )]
    fn rng(&self) -> Box<dyn Rng> {
        Box::new(rand::rng())
    }
}

/// A name that nothing else has: of a server, of the holder of a lease. It is not passed in, because nothing follows
/// from which one it is.
#[expect(
    clippy::disallowed_methods,
    reason = "only that it is another one each time is of use"
)]
pub fn unique_name() -> Uuid {
    Uuid::new_v4()
}
