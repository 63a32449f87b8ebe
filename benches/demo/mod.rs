//! The demo site in the process of a bench, embedded, with all that a server has computed by the time that people come.

use std::path::Path;
use std::process::Command;

use anyhow::ensure;
use reelgraph::app::App;
use reelgraph::config::{Config, Settings};

/// The site, whose store is made in an empty folder. Nobody's work is rationed.
pub(crate) async fn open(folder: &Path) -> anyhow::Result<App> {
    for arguments in [
        &["load", "seed"][..],
        &["graph", "drain"],
        &["graph", "similar"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reelgraph"));
        let ran = command.args(arguments).arg("--data-dir").arg(folder);
        ensure!(ran.output()?.status.success(), "{arguments:?}");
    }
    let settings = Settings {
        data_dir: Some(folder.to_owned()),
        budget: Some(false),
        ..Settings::default()
    };
    let config = Config::complete(settings, |_| None)?;
    Box::pin(App::open(&config)).await
}
