//! Sends queued mail, and tries again what the mail server did not take.

use std::time::Duration;

use super::health::Health;
use super::job::{Job, Round};
use crate::domain::accounts::{MailService, MailingError};
use crate::domain::events::Event;

/// How often to look for what another process wrote, and for what is due again.
const POLL: Duration = Duration::from_secs(2);

pub(super) struct SendMail {
    mail: MailService,
    /// Apart from the job's own, because while nothing is due all that is known is that the store works.
    server: Health,
}

impl SendMail {
    pub(super) fn new(mail: MailService) -> Self {
        Self {
            mail,
            server: Health::of("send_mail: server"),
        }
    }
}

impl Job for SendMail {
    const NAME: &'static str = "send_mail";
    const WAKES: &'static [Event] = &[Event::MailQueued];

    async fn round(&mut self) -> Round {
        match self.mail.send_due().await {
            Ok(0) => Round::Due(POLL),
            Ok(_) => {
                self.server.succeeded();
                Round::Again
            }
            Err(error @ MailingError::Mail(_)) => {
                self.server.failed(&error);
                Round::HeldUp
            }
            Err(MailingError::Store(error)) => Round::failed(error),
        }
    }
}
