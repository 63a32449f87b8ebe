//! `reelgraph load`: files into the catalogue, with progress, a line for each refused record, and a summary.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::files::{FileSource, find};
use crate::app::App;
use crate::domain::loading::{
    LoadMode, LoadOptions, LoadSummary, Problem, Source, Tally, WarningKind,
};

pub(super) async fn run(
    app: &App,
    paths: &[PathBuf],
    options: LoadOptions,
) -> anyhow::Result<ExitCode> {
    let progress = progress_bar()?;
    let sources: Vec<Box<dyn Source>> = find(paths)?
        .into_iter()
        .map(|(path, format)| {
            Box::new(FileSource::new(path, format, progress.clone())) as Box<dyn Source>
        })
        .collect();
    let mut tell = |is_warning: bool, file: &str, line: u64, problem: &Problem| {
        progress.suspend(|| eprintln!("{}", message(is_warning, file, line, problem)));
    };
    let summary = app.load.load(&sources, options, &mut tell).await;
    progress.finish_and_clear();
    let summary = summary?;
    println!("{}", sum_up(&summary, options));
    let is_clean = summary.refused + summary.refused_pictures == 0 && summary.given_up.is_empty();
    Ok(if is_clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Drawn on a terminal only.
fn progress_bar() -> anyhow::Result<ProgressBar> {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template(
        "{msg} [{bar:40}] {bytes}/{total_bytes} {elapsed}, {eta} left",
    )?;
    let progress = ProgressBar::with_draw_target(Some(0), target).with_style(style);
    progress.enable_steady_tick(Duration::from_millis(200));
    Ok(progress)
}

fn message(is_warning: bool, file: &str, line: u64, problem: &Problem) -> String {
    let sort = if is_warning { "warning" } else { "refused" };
    let field = if problem.field.is_empty() {
        String::new()
    } else {
        format!("{} ", problem.field)
    };
    format!("{file}:{line}: {sort}: {field}{}", problem.reason)
}

fn sum_up(summary: &LoadSummary, options: LoadOptions) -> String {
    let tallies = summary.tallies.iter();
    let mut parts: Vec<String> = tallies
        .map(|(sort, tally)| format!("{sort}: {}", counts(tally, options)))
        .collect();
    if parts.is_empty() {
        parts.push("no records".to_owned());
    }
    parts.push(format!(
        "{} refused, {} warnings",
        summary.refused, summary.warnings
    ));
    if summary.refused_pictures > 0 {
        parts.push(format!(
            "{} pictures refused; their records are loaded without them",
            summary.refused_pictures
        ));
    }
    for (place, number) in &summary.given_up {
        parts.push(format!(
            "{number} pictures not read, because {place} failed again and again; load them again later"
        ));
    }
    for (kind, warned) in &summary.warnings_by_kind {
        let of = if warned.different < warned.times {
            format!(" ({} different)", warned.different)
        } else {
            String::new()
        };
        let WarningKind { field, reason } = kind;
        parts.push(format!("  {}{of} × {field} … {reason}", warned.times));
    }
    parts.join("\n")
}

/// What became of the records of a sort, as `2 new, 1 changed (cast 1, genres 1), 7 unchanged`.
fn counts(tally: &Tally, options: LoadOptions) -> String {
    let (new, changed) = match options.mode {
        LoadMode::DryRun => ("would be new", "would change"),
        LoadMode::Write => ("new", "changed"),
    };
    let fields = tally.fields.iter();
    let fields: Vec<String> = fields
        .map(|(field, count)| format!("{field} {count}"))
        .collect();
    let fields = if fields.is_empty() {
        String::new()
    } else {
        format!(" ({})", fields.join(", "))
    };
    format!(
        "{} {new}, {} {changed}{fields}, {} unchanged",
        tally.new, tally.changed, tally.unchanged
    )
}
