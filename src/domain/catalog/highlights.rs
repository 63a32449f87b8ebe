//! Which texts of a hit have what was typed, and where in them it stands.

/// What of a hit a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HighlightedField {
    Name,
    OriginalName,
    /// A name in another language than the site's.
    AlternativeName,
    /// The name of somebody who is credited.
    Person,
    /// The name of somebody who is played.
    Character,
    /// The name of the collection that a film is part of.
    Collection,
    /// The number of its part there.
    Part,
    /// The year of the first showing.
    Year,
    /// The name of the series that an episode is of.
    Series,
}

/// A part of a text, in UTF-16 code units, which is how JavaScript counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextRange {
    /// So many stand before it.
    pub start: u32,
    pub length: u32,
}

/// A text of a hit that has words of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlight {
    pub field: HighlightedField,
    pub text: String,
    /// Where the words stand, from the start on. They do not overlap, and there is at least one.
    pub ranges: Vec<TextRange>,
}

/// What was found of a query in some texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Highlights {
    /// The texts that together have as many of the words as can be: the one with the most first.
    pub texts: Vec<Highlight>,
    /// Whether they have all of them without a typing error, but for what tells nearly nothing (`the`, `movie`).
    pub have_all: bool,
}
