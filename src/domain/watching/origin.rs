//! Where and with what somebody watches, as far as the request of their player tells.

use woothee::parser::Parser;

use super::viewing::{Country, Device, Origin};
use crate::domain::viewer::Client;

/// What the players of televisions call themselves, and boxes and consoles beside one, in lower case. The library takes
/// them for computers and phones, or does not know them.
const TELEVISIONS: [&str; 16] = [
    "aft", // Fire TV: its models are AFTKA, AFTSS, …
    "android tv",
    "apple tv",
    "appletv",
    "bravia",
    "crkey", // Chromecast.
    "googletv",
    "hbbtv",
    "nintendo switch",
    "playstation 5",
    "roku/",
    "smart-tv",
    "smarttv",
    "tizen", // Phones had it until 2017.
    "web0s", // With a zero: that is how it is written.
    "webos",
];
/// Models of tablets whose Android says nothing of it.
const TABLETS: [&str; 4] = ["ipad", "kindle", "tablet", "kft"];

impl Origin {
    /// That of what sent a request. A player that names itself goes by that name, any other by the name of its browser.
    pub fn of(client: &Client) -> Self {
        let agent = client.device.as_deref().unwrap_or_default();
        let known = Parser::new().parse(agent);
        let browser = known.as_ref().and_then(|known| {
            let is_one = matches!(
                known.category,
                "pc" | "smartphone" | "mobilephone" | "appliance"
            );
            // That of most televisions is known by its engine alone.
            let is_one = is_one || (known.category == UNKNOWN && known.name != UNKNOWN);
            (is_one && known.name != UNKNOWN).then_some(known.name)
        });
        let app = client.app.as_deref().and_then(Self::client_name);
        Self {
            country: client.country.as_deref().and_then(Country::parse),
            device: device(agent, known.map_or(UNKNOWN, |known| known.category)),
            client: app.or_else(|| browser.and_then(Self::client_name)),
        }
    }
}

/// What the library says where it does not know.
const UNKNOWN: &str = "UNKNOWN";

/// What a browser or an app runs on; `category` is the library's word.
fn device(agent: &str, category: &str) -> Option<Device> {
    let agent = agent.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| holds(&agent, word));
    if category == "crawler" {
        return Some(Device::Other);
    }
    if has(&TELEVISIONS) {
        return Some(Device::Television);
    }
    // A phone says that it is mobile, a tablet does not.
    let is_tablet = agent.contains("android") && !agent.contains("mobile");
    if has(&TABLETS) || is_tablet && agent.starts_with("mozilla/") {
        return Some(Device::Tablet);
    }
    match category {
        "pc" => Some(Device::Desktop),
        "smartphone" | "mobilephone" => Some(Device::Phone),
        // Consoles; those that one carries are no televisions.
        "appliance" if !has(&["portable", "vita", "nintendo dsi", "nintendo 3ds"]) => {
            Some(Device::Television)
        }
        "appliance" | "misc" => Some(Device::Other),
        _ => None,
    }
}

/// Whether a word begins in a text: as part of a longer one it may mean anything.
fn holds(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        before.is_none_or(|before| !before.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(agent: &str) -> (Option<Device>, Option<String>) {
        let origin = Origin::of(&Client {
            device: Some(agent.to_owned()),
            ..Client::default()
        });
        assert_eq!(origin.country, None);
        (origin.device, origin.client)
    }

    const WEBKIT: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";

    fn check(known: &[(String, Option<Device>, Option<&str>)]) {
        for (agent, device, client) in known {
            assert_eq!(of(agent), (*device, client.map(str::to_owned)), "{agent}");
        }
    }

    #[test]
    fn computers_phones_and_tablets_are_told_by_what_they_call_themselves() {
        check(&[
            (
                format!(
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/129.0.0.0 Safari/537.36"
                ),
                Some(Device::Desktop),
                Some("Chrome"),
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0".to_owned(),
                Some(Device::Desktop),
                Some("Firefox"),
            ),
            (
                format!(
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) {WEBKIT} Version/17.6 Mobile/15E148 Safari/604.1"
                ),
                Some(Device::Phone),
                Some("Safari"),
            ),
            (
                format!(
                    "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) {WEBKIT} Version/17.6 Mobile/15E148 Safari/604.1"
                ),
                Some(Device::Tablet),
                Some("Safari"),
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/129.0 Mobile Safari/537.36"
                ),
                Some(Device::Phone),
                Some("Chrome"),
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 14; SM-X710) {WEBKIT} Chrome/129.0 Safari/537.36"
                ),
                Some(Device::Tablet),
                Some("Chrome"),
            ),
            (
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
                    .to_owned(),
                Some(Device::Other),
                None,
            ),
            ("curl/8.5.0".to_owned(), Some(Device::Other), None),
            ("okhttp/4.12.0".to_owned(), None, None),
            ("Draft/1.0 (raft)".to_owned(), None, None),
            (String::new(), None, None),
        ]);
    }

    #[test]
    fn televisions_and_what_stands_beside_them_are_none_of_these() {
        check(&[
            (
                format!("Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) {WEBKIT} TV Safari/537.36"),
                Some(Device::Television),
                Some("Safari"),
            ),
            (
                format!(
                    "Mozilla/5.0 (Web0S; Linux/SmartTV) {WEBKIT} Chrome/94.0 Safari/537.36 WebAppManager"
                ),
                Some(Device::Television),
                Some("Chrome"),
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 10; BRAVIA 4K VH2) {WEBKIT} Chrome/90.0 Safari/537.36"
                ),
                Some(Device::Television),
                Some("Chrome"),
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 9; AFTKA) {WEBKIT} Silk/120 like Chrome/120 Safari/537.36"
                ),
                Some(Device::Television),
                Some("Chrome"),
            ),
            (
                "Mozilla/5.0 (PlayStation 4 3.11) AppleWebKit/537.73 (KHTML, like Gecko)"
                    .to_owned(),
                Some(Device::Television),
                Some("PlayStation 4"),
            ),
            (
                "Mozilla/5.0 (PSP (PlayStation Portable); 2.00)".to_owned(),
                Some(Device::Other),
                Some("PlayStation Portable"),
            ),
            (
                "AppleTV11,1/11.1".to_owned(),
                Some(Device::Television),
                None,
            ),
            (
                "Roku/DVP-12.0 (12.0.0 build 4183-50)".to_owned(),
                Some(Device::Television),
                None,
            ),
        ]);
    }

    #[test]
    fn a_player_that_names_itself_goes_by_its_name() {
        let origin = |app: &str, country: &str| {
            Origin::of(&Client {
                device: Some(
                    "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0".into(),
                ),
                app: Some(app.into()),
                country: Some(country.into()),
                ..Client::default()
            })
        };

        let named = origin("reelgraph-web", "de");
        let nameless = origin("\u{1f600}", "XX");

        assert_eq!(named.client.as_deref(), Some("reelgraph-web"));
        assert_eq!(named.country, Country::parse("DE"));
        assert_eq!(nameless.client.as_deref(), Some("Firefox"));
        assert_eq!(nameless.country, None);
    }
}
