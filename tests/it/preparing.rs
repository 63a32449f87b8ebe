//! Films that are prepared by ffmpeg, from the file to the manifest that a player reads.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::timeout;

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program, Site};

both_ways!(
    a_film_is_prepared_once_and_played,
    what_was_stopped_is_gone_on_with,
    odd_films_are_prepared_whole,
    whoever_waits_for_others_says_so,
);

/// Makes a clip of so many seconds, 25 pictures each, by these arguments for its streams.
fn clip(path: &Path, seconds: u32, arguments: &str) {
    let pictures = format!("testsrc2=size=640x360:rate=25:duration={seconds}");
    let sound = format!("sine=frequency=440:duration={seconds}");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", &pictures])
        .args(["-f", "lavfi", "-i", &sound])
        .args("-c:v libx264 -preset ultrafast -g 37 -c:a aac".split(' '))
        .args(arguments.split_whitespace())
        .arg(path)
        .status()
        .unwrap();
    assert!(made.success());
}

/// Has ffmpeg make something of its own pictures and sounds, or of another file.
fn ffmpeg(arguments: &str, path: &Path) {
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y"])
        .args(arguments.split_whitespace())
        .arg(path)
        .status()
        .unwrap();
    assert!(made.success(), "{arguments}");
}

/// How many pictures and packets of sound are in a stream of a folder.
fn packets(folder: &Path, stream: u32) -> usize {
    let mut bytes = fs::read(folder.join(format!("init-{stream}.mp4"))).unwrap();
    for number in 1.. {
        let segment = folder.join(format!("segment-{stream}-{number:05}.m4s"));
        let Ok(segment) = fs::read(segment) else {
            break;
        };
        bytes.extend(segment);
    }
    let whole = folder.with_extension("whole.mp4");
    fs::write(&whole, bytes).unwrap();
    let said = Command::new("ffprobe")
        .args(["-v", "error", "-count_packets", "-show_entries"])
        .args(["stream=nb_read_packets", "-of", "default=nw=1:nk=1"])
        .arg(&whole)
        .output()
        .unwrap();
    String::from_utf8(said.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap()
}

async fn a_film_is_prepared_once_and_played(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let around = tempfile::tempdir().unwrap();
    let (film, folder) = (around.path().join("film.mkv"), around.path().join("out"));
    clip(&film, 33, "-metadata:s:a:0 language=deu");
    let [film, out] = [&film, &folder].map(|path| path.to_str().unwrap());

    let prepare = [
        "video",
        "prepare",
        film,
        out,
        "--workers",
        "2",
        "--to",
        "heat-1995",
    ];
    let said = program.expect(&prepare).await;

    // A piece of 30 seconds and one of three, and the sound.
    let expected = "prepared in 3 parts; sizes: 640×360 426×240; 825 of 825 pictures";
    assert!(said.contains(expected), "{said}");
    assert_eq!((packets(&folder, 0), packets(&folder, 1)), (825, 825));
    // 1024 samples of 48000 each, and what encoders fill up the beginning and the end with.
    let sound = packets(&folder, 2);
    assert!((1547..=1553).contains(&sound), "{sound}");
    let parts = around.path().join("out.parts");
    assert!(!parts.exists());
    let playlist = fs::read_to_string(folder.join("main.m3u8")).unwrap();
    assert!(playlist.contains("LANGUAGE=\"de\""), "{playlist}");

    let site = program.serve().await;
    let query = "{ film(slug: \"heat-1995\") { playback(input: { kinds: [DASH] }) {
        sources { kind url renditions { height width } audio { channels } } } } }";
    let found = site.ask(query, json!({})).await;
    let source = &found["film"]["playback"]["sources"][0];
    let sizes = json!([{ "height": 360, "width": 640 }, { "height": 240, "width": 426 }]);
    assert_eq!(source["renditions"], sizes, "{found}");
    assert_eq!(source["audio"], json!([{ "channels": 1 }]));
    let address = source["url"].as_str().unwrap();
    let manifest = site.get(address).send().await.unwrap();
    let manifest = manifest.bytes().await.unwrap();
    assert_eq!(manifest, fs::read(folder.join("manifest.mpd")).unwrap());

    // Once more, and whoever plays it goes on.
    let again = program.expect(&prepare).await;
    assert!(again.contains("was prepared before"), "{again}");
    assert!(again.contains("were added before, and stay"), "{again}");
    let unchanged = site.ask(query, json!({})).await;
    assert_eq!(package_of(&address_of(&unchanged)), package_of(address));
    check_that_another_takes_its_place(&program, &site, &folder, address).await;
    let jobs = program.expect(&["jobs", "--json"]).await;
    let job: Value = serde_json::from_str(jobs.lines().next().unwrap()).unwrap();
    let job = (&job["kind"], &job["state"], &job["done"], &job["of"]);
    assert_eq!(
        job,
        (&json!("prepare"), &json!("done"), &json!(3), &json!(3))
    );

    // What is not whole, or leads elsewhere, is not taken.
    let segment = folder.join("segment-0-00003.m4s");
    fs::write(&segment, "").unwrap();
    check_is_not_taken(&program, out, "segment-0-00003.m4s is empty").await;
    fs::remove_file(&segment).unwrap();
    check_is_not_taken(&program, out, "segment-0-00003.m4s").await;
    let playlist = folder.join("main.m3u8");
    let mut text = fs::read_to_string(&playlist).unwrap();
    text.push_str("#EXT-X-MEDIA:X-URI=\"media_0.m3u8\",URI=\"http://example.org/0.m3u8\"\n");
    fs::write(&playlist, text).unwrap();
    check_is_not_taken(&program, out, "http://example.org/0.m3u8").await;
    check_refusals(&program, around.path()).await;
}

