//! `reelgraph users …`: accounts managed from a shell, on the word of whoever runs it.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, Subcommand, ValueEnum};
use secrecy::SecretString;
use serde::Serialize;

use crate::app::App;
use crate::domain::accounts::{Authority, EmailAddress, Registration, User};
use crate::domain::ids::UserId;
use crate::domain::page::{Keyset, MAX_PAGE, Window};
use crate::domain::viewer::Role;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an account; its e-mail address counts as verified
    Create {
        /// The e-mail address of the account
        #[arg(long)]
        email: String,
        /// What the account may do
        #[arg(long, value_enum, ignore_case = true, default_value = "viewer")]
        role: RoleName,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// List all accounts, the oldest first, as a table
    List {
        /// One JSON object a line instead
        #[arg(long)]
        json: bool,
    },
    /// Give an account another role, from its next request on
    SetRole {
        #[command(flatten)]
        account: Account,
        /// What the account may do
        #[arg(long, value_enum, ignore_case = true)]
        role: RoleName,
    },
    /// Disable an account: it is logged out everywhere and cannot log in
    Disable {
        #[command(flatten)]
        account: Account,
    },
    /// Enable an account again
    Enable {
        #[command(flatten)]
        account: Account,
    },
    /// Erase an account for good: at once what names its owner, soon after what its profiles watched
    Erase {
        #[command(flatten)]
        account: Account,
    },
    /// Set a new password and log the account out everywhere
    ResetPassword {
        #[command(flatten)]
        account: Account,
        #[command(flatten)]
        password: PasswordSource,
    },
}

/// The account that a command is about, by its e-mail address.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Account {
    /// The account with this e-mail address
    #[arg(long)]
    email: Option<String>,
    /// The account with this id, as `users list` shows it: some accounts have no address
    #[arg(long)]
    id: Option<u64>,
}

/// Where a password comes from.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct PasswordSource {
    /// Read the password from standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
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
    let accounts = &app.accounts;
    match command {
        Command::Create {
            email,
            role,
            password,
        } => {
            let registration = Registration {
                email,
                password: password.read()?.into(),
                name: None,
            };
            let user = accounts.create_user(registration, role.into()).await?;
            println!("created {} as {}", name(&user), user.role.as_str());
        }
        Command::List { json } => list(app, json).await?,
        Command::SetRole { account, role } => {
            let user = account.find(app).await?;
            let user = accounts
                .set_role(Authority::Operator, user, role.into())
                .await?;
            println!("{} is now {}", name(&user), user.role.as_str());
        }
        Command::Disable { account } => {
            let user = account.find(app).await?;
            let user = accounts
                .set_disabled(Authority::Operator, user, true)
                .await?;
            println!("disabled {}", name(&user));
        }
        Command::Enable { account } => {
            let user = account.find(app).await?;
            let user = accounts
                .set_disabled(Authority::Operator, user, false)
                .await?;
            println!("enabled {}", name(&user));
        }
        Command::Erase { account } => {
            let user = account.find(app).await?;
            let erasure = accounts.erase_user(user).await?;
            let page = accounts.erasure_page(&erasure);
            println!("erased {user}; what its profiles watched goes while a server runs: {page}");
        }
        Command::ResetPassword { account, password } => {
            let user = account.find(app).await?;
            let user = accounts.set_password(user, password.read()?.into()).await?;
            println!("set a new password of {}", name(&user));
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Account {
    async fn find(self, app: &App) -> anyhow::Result<UserId> {
        match (self.email, self.id) {
            (Some(email), _) => Ok(app.accounts.user_by_email(&email).await?.id),
            (None, Some(id)) => Ok(UserId(id)),
            (None, None) => bail!("give --email or --id"),
        }
    }
}

/// What people call an account.
fn name(user: &User) -> String {
    let email = user.email.as_ref().map(EmailAddress::as_str);
    email.map_or_else(|| user.id.to_string(), str::to_owned)
}

/// An account as a line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    /// A text: programs that read numbers as floating point would change it.
    id: String,
    email: Option<&'a str>,
    email_verified: bool,
    role: &'static str,
    disabled: bool,
    created_at: DateTime<Utc>,
}

impl<'a> Line<'a> {
    fn of(user: &'a User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.as_ref().map(EmailAddress::as_str),
            email_verified: user.email_verified,
            role: user.role.as_str(),
            disabled: user.disabled_at.is_some(),
            created_at: user.stamp.created_at,
        }
    }

    fn cells(&self) -> [String; 5] {
        let state = match (self.disabled, self.email_verified) {
            (true, _) => "disabled",
            (false, true) => "active",
            (false, false) => "unconfirmed",
        };
        [
            self.id.clone(),
            self.email.unwrap_or("-").to_owned(),
            self.role.to_owned(),
            state.to_owned(),
            self.created_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        ]
    }
}

async fn list(app: &App, json: bool) -> anyhow::Result<()> {
    let mut users = Vec::new();
    let mut window = Window::first(MAX_PAGE);
    loop {
        let page = app
            .accounts
            .list_users(Authority::Operator, &window)
            .await?;
        users.extend(page.rows);
        let Some(last) = users.last().filter(|_| page.has_more) else {
            break;
        };
        let made = last.stamp.created_at.timestamp_millis();
        window = Window::after(MAX_PAGE, Keyset::by_number(made, last.id.to_i64()));
    }
    let mut out = std::io::stdout().lock();
    if json {
        for user in &users {
            serde_json::to_writer(&mut out, &Line::of(user))?;
            out.write_all(b"\n")?;
        }
    } else {
        let head = ["ID", "EMAIL", "ROLE", "STATE", "CREATED"].map(str::to_owned);
        let rows = users.iter().map(|user| Line::of(user).cells());
        let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
        out.write_all(table(&rows).as_bytes())?;
    }
    Ok(())
}

/// Columns as wide as their widest cell.
pub(super) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths);
        let cells = cells.map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        format!("{}\n", line.trim_end())
    };
    rows.iter().map(line).collect()
}

impl PasswordSource {
    fn read(self) -> anyhow::Result<SecretString> {
        if !self.password_stdin {
            if !std::io::stdin().is_terminal() {
                bail!(
                    "there is no terminal to ask for the password; give it with --password-stdin"
                );
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
}
