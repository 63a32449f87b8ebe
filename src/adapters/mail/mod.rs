//! Letters as e-mail: over SMTP, or as files for development.

mod compose;
mod file;
mod server;
mod smtp;
mod templates;

pub use compose::MailSetupError;
pub use file::FileMailer;
pub use smtp::SmtpMailer;
