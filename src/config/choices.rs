//! What settings choose between.

use clap::ValueEnum;
use serde::Deserialize;

use crate::domain::commenting::CommentPolicy;

/// Whether viewers may write comments of titles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Comments {
    /// There are no comments on the site.
    #[default]
    Off,
    /// What is written is shown at once.
    Open,
    /// What is written waits until a moderator lets it in.
    Held,
}

impl From<Comments> for CommentPolicy {
    fn from(comments: Comments) -> Self {
        match comments {
            Comments::Off => Self::Off,
            Comments::Open => Self::Open,
            Comments::Held => Self::Held,
        }
    }
}

/// Where `SIMILAR` edges come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SimilarEdges {
    /// The program computes them from what is watched, again and again.
    #[default]
    Compute,
    /// They are computed elsewhere and come by `graph import`.
    Import,
}

/// Which addresses of pictures are read from the web.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureUrls {
    /// None: whoever loads passes them over.
    Off,
    /// Those of `https` on the public internet.
    #[default]
    Public,
    /// Any, on one's own network and by plain `http` too.
    Any,
}

/// Who may upload files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UploadsBy {
    /// Who keeps the catalogue.
    #[default]
    Curators,
    /// Whoever has an account, but for children.
    Accounts,
}

/// Where the program runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// On a developer's machine: an IDE at `/graphql`, cookies also without TLS.
    #[default]
    Development,
    /// For the public: servers, secrets from outside, and strict cookies.
    Production,
}

/// Whether browsers get the IDE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ide {
    /// At the address of the API.
    Served,
    /// As if there were none.
    Off,
}

/// What becomes of scans of libraries that are not told what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scans {
    /// What they see is told.
    Told,
    /// It is written down, too.
    Recorded,
}

/// What becomes of titles by scans that are not told what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TitlesOfScans {
    /// Nothing becomes of them.
    Untouched,
    /// What sidecars and pictures say is brought into the catalogue.
    Brought,
}

impl TitlesOfScans {
    /// As the setting has it.
    pub(super) fn of(scan_titles: Option<bool>) -> Self {
        if scan_titles.unwrap_or_default() {
            Self::Brought
        } else {
            Self::Untouched
        }
    }
}

impl Scans {
    /// As the setting has it.
    pub(super) fn of(scan_apply: Option<bool>) -> Self {
        if scan_apply.unwrap_or_default() {
            Self::Recorded
        } else {
            Self::Told
        }
    }
}
