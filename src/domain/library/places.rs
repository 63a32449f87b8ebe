//! Paths of a library, taken apart: with `/` between folders, from the root, whose own path is empty; and how much of a
//! text is told.

/// The folder in which it lies.
pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The name without its ending, and the ending in small letters; empty if there is none.
pub(super) fn split_ending(name: &str) -> (&str, String) {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, ending.to_lowercase()),
        _ => (name, String::new()),
    }
}

/// The name of a file at a path, without its ending.
pub(super) fn stem(path: &str) -> &str {
    split_ending(file_name(path)).0
}

/// The folders that a path lies in, the innermost first, without the root.
pub(super) fn folders(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(parent(path)), |folder| Some(parent(folder)))
        .take_while(|folder| !folder.is_empty())
}

/// A path in a folder.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// So many characters of a text, and a sign that there are more.
pub(super) fn beginning(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        assert_eq!(parent("a/b/c.mkv"), "a/b");
        assert_eq!(parent("c.mkv"), "");
        assert_eq!(file_name("a/b/c.mkv"), "c.mkv");
        assert_eq!(split_ending("C.D.MKV"), ("C.D", "mkv".to_owned()));
        assert_eq!(split_ending(".ignore"), (".ignore", String::new()));
        assert_eq!(stem("a/b/c.d.mkv"), "c.d");
        assert_eq!(folders("a/b/c.mkv").collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(folders("c.mkv").count(), 0);
        assert_eq!(join("", "a"), "a");
        assert_eq!(join("a", "b"), "a/b");
        assert_eq!(beginning("äöü", 3), "äöü");
        assert_eq!(beginning("äöü", 2), "äö…");
    }
}
