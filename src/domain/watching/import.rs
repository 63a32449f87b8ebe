//! Watches that happened elsewhere, as a loaded file tells them.

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

use super::ledger::Sitting;
use super::types::WatchedItem;
use crate::domain::ids::{PlayId, ProfileId, TitleId};

/// The namespace of the names that imported sittings get (UUID version 5, RFC 9562).
const NAMESPACE: Uuid = Uuid::from_u128(0x7c0f_31b2_5a54_4d0e_9a1c_52e6_07d4_6f8b);

/// A watch that happened elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedWatch {
    /// Whose.
    pub profile: ProfileId,
    /// Of what.
    pub item: WatchedItem,
    /// The film, or the series.
    pub title: TitleId,
    /// When.
    pub at: DateTime<Utc>,
    /// How much of it, 0 to 1.
    pub completion: f64,
    /// What the viewer said of the title, if anything.
    pub liked: Option<bool>,
    /// The item's length in seconds, if known.
    pub duration: Option<f64>,
}

impl ImportedWatch {
    /// The sitting that stands for this watch: the same profile, item and time are the same sitting.
    pub fn sitting(&self) -> Sitting {
        let (kind, id) = self.item.key();
        let name = format!(
            "{} {kind} {id} {}",
            self.profile,
            self.at.to_rfc3339_opts(SecondsFormat::Millis, true)
        );
        Sitting {
            profile: self.profile,
            play: PlayId(Uuid::new_v5(&NAMESPACE, name.as_bytes())),
            item: self.item,
            title: self.title,
        }
    }
}
