//! Looks at the settings: each alone is allowed, but some do not go together, or not with being public.

use secrecy::{ExposeSecret, SecretString};

use super::blobs::is_loopback;
use super::{BlobConfig, Config, Environment};
use crate::domain::editing::Locking;
use crate::domain::finding::{Finding, Verdict};

/// A secret of fewer characters may be guessed.
const SHORT: usize = 24;

impl Config {
    /// What there is to say of the settings.
    pub fn examine(&self) -> Vec<Finding> {
        let mut findings = vec![self.examine_environment()];
        if self.env == Environment::Production {
            findings.extend([
                self.examine_public_url(),
                self.examine_secret(),
                self.examine_mail(),
                self.examine_insight(),
            ]);
        }
        findings.push(self.examine_proxies());
        findings.push(self.examine_country());
        findings.push(self.examine_origins());
        findings.push(self.examine_blobs());
        findings.push(self.examine_edits());
        findings
    }

    fn examine_environment(&self) -> Finding {
        let is_public = !self.listen.ip().is_loopback();
        match self.env {
            Environment::Production => setting("environment", "production"),
            Environment::Development => setting("environment", "development").but_if(
                is_public,
                Verdict::Problem,
                "others than this machine are served: set REELGRAPH_ENV=production, or listen on 127.0.0.1",
            ),
        }
    }

    fn examine_public_url(&self) -> Finding {
        let finding = |found: &str| setting("public URL", found);
        let Some(url) = &self.public_url else {
            return finding("not set").but(
                Verdict::Problem,
                "set REELGRAPH_PUBLIC_URL: links in mails and log-ins by other sites lead there",
            );
        };
        let is_plain = url.scheme() != "https";
        finding(url.as_str())
            .but_if(
                is_plain,
                Verdict::Problem,
                "use https: browsers send no secure cookie over http, so nobody stays logged in",
            )
            .but_if(
                is_plain && is_loopback(url),
                Verdict::Warning,
                "only this machine reaches it; set the address that the site is seen at, with https",
            )
    }

    fn examine_secret(&self) -> Finding {
        match &self.accounts.secret {
            None => setting("secret", "not set").but(
                Verdict::Problem,
                "set REELGRAPH_SECRET (openssl rand -hex 24): the keys of access tokens lie open in the store",
            ),
            Some(secret) => long_enough("secret", "REELGRAPH_SECRET", secret),
        }
    }

    fn examine_mail(&self) -> Finding {
        match self.accounts.smtp_url {
            Some(_) => setting("mail", "by the mail server of SMTP_URL"),
            None => setting("mail", "into files").but(
                Verdict::Problem,
                "set SMTP_URL: nobody can confirm an address, and so nobody new can log in",
            ),
        }
    }

    fn examine_insight(&self) -> Finding {
        match (&self.insight.token, self.insight.listen) {
            (Some(token), _) => long_enough("metrics", "REELGRAPH_METRICS_TOKEN", token),
            (None, Some(address)) => setting("metrics", &format!("on {address}")),
            (None, None) => setting("metrics", "nobody sees any").but(
                Verdict::Warning,
                "set REELGRAPH_METRICS_LISTEN to an address that only operators reach, or REELGRAPH_METRICS_TOKEN",
            ),
        }
    }

    fn examine_proxies(&self) -> Finding {
        let Some(networks) = &self.trusted_proxies.networks else {
            return setting("trusted proxies", "not set").but_if(
                self.env == Environment::Production,
                Verdict::Problem,
                "set REELGRAPH_TRUSTED_PROXIES to their networks, or to none: the program does not start without",
            );
        };
        if networks.is_empty() {
            return setting("trusted proxies", "none");
        }
        let found: Vec<String> = networks.iter().map(ToString::to_string).collect();
        setting("trusted proxies", &found.join(", ")).but_if(
            networks.iter().any(|network| network.prefix_len() == 0),
            Verdict::Problem,
            "name the proxies alone: like this every client says itself where it comes from, and passes all limits",
        )
    }

    fn examine_country(&self) -> Finding {
        let Some(header) = &self.country_header else {
            return setting("country header", "not set");
        };
        let proxies = self.trusted_proxies.networks.as_ref();
        setting("country header", header).but_if(
            proxies.is_none_or(Vec::is_empty),
            Verdict::Warning,
            "name the proxies that write it in REELGRAPH_TRUSTED_PROXIES: without them all usage is of no known country",
        )
    }

    fn examine_blobs(&self) -> Finding {
        let (folder, is_of_one) = match &self.blobs {
            BlobConfig::Bucket(bucket) => {
                return setting("blobs", &format!("in the bucket {}", bucket.bucket));
            }
            BlobConfig::Folder(folder) => (folder, false),
            BlobConfig::Beside(folder) => (folder, self.servers.is_some()),
        };
        let whose = if is_of_one {
            ", of this server alone"
        } else {
            ""
        };
        setting("blobs", &format!("in {}{whose}", folder.display())).but_if(
            is_of_one && self.env == Environment::Production,
            Verdict::Warning,
            "set REELGRAPH_BLOBS to a bucket or to a folder that all servers see: the others do not have its pictures",
        )
    }

    fn examine_edits(&self) -> Finding {
        let found = match self.edits {
            Locking::Lock => "lock what they touch, unless a curator says otherwise",
            Locking::Leave => {
                "lock nothing, unless a curator says so: the next load writes over them"
            }
        };
        setting("edits by hand", found)
    }

