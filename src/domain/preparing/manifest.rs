//! The manifests of what was prepared: what ffmpeg says of each stream, and the main playlist, which it writes without
//! languages.

use std::fmt::Write as _;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A stream that a DASH manifest represents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Represented {
    pub id: String,
    /// In bits a second, at the most.
    pub bandwidth: u64,
    /// As RFC 6381 spells it.
    pub codecs: String,
    /// In pixels; `None` of sound.
    pub size: Option<(u32, u32)>,
    /// As the manifest spells it.
    pub language: Option<String>,
    /// How many channels of sound; 0 of pictures.
    pub channels: u32,
}

/// What a DASH manifest represents, in its order. Fails with why it cannot be read.
pub fn represented(manifest: &str) -> Result<Vec<Represented>, String> {
    let mut reader = Reader::from_str(manifest);
    let (mut found, mut language) = (Vec::<Represented>::new(), None);
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let (Event::Start(element) | Event::Empty(element)) = event else {
            if matches!(event, Event::Eof) {
                return Ok(found);
            }
            continue;
        };
        let value = |name: &str| attribute(&element, name);
        match element.local_name().as_ref() {
            b"AdaptationSet" => language = value("lang"),
            b"Representation" => {
                let needed = |name: &str| {
                    value(name).ok_or_else(|| format!("a Representation has no {name}"))
                };
                let pixels = |name: &str| value(name).and_then(|it| it.parse().ok());
                found.push(Represented {
                    id: needed("id")?,
                    bandwidth: needed("bandwidth")?
                        .parse()
                        .map_err(|_| "a bandwidth is no number".to_owned())?,
                    codecs: needed("codecs")?,
                    size: pixels("width").zip(pixels("height")),
                    language: language.clone(),
                    channels: 0,
                });
            }
            b"AudioChannelConfiguration" => {
                let channels = value("value").and_then(|it| it.parse().ok());
                if let (Some(stream), Some(channels)) = (found.last_mut(), channels) {
                    stream.channels = channels;
                }
            }
            _ => {}
        }
    }
}

/// What an attribute of an element says; one of another namespace is read if there is none with this very name, which is
/// the one that players read.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut of_another = None;
    for found in element.attributes().filter_map(Result::ok) {
        let value = String::from_utf8_lossy(&found.value).into_owned();
        if found.key.as_ref() == name.as_bytes() {
            return Some(value);
        }
        if found.key.local_name().as_ref() == name.as_bytes() {
            of_another = of_another.or(Some(value));
        }
    }
    of_another
}

/// The main playlist over the playlists `media_ID.m3u8` of these streams. The first sound is played if nothing else is
/// chosen.
pub fn main_playlist(streams: &[Represented]) -> String {
    let (pictures, sounds): (Vec<_>, Vec<_>) = streams.iter().partition(|it| it.size.is_some());
    let mut text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n".to_owned();
    // Writing into a text never fails.
    let mut write = |arguments: std::fmt::Arguments<'_>| text.write_fmt(arguments).is_ok();
    for (number, sound) in sounds.iter().enumerate() {
        let language = sound.language.as_deref();
        let said = language.map_or_else(String::new, |it| format!(",LANGUAGE=\"{it}\""));
        let is_first = if number == 0 { "YES" } else { "NO" };
        write(format_args!(
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"{} {}\"{said},DEFAULT={is_first},AUTOSELECT=YES,\
             CHANNELS=\"{}\",URI=\"media_{}.m3u8\"\n",
            language.unwrap_or("sound"),
            number + 1,
            sound.channels,
            sound.id,
        ));
    }
    let loudest = sounds.iter().map(|it| it.bandwidth).max();
    let spoken = sounds.first().map(|it| it.codecs.as_str());
    for picture in &pictures {
        let codecs: Vec<&str> = std::iter::once(&*picture.codecs).chain(spoken).collect();
        let (width, height) = picture.size.unwrap_or_default();
        let group = if sounds.is_empty() {
            ""
        } else {
            ",AUDIO=\"sound\""
        };
        write(format_args!(
            "#EXT-X-STREAM-INF:BANDWIDTH={},RESOLUTION={width}x{height},CODECS=\"{}\"{group}\nmedia_{}.m3u8\n",
            picture.bandwidth + loudest.unwrap_or_default(),
            codecs.join(","),
            picture.id,
        ));
    }
    // Of sound alone each stream is one to choose, too: a playlist without any plays nothing.
    if let (true, Some(sound)) = (pictures.is_empty(), sounds.first()) {
        write(format_args!(
            "#EXT-X-STREAM-INF:BANDWIDTH={},CODECS=\"{}\",AUDIO=\"sound\"\nmedia_{}.m3u8\n",
            sound.bandwidth, sound.codecs, sound.id,
        ));
    }
    text
}

/// A playlist without the times of the clock at which it was made.
pub fn without_times(playlist: &str) -> String {
    let lines = playlist.lines();
    let kept = lines.filter(|line| !line.starts_with("#EXT-X-PROGRAM-DATE-TIME"));
    kept.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period>
  <AdaptationSet id="0" contentType="video">
    <Representation id="0" codecs="avc1.64001e" bandwidth="1200000" width="854" height="480" sar="1:1"/>
  </AdaptationSet>
  <AdaptationSet id="1" contentType="audio" lang="deu">
    <Representation id="1" codecs="mp4a.40.2" bandwidth="128000">
      <AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3" value="2"/>
    </Representation>
  </AdaptationSet>
</Period></MPD>"#;

    #[test]
    fn the_main_playlist_says_languages_and_what_both_take() {
        let streams = represented(MANIFEST).unwrap();

        let playlist = main_playlist(&streams);

        assert_eq!(
            playlist,
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n\
             #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"deu 1\",LANGUAGE=\"deu\",DEFAULT=YES,AUTOSELECT=YES,\
             CHANNELS=\"2\",URI=\"media_1.m3u8\"\n\
             #EXT-X-STREAM-INF:BANDWIDTH=1328000,RESOLUTION=854x480,CODECS=\"avc1.64001e,mp4a.40.2\",AUDIO=\"sound\"\n\
             media_0.m3u8\n"
        );
        assert!(main_playlist(&streams[1..]).ends_with("media_1.m3u8\n"));
        assert!(!main_playlist(&streams[..1]).contains("AUDIO"));
    }

    #[test]
    fn what_is_no_manifest_is_named() {
        let error = represented("<MPD><Representation id='0'/></MPD>").unwrap_err();

        assert_eq!(error, "a Representation has no bandwidth");
        assert!(represented("<MPD></MPE>").is_err());
    }

    #[test]
    fn a_playlist_is_the_same_whenever_it_was_made() {
        let playlist =
            "#EXTM3U\n#EXTINF:2.0,\n#EXT-X-PROGRAM-DATE-TIME:2026-12-03T00:11:56Z\na.m4s\n";

        assert_eq!(without_times(playlist), "#EXTM3U\n#EXTINF:2.0,\na.m4s\n");
    }
}
