//! What answers of a store pass: it can hold them back, or let none through.

use std::sync::atomic::{AtomicBool, Ordering};

use reelgraph::domain::error::StoreError;
use tokio::sync::watch;

/// Open, unless said otherwise.
#[derive(Default)]
pub(super) struct Gate {
    /// While it is, nothing can be read.
    is_down: AtomicBool,
    /// While it is, answers that were read are held back.
    is_held: watch::Sender<bool>,
    /// How many calls are held now.
    held: watch::Sender<usize>,
}

impl Gate {
    /// Reads, and holds back what was read until [`Self::release`].
    pub(super) fn hold(&self) {
        self.is_held.send_replace(true);
    }

    /// Waits until so many answers are held back.
    pub(super) async fn wait_for_held(&self, count: usize) {
        let mut held = self.held.subscribe();
        held.wait_for(|held| *held >= count).await.unwrap();
    }

    /// Hands out what was held back.
    pub(super) fn release(&self) {
        self.is_held.send_replace(false);
        self.held.send_replace(0);
    }

    /// Lets nothing through any more.
    pub(super) fn go_down(&self) {
        self.is_down.store(true, Ordering::SeqCst);
    }

    /// What was read, as soon as it may pass.
    pub(super) async fn answer<T>(&self, read: Result<T, StoreError>) -> Result<T, StoreError> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("down"));
        }
        let mut is_held = self.is_held.subscribe();
        if *is_held.borrow_and_update() {
            self.held.send_modify(|held| *held += 1);
            is_held.wait_for(|is_held| !is_held).await.unwrap();
        }
        read
    }
}
