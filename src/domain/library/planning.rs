//! The records that are made of what sidecars, pictures and names say, and the titles that they are of.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::artwork::is_of_collection;
use super::elements::{Root, read_whole};
use super::facts::{Fields, episode_fields, title_fields};
use super::folder::LibraryFolder;
use super::groups::{Group, Piece};
use super::guess::{Certainty, Item, TakenFor};
use super::matching::Matcher;
use super::nfo::{MOST_BYTES, SaidOf};
use super::places::{file_name, parent, stem};
use crate::domain::catalog::{PictureKind, Title, TitleKind, TitleState};
use crate::domain::text;

/// How many pictures a title, a season or an episode may have.
const MOST_PICTURES: usize = 20;
/// How many seasons a record may name.
const MOST_SEASONS: usize = 200;
/// So many keys are tried for a new title before it is left out.
const MOST_KEYS: u32 = 5;

/// A record, and the file that it is chiefly made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Planned {
    pub(super) path: String,
    /// The folders of all files that it is made of.
    pub(super) folders: BTreeSet<String>,
    pub(super) record: Value,
    /// The fields that no sidecar tells, but the name of a file alone.
    pub(super) guessed: Vec<&'static str>,
}

/// What is to be brought into the catalogue.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Films and series, each once, and collections.
    pub(super) titles: Vec<Planned>,
    /// Episodes, whose series come before them.
    pub(super) episodes: Vec<Planned>,
    /// Folders with something of which nothing is known for sure, to be looked into again.
    pub(super) open: BTreeSet<String>,
    /// What is left out, by a file of it, and why, as the rest of a sentence.
    pub(super) left_out: Vec<(String, &'static str)>,
}

/// Which title a group is of.
pub(super) enum Target {
    /// One of the catalogue.
    Known(Arc<Title>),
    /// None so far; it is made, in this state.
    New(TitleState),
}

/// Makes plans, one group after the other.
pub(super) struct Planner<'p> {
    pub(super) folder: &'p dyn LibraryFolder,
    pub(super) matcher: &'p Matcher,
    /// Paths of files that a curator decided: nothing is made of their names.
    pub(super) decided: &'p HashSet<String>,
    /// Keys that are taken, of those that new titles may have.
    pub(super) taken: HashSet<String>,
    /// The keys of titles that are planned.
    pub(super) told: HashSet<String>,
    /// The keys of the names of collections that are planned.
    pub(super) told_collections: HashSet<String>,
    pub(super) plan: Plan,
}

/// The keys that a new title may have, the likeliest first.
pub(super) fn keys_of(group: &Group) -> Vec<String> {
    let base = text::slug(&group.named.name);
    let Some(year) = group.named.year.filter(|_| !base.is_empty()) else {
        return Vec::new();
    };
    let first = format!("{base}-{year}");
    let others = (2..=MOST_KEYS).map(|number| format!("{base}-{year}-{number}"));
    let mut keys = vec![first];
    keys.extend(others);
    keys
}

