//! Whole libraries, as they are understood.

mod hostile;
mod shelf;
mod sidecars;

use std::collections::BTreeSet;

use self::shelf::{Shelf, told};
use crate::domain::library::{KnownSidecars, NamedLibrary, TakenFor};

/// What each of these files is taken for, in a library of them alone.
fn assert_told(files: &[(&str, &str)]) {
    let mut shelf = Shelf::default();
    for (path, _) in files {
        shelf.put(path, format!("some bytes of {path}.").as_bytes());
    }
    let found = shelf.read();
    for (path, expected) in files {
        let guess = &found[*path];
        assert_eq!(told(guess), *expected, "{path}: {guess:?}");
    }
    assert_eq!(found.len(), files.len());
}

#[test]
fn videos_of_folders_that_are_as_they_were_are_not_looked_at() {
    let mut shelf = Shelf::default();
    for path in ["a/Heat (1995).mkv", "b/Brazil (1985).mkv"] {
        shelf.put(path, &[0; 600]);
    }
    let library = NamedLibrary::read(&shelf, 2026, &KnownSidecars::default()).unwrap();

    let found = library.with_videos(&shelf, &BTreeSet::from(["a".to_owned()]));

    let taken_for: Vec<TakenFor> = found.iter().map(|(_, guess)| guess.taken_for).collect();
    assert_eq!(taken_for, [TakenFor::Video, TakenFor::Damaged]);
}

#[test]
fn films_and_what_lies_beside_them_are_told() {
    assert_told(&[
        ("Film/Alien (1979).mkv", "VIDEO SURE film Alien 1979"),
        (
            "Film/Alien (1979).en.srt",
            "SUBTITLE SURE film Alien 1979 en",
        ),
        (
            "Film/Brazil (1985)/Brazil (1985) - 1080p.mkv",
            "VIDEO SURE film Brazil 1985 [1080p]",
        ),
        (
            "Film/Brazil (1985)/Brazil (1985) - Director's Cut.mkv",
            "VIDEO SURE film Brazil 1985 [Director's Cut]",
        ),
        (
            "Film/Dune (1984)/Dune (1984)-cd1.avi",
            "VIDEO SURE film Dune 1984 #1",
        ),
        (
            "Film/Dune (1984)/Dune (1984)-cd2.avi",
            "VIDEO SURE film Dune 1984 #2",
        ),
        (
            "Film/Heat (1995)/Heat (1995).mkv",
            "VIDEO SURE film Heat 1995",
        ),
        (
            "Film/Heat (1995)/Heat (1995).default.en.forced.ass",
            "SUBTITLE SURE film Heat 1995 en default forced",
        ),
        (
            "Film/Heat (1995)/Heat (1995).en.hi.srt",
            "SUBTITLE SURE film Heat 1995 en hearing",
        ),
        (
            "Film/Heat (1995)/Heat (1995).hi.srt",
            "SUBTITLE SURE film Heat 1995 hi",
        ),
        (
            "Film/Heat (1995)/Heat (1995).Commentary.en.mp3",
            "AUDIO SURE film Heat 1995 en",
        ),
        (
            "Film/Heat (1995)/Heat (1995)-trailer.mp4",
            "EXTRA Trailer SURE film Heat 1995",
        ),
        (
            "Film/Heat (1995)/trailers/Short.mkv",
            "EXTRA Trailer SURE film Heat 1995",
        ),
        ("Film/Heat (1995)/sample.mkv", "SAMPLE SURE film Heat 1995"),
        (
            "Film/Heat (1995)/poster.jpg",
            "PICTURE poster SURE film Heat 1995",
        ),
        (
            "Film/Heat (1995)/extrafanart/fanart1.jpg",
            "PICTURE backdrop SURE film Heat 1995",
        ),
        ("Film/Heat (1995)/theme.mp3", "AUDIO LIKELY film Heat 1995"),
        (
            "Film/Avatar (2009) [imdbid-tt0499549]/movie.3D.HSBS.mkv",
            "VIDEO SURE film Avatar 2009 imdb=tt0499549 3d=hsbs",
        ),
        (
            "Film/Open Season 2 (2008)/Open Season 2 (2008).mkv",
            "VIDEO SURE film Open Season 2 2008",
        ),
        (
            "Film/Open Season 2 (2008)/poster.jpg",
            "PICTURE poster SURE film Open Season 2 2008",
        ),
        ("Film/notes.md", "OTHER SURE"),
    ]);
}

