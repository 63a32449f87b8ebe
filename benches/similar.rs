//! How long it takes to compute all `SIMILAR` edges, and how much memory: `cargo bench --bench similar`
//!
//! On made-up sites: titles are watched by Zipf's law (the n-th most watched one n^-0.8 as often as the first), viewers
//! keep to a few genres, and the lengths of their histories are log-normal. `-- TITLES WATCHES` takes another size.

use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reelgraph::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
use reelgraph::domain::recommend::Features;
use reelgraph::domain::recommend::similar::{Histories, Ridge, solve, solve_all};

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many genres there are.
const GENRES: u64 = 20;

fn main() {
    let sizes: Vec<usize> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    if let [titles, watches] = sizes[..] {
        measure(titles, watches);
    } else {
        measure(7_000, 390_000);
        measure(30_000, 20_000_000);
    }
}

fn measure(titles: usize, watches: usize) {
    let histories = site(titles, watches);
    println!(
        "{titles} titles, {} watches: {:.0} MiB before",
        histories.watches(),
        peak_mib()
    );
    let started = Instant::now();
    let solutions = solve_all(&histories, &Ridge::default());
    let edges: usize = solutions.iter().map(|one| one.incoming.len()).sum();
    println!(
        "  all: {:.1} s, {edges} weights, {:.0} MiB at the peak",
        started.elapsed().as_secs_f64(),
        peak_mib()
    );
    let some: Vec<usize> = (0..32).map(|at| at * titles / 32).collect();
    let started = Instant::now();
    let solved = solve(&histories, &Ridge::default(), &some);
    println!(
        "  {} titles anew: {:.2} s",
        solved.len(),
        started.elapsed().as_secs_f64()
    );
}

/// A made-up site; the same each time.
fn site(titles: usize, watches: usize) -> Histories {
    let mut random = StdRng::seed_from_u64(7);
    let mut histories = Histories::default();
    let mut by_genre: Vec<Vec<usize>> = vec![Vec::new(); usize::try_from(GENRES).unwrap_or(1)];
    for at in 0..titles {
        let genre = random.random_range(0..GENRES);
        by_genre[usize::try_from(genre).unwrap_or(0)].push(at);
        let person = |random: &mut StdRng| PersonId(random.random_range(0..titles as u64 / 2));
        let mut genres = vec![GenreId(genre), GenreId(random.random_range(0..GENRES))];
        genres.sort_unstable();
        genres.dedup();
        histories.put_title(Features {
            id: TitleId(at as u64 + 1),
            directors: vec![person(&mut random)],
            actors: (0..3).map(|_| person(&mut random)).collect(),
            genres,
            decade: Some(1950 + 10 * random.random_range(0..8)),
            watchers: 0,
        });
    }
    let mut left = watches;
    for profile in 0.. {
        if left == 0 {
            break;
        }
        let length = log_normal(&mut random, 4.2, 1.0).clamp(5.0, 2000.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 5 and 2000"
        )]
        let length = (length as usize).min(left);
        let favourites: Vec<usize> = (0..3)
            .map(|_| random.random_range(0..by_genre.len()))
            .collect();
        let mut seen = std::collections::HashSet::new();
        // Nobody is made to watch so much of a small site that it takes for ever to find something new.
        for _ in 0..20 * length {
            if seen.len() == length {
                break;
            }
            let titles_of = if random.random_bool(0.7) {
                &by_genre[favourites[random.random_range(0..3)]][..]
            } else {
                &[]
            };
            let at = match titles_of {
                [] => zipf(&mut random, titles),
                of => of[zipf(&mut random, of.len())],
            };
            seen.insert(at);
        }
        left -= seen.len();
        let mut seen: Vec<usize> = seen.into_iter().collect();
        seen.sort_unstable();
        let history: Vec<(TitleId, bool)> = seen
            .into_iter()
            .map(|at| (TitleId(at as u64 + 1), random.random_bool(0.5)))
            .collect();
        histories.put_profile(ProfileId(profile), history);
    }
    histories
}

/// A place among so many, the first the most often: n^-0.8, by the inverse of its integral.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "far below 2^53, and not negative"
)]
fn zipf(random: &mut StdRng, places: usize) -> usize {
    let uniform: f64 = random.random();
    let at = (places as f64) * uniform.powf(1.0 / 0.2);
    (at as usize).min(places - 1)
}

/// By the method of Box and Muller.
fn log_normal(random: &mut StdRng, mean: f64, deviation: f64) -> f64 {
    let (a, b): (f64, f64) = (random.random(), random.random());
    let normal = (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos();
    (mean + deviation * normal).exp()
}

/// The most memory that the process has had so far, where the system says so.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|peak| peak.split_whitespace().next()?.parse::<f64>().ok());
    peak.map_or(f64::NAN, |kib| kib / 1024.0)
}
