//! How XML writes for how long something lasts, as manifests for DASH do.

/// A duration of XML, as `PT1H2M3.5S` or `P0Y0M1DT2H`, in seconds. Years and months are of no length of their own.
pub(super) fn duration(text: &str) -> Option<f64> {
    let rest = text.strip_prefix('P')?;
    let (days, time) = rest.split_once('T').unwrap_or((rest, ""));
    let days = days.strip_prefix("0Y").unwrap_or(days);
    let days = days.strip_prefix("0M").unwrap_or(days);
    let mut seconds = 0.0;
    for (mut rest, units) in [
        (days, &[('D', 86_400.0)][..]),
        (time, &[('H', 3600.0), ('M', 60.0), ('S', 1.0)][..]),
    ] {
        for (unit, of) in units {
            if let Some((number, after)) = rest.split_once(*unit) {
                let is_number = number.bytes().all(|it| it.is_ascii_digit() || it == b'.');
                let number = number.parse::<f64>().ok().filter(|_| is_number)?;
                seconds += number * of;
                rest = after;
            }
        }
        if !rest.is_empty() {
            return None;
        }
    }
    (seconds > 0.0 && seconds.is_finite()).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_xml_writes_them() {
        for (text, expected) in [
            ("PT7S", Some(7.0)),
            ("P0DT0H0M7.0S", Some(7.0)),
            ("P0Y0M1DT1H", Some(90_000.0)),
            ("PT1M0.5S", Some(60.5)),
            ("PT0S", None),
            ("PTinfS", None),
            ("PT-7S", None),
            ("P1M", None),
            ("7", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }
}
