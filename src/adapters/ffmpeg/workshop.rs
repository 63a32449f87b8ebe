//! A film that is prepared in a folder beside the one that it comes to lie in. Names of files say what is finished, and each
//! gets its name when it is whole, so a crash leaves nothing half but under names that nobody reads.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use rustix::fs::statvfs;
use serde::Serialize;
use tokio::fs;
use uuid::Uuid;

use super::{arguments, process};
use crate::domain::entropy::unique_name;
use crate::domain::preparing::{
    Counted, Part, Plan, PreparingError, Probed, VideoPlan, Workshop, main_playlist, represented,
    with_length, without_times,
};
use crate::domain::video::{DASH_MANIFEST, HLS_PLAYLIST};

const FFMPEG: &str = "ffmpeg";
const FFPROBE: &str = "ffprobe";
/// How long the packets of a file may be counted: all of it is read.
const PROBING: Duration = Duration::from_secs(3600);
/// How long a piece may take.
const PIECE: Duration = Duration::from_secs(2 * 3600);
/// How long a sound, and putting together, may take.
const WHOLE: Duration = Duration::from_secs(12 * 3600);
/// So many bytes must be free, or nothing is begun.
const LEAST_FREE: u64 = 256 << 20;
/// What tells what is prepared, in the folder of parts and then beside the manifests.
const TICKET: &str = "prepared.json";
/// What names begin with of what is not whole.
const UNFINISHED: &str = "unfinished-";
/// What is said of a piece when its files are whole: how many pictures it has.
const FRAMES: &str = "frames";
/// One in so many pictures may be lacking: damaged ones, and such as a file begins with and nobody is shown.
const TOLERATED: u64 = 100;

/// What a file holds, whatever its name says.
pub async fn probe(file: &Path) -> Result<Probed, PreparingError> {
    let file = absolute(file)?;
    // A pipe would be waited for, and is another file each time that it is read.
    if !fs::metadata(&file).await.map_err(at(&file))?.is_file() {
        return Err(PreparingError::Refused(
            "it is no regular file: a folder, a pipe or a device".to_owned(),
        ));
    }
    let said = process::run(FFPROBE, arguments::probe(&file), Path::new("/"), PROBING);
    // Nothing that is read can read it, or what can is a playlist or a script.
    let is_no_film =
        |lines: &str| lines.contains("Invalid data found") || lines.contains("not on whitelist");
    match said.await {
        Ok(said) => Probed::read(&said),
        Err(PreparingError::Tool { lines, .. }) if is_no_film(&lines) => Err(
            PreparingError::Refused("it is no film in a container that is read".to_owned()),
        ),
        Err(error) => Err(error),
    }
}

/// A film, and the folder that its parts lie in until it is put together.
pub struct FolderWorkshop {
    id: Uuid,
    /// What the film is made of.
    file: PathBuf,
    /// Where it comes to lie.
    target: PathBuf,
    /// Where its parts are.
    parts: PathBuf,
    plan: Plan,
    /// What is prepared, and how, as JSON.
    ticket: String,
}

/// What is prepared, and how. Of the same ticket there are the same parts.
#[derive(Serialize)]
struct Ticket<'a> {
    size: u64,
    /// In milliseconds since 1970 UTC, if the disk knows.
    modified: Option<u128>,
    plan: &'a Plan,
}

impl FolderWorkshop {
    /// Where a file is prepared by a plan so that it comes to lie in a folder, which must not be there yet. What is finished
    /// of the same is gone on with; of other work nothing is touched.
    pub async fn open(file: &Path, target: &Path, plan: Plan) -> Result<Self, PreparingError> {
        let (file, target) = (absolute(file)?, absolute(target)?);
        let known = fs::metadata(&file).await.map_err(at(&file))?;
        let modified = known.modified().ok();
        let modified = modified.and_then(|it: SystemTime| it.duration_since(UNIX_EPOCH).ok());
        let ticket = Ticket {
            size: known.len(),
            modified: modified.map(|since| since.as_millis()),
            plan: &plan,
        };
        let ticket = serde_json::to_string(&ticket).map_err(|error| at(&file)(error.into()))?;
        let mut parts = target.clone().into_os_string();
        parts.push(".parts");
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let workshop = Self {
            id: Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{name}\n{ticket}").as_bytes()),
            file,
            parts: parts.into(),
            target,
            plan,
            ticket,
        };
        if !workshop.is_there(&workshop.target).await? {
            fs::create_dir_all(&workshop.parts)
                .await
                .map_err(at(&workshop.parts))?;
            if !workshop.is_there(&workshop.parts).await? {
                let ticket = unfinished(TICKET);
                workshop.write(&ticket, workshop.ticket.as_bytes()).await?;
                workshop.rename(&ticket, TICKET).await?;
            }
        }
        Ok(workshop)
    }

