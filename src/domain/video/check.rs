//! Asking other sites whether the videos are still there that items are played from.

use async_trait::async_trait;

use super::error::VideoError;
use super::host_video::HostVideo;
use super::service::VideoService;
use super::sources::VideoSources;
use crate::domain::catalog::Visibility;
use crate::domain::watching::WatchedItem;

/// How many items are read at a time.
const AT_ONCE: usize = 100;

/// What a host says of a video that may be shown on other sites.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HostAnswer {
    /// What it is called there.
    pub title: Option<String>,
    /// How long it is, in seconds.
    pub duration: Option<f64>,
    /// The address of a picture of it.
    pub thumbnail: Option<String>,
}

/// Why a video cannot be shown, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostTrouble {
    #[error("gone")]
    Gone,
    /// It is private, or may not be shown on other sites, or not on this one.
    #[error("not to be shown here")]
    Closed,
    /// Nothing is known of it: the host did not answer as hosts do.
    #[error("no answer: {0}")]
    Unanswered(String),
}

/// Asks hosts what they know of a video, by oEmbed.
#[async_trait]
pub trait VideoHosts: Send + Sync {
    /// What its host says of a video. It is asked for some seconds, and no other site is.
    async fn ask(&self, video: &HostVideo) -> Result<HostAnswer, HostTrouble>;
}

/// A video that an item is played from, and what its host says.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedVideo {
    /// The slug of the film, or that of the series with season and number; the key of what is not there any more.
    pub item: String,
    pub video: HostVideo,
    pub found: Result<HostAnswer, HostTrouble>,
}

impl VideoService {
    /// Asks for each video of each item, one after the other, and tells of each.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn check_videos(
        &self,
        hosts: &dyn VideoHosts,
        mut tell: impl FnMut(CheckedVideo) + Send,
    ) -> Result<(), VideoError> {
        let mut after = None;
        loop {
            let page = self.sources_after(after, AT_ONCE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.item);
            for VideoSources { item, videos, .. } in page {
                let name = self.name(item).await?;
                for video in videos {
                    let found = hosts.ask(&video).await;
                    tell(CheckedVideo {
                        item: name.clone(),
                        video,
                        found,
                    });
                }
            }
        }
    }

    /// What an item is called in lists of commands.
    async fn name(&self, item: WatchedItem) -> Result<String, VideoError> {
        let (everything, catalog) = (Visibility::everything(), self.catalog());
        let (title, place) = match item {
            WatchedItem::Film(id) | WatchedItem::Series(id) => (Some(id), String::new()),
            WatchedItem::Episode(id) => {
                let episode = catalog.episodes(&everything, &[id]).await?.pop();
                match episode {
                    Some(episode) => {
                        let place = format!(" S{} E{}", episode.season, episode.number);
                        (Some(episode.series), place)
                    }
                    None => (None, String::new()),
                }
            }
        };
        let title = match title {
            Some(id) => catalog.titles(&everything, &[id]).await?.pop(),
            None => None,
        };
        Ok(title.map_or_else(
            || super::sources::key_of(item),
            |title| format!("{}{place}", title.slug),
        ))
    }
}
