//! `reelgraph doctor`: whether everything is there and as it must be, and what to do if not.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::app::App;
use crate::config::Config;
use crate::domain::finding::{Finding, Verdict};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// One JSON object, for programs
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let findings = App::examine(config).await;
    let is_well = findings
        .iter()
        .all(|finding| finding.verdict < Verdict::Problem);
    if arguments.json {
        println!("{}", json!({ "ok": is_well, "findings": findings }));
    } else {
        print!("{}", table(&findings));
    }
    Ok(if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A line for each finding, with another one for what to do, and a sum at the end.
fn table(findings: &[Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        let mark = match finding.verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Problem => "PROBLEM",
        };
        let Finding {
            subject,
            aspect,
            found,
            ..
        } = finding;
        lines.push(format!("{mark:<8} {subject:<9} {aspect:<18} {found}"));
        if let Some(advice) = &finding.advice {
            lines.push(format!("{:<38}→ {advice}", ""));
        }
    }
    let count = |verdict| {
        let of = |finding: &&Finding| finding.verdict == verdict;
        findings.iter().filter(of).count()
    };
    let (problems, warnings) = (count(Verdict::Problem), count(Verdict::Warning));
    lines.push(format!("{problems} problems, {warnings} warnings"));
    lines.join("\n") + "\n"
}
