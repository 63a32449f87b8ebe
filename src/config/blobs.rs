//! Where the bytes of pictures are kept: in a folder, or in a bucket whose keys come from the environment alone.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use secrecy::SecretString;
use url::{Host, Url};

/// The folder in that of the embedded store, unless another place is named.
const FOLDER: &str = "blobs";
/// What the name of a bucket begins with.
const S3: &str = "s3://";
/// The region of a server that knows of none.
const REGION: &str = "us-east-1";
/// The longest name of a folder in a bucket, in bytes.
const LONGEST: usize = 200;

/// Where bytes are kept.
#[derive(Debug, Clone)]
pub enum BlobConfig {
    /// Nobody named a place: a folder in that of the embedded store.
    Beside(PathBuf),
    /// This folder, which all servers of a site must see.
    Folder(PathBuf),
    Bucket(BucketConfig),
}

/// A bucket on a server that speaks S3.
#[derive(Debug, Clone)]
pub struct BucketConfig {
    pub bucket: String,
    /// What all keys begin with, without `/` at either end; empty: nothing.
    pub folder: String,
    /// `AWS_ENDPOINT_URL`: with https, unless it is this machine; `None`: Amazon's.
    pub endpoint: Option<Url>,
    /// `AWS_REGION`, by default the first that there was.
    pub region: String,
    /// From `AWS_ACCESS_KEY_ID`, never shown.
    pub key_id: SecretString,
    /// From `AWS_SECRET_ACCESS_KEY`, never shown.
    pub secret: SecretString,
}

impl BlobConfig {
    /// From what is named, else in the folder of the embedded store.
    pub(super) fn complete(
        given: Option<String>,
        data_dir: &Path,
        variable: impl Fn(&str) -> Option<String>,
    ) -> anyhow::Result<Self> {
        let Some(place) = given.filter(|place| !place.trim().is_empty()) else {
            return Ok(Self::Beside(data_dir.join(FOLDER)));
        };
        if let Some(place) = place.strip_prefix(S3) {
            return Ok(Self::Bucket(bucket(place, variable)?));
        }
        if place.contains("://") {
            bail!("blobs is {place}, not a folder and not a bucket as s3://pictures/site");
        }
        Ok(Self::Folder(PathBuf::from(place)))
    }
}

fn bucket(place: &str, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<BucketConfig> {
    let variable = |name| variable(name).filter(|value| !value.is_empty());
    let (bucket, folder) = place.split_once('/').unwrap_or((place, ""));
    let is_of_name =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(is_of_name) {
        bail!("blobs is {S3}{place}: a bucket has 3 to 63 small letters, digits, dots and hyphens");
    }
    let folder = folder.trim_matches('/');
    let is_of_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_part = |part: &str| {
        !part.is_empty() && !matches!(part, "." | "..") && part.chars().all(is_of_part)
    };
    if folder.len() > LONGEST || !(folder.is_empty() || folder.split('/').all(is_part)) {
        bail!(
            "blobs is {S3}{place}: behind the bucket stands a path of letters, digits, dots, hyphens and underscores, of at \
             most {LONGEST} bytes"
        );
    }
    let endpoint = match variable("AWS_ENDPOINT_URL") {
        None => None,
        Some(text) => Some(check_endpoint(&text)?),
    };
    let key = |name: &'static str| {
        let wanted = || format!("{name} is not set, and blobs names a bucket");
        variable(name).map(SecretString::from).with_context(wanted)
    };
    Ok(BucketConfig {
        bucket: bucket.to_owned(),
        folder: folder.to_owned(),
        endpoint,
        region: variable("AWS_REGION").unwrap_or_else(|| REGION.to_owned()),
        key_id: key("AWS_ACCESS_KEY_ID")?,
        secret: key("AWS_SECRET_ACCESS_KEY")?,
    })
}

/// Where a server is: only to this machine itself goes what is not encrypted.
fn check_endpoint(text: &str) -> anyhow::Result<Url> {
    let url = Url::parse(text).ok().filter(Url::has_host);
    let is_allowed = |url: &Url| match url.scheme() {
        "https" => true,
        "http" => is_loopback(url),
        _ => false,
    };
    match url.filter(is_allowed) {
        Some(url) if url.username().is_empty() && url.password().is_none() => Ok(url),
        // It may have a password in it.
        _ => bail!(
            "AWS_ENDPOINT_URL is not an address as https://s3.example.org, without a name and a password; http is for \
             this machine only"
        ),
    }
}

/// Whether an address is of this machine itself.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [(&str, &str); 2] = [
        ("AWS_ACCESS_KEY_ID", "hush"),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
    ];

    fn complete(place: &str, variables: &[(&str, &str)]) -> anyhow::Result<BlobConfig> {
        let variable = |name: &str| {
            let mut known = variables.iter();
            let found = known.find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        BlobConfig::complete(Some(place.to_owned()), Path::new("data"), variable)
    }

    #[test]
    fn a_place_is_a_folder_or_a_bucket() {
        let BlobConfig::Beside(beside) = complete("", &[]).unwrap() else {
            panic!("nobody named a place");
        };
        assert_eq!(beside, Path::new("data/blobs"));
        let BlobConfig::Folder(folder) = complete("/srv/pictures", &[]).unwrap() else {
            panic!("that is a folder");
        };
        assert_eq!(folder, Path::new("/srv/pictures"));
        let endpoint = ("AWS_ENDPOINT_URL", "http://127.0.0.1:8333");
        let variables = [KEYS[0], KEYS[1], endpoint];
        let BlobConfig::Bucket(bucket) = complete("s3://pictures/a/b/", &variables).unwrap() else {
            panic!("that is a bucket");
        };
        assert_eq!(
            (&*bucket.bucket, &*bucket.folder, &*bucket.region),
            ("pictures", "a/b", REGION)
        );
        assert_eq!(
            bucket.endpoint.as_ref().map(Url::as_str),
            Some("http://127.0.0.1:8333/")
        );
        assert!(!format!("{bucket:?}").contains("hush"));
    }

    #[test]
    fn what_is_no_place_is_refused_by_name() {
        for (place, begin) in [
            (
                "https://example.org/pictures",
                "blobs is https://example.org",
            ),
            ("s3://", "blobs is s3://:"),
            ("s3://Pictures", "blobs is s3://Pictures"),
            ("s3://pictures/../other", "blobs is s3://pictures/../other"),
            ("s3://pictures/a//b", "blobs is s3://pictures/a//b"),
        ] {
            let error = complete(place, &KEYS).unwrap_err().to_string();
            assert!(error.starts_with(begin), "{error}");
        }
        let error = complete("s3://pictures", &KEYS[..1]).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("AWS_SECRET_ACCESS_KEY is not set"),
            "{error}"
        );
        for endpoint in [
            "http://192.0.2.1",
            "ftp://127.0.0.1",
            "https://u:hush@h",
            "nonsense",
        ] {
            let variables = [KEYS[0], KEYS[1], ("AWS_ENDPOINT_URL", endpoint)];
            let error = complete("s3://pictures", &variables)
                .unwrap_err()
                .to_string();
            assert!(error.starts_with("AWS_ENDPOINT_URL is not"), "{error}");
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
