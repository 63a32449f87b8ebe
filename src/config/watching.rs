//! When something counts as watched: what is given, else what is usual.

use anyhow::bail;

use super::settings::Settings;
use crate::domain::watching::WatchRules;

/// The thresholds of watching: those that are given, else the usual ones.
pub(super) fn watch_rules(given: &Settings) -> anyhow::Result<WatchRules> {
    let usual = WatchRules::default();
    let rules = WatchRules {
        resume_from_percent: given
            .resume_from_percent
            .unwrap_or(usual.resume_from_percent),
        watched_above_percent: given
            .watched_above_percent
            .unwrap_or(usual.watched_above_percent),
        watched_in_last_seconds: given
            .watched_in_last_seconds
            .unwrap_or(usual.watched_in_last_seconds),
        short_below_seconds: given
            .short_below_seconds
            .unwrap_or(usual.short_below_seconds),
        half_life_days: given.half_life_days.unwrap_or(usual.half_life_days),
    };
    check_rules(&rules)?;
    Ok(rules)
}

fn check_rules(rules: &WatchRules) -> anyhow::Result<()> {
    let percents = [
        ("resume-from-percent", rules.resume_from_percent),
        ("watched-above-percent", rules.watched_above_percent),
    ];
    for (name, percent) in percents {
        if !(0.0..=100.0).contains(&percent) {
            bail!("{name} is {percent}, not from 0 to 100");
        }
    }
    if rules.resume_from_percent > rules.watched_above_percent {
        bail!("resume-from-percent is above watched-above-percent");
    }
    // Below a week the weights of a decade would not fit in a number.
    if !(7.0..=100_000.0).contains(&rules.half_life_days) {
        bail!(
            "half-life-days is {}, not from 7 to 100000",
            rules.half_life_days
        );
    }
    if !(rules.watched_in_last_seconds >= 0.0 && rules.short_below_seconds >= 0.0) {
        bail!("watched-in-last-seconds and short-below-seconds are not below 0");
    }
    Ok(())
}
