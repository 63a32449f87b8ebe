//! The demo site as tests have it: with all of its viewers, or with so few that it costs little to read all of them.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

/// How much of the demo site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demo {
    Whole,
    /// The whole catalogue, and a tenth of the viewers.
    FewViewers,
}

/// How many viewers are few.
const FEW: usize = 40;

impl Demo {
    /// The command that loads it; what fewer viewers watched is written into this folder.
    pub(crate) fn load(self, folder: &Path) -> Vec<String> {
        let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("seed");
        let load = "load".to_owned();
        if self == Self::Whole {
            return vec![load, text(&seed)];
        }
        let watches = std::fs::read_to_string(seed.join("watches.ndjson")).unwrap();
        let of_few = folder.join("watches.ndjson");
        std::fs::write(&of_few, of_the_first_viewers(&watches)).unwrap();
        // In the order in which they name each other.
        let catalogue =
            ["films.ndjson", "series.ndjson", "episodes.ndjson"].map(|name| seed.join(name));
        let records = catalogue.iter().chain([&of_few]).map(|path| text(path));
        [load].into_iter().chain(records).collect()
    }
}

/// What the first viewers of these watched.
fn of_the_first_viewers(watches: &str) -> String {
    let (mut viewers, mut kept) = (BTreeSet::new(), String::new());
    for line in watches.lines() {
        let watch: Value = serde_json::from_str(line).unwrap();
        let viewer = watch["viewer"].as_str().unwrap().to_owned();
        if viewers.len() < FEW || viewers.contains(&viewer) {
            viewers.insert(viewer);
            kept.push_str(line);
            kept.push('\n');
        }
    }
    assert_eq!(viewers.len(), FEW);
    kept
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
