//! The catalogue in memory: how long reading it takes, how much room it takes, and what a list costs.
//!
//! `cargo bench --bench catalog` makes 40,000 titles with 150,000 people in an embedded store, which lies in `TMPDIR`,
//! and reads them in a process of its own; `-- TITLES PEOPLE` makes others. A title has 12 credits, three genres, two
//! external ids and two certifications; its name, an overview of 400 characters and a tagline are in eight languages.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, TimeDelta};
use reelgraph::adapters::memory::CatalogSnapshot;
use reelgraph::adapters::sqlite::{SqliteCatalog, SqliteDb};
use reelgraph::domain::catalog::{
    CatalogBatch, CatalogPart, Certification, ChangeSource, Credit, CreditRole, ExternalId, Facet,
    Locks, Person, Publication, Reception, Texts, Title, TitleFilter, TitleKind, TitleListStore,
    TitleOrder, TitleQuery, Visibility,
};
use reelgraph::domain::ids::{GenreId, PersonId, TitleId};
use reelgraph::domain::language::LanguageTag;
use reelgraph::domain::loading::CurationStore;
use reelgraph::domain::page::Window;
use reelgraph::domain::stamp::Stamp;

/// So many things are written at a time.
const BATCH: u64 = 2_000;
/// What titles are told in.
const LANGUAGES: [&str; 8] = ["de", "en", "es", "fr", "it", "ja", "pt-BR", "zh-TW"];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = arguments.iter().position(|it| it == "--read") {
        return read(Path::new(&arguments[at + 1])).await;
    }
    let numbers = arguments.iter().filter_map(|it| it.parse().ok());
    let numbers: Vec<u64> = numbers.collect();
    let (titles, people) = match numbers[..] {
        [titles, people, ..] => (titles, people),
        _ => (40_000, 150_000),
    };
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("catalog.sqlite");
    fill(&file, titles, people).await?;
    println!("{titles} titles, {people} people");
    let program = std::env::current_exe()?;
    let read = Command::new(program).arg("--read").arg(&file).status()?;
    anyhow::ensure!(read.success(), "it was not read");
    Ok(())
}

/// Reads the catalogue of a file, and asks it for lists.
async fn read(file: &Path) -> anyhow::Result<()> {
    let store = Arc::new(SqliteCatalog::new(SqliteDb::open(file)?));
    // SQLite keeps pages of its own, and the allocator what was needed for a moment: neither is the catalogue's.
    let began = Instant::now();
    for part in [CatalogPart::Titles, CatalogPart::People] {
        let mut after = Some(i64::MIN);
        while let Some(from) = after {
            (_, after) = store.part_after(part, from, 2_000).await?;
        }
    }
    println!(
        "read without keeping it in {:.2} s",
        began.elapsed().as_secs_f64()
    );
    let before = resident()?;
    let snapshot = CatalogSnapshot::new(store);
    let began = Instant::now();
    snapshot.read().await?;
    println!("read in {:.2} s", began.elapsed().as_secs_f64());
    println!("{} MB more", (resident()? - before) / 1_000_000);
    let visibility = Visibility::everything();
    let everything = TitleFilter::default();
    let all = snapshot.count_titles(&visibility, &everything).await?;
    let middle = stamp(all / 2).created_at;
    let of_genre = TitleFilter {
        genres: Some(vec![GenreId(7)]),
        ..TitleFilter::default()
    };
    let of_person = TitleFilter {
        people: Some(vec![PersonId(77)]),
        ..TitleFilter::default()
    };
    let of_a_decade = TitleFilter {
        genres_all: Some(vec![GenreId(7)]),
        decades: Some(vec![1990]),
        duration_to: Some(7_200),
        max_age: Some(16),
        ..TitleFilter::default()
    };
    for (name, filter) in [
        ("all", TitleFilter::default()),
        ("of a genre", of_genre),
        ("of a person", of_person),
        ("of a genre and a decade, short and for 16", of_a_decade),
    ] {
        let query = TitleQuery {
            filter,
            order: TitleOrder::NewestReleased,
        };
        let began = Instant::now();
        let times = 1_000;
        for _ in 0..times {
            let window = Window::first(20);
            snapshot.list_titles(&visibility, &query, &window).await?;
            snapshot.count_titles(&visibility, &query.filter).await?;
        }
        let each = began.elapsed().as_secs_f64() * 1e6 / f64::from(times);
        println!("20 titles and how many there are, {name}: {each:.0} µs");
        let times = 100;
        let began = Instant::now();
        for _ in 0..times {
            snapshot
                .count_facets(&visibility, &query.filter, &Facet::ALL, 20)
                .await?;
        }
        let each = began.elapsed().as_secs_f64() * 1e6 / f64::from(times);
        println!("seven facets, {name}: {each:.0} µs");
        let mixed = TitleQuery {
            order: TitleOrder::Random(7),
            ..query
        };
        let began = Instant::now();
        for _ in 0..times {
            let window = Window::first(20);
            snapshot.list_titles(&visibility, &mixed, &window).await?;
        }
        let each = began.elapsed().as_secs_f64() * 1e6 / f64::from(times);
        println!("20 titles, mixed, {name}: {each:.0} µs");
        let mut recent = mixed;
        recent.filter.added_since = Some(middle);
        let began = Instant::now();
        for _ in 0..times {
            snapshot.count_titles(&visibility, &recent.filter).await?;
        }
        let each = began.elapsed().as_secs_f64() * 1e6 / f64::from(times);
        println!("how many were added since half of them, {name}: {each:.0} µs");
    }
    Ok(())
}

