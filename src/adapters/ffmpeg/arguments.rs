//! The command lines of ffmpeg: each was tried by hand with the version of Debian 12, 5.1.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use crate::domain::preparing::{
    AudioPlan, CONTAINERS, Filter, KEY_FRAME_SECONDS, MAX_PIXELS, Plan, SEGMENT_SECONDS, VideoPlan,
};

/// All pieces begin so many seconds later than they do: times below zero, which the first pictures may have that are decoded
/// before they are shown, would shift the first piece alone.
const LATER: u32 = 10;
/// So many seconds before a piece it is begun to read: some containers find places only about.
const BEFORE: u32 = 3;
/// How finely times are kept: 90 000 ticks a second, which the times of all usual rates are multiples of.
const TICKS: &str = "1/90000";
/// How long a picture is that is alone, in these: 1/25 of a second.
const ONE_PICTURE: u32 = 3600;
/// How long a segment of pictures is at the least, but for the last one, in seconds. Where no picture is at whole seconds,
/// key frames are later than they are asked for, and the last one of a piece is not so long before the next piece: with as
/// much as they are to be apart, both would become one segment.
const LEAST_PICTURES: &str = "1.5";

/// A command line that grows.
struct Line(Vec<OsString>);

impl Line {
    fn new() -> Self {
        Self(Vec::new()).words("-hide_banner -nostdin -loglevel error -y")
    }

    /// Words that have no space in them.
    fn words(mut self, words: &str) -> Self {
        self.0.extend(words.split(' ').map(OsString::from));
        self
    }

    fn word(mut self, word: impl Into<OsString>) -> Self {
        self.0.push(word.into());
        self
    }

    /// Reads a file that comes from others: no address, no other file, and no container but these.
    fn foreign(self, file: &Path) -> Self {
        let containers = CONTAINERS.join(",");
        self.words("-protocol_whitelist file -format_whitelist")
            .word(containers)
            .words(&format!("-max_pixels {MAX_PIXELS} -i"))
            .word(address(file))
    }
}

/// A path as no other protocol could be meant by.
fn address(file: &Path) -> OsString {
    let mut address = OsString::from("file:");
    address.push(file);
    address
}

/// Tells what a file holds, as JSON; the packets of all streams are counted.
pub(super) fn probe(file: &Path) -> Vec<OsString> {
    let line = Line(Vec::new()).words("-hide_banner -loglevel error -protocol_whitelist file");
    let line = line.word("-format_whitelist").word(CONTAINERS.join(","));
    let line = line.words("-show_format -show_streams -count_packets -of json -i");
    line.word(address(file)).0
}

/// How many pictures a piece has, as a number on a line.
pub(super) fn count(piece: &str) -> Vec<OsString> {
    let line = Line(Vec::new()).words("-hide_banner -loglevel error -protocol_whitelist file");
    let line = line.words("-f mpegts -select_streams v:0 -count_packets");
    let line = line.words("-show_entries stream=nb_read_packets -of default=nw=1:nk=1 -i");
    line.word(address(Path::new(piece))).0
}

/// How many pictures are shown of a stream, as a number on a line: all are decoded. Packets are more, where some stand
/// before what an edit list cuts out, are never shown, or lack the key frame that they go by.
pub(super) fn shown_pictures(file: &Path, stream: u32) -> Vec<OsString> {
    let line = Line(Vec::new()).words("-hide_banner -loglevel error -protocol_whitelist file");
    let line = line.word("-format_whitelist").word(CONTAINERS.join(","));
    let line = line.words(&format!(
        "-max_pixels {MAX_PIXELS} -select_streams {stream}"
    ));
    let line = line.words("-count_frames -show_entries stream=nb_read_frames");
    let line = line.words("-of default=nw=1:nk=1 -i");
    line.word(address(file)).0
}

