//! Sweeps away uploads whose time is over, and chunks that no upload has any more, one of 256 shelves a round: where bytes are
//! kept on a server each look at one is paid for.

use std::time::Duration;

use uuid::Uuid;

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::uploading::{Swept, UploadService};

/// How often to look.
const POLL: Duration = Duration::from_secs(60);

pub(super) struct SweepUploads {
    uploads: UploadService,
    holder: Uuid,
    /// The shelf whose turn it is.
    shelf: u8,
}

impl SweepUploads {
    pub(super) fn new(uploads: UploadService, holder: Uuid) -> Self {
        // Servers that are started again and again would else look at the same shelves.
        let shelf = holder.as_bytes()[15];
        Self {
            uploads,
            holder,
            shelf,
        }
    }
}

impl Job for SweepUploads {
    const NAME: &'static str = "sweep_uploads";
    const WAKES: &'static [Event] = &[];
    /// A large file takes minutes to compare; what is broken off is done again.
    const MAY_BREAK_OFF: bool = true;

    async fn round(&mut self) -> Round {
        match self.uploads.sweep(self.holder, self.shelf).await {
            Ok(swept) => {
                self.shelf = self.shelf.wrapping_add(1);
                if swept != Swept::default() {
                    tracing::info!(
                        uploads = swept.uploads,
                        chunks = swept.chunks,
                        compared = swept.compared,
                        "Swept away what was left of uploads"
                    );
                }
                Round::Due(POLL)
            }
            Err(error) => Round::failed(error),
        }
    }

    /// So that another server need not wait. If that fails, it waits.
    async fn end(&mut self) {
        drop(self.uploads.stop_sweeping(self.holder).await);
    }
}
