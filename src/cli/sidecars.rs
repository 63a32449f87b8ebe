//! `reelgraph export --nfo`: what the catalogue has of the files of a scanned folder, as `.nfo` files beside them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use serde_json::Value;

use super::export::begin;
use super::files::shown;
use super::library::root_of;
use crate::app::App;
use crate::domain::library::{SidecarOf, SidecarsWanted, sidecar_of};
use crate::domain::loading::{Format, Problem};
use crate::domain::text;

/// The longest sidecar that is compared with what would be written, in bytes: no scan reads a longer one.
const MOST_BYTES: u64 = 1024 * 1024;

/// What becomes of a sidecar that is there and says something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// It is told of, and stays.
    Stay,
    /// It is written over.
    Go,
}

/// What a record is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Title(String),
    Episode(String, u32, u32),
}

/// Takes the records of an export, a line each, and keeps those that are wanted, as sidecars.
struct Collector {
    wanted: HashSet<Key>,
    found: HashMap<Key, String>,
    line: Vec<u8>,
}

impl Collector {
    fn take(&mut self) {
        let record: Option<Value> = serde_json::from_slice(&self.line).ok();
        self.line.clear();
        let Some(record) = record else {
            return;
        };
        let text = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
        let number = |field: &str| {
            let number = record[field].as_u64();
            number.and_then(|number| u32::try_from(number).ok())
        };
        let (key, of) = match record["kind"].as_str() {
            Some("film") => (Key::Title(text("slug")), SidecarOf::Film),
            Some("series") => (Key::Title(text("slug")), SidecarOf::Series),
            Some("episode") => {
                let (Some(season), Some(episode)) = (number("season"), number("episode")) else {
                    return;
                };
                let key = Key::Episode(text("series"), season, episode);
                (key, SidecarOf::Episode)
            }
            _ => return,
        };
        if self.wanted.contains(&key) {
            self.found.insert(key, sidecar_of(of, &record));
        }
    }
}

impl Write for Collector {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for byte in bytes {
            if *byte == b'\n' {
                self.take();
            } else {
                self.line.push(*byte);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What became of sidecars.
#[derive(Debug, Default)]
struct Tally {
    written: u64,
    same: u64,
    others: u64,
    failed: u64,
}

/// Writes sidecars into a folder that was scanned. Exit status 1: some say something else and stay, or cannot be written.
pub(super) async fn write(app: &App, folder: &Path, others: Others) -> anyhow::Result<ExitCode> {
    let root = root_of(folder)?;
    let is_there = |path: &str| Path::new(&root).join(path).is_file();
    let wanted = app.scans.sidecars_wanted(&root, is_there).await?;
    if wanted == SidecarsWanted::default() {
        bail!(
            "no file that is in {} is of anything in the catalogue: scan it with --apply first; \
             if that was done, is the disk mounted?",
            shown(folder)
        );
    }
    let root = PathBuf::from(root);
    let films = instead(&root, &wanted.films);
    let titles = films.values().chain(wanted.series.values());
    let titles = titles.map(|slug| Key::Title(slug.clone()));
    let episodes = wanted.episodes.values().flatten();
    let episodes =
        episodes.map(|(slug, season, number)| Key::Episode(slug.clone(), *season, *number));
    let mut collector = Collector {
        wanted: titles.chain(episodes).collect(),
        found: HashMap::new(),
        line: Vec::new(),
    };
    // What a load would refuse is told by an export of records.
    let mut tell = |_: &str, _: &Problem| {};
    let exported = app
        .export
        .export(Format::Lines, &mut collector, None, &mut tell);
    exported.await?;
    // The last line may have no end.
    collector.take();
    let mut tally = Tally::default();
    for (path, text) in texts(&films, &wanted, &collector.found) {
        tally.put(&root, &path, &text, others);
    }
    let Tally {
        written,
        same,
        others,
        failed,
    } = tally;
    println!(
        "{written} written, {same} as they were, {others} that say something else, {failed} that could not be written"
    );
    Ok(if others + failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Sidecars of films, with `movie.nfo` in the place of those beside the one film of a folder that has it: a scan believes
/// that before others.
fn instead(root: &Path, films: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let folder = |path: &str| {
        let folder = path.rsplit_once('/');
        folder.map_or(String::new(), |(folder, _)| folder.to_owned())
    };
    let mut slugs: HashMap<String, HashSet<&str>> = HashMap::new();
    for (path, slug) in films {
        slugs.entry(folder(path)).or_default().insert(slug);
    }
    let paths = films.iter().map(|(path, slug)| {
        let around = folder(path);
        let is_alone = slugs.get(&around).is_some_and(|slugs| slugs.len() == 1);
        let general = if around.is_empty() {
            "movie.nfo".to_owned()
        } else {
            format!("{around}/movie.nfo")
        };
        let path = if is_alone && root.join(&general).is_file() {
            general
        } else {
            path.clone()
        };
        (path, slug.clone())
    });
    paths.collect()
}

/// What is to stand at each path.
fn texts(
    films: &BTreeMap<String, String>,
    wanted: &SidecarsWanted,
    found: &HashMap<Key, String>,
) -> BTreeMap<String, String> {
    let titles = films.iter().chain(&wanted.series);
    let titles = titles.filter_map(|(path, slug)| {
        let text = found.get(&Key::Title(slug.clone()))?;
        Some((path.clone(), text.clone()))
    });
    let episodes = wanted.episodes.iter().filter_map(|(path, episodes)| {
        let each = episodes
            .iter()
            .map(|(slug, season, number)| found.get(&Key::Episode(slug.clone(), *season, *number)));
        let all = each.collect::<Option<Vec<&String>>>()?;
        let all: String = all.into_iter().map(String::as_str).collect();
        Some((path.clone(), all))
    });
    let seasons = wanted.seasons.iter().map(|(path, season)| {
        let text = format!("<season>\n  <seasonnumber>{season}</seasonnumber>\n</season>\n");
        (path.clone(), text)
    });
    titles.chain(episodes).chain(seasons).collect()
}

impl Tally {
    fn put(&mut self, root: &Path, path: &str, text: &str, others: Others) {
        match put(root, path, text, others) {
            Ok(Put::Written) => self.written += 1,
            Ok(Put::Same) => self.same += 1,
            Ok(Put::Other) => {
                let path = text::visible(path);
                eprintln!("{path}: says something else, and stays; --force writes over it");
                self.others += 1;
            }
            Err(error) => {
                eprintln!("{}: {error:#}", text::visible(path));
                self.failed += 1;
            }
        }
    }
}

enum Put {
    Written,
    Same,
    Other,
}

/// Writes a sidecar, whole or not at all, if no other lies there. None is written through a link.
fn put(root: &Path, path: &str, text: &str, others: Others) -> anyhow::Result<Put> {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n{text}");
    let place = root.join(path);
    let folder = place.parent().unwrap_or(root);
    let folder = folder.canonicalize().context("its folder cannot be read")?;
    if !folder.starts_with(root) {
        bail!("leads out of the folder, and nothing is written there");
    }
    match fs::symlink_metadata(&place) {
        Ok(about) if !about.is_file() => bail!("is no file, and nothing is written in its place"),
        Ok(about) => {
            let is_same = about.len() <= MOST_BYTES && fs::read(&place)? == text.as_bytes();
            if is_same {
                return Ok(Put::Same);
            }
            if others == Others::Stay {
                return Ok(Put::Other);
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error).context("cannot be looked at"),
    }
    let mut file = begin(&folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    match others {
        Others::Stay => file.persist_noclobber(&place)?,
        Others::Go => file.persist(&place)?,
    };
    Ok(Put::Written)
}