#[test]
fn series_and_what_lies_beside_them_are_told() {
    assert_told(&[
        (
            "TV/Firefly (2002)/Season 01/Firefly - S01E01-E02 - Serenity.mkv",
            "VIDEO SURE Firefly 2002 season 1 [1, 2] Serenity",
        ),
        (
            "TV/Firefly (2002)/Season 01/Firefly - S01E01-E02 - Serenity-thumb.jpg",
            "PICTURE still SURE Firefly 2002 season 1 [1, 2] Serenity",
        ),
        (
            "TV/Firefly (2002)/Season 01/Firefly - S01E01-E02 - Serenity.es.vtt",
            "SUBTITLE SURE Firefly 2002 season 1 [1, 2] Serenity es",
        ),
        (
            "TV/Firefly (2002)/Season 00/Making of.mkv",
            "VIDEO UNSURE season 0 of Firefly 2002",
        ),
        (
            "TV/Firefly (2002)/season01-poster.jpg",
            "PICTURE poster SURE season 1 of Firefly 2002",
        ),
        (
            "TV/Firefly (2002)/season-specials-banner.jpg",
            "PICTURE banner SURE season 0 of Firefly 2002",
        ),
        (
            "TV/Firefly (2002)/fanart.jpg",
            "PICTURE backdrop SURE series Firefly 2002",
        ),
        (
            "TV/Show/Breaking.Bad.S01E03.720p.HDTV.x264-GRP.mkv",
            "VIDEO SURE Breaking Bad season 1 [3]",
        ),
        (
            "TV/Show/Staffel 02/Folge 07.mkv",
            "VIDEO LIKELY Show season 2 [7]",
        ),
        ("TV/Show/Naruto - 101.mkv", "VIDEO UNSURE Naruto number 101"),
        (
            "TV/Show/The Daily Thing 2021-03-04.mkv",
            "VIDEO LIKELY The Daily Thing of 2021-03-04",
        ),
        (
            "TV/Alf (1986)/Season 1/VIDEO_TS/VIDEO_TS.IFO",
            "VIDEO UNSURE season 1 of Alf 1986",
        ),
        ("TV/Show/Show 203.avi", "VIDEO UNSURE Show season 2 [3]"),
        ("Season 3/04.mkv", "VIDEO UNSURE  season 3 [4]"),
    ]);
}

