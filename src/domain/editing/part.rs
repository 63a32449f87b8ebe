//! The parts of what an edit says.

/// One of the three parts of a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What fields are to be.
    Set,
    /// What lists are to have besides.
    Add,
    /// What lists are to have no longer.
    Remove,
}

impl Part {
    /// All of them, in the order in which they are done.
    pub(super) const ALL: [Self; 3] = [Self::Set, Self::Add, Self::Remove];
}
