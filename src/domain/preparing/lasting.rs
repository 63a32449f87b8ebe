//! How long what was prepared plays. ffmpeg says it of the pictures alone, cut to tenths of a second, and of no stream that
//! goes on behind them.

use std::time::Duration;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::manifest::attribute;

/// A manifest that says how long the longest of its streams plays and how long its longest segment is, in milliseconds
/// rounded up; and how long it plays. Fails with why that cannot be read.
pub fn with_length(manifest: &str) -> Result<(String, Duration), String> {
    let mut reader = Reader::from_str(manifest);
    let (mut timescale, mut end) = (1, 0);
    let (mut whole, mut longest) = (Duration::ZERO, Duration::ZERO);
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let (Event::Start(element) | Event::Empty(element)) = event else {
            if matches!(event, Event::Eof) {
                break;
            }
            continue;
        };
        let number = |name: &str| attribute(&element, name).and_then(|it| it.parse::<u64>().ok());
        match element.local_name().as_ref() {
            b"SegmentTemplate" => {
                timescale = number("timescale").unwrap_or(1).max(1);
                end = 0;
            }
            b"S" => {
                let each = number("d").ok_or("a segment has no length")?;
                let times = number("r").unwrap_or_default().saturating_add(1);
                let begins = number("t").unwrap_or(end);
                end = begins.saturating_add(each.saturating_mul(times));
                whole = whole.max(lasts(end, timescale));
                longest = longest.max(lasts(each, timescale));
            }
            _ => {}
        }
    }
    let says = replaced(manifest, "mediaPresentationDuration", whole)?;
    Ok((replaced(&says, "maxSegmentDuration", longest)?, whole))
}

/// So many units of time, in whole milliseconds that nothing goes beyond.
fn lasts(units: u64, timescale: u64) -> Duration {
    Duration::from_millis(units.saturating_mul(1000).div_ceil(timescale))
}

/// A manifest whose attribute of this name says so long.
fn replaced(manifest: &str, name: &str, long: Duration) -> Result<String, String> {
    let begins = format!("{name}=\"");
    let (before, said) = manifest
        .split_once(&begins)
        .ok_or_else(|| format!("the manifest has no {name}"))?;
    let (_, after) = said
        .split_once('"')
        .ok_or_else(|| format!("{name} does not end"))?;
    let (seconds, millis) = (long.as_secs(), long.subsec_millis());
    Ok(format!("{before}{begins}PT{seconds}.{millis:03}S\"{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(said: &str, lines: &str) -> String {
        format!(
            "<MPD mediaPresentationDuration=\"{said}\" maxSegmentDuration=\"PT1.5S\"><Period>
            <Representation><SegmentTemplate timescale=\"90000\"><SegmentTimeline>{lines}</SegmentTimeline>
            </SegmentTemplate></Representation>
            <Representation><SegmentTemplate timescale=\"48000\"><SegmentTimeline>
            <S t=\"0\" d=\"92160\" /><S d=\"96256\" r=\"1\" /></SegmentTimeline></SegmentTemplate></Representation>
            </Period></MPD>"
        )
    }

    #[test]
    fn the_longest_stream_says_how_long_it_plays() {
        let of_sound = manifest("PT3.0S", "<S t=\"0\" d=\"180000\" /><S d=\"90000\" />");
        let of_pictures = manifest(
            "PT5.9S",
            "<S t=\"90000\" d=\"180180\" r=\"1\" /><S d=\"89970\" />",
        );

        let (sound, lasts) = with_length(&of_sound).unwrap();
        assert_eq!(lasts, Duration::from_millis(5931));
        assert!(sound.contains(
            "<MPD mediaPresentationDuration=\"PT5.931S\" maxSegmentDuration=\"PT2.006S\">"
        ));
        let (pictures, lasts) = with_length(&of_pictures).unwrap();
        assert_eq!(lasts, Duration::from_millis(6004));
        assert!(pictures.contains("mediaPresentationDuration=\"PT6.004S\""));
    }

    #[test]
    fn what_says_no_length_is_named() {
        let error = with_length("<MPD maxSegmentDuration=\"PT1S\"></MPD>").unwrap_err();

        assert!(error.contains("mediaPresentationDuration"), "{error}");
        let error = with_length("<MPD><S t=\"0\"/></MPD>").unwrap_err();
        assert_eq!(error, "a segment has no length");
    }
}
