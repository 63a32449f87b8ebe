//! Everything that one can ask for, do and be told of, put together from the features' own parts.

use async_graphql::{MergedObject, MergedSubscription};

use super::accounts::{
    AccountMutation, AccountQuery, ApiKeyMutation, DeleteMutation, EmailMutation, IdentityMutation,
    ManageMutation, ManageQuery, PasswordMutation, PauseMutation, ProfileMutation,
};
use super::catalog::{CatalogQuery, LikelyQuery};
use super::commenting::{CommentMutation, HeldCommentQuery, ModerationMutation};
use super::curating::CuratingQuery;
use super::editing::{
    CollectionMutation, CreateEpisodeMutation, CreatePersonMutation, CreateTitleMutation,
    DeleteSingleMutation, DeleteTitleMutation, EditTitlesMutation, MergeEpisodesMutation,
    MergeMutation, MergePeopleMutation, NameMutation, PictureMutation, SingleMutation,
    SplitTitleMutation,
};
use super::importing::ImportMutation;
use super::library::{LibraryMutation, LibraryQuery};
use super::live::{
    CatalogueSubscription, JobSubscription, SessionSubscription, SiteJobSubscription,
    StateSubscription, SuggestionSubscription,
};
use super::membership::PlanQuery;
use super::node::NodeQuery;
use super::recommend::RowsQuery;
use super::revising::{RevisingMutation, RevisionQuery};
use super::search::SearchQuery;
use super::site::SiteQuery;
use super::site_jobs::{SiteJobMutation, SiteJobQuery};
use super::uploading::{UploadMutation, UploadQuery};
use super::usage::UsageQuery;
use super::video::VideoMutation;
use super::watching::{
    AsideMutation, BatchMutation, HidingMutation, HistoryMutation, MutingMutation, PlayMutation,
    RatingMutation, WatchedMutation, WatchingMutation, WatchlistMutation,
};

/// Everything that one can ask for.
#[derive(MergedObject, Default)]
pub(super) struct Query(
    NodeQuery,
    AccountQuery,
    ManageQuery,
    CatalogQuery,
    LikelyQuery,
    RowsQuery,
    RevisionQuery,
    SearchQuery,
    UsageQuery,
    LibraryQuery,
    SiteJobQuery,
    CuratingQuery,
    UploadQuery,
    HeldCommentQuery,
    PlanQuery,
    SiteQuery,
);

/// Everything that one can do. The fields of a mutation run one after the other.
#[derive(MergedObject, Default)]
pub(super) struct Mutation(
    AccountMutation,
    EmailMutation,
    PasswordMutation,
    IdentityMutation,
    ProfileMutation,
    ApiKeyMutation,
    DeleteMutation,
    ManageMutation,
    WatchingMutation,
    BatchMutation,
    RatingMutation,
    HidingMutation,
    PlayMutation,
    MutingMutation,
    WatchlistMutation,
    WatchedMutation,
    AsideMutation,
    HistoryMutation,
    PauseMutation,
    ImportMutation,
    CommentMutation,
    CuratingMutation,
);

/// What curators do. Apart, because the compiler goes only so deep into what is merged.
#[derive(MergedObject, Default)]
pub(super) struct CuratingMutation(
    RevisingMutation,
    CreateTitleMutation,
    CreateEpisodeMutation,
    CreatePersonMutation,
    EditTitlesMutation,
    DeleteTitleMutation,
    DeleteSingleMutation,
    MergeMutation,
    MergePeopleMutation,
    MergeEpisodesMutation,
    SplitTitleMutation,
    SingleMutation,
    NameMutation,
    CollectionMutation,
    PictureMutation,
    LibraryMutation,
    SiteJobMutation,
    UploadMutation,
    VideoMutation,
    ModerationMutation,
);

/// Everything that one is told of while it happens, over a WebSocket or a stream of events. Each subscription has one
/// field.
#[derive(MergedSubscription, Default)]
pub(super) struct Subscription(
    StateSubscription,
    SuggestionSubscription,
    CatalogueSubscription,
    SessionSubscription,
    JobSubscription,
    SiteJobSubscription,
);
