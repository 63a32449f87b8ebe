//! The texts of all letters. Each kind has a text and an HTML file, compiled in; the text has the subject. By its name
//! the template engine knows where to escape.

use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::domain::accounts::{Asked, Letter, MailKind};

/// The texts of one letter, ready to send.
pub(super) struct Texts {
    pub(super) subject: String,
    pub(super) plain: String,
    pub(super) html: String,
}

/// The templates of all letters, parsed once.
pub(super) struct Templates {
    environment: Environment<'static>,
}

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("templates/", $name)))),+]
    };
}

const FILES: [(&str, &str); 18] = files![
    "layout.txt",
    "layout.html",
    "confirm_email.txt",
    "confirm_email.html",
    "already_registered.txt",
    "already_registered.html",
    "reset_password.txt",
    "reset_password.html",
    "password_changed.txt",
    "password_changed.html",
    "email_changed.txt",
    "email_changed.html",
    "identity_linked.txt",
    "identity_linked.html",
    "api_key_created.txt",
    "api_key_created.html",
    "account_deleted.txt",
    "account_deleted.html",
];

impl Templates {
    pub(super) fn new() -> Result<Self, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, text) in FILES {
            environment.add_template(name, text)?;
        }
        Ok(Self { environment })
    }

    /// A letter's texts for a site of this name.
    pub(super) fn render(&self, letter: &Letter, site: &str) -> Result<Texts, minijinja::Error> {
        let name = name(letter.kind);
        let context = |subject: &str| {
            context! {
                site,
                subject,
                address => letter.to.as_str(),
                link => letter.link.as_ref().map(url::Url::as_str),
                lasts => letter.hours.map(lasts),
                asked => letter.asked.as_ref().map(asked),
                replaces => letter.replaces,
            }
        };
        let text = self.environment.get_template(&format!("{name}.txt"))?;
        let subject = text
            .render_captured(context(""))?
            .with_state_mut(|state| state.render_block("subject"))?;
        let html = self.environment.get_template(&format!("{name}.html"))?;
        Ok(Texts {
            plain: text.render(context(&subject))?,
            html: html.render(context(&subject))?,
            subject,
        })
    }
}

fn name(kind: MailKind) -> &'static str {
    match kind {
        MailKind::ConfirmEmail => "confirm_email",
        MailKind::AlreadyRegistered => "already_registered",
        MailKind::ResetPassword => "reset_password",
        MailKind::PasswordChanged => "password_changed",
        MailKind::EmailChanged => "email_changed",
        MailKind::IdentityLinked => "identity_linked",
        MailKind::ApiKeyCreated => "api_key_created",
        MailKind::AccountDeleted => "account_deleted",
    }
}

/// Who asked for a mail, in words.
fn asked(asked: &Asked) -> Value {
    context! {
        at => asked.at.format("%e %B %Y at %H:%M UTC").to_string().trim_start(),
        from => asked.from.map(|address| address.to_canonical().to_string()),
        by => asked.by.iter().map(|way| way_in(way)).collect::<Vec<_>>().join(" or "),
    }
}

/// What somebody logs in by, in words.
fn way_in(by: &str) -> String {
    match by {
        "password" => "a password".to_owned(),
        site => format!("the log-in of {site}"),
    }
}

