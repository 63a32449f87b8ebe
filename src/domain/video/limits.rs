//! How many videos of other sites something has, and how long their addresses are.

/// How long an address is at the most, in characters.
pub const MAX_ADDRESS: usize = 300;
/// How many videos of other sites an item has at the most.
pub const MAX_VIDEOS: usize = 20;