    /// Whether a folder has what is prepared here. Fails if it has something else.
    async fn is_there(&self, folder: &Path) -> Result<bool, PreparingError> {
        let path = folder.join(TICKET);
        match fs::read_to_string(&path).await {
            Ok(ticket) if ticket == self.ticket => Ok(true),
            Ok(_) => Err(PreparingError::OtherWork(shown(folder))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut entries = match fs::read_dir(folder).await {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                    entries => entries.map_err(at(folder))?,
                };
                while let Some(entry) = entries.next_entry().await.map_err(at(folder))? {
                    let name = entry.file_name();
                    if !name.to_string_lossy().starts_with(UNFINISHED) {
                        return Err(PreparingError::OtherWork(shown(folder)));
                    }
                }
                Ok(false)
            }
            Err(error) => Err(at(&path)(error)),
        }
    }

    async fn write(&self, name: &str, bytes: &[u8]) -> Result<(), PreparingError> {
        let path = self.parts.join(name);
        fs::write(&path, bytes).await.map_err(at(&path))
    }

    async fn rename(&self, from: &str, to: &str) -> Result<(), PreparingError> {
        let to = self.parts.join(to);
        // What is under its name after a power cut must be whole.
        let from = self.parts.join(from);
        let file = fs::File::open(&from).await.map_err(at(&from))?;
        file.sync_all().await.map_err(at(&from))?;
        fs::rename(&from, &to).await.map_err(at(&to))
    }

    /// The names in the folder of parts; none if it is not there.
    async fn names(&self) -> Result<Vec<String>, PreparingError> {
        let mut entries = match fs::read_dir(&self.parts).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(at(&self.parts))?,
        };
        let mut names = Vec::new();
        while let Some(entry) = entries.next_entry().await.map_err(at(&self.parts))? {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        Ok(names)
    }

    fn check_disk(&self) -> Result<(), PreparingError> {
        let disk = statvfs(&self.parts).map_err(|error| at(&self.parts)(error.into()))?;
        if disk.f_bavail.saturating_mul(disk.f_frsize) < LEAST_FREE {
            return Err(PreparingError::DiskLow(LEAST_FREE >> 20));
        }
        Ok(())
    }

    async fn encode(
        &self,
        arguments: Vec<std::ffi::OsString>,
        time: Duration,
    ) -> Result<(), PreparingError> {
        self.check_disk()?;
        let running = process::run(FFMPEG, arguments, &self.parts, time);
        running.await.map(drop)
    }

    async fn make_piece(&self, video: &VideoPlan, number: u32) -> Result<(), PreparingError> {
        let part = Part::Piece(number);
        let made: Vec<String> = (0..video.sizes.len())
            .map(|size| unfinished(&file_of(part, size)))
            .collect();
        let arguments = arguments::piece(&self.plan, video, number, &self.file, &made);
        self.encode(arguments, PIECE).await?;
        let mut counts = BTreeSet::new();
        for file in &made {
            counts.insert(self.count(file).await?);
        }
        let (Some(frames), true) = (counts.pop_first(), counts.is_empty()) else {
            return Err(PreparingError::Tool {
                program: FFMPEG,
                lines: "its sizes have not the same number of pictures".to_owned(),
            });
        };
        for (size, file) in made.iter().enumerate() {
            self.rename(file, &file_of(part, size)).await?;
        }
        let said = unfinished(FRAMES);
        self.write(&said, frames.to_string().as_bytes()).await?;
        self.rename(&said, &format!("{part}.{FRAMES}")).await
    }