async fn fill(file: &Path, titles: u64, people: u64) -> anyhow::Result<()> {
    let store = SqliteCatalog::new(SqliteDb::open(file)?);
    for from in (0..people).step_by(usize::try_from(BATCH)?) {
        let numbers = from..people.min(from + BATCH);
        let batch = CatalogBatch {
            people: numbers.map(person).collect(),
            ..CatalogBatch::default()
        };
        store.put(&batch).await?;
    }
    for from in (0..titles).step_by(usize::try_from(BATCH)?) {
        let numbers = from..titles.min(from + BATCH);
        let batch = CatalogBatch {
            titles: numbers.map(|number| title(number, people)).collect(),
            ..CatalogBatch::default()
        };
        store.put(&batch).await?;
    }
    Ok(())
}

fn person(number: u64) -> Person {
    Person {
        id: PersonId(number),
        slug: format!("forename-surname-{number}"),
        name: format!("Forename Surname {number}"),
        born: None,
        died: None,
        birthplace: None,
        pictures: Vec::new(),
        external_ids: vec![external("wikidata", number)],
        merge: None,
        deleted: false,
        locks: Locks::default(),
        stamp: stamp(number),
    }
}

fn title(number: u64, people: u64) -> Title {
    let credit = |order: u32| Credit {
        person: PersonId((number * 7919 + u64::from(order) * 104_729) % people.max(1)),
        role: if order == 0 {
            CreditRole::Director
        } else {
            CreditRole::Actor
        },
        character: (order > 0).then(|| format!("Character {order}")),
        order,
    };
    let certification = |system: &str, age| Certification {
        system: system.to_owned(),
        label: "PG".to_owned(),
        age,
    };
    Title {
        id: TitleId(number),
        kind: TitleKind::Film,
        publication: Publication::default(),
        slug: format!("the-name-of-a-film-{number}"),
        name: format!("The Name of a Film {number}"),
        original_name: Some(format!("Der Name eines Films {number}")),
        year: i32::try_from(1900 + number % 125).ok(),
        end_year: None,
        premiered: None,
        duration: Some(5400),
        genres: [0, 1, 2].map(|it| GenreId((number + it) % 23)).into(),
        credits: (0..12).map(credit).collect(),
        crew: Vec::new(),
        countries: vec!["US".to_owned()],
        languages: vec!["en".to_owned()],
        external_ids: vec![external("imdb", number), external("wikidata", number)],
        network: None,
        total_seasons: None,
        episode_duration: None,
        collection: None,
        certifications: vec![certification("DE", 12), certification("US", 13)],
        names: texts(&format!("The Name of a Film {number}")),
        overview: texts(&format!("What happens in film {number}. ").repeat(13)),
        tagline: texts("Somebody has to do it, and nobody wants to."),
        status: None,
        studios: Vec::new(),
        tags: Vec::new(),
        scores: Vec::new(),
        extras: Vec::new(),
        pictures: Vec::new(),
        merge: None,
        season_pictures: Vec::new(),
        watchers: 0,
        reception: Reception::default(),
        locks: Locks::default(),
        stamp: stamp(number),
    }
}

fn texts(text: &str) -> Texts {
    let texts = LANGUAGES.iter().filter_map(|language| {
        let text: Box<str> = format!("{text} ({language})").into();
        Some((LanguageTag::parse(language)?, text))
    });
    Texts::from(texts.collect::<BTreeMap<_, _>>())
}

fn external(provider: &str, number: u64) -> ExternalId {
    ExternalId {
        provider: provider.to_owned(),
        value: format!("Q{number}"),
    }
}

fn stamp(number: u64) -> Stamp {
    Stamp::first(DateTime::UNIX_EPOCH + TimeDelta::seconds(number.cast_signed()))
}

/// How many bytes of memory this process has.
fn resident() -> anyhow::Result<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages = statm.split(' ').nth(1).unwrap_or_default();
    Ok(pages.parse::<u64>()? * 4096)
}