    fn examine_origins(&self) -> Finding {
        let origins = &self.trusted_origins;
        let found = if origins.is_empty() {
            "none".to_owned()
        } else {
            origins.join(", ")
        };
        setting("trusted origins", &found).but_if(
            self.env == Environment::Production && origins.iter().any(|origin| origin.starts_with("http:")),
            Verdict::Warning,
            "use https: whoever is on the way can change a page that comes by http, and act as its visitor",
        )
    }
}

fn setting(aspect: &'static str, found: &str) -> Finding {
    Finding::ok("settings", aspect, found)
}

fn long_enough(aspect: &'static str, name: &str, secret: &SecretString) -> Finding {
    let advice = format!("use a longer {name} (openssl rand -hex 24)");
    setting(aspect, &format!("{name} is set")).but_if(
        secret.expose_secret().chars().count() < SHORT,
        Verdict::Warning,
        &advice,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn verdicts(given: Settings, variables: &[(&str, &str)]) -> Vec<(&'static str, Verdict)> {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        let config = Config::complete(given, |name| {
            find(name).map(|(_, value)| (*value).to_owned())
        });
        let findings = config.unwrap().examine();
        let wrong = findings
            .iter()
            .filter(|finding| finding.verdict > Verdict::Ok);
        let wrong = wrong.inspect(|finding| assert!(finding.advice.is_some(), "{finding:?}"));
        wrong
            .map(|finding| (finding.aspect, finding.verdict))
            .collect()
    }

    fn production() -> Settings {
        Settings {
            env: Some(Environment::Production),
            public_url: Some("https://www.example.org".parse().unwrap()),
            trusted_proxies: Some("10.0.0.0/8".parse().unwrap()),
            ..Settings::default()
        }
    }

    const SECRETS: [(&str, &str); 3] = [
        ("REELGRAPH_SECRET", "0123456789abcdef0123456789abcdef"),
        (
            "REELGRAPH_METRICS_TOKEN",
            "0123456789abcdef0123456789abcdef",
        ),
        ("SMTP_URL", "smtps://user:password@mail.example.org"),
    ];

    #[test]
    fn a_header_that_nobody_is_trusted_to_write_is_told_of() {
        let given = |proxies: &str| Settings {
            country_header: Some("CF-IPCountry".to_owned()),
            trusted_proxies: Some(proxies.parse().unwrap()),
            ..Settings::default()
        };

        assert_eq!(verdicts(given("10.0.0.0/8"), &[]), []);
        let expected = [("country header", Verdict::Warning)];
        assert_eq!(verdicts(given("none"), &[]), expected);
    }

    #[test]
    fn pictures_in_a_folder_of_one_server_are_told_of_where_there_may_be_several() {
        let servers = [
            ("MONGODB_URI", "mongodb://h"),
            ("NEO4J_URI", "bolt://h"),
            ("REDIS_URL", "redis://h"),
        ];
        let variables = [&SECRETS[..], &servers].concat();
        let shared = Settings {
            blobs: Some("/srv/pictures".to_owned()),
            ..production()
        };

        let expected = [("blobs", Verdict::Warning)];
        assert_eq!(verdicts(production(), &variables), expected);
        assert_eq!(verdicts(shared, &variables), []);
        assert_eq!(verdicts(Settings::default(), &servers), []);
    }

    #[test]
    fn whether_edits_lock_is_told_and_is_no_fault_either_way() {
        for (edits_lock, found) in [
            (None, "lock what they touch"),
            (Some(true), "lock what they touch"),
            (Some(false), "lock nothing"),
        ] {
            let given = Settings {
                edits_lock,
                ..Settings::default()
            };
            assert_eq!(verdicts(given.clone(), &[]), []);
            let findings = Config::complete(given, |_| None).unwrap().examine();
            let told = format!("{findings:?}");
            assert!(told.contains(found), "{edits_lock:?}: {told}");
        }
    }

    #[test]
    fn what_one_starts_with_is_well() {
        assert_eq!(verdicts(Settings::default(), &[]), []);
    }

    #[test]
    fn what_is_set_for_the_public_is_well() {
        assert_eq!(verdicts(production(), &SECRETS), []);
    }

    #[test]
    fn a_site_for_the_public_that_lacks_everything_is_told_all_of_it() {
        let given = Settings {
            env: Some(Environment::Production),
            ..Settings::default()
        };

        assert_eq!(
            verdicts(given, &[]),
            [
                ("public URL", Verdict::Problem),
                ("secret", Verdict::Problem),
                ("mail", Verdict::Problem),
                ("metrics", Verdict::Warning),
                ("trusted proxies", Verdict::Problem),
            ]
        );
    }

    #[test]
    fn what_lets_others_in_is_a_problem() {
        let plain = Settings {
            public_url: Some("http://www.example.org".parse().unwrap()),
            ..production()
        };
        let anybody = Settings {
            trusted_proxies: Some("0.0.0.0/0".parse().unwrap()),
            ..production()
        };
        let open = Settings {
            listen: Some("0.0.0.0:8080".parse().unwrap()),
            ..Settings::default()
        };

        assert_eq!(
            verdicts(plain, &SECRETS),
            [("public URL", Verdict::Problem)]
        );
        assert_eq!(
            verdicts(anybody, &SECRETS),
            [("trusted proxies", Verdict::Problem)]
        );
        assert_eq!(verdicts(open, &[]), [("environment", Verdict::Problem)]);
    }

    #[test]
    fn secrets_that_are_short_are_told_and_not_shown() {
        let given = [("REELGRAPH_SECRET", "hush"), SECRETS[1], SECRETS[2]];
        let config = Config::complete(production(), |name| {
            let found = given.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        });

        assert_eq!(
            verdicts(production(), &given),
            [("secret", Verdict::Warning)]
        );
        assert!(!format!("{:?}", config.unwrap().examine()).contains("hush"));
    }
}
