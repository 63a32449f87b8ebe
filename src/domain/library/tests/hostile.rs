//! What must not be read, what is there twice, and what is no video whatever it is called.

use super::shelf::{Shelf, told};
use crate::domain::library::EntryKind;

const VIDEO: &[u8] = b"some bytes of a video";

#[test]
fn what_must_not_be_read_is_not() {
    let mut shelf = Shelf::default();
    shelf.put_kind("Out (1999).mkv", EntryKind::LinkOut, b"");
    shelf.put_kind("Pipe (2011).mkv", EntryKind::Special, b"");
    shelf.put_kind("Dangling (2000).mkv", EntryKind::BrokenLink, b"");
    let error = "permission denied".to_owned();
    shelf.put_kind("Locked", EntryKind::Unreadable { error }, b"");
    let target = String::new();
    shelf.put_kind("Links/loop", EntryKind::LinkToFolder { target }, b"");

    let found = shelf.read();

    for (path, guess) in &found {
        let is_loop = path == "Links/loop";
        let expected = if is_loop {
            "DUPLICATE SURE"
        } else {
            "REFUSED SURE"
        };
        assert_eq!(told(guess), expected, "{path}");
    }
    assert_eq!(found.len(), 5);
}

#[test]
fn a_file_is_there_once() {
    let mut shelf = Shelf::default();
    shelf.put("Film/Heat (1995).mkv", VIDEO);
    shelf.put_name("Film/Heat 2 (1995).mkv", "Film/Heat (1995).mkv");
    let link = |target: &str| EntryKind::LinkToFile {
        target: target.to_owned(),
    };
    shelf.put_kind("Links/Heat (1995).mkv", link("Film/Heat (1995).mkv"), VIDEO);
    shelf.put(".store/abc", VIDEO);
    shelf.put_kind("Film/Jaws (1975).mkv", link(".store/abc"), VIDEO);
    shelf.put_kind("Links/Jaws (1975).mkv", link(".store/abc"), VIDEO);
    shelf.put("Skip/.ignore", b"");
    shelf.put("Skip/Big (1988).mkv", VIDEO);
    shelf.put_kind("Links/Big (1988).mkv", link("Skip/Big (1988).mkv"), VIDEO);

    let found = shelf.read();

    for (path, expected) in [
        ("Film/Heat (1995).mkv", "VIDEO SURE film Heat 1995"),
        ("Film/Heat 2 (1995).mkv", "DUPLICATE SURE"),
        ("Links/Heat (1995).mkv", "DUPLICATE SURE"),
        (".store/abc", "JUNK SURE"),
        ("Film/Jaws (1975).mkv", "VIDEO SURE film Jaws 1975"),
        ("Links/Jaws (1975).mkv", "DUPLICATE SURE"),
        ("Skip/Big (1988).mkv", "IGNORED SURE"),
        ("Links/Big (1988).mkv", "DUPLICATE SURE"),
    ] {
        assert_eq!(told(&found[path]), expected, "{path}");
    }
    let of = found["Links/Heat (1995).mkv"].belongs_to.as_deref();
    assert_eq!(of, Some("Film/Heat (1995).mkv"));
}

#[test]
fn of_several_names_the_one_that_says_most_is_taken() {
    let mut shelf = Shelf::default();
    let (film, episode) = ("Film/Heat (1995)/Heat.mkv", "TV/Dark/Season 01/S01E02.mkv");
    shelf.put("Complete/a8f3.mkv", VIDEO);
    shelf.put_name(film, "Complete/a8f3.mkv");
    shelf.put("Film/Heat (1995)/Heat.en.srt", b"1");
    shelf.put("Complete/Dark.S01E02.1080p.mkv", VIDEO);
    shelf.put_name(episode, "Complete/Dark.S01E02.1080p.mkv");
    let target = "Complete/a8f3.mkv".to_owned();
    shelf.put_kind("Links/a.mkv", EntryKind::LinkToFile { target }, VIDEO);

    let found = shelf.read();

    assert_eq!(told(&found[film]), "VIDEO SURE film Heat 1995");
    let beside = &found["Film/Heat (1995)/Heat.en.srt"];
    assert_eq!(beside.belongs_to.as_deref(), Some(film));
    assert_eq!(found[episode].taken_for.as_str(), "VIDEO");
    for (path, of) in [
        ("Complete/a8f3.mkv", film),
        ("Complete/Dark.S01E02.1080p.mkv", episode),
        ("Links/a.mkv", film),
    ] {
        let guess = &found[path];
        assert_eq!(told(guess), "DUPLICATE SURE", "{path}");
        assert_eq!(guess.belongs_to.as_deref(), Some(of), "{path}");
    }
}

#[test]
fn what_is_no_video_is_told_with_what_it_would_be() {
    let mut shelf = Shelf::default();
    shelf.put("Notorious (1946).mkv", b"");
    shelf.put("Vertigo (1958).mp4", &vec![0; 65_536]);
    shelf.put("Fargo (1996).mkv", b"\n<HTML><body>404</body></html>");
    shelf.put("poster.jpg", b"");

    let found = shelf.read();

    for (path, expected) in [
        ("Notorious (1946).mkv", "DAMAGED SURE film Notorious 1946"),
        ("Vertigo (1958).mp4", "DAMAGED SURE film Vertigo 1958"),
        ("Fargo (1996).mkv", "DAMAGED SURE film Fargo 1996"),
        ("poster.jpg", "DAMAGED SURE"),
    ] {
        assert_eq!(told(&found[path]), expected, "{path}");
    }
}

#[test]
fn what_is_left_out_is_told_with_who_says_so() {
    let mut shelf = Shelf::default();
    shelf.put("Film/.ignore", b"*.iso\n");
    shelf.put("Film/Heat (1995).iso", VIDEO);
    shelf.put("Film/Heat (1995).mkv", VIDEO);
    shelf.put("Private/.nomedia", b"anything");
    shelf.put("Private/Home.mkv", VIDEO);
    let target = "Film/.ignore".to_owned();
    shelf.put_kind("More/.ignore", EntryKind::LinkToFile { target }, b"*.iso\n");
    shelf.put("More/Jaws (1975).iso", VIDEO);
    shelf.put("More/Jaws (1975).mkv", VIDEO);
    shelf.put_kind("Hidden/.ignore", EntryKind::LinkOut, b"");
    shelf.put("Hidden/Alien (1979).mkv", VIDEO);

    let found = shelf.read();

    let left_out = &found["Film/Heat (1995).iso"];
    assert_eq!(told(left_out), "IGNORED SURE");
    assert!(left_out.reason.contains("Film/.ignore"), "{left_out:?}");
    assert_eq!(told(&found["Private/Home.mkv"]), "IGNORED SURE");
    assert_eq!(told(&found["More/Jaws (1975).iso"]), "IGNORED SURE");
    assert_eq!(
        told(&found["More/Jaws (1975).mkv"]),
        "VIDEO SURE film Jaws 1975"
    );
    assert_eq!(told(&found["Hidden/Alien (1979).mkv"]), "IGNORED SURE");
    assert_eq!(
        told(&found["Film/Heat (1995).mkv"]),
        "VIDEO SURE film Heat 1995"
    );
}
