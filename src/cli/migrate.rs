//! `reelgraph migrate`: makes what the record needs and lacks, for whoever does not want a server to do it.

use std::process::ExitCode;

use crate::app::App;
use crate::config::Config;

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let app = App::open(config).await?;
    if app.migrate().await? {
        println!("brought the indexes up to date");
    } else {
        println!("nothing was missing");
    }
    Ok(ExitCode::SUCCESS)
}