/// A number of hours in words.
fn lasts(hours: i64) -> String {
    match hours {
        1 => "one hour".to_owned(),
        hours => format!("{hours} hours"),
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::domain::accounts::EmailAddress;
    use crate::domain::ids::MailId;

    const KINDS: [MailKind; 8] = [
        MailKind::ConfirmEmail,
        MailKind::AlreadyRegistered,
        MailKind::ResetPassword,
        MailKind::PasswordChanged,
        MailKind::EmailChanged,
        MailKind::IdentityLinked,
        MailKind::ApiKeyCreated,
        MailKind::AccountDeleted,
    ];

    fn letter(kind: MailKind) -> Letter {
        let has_link = matches!(kind, MailKind::ConfirmEmail | MailKind::ResetPassword);
        let link = Url::parse("https://example.org/page?a=1&token=secret").unwrap();
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

    #[test]
    fn only_letters_about_a_link_have_one() {
        let templates = Templates::new().unwrap();
        for kind in KINDS {
            let given = letter(kind);

            let texts = templates.render(&given, "Example").unwrap();

            // A program that reads mail may show either part alone.
            let links = usize::from(given.link.is_some());
            let has = |text: &str, what: &str| text.matches(what).count();
            let (plain, html) = (&texts.plain, &texts.html);
            assert_eq!(
                has(plain, "\n  https://example.org/page?a=1&token=secret\n"),
                links,
                "{plain}"
            );
            assert_eq!(has(plain, "://"), links, "{plain}");
            assert_eq!(has(plain, "24 hours"), links, "{plain}");
            let link = "href=\"https:&#x2f;&#x2f;example.org&#x2f;page?a=1&amp;token=secret\"";
            assert_eq!(has(html, link), links, "{html}");
            assert_eq!(has(html, "<a "), links, "{html}");
            assert_eq!(has(html, "24 hours"), links, "{html}");
        }
    }

    #[test]
    fn both_parts_say_the_same_about_the_same_site() {
        let templates = Templates::new().unwrap();
        let confirmations = [None, Some("b...@example.org".to_owned())].map(|replaces| Letter {
            asked: Some(Asked {
                at: "2026-01-02T03:04:05Z".parse().unwrap(),
                from: Some("192.0.2.7".parse().unwrap()),
                by: vec!["facebook".to_owned()],
            }),
            replaces,
            ..letter(MailKind::ConfirmEmail)
        });
        for letter in KINDS.map(letter).into_iter().chain(confirmations) {
            let texts = templates.render(&letter, "Example").unwrap();

            assert!(texts.subject.contains("Example"), "{}", texts.subject);
            assert!(
                texts
                    .html
                    .contains(&format!("<title>{}</title>", texts.subject))
            );
            let (_, html) = texts.html.split_once("<body").unwrap();
            let html = html.replace("&quot;", "\"");
            let words = |text: &str| {
                text.split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            let html = words(
                &html
                    .split('<')
                    .map(|part| part.split_once('>').map_or("", |(_, text)| text))
                    .collect::<Vec<_>>()
                    .join(" "),
            );
            for sentence in texts
                .plain
                .split("\n\n")
                .filter(|text| !text.contains("://"))
            {
                let sentence = words(sentence);
                assert!(
                    html.windows(sentence.len()).any(|part| part == sentence),
                    "{sentence:?} is not in {html:?}"
                );
            }
        }
    }

    #[test]
    fn a_confirmation_says_who_asked_for_what() {
        let templates = Templates::new().unwrap();
        let by = |by: &[&str], replaces: Option<&str>| {
            let letter = Letter {
                asked: Some(Asked {
                    at: "2026-01-02T03:04:05Z".parse().unwrap(),
                    from: Some("::ffff:192.0.2.7".parse().unwrap()),
                    by: by.iter().map(|way| (*way).to_owned()).collect(),
                }),
                replaces: replaces.map(str::to_owned),
                ..letter(MailKind::ConfirmEmail)
            };
            let texts = templates.render(&letter, "Example").unwrap();
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            [words(&texts.plain), words(&texts.html)]
        };

        for text in by(&["facebook", "password"], None) {
            assert!(
                text.contains(
                    "On 2 January 2026 at 03:04 UTC an account was made with this address, to be logged in to by \
                     the log-in of facebook or a password, from the network address 192.0.2.7."
                ),
                "{text}"
            );
        }
        for text in by(&[], Some("b...@example.org")) {
            assert!(
                text.contains(
                    "On 2 January 2026 at 03:04 UTC somebody who is logged in to the account of b...@example.org asked \
                     for this address to take the place of that one, from the network address 192.0.2.7."
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn what_the_site_is_called_cannot_write_html() {
        let templates = Templates::new().unwrap();

        let texts = templates
            .render(&letter(MailKind::EmailChanged), "<b>Films & more")
            .unwrap();

        assert!(
            texts
                .html
                .contains("account at &lt;b&gt;Films &amp; more has"),
            "{}",
            texts.html
        );
        assert!(
            texts.plain.contains("account at <b>Films & more has"),
            "{}",
            texts.plain
        );
    }
}
