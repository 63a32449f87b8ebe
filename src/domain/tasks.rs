//! Background tasks, which nobody waits for, and pauses; passed in so that the domain knows no runtime.

use std::time::Duration;

use futures::future::BoxFuture;

/// Runs tasks beside the one who asks.
pub trait Tasks: Send + Sync {
    /// Runs a task to its end, whoever goes away meanwhile. Never waits.
    fn spawn(&self, task: BoxFuture<'static, ()>);

    /// Is over after so long, or a moment later.
    fn pause(&self, time: Duration) -> BoxFuture<'static, ()>;
}