/// The address of the only source of a playback.
fn address_of(found: &Value) -> String {
    let sources = found["film"]["playback"]["sources"].as_array().unwrap();
    assert_eq!(sources.len(), 1, "{found}");
    sources[0]["url"].as_str().unwrap().to_owned()
}

/// What an address says behind the grant: which package it is of, and which file.
fn package_of(address: &str) -> &str {
    let (_, package) = address.split_once("/packages/").unwrap();
    package
}

/// What is added in the place of another is given out from then on, and whoever plays the other goes on.
async fn check_that_another_takes_its_place(
    program: &Program,
    site: &Site,
    folder: &Path,
    before: &str,
) {
    let playlist = folder.join("main.m3u8");
    let text = fs::read_to_string(&playlist).unwrap();
    fs::write(&playlist, format!("{text}# another\n")).unwrap();

    let add = [
        "video",
        "add",
        folder.to_str().unwrap(),
        "--to",
        "heat-1995",
    ];
    let added = program.expect(&add).await;

    assert!(added.contains("in the place of others"), "{added}");
    let query =
        "{ film(slug: \"heat-1995\") { playback(input: { kinds: [DASH] }) { sources { url } } } }";
    let now = address_of(&site.ask(query, json!({})).await);
    assert_ne!(package_of(&now), package_of(before));
    for address in [before, &now] {
        let answer = site.get(address).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{address}");
    }
}

/// Whether a folder is refused, and why.
async fn check_is_not_taken(program: &Program, folder: &str, why: &str) {
    for command in [
        &["video", "verify", folder][..],
        &["video", "add", folder, "--to", "heat-1995"],
    ] {
        let refused = program.run(command).await;
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains(why), "{said}");
    }
}

