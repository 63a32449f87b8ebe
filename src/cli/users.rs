//! `reelgraph users …`: accounts made from a shell.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use secrecy::SecretString;

use crate::app::App;
use crate::domain::accounts::{EmailAddress, Registration};
use crate::domain::viewer::Role;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an account; its e-mail address counts as verified
    Create {
        /// The e-mail address
        #[arg(long)]
        email: String,
        /// What the account may do
        #[arg(long, value_enum, default_value = "viewer")]
        role: RoleName,
        /// Read the password from standard input instead of asking for it
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum RoleName {
    Viewer,
    Curator,
    Moderator,
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Viewer => Self::Viewer,
            RoleName::Curator => Self::Curator,
            RoleName::Moderator => Self::Moderator,
            RoleName::Admin => Self::Admin,
        }
    }
}

pub(super) async fn run(app: &App, command: Command) -> anyhow::Result<ExitCode> {
    let Command::Create {
        email,
        role,
        password_stdin,
    } = command;
    let password = read_password(password_stdin)?;
    let registration = Registration {
        email,
        password,
        password_confirm: None,
        name: None,
    };
    let user = app.accounts.create_user(registration, role.into()).await?;
    let email = user.email.as_ref().map_or("", EmailAddress::as_str);
    println!("created {email} as {}", user.role.as_str());
    Ok(ExitCode::SUCCESS)
}

fn read_password(from_stdin: bool) -> anyhow::Result<SecretString> {
    if !from_stdin {
        if !std::io::stdin().is_terminal() {
            bail!("there is no terminal to ask for the password; give it with --password-stdin");
        }
        return Ok(rpassword::prompt_password("Password: ")
            .context("the password cannot be read")?
            .into());
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("the password cannot be read")?;
    Ok(line.trim_end_matches(['\r', '\n']).into())
}
