//! `reelgraph schema`: the SDL, byte for byte that of `schema.graphql`.

use std::io::Write;
use std::process::ExitCode;

pub(super) fn run() -> anyhow::Result<ExitCode> {
    std::io::stdout().write_all(crate::graphql::sdl().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