/// What is no film is refused, whatever it is called.
async fn check_refusals(program: &Program, around: &Path) {
    let secret = around.join("secret.txt");
    fs::write(&secret, "secret").unwrap();
    let secret = secret.to_str().unwrap();
    for (name, text) in [
        (
            "list.mp4",
            format!("#EXTM3U\n#EXTINF:1,\nfile://{secret}\n"),
        ),
        (
            "script.mkv",
            format!("ffconcat version 1.0\nfile {secret}\n"),
        ),
        ("text.avi", "only a text\n".repeat(100)),
    ] {
        let path = around.join(name);
        fs::write(&path, text).unwrap();
        let out = around.join(format!("{name}.out"));
        let command = [
            "video",
            "prepare",
            path.to_str().unwrap(),
            out.to_str().unwrap(),
        ];
        let refused = program.run(&command).await;
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{name}: {said}");
        assert!(said.contains("it cannot be prepared"), "{name}: {said}");
        assert!(!out.exists(), "{name}");
    }
    // Nobody writes into it, so whoever reads it waits.
    let pipe = around.join("pipe.mkv");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let out = around.join("pipe.out");
    let [pipe, out] = [&pipe, &out].map(|path| path.to_str().unwrap());
    let command = ["video", "prepare", pipe, out];
    let refused = timeout(SOON, program.run(&command)).await.unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("no regular file"), "{said}");
}

async fn what_was_stopped_is_gone_on_with(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let around = tempfile::tempdir().unwrap();
    let (film, folder) = (around.path().join("film.mp4"), around.path().join("out"));
    // Long enough that it is not over when it is stopped.
    clip(&film, 120, "-an");
    let [film, out] = [&film, &folder].map(|path| path.to_str().unwrap());
    let prepare = ["video", "prepare", film, out];
    let first = around.path().join("out.parts/piece-00000.frames");

    let mut command = program.command(&prepare);
    let mut running = command.stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while !first.exists() {
        assert!(started.elapsed() < SOON);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let id = running.id().unwrap().to_string();
    let told = Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(told.success());
    let ended = running.wait().await.unwrap();

    assert_eq!(ended.code(), Some(3));
    assert!(!folder.exists());
    let made = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    let before = made(&first);

    // Another file is no matter of this folder.
    let other = around.path().join("other.mp4");
    clip(&other, 1, "-an");
    let other = ["video", "prepare", other.to_str().unwrap(), out];
    let refused = program.run(&other).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("is of another file"), "{said}");
    assert_eq!(made(&first), before);

    let said = program.expect(&prepare).await;
    assert!(said.contains("3000 of 3000 pictures"), "{said}");
    assert_eq!((packets(&folder, 0), packets(&folder, 1)), (3000, 3000));
}

