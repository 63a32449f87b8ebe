//! Composing the message of a letter, whichever way it is sent.

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use url::Host;

use super::templates::Templates;
use crate::domain::accounts::{Letter, MailError};

/// Why no mail can be sent with these settings. Says nothing of what is in them: an address may have a password in it.
#[derive(Debug, thiserror::Error)]
pub enum MailSetupError {
    #[error("the sender of mail is not a mailbox, such as `Example <no-reply@example.org>`")]
    From(#[source] lettre::address::AddressError),
    #[error("the address of the mail server {0}")]
    Url(&'static str),
    #[error("TLS to the mail server cannot be set up")]
    Tls(#[source] lettre::transport::smtp::Error),
    /// The templates that the program ships with.
    #[error("a template is wrong")]
    Template(#[from] minijinja::Error),
}

/// Writes letters out as messages.
pub(super) struct Composer {
    from: Mailbox,
    /// What the letters call the site.
    site: String,
    templates: Templates,
}

impl Composer {
    /// Letters from a mailbox. Its name is what they call the site; without one that is the domain.
    pub(super) fn new(from: &str) -> Result<Self, MailSetupError> {
        let from: Mailbox = from.parse().map_err(MailSetupError::From)?;
        let name = from.name.as_deref().map(str::trim);
        let name = name.filter(|name| !name.is_empty());
        Ok(Self {
            site: name.unwrap_or(from.email.domain()).to_owned(),
            from,
            templates: Templates::new()?,
        })
    }

    /// Whose mail it is.
    pub(super) fn from(&self) -> &Address {
        &self.from.email
    }

    /// The letter as a message. The same mail has the same `Message-ID` each time.
    pub(super) fn compose(&self, letter: &Letter) -> Result<Message, MailError> {
        let to = address(letter).map_err(refused)?;
        let text = self.templates.render(letter, &self.site).map_err(refused)?;
        let id = format!("<{}@{}>", letter.id, self.from.email.domain());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(text.subject)
            .message_id(Some(id))
            .multipart(
                MultiPart::alternative()
                    .singlepart(plain(text.plain))
                    .singlepart(SinglePart::html(text.html)),
            )
            .map_err(refused)?;
        // So that nobody's holiday notice answers it (RFC 3834, 5).
        message.headers_mut().insert_raw(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
        Ok(message)
    }
}

/// The receiver's address, with the domain as DNS has it, which every mail server understands.
fn address(letter: &Letter) -> Result<Address, Box<dyn std::error::Error + Send + Sync>> {
    let address = letter.to.as_str();
    let (user, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let domain = Host::parse(domain)?.to_string();
    Ok(Address::new(user, domain)?)
}

/// Plain text as it is, if mail allows it (RFC 5322, 2.1.1 and 2.3), so that a link can be copied even from the raw
/// message. Lettre would break lines that are longer than a screen is wide.
fn plain(text: String) -> SinglePart {
    let is_short = |line: &str| line.len() <= 998;
    let body = if text.is_ascii() && text.lines().all(is_short) {
        let lines: String = text.lines().flat_map(|line| [line, "\r\n"]).collect();
        Body::dangerous_pre_encoded(lines.into_bytes(), ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text)
    };
    SinglePart::builder()
        .header(ContentType::TEXT_PLAIN)
        .body(body)
}

/// What cannot be written now cannot be written later.
fn refused(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> MailError {
    MailError::Refused(error.into())
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::domain::accounts::{EmailAddress, MailKind};
    use crate::domain::ids::MailId;

    fn letter(kind: MailKind) -> Letter {
        let has_link = matches!(kind, MailKind::ConfirmEmail | MailKind::ResetPassword);
        let link = Url::parse("https://example.org/confirm-email?a=1&token=secret").unwrap();
        Letter {
            id: MailId(7),
            to: EmailAddress::parse("ada@example.org").unwrap(),
            kind,
            link: has_link.then_some(link),
            hours: has_link.then_some(24),
            asked: None,
            replaces: None,
        }
    }

    fn composed(from: &str, letter: &Letter) -> String {
        let message = Composer::new(from).unwrap().compose(letter).unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn a_letter_is_complete() {
        let letter = letter(MailKind::ConfirmEmail);

        let text = composed("Example <no-reply@mail.example.org>", &letter);

        for line in [
            "From: Example <no-reply@mail.example.org>\r\n",
            "To: ada@example.org\r\n",
            "Subject: Confirm your e-mail address for Example\r\n",
            "Message-ID: <7@mail.example.org>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "MIME-Version: 1.0\r\n",
            "Content-Type: multipart/alternative;",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Type: text/html; charset=utf-8\r\n",
            "\r\nDate: ",
        ] {
            assert!(text.contains(line), "no {line:?} in {text}");
        }
    }

    #[test]
    fn a_link_can_be_copied_from_the_file() {
        let text = composed("a@example.org", &letter(MailKind::ConfirmEmail));

        let line = "\r\n  https://example.org/confirm-email?a=1&token=secret\r\n";
        assert!(text.contains(line), "{text}");
    }

    #[test]
    fn the_domain_is_written_as_dns_has_it() {
        let to = EmailAddress::parse("ada@münchen.example").unwrap();

        let text = composed(
            "Example <a@example.org>",
            &Letter {
                to,
                ..letter(MailKind::EmailChanged)
            },
        );

        assert!(
            text.contains("To: ada@xn--mnchen-3ya.example\r\n"),
            "{text}"
        );
    }

    #[test]
    fn a_sender_must_be_a_mailbox() {
        for wrong in ["", "Example", "Example <no-reply>", "a@b@c"] {
            assert!(Composer::new(wrong).is_err(), "{wrong}");
        }
    }
}
