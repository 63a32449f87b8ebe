//! Background tasks, which nobody waits for; passed in so that the domain knows no runtime.

use futures::future::BoxFuture;

/// Runs tasks beside the one who asks.
pub trait Tasks: Send + Sync {
    /// Runs a task to its end, whoever goes away meanwhile. Never waits.
    fn spawn(&self, task: BoxFuture<'static, ()>);
}
