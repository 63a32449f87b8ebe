//! Messages as topics take them.

use serde::Serialize;

use super::topics::TopicMessage;
use crate::domain::catalog::Title;
use crate::domain::error::StoreError;
use crate::domain::recommend::exchange::{Message, of_title, of_watch};
use crate::domain::watching::WatchedTitle;

/// What profiles have watched of titles.
pub(super) fn of_watches(watched_titles: &[WatchedTitle]) -> Result<Vec<TopicMessage>, StoreError> {
    let messages = watched_titles.iter().map(|watched_title| {
        let owner = watched_title.profile.to_string();
        for_topic(of_watch(watched_title), owner)
    });
    messages.collect()
}

/// What titles are compared by.
pub(super) fn of_titles(titles: &[Title]) -> Result<Vec<TopicMessage>, StoreError> {
    let messages = titles.iter().map(|title| {
        let owner = title.id.to_string();
        for_topic(of_title(title), owner)
    });
    messages.collect()
}

/// Says that there is nothing under a key.
pub(super) fn nothing(key: String) -> TopicMessage {
    let owner = key.split(':').next().unwrap_or_default().to_owned();
    TopicMessage {
        key,
        owner,
        value: None,
    }
}

fn for_topic<V: Serialize>(message: Message<V>, owner: String) -> Result<TopicMessage, StoreError> {
    let value = message.value.as_ref().map(serde_json::to_vec).transpose();
    Ok(TopicMessage {
        key: message.key,
        owner,
        value: value.map_err(StoreError::failed)?,
    })
}
