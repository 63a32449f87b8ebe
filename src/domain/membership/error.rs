//! What can go wrong with plans and who has them.

use crate::domain::accounts::AccountError;
use crate::domain::catalog::CatalogError;
use crate::domain::error::{Coded, ErrorCode, StoreError};

/// What can go wrong with plans and who has them.
#[derive(Debug, thiserror::Error)]
pub enum MembershipError {
    /// A line of a file of plans and rules. Nothing of the file is taken over.
    #[error("line {line}: {reason}")]
    BadLine { line: usize, reason: String },
    #[error("there is no plan `{0}`")]
    NoPlan(String),
    #[error("the account was not given the plan `{0}`")]
    NotGranted(String),
    #[error("`until` is over already")]
    IsOver,
    /// Whoever writes at the same time was always first.
    #[error("others write the same membership again and again; try again")]
    Busy,
    #[error(transparent)]
    Accounts(#[from] AccountError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for MembershipError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::BadLine { .. } => ErrorCode::Invalid,
            Self::NoPlan(_) | Self::NotGranted(_) => ErrorCode::NotFound,
            Self::IsOver => ErrorCode::OutOfRange,
            Self::Busy => ErrorCode::Conflict,
            Self::Accounts(error) => error.code(),
            Self::Catalog(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoPlan(_) | Self::NotGranted(_) => Some("plan"),
            Self::IsOver => Some("until"),
            Self::Accounts(error) => error.field(),
            Self::Catalog(error) => error.field(),
            Self::BadLine { .. } | Self::Busy | Self::Store(_) => None,
        }
    }
}
