//! Whole libraries, as they are understood.
