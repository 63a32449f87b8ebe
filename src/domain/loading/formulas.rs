//! Cells of tables that a spreadsheet would take for formulas: written with a quotation mark before them, and read without.

/// Whether a spreadsheet computes what begins so.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A cell behind any quotation marks.
fn bare(cell: &str) -> &str {
    cell.trim_start_matches('\'')
}

/// A cell as it is written: with one more quotation mark where a formula would begin behind those that it has.
pub(super) fn guarded(cell: String) -> String {
    if is_formula(bare(&cell)) {
        format!("'{cell}")
    } else {
        cell
    }
}

/// What [`guarded`] has made a cell of.
pub(super) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(bare(rest)) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_and_each_is_read_as_it_was() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-", "'-"),
            ("@home", "'@home"),
            ("\tA", "'\tA"),
            ("\rA", "'\rA"),
            ("'=1", "''=1"),
            ("''@", "'''@"),
            ("'71", "'71"),
            ("''", "''"),
            ("Heat", "Heat"),
            ("", ""),
        ] {
            assert_eq!(guarded(cell.to_owned()), written);
            assert!(!is_formula(written), "{written}");
            assert_eq!(unguarded(written), cell);
        }
    }
}