impl Planner<'_> {
    /// Leaves a group out, and looks at it again the next time.
    pub(super) fn leave_out(&mut self, group: &Group, why: &'static str) {
        let folders = group.pieces.iter();
        let folders = folders.map(|piece| parent(&piece.entry.path).to_owned());
        self.plan.open.extend(folders);
        self.plan.left_out.push((group.path().to_owned(), why));
    }

    /// Plans the records of a group.
    pub(super) fn add(&mut self, group: &Group, target: &Target) {
        let (slug, known) = match target {
            Target::Known(title) => (title.slug.clone(), Some(title)),
            Target::New(_) => {
                let keys = keys_of(group);
                let Some(key) = keys.into_iter().find(|key| !self.taken.contains(key)) else {
                    self.leave_out(group, "has no name and year that a key can be made of");
                    return;
                };
                self.taken.insert(key.clone());
                (key, None)
            }
        };
        if !self.told.insert(slug.clone()) {
            self.leave_out(
                group,
                "is of a title of which files of another name tell already",
            );
            return;
        }
        let mut fields = self.title_of(group);
        let guessed = match target {
            Target::Known(_) => Vec::new(),
            Target::New(_) => missing(&fields, &["title", "year", "ids"]),
        };
        let says_title = !fields.is_empty();
        let is_of_title =
            |piece: &Piece| matches!(piece.guess.item, Some(Item::Film(_) | Item::Series(_)));
        let pictures = pictures(group, |piece| is_of_title(piece) && !is_of_set(piece));
        let seasons = seasons(group);
        self.add_collection(group, fields.get("collection"));
        let says_anything = says_title || !pictures.is_empty() || !seasons.is_empty();
        if known.is_none() || says_anything {
            let kind = match group.kind {
                TitleKind::Film => "film",
                TitleKind::Series => "series",
            };
            fields.insert("kind".to_owned(), kind.into());
            fields.insert("slug".to_owned(), slug.as_str().into());
            let name = known.map_or(&group.named.name, |title| &title.name);
            fields
                .entry("title")
                .or_insert_with(|| name.as_str().into());
            if let Target::New(state) = target {
                say_of_new(&mut fields, group, *state);
            }
            if !pictures.is_empty() {
                fields.insert("pictures".to_owned(), pictures.into());
            }
            if !seasons.is_empty() {
                fields.insert("seasons".to_owned(), seasons.into());
            }
            let pieces = group.pieces.iter();
            let of_title =
                pieces.filter(|piece| !matches!(piece.guess.item, Some(Item::Episodes(_))));
            let folders = of_title.map(|piece| parent(&piece.entry.path).to_owned());
            self.plan.titles.push(Planned {
                path: group.path().to_owned(),
                folders: folders.collect(),
                record: Value::Object(fields),
                guessed,
            });
        }
        if group.kind == TitleKind::Series {
            self.add_episodes(group, &slug, known);
        }
    }

    /// Plans the pictures of the collection that the sidecar of a film names, where they lie beside the film.
    fn add_collection(&mut self, group: &Group, named: Option<&Value>) {
        let pieces = || group.pieces.iter().filter(|piece| is_of_set(piece));
        let Some(first) = pieces().next() else {
            return;
        };
        let path = first.entry.path.clone();
        let Some(name) = named.and_then(Value::as_str) else {
            let why = "is a picture of a collection, and no sidecar of its film names one";
            self.plan.left_out.push((path, why));
            return;
        };
        let pictures = pictures(group, is_of_set);
        // Another film of the collection may have them beside it as well.
        if pictures.is_empty() || !self.told_collections.insert(text::slug(name)) {
            return;
        }
        let folders = pieces().map(|piece| parent(&piece.entry.path).to_owned());
        self.plan.titles.push(Planned {
            path,
            folders: folders.collect(),
            record: json!({ "kind": "collection", "name": name, "pictures": pictures }),
            guessed: Vec::new(),
        });
    }

    /// What the sidecar of a film or series says, one of its folder before one of a video.
    fn title_of(&mut self, group: &Group) -> Fields {
        let of = match group.kind {
            TitleKind::Film => SaidOf::Film,
            TitleKind::Series => SaidOf::Series,
        };
        let is_meant =
            |piece: &&Piece| matches!(piece.guess.item, Some(Item::Film(_) | Item::Series(_)));
        let mut sidecars: Vec<&Piece> = group.sidecars().filter(is_meant).collect();
        sidecars.sort_by_cached_key(|piece| {
            let name = file_name(&piece.entry.path).to_lowercase();
            !matches!(name.as_str(), "movie.nfo" | "tvshow.nfo")
        });
        for sidecar in sidecars {
            let roots = self.roots(sidecar);
            if let Some(root) = roots.iter().find(|root| root.of == of) {
                return title_fields(root);
            }
        }
        Fields::new()
    }

    /// The roots of a sidecar, none if it cannot be read now; then its folder is looked into again.
    fn roots(&mut self, sidecar: &Piece) -> Vec<Root> {
        let read = self.folder.read(&sidecar.entry, 0, MOST_BYTES + 1);
        let roots = read
            .map_err(|_| ())
            .and_then(|bytes| read_whole(&bytes).map_err(|_| ()));
        roots.unwrap_or_else(|()| {
            let path = &sidecar.entry.path;
            self.plan.open.insert(parent(path).to_owned());
            let why = "cannot be read now, or has changed while it was looked at";
            self.plan.left_out.push((path.clone(), why));
            Vec::new()
        })
    }

    /// Plans the episodes that videos of a series are: what their sidecars say, their stills, and those that the catalogue
    /// has not, by their numbers alone.
    fn add_episodes(&mut self, group: &Group, slug: &str, known: Option<&Arc<Title>>) {
        let mut beside: HashMap<&str, Vec<&Piece>> = HashMap::new();
        for piece in &group.pieces {
            if let Some(of) = &piece.guess.belongs_to
                && piece.guess.taken_for != TakenFor::Video
            {
                beside.entry(of).or_default().push(piece);
            }
        }
        let mut planned: BTreeMap<(u32, u32), Planned> = BTreeMap::new();
        for video in group.videos() {
            let path = &video.entry.path;
            let Some(Item::Episodes(episodes)) = &video.guess.item else {
                continue;
            };
            let Some(season) = episodes.season.filter(|_| !self.decided.contains(path)) else {
                continue;
            };
            let beside = beside.remove(path.as_str()).unwrap_or_default();
            let mut sidecars = beside
                .iter()
                .filter(|piece| piece.guess.taken_for == TakenFor::Sidecar);
            let sidecar = sidecars.next().copied();
            let roots = sidecar.map_or_else(Vec::new, |sidecar| self.roots(sidecar));
            let stills = paths_of(beside.iter().copied(), PictureKind::Still);
            for (place, number) in episodes.numbers.iter().enumerate() {
                let is_known =
                    known.is_some_and(|title| self.matcher.has_episode(title.id, season, *number));
                let root = root_of(&roots, *number, place);
                let mut fields = root.map(episode_fields).unwrap_or_default();
                if place == 0 && !stills.is_empty() {
                    fields.insert("still".to_owned(), stills.clone().into());
                }
                let is_sure = video.guess.certainty > Certainty::Unsure;
                if fields.is_empty() && (is_known || !is_sure) {
                    continue;
                }
                let mut guessed = Vec::new();
                if root.is_none()
                    && !is_known
                    && let (Some(title), 1) = (&episodes.title, episodes.numbers.len())
                {
                    fields.insert("title".to_owned(), title.as_str().into());
                    guessed.push("title");
                }
                fields.insert("kind".to_owned(), "episode".into());
                fields.insert("series".to_owned(), slug.into());
                fields.insert("season".to_owned(), season.into());
                fields.insert("episode".to_owned(), (*number).into());
                let of = root
                    .and(sidecar)
                    .map_or(path, |sidecar| &sidecar.entry.path);
                let new = Planned {
                    path: of.clone(),
                    folders: BTreeSet::from([parent(path).to_owned()]),
                    record: Value::Object(fields),
                    guessed,
                };
                let before = planned.remove(&(season, *number));
                planned.insert((season, *number), fuller(before, new));
            }
        }
        self.plan.episodes.extend(planned.into_values());
    }
}

