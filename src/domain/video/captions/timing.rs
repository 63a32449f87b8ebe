//! When a cue is shown.

/// What stands between start and end.
pub(super) const ARROW: &str = "-->";
/// What is wrong with times.
pub(super) const UNREADABLE: &str = "has no times that can be read";
pub(super) const BACKWARDS: &str = "ends no later than it begins";

/// Start and end in milliseconds, and what stands behind them on the line.
pub(super) struct Timing<'a> {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) rest: &'a str,
}

impl<'a> Timing<'a> {
    /// Reads a line that has an arrow; fails with what is wrong with it.
    pub(super) fn read(line: &'a str) -> Result<Self, &'static str> {
        let (start, rest) = line.split_once(ARROW).ok_or(UNREADABLE)?;
        let rest = rest.trim_start();
        let (end, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let start = millis(start.trim()).ok_or(UNREADABLE)?;
        let end = millis(end).ok_or(UNREADABLE)?;
        if end <= start {
            return Err(BACKWARDS);
        }
        let rest = rest.trim();
        Ok(Self { start, end, rest })
    }
}

/// `1:02:03,450`, `02:03.45` or `0:02:03.45` in milliseconds.
pub(super) fn millis(time: &str) -> Option<u64> {
    let (whole, part) = time.split_once([',', '.']).unwrap_or((time, ""));
    let mut seconds = 0_u64;
    let fields: Vec<&str> = whole.split(':').collect();
    if !(2..=3).contains(&fields.len()) {
        return None;
    }
    for field in fields {
        seconds = seconds
            .checked_mul(60)?
            .checked_add(number(field.trim(), 4)?)?;
    }
    let part = part.trim();
    // Tenths, hundredths or thousandths; what is finer is left off.
    let part = match part.len() {
        0 => 0,
        1 => number(part, 1)? * 100,
        2 => number(part, 2)? * 10,
        3.. => number(part, 9)? / 10_u64.pow(u32::try_from(part.len() - 3).ok()?),
    };
    seconds.checked_mul(1_000)?.checked_add(part)
}

/// Digits alone, at most so many.
fn number(digits: &str, most: usize) -> Option<u64> {
    let is_number =
        (1..=most).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (time, expected) in [
            ("00:00:01,000", 1_000),
            ("1:02:03.45", 3_723_450),
            ("02:03.4", 123_400),
            ("00:00:00", 0),
            ("00: 00: 05,5", 5_500),
            ("100:00:00.0001", 360_000_000),
        ] {
            assert_eq!(millis(time), Some(expected), "{time}");
        }
        for wrong in [
            "",
            "5",
            "a:b:c",
            "1:2:3:4",
            "00:00:-1",
            "00:00:01,x",
            "99999:00:00",
        ] {
            assert_eq!(millis(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_cue_ends_after_it_begins() {
        let timing = Timing::read("00:01.000 --> 00:02.000  align:start line:0").ok();
        let read = timing.map(|it| (it.start, it.end, it.rest.to_owned()));
        assert_eq!(read, Some((1_000, 2_000, "align:start line:0".to_owned())));
        let wrong = |line| Timing::read(line).err();
        assert_eq!(wrong("00:02.000 --> 00:02.000"), Some(BACKWARDS));
        assert_eq!(wrong("00:02.000 -->"), Some(UNREADABLE));
    }
}
