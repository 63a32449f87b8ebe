//! What sidecars say beats what names say, if they are believed.

use super::shelf::{Shelf, told};
use crate::domain::library::nfo::{
    LONGEST_FAULT, MOST_ADDRESSES, MOST_BYTES, MOST_WARNINGS, read_sidecar,
};

const VIDEO: &[u8] = b"some bytes of a video";

#[test]
fn a_sidecar_beats_the_name() {
    let mut shelf = Shelf::default();
    shelf.put("Kill Bill - Volume 1 (2003)/kb1.mkv", VIDEO);
    let nfo = b"<movie><title>Kill Bill: Vol. 1</title><year>2004</year><uniqueid type='imdb'>tt0266697</uniqueid></movie>";
    shelf.put("Kill Bill - Volume 1 (2003)/movie.nfo", nfo);
    shelf.put(
        "Show (2001)/tvshow.nfo",
        b"<tvshow><title>The Show</title></tvshow>",
    );
    shelf.put("Show (2001)/Season 01/Show S01E01.mkv", VIDEO);
    let nfo = b"<episodedetails><title>One</title><season>1</season><episode>2</episode></episodedetails>\n<episodedetails><season>1</season><episode>3</episode></episodedetails>";
    shelf.put("Show (2001)/Season 01/Show S01E01.nfo", nfo);
    let nfo = b"<tvshow><title>Doctor Who (2005)</title></tvshow>";
    shelf.put("Doctor Who (2005)/tvshow.nfo", nfo);
    shelf.put("Doctor Who (2005)/Season 01/S01E01.mkv", VIDEO);

    let found = shelf.read();

    let film = &found["Kill Bill - Volume 1 (2003)/kb1.mkv"];
    let expected = "VIDEO SURE film Kill Bill: Vol. 1 2004 imdb=tt0266697";
    assert_eq!(told(film), expected);
    assert_eq!(film.warnings.len(), 2, "{:?}", film.warnings);
    let sidecar = &found["Kill Bill - Volume 1 (2003)/movie.nfo"];
    let expected = "SIDECAR SURE film Kill Bill: Vol. 1 2004 imdb=tt0266697";
    assert_eq!(told(sidecar), expected);
    let episodes = &found["Show (2001)/Season 01/Show S01E01.mkv"];
    let expected = "VIDEO SURE The Show 2001 season 1 [2, 3] One";
    assert_eq!(told(episodes), expected);
    assert!(
        episodes.warnings[0].contains("other numbers"),
        "{:?}",
        episodes.warnings
    );
    let series = &found["Show (2001)/tvshow.nfo"];
    assert_eq!(told(series), "SIDECAR SURE series The Show 2001");
    // The year of a folder that is part of the title over there is no other name.
    let series = &found["Doctor Who (2005)/tvshow.nfo"];
    let expected = "SIDECAR SURE series Doctor Who (2005) 2005";
    assert_eq!(
        (told(series).as_str(), series.warnings.len()),
        (expected, 0)
    );
}

#[test]
fn what_is_called_as_a_film_is_no_two_episodes() {
    let mut shelf = Shelf::default();
    let nfo = b"<episodedetails><season>1</season><episode>1</episode></episodedetails>\n<episodedetails><season>1</season><episode>2</episode></episodedetails>";
    shelf.put("Heat (1995)/Heat (1995).mkv", VIDEO);
    shelf.put("Heat (1995)/Heat (1995).nfo", nfo);
    // A day that some programs write for none is no year, and an id of a person is none of a film.
    let nfo = b"<movie><title>Alien</title><premiered>0001-01-01</premiered><uniqueid type='imdb'>nm0000244</uniqueid></movie>";
    shelf.put("Alien (1979)/Alien (1979).mkv", VIDEO);
    shelf.put("Alien (1979)/Alien (1979).nfo", nfo);

    let found = shelf.read();

    let heat = &found["Heat (1995)/Heat (1995).mkv"];
    assert_eq!(told(heat), "VIDEO SURE film Heat 1995");
    let is_told = |warning: &String| warning.contains("is of no film; it is not believed");
    assert!(heat.warnings.iter().any(is_told), "{:?}", heat.warnings);
    let sidecar = &found["Heat (1995)/Heat (1995).nfo"];
    assert!(sidecar.reason.contains("of another sort"), "{sidecar:?}");
    let alien = &found["Alien (1979)/Alien (1979).mkv"];
    assert_eq!(told(alien), "VIDEO SURE film Alien 1979");
}

