//! Sends the mail that waits, and tries again what the mail server did not take.

use std::time::Duration;

use super::{AFTER_FAILURE, Health, Pace};
use crate::domain::accounts::{MailService, MailingError};
use crate::domain::events::Event;

/// How often to look for what another process wrote, and for what is due again.
const POLL: Duration = Duration::from_secs(2);

pub(super) async fn run(mail: MailService, mut pace: Pace) {
    // Apart, because while nothing is due all that is known is that the store works.
    let mut store = Health::of("send_mail: queue");
    let mut server = Health::of("send_mail");
    loop {
        let wait = match mail.send_due().await {
            Ok(0) => {
                store.succeeded();
                POLL
            }
            Ok(_) => {
                store.succeeded();
                server.succeeded();
                Duration::ZERO
            }
            Err(error @ MailingError::Mail(_)) => {
                store.succeeded();
                server.failed(&error);
                AFTER_FAILURE
            }
            Err(error @ MailingError::Store(_)) => {
                store.failed(&error);
                AFTER_FAILURE
            }
        };
        if !pace.wait(&[Event::MailQueued], wait).await {
            return;
        }
    }
}
