//! Makes the demo viewers of `seed/watches.ndjson`: some four hundred people with tastes, and what they watched.
//!
//! `cargo run --example seed_viewers` reads the catalogue in `seed/` and writes the file anew. The viewers are
//! invented, nobody's history is in it. The same catalogue and the same tables give the same bytes on every machine:
//! chance comes from a seeded generator of our own, and chances are only ever added, multiplied and compared.
//!
//! How tastes work:
//!
//! 1. A title is a set of *traits* (`catalogue.rs`): genres, director, cast, language, country, decade, its own slug.
//! 2. A *taste* (`tastes.rs`) says by which factor a trait makes a title more or less likely: for `crime`, `Crime` is
//!    ×6, `by Michael Mann` ×6 again. A title's appeal is the product over its traits, times its fame (`fame.rs`).
//! 3. A viewer (`viewer.rs`) mixes one to three tastes and a small share of plain fame, then goes through the evenings
//!    one by one. A film that was liked leads to others by its director or in its language, and to its next part;
//!    series are watched in order, a few episodes an evening; what does not fit the viewer is more often dropped and
//!    disliked; favourites are now and then watched again.
//!
//! Viewers join all the time and stay, so watches become denser towards the end. [`fame::UNWATCHED`] are the films
//! that nobody watches, on purpose.

mod catalogue;
mod fame;
mod rng;
mod tastes;
mod viewer;
mod world;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use catalogue::Catalogue;
use rng::Rng;
use tastes::TASTES;
use viewer::Viewer;
use world::World;

/// How many viewers there are.
const VIEWERS: u32 = 400;

/// Another seed makes other viewers with the same tastes. With this one, what is watched together comes close to the
/// average over many seeds, so that chance shows little in what is suggested.
const SEED: u64 = 1966_0000;

fn main() -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seed");
    let world = World::new(Catalogue::read(&folder)?)?;

    let mut lines = String::new();
    for number in 1..=VIEWERS {
        let taste = turn(number);
        let key = format!("{}-{number:03}", TASTES[taste].name);
        // A generator each, so that a change to one viewer leaves the others as they are.
        let rng = Rng::new(SEED + u64::from(number));
        for watch in Viewer::new(&key, taste, &world, rng).watch()? {
            writeln!(lines, "{}", serde_json::to_string(&watch)?)?;
        }
    }

    let file = folder.join("watches.ndjson");
    fs::write(&file, &lines).with_context(|| format!("cannot write {}", file.display()))?;
    println!("{} watches by {VIEWERS} viewers", lines.lines().count());
    Ok(())
}

/// The main taste of the viewer with this number: each taste in turn, as often as its share says.
fn turn(number: u32) -> usize {
    let round: u32 = TASTES.iter().map(|taste| taste.share).sum();
    // A step that is prime to the round visits every place in it once, in mixed order.
    let mut place = number * 37 % round;
    for (index, taste) in TASTES.iter().enumerate() {
        if place < taste.share {
            return index;
        }
        place -= taste.share;
    }
    0
}
