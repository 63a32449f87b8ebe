//! What whoever uploads an export can say about it, where the file leaves it open.

/// What is known about an export besides what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The time zone of times that are written without one, by its name in the IANA database (`Europe/Berlin`). Without it
    /// they are taken as UTC, and a note says so. Days without a time stay as they are in either case.
    pub time_zone: Option<String>,
    /// Whose rows are meant, where a file has those of several people: the name of a profile or user, or a user's id.
    pub profile_name: Option<String>,
    /// Whether the day stands before the month in dates such as `04/05/2024`, where no date of the file tells.
    pub day_first: Option<bool>,
}
