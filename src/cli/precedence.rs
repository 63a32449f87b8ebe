//! `reelgraph precedence`: which sources of values go before which, shown and set on the word of whoever runs it.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use super::users::table;
use crate::app::App;
use crate::domain::catalog::{Precedence, ValueSource};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set the order of sources, for loads and scans that begin from now on
    Set {
        /// What goes before all else comes first; with one source none goes before another
        #[arg(value_enum, ignore_case = true, required = true)]
        order: Vec<SourceName>,
        /// The field, by its name in files (`runtime_minutes`), instead of all fields that have no order of their own
        #[arg(long)]
        field: Option<String>,
    },
    /// Take the order away that was set of a field, or of all fields, so that the default holds again
    Reset {
        /// The field, by its name in files, instead of all fields that have no order of their own
        #[arg(long)]
        field: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SourceName {
    Curator,
    Sidecar,
    Record,
    Guess,
}

impl From<SourceName> for ValueSource {
    fn from(name: SourceName) -> Self {
        match name {
            SourceName::Curator => Self::Curator,
            SourceName::Sidecar => Self::Sidecar,
            SourceName::Record => Self::Record,
            SourceName::Guess => Self::Guess,
        }
    }
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let revising = &app.revising;
    let precedence = match &arguments.command {
        None => revising.precedence().await?,
        Some(Command::Set { order, field }) => {
            let order: Vec<ValueSource> = order.iter().copied().map(Into::into).collect();
            let set = revising.set_precedence_by_command(field.as_deref(), &order);
            set.await?
        }
        Some(Command::Reset { field }) => {
            let reset = revising.set_precedence_by_command(field.as_deref(), &[]);
            reset.await?
        }
    };
    print!("{}", shown(&precedence));
    Ok(ExitCode::SUCCESS)
}

/// All orders, that of all fields first.
fn shown(precedence: &Precedence) -> String {
    let every = precedence.order_of(Precedence::EVERY_FIELD);
    let of_fields = precedence.orders.iter();
    let of_fields = of_fields.filter(|(field, _)| *field != Precedence::EVERY_FIELD);
    let of_fields = of_fields.map(|(field, order)| (field.as_str(), order.as_slice()));
    let rows = std::iter::once(("all fields", every)).chain(of_fields);
    let rows = rows.map(|(field, order)| {
        let order: Vec<&str> = order.iter().map(|source| source.as_str()).collect();
        [field.to_owned(), order.join(" > ")]
    });
    let rows: Vec<[String; 2]> = rows.collect();
    table(&rows)
}
