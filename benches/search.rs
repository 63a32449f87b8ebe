//! What a search costs: `cargo bench --bench search`
//!
//! Makes 50,000 titles with 250,000 people, whose names are of the words of the demo site's and of made ones, puts them
//! into the index, and asks it what people type, one after the other: microseconds a search, of the first ten titles; and
//! then for suggestions with each key, and for people of one letter, of whom there are very many. `-- TITLES` makes
//! others.

use std::sync::Arc;
use std::time::Instant;

use chrono::DateTime;
use reelgraph::adapters::search::WordSearch;
use reelgraph::domain::catalog::{
    Change, Changed, Credit, CreditRole, Locks, NamesOfTitles, Publication, Reception, Texts,
    Title, TitleKind, TitleSearch, Wanted,
};
use reelgraph::domain::ids::{PersonId, TitleId};
use reelgraph::domain::stamp::Stamp;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// So many titles are put in at a time.
const BATCH: usize = 2_000;
/// How often each is asked.
const TIMES: u32 = 200;
/// As many as a page of ten needs.
const LIMIT: usize = 11;

/// What is typed, by sort.
const QUERIES: &[(&str, &[&str])] = &[
    (
        "a whole name",
        &["the dark river", "heat dupolel", "winter of the king"],
    ),
    (
        "being typed",
        &["t", "th", "the d", "dar", "wint", "king of the ri"],
    ),
    (
        "with typing errors",
        &["the drak rivr", "wintr of the kng", "codulxin"],
    ),
    ("joined and split", &["darkriver", "win ter king"]),
    ("number and year", &["dark river two", "dark river 1995"]),
    (
        "a person",
        &["michael tonbalinsen", "tonbalinsen", "anna", "mary elmarb"],
    ),
    (
        "title and person",
        &["dark river michael", "michael tonbalinsen mary elmarbami"],
    ),
    (
        "around a name",
        &["watch dark river online", "movies with mary elmarbami"],
    ),
    ("nothing", &["zzzzqqqq", "xylophonic brontosaurus quarrels"]),
    ("filler words", &["the", "of the", "a"]),
];
/// What is typed into a search box.
const TYPED: &[&str] = &[
    "the dark river",
    "winter of the king",
    "michael tonbalinsen",
    "wintr kign",
];
/// As many as a search box shows.
const SUGGESTIONS: usize = 8;

const WORDS: &[&str] = &[
    "dark", "river", "winter", "king", "night", "love", "city", "last", "day", "heart", "blood",
    "house", "man", "woman", "star", "fire", "water", "lost", "secret", "summer", "ghost", "heat",
    "road", "dream", "wild", "stone", "moon", "sun", "red", "black",
];
const FORENAMES: &[&str] = &[
    "anna", "john", "maria", "robert", "james", "mary", "michael", "linda", "david", "susan",
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut numbers = std::env::args().filter_map(|it| it.parse().ok());
    let titles: u64 = numbers.next_back().unwrap_or(50_000);
    let people = titles * 5;
    let index = WordSearch::default();
    let changes: Vec<Change> = (0..titles).map(|number| title(number, people)).collect();
    let names = NamesOfTitles {
        people: (0..people).map(|it| (PersonId(it), person(it))).collect(),
        ..NamesOfTitles::default()
    };
    let before = resident()?;
    let began = Instant::now();
    index.apply(&[], &names).await?;
    for batch in changes.chunks(BATCH) {
        index.apply(batch, &NamesOfTitles::default()).await?;
    }
    println!(
        "{titles} titles and {people} people in {:.2} s, {} MB",
        began.elapsed().as_secs_f64(),
        resident()?.saturating_sub(before) / 1_000_000
    );
    let began = Instant::now();
    for change in changes.iter().take(1_000) {
        index
            .apply(std::slice::from_ref(change), &NamesOfTitles::default())
            .await?;
    }
    println!(
        "a title written anew: {:.0} µs",
        began.elapsed().as_secs_f64() * 1e3
    );
    let wanted: Wanted = Arc::new(|_| true);
    println!("{:24} {:>8} {:>8}", "µs", "mean", "worst");
    for (sort, queries) in QUERIES {
        let (mut sum, mut worst) = (0.0, 0.0_f64);
        for query in *queries {
            let began = Instant::now();
            for _ in 0..TIMES {
                index
                    .search_titles(query, Arc::clone(&wanted), LIMIT)
                    .await?;
            }
            let each = began.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES);
            sum += each;
            worst = worst.max(each);
        }
        #[expect(clippy::cast_precision_loss, reason = "there are a few")]
        let mean = sum / queries.len() as f64;
        println!("{sort:24} {mean:8.1} {worst:8.1}");
    }
    suggest(&index, &wanted).await
}