async fn odd_films_are_prepared_whole(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let around = tempfile::tempdir().unwrap();
    let path = |name: &str| around.path().join(name);
    let prepare = async |name: &str| {
        let (film, out) = (path(name), path(&format!("{name}.out")));
        let [film, out] = [&film, &out].map(|path| path.to_str().unwrap());
        let said = program.expect(&["video", "prepare", film, out]).await;
        program.expect(&["video", "verify", out]).await;
        said
    };
    let pictures = "-f lavfi -i testsrc2=size=160x120:rate=30";

    // Cut behind a key frame: packets before the beginning are there, and an edit list says that they are not shown.
    let whole = path("whole.mp4");
    ffmpeg(
        &format!("{pictures} -t 6 -c:v libx264 -g 250 -bf 0"),
        &whole,
    );
    let cut = format!("-ss 1.3 -i {} -t 4 -c copy", whole.display());
    ffmpeg(&cut, &path("cut.mp4"));
    let said = prepare("cut.mp4").await;
    assert!(said.contains("120 of 120 pictures"), "{said}");

    // A sound that goes on behind the pictures, and a single picture.
    let sound = "-f lavfi -i sine=duration=5";
    let codecs = "-c:v libx264 -c:a aac";
    ffmpeg(
        &format!("{pictures}:duration=2 {sound} {codecs}"),
        &path("long.mkv"),
    );
    ffmpeg(&format!("{pictures} -frames:v 1"), &path("one.mp4"));
    for (name, shortest, longest) in [("long.mkv", 5.0, 5.1), ("one.mp4", 0.04, 0.04)] {
        prepare(name).await;
        let manifest = path(&format!("{name}.out")).join("manifest.mpd");
        let manifest = fs::read_to_string(manifest).unwrap();
        let (_, said) = manifest
            .split_once("mediaPresentationDuration=\"PT")
            .unwrap();
        let seconds: f64 = said.split('S').next().unwrap().parse().unwrap();
        assert!((shortest..=longest).contains(&seconds), "{manifest}");
        assert!(!manifest.contains(" d=\"0\""), "{manifest}");
    }

    // A file that lost its end says how long it was, and a copy of what is there how long that is.
    let whole = path("whole.flv");
    ffmpeg(&format!("{pictures}:duration=6 -c:v libx264 -g 30"), &whole);
    let bytes = fs::read(&whole).unwrap();
    fs::write(path("broken.flv"), &bytes[..bytes.len() / 2]).unwrap();
    let (film, out) = (path("broken.flv"), path("broken.out"));
    let [film, out] = [&film, &out].map(|path| path.to_str().unwrap());
    let refused = program.run(&["video", "prepare", film, out]).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("its end is lacking"), "{said}");
    assert!(!Path::new(out).exists());
    ffmpeg(&format!("-i {film} -sn -dn -c copy"), &path("mended.mkv"));
    prepare("mended.mkv").await;

    // Key frames are where there are pictures, some of them less than two seconds apart.
    let uneven = "-f lavfi -i testsrc2=size=160x120:rate=123/10:duration=35";
    ffmpeg(
        &format!("{uneven} -c:v libx264 -preset ultrafast"),
        &path("uneven.mkv"),
    );
    prepare("uneven.mkv").await;
    let playlist = fs::read_to_string(path("uneven.mkv.out").join("media_0.m3u8")).unwrap();
    let lengths = playlist
        .lines()
        .filter_map(|line| line.strip_prefix("#EXTINF:"));
    let lengths: Vec<f64> = lengths
        .map(|it| it.trim_end_matches(',').parse().unwrap())
        .collect();
    let (_, whole) = lengths.split_last().unwrap();
    assert_eq!(whole.len(), 17, "{playlist}");
    assert!(whole.iter().all(|it| (1.9..2.1).contains(it)), "{playlist}");

    // One sound of two is of a codec that is not read.
    let sounds = "-f lavfi -i sine=duration=1 -f lavfi -i sine=duration=1:sample_rate=16000";
    let codecs = "-map 0 -map 1 -map 2 -c:v libx264 -c:a:0 adpcm_ms -c:a:1 g722";
    ffmpeg(
        &format!("{pictures}:duration=1 {sounds} {codecs}"),
        &path("sounds.mkv"),
    );
    prepare("sounds.mkv").await;
    let playlist = fs::read_to_string(path("sounds.mkv.out").join("main.m3u8")).unwrap();
    assert_eq!(playlist.matches("TYPE=AUDIO").count(), 1, "{playlist}");
}

async fn whoever_waits_for_others_says_so(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let around = tempfile::tempdir().unwrap();
    let (film, folder) = (around.path().join("film.mp4"), around.path().join("out"));
    // One piece, and no sound.
    clip(&film, 20, "-an");
    let [film, out] = [&film, &folder].map(|path| path.to_str().unwrap());
    let prepare = ["video", "prepare", film, out];
    let parts = around.path().join("out.parts");
    let is_begun = || {
        let mut entries = fs::read_dir(&parts).into_iter().flatten();
        entries.any(|it| it.unwrap().file_name().to_string_lossy().contains("piece-"))
    };

    let mut command = program.command(&prepare);
    let mut first = command.stdout(Stdio::null()).spawn().unwrap();
    let id = first.id().unwrap().to_string();
    let tell = |signal: &str| {
        let told = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(told.success());
    };
    let started = Instant::now();
    while !is_begun() {
        assert!(started.elapsed() < SOON);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // It has the piece, and makes nothing of it.
    tell("-STOP");
    let mut command = program.command(&prepare);
    let piped = command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut second = piped.spawn().unwrap();
    let mut lines = BufReader::new(second.stderr.take().unwrap()).lines();
    let said = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains("waits for what another process has") {
                return true;
            }
        }
        false
    };
    let said = timeout(SOON, said).await;
    tell("-CONT");

    assert_eq!(said, Ok(true));
    assert!(first.wait().await.unwrap().success());
    assert!(second.wait().await.unwrap().success());
    assert_eq!(packets(&folder, 0), 500);
}
