//! `reelgraph video …`: keeping what films and episodes are played from.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::prepare;
use crate::app::{App, open_video_hosts};
use crate::config::Config;
use crate::domain::video::{CheckedVideo, HostAnswer};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make segments, a manifest for DASH and playlists for HLS of a film, in several sizes, with ffmpeg; run again, also
    /// beside it, it goes on with what is not finished. Exit status 3 if it was stopped
    Prepare(prepare::Prepare),
    /// Add a folder that was prepared, here or elsewhere, to what a film or an episode is played from
    Add(prepare::Add),
    /// Look whether a folder that was prepared is whole: all that its manifests name is there, and nothing lies elsewhere
    Verify {
        /// The folder, with `manifest.mpd` in it
        folder: PathBuf,
    },
    /// Ask YouTube, Vimeo and Wistia for each video that something is played from, and list those that cannot be shown;
    /// exit status 1 if there are any
    Check {
        /// List also those that can be, with title and length
        #[arg(long)]
        all: bool,
        /// Ask this address in the place of the hosts, with /youtube, /vimeo or /wistia behind it
        #[arg(long, value_name = "URL")]
        through: Option<String>,
    },
}

pub(super) async fn run(config: &Config, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Prepare(arguments) => Box::pin(prepare::prepare(config, arguments)).await,
        Command::Add(arguments) => Box::pin(prepare::add(config, arguments)).await,
        Command::Verify { folder } => prepare::verify(folder).await,
        Command::Check { all, through } => check(config, *all, through.as_deref()).await,
    }
}

async fn check(config: &Config, all: bool, through: Option<&str>) -> anyhow::Result<ExitCode> {
    let hosts = open_video_hosts(config, through)?;
    let app = App::open(config).await?;
    let (mut asked, mut troubles) = (0_u64, 0_u64);
    let checked = app.video.check_videos(&*hosts, |checked| {
        asked += 1;
        if checked.found.is_err() {
            troubles += 1;
        }
        if all || checked.found.is_err() {
            println!("{}", line(&checked));
        }
    });
    checked.await?;
    eprintln!("{asked} videos were asked for; {troubles} cannot be shown");
    Ok(if troubles == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The item, the video and what is known of it, with tabs between them.
fn line(checked: &CheckedVideo) -> String {
    let found = match &checked.found {
        Ok(HostAnswer {
            title, duration, ..
        }) => {
            // Quoted, for a title may have anything in it.
            let title = title.as_deref().unwrap_or_default();
            match duration {
                Some(seconds) => format!("{title:?}, {seconds} s"),
                None => format!("{title:?}"),
            }
        }
        Err(trouble) => trouble.to_string(),
    };
    let video = checked.video.name();
    format!("{}\t{video}\t{found}", checked.item)
}