#[test]
fn a_sidecar_is_found_however_its_name_is_spelt() {
    let mut shelf = Shelf::default();
    shelf.put("L\u{e9}on (1994).mkv", VIDEO);
    let nfo = b"<movie><title>The Professional</title><year>1994</year></movie>";
    shelf.put("Le\u{301}on (1994).NFO", nfo);
    shelf.put("HEAT (1995).mkv", VIDEO);
    // Two copies of one film would be told as such.
    shelf.put("Heat (1995).mkv", b"other bytes of a video");
    shelf.put("Heat (1995).nfo", nfo);
    let nfo = b"<tvshow><title>The Show</title></tvshow>";
    shelf.put("Show (2001)/TVShow.nfo", nfo);
    shelf.put("Show (2001)/Season 01/Show S01E01.mkv", VIDEO);

    let found = shelf.read();

    for (path, expected) in [
        (
            "L\u{e9}on (1994).mkv",
            "VIDEO SURE film The Professional 1994",
        ),
        ("Heat (1995).mkv", "VIDEO SURE film The Professional 1994"),
        ("HEAT (1995).mkv", "VIDEO SURE film HEAT 1995"),
        (
            "Show (2001)/Season 01/Show S01E01.mkv",
            "VIDEO SURE The Show 2001 season 1 [1]",
        ),
    ] {
        assert_eq!(told(&found[path]), expected, "{path}");
    }
}

#[test]
fn a_sidecar_that_is_not_believed_changes_nothing_and_is_told() {
    let bomb =
        b"<!DOCTYPE movie [<!ENTITY a 'aaaa'>]><movie><title>&a;</title><year>2000</year></movie>";
    let mut shelf = Shelf::default();
    shelf.put("Heat (1995).mkv", VIDEO);
    shelf.put("Heat (1995).nfo", bomb);
    shelf.put("Jaws (1975).mkv", VIDEO);
    shelf.put("Jaws (1975).nfo", b"<tvshow><title>Other</title></tvshow>");
    shelf.put(
        "No Video (2003).nfo",
        b"<movie><title>No Video</title></movie>",
    );

    let found = shelf.read();

    let film = &found["Heat (1995).mkv"];
    assert_eq!(told(film), "VIDEO SURE film Heat 1995");
    assert!(film.warnings[0].contains("DOCTYPE"), "{:?}", film.warnings);
    let sidecar = &found["Heat (1995).nfo"];
    assert_eq!(told(sidecar), "SIDECAR UNSURE film Heat 1995");
    assert!(sidecar.reason.contains("DOCTYPE"), "{sidecar:?}");
    let film = &found["Jaws (1975).mkv"];
    assert_eq!(told(film), "VIDEO SURE film Jaws 1975");
    assert!(
        film.warnings[0].contains("of no film"),
        "{:?}",
        film.warnings
    );
    assert_eq!(
        told(&found["Jaws (1975).nfo"]),
        "SIDECAR UNSURE film Jaws 1975"
    );
    assert_eq!(told(&found["No Video (2003).nfo"]), "SIDECAR UNSURE");
}

#[test]
fn little_is_told_however_much_is_wrong() {
    let years: Vec<String> = (0..1_000).map(|at| format!("<year>{at}</year>")).collect();
    let (years, title) = (years.concat(), " & B".repeat(10_000));
    let text = format!("<movie>{years}<title>A{title}</title></movie>");
    let warnings = read_sidecar(text.as_bytes()).unwrap().warnings;
    assert_eq!(warnings.len(), MOST_WARNINGS + 1);
    assert!(warnings[MOST_WARNINGS].contains("more"), "{warnings:?}");

    let long = "a".repeat(MOST_BYTES / 2);
    for text in [format!("<{long}>"), format!("<movie><{long}></movie>")] {
        let fault = read_sidecar(text.as_bytes()).unwrap_err();
        assert!(fault.chars().count() <= LONGEST_FAULT + 1, "{fault:.400}");
    }
}

#[test]
fn only_so_many_addresses_are_looked_at() {
    let ids = |count| {
        let address = "https://www.imdb.com/title/tt0113277\n".repeat(count);
        let text = format!("{address}https://www.themoviedb.org/movie/949");
        read_sidecar(text.as_bytes()).unwrap().ids.len()
    };

    assert_eq!((ids(1), ids(MOST_ADDRESSES)), (2, 1));
}
