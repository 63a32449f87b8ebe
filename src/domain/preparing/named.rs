//! The files that manifests name: only such as lie in their own folder, below the manifest or beside it.

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::attribute_list::{ListedAttribute, Quotes, attributes_of};
use super::manifest::attribute;
use super::xml_duration::duration;
use crate::domain::video::{MAX_FILES, is_file_name};

/// How segments are called, and how many there are.
#[derive(Debug, Clone, Default)]
struct Template {
    initialization: Option<String>,
    media: String,
    /// The number of the first.
    start: u64,
    /// Units of time a second.
    timescale: u64,
    /// How long each is; 0 if a line of time says it.
    duration: u64,
    /// When each of them begins, in units of the time scale.
    times: Vec<u64>,
    /// When the last of them ends.
    end: u64,
    /// At which time its period begins.
    offset: u64,
}

/// The files that a playlist for HLS names. Fails with why it names something else.
pub(super) fn named_by_playlist(name: &str, text: &str) -> Result<BTreeSet<String>, String> {
    if !text.trim_start().starts_with("#EXTM3U") {
        return Err(format!("{name} is no playlist"));
    }
    let mut named = BTreeSet::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('#') {
            let attributes = attributes_of(line);
            let attributes = attributes
                .ok_or_else(|| format!("{name} has a line that cannot be read: {line:?}"))?;
            // As `URI`, `SERVER-URI` and `X-ASSET-LIST`.
            let is_address =
                |it: &&ListedAttribute<'_>| it.name.contains("URI") || it.name == "X-ASSET-LIST";
            for address in attributes.iter().filter(is_address) {
                if address.quotes == Quotes::Bare {
                    return Err(format!("{name} has an address without quotation marks"));
                }
                named.insert(beside(name, address.value)?);
            }
        } else if !line.is_empty() {
            named.insert(beside(name, line)?);
        }
    }
    Ok(named)
}

/// The files that a manifest for DASH names, and for how many seconds it plays. Fails with why it names something else, or
/// in a way that is not read.
pub(super) fn named_by_manifest(name: &str, text: &str) -> Result<(BTreeSet<String>, f64), String> {
    let mut reader = Reader::from_str(text);
    let (mut named, mut seconds) = (BTreeSet::new(), None);
    // For how many seconds there are segments: in the periods before, and in this one.
    let (mut before, mut longest) = (0.0_f64, 0.0_f64);
    let (mut of_set, mut own): (Option<Template>, Option<Template>) = (None, None);
    let mut stream: Option<(String, String)> = None;
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let (element, is_empty) = match &event {
            Event::Eof => break,
            Event::Start(element) => (element, false),
            Event::Empty(element) => (element, true),
            Event::End(end) => {
                if end.local_name().as_ref() == b"Representation"
                    && let Some(stream) = stream.take()
                {
                    let template = own.take().or(of_set.clone());
                    let length = expand_all(name, &stream, template, seconds, &mut named)?;
                    longest = longest.max(length);
                }
                continue;
            }
            _ => continue,
        };
        check_is_here(element)?;
        match element.local_name().as_ref() {
            b"MPD" => {
                let says = attribute(element, "mediaPresentationDuration");
                seconds = says.as_deref().and_then(duration);
            }
            b"Period" => {
                before += longest;
                longest = 0.0;
            }
            b"AdaptationSet" => of_set = None,
            b"Representation" => {
                let of = |name: &str| attribute(element, name).unwrap_or_default();
                let this = (of("id"), of("bandwidth"));
                if is_empty {
                    let length = expand_all(name, &this, of_set.clone(), seconds, &mut named)?;
                    longest = longest.max(length);
                } else {
                    (stream, own) = (Some(this), None);
                }
            }
            b"SegmentTemplate" => {
                let template = Some(template_of(element)?);
                if stream.is_some() {
                    own = template;
                } else {
                    of_set = template;
                }
            }
            b"S" => {
                let template = if stream.is_some() {
                    &mut own
                } else {
                    &mut of_set
                };
                let template = template.as_mut().ok_or("a time is of no template")?;
                add_times(element, template)?;
            }
            _ => {}
        }
    }
    let seconds = seconds.ok_or("the manifest does not say how long it plays")?;
    let there = before + longest;
    if seconds > there * 1.01 + 1.0 {
        return Err(format!(
            "the manifest says that it plays for {seconds} s, and has segments for {there} s"
        ));
    }
    Ok((named, seconds))
}

