//! The proxies in front of the program, or that there are none: in production it must be said, because without knowing
//! them all limits take the whole site for one client.

use std::str::FromStr;

use anyhow::Context;
use ipnet::IpNet;
use serde::Deserialize;

/// What the settings say of proxies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct TrustedProxies {
    /// The networks; `None`: nothing is said. Empty: clients connect to the program themselves.
    pub networks: Option<Vec<IpNet>>,
}

/// As it may stand in a file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    List(Vec<String>),
}

impl TryFrom<Written> for TrustedProxies {
    type Error = anyhow::Error;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Text(text) => text.parse(),
            Written::List(list) => list.join(",").parse(),
        }
    }
}

impl FromStr for TrustedProxies {
    type Err = anyhow::Error;

    /// Networks, separated by commas, or `none`. A variable that is set to nothing says nothing.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let network = |text: &str| {
            let text = text.trim();
            text.parse().with_context(|| {
                format!("`{text}` is no network as 10.0.0.0/8; if there is no proxy, say `none`")
            })
        };
        let networks = match text.trim() {
            "" => None,
            "none" => Some(Vec::new()),
            text => Some(text.split(',').map(network).collect::<Result<_, _>>()?),
        };
        Ok(Self { networks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_none_and_nothing_are_three_things() {
        let read = |text: &str| text.parse::<TrustedProxies>().unwrap().networks;

        assert_eq!(read(""), None);
        assert_eq!(read("none"), Some(Vec::new()));
        let both = ["10.0.0.0/8", "2001:db8::/32"].map(|network| network.parse().unwrap());
        assert_eq!(read("10.0.0.0/8, 2001:db8::/32"), Some(both.to_vec()));
        for wrong in ["10.0.0.1", "none,10.0.0.0/8", "no", "10.0.0.0/8,"] {
            let error = wrong.parse::<TrustedProxies>().unwrap_err().to_string();
            assert!(error.contains("say `none`"), "{error}");
        }
    }
}