    /// How many pictures a file of a piece has; none if it ends before its piece begins.
    async fn count(&self, file: &str) -> Result<u64, PreparingError> {
        let path = self.parts.join(file);
        if fs::metadata(&path).await.map_err(at(&path))?.len() == 0 {
            return Ok(0);
        }
        let counting = process::run(FFPROBE, arguments::count(file), &self.parts, PIECE);
        pictures_said(&counting.await?)
    }

    /// How many pictures of the file are shown. Its packets, which are counted at first, may be more: all are decoded
    /// here, so it is asked only if they do not fit.
    async fn count_shown(&self, video: &VideoPlan) -> Result<u64, PreparingError> {
        let arguments = arguments::shown_pictures(&self.file, video.index);
        let counting = process::run(FFPROBE, arguments, &self.parts, WHOLE);
        pictures_said(&counting.await?)
    }

    async fn make_audio(&self, number: u32) -> Result<(), PreparingError> {
        let sound = usize::try_from(number).ok();
        let Some(sound) = sound.and_then(|it| self.plan.audio.get(it)) else {
            return Ok(());
        };
        let part = Part::Audio(number);
        let made = unfinished(&format!("{part}.mp4"));
        let arguments = arguments::audio(&self.plan, sound, &self.file, &made);
        self.encode(arguments, WHOLE).await?;
        self.rename(&made, &format!("{part}.mp4")).await
    }

    /// The files of each size in their order, without pieces that have no picture, and how many pictures there are.
    async fn pieces(
        &self,
        video: &VideoPlan,
    ) -> Result<(Vec<Vec<String>>, Counted), PreparingError> {
        let mut files = vec![Vec::new(); video.sizes.len()];
        let mut counted = Counted {
            read: video.frames,
            made: 0,
        };
        for part in self.plan.parts() {
            if !matches!(part, Part::Piece(_)) {
                continue;
            }
            let path = self.parts.join(format!("{part}.{FRAMES}"));
            let frames = fs::read_to_string(&path).await.map_err(at(&path))?;
            let frames: u64 = frames
                .parse()
                .map_err(|_| at(&path)(io::Error::other("it is no number")))?;
            counted.made += frames;
            if frames > 0 {
                for (size, files) in files.iter_mut().enumerate() {
                    files.push(file_of(part, size));
                }
            }
        }
        if counted.made > 0 && !is_all(counted) {
            counted.read = self.count_shown(video).await?;
        }
        if counted.made == 0 || !is_all(counted) {
            return Err(PreparingError::Frames {
                read: counted.read,
                made: counted.made,
            });
        }
        Ok((files, counted))
    }

    /// Writes the main playlist, with languages, and how long the film plays; takes from the other playlists the times at
    /// which they were made. Says how long the film plays.
    async fn finish(&self, folder: &Path) -> Result<Duration, PreparingError> {
        let path = folder.join(DASH_MANIFEST);
        let manifest = fs::read_to_string(&path).await.map_err(at(&path))?;
        let unread = |lines| PreparingError::Tool {
            program: FFMPEG,
            lines,
        };
        let streams = represented(&manifest).map_err(unread)?;
        let (manifest, plays) = with_length(&manifest).map_err(unread)?;
        for stream in &streams {
            let path = folder.join(format!("media_{}.m3u8", stream.id));
            let playlist = fs::read_to_string(&path).await.map_err(at(&path))?;
            let playlist = without_times(&playlist);
            fs::write(&path, playlist).await.map_err(at(&path))?;
        }
        for (name, text) in [
            (DASH_MANIFEST, &manifest),
            (HLS_PLAYLIST, &main_playlist(&streams)),
            (TICKET, &self.ticket),
        ] {
            let path = folder.join(name);
            fs::write(&path, text).await.map_err(at(&path))?;
        }
        Ok(plays)
    }
}

#[async_trait]
impl Workshop for FolderWorkshop {
    fn id(&self) -> Uuid {
        self.id
    }

    async fn made(&self) -> Result<BTreeSet<Part>, PreparingError> {
        let names: BTreeSet<String> = self.names().await?.into_iter().collect();
        let parts = self.plan.parts().into_iter();
        let made = parts.filter(|part| {
            let whole = match part {
                Part::Audio(_) => format!("{part}.mp4"),
                Part::Piece(_) => format!("{part}.{FRAMES}"),
            };
            names.contains(&whole)
        });
        Ok(made.collect())
    }