/// Refuses what leads players elsewhere, or has them ask again.
fn check_is_here(element: &BytesStart<'_>) -> Result<(), String> {
    let says = |name: &str| attribute(element, name);
    if says("href").is_some() {
        return Err("a part of the manifest lies elsewhere (xlink:href)".to_owned());
    }
    match element.local_name().as_ref() {
        b"BaseURL" | b"SegmentList" | b"SegmentBase" => {
            Err("segments are not named by a SegmentTemplate alone".to_owned())
        }
        _ if says("sourceURL").is_some() => {
            Err("segments are not named by a SegmentTemplate alone (sourceURL)".to_owned())
        }
        b"MPD" if says("type").is_some_and(|it| it != "static") => {
            Err("the manifest is one that changes (type)".to_owned())
        }
        name @ (b"Location" | b"PatchLocation" | b"ContentSteering" | b"UTCTiming") => {
            Err(format!(
                "the manifest leads elsewhere ({})",
                String::from_utf8_lossy(name)
            ))
        }
        _ => Ok(()),
    }
}

fn template_of(element: &BytesStart<'_>) -> Result<Template, String> {
    let number = |name: &str, otherwise: u64| match attribute(element, name) {
        Some(text) => text.parse().map_err(|_| format!("{name} is no number")),
        None => Ok(otherwise),
    };
    Ok(Template {
        initialization: attribute(element, "initialization"),
        media: attribute(element, "media").ok_or("a SegmentTemplate has no media")?,
        start: number("startNumber", 1)?,
        timescale: number("timescale", 1)?,
        duration: number("duration", 0)?,
        times: Vec::new(),
        end: 0,
        offset: number("presentationTimeOffset", 0)?,
    })
}

/// Adds when the segments begin that a line of the line of time says.
fn add_times(element: &BytesStart<'_>, template: &mut Template) -> Result<(), String> {
    let number = |name: &str| attribute(element, name).and_then(|it| it.parse::<u64>().ok());
    let length = number("d").ok_or("a segment has no length")?;
    let more = match attribute(element, "r") {
        Some(_) => number("r").ok_or("how often a segment is repeated is not said")?,
        None => 0,
    };
    if more >= MAX_FILES as u64 || template.times.len() >= MAX_FILES {
        return Err("there are too many segments".to_owned());
    }
    let mut time = number("t").unwrap_or(template.end);
    for _ in 0..=more {
        template.times.push(time);
        time = time.saturating_add(length);
    }
    template.end = time;
    Ok(())
}

/// Names the files of a stream; for how many seconds they are.
fn expand_all(
    name: &str,
    stream: &(String, String),
    template: Option<Template>,
    seconds: Option<f64>,
    named: &mut BTreeSet<String>,
) -> Result<f64, String> {
    let template = template.ok_or("a Representation has no SegmentTemplate")?;
    let mut add = |text: &str, number: u64, time: u64| -> Result<(), String> {
        named.insert(beside(name, &expand(text, stream, number, time)?)?);
        Ok(())
    };
    if let Some(initialization) = &template.initialization {
        add(initialization, 0, 0)?;
    }
    if template.duration > 0 && template.times.is_empty() {
        let seconds = seconds.ok_or("the manifest does not say how long it plays")?;
        for at in 0..count_of(&template, seconds)? {
            add(&template.media, template.start + at, at * template.duration)?;
        }
        return Ok(seconds);
    }
    if template.times.is_empty() {
        return Err("a SegmentTemplate says neither times nor a duration".to_owned());
    }
    for (at, time) in (0..).zip(&template.times) {
        add(&template.media, template.start + at, *time)?;
    }
    Ok(length_of(&template))
}

/// For how many seconds a line of time goes on.
#[expect(
    clippy::cast_precision_loss,
    reason = "it is compared with what is about as long"
)]
fn length_of(template: &Template) -> f64 {
    let units = template.end.saturating_sub(template.offset);
    units as f64 / template.timescale.max(1) as f64
}