#[test]
fn messy_names_are_told() {
    assert_told(&[
        (
            "The.Matrix.1999.1080p.BluRay.x264-GRP/The.Matrix.1999.1080p.BluRay.x264-GRP.mkv",
            "VIDEO LIKELY film The Matrix 1999 [1080p]",
        ),
        (
            "Films 2023/Oppenheimer (2023).mkv",
            "VIDEO SURE film Oppenheimer 2023",
        ),
        ("Two/Alien (1979).mkv", "VIDEO SURE film Alien 1979"),
        ("Two/Aliens (1986).mkv", "VIDEO SURE film Aliens 1986"),
        ("Mixed/Lost S01E01.mkv", "VIDEO SURE Lost season 1 [1]"),
        (
            "Mixed/Ip Man - 2 (2010).mkv",
            "VIDEO SURE film Ip Man - 2 2010",
        ),
        (
            "Mixed/Naruto (2002) - 101.mkv",
            "VIDEO UNSURE Naruto 2002 number 101",
        ),
        ("Pulp Fiction.mkv", "VIDEO UNSURE film Pulp Fiction"),
        ("Film 16x9.mkv", "VIDEO UNSURE film Film 16x9"),
        ("Lost/Lost 16x09.mkv", "VIDEO SURE Lost season 16 [9]"),
        ("AVATAR (2009).MKV", "VIDEO SURE film AVATAR 2009"),
        ("Apollo - 13.mkv", "VIDEO UNSURE film Apollo - 13"),
        (
            "Scarface (1983)/VIDEO_TS/VIDEO_TS.IFO",
            "VIDEO SURE film Scarface 1983",
        ),
        (
            "Scarface (1983)/VIDEO_TS/VTS_01_1.VOB",
            "DISC_PART SURE film Scarface 1983",
        ),
        (
            "Léon (1994)/Le\u{301}on (1994).mkv",
            "VIDEO SURE film Léon 1994",
        ),
        (
            "Léon (1994)/Subs/2_English.srt",
            "SUBTITLE LIKELY film Léon 1994 en",
        ),
        ("Lonely (2004).en.srt", "SUBTITLE UNSURE en"),
        ("Lonely (2004)/poster.jpg", "PICTURE poster UNSURE"),
        ("00001.jpg", "OTHER_PICTURE UNSURE"),
        ("Jaws (1975).mp4.!qB", "UNFINISHED SURE"),
        ("._Jaws (1975).mp4", "JUNK SURE"),
        ("@eaDir/Jaws (1975).mp4/x.jpg", "JUNK SURE"),
    ]);
}

#[test]
fn copies_are_told_from_what_they_are_copies_of() {
    let mut shelf = Shelf::default();
    let whole: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    shelf.put("Case/Heat (1995).mkv", b"some bytes of Heat");
    shelf.put("Copies/HEAT (1995).mkv", b"some bytes of Heat");
    shelf.put("Copies/Jaws (1975).mkv", b"some bytes of Heat");
    shelf.put("Partial/Alien (1979).mkv", &whole[..500_000]);
    shelf.put("Partial/Casino (1995).mp4", &whole);
    shelf.put("Whole/Brazil (1985).mkv", &[&whole[..], b"more"].concat());
    let mut other = whole[..400_000].to_vec();
    other[399_999] ^= 1;
    shelf.put("Partial/Fargo (1996).mkv", &other);

    let found = shelf.read();

    for (path, expected) in [
        ("Case/Heat (1995).mkv", "VIDEO SURE film Heat 1995"),
        ("Copies/HEAT (1995).mkv", "DUPLICATE SURE film HEAT 1995"),
        // The same bytes under the name of something else are for a curator to see.
        ("Copies/Jaws (1975).mkv", "VIDEO SURE film Jaws 1975"),
        ("Partial/Alien (1979).mkv", "DAMAGED SURE film Alien 1979"),
        ("Partial/Casino (1995).mp4", "VIDEO SURE film Casino 1995"),
        ("Partial/Fargo (1996).mkv", "VIDEO SURE film Fargo 1996"),
        ("Whole/Brazil (1985).mkv", "VIDEO SURE film Brazil 1985"),
    ] {
        assert_eq!(told(&found[path]), expected, "{path}");
    }
    let of = found["Copies/HEAT (1995).mkv"].belongs_to.as_deref();
    assert_eq!(of, Some("Case/Heat (1995).mkv"));
}

#[test]
fn reasons_are_told_of_everything() {
    let mut shelf = Shelf::default();
    for path in [
        "Film/Heat (1995).mkv",
        "Film/x.nfo",
        "Film/.hidden",
        "Film/y.txt",
    ] {
        shelf.put(path, b"x");
    }

    for (path, guess) in shelf.read() {
        let words = guess.reason.split_whitespace().count();
        assert!(
            words >= 4 && !guess.reason.ends_with('.'),
            "{path}: {guess:?}"
        );
    }
}
