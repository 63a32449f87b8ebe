//! Documents that must be refused, documents that must not, and texts that are neither.

mod attacks;
mod ordinary;

use std::fmt::Write as _;

/// `levels` fragments, each of which spreads the next one `times` times.
fn chain(levels: usize, times: usize) -> String {
    let mut document = "{...F1}".to_owned();
    for level in 1..levels {
        let spread = format!("...F{}", level + 1);
        write!(
            document,
            "fragment F{level} on Query{{{}}}",
            spread.repeat(times)
        )
        .unwrap();
    }
    write!(document, "fragment F{levels} on Query{{a}}").unwrap();
    document
}
