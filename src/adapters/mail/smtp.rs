//! Mail that is handed to a server over SMTP.
//!
//! A connection for each letter, not lettre's pool (0.11.23): it takes back a connection that was given up in the middle
//! of a command (lettre/lettre#994 makes that cancel-safe), and the next letter would take the late answer to the one
//! before for its own.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use lettre::transport::smtp::response::Code;
use secrecy::SecretString;
use tokio::time::timeout;

use super::compose::{Composer, MailSetupError};
use super::server::{MailServer, MailTls};
use crate::domain::accounts::{Letter, MailError, Mailer};

/// How long one of the addresses of a server may take to be connected with, before the next is tried.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the server may take for a letter, from the connection to the last answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it may take to part, when all that matters is said.
const FAREWELL: Duration = Duration::from_secs(1);
/// The server wants a log-in first: our settings are to blame, not the letter.
const WANTS_LOG_IN: u16 = 530;

/// Hands letters to a mail server.
pub struct SmtpMailer {
    server: MailServer,
    composer: Composer,
}

impl SmtpMailer {
    /// Mail from `from` by the server at `smtps://user:password@host:port`, or at `smtp://…?tls=required` for STARTTLS.
    /// Nothing is connected before the first letter.
    pub fn new(url: &SecretString, from: &str) -> Result<Self, MailSetupError> {
        let composer = Composer::new(from)?;
        let server = MailServer::parse(url, composer.from().domain())?;
        Ok(Self { server, composer })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let server = &self.server;
        let at_once = match &server.tls {
            MailTls::AtOnce(parameters) => Some(parameters.clone()),
            MailTls::Started(_) | MailTls::None => None,
        };
        let address = (server.host.as_str(), server.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            address,
            Some(CONNECT),
            &server.hello,
            at_once,
            None,
        )
        .await
        .map_err(SmtpError::at("connecting"))?;
        if let MailTls::Started(parameters) = &server.tls {
            connection
                .starttls(parameters.clone(), &server.hello)
                .await
                .map_err(SmtpError::at("STARTTLS"))?;
        }
        if let Some(credentials) = &server.credentials {
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], credentials)
                .await
                .map_err(SmtpError::at("the log-in"))?;
        }
        Ok(connection)
    }

    /// One letter on an open connection. Until the receiver is named, every failure is about the server or us.
    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
    ) -> Result<(), MailError> {
        let to = message.envelope().to();
        let mut parameters = Vec::new();
        if !to.iter().all(|to| to.to_string().is_ascii()) {
            if !connection
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                return Err(MailError::Refused(
                    "the mail server cannot send to such an address (no SMTPUTF8)".into(),
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let from = Some(self.composer.from().clone());
        connection
            .command(Mail::new(from, parameters))
            .await
            .map_err(SmtpError::at("the sender"))?;
        for to in to {
            connection
                .command(Rcpt::new(to.clone(), Vec::new()))
                .await
                .map_err(|error| SmtpError::at("the receiver")(error).about_the_letter())?;
        }
        connection
            .command(Data)
            .await
            .map_err(|error| SmtpError::at("the message")(error).about_the_letter())?;
        connection
            .message(&message.formatted())
            .await
            .map_err(|error| SmtpError::at("the message")(error).about_the_letter())?;
        Ok(())
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let message = self.composer.compose(letter)?;
        let attempt = async {
            let mut connection = self.connect().await?;
            let handed_over = self.hand_over(&mut connection, &message).await;
            Ok::<_, MailError>((connection, handed_over))
        };
        let (mut connection, handed_over) = timeout(PATIENCE, attempt)
            .await
            .map_err(|elapsed| MailError::Unavailable(elapsed.into()))??;
        // The letter's fate is known, whatever the server makes of this.
        drop(timeout(FAREWELL, connection.quit()).await);
        handed_over
    }
}

/// What a server answered, without its words: there may be addresses and user names in them.
#[derive(Debug)]
struct SmtpError {
    stage: &'static str,
    answer: Result<Code, String>,
    /// The same more precisely, if the server does that (RFC 3463), such as `5.1.1`.
    status: Option<String>,
}

impl SmtpError {
    fn at(stage: &'static str) -> impl Fn(Error) -> Self {
        move |error| {
            let source = std::error::Error::source(&error);
            let words = source.map(ToString::to_string).unwrap_or_default();
            Self {
                stage,
                answer: match error.status() {
                    Some(code) => Ok(code),
                    None if error.is_response() => Err("unintelligible".to_owned()),
                    None if words.is_empty() => Err(error.to_string()),
                    None => Err(words.clone()),
                },
                status: words.split_whitespace().next().and_then(status),
            }
        }
    }

    /// The failure of a server that has been told the receiver: what it will never take is given up.
    fn about_the_letter(self) -> MailError {
        let is_final = self.answer.as_ref().is_ok_and(|code| {
            (500..600).contains(&u16::from(*code)) && u16::from(*code) != WANTS_LOG_IN
        });
        if is_final {
            MailError::Refused(self.into())
        } else {
            self.into()
        }
    }
}

impl From<SmtpError> for MailError {
    fn from(error: SmtpError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl fmt::Display for SmtpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.answer {
            Ok(code) => write!(f, "the mail server's answer to {} was {code}", self.stage)?,
            Err(why) => write!(f, "{} failed: {why}", self.stage)?,
        }
        match &self.status {
            Some(status) => write!(f, " ({status})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SmtpError {}

/// The text, if it is three numbers with dots between them.
fn status(text: &str) -> Option<String> {
    let mut numbers = text.split('.').map(|number| number.parse::<u16>().is_ok());
    let are_three = [
        numbers.next(),
        numbers.next(),
        numbers.next(),
        numbers.next(),
    ] == [Some(true), Some(true), Some(true), None];
    are_three.then(|| text.to_owned())
}