/// Encodes the pictures of a piece in all sizes, into these files.
pub(super) fn piece(
    plan: &Plan,
    video: &VideoPlan,
    number: u32,
    file: &Path,
    into: &[String],
) -> Vec<OsString> {
    let (begins, ends) = plan.span(number);
    let mut line = Line::new().words("-copyts");
    if let Some(from) = begins.checked_sub(BEFORE).filter(|from| *from > 0) {
        line = line.words(&format!("-noaccurate_seek -ss {from}"));
    }
    line = line.foreign(file).word("-filter_complex");
    line = line.word(filters(plan, video, (begins, ends)));
    for (number, (size, into)) in video.sizes.iter().zip(into).enumerate() {
        let bitrate = size.bitrate;
        line = line.words(&format!(
            "-map [v{number}] -fps_mode passthrough -enc_time_base {TICKS}"
        ));
        line = line.words("-c:v libx264 -preset veryfast -profile:v high -pix_fmt yuv420p");
        line = line.words("-g 100000 -keyint_min 1 -sc_threshold 0 -force_key_frames");
        line = line.word(format!("expr:gte(t,n_forced*{KEY_FRAME_SECONDS})"));
        line = line.words(&format!(
            "-b:v {bitrate} -maxrate {} -bufsize {}",
            u64::from(bitrate) * 3 / 2,
            u64::from(bitrate) * 2
        ));
        line = line.words("-map_metadata -1 -map_chapters -1 -f mpegts -mpegts_flags");
        line = line.words("initial_discontinuity -muxdelay 0 -muxpreload 0 -output_ts_offset");
        line = line.word(LATER.to_string()).word(into);
    }
    line.0
}

/// What is done to the pictures of a piece: its own are chosen by their times, and in each size.
fn filters(plan: &Plan, video: &VideoPlan, (begins, ends): (u32, Option<u32>)) -> String {
    let mut text = format!("[0:{}]setpts=PTS-({:.6})/TB", video.index, plan.origin);
    // Writing into a text never fails.
    let mut write = |arguments: std::fmt::Arguments<'_>| text.write_fmt(arguments).is_ok();
    for filter in &video.filters {
        write(format_args!(",{}", words_of(*filter)));
    }
    // Those of one piece are all that are not before it and before the next: none is in two, and none in no piece.
    match (begins, ends) {
        (0, None) => {}
        (0, Some(ends)) => {
            write(format_args!(",trim=end={ends}"));
        }
        (begins, None) => {
            write(format_args!(",trim=start={begins}"));
        }
        (begins, Some(ends)) => {
            write(format_args!(",trim=start={begins}:end={ends}"));
        }
    }
    write(format_args!(",settb={TICKS},split={}", video.sizes.len()));
    for number in 0..video.sizes.len() {
        write(format_args!("[s{number}]"));
    }
    for (number, size) in video.sizes.iter().enumerate() {
        let (width, height) = (size.width, size.height);
        write(format_args!(
            ";[s{number}]scale={width}:{height},setsar=1,format=yuv420p[v{number}]"
        ));
    }
    text
}

fn words_of(filter: Filter) -> &'static str {
    match filter {
        Filter::Deinterlace => "yadif=mode=send_frame:deint=all",
        Filter::ToneMap => {
            "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=hable:desat=0,\
             zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
        }
    }
}

/// Encodes a sound from the beginning to the end; gaps of it are silent, so that it stays with the pictures.
pub(super) fn audio(plan: &Plan, sound: &AudioPlan, file: &Path, into: &str) -> Vec<OsString> {
    let line = Line::new()
        .words("-copyts")
        .foreign(file)
        .word("-filter_complex");
    let line = line.word(format!(
        "[0:{}]asetpts=PTS-({:.6})/TB,aresample=async=1:first_pts=0[a]",
        sound.index, plan.origin
    ));
    let line = line.words("-map [a] -map_metadata -1 -map_chapters -1 -c:a aac -ar 48000");
    let line = line.words(&format!("-ac {} -b:a {}", sound.channels, sound.bitrate));
    line.words("-f mp4").word(into).0
}

