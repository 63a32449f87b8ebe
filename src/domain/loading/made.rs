//! Records that the program made itself, loaded as those of a file are.

use std::collections::HashMap;
use std::io::{self, BufRead, Cursor};
use std::path::PathBuf;

use serde_json::Value;

use super::options::{LoadError, LoadOptions, Source, Tell};
use super::service::LoadService;
use super::source::Format;
use super::summary::LoadSummary;

/// Records that are in no file; messages name them by their place, from 1.
pub struct MadeRecords {
    /// The folder that they are made of: it stands for the file in messages, and paths in them go from it.
    root: String,
    text: String,
    guessed: HashMap<u64, Vec<&'static str>>,
}

impl MadeRecords {
    /// Each record with the fields that it only guesses.
    pub fn of<'r>(
        root: &str,
        records: impl IntoIterator<Item = (&'r Value, Vec<&'static str>)>,
    ) -> Self {
        let (lines, guessed): (Vec<String>, Vec<_>) = records
            .into_iter()
            .map(|(record, guessed)| (record.to_string(), guessed))
            .unzip();
        Self {
            root: root.to_owned(),
            text: lines.join("\n"),
            guessed: (1..).zip(guessed).collect(),
        }
    }
}

impl Source for MadeRecords {
    fn name(&self) -> String {
        self.root.clone()
    }

    fn format(&self) -> Format {
        Format::Lines
    }

    fn folder(&self) -> Option<PathBuf> {
        Some(PathBuf::from(&self.root))
    }

    fn guessed(&self) -> HashMap<u64, Vec<&'static str>> {
        self.guessed.clone()
    }

    fn open(&self) -> io::Result<Box<dyn BufRead + Send + '_>> {
        Ok(Box::new(Cursor::new(self.text.as_bytes())))
    }
}

impl LoadService {
    /// Loads records that are in no file. `tell` gets each message.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn load_made(
        &self,
        records: MadeRecords,
        options: LoadOptions,
        tell: Tell<'_>,
    ) -> Result<LoadSummary, LoadError> {
        let sources: [Box<dyn Source>; 1] = [Box::new(records)];
        self.load(&sources, options, tell).await
    }
}