/// How many segments of equal length there are.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is looked whether they are too many"
)]
fn count_of(template: &Template, seconds: f64) -> Result<u64, String> {
    let each = template.duration as f64 / template.timescale.max(1) as f64;
    let count = (seconds / each).ceil();
    if count.is_finite() && count <= MAX_FILES as f64 {
        return Ok(count as u64);
    }
    Err("there are too many segments".to_owned())
}

/// Writes a number with so many digits at the least.
fn pad(name: &mut String, number: u64, width: usize) {
    let digits = format!("{number:0width$}");
    name.push_str(&digits);
}

/// The name that a template makes: between `$` and `$` stands what is to be there, `$$` is one `$`.
fn expand(
    template: &str,
    (id, bandwidth): &(String, String),
    number: u64,
    time: u64,
) -> Result<String, String> {
    let mut name = String::new();
    for (at, part) in template.split('$').enumerate() {
        if at % 2 == 0 {
            name.push_str(part);
            continue;
        }
        let (what, width) = part.split_once("%0").unwrap_or((part, "1d"));
        let width = width.strip_suffix('d').and_then(|it| it.parse().ok());
        let width: usize = width
            .filter(|it| *it <= 20)
            .ok_or_else(|| format!("${part}$ is not understood"))?;
        match what {
            "" => name.push('$'),
            "RepresentationID" => name.push_str(id),
            "Bandwidth" => name.push_str(bandwidth),
            "Number" => pad(&mut name, number, width),
            "Time" => pad(&mut name, time, width),
            _ => return Err(format!("${part}$ is not understood")),
        }
    }
    Ok(name)
}

