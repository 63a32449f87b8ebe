//! The industry's conventions for where to resume and what counts as watched, and the weight of a play.

use chrono::{DateTime, TimeZone, Utc};

use super::playback_event::PlaybackEvent;

/// In an item of unknown length, what stops earlier is no watch and leaves nothing to resume, in seconds (Kodi's
/// `ignoresecondsatstart`).
const EARLY: f64 = 180.0;

/// The thresholds, each a setting. The defaults and the order of the tests are Jellyfin's (`UserDataManager.cs`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WatchRules {
    /// Below this percentage there is nothing to resume.
    pub resume_from_percent: f64,
    /// Above this percentage it counts as watched.
    pub watched_above_percent: f64,
    /// How many seconds before the end it counts as watched, too.
    pub watched_in_last_seconds: f64,
    /// What is shorter than this, in seconds, counts as watched as soon as there would be something to resume.
    pub short_below_seconds: f64,
    /// The days after which a play weighs half.
    pub half_life_days: f64,
}

impl Default for WatchRules {
    fn default() -> Self {
        Self {
            resume_from_percent: 5.0,
            watched_above_percent: 90.0,
            watched_in_last_seconds: 1.0,
            short_below_seconds: 300.0,
            half_life_days: 180.0,
        }
    }
}

/// What a position means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Where to resume, in seconds; 0 if there is nothing to resume.
    pub resume: f64,
    /// Whether it counts as watched.
    pub watched: bool,
}

impl Progress {
    const NOTHING: Self = Self {
        resume: 0.0,
        watched: false,
    };
    const WATCHED: Self = Self {
        resume: 0.0,
        watched: true,
    };
}

impl WatchRules {
    /// What a reported position means. Exactly at a threshold there is still something to resume.
    ///
    /// An item of unknown length counts as watched when its player stops after the first three minutes (to stop is all
    /// that Jellyfin asks for), and never before: until then it can be resumed.
    pub fn judge(&self, event: PlaybackEvent, position: f64, duration: Option<f64>) -> Progress {
        match duration.filter(|duration| *duration > 0.0) {
            Some(duration) => self.decide(percent(position, duration), position, duration),
            None if position < EARLY => Progress::NOTHING,
            None if event == PlaybackEvent::Stop => Progress::WATCHED,
            None => Progress {
                resume: position,
                watched: false,
            },
        }
    }

    /// What it means that a share of an item, 0 to 1, was watched elsewhere.
    ///
    /// Of an item of unknown length there is nothing to resume; the share alone decides whether it was watched.
    pub fn judge_share(&self, share: f64, duration: Option<f64>) -> Progress {
        let percent = share * 100.0;
        match duration.filter(|duration| *duration > 0.0) {
            Some(duration) => self.decide(percent, share * duration, duration),
            None if percent > self.watched_above_percent => Progress::WATCHED,
            None => Progress::NOTHING,
        }
    }

    fn decide(&self, percent: f64, position: f64, duration: f64) -> Progress {
        if percent < self.resume_from_percent {
            Progress::NOTHING
        } else if percent > self.watched_above_percent
            || position >= duration - self.watched_in_last_seconds
            || duration < self.short_below_seconds
        {
            Progress::WATCHED
        } else {
            Progress {
                resume: position,
                watched: false,
            }
        }
    }

    /// The weight of a play: completion · 2^((t−L)/H), forward decay with a landmark L that never moves.
    ///
    /// Time that passes changes no stored weight: all of them fade alike, and only their ratios matter
    /// (Cormode, Shkapenyuk, Srivastava, Xu: "Forward decay", ICDE 2009).
    pub fn weight(&self, completion: f64, at: DateTime<Utc>) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds since 2020 are exact in 53 bits"
        )]
        let days = (at - landmark()).num_milliseconds() as f64 / 86_400_000.0;
        completion * (days / self.half_life_days).exp2()
    }
}

/// How far a position is, 0 to 100.
pub(super) fn percent(position: f64, duration: f64) -> f64 {
    (position / duration * 100.0).clamp(0.0, 100.0)
}

/// L: the start of 2020, UTC.
fn landmark() -> DateTime<Utc> {
    Utc.timestamp_opt(1_577_836_800, 0)
        .single()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Option<f64> = Some(3600.0);

    fn judge(position: f64, duration: Option<f64>) -> (f64, bool) {
        let Progress { resume, watched } =
            WatchRules::default().judge(PlaybackEvent::Progress, position, duration);
        (resume, watched)
    }

    #[test]
    fn both_thresholds_still_resume() {
        assert_eq!(judge(179.9, HOUR), (0.0, false));
        assert_eq!(judge(180.0, HOUR), (180.0, false));
        assert_eq!(judge(3240.0, HOUR), (3240.0, false));
        assert_eq!(judge(3240.1, HOUR), (0.0, true));
    }

    #[test]
    fn the_last_second_is_watched_and_short_ones_are_early() {
        assert_eq!(judge(3599.0, HOUR), (0.0, true));
        assert_eq!(judge(14.0, Some(299.0)), (0.0, false));
        assert_eq!(judge(15.0, Some(299.0)), (0.0, true));
        assert_eq!(judge(15.0, Some(300.0)), (15.0, false));
    }

    #[test]
    fn what_has_no_length_is_watched_when_it_stops_and_resumed_before() {
        let stopped = |position| WatchRules::default().judge(PlaybackEvent::Stop, position, None);

        assert_eq!(judge(10.0, None), (0.0, false));
        assert_eq!(judge(180.0, None), (180.0, false));
        assert_eq!(judge(86_400.0, None), (86_400.0, false));
        assert_eq!(stopped(179.9), Progress::NOTHING);
        assert_eq!(stopped(180.0), Progress::WATCHED);
    }

    #[test]
    fn a_share_is_judged_like_the_position_that_it_is() {
        let judge = |share, duration| {
            let Progress { resume, watched } = WatchRules::default().judge_share(share, duration);
            (resume, watched)
        };

        assert_eq!(judge(0.04, HOUR), (0.0, false));
        assert_eq!(judge(0.5, HOUR), (1800.0, false));
        assert_eq!(judge(0.9, HOUR), (3240.0, false));
        assert_eq!(judge(0.91, HOUR), (0.0, true));
        assert_eq!(judge(0.05, Some(299.0)), (0.0, true));
        assert_eq!(judge(0.9, None), (0.0, false));
        assert_eq!(judge(0.91, None), (0.0, true));
    }

    #[test]
    fn weights_halve_with_each_half_life() {
        let rules = WatchRules::default();
        let now = landmark() + chrono::TimeDelta::days(2000);

        let ratio = rules.weight(1.0, now) / rules.weight(1.0, now - chrono::TimeDelta::days(180));

        assert!((ratio - 2.0).abs() < 1e-12);
    }
}
