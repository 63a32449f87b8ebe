//! The origins of other hosts whose pages are trusted, each as a browser sends it.

use anyhow::bail;
use url::Url;

/// These, without what is empty: in lower case, without a usual port and without a path.
pub(super) fn check_origins(origins: Option<Vec<String>>) -> anyhow::Result<Vec<String>> {
    let origins = origins.unwrap_or_default().into_iter();
    origins
        .map(|origin| origin.trim().to_owned())
        .filter(|origin| !origin.is_empty())
        .map(check_origin)
        .collect()
}

fn check_origin(origin: String) -> anyhow::Result<String> {
    let url = Url::parse(&origin);
    let as_sent = url.map(|url| url.origin().ascii_serialization());
    if !as_sent.is_ok_and(|as_sent| as_sent == origin) {
        bail!(
            "trusted-origins has `{origin}`, not an origin as https://www.example.org: lower case, no path, no slash at \
             the end"
        );
    }
    Ok(origin)
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Settings};

    fn complete(origins: &[&str]) -> anyhow::Result<Vec<String>> {
        let given = Settings {
            trusted_origins: Some(origins.iter().map(|origin| (*origin).to_owned()).collect()),
            ..Settings::default()
        };
        Ok(Config::complete(given, |_| None)?.trusted_origins)
    }

    #[test]
    fn origins_are_kept_without_what_is_empty() {
        let (one, other) = ("https://www.example.org", "http://localhost:3000");

        let several = complete(&[one, " http://localhost:3000 ", ""]).unwrap();

        assert_eq!(several, [one, other]);
        assert_eq!(complete(&[""]).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_origin_is_said_with_its_setting() {
        for wrong in [
            "www.example.org",
            "https://www.example.org/",
            "https://WWW.example.org",
            "https://www.example.org:443",
            "app://page",
            "null",
            "*",
        ] {
            let error = complete(&[wrong]).unwrap_err().to_string();

            let expected = format!("trusted-origins has `{wrong}`");
            assert!(error.starts_with(&expected), "{error}");
        }
    }
}