/// The name of a file that a manifest in this place means by an address.
fn beside(manifest: &str, address: &str) -> Result<String, String> {
    let name = match manifest.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{address}"),
        None => address.to_owned(),
    };
    if is_file_name(&name) {
        return Ok(name);
    }
    Err(format!(
        "{manifest} names {address:?}, which is no file in its folder"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(segments: &str) -> String {
        format!(
            "<MPD mediaPresentationDuration=\"PT1M0.5S\"><Period><AdaptationSet>{segments}
            </AdaptationSet></Period></MPD>"
        )
    }

    fn names(found: &BTreeSet<String>) -> Vec<&str> {
        found.iter().map(String::as_str).collect()
    }

    #[test]
    fn each_segment_of_a_manifest_is_named() {
        let by_times = manifest(
            r#"<Representation id="0" bandwidth="9"><SegmentTemplate timescale="1" startNumber="3"
            initialization="init-$RepresentationID$.mp4" media="s-$Number%03d$-$Time$.m4s"><SegmentTimeline>
            <S t="5" d="20" r="1"/><S t="45" d="16"/></SegmentTimeline></SegmentTemplate></Representation>"#,
        );
        let by_length = manifest(
            r#"<SegmentTemplate duration="30" media="$Bandwidth$/$Number$.m4s"/>
            <Representation id="0" bandwidth="9"/>"#,
        );

        let (found, seconds) = named_by_manifest("manifest.mpd", &by_times).unwrap();
        assert_eq!(
            names(&found),
            ["init-0.mp4", "s-003-5.m4s", "s-004-25.m4s", "s-005-45.m4s"]
        );
        assert!((seconds - 60.5).abs() < 1e-9);
        let (found, _) = named_by_manifest("manifest.mpd", &by_length).unwrap();
        assert_eq!(names(&found), ["9/1.m4s", "9/2.m4s", "9/3.m4s"]);
    }

    #[test]
    fn each_file_of_a_playlist_is_named() {
        let playlist =
            "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:2,\ns-1.m4s\n\n#EXT-X-ENDLIST\n";

        let found = named_by_playlist("video/media.m3u8", playlist).unwrap();

        assert_eq!(names(&found), ["video/init.mp4", "video/s-1.m4s"]);
    }

    #[test]
    fn each_address_of_a_line_is_read_and_stands_in_quotation_marks() {
        let named = |line: &str| named_by_playlist("main.m3u8", &format!("#EXTM3U\n{line}\n"));

        let two = named("#EXT-X-MEDIA:X-URI=\"1.m3u8\",URI=\"2.m3u8\"").unwrap();
        assert_eq!(names(&two), ["1.m3u8", "2.m3u8"]);
        assert!(
            named("#EXT-X-MEDIA:NAME=\"URI=elsewhere\"")
                .unwrap()
                .is_empty()
        );
        for elsewhere in [
            "#EXT-X-MEDIA:X-URI=\"1.m3u8\",URI=\"http://example.org/1.m3u8\"",
            "#EXT-X-MEDIA:URI=http://example.org/1.m3u8",
            "#EXT-X-MEDIA:URI=1.m3u8",
            "#EXT-X-CONTENT-STEERING:SERVER-URI=\"http://example.org/\"",
            "#EXT-X-DATERANGE:ID=\"1\",X-ASSET-LIST=\"http://example.org/\"",
            "#EXT-X-MEDIA:NAME=\"1\"URI=\"1.m3u8\"",
        ] {
            assert!(named(elsewhere).is_err(), "{elsewhere}");
        }
    }

    #[test]
    fn no_manifest_leads_elsewhere_or_changes() {
        let whole = manifest(
            "<Representation id='0' bandwidth='9'>
            <SegmentTemplate duration='30' media='$Number$.m4s'></SegmentTemplate></Representation>",
        );
        let read = |text: &str| named_by_manifest("manifest.mpd", text).map(|(_, seconds)| seconds);

        assert!(read(&whole).is_ok());
        for (before, after) in [
            (
                "<Period>",
                "<Location>http://example.org/</Location><Period>",
            ),
            (
                "<Period>",
                "<PatchLocation>http://example.org/</PatchLocation><Period>",
            ),
            (
                "<Period>",
                "<UTCTiming value='http://example.org/'/><Period>",
            ),
            ("<MPD ", "<MPD type=\"dynamic\" "),
            (
                "</SegmentTemplate>",
                "<Initialization sourceURL=\"http://example.org/\"/></SegmentTemplate>",
            ),
            (" media='", " x:media='1.m4s' media='http://example.org/"),
        ] {
            assert!(whole.contains(before));
            let changed = whole.replace(before, after);
            assert!(read(&changed).is_err(), "{changed}");
        }
    }

    #[test]
    fn there_are_segments_for_as_long_as_is_said() {
        let of = |segments: &str| {
            let text = manifest(&format!(
                "<Representation id='0' bandwidth='9'><SegmentTemplate media='$Number$.m4s' timescale='10'
                presentationTimeOffset='50'><SegmentTimeline>{segments}</SegmentTimeline></SegmentTemplate>
                </Representation>"
            ));
            named_by_manifest("manifest.mpd", &text).map(drop)
        };

        // A minute and a half second are said.
        assert_eq!(of("<S t='50' d='20' r='29'/>"), Ok(()));
        assert!(of("<S t='50' d='20' r='27'/>").is_err());
        assert!(of("<S t='0' d='20' r='29'/>").is_err());
    }

    #[test]
    fn nothing_outside_the_folder_is_named() {
        for address in [
            "http://example.org/a.m4s",
            "file:///etc/passwd",
            "/etc/passwd",
            "../a.m4s",
            "a.m4s?b",
        ] {
            let playlist = format!("#EXTM3U\n#EXTINF:2,\n{address}\n");
            assert!(
                named_by_playlist("main.m3u8", &playlist).is_err(),
                "{address}"
            );
            let key = format!("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"{address}\"\n");
            assert!(named_by_playlist("main.m3u8", &key).is_err(), "{address}");
            let of_dash = manifest(&format!(
                "<Representation id='0' bandwidth='9'><SegmentTemplate duration='30' media='{address}'/>
                </Representation>"
            ));
            assert!(
                named_by_manifest("manifest.mpd", &of_dash).is_err(),
                "{address}"
            );
        }
        let elsewhere = manifest("<BaseURL>http://example.org/</BaseURL>");
        assert!(named_by_manifest("manifest.mpd", &elsewhere).is_err());
        let endless = manifest(
            "<Representation id='0'><SegmentTemplate media='$Number$.m4s'><SegmentTimeline>
            <S d='1' r='999999999'/></SegmentTimeline></SegmentTemplate></Representation>",
        );
        assert!(named_by_manifest("manifest.mpd", &endless).is_err());
        assert!(named_by_playlist("main.m3u8", "file a.mp4").is_err());
    }
}
