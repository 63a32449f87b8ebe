//! Where the program is found: by browsers on its own machine, and from outside.

use url::Url;

use super::complete::Config;

impl Config {
    /// The address that a browser on this machine opens. By its name, where the program is to be found by that: cookies
    /// and the pages of other programs here go by the name.
    pub fn address(&self) -> String {
        if self.listen_too.is_some() || self.listen.ip().is_unspecified() {
            format!("http://localhost:{}", self.listen.port())
        } else {
            format!("http://{}", self.listen)
        }
    }

    /// The address that the site is seen at from outside.
    pub fn public_url(&self) -> anyhow::Result<Url> {
        match &self.public_url {
            Some(url) => Ok(url.clone()),
            None => Ok(Url::parse(&self.address())?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    #[test]
    fn a_browser_finds_it_by_name_unless_an_address_was_set() {
        let address = |listen: Option<&str>| {
            let given = Settings {
                listen: listen.map(|listen| listen.parse().unwrap()),
                ..Settings::default()
            };
            let config = Config::complete(given, |_| None).unwrap();
            (config.address(), config.public_url().unwrap().to_string())
        };

        for (listen, expected) in [
            (None, "http://localhost:8080"),
            (Some("0.0.0.0:9000"), "http://localhost:9000"),
            (Some("[::]:9000"), "http://localhost:9000"),
            (Some("127.0.0.1:9000"), "http://127.0.0.1:9000"),
            (Some("[::1]:9000"), "http://[::1]:9000"),
            (Some("192.0.2.1:9000"), "http://192.0.2.1:9000"),
        ] {
            let expected = (expected.to_owned(), format!("{expected}/"));
            assert_eq!(address(listen), expected, "{listen:?}");
        }
    }
}
