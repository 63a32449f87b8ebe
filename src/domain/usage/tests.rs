//! What counts, and how often.
