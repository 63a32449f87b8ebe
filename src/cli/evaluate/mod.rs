//! `reelgraph evaluate`: how good the suggestions are, measured on watches that were held out.

mod rows;
mod split;
mod table;
mod watches;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, ValueEnum};

use crate::app::App;
use crate::config::Config;
use crate::domain::recommend::evaluate::{Evaluation, Relevant, Split};

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub(super) struct Arguments {
    /// A folder with `train.csv` and `test.csv` (and `fold_in.csv`, `next.csv`, `candidates.csv`), `films.csv` in it or
    /// beside it; `.csv.gz` is read as well
    #[arg(long, value_name = "DIR", group = "source")]
    split: Option<PathBuf>,
    /// Watches as `load` reads them, or as .csv; the last fifth of each viewer's is held out
    #[arg(long, value_name = "FILE", group = "source")]
    watches: Option<PathBuf>,
    /// The films and series of `--watches`; without it, those of the site
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "watches")]
    films: Vec<PathBuf>,
    /// What the site itself has recorded (the default)
    #[arg(long, group = "source")]
    own: bool,
    /// What a list should find: liked for a split, else watched
    #[arg(long, value_enum)]
    relevant: Option<Wanted>,
    /// How many viewers are tested at the most
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..))]
    viewers: u32,
    /// Show what is left of it without each of its ingredients, instead of simpler lists beside it
    #[arg(long)]
    ablation: bool,
    /// Show what becomes of it if those who are tested have brought half of their past, or all of it, with an import, by
    /// day or without any
    #[arg(long, conflicts_with = "ablation")]
    imported: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Wanted {
    /// What the viewer gave a thumb up
    Liked,
    /// What the viewer watched
    Watched,
}

impl Wanted {
    fn name(self) -> &'static str {
        match self {
            Self::Liked => "liked",
            Self::Watched => "watched",
        }
    }
}

impl From<Wanted> for Relevant {
    fn from(wanted: Wanted) -> Self {
        match wanted {
            Wanted::Liked => Self::Liked,
            Wanted::Watched => Self::Watched,
        }
    }
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let split = read(config, arguments).await?;
    if split.train.is_empty() {
        bail!("there is no watch to learn from");
    }
    let usual = if arguments.split.is_some() {
        Wanted::Liked
    } else {
        Wanted::Watched
    };
    let wanted = arguments.relevant.unwrap_or(usual);
    let evaluation = Evaluation {
        split,
        rules: config.rules,
        ranking: config.ranking,
        relevant: wanted.into(),
        most_viewers: arguments.viewers as usize,
    };
    let report = if arguments.ablation {
        evaluation.ablate()?
    } else if arguments.imported {
        evaluation.import()?
    } else {
        evaluation.compare()?
    };
    // Each row is one way of serving, and is compared with the first.
    let is_of_served = arguments.ablation || arguments.imported;
    if arguments.json {
        println!("{}", table::json(&report, wanted.name(), is_of_served));
    } else {
        print!("{}", table::text(&report, wanted.name(), is_of_served));
    }
    Ok(ExitCode::SUCCESS)
}

async fn read(config: &Config, arguments: &Arguments) -> anyhow::Result<Split> {
    if let Some(folder) = &arguments.split {
        return split::read(folder, &config.rules);
    }
    let site = async || anyhow::Ok(App::open(config).await?.evaluation());
    let Some(file) = &arguments.watches else {
        let site = site().await?;
        return Ok(Split::temporal(site.titles().await?, site.tastes().await?));
    };
    let titles = if arguments.films.is_empty() {
        site().await?.titles().await?
    } else {
        watches::read_titles(&arguments.films)?
    };
    let tastes = watches::read_tastes(file, &titles, &config.rules)?;
    Ok(Split::temporal(titles, tastes))
}