/// Asks for suggestions with each key, and for the people whose names begin with a letter.
async fn suggest(index: &WordSearch, wanted: &Wanted) -> anyhow::Result<()> {
    let keys = TYPED.iter().copied().flat_map(|typed| {
        let ends = typed.char_indices().map(|(at, c)| at + c.len_utf8());
        ends.map(move |end| &typed[..end])
    });
    let mut times = Vec::new();
    for so_far in keys {
        let began = Instant::now();
        for _ in 0..TIMES {
            index
                .suggest(so_far, Arc::clone(wanted), SUGGESTIONS)
                .await?;
        }
        times.push(began.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES));
    }
    print("suggestions, by key", &times);
    let mut times = Vec::new();
    for letter in ["m", "j", "a", "r"] {
        let began = Instant::now();
        for _ in 0..TIMES {
            index
                .search_people(letter, Arc::clone(wanted), LIMIT)
                .await?;
        }
        times.push(began.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES));
    }
    print("people of a letter", &times);
    Ok(())
}

fn print(sort: &str, times: &[f64]) {
    #[expect(clippy::cast_precision_loss, reason = "there are a few")]
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    let worst = times.iter().copied().fold(0.0, f64::max);
    println!("{sort:24} {mean:8.1} {worst:8.1}");
}

/// A name of two to four words, some with an article, some with a made word that few have.
fn title(number: u64, people: u64) -> Change {
    let word = |nth: u64| {
        let place = mixed(number * 7 + nth) % WORDS.len() as u64;
        WORDS[usize::try_from(place).unwrap_or_default()]
    };
    let name = match number % 6 {
        0 => format!("The {} {}", word(0), word(1)),
        1 => format!("{} of the {}", word(0), word(1)),
        2 => format!("{} {}", word(0), made(number % 9_000)),
        3 => format!("{} {} {}", word(0), word(1), number % 5 + 1),
        4 => format!("A {} for {}", word(0), made(number % 9_000)),
        _ => format!(
            "{} and the {} of {}",
            made(number % 9_000),
            word(0),
            word(1)
        ),
    };
    let credit = |order: u32| Credit {
        person: PersonId(mixed(number * 31 + u64::from(order)) % people.max(1)),
        role: if order == 0 {
            CreditRole::Director
        } else {
            CreditRole::Actor
        },
        character: None,
        order,
    };
    let title = Title {
        id: TitleId(number),
        kind: TitleKind::Film,
        publication: Publication::default(),
        slug: format!("film-{number}"),
        name,
        original_name: None,
        year: i32::try_from(1900 + number % 125).ok(),
        end_year: None,
        premiered: None,
        duration: None,
        genres: Vec::new(),
        credits: (0..12).map(credit).collect(),
        crew: Vec::new(),
        countries: Vec::new(),
        languages: Vec::new(),
        external_ids: Vec::new(),
        network: None,
        total_seasons: None,
        episode_duration: None,
        collection: None,
        certifications: Vec::new(),
        names: Texts::default(),
        overview: Texts::default(),
        tagline: Texts::default(),
        status: None,
        studios: Vec::new(),
        tags: Vec::new(),
        scores: Vec::new(),
        extras: Vec::new(),
        pictures: Vec::new(),
        merge: None,
        season_pictures: Vec::new(),
        watchers: mixed(number) % 1_000,
        reception: Reception::default(),
        locks: Locks::default(),
        stamp: Stamp::first(DateTime::UNIX_EPOCH),
    };
    Change {
        sequence: number,
        changed: Changed::Title(title),
    }
}

fn person(number: u64) -> String {
    let forename = FORENAMES[usize::try_from(mixed(number) % 10).unwrap_or_default()];
    format!("{forename} {}", made(number % 40_000))
}

/// A word of some syllables.
fn made(number: u64) -> String {
    const SYLLABLES: [&str; 16] = [
        "ba", "ri", "ton", "el", "mar", "co", "sen", "du", "lin", "gra", "vo", "ther", "ka", "mi",
        "pol", "est",
    ];
    let mut rest = mixed(number);
    let mut word = String::new();
    for _ in 0..3 + number % 2 {
        word += SYLLABLES[usize::try_from(rest % 16).unwrap_or_default()];
        rest /= 16;
    }
    word
}

/// A number that looks as if drawn (the finaliser of `MurmurHash3`).
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let number = (number ^ (number >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    number ^ (number >> 33)
}

/// How many bytes of memory this process has.
fn resident() -> anyhow::Result<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages = statm.split(' ').nth(1).unwrap_or_default();
    Ok(pages.parse::<u64>()? * 4096)
}