/// Whether it is a picture of the collection of the film that it lies beside.
fn is_of_set(piece: &Piece) -> bool {
    let is_picture = matches!(piece.guess.taken_for, TakenFor::Picture(_));
    let is_beside_film = matches!(piece.guess.item, Some(Item::Film(_)));
    is_picture && is_beside_film && is_of_collection(stem(&piece.entry.path))
}

/// Those of these fields that are not said.
fn missing(said: &Fields, fields: &[&'static str]) -> Vec<&'static str> {
    let fields = fields.iter().copied();
    fields.filter(|field| !said.contains_key(*field)).collect()
}

/// Of two files of one episode the one that says more is believed.
fn fuller(before: Option<Planned>, new: Planned) -> Planned {
    let Some(before) = before else {
        return new;
    };
    let says = |planned: &Planned| planned.record.as_object().map_or(0, Map::len);
    let (mut best, other) = if says(&before) >= says(&new) {
        (before, new)
    } else {
        (new, before)
    };
    best.folders.extend(other.folders);
    best
}

/// What is said of a new title beside what its sidecar says.
fn say_of_new(fields: &mut Fields, group: &Group, state: TitleState) {
    let named = &group.named;
    if let Some(year) = named.year {
        fields.entry("year").or_insert_with(|| year.into());
    }
    if !named.external_ids.is_empty()
        && let Value::Object(ids) = fields.entry("ids").or_insert_with(|| json!({}))
    {
        for id in &named.external_ids {
            let value = || Value::from(id.value.as_str());
            ids.entry(id.provider.clone()).or_insert_with(value);
        }
    }
    let state = match state {
        TitleState::Draft => "draft",
        TitleState::Published => "published",
        TitleState::Hidden => "hidden",
    };
    fields.insert("state".to_owned(), state.into());
}

/// The root of a sidecar that is of an episode: by its number, or the one in its place that says none.
fn root_of(roots: &[Root], number: u32, place: usize) -> Option<&Root> {
    let is_episode = |root: &&Root| root.of == SaidOf::Episode;
    let mut of_number = roots.iter().filter(is_episode);
    let by_number = of_number.find(|root| root.episode == Some(number));
    by_number.or_else(|| {
        let root = roots.get(place).filter(is_episode)?;
        root.episode.is_none().then_some(root)
    })
}

/// Paths of pictures of a kind from the root of the library, in their order. What no record can name is left out.
fn paths_of<'g>(pieces: impl Iterator<Item = &'g Piece>, kind: PictureKind) -> Vec<String> {
    let of_kind = pieces.filter(|piece| piece.guess.taken_for == TakenFor::Picture(kind));
    let can_be_named =
        |piece: &&Piece| piece.entry.is_utf8 && !piece.entry.path.contains(['\\', '\0']);
    let paths = of_kind.filter(can_be_named);
    // So nothing that a name begins with is taken for an address.
    let paths = paths.map(|piece| format!("./{}", piece.entry.path));
    let mut paths: Vec<String> = paths.collect();
    paths.sort();
    paths.truncate(MOST_PICTURES);
    paths
}

/// The pictures of what is meant, by kind.
fn pictures(group: &Group, is_meant: impl Fn(&Piece) -> bool) -> Fields {
    let meant: Vec<&Piece> = group
        .pieces
        .iter()
        .filter(|piece| is_meant(piece))
        .collect();
    let (mut fields, mut room) = (Fields::new(), MOST_PICTURES);
    for kind in [
        PictureKind::Poster,
        PictureKind::Backdrop,
        PictureKind::Logo,
        PictureKind::Banner,
        PictureKind::Thumb,
    ] {
        let mut paths = paths_of(meant.iter().copied(), kind);
        paths.truncate(room);
        room -= paths.len();
        if !paths.is_empty() {
            fields.insert(kind.as_str().to_owned(), paths.into());
        }
    }
    fields
}

/// The pictures of seasons, as a record of their series names them.
fn seasons(group: &Group) -> Vec<Value> {
    let numbers = group
        .pieces
        .iter()
        .filter_map(|piece| match &piece.guess.item {
            Some(Item::Season { season, .. }) => Some(*season),
            _ => None,
        });
    let numbers: BTreeSet<u32> = numbers.collect();
    let seasons = numbers.into_iter().filter_map(|number| {
        let pictures = pictures(
            group,
            |piece| matches!(&piece.guess.item, Some(Item::Season { season, .. }) if *season == number),
        );
        (!pictures.is_empty()).then(|| json!({ "number": number, "pictures": pictures }))
    });
    seasons.take(MOST_SEASONS).collect()
}
