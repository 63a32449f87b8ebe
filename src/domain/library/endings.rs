//! What a file can be by its ending alone, and which names nobody means to have in a library.

/// What files with an ending are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Video,
    Audio,
    Subtitle,
    Picture,
    Sidecar,
    Unfinished,
    Other,
}

/// The sort of an ending in small letters.
pub(super) fn sort_of(ending: &str) -> Sort {
    match ending {
        "3g2" | "3gp" | "asf" | "avi" | "divx" | "flv" | "iso" | "m2ts" | "m4v" | "mkv" | "mov"
        | "mp4" | "mpeg" | "mpg" | "mts" | "mxf" | "ogm" | "ogv" | "rm" | "rmvb" | "ts" | "vob"
        | "webm" | "wmv" => Sort::Video,
        "aac" | "ac3" | "dts" | "eac3" | "flac" | "m4a" | "mka" | "mp3" | "oga" | "ogg"
        | "opus" | "thd" | "wav" | "wma" => Sort::Audio,
        "ass" | "idx" | "mks" | "sami" | "smi" | "srt" | "ssa" | "sub" | "sup" | "ttml" | "vtt" => {
            Sort::Subtitle
        }
        "avif" | "bmp" | "gif" | "jpeg" | "jpg" | "png" | "tbn" | "webp" => Sort::Picture,
        "nfo" => Sort::Sidecar,
        "!qb" | "!sync" | "!ut" | "aria2" | "bc!" | "crdownload" | "download" | "filepart"
        | "opdownload" | "part" | "partial" | "temp" | "tmp" | "unconfirmed" => Sort::Unfinished,
        _ => Sort::Other,
    }
}

/// Why the name of a file or folder is one that systems and programs leave behind, if it is.
pub(super) fn junk(name: &str) -> Option<&'static str> {
    match name.to_lowercase().as_str() {
        ".ds_store" => Some("macOS leaves it in every folder"),
        "thumbs.db" | "ehthumbs.db" | "ehthumbs_vista.db" | "desktop.ini" => {
            Some("Windows leaves it in folders")
        }
        "@eadir" | "#recycle" | "#snapshot" | "@recycle" | "@recently-snapshot" => {
            Some("devices for storage keep such folders for themselves")
        }
        "$recycle.bin"
        | "recycler"
        | "system volume information"
        | "lost+found"
        | "lost.dir"
        | "__macosx" => Some("systems keep such folders for themselves"),
        "rarbg.txt" | "rarbg_do_not_mirror.exe" => Some("releases leave it"),
        small if small.starts_with("._") => Some("macOS leaves it beside a file"),
        small if small.starts_with(".trash") => Some("it is what was thrown away"),
        small if small.starts_with('.') => Some("names that begin with a full stop are hidden"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_and_junk_are_known() {
        assert_eq!(sort_of("mkv"), Sort::Video);
        assert_eq!(sort_of("!qb"), Sort::Unfinished);
        assert_eq!(sort_of("torrent"), Sort::Other);
        for name in [
            ".DS_Store",
            "._Heat (1995).mkv",
            "Thumbs.db",
            "@eaDir",
            ".Trash-1000",
            "#recycle",
            ".git",
        ] {
            assert!(junk(name).is_some(), "{name}");
        }
        assert_eq!(junk("Heat (1995).mkv"), None);
    }
}
