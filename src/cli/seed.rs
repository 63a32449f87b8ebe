//! The demo catalogue, compiled in: what an empty embedded store begins with, in development with an account to try it.

use std::io::{BufRead, Cursor};

use anyhow::bail;

use crate::app::App;
use crate::config::Environment;
use crate::domain::accounts::DEMO_EMAIL;
use crate::domain::catalog::{Author, RevisionSource, TitleFilter, Visibility, Writer};
use crate::domain::loading::{
    Format, LoadMode, LoadOptions, Manner, NewTitles, Problem, Source, Told, ToldSort,
};

/// A file of the folder `seed/`.
struct SeedFile {
    name: &'static str,
    text: &'static str,
}

macro_rules! seed_file {
    ($name:literal) => {
        SeedFile {
            name: concat!("seed/", $name),
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/seed/", $name)),
        }
    };
}

impl Source for SeedFile {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn format(&self) -> Format {
        Format::Lines
    }

    fn open(&self) -> std::io::Result<Box<dyn BufRead + Send + '_>> {
        Ok(Box::new(Cursor::new(self.text)))
    }
}

/// What the profile of the demo account has watched.
const OF_DEMO_ACCOUNT: SeedFile = SeedFile {
    name: "demo_watches.ndjson",
    text: include_str!("demo_watches.ndjson"),
};

/// Loads the demo site if there is no title yet, and closes the demo account where strangers come. Whether there is a
/// demo account that anybody can log in to.
pub(super) async fn prepare(app: &App, env: Environment) -> anyhow::Result<bool> {
    load_if_empty(app, env).await?;
    match env {
        Environment::Development => {
            let is_there = app.accounts.has_demo_account().await?;
            if is_there {
                tracing::info!(
                    "There is the demo account {DEMO_EMAIL}; the front page says its password"
                );
            }
            Ok(is_there)
        }
        Environment::Production => {
            if app.accounts.close_demo_account().await? {
                tracing::warn!(
                    "Everybody knows the password of the account {DEMO_EMAIL}: it is disabled, because this is production"
                );
            }
            Ok(false)
        }
    }
}

/// Loads the demo catalogue and its viewers if there is no title yet, and makes the graph of them. In development there is
/// an account with them, unless there are others.
async fn load_if_empty(app: &App, env: Environment) -> anyhow::Result<()> {
    let titles = app
        .catalog
        .count_titles(&Visibility::everything(), &TitleFilter::default())
        .await?;
    if titles > 0 {
        return Ok(());
    }
    tracing::info!("The store is empty; loading the demo catalogue");
    let mut sources: Vec<Box<dyn Source>> = vec![
        Box::new(seed_file!("films.ndjson")),
        Box::new(seed_file!("series.ndjson")),
        Box::new(seed_file!("episodes.ndjson")),
        Box::new(seed_file!("watches.ndjson")),
    ];
    // Before what it watched: that is then told of a profile that has an account.
    if env == Environment::Development && app.accounts.add_demo_account().await? {
        sources.push(Box::new(OF_DEMO_ACCOUNT));
    }
    let mut first = None;
    let mut tell = |told: &Told<'_>| {
        if told.sort == ToldSort::Refused && first.is_none() {
            let Problem { field, reason, .. } = told.problem;
            first = Some(format!("{}:{}: {field} {reason}", told.file, told.line));
        }
    };
    let options = LoadOptions {
        mode: LoadMode::Write,
        manner: Manner::Merge,
        new_titles: NewTitles::Add,
        writer: Writer::new(Author::Command, RevisionSource::Load),
    };
    let summary = app.load.load(&sources, options, &mut tell).await?;
    if let Some(first) = first {
        bail!(
            "the demo catalogue has {} records that cannot be loaded, the first: {first}",
            summary.refused
        );
    }
    app.graph.drain().await?;
    app.graph.similar_if_computed_here().await?;
    Ok(())
}
