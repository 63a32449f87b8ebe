//! `reelgraph members …`: plans given to accounts by hand, on the word of whoever runs it.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::Subcommand;
use serde_json::json;

use super::users::table;
use crate::app::App;
use crate::domain::accounts::EmailAddress;
use crate::domain::ids::UserId;
use crate::domain::membership::Grant;

/// How many accounts are read at once.
const AT_ONCE: usize = 500;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Give an account a plan; one that it was given before gets another end
    Grant {
        /// The e-mail address of the account
        email: String,
        /// The plan, as `plans list` shows it
        #[arg(long)]
        plan: String,
        /// Until when, as 2027-01-01T00:00:00Z; until it is revoked, if left out
        #[arg(long)]
        until: Option<DateTime<Utc>>,
    },
    /// List what accounts were given, whether it holds still or not
    List {
        /// One JSON object a line instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Take back a plan that an account was given
    Revoke {
        /// The e-mail address of the account
        email: String,
        /// The plan, as `members list` shows it
        #[arg(long)]
        plan: String,
    },
}

/// A plan that an account was given.
struct Row {
    user: UserId,
    email: Option<String>,
    grant: Grant,
}

pub(super) async fn run(app: &App, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Grant { email, plan, until } => {
            let user = app.accounts.user_by_email(email).await?.id;
            app.membership.grant(user, plan, *until).await?;
            match until {
                Some(until) => println!("{email} has {plan} until {}", until.to_rfc3339()),
                None => println!("{email} has {plan} until it is revoked"),
            }
        }
        Command::Revoke { email, plan } => {
            let user = app.accounts.user_by_email(email).await?.id;
            app.membership.revoke(user, plan).await?;
            println!("{email} has {plan} no more");
        }
        Command::List { json } => {
            let rows = all(app).await?;
            match write(&rows, *json) {
                // Whoever reads has seen enough.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
                written => written.context("the members cannot be written")?,
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// All that was given, by the id of the account.
async fn all(app: &App) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let found = app.membership.memberships_after(after, AT_ONCE).await?;
        let Some(last) = found.last() else {
            return Ok(rows);
        };
        after = Some(last.user);
        let ids: Vec<UserId> = found.iter().map(|member| member.user).collect();
        let users = app.accounts.users_by_id(&ids).await?;
        let emails = users.into_iter().map(|user| (user.id, user.email));
        let emails: HashMap<UserId, Option<EmailAddress>> = emails.collect();
        for member in found {
            let email = emails.get(&member.user).and_then(Option::as_ref);
            let email = email.map(|email| email.as_str().to_owned());
            rows.extend(member.grants.into_iter().map(|grant| Row {
                user: member.user,
                email: email.clone(),
                grant,
            }));
        }
    }
}

fn write(rows: &[Row], json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        for Row { user, email, grant } in rows {
            // A text: programs that read numbers as floating point would change it.
            let line = json!({
                "id": user.to_string(),
                "email": email,
                "plan": grant.plan,
                "from": grant.from,
                "until": grant.until,
            });
            writeln!(out, "{line}")?;
        }
        return Ok(());
    }
    let head = ["ID", "EMAIL", "PLAN", "FROM", "UNTIL"].map(str::to_owned);
    let cells = rows.iter().map(|row| {
        let until = row.grant.until.map(|until| until.to_rfc3339());
        [
            row.user.to_string(),
            row.email.clone().unwrap_or_else(|| "-".to_owned()),
            row.grant.plan.to_string(),
            row.grant.from.to_rfc3339(),
            until.unwrap_or_else(|| "-".to_owned()),
        ]
    });
    let cells: Vec<_> = std::iter::once(head).chain(cells).collect();
    out.write_all(table(&cells).as_bytes())
}
