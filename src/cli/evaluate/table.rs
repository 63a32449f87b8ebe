//! A report for people and for machines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::json;

use crate::domain::recommend::evaluate::{Interval, Metric, Report, Row};

/// A table with aligned columns, two spaces or more apart; below it, of a comparison, what the served lists are ahead.
pub(super) fn text(report: &Report, relevant: &str, is_of_served: bool) -> String {
    let metrics: Vec<Metric> = Metric::ALL
        .into_iter()
        .filter(|metric| {
            report
                .rows
                .iter()
                .any(|row| row.metrics.contains_key(metric))
        })
        .collect();
    let mut lines = vec![head(&metrics)];
    lines.extend(
        report
            .rows
            .iter()
            .map(|row| line(row, &metrics, is_of_served)),
    );
    if !is_of_served {
        lines.push(ahead(report, &metrics));
    }
    let mut text = format!(
        "{} viewers tested; {} watches of {} viewers to learn from; {} titles; relevant: {relevant}\n",
        report.tested, report.watches, report.trained, report.titles,
    );
    let explains = if is_of_served {
        "each with its 95 % interval; in ( ) the difference to the first row"
    } else {
        "each with its 95 % interval over viewers"
    };
    let _ = writeln!(text, "{explains}\n");
    text + &aligned(&lines)
}

/// The same as one JSON object.
pub(super) fn json(report: &Report, relevant: &str, is_of_served: bool) -> String {
    #[derive(Serialize)]
    struct Ahead<'a> {
        of: &'a str,
        by: Interval,
    }
    let mut value = json!({ "relevant": relevant, "report": report });
    if !is_of_served {
        let best: BTreeMap<Metric, Ahead<'_>> = Metric::GAINS
            .into_iter()
            .filter_map(|metric| {
                let row = report.best_baseline(metric)?;
                let by = *row.differences.get(&metric)?;
                Some((metric, Ahead { of: row.name, by }))
            })
            .collect();
        value["ahead_of_best_baseline"] = json!(best);
    }
    value.to_string()
}

fn head(metrics: &[Metric]) -> Vec<String> {
    let names = metrics.iter().map(|metric| metric.name().to_owned());
    std::iter::once(String::new()).chain(names).collect()
}

fn line(row: &Row, metrics: &[Metric], with_difference: bool) -> Vec<String> {
    let cell = |metric: &Metric| {
        let Some(interval) = row.metrics.get(metric) else {
            return "-".to_owned();
        };
        match row.differences.get(metric) {
            Some(difference) if with_difference => {
                format!("{:.4} ({})", interval.value, signed(difference))
            }
            _ => plain(interval),
        }
    };
    let cells = metrics.iter().map(cell);
    std::iter::once(row.name.to_owned()).chain(cells).collect()
}

fn ahead(report: &Report, metrics: &[Metric]) -> Vec<String> {
    let cell = |metric: &Metric| {
        let best = report.best_baseline(*metric);
        let difference = best.and_then(|row| Some((row, row.differences.get(metric)?)));
        difference.map_or_else(
            || "-".to_owned(),
            |(row, difference)| format!("{} {}", signed(difference), row.name),
        )
    };
    let cells = metrics.iter().map(cell);
    std::iter::once("ours - best of the others".to_owned())
        .chain(cells)
        .collect()
}

fn plain(interval: &Interval) -> String {
    let Interval { value, low, high } = interval;
    format!("{value:.4} [{low:.4}, {high:.4}]")
}

fn signed(interval: &Interval) -> String {
    let Interval { value, low, high } = interval;
    format!("{value:+.4} [{low:+.4}, {high:+.4}]")
}

fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let cells = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}
