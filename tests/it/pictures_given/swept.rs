//! Pictures that nothing refers to any more are swept when they are old, and nothing else is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use super::folder::{PICTURES, fetch, folder_with_pictures};
use super::{load, write_records};
use crate::support::program::{On, Program};

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let files = paths.flat_map(|path| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    });
    files.collect()
}

/// Makes a file two days older.
fn age(file: &Path) {
    let file = std::fs::File::options().write(true).open(file).unwrap();
    let put = file.metadata().unwrap().modified().unwrap();
    file.set_modified(put - Duration::from_secs(2 * 24 * 60 * 60))
        .unwrap();
}

#[tokio::test]
async fn what_nothing_refers_to_is_swept_when_it_is_old() {
    let program = Program::new(On::Embedded).await;
    let (folder, records) = folder_with_pictures(&program);
    let (_, messages, is_clean) = load(&program, &write_records(&folder, &records), &[]).await;
    assert!(is_clean, "{messages}");
    let mut site = program.serve().await;
    let film = site.ask(PICTURES, json!({})).await["film"].take();
    for url in [&film["images"][1]["url"], &film["logos"][0]["large"]] {
        assert_eq!(fetch(&site, url, &[]).await.status, StatusCode::OK);
    }
    site.kill().await;
    let [mut heat, mann, ..] = records;
    heat["pictures"] = json!({ "logo": null });
    let faceless = json!({ "kind": "person", "slug": "michael-mann", "name": "Michael Mann", "portrait": null });
    let replaced = write_records(&folder, &[heat, faceless.clone()]);
    load(&program, &replaced, &[]).await;
    let sweep = async |arguments: &[&str]| {
        let arguments = [&["pictures", "sweep"], arguments].concat();
        program.expect(&arguments).await
    };

    // A load that runs may refer to them in a moment.
    let young = sweep(&[]).await;
    assert!(
        young.contains("removed 0 pictures and 0 renditions, 0 bytes; 4 are referred to, 3 are"),
        "{young}"
    );

    let blobs = program.data().join("blobs");
    let kept = files(&blobs);
    assert_eq!(kept.len(), 7);
    for file in &kept {
        age(file);
    }
    let dry = sweep(&["--dry-run"]).await;
    assert!(
        dry.contains("would remove 2 pictures and 1 renditions"),
        "{dry}"
    );
    assert_eq!(files(&blobs).len(), 7);

    // The same bytes are put again, and are young.
    load(&program, &write_records(&folder, &[mann]), &[]).await;
    load(&program, &write_records(&folder, &[faceless]), &[]).await;
    let swept = sweep(&[]).await;
    assert!(
        swept.contains("removed 1 pictures and 1 renditions")
            && swept.contains("4 are referred to, 1 are"),
        "{swept}"
    );
    assert_eq!(files(&blobs).len(), 5);

    // What an older version made of a picture that stays is shown no more.
    let made = files(&blobs.join("renditions"));
    let name = made[0].file_name().unwrap().to_str().unwrap();
    let (_, width) = name.split_once('-').unwrap();
    let outdated = made[0].with_file_name(format!("1-{width}"));
    std::fs::write(&outdated, "made before").unwrap();
    age(&outdated);
    let swept = sweep(&[]).await;
    assert!(
        swept.contains("removed 0 pictures and 1 renditions"),
        "{swept}"
    );
    assert_eq!(files(&blobs).len(), 5);

    // What is shown stays; a record without any picture is that of another site.
    let site = program.serve().await;
    let film = site.ask(PICTURES, json!({})).await["film"].take();
    let poster = fetch(&site, &film["images"][1]["url"], &[]).await;
    assert_eq!(poster.status, StatusCode::OK);
    let other = Program::new(On::Embedded).await;
    let refused = other
        .run(&["pictures", "sweep", "--blobs", blobs.to_str().unwrap()])
        .await;
    assert!(!refused.status.success());
    let refused = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.contains("the record of this site"), "{refused}");
    assert_eq!(files(&blobs).len(), 5);
}