    async fn make(&self, part: Part) -> Result<(), PreparingError> {
        match (part, &self.plan.video) {
            (Part::Audio(number), _) => self.make_audio(number).await,
            (Part::Piece(number), Some(video)) => self.make_piece(video, number).await,
            (Part::Piece(_), None) => Ok(()),
        }
    }

    async fn failures(&self, part: Part) -> Result<Vec<String>, PreparingError> {
        let beginning = failed(part);
        let names = self.names().await?.into_iter();
        let mut numbers: Vec<u32> = names
            .filter_map(|name| name.strip_prefix(&beginning)?.parse().ok())
            .collect();
        numbers.sort_unstable();
        let mut failures = Vec::new();
        for number in numbers {
            let path = self.parts.join(format!("{beginning}{number}"));
            failures.push(fs::read_to_string(&path).await.map_err(at(&path))?);
        }
        Ok(failures)
    }

    async fn note_failure(&self, part: Part, lines: &str) -> Result<(), PreparingError> {
        let number = self.failures(part).await?.len() + 1;
        let said = unfinished("failed");
        self.write(&said, lines.as_bytes()).await?;
        self.rename(&said, &format!("{}{number}", failed(part)))
            .await
    }

    async fn forget_failures(&self, part: Part) -> Result<(), PreparingError> {
        let beginning = failed(part);
        for name in self.names().await? {
            if name.starts_with(&beginning) {
                let path = self.parts.join(name);
                fs::remove_file(&path).await.map_err(at(&path))?;
            }
        }
        Ok(())
    }

    async fn is_assembled(&self) -> Result<bool, PreparingError> {
        self.is_there(&self.target).await
    }

    async fn assemble(&self) -> Result<Counted, PreparingError> {
        let (pieces, counted) = match &self.plan.video {
            Some(video) => self.pieces(video).await?,
            None => (Vec::new(), Counted::default()),
        };
        let sounds = (0..).zip(&self.plan.audio);
        let sounds: Vec<String> = sounds
            .map(|(number, _)| format!("{}.mp4", Part::Audio(number)))
            .collect();
        let name = unfinished("film");
        let folder = self.parts.join(&name);
        fs::create_dir(&folder).await.map_err(at(&folder))?;
        let manifest = format!("{name}/{DASH_MANIFEST}");
        let arguments = arguments::assemble(&self.plan, &pieces, &sounds, &manifest);
        self.encode(arguments, WHOLE).await?;
        let plays = self.finish(&folder).await?;
        if self.plan.is_short(plays) {
            fs::remove_dir_all(&folder).await.map_err(at(&folder))?;
            return Err(PreparingError::Short {
                read: self.plan.seconds,
                made: plays.as_secs_f64(),
            });
        }
        fs::rename(&folder, &self.target)
            .await
            .map_err(at(&self.target))?;
        let removed = fs::remove_dir_all(&self.parts).await;
        removed.map_err(at(&self.parts))?;
        Ok(counted)
    }
}

/// Whether no more pictures are lacking, or too many, than is tolerated.
fn is_all(counted: Counted) -> bool {
    counted.made.abs_diff(counted.read) <= counted.read / TOLERATED + 1
}

/// The number of pictures that ffprobe says.
fn pictures_said(said: &[u8]) -> Result<u64, PreparingError> {
    let said = String::from_utf8_lossy(said);
    // Of a stream in a program it is said twice.
    let first = said.lines().find(|line| !line.is_empty());
    match first.unwrap_or("0").parse() {
        Ok(frames) => Ok(frames),
        Err(_) => Err(PreparingError::Tool {
            program: FFPROBE,
            lines: format!("{said} is no number of pictures"),
        }),
    }
}

/// A name of this attempt alone.
fn unfinished(name: &str) -> String {
    format!("{UNFINISHED}{}-{name}", unique_name())
}

/// What the file of a piece in one of its sizes is called.
fn file_of(part: Part, size: usize) -> String {
    format!("{part}-{size}.ts")
}

/// What the names begin with of what was said when a part failed.
fn failed(part: Part) -> String {
    format!("{part}.failed-")
}

fn absolute(path: &Path) -> Result<PathBuf, PreparingError> {
    std::path::absolute(path).map_err(at(path))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> PreparingError + use<> {
    let path = shown(path);
    move |error| PreparingError::Folder { path, error }
}
