//! `reelgraph export`: the whole catalogue as a file that `reelgraph load` reads, with its pictures beside it. What there is
//! of a person, `/account/export` gives out; what is computed, `reelgraph graph export`.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use tempfile::NamedTempFile;

use super::files::shown;
use super::packed::{Packer, without_ending};
use crate::app::App;
use crate::domain::loading::{ExportFolder, ExportSummary, Format, Problem};

/// What the standard output is called, in arguments.
const OUTPUT: &str = "-";

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file to write: `.ndjson`, `.json` or `.csv`, packed (`.gz`, `.zst`) or not; `-` is the standard output; with
    /// --nfo a folder that was scanned
    file: PathBuf,
    /// How records are written down, where the name of the file does not say it; `-` is NDJSON otherwise
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<FormatName>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    /// Write no pictures into the folder `pictures` beside the file; records name none then
    #[arg(long)]
    without_pictures: bool,
    /// Write `.nfo` files beside the films and episodes of a folder that was scanned, which a scan reads back; those that
    /// say something else stay, unless --force is given
    #[arg(long, conflicts_with_all = ["format", "without_pictures"])]
    nfo: bool,
}

impl Arguments {
    /// The folder beside whose files sidecars are to be written, if that is asked.
    pub(super) fn library(&self) -> Option<&Path> {
        self.nfo.then_some(self.file.as_path())
    }

    /// Whether what is there is written over.
    pub(super) fn is_forced(&self) -> bool {
        self.force
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatName {
    /// A record a line, in JSON
    Ndjson,
    /// One JSON array, of at most 64 MiB
    Json,
    /// A table with a column for each field
    Csv,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Ndjson => Self::Lines,
            FormatName::Json => Self::Document,
            FormatName::Csv => Self::Table,
        }
    }
}

/// The folder that a file lies in, on the disk.
struct Folder(PathBuf);

impl Folder {
    fn of(file: &Path) -> Self {
        let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
        Self(folder.unwrap_or(Path::new(".")).to_owned())
    }
}

impl ExportFolder for Folder {
    fn has(&self, path: &str, length: u64) -> io::Result<bool> {
        match fs::metadata(self.0.join(path)) {
            Ok(there) => Ok(there.is_file() && there.len() == length),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn put(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.0.join(path);
        let folder = path.parent().unwrap_or(&self.0);
        fs::create_dir_all(folder)?;
        let mut file = begin(folder)?;
        file.write_all(bytes)?;
        file.persist(&path)?;
        Ok(())
    }
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let format = format_of(arguments)?;
    let mut tell = |of: &str, problem: &Problem| {
        let field = match problem.field.as_str() {
            "" => String::new(),
            field => format!("{field} "),
        };
        eprintln!("{of}: {field}{}", problem.reason);
    };
    if arguments.file.as_os_str() == OUTPUT {
        let mut out = Packer::begin(OUTPUT, io::stdout())?;
        let summary = app.export.export(format, &mut out, None, &mut tell).await?;
        out.finish()?.flush()?;
        eprintln!("{}", sum_up(&summary, arguments));
        return Ok(status(&summary));
    }
    let name = shown(&arguments.file);
    refuse_what_is_there(arguments)?;
    let folder = Folder::of(&arguments.file);
    let file = begin(&folder.0).with_context(|| format!("{name} cannot be written"))?;
    let beside = (!arguments.without_pictures).then_some(&folder as &dyn ExportFolder);
    let mut out = Packer::begin(&name, file)?;
    let exported = app.export.export(format, &mut out, beside, &mut tell);
    let summary = exported.await?;
    let file = out.finish()?;
    file.as_file().sync_all()?;
    let kept = if arguments.force {
        file.persist(&arguments.file)
    } else {
        file.persist_noclobber(&arguments.file)
    };
    kept.with_context(|| format!("{name} cannot be written"))?;
    println!("{} to {name}", sum_up(&summary, arguments));
    Ok(status(&summary))
}

/// How records are written down: as the name says, and `--format` where it says nothing.
fn format_of(arguments: &Arguments) -> anyhow::Result<Format> {
    let given: Option<Format> = arguments.format.map(Into::into);
    if arguments.file.as_os_str() == OUTPUT {
        return Ok(given.unwrap_or(Format::Lines));
    }
    let name = arguments.file.file_name().and_then(OsStr::to_str);
    let name = name.map(|name| without_ending(name).unwrap_or(name));
    let ending = name.and_then(|name| Some(name.rsplit_once('.')?.1));
    let of_name = ending.and_then(Format::of);
    match (given, of_name) {
        (Some(given), Some(of_name)) if given != of_name => {
            bail!(
                "{} would be loaded as what its name says, which is not what --format says",
                shown(&arguments.file)
            )
        }
        (Some(format), _) | (None, Some(format)) => Ok(format),
        (None, None) => bail!(
            "{} ends in neither .ndjson, .json nor .csv: say --format",
            shown(&arguments.file)
        ),
    }
}

/// Fails before anything is done if the file could not be put in its place at the end.
fn refuse_what_is_there(arguments: &Arguments) -> anyhow::Result<()> {
    let file = &arguments.file;
    if file.is_dir() {
        bail!("{} is a folder", shown(file));
    }
    if file.exists() && !file.is_file() {
        bail!("{} is no file that could be written over", shown(file));
    }
    // A link that leads nowhere is there, too.
    if (file.exists() || file.is_symlink()) && !arguments.force {
        bail!("{} is there; --force writes over it", shown(file));
    }
    Ok(())
}

/// A file in a folder that is gone if it is not put in its place.
pub(super) fn begin(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // As any file that a command writes; what is temporary is private otherwise.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.prefix(".export-").tempfile_in(folder)
}

fn sum_up(summary: &ExportSummary, arguments: &Arguments) -> String {
    let ExportSummary {
        people,
        films,
        series,
        episodes,
        pictures,
        collections,
        left_out,
        problems,
    } = summary;
    let why = if arguments.file.as_os_str() == OUTPUT {
        "; nothing lies beside the standard output"
    } else {
        ""
    };
    let left_out = match left_out {
        0 => String::new(),
        number => format!(" ({number} pictures left out{why})"),
    };
    let collections = match collections {
        0 => String::new(),
        number => format!(", {number} collections"),
    };
    let problems = match problems {
        0 => String::new(),
        number => format!(", with {number} problems"),
    };
    format!(
        "wrote {people} people{collections}, {films} films, {series} series, {episodes} episodes and {pictures} pictures{left_out}{problems}"
    )
}

/// Not zero if something is not as it is in the catalogue.
fn status(summary: &ExportSummary) -> ExitCode {
    if summary.problems == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn what_could_not_be_put_in_its_place_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let refused = |name: &str, force: bool| {
            let arguments = Arguments {
                file: path(name),
                format: None,
                force,
                without_pictures: false,
                nfo: false,
            };
            let refused = refuse_what_is_there(&arguments).err();
            refused.map(|error| error.to_string())
        };
        fs::write(path("file"), "mine").unwrap();
        symlink(path("nowhere"), path("link")).unwrap();
        let _socket = UnixListener::bind(path("socket")).unwrap();

        for name in ["file", "link"] {
            let why = refused(name, false).unwrap();
            assert!(why.ends_with("is there; --force writes over it"), "{why}");
            assert_eq!(refused(name, true), None);
        }
        assert_eq!(refused("new", false), None);
        // A device would be a file from then on.
        for force in [false, true] {
            let why = refused("socket", force).unwrap();
            assert!(why.ends_with("could be written over"), "{why}");
        }
    }
}