/// Puts pieces and sounds together: segments, a manifest for DASH, and playlists for HLS, in a folder. `pieces` has the
/// files of each size in their order.
pub(super) fn assemble(
    plan: &Plan,
    pieces: &[Vec<String>],
    sounds: &[String],
    manifest: &str,
) -> Vec<OsString> {
    let mut line = Line::new().words("-copyts");
    for files in pieces {
        line = line.words("-protocol_whitelist file,concat -f mpegts -itsoffset");
        line = line.words(&format!("-{LATER} -i"));
        line = line.word(format!("concat:{}", files.join("|")));
    }
    for file in sounds {
        line = line.words("-protocol_whitelist file -f mov -i").word(file);
    }
    let sizes = plan.video.as_ref().map_or(&[][..], |video| &video.sizes);
    for input in 0..pieces.len() {
        line = line.words(&format!("-map {input}:v:0"));
    }
    for sound in 0..sounds.len() {
        line = line.words(&format!("-map {}:a:0", pieces.len() + sound));
    }
    line = line.words("-c copy -map_metadata -1 -map_chapters -1");
    if !pieces.is_empty() {
        // Without it the tag is that of transport streams.
        line = line.words("-tag:v avc1 -bsf:v").word(length_of_one());
    }
    for (number, size) in sizes.iter().enumerate() {
        // Even numbers are of the same shape only about, and of one set that is not let in.
        if let Some(largest) = sizes.first() {
            let (width, height) = (largest.width, largest.height);
            line = line.words(&format!("-aspect:v:{number} {width}:{height}"));
        }
        let most = u64::from(size.bitrate) * 3 / 2;
        line = line.words(&format!("-b:v:{number} {most}"));
    }
    for (number, sound) in plan.audio.iter().enumerate() {
        line = line.words(&format!("-b:a:{number} {}", sound.bitrate));
        if let Some(language) = &sound.language {
            line = line.words(&format!("-metadata:s:a:{number} language={language}"));
        }
    }
    line = line.words(&format!("-f dash -seg_duration {SEGMENT_SECONDS}"));
    line = line.words("-use_template 1 -use_timeline 1 -adaptation_sets");
    line = line.word(sets(pieces.len(), sounds.len()));
    line = line.words("-hls_playlist 1 -hls_master_name main.m3u8 -init_seg_name");
    line = line.words("init-$RepresentationID$.mp4 -media_seg_name");
    line = line.word("segment-$RepresentationID$-$Number%05d$.m4s");
    line.word(manifest).0
}

/// What gives the first picture a length if it has none, up to the second: its segment would be of no time at all if it is
/// alone in it. How long others are follows from those before them. Without `pts` and `dts` it would make one of both.
fn length_of_one() -> String {
    let first = format!("if(eq(NEXT_DTS\\,NOPTS)\\,{ONE_PICTURE}\\,NEXT_DTS-DTS)");
    format!("setts=pts=PTS:dts=DTS:duration=if(DURATION\\,DURATION\\,if(N\\,0\\,{first}))")
}

/// All sizes of the pictures are one set, which players change in; each sound is one of its own. A segment of pictures ends
/// at the first key frame that is so late.
fn sets(sizes: usize, sounds: usize) -> String {
    let all = |streams: std::ops::Range<usize>| {
        let numbers: Vec<String> = streams.map(|stream| stream.to_string()).collect();
        numbers.join(",")
    };
    let pictures = format!("seg_duration={LEAST_PICTURES},streams={}", all(0..sizes));
    let pictures = (sizes > 0).then_some(pictures);
    let sounds = (sizes..sizes + sounds).map(|stream| format!("streams={stream}"));
    let sets = pictures.into_iter().chain(sounds).enumerate();
    let sets: Vec<String> = sets.map(|(id, set)| format!("id={id},{set}")).collect();
    sets.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_address_and_no_option() {
        let line = probe(Path::new("http://example.org/a.mp4"));

        assert_eq!(line.last().unwrap(), "file:http://example.org/a.mp4");
    }

    #[test]
    fn pictures_are_counted_of_a_stream_by_its_place() {
        let line = shown_pictures(Path::new("/a b.mp4"), 3);

        let at = line.iter().position(|it| it == "-select_streams").unwrap();
        assert_eq!(line[at + 1], "3");
        assert!(line.iter().any(|it| it == "-count_frames"));
        assert_eq!(line.last().unwrap(), "file:/a b.mp4");
    }

    #[test]
    fn only_the_first_picture_is_given_a_length() {
        let filter = length_of_one();

        assert!(
            filter.starts_with("setts=pts=PTS:dts=DTS:duration="),
            "{filter}"
        );
        let first = "if(N\\,0\\,if(eq(NEXT_DTS\\,NOPTS)\\,3600\\,NEXT_DTS-DTS)))";
        assert!(filter.ends_with(first), "{filter}");
    }

    #[test]
    fn sizes_are_one_set_and_each_sound_is_one() {
        assert_eq!(
            sets(2, 2),
            "id=0,seg_duration=1.5,streams=0,1 id=1,streams=2 id=2,streams=3"
        );
        assert_eq!(sets(0, 1), "id=0,streams=0");
        assert_eq!(sets(1, 0), "id=0,seg_duration=1.5,streams=0");
    }
}
