//! The mail server to use, read from one address.

use std::net::IpAddr;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::TlsParameters;
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::compose::MailSetupError;

/// A mail server and how to speak with it.
pub(super) struct MailServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: MailTls,
    pub(super) credentials: Option<Credentials>,
    /// How the program introduces itself.
    pub(super) hello: ClientId,
}

/// When the connection becomes secret.
pub(super) enum MailTls {
    /// From the first byte.
    AtOnce(TlsParameters),
    /// By STARTTLS, before anything is said that matters.
    Started(TlsParameters),
    /// Never: it does not leave this machine.
    None,
}

const FORMS: &str =
    "must be smtps://USER:PASSWORD@HOST or smtp://USER:PASSWORD@HOST:PORT?tls=required";

impl MailServer {
    /// Reads `smtps://user:password@host:port/name`, or `smtp://…?tls=required` for a server with STARTTLS. The path
    /// is the name that the program introduces itself by; without it that is the domain that it sends mail from. Without
    /// TLS only a server on this machine is allowed.
    pub(super) fn parse(url: &SecretString, domain: &str) -> Result<Self, MailSetupError> {
        let wrong = MailSetupError::Url;
        let url = Url::parse(url.expose_secret()).map_err(|_| wrong(FORMS))?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host
            .ok_or(wrong(FORMS))?
            .trim_matches(['[', ']'])
            .to_owned();
        let mut asked = None;
        for (name, value) in url.query_pairs() {
            if name != "tls" {
                return Err(wrong("can say nothing but `tls` after the question mark"));
            }
            asked = Some(value.into_owned());
        }
        let parameters = || TlsParameters::new(host.clone()).map_err(MailSetupError::Tls);
        let (tls, port) = match (url.scheme(), asked.as_deref()) {
            ("smtps", None | Some("required")) => (MailTls::AtOnce(parameters()?), 465),
            ("smtp", Some("required")) => (MailTls::Started(parameters()?), 587),
            ("smtp", None) if is_loopback(&host) => (MailTls::None, 25),
            ("smtp", None) => {
                return Err(wrong(
                    "is without TLS, which only a server on this machine may be: write smtps://, or smtp:// with \
                     ?tls=required at the end for a server with STARTTLS",
                ));
            }
            _ => return Err(wrong(FORMS)),
        };
        let name = Some(url.path().trim_matches('/')).filter(|name| !name.is_empty());
        Ok(Self {
            port: url.port().unwrap_or(port),
            credentials: credentials(&url)?,
            hello: ClientId::Domain(name.unwrap_or(domain).to_owned()),
            tls,
            host,
        })
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, MailSetupError> {
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8();
        text.map(String::from)
            .map_err(|_| MailSetupError::Url("has a user or password that is no UTF-8"))
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(MailSetupError::Url(
            "must have a user and a password, or neither",
        )),
        (user, Some(password)) => Ok(Some(Credentials::new(decoded(user)?, decoded(password)?))),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<(String, u16, &'static str), String> {
        let server =
            MailServer::parse(&url.into(), "example.org").map_err(|error| error.to_string())?;
        let tls = match server.tls {
            MailTls::AtOnce(_) => "at once",
            MailTls::Started(_) => "started",
            MailTls::None => "none",
        };
        Ok((server.host, server.port, tls))
    }

    #[test]
    fn an_address_says_where_and_how() {
        for (url, host, port, tls) in [
            (
                "smtps://mail.example.org",
                "mail.example.org",
                465,
                "at once",
            ),
            (
                "smtps://u:p@mail.example.org:1465/me",
                "mail.example.org",
                1465,
                "at once",
            ),
            (
                "smtp://u:p@mail.example.org?tls=required",
                "mail.example.org",
                587,
                "started",
            ),
            ("smtp://localhost", "localhost", 25, "none"),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, "none"),
            ("smtp://[::1]:1025", "::1", 1025, "none"),
        ] {
            assert_eq!(read(url), Ok((host.to_owned(), port, tls)), "{url}");
        }
    }

    #[test]
    fn without_tls_it_stays_on_this_machine() {
        for url in [
            "smtp://u:p@mail.example.org",
            "smtp://mail.example.org:25",
            "smtp://10.0.0.1",
            "smtp://localhost.example.org",
        ] {
            let error = read(url).unwrap_err();
            assert!(error.contains("write smtps://"), "{url}: {error}");
            assert!(!error.contains("u:p"), "{error}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_mail_server_is_refused() {
        for url in [
            "",
            "mail.example.org",
            "https://mail.example.org",
            "smtp://u:p@mail.example.org?tls=opportunistic",
            "smtp://localhost?tls=none",
            "smtps://mail.example.org?tsl=required",
            "smtps://u@mail.example.org",
            "smtps://:p@mail.example.org",
            "smtps://",
        ] {
            assert!(read(url).is_err(), "{url}");
        }
    }

    #[test]
    fn user_and_password_may_have_any_characters() {
        let server = MailServer::parse(
            &"smtps://u%40e.org:a%2Fb%3A%25@mail.example.org".into(),
            "example.org",
        );

        let wanted = Credentials::new("u@e.org".to_owned(), "a/b:%".to_owned());
        assert!(server.unwrap().credentials == Some(wanted));
    }
}
