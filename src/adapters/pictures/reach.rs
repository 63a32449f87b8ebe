//! How far the program goes for pictures.

/// What is read on the web.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nothing: addresses are passed over.
    Nothing,
    /// Addresses of `https` on the public internet.
    Public,
    /// Any, on one's own network and by plain `http` too.
    Any,
}
