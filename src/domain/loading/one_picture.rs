//! Taking in one picture for whoever gives it otherwise than by a file of records: by the same rules, in the same words.

use super::options::LoadMode;
use super::picture_fields::on_the_web;
use super::picture_source::{PictureFault, PictureLoading, PictureRead};
use super::pictures::PictureFrom;
use super::service::LoadService;
use crate::domain::catalog::{
    KeptPicture, PictureError, PictureHash, PictureKind, PictureProblem, TakenIn,
};
use crate::domain::error::{Coded, ErrorCode};
use crate::domain::language::LanguageTag;

/// A picture that somebody gives.
#[derive(Debug, Clone)]
pub struct OfferedPicture {
    pub kind: PictureKind,
    /// The language of what is written on it; `None`: nothing, or nobody says.
    pub language: Option<LanguageTag>,
    pub offer: PictureOffer,
}

/// Where the bytes of a picture are that somebody gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureOffer {
    /// They were sent before, and have this hash.
    Sent(PictureHash),
    /// On the web, at an address as it was given.
    Web(String),
}

/// Why a picture is not taken in.
#[derive(Debug)]
pub enum UntakenPicture {
    /// What is given is no picture that can be had; why, as the rest of a sentence.
    Refused(ErrorCode, String),
    /// It is no fault of what is given.
    Failed(PictureError),
}

impl LoadService {
    /// Keeps the bytes of a picture for a day at least, in which something may come to refer to them; what it is for is
    /// said then. `None`: nothing here keeps pictures.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn keep_picture(&self, bytes: Vec<u8>) -> Result<Option<TakenIn>, PictureError> {
        let Some(loading) = &self.pictures else {
            return Ok(None);
        };
        let stored = loading.pictures.store(PictureKind::Poster, None, bytes);
        stored.await.map(Some)
    }

    /// A picture that is given, with what was noticed of it. When this is answered its bytes are kept, but not in a dry
    /// run.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn take_in_picture(
        &self,
        offered: &OfferedPicture,
        mode: LoadMode,
    ) -> Result<(KeptPicture, Option<&'static str>), UntakenPicture> {
        let loading = self.picture_loading()?;
        let (bytes, origin) = match &offered.offer {
            PictureOffer::Sent(hash) => {
                let given = loading.pictures.given(hash).await?;
                let reason = "names no picture that was sent in the last day";
                let missing = || UntakenPicture::Refused(ErrorCode::NotFound, reason.to_owned());
                (given.ok_or_else(missing)?, None)
            }
            PictureOffer::Web(text) => {
                let url = on_the_web(text.trim()).map_err(invalid)?;
                let from = PictureFrom::Web(url);
                let (bytes, validator) = read(loading, &from).await?;
                (bytes, Some(Box::new(from.origin(validator))))
            }
        };
        let (kind, language) = (offered.kind, offered.language);
        let taken_in = match mode {
            LoadMode::DryRun => loading.pictures.look(kind, language, bytes).await?,
            LoadMode::Write => loading.pictures.store(kind, language, bytes).await?,
        };
        let picture = KeptPicture {
            picture: taken_in.picture,
            origin,
        };
        Ok((picture, taken_in.warning))
    }

    fn picture_loading(&self) -> Result<&PictureLoading, UntakenPicture> {
        let reason = "cannot be kept: nothing here keeps pictures";
        let loading = self.pictures.as_ref();
        loading.ok_or_else(|| invalid(reason.to_owned()))
    }
}

/// What is at an address, and what will tell whether it has changed.
async fn read(
    loading: &PictureLoading,
    from: &PictureFrom,
) -> Result<(Vec<u8>, Option<String>), UntakenPicture> {
    match loading.source.read(from, None, None).await {
        Ok(PictureRead::Bytes { bytes, validator }) => Ok((bytes, validator)),
        Ok(PictureRead::Same) => {
            let reason = "is said to be as before, and was never read";
            Err(invalid(reason.to_owned()))
        }
        Err(PictureFault::PassedOver(reason)) => Err(invalid(reason.to_owned())),
        Err(PictureFault::Refused(reason)) => Err(invalid(reason)),
        Err(PictureFault::Away(reason) | PictureFault::Silent(reason)) => {
            let code = ErrorCode::UpstreamUnavailable;
            Err(UntakenPicture::Refused(code, reason))
        }
    }
}

fn invalid(reason: String) -> UntakenPicture {
    UntakenPicture::Refused(ErrorCode::Invalid, reason)
}

impl From<PictureError> for UntakenPicture {
    fn from(error: PictureError) -> Self {
        match error {
            PictureError::Problem(
                problem @ (PictureProblem::TooManyBytes(_)
                | PictureProblem::TooManyPixels { .. }
                | PictureProblem::TooDeep { .. }
                | PictureProblem::UnknownFormat
                | PictureProblem::Broken(_)),
            ) => Self::Refused(problem.code(), format!("cannot be kept: {problem}")),
            error @ (PictureError::Problem(PictureProblem::Busy | PictureProblem::Failed(_))
            | PictureError::Store(_)) => Self::Failed(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_picture_is_told_from_what_is_wrong_with_the_site() {
        let of = |problem: PictureProblem| UntakenPicture::from(PictureError::from(problem));

        let wrong = of(PictureProblem::UnknownFormat);
        let large = of(PictureProblem::TooManyBytes(usize::MAX));

        assert!(
            matches!(&wrong, UntakenPicture::Refused(ErrorCode::Invalid, reason)
                if reason.starts_with("cannot be kept: this is no picture")),
            "{wrong:?}"
        );
        assert!(
            matches!(large, UntakenPicture::Refused(ErrorCode::OutOfRange, _)),
            "{large:?}"
        );
        for problem in [
            PictureProblem::Busy,
            PictureProblem::Failed("a fault".to_owned()),
        ] {
            let failed = of(problem);
            assert!(matches!(failed, UntakenPicture::Failed(_)), "{failed:?}");
        }
    }
}
