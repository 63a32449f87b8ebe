//! `reelgraph suggest` and `reelgraph similar`: every list that the API would give, as NDJSON, for measuring.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use crate::app::App;
use crate::domain::catalog::{TitleOrder, TitleQuery, Visibility};
use crate::domain::ids::TitleId;
use crate::domain::page::{MAX_PAGE, Window};
use crate::domain::recommend::{Extent, Recommendation};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// For everybody, or for every title
    #[arg(long, required = true)]
    all: bool,
    /// The length of each list
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100))]
    top: u32,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Serialize)]
struct Suggested<'a> {
    user: &'a str,
    films: Vec<&'a str>,
}

#[derive(Serialize)]
struct Similar<'a> {
    film: &'a str,
    similar: Vec<&'a str>,
}

/// For every profile that has watched something.
pub(super) async fn suggest(app: &App, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let slugs = slugs(app).await?;
    let mut out = create(arguments)?;
    let mut after = None;
    loop {
        let profiles = app.watching.profiles_after(after).await?;
        let Some(last) = profiles.last() else { break };
        after = Some(*last);
        let keys = app.accounts.profile_keys(&profiles).await?;
        for profile in &profiles {
            let best_first = app
                .recommend
                .recommendations(&Visibility::everything(), *profile, None, Extent::Page)
                .await?;
            let user = keys
                .get(profile)
                .cloned()
                .unwrap_or_else(|| profile.to_string());
            write_line(
                &mut out,
                &Suggested {
                    user: &user,
                    films: best(&best_first, &slugs, arguments.top),
                },
            )?;
        }
    }
    finish(out)
}

/// Writes the similar titles of every title, one title a line.
pub(super) async fn similar(app: &App, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let slugs = slugs(app).await?;
    let mut out = create(arguments)?;
    let mut ids: Vec<TitleId> = slugs.keys().copied().collect();
    ids.sort_unstable();
    for ids in ids.chunks(MAX_PAGE) {
        let mut titles = app.catalog.titles(&Visibility::everything(), ids).await?;
        titles.sort_by_key(|title| title.id);
        for title in titles {
            let list = app
                .recommend
                .similar(&Visibility::everything(), &title, None)
                .await?;
            write_line(
                &mut out,
                &Similar {
                    film: &title.slug,
                    similar: best(&list, &slugs, arguments.top),
                },
            )?;
        }
    }
    finish(out)
}

async fn slugs(app: &App) -> anyhow::Result<HashMap<TitleId, String>> {
    let query = TitleQuery {
        order: TitleOrder::NewestAdded,
        ..TitleQuery::default()
    };
    let mut window = Window::first(1000);
    let mut slugs = HashMap::new();
    loop {
        let page = app
            .catalog
            .list_titles(&Visibility::everything(), &query, &window)
            .await?;
        window.start = page.rows.last().map(|title| query.order.keyset(title));
        slugs.extend(page.rows.iter().map(|title| (title.id, title.slug.clone())));
        if !page.has_more {
            return Ok(slugs);
        }
    }
}

fn best<'a>(
    list: &[Recommendation],
    slugs: &'a HashMap<TitleId, String>,
    top: u32,
) -> Vec<&'a str> {
    list.iter()
        .filter_map(|found| slugs.get(&found.title))
        .take(top as usize)
        .map(String::as_str)
        .collect()
}

fn create(arguments: &Arguments) -> anyhow::Result<BufWriter<File>> {
    debug_assert!(arguments.all, "clap requires it");
    let file = File::create(&arguments.out)
        .with_context(|| format!("{} cannot be written", arguments.out.display()))?;
    Ok(BufWriter::new(file))
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    Ok(out.write_all(b"\n")?)
}

fn finish(mut out: BufWriter<File>) -> anyhow::Result<ExitCode> {
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
