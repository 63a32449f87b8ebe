//! Tasks on the runtime that runs the program.

use std::time::Duration;

use futures::future::BoxFuture;

use crate::domain::tasks::Tasks;

/// Spawns tasks on the tokio runtime that calls it.
#[derive(Debug, Clone, Copy)]
pub struct TokioTasks;

impl Tasks for TokioTasks {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        tokio::spawn(task);
    }

    fn pause(&self, time: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}
