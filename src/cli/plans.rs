//! `reelgraph plans …`: what the site sells and what that opens, loaded from a file and listed.

use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;

use super::users::table;
use crate::app::App;
use crate::domain::membership::{NamedRule, Plan};

/// The name that stands for the standard input.
const STDIN: &str = "-";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Take over plans, and rules for what they open, from a file with one JSON object a line; what it does not name stays
    Load {
        /// The file, or `-` for the standard input
        file: PathBuf,
    },
    /// List all plans, the cheapest first, and all rules
    List {
        /// One JSON object a line instead of tables
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(app: &App, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Load { file } => {
            let text = read(file).with_context(|| format!("{} cannot be read", file.display()))?;
            let loaded = app.membership.load(&text).await?;
            for warning in &loaded.warnings {
                eprintln!("warning: {warning}");
            }
            println!(
                "wrote {} and {}, and took {} away",
                counted(loaded.plans, "plan"),
                counted(loaded.rules, "rule"),
                counted(loaded.without_rule, "rule")
            );
        }
        Command::List { json } => {
            let (plans, rules) = app.membership.everything().await?;
            match write(&plans, &rules, *json) {
                // Whoever reads has seen enough.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
                written => written.context("the plans cannot be written")?,
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> io::Result<String> {
    if file == Path::new(STDIN) {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(file)
}

fn write(plans: &[Plan], rules: &[NamedRule], json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        for plan in plans {
            writeln!(out, "{}", plan.line())?;
        }
        for rule in rules {
            writeln!(out, "{}", rule.line())?;
        }
        return Ok(());
    }
    let head = ["PLAN", "NAME", "PRICE", "FOR", "OFFERED"].map(str::to_owned);
    let of_plans = plans.iter().map(|plan| {
        let (price, interval) = (&plan.price, plan.interval);
        [
            plan.id.to_string(),
            plan.name.clone(),
            format!("{} {}", price.minor_units, price.currency),
            format!("{} {}", interval.count, interval.unit.as_str()),
            if plan.is_offered { "yes" } else { "no" }.to_owned(),
        ]
    });
    let of_plans: Vec<_> = std::iter::once(head).chain(of_plans).collect();
    out.write_all(table(&of_plans).as_bytes())?;
    if rules.is_empty() {
        return Ok(());
    }
    let head = ["RULE", "ACCESS", "FROM", "UNTIL"].map(str::to_owned);
    let of_rules = rules.iter().map(|listed| {
        let rule = &listed.rule;
        let [from, until] = [rule.from, rule.until]
            .map(|time| time.map_or_else(|| "-".to_owned(), |time| time.to_rfc3339()));
        [listed.of(), rule.needs.to_string(), from, until]
    });
    let of_rules: Vec<_> = std::iter::once(head).chain(of_rules).collect();
    out.write_all(b"\n")?;
    out.write_all(table(&of_rules).as_bytes())
}

/// So many of something that is called so.
fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
