//! The fields that films and series have in common, written once for both.

/// Makes an object of the schema with the fields that all titles have, and its own after them.
///
/// A macro, because `#[graphql(flatten)]` of async-graphql 7.2.1 cannot take one object into two others that its own
/// fields lead back to.
macro_rules! title_object {
    ($(#[$doc:meta])+ impl $name:ident { $($own:tt)* }) => {
        $(#[$doc])+
        #[Object]
        impl $name {
            /// The global id, which `node` takes: opaque text that stays the same.
            pub(crate) async fn id(&self) -> ID {
                GlobalId::of_title(self.title()).encode()
            }

            /// The key in addresses, unique among all titles.
            pub(super) async fn slug(&self) -> &str {
                &self.title().slug
            }

            /// The name in the language that is wanted, if it has one in that; else in the site's language, English.
            pub(super) async fn name(
                &self,
                ctx: &Context<'_>,
                #[graphql(
                    desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
                )]
                language: Option<String>,
            ) -> Result<&str> {
                self.say_name(ctx, language.as_deref())
            }

            /// The name in the language that it was made in; null if unknown.
            pub(super) async fn original_name(&self) -> Option<&str> {
                self.title().original_name.as_deref()
            }

            /// What it is about, in a few sentences of plain text: in the language that is wanted, else in the site's
            /// language, English, else in the one that it was made in, else in any; `overviewLanguage` says in which.
            /// Null if nobody has said.
            pub(super) async fn overview(
                &self,
                ctx: &Context<'_>,
                #[graphql(
                    desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
                )]
                language: Option<String>,
            ) -> Result<Option<&str>> {
                Ok(self.say_overview(ctx, language.as_deref())?.map(|text| &*text.text))
            }

            /// The language that `overview` is in for the same argument, as a BCP 47 tag; null if there is none.
            pub(super) async fn overview_language(
                &self,
                ctx: &Context<'_>,
                #[graphql(
                    desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
                )]
                language: Option<String>,
            ) -> Result<Option<&str>> {
                Ok(self.say_overview(ctx, language.as_deref())?.map(|text| text.language.as_str()))
            }

            /// The line that it is advertised with, in plain text; the language is chosen as that of `overview`. Null
            /// if it has none.
            pub(super) async fn tagline(
                &self,
                ctx: &Context<'_>,
                #[graphql(
                    desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
                )]
                language: Option<String>,
            ) -> Result<Option<&str>> {
                Ok(self.say_tagline(ctx, language.as_deref())?.map(|text| &*text.text))
            }

            /// The language that `tagline` is in for the same argument, as a BCP 47 tag; null if there is none.
            pub(super) async fn tagline_language(
                &self,
                ctx: &Context<'_>,
                #[graphql(
                    desc = "The language to give it in, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said in this, or if it is left out: in that of the viewer's profile, then in those of `Accept-Language`."
                )]
                language: Option<String>,
            ) -> Result<Option<&str>> {
                Ok(self.say_tagline(ctx, language.as_deref())?.map(|text| text.language.as_str()))
            }

            /// The companies that made it, by name; at most 50.
            pub(super) async fn studios(&self) -> &[String] {
                &self.title().studios
            }

            /// Words that curators found for it; at most 100.
            pub(super) async fn tags(&self) -> &[String] {
                &self.title().tags
            }

            /// How it is rated, by the viewers of this site and by other sites.
            pub(super) async fn rating(&self) -> RatingSummary {
                RatingSummary::of(self.title())
            }

            /// Trailers and teasers, the ones to show first in front; at most 100.
            pub(super) async fn trailers(&self) -> Vec<Extra> {
                self.list_trailers()
            }

            /// Videos about it on other sites, trailers and teasers among them and first; at most 100.
            pub(super) async fn extras(
                &self,
                #[graphql(desc = "Only these kinds; all if left out or empty.")] kind: Option<Vec<ExtraKind>>,
            ) -> Option<Vec<Extra>> {
                Some(self.list_extras(kind.as_deref()))
            }

            /// Pictures of it, by kind: those that were given, at most 20, of a kind first those in the language that is
            /// wanted, then those without one, then others. A poster, a backdrop and a still are drawn where none is given.
            pub(super) async fn images(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Only these kinds; all if left out or empty.")] kind: Option<Vec<ImageKind>>,
                #[graphql(
                    desc = "The language of the name on them, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Chosen as for `name`, also if it is left out."
                )]
                language: Option<String>,
            ) -> Result<Option<Vec<Image>>> {
                let images = self.load_images(ctx, kind.as_deref(), language.as_deref());
                Ok(Some(images.await?))
            }

            /// One picture of it: of the first of these kinds that there is one of, the first that `images` would give. Null
            /// if there is none of any of them.
            pub(super) async fn image(
                &self,
                ctx: &Context<'_>,
                #[graphql(
                    desc = "The kinds that will do, the most wanted first; any, in the order of `images`, if left out or empty."
                )]
                kind: Option<Vec<ImageKind>>,
                #[graphql(
                    desc = "The language of the name on them, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Chosen as for `name`, also if it is left out."
                )]
                language: Option<String>,
            ) -> Result<Option<Image>> {
                self.load_image(ctx, &kind.unwrap_or_default(), language.as_deref()).await
            }

            /// The year of the first showing; null if unknown.
            pub(super) async fn year(&self) -> Option<i32> {
                self.title().year
            }

            /// The day of the first showing; null if unknown.
            pub(super) async fn premiered(&self) -> Option<Date> {
                self.title().premiered.map(Date)
            }

            /// The genres, the most fitting first; a handful.
            pub(super) async fn genres(&self, ctx: &Context<'_>) -> Result<Vec<Genre>> {
                self.load_genres(ctx).await
            }

            /// The countries that it was made in, as ISO 3166-1 codes of two letters; a handful.
            pub(super) async fn countries(&self) -> &[String] {
                &self.title().countries
            }

            /// The languages spoken in it, as ISO 639-1 codes of two letters; a handful.
            pub(super) async fn languages(&self) -> &[String] {
                &self.title().languages
            }

            /// The ids elsewhere, by provider; a handful.
            pub(super) async fn external_ids(&self) -> Vec<ExternalId> {
                self.list_external_ids()
            }

            /// What rating systems say of it, by country; a handful, and empty if it is unrated.
            pub(super) async fn certifications(&self) -> Vec<Certification> {
                self.title().certifications.iter().map(Into::into).collect()
            }

            /// What one rating system says of it; null if that has not rated it, or is unknown.
            pub(super) async fn certification(
                &self,
                #[graphql(
                    desc = "The country whose system it is, as an ISO 3166-1 code; the system with the highest age if left out, which is the one that decides who may see the title."
                )]
                system: Option<String>,
            ) -> Option<Certification> {
                self.find_certification(system.as_deref())
            }

            /// Who made it: directors (creators, for a series) first, then actors, guests, writers, producers and
            /// composers, each in billing order. Page by page in either direction: `first` and `after`, or `last` and
            /// `before`; a page has 20 rows if neither says how many.
            pub(super) async fn credits(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Only these roles; all if left out or empty.")]
                role: Option<Vec<CreditRole>>,
                #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")]
                first: Option<i32>,
                #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
                after: Option<String>,
                #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")]
                last: Option<i32>,
                #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
                before: Option<String>,
            ) -> Result<Option<Connection<CreditEdge>>> {
                let args = PageArgs::both(first, after, last, before);
                credits(ctx, self, role, args).await
            }

            /// "If you watched this, these might be good": the other parts of its collection, the next one before all, then
            /// the best first, 100 in all, without what the viewer's profile has watched, rated or hidden. No director or
            /// actor has more than four of each 12, unless nothing else is left or viewers watch them together.
            pub(super) async fn similar(
                &self,
                ctx: &Context<'_>,
                #[graphql(
                    desc = "How many from the start, or after `after`, 1 to 100; 12 if `last` is left out, too."
                )]
                first: Option<i32>,
                #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
                after: Option<String>,
                #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
                #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
                before: Option<String>,
            ) -> Result<Option<Connection<RecommendationEdge>>> {
                similar(ctx, self.title(), PageArgs::both(first, after, last, before)).await
            }

            /// Whether it is for viewers; whoever is not a curator always sees `PUBLISHED`.
            pub(super) async fn state(&self) -> TitleState {
                self.title().publication.state.into()
            }

            /// The first moment at which viewers may see it, once it is published; null: they always might.
            pub(super) async fn available_from(&self) -> Option<DateTime> {
                self.title().publication.from.map(Into::into)
            }

            /// The moment from which viewers may not see it any more; null: they may for good.
            pub(super) async fn available_until(&self) -> Option<DateTime> {
                self.title().publication.until.map(Into::into)
            }

            /// How many profiles have watched it, a few seconds ago.
            pub(super) async fn watchers(&self) -> u64 {
                self.title().watchers
            }

            /// What the viewer's profile said of it: true is a thumb up, false one down; null if it said nothing, or
            /// nobody is logged in.
            pub(super) async fn viewer_liked(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
                viewer_liked(ctx, self.title().id).await
            }

            /// Whether it is on the watchlist of the viewer's profile; null if nobody is logged in.
            pub(super) async fn in_watchlist(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
                in_watchlist(ctx, self.title().id).await
            }

            /// Whether the viewer's profile hides it from its suggestions; null if nobody is logged in.
            pub(super) async fn viewer_hidden(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
                viewer_hidden(ctx, self.title().id).await
            }

            /// What viewers wrote of it, thread by thread, as far as it is shown. Page by page in either direction: `first`
            /// and `after`, or `last` and `before`; a page has 20 rows if neither says how many. Null if the site has no
            /// comments, or for a child's profile.
            pub(super) async fn comments(
                &self,
                ctx: &Context<'_>,
                #[graphql(
                    desc = "The order of the threads; ties are broken by id.",
                    default_with = "Some(CommentOrder::Top)"
                )]
                order_by: Option<CommentOrder>,
                #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<i32>,
                #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another order.")]
                after: Option<String>,
                #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
                #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another order.")]
                before: Option<String>,
            ) -> Result<Option<CommentConnection>> {
                let page = PageArgs::both(first, after, last, before);
                comments_of(ctx, self.title().id, order_by, page).await
            }

            /// How many comments and replies are shown of it, a second or so ago; null where `comments` is.
            pub(super) async fn comment_count(&self, ctx: &Context<'_>) -> Result<Option<u64>> {
                comment_count(ctx, self.title().id).await
            }

            /// When it was added to the catalogue.
            pub(super) async fn created_at(&self) -> DateTime {
                self.title().stamp.created_at.into()
            }

            /// When the catalogue last changed what it says of it.
            pub(super) async fn updated_at(&self) -> DateTime {
                self.title().stamp.updated_at.into()
            }

            /// How often the catalogue has changed what it says of it; 1 at first.
            pub(super) async fn revision(&self) -> u64 {
                self.title().stamp.revision
            }

            /// What was changed of it, the latest first, since the site keeps revisions. For curators; an API key needs
            /// the scope `CURATE`. Page by page in either direction: `first` and `after`, or `last` and `before`; a
            /// page has 20 rows if neither says how many.
            #[graphql(guard = "RoleAtLeast(Role::Curator)")]
            pub(super) async fn revisions(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<i32>,
                #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
                after: Option<String>,
                #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
                #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
                before: Option<String>,
            ) -> Result<Option<crate::graphql::revising::RevisionConnection>> {
                let page = PageArgs::both(first, after, last, before);
                crate::graphql::revising::revisions_of(ctx, crate::domain::catalog::CatalogNode::Title(self.title().id), page).await
            }

            /// The fields that no load changes, by their names in files that are loaded, sorted. For curators; null
            /// for everybody else.
            pub(super) async fn locked_fields(&self, ctx: &Context<'_>) -> Option<Vec<String>> {
                crate::graphql::revising::locked_fields(ctx, &self.title().locks)
            }

            /// Where the value of each field is from, sorted by field, also of one that was cleared; of what is left out nobody
            /// knows, or it was never said. For curators; an API key needs the scope `CURATE`.
            #[graphql(guard = "RoleAtLeast(Role::Curator)")]
            pub(super) async fn value_sources(&self, ctx: &Context<'_>) -> Result<Option<Vec<crate::graphql::revising::FieldSource>>> {
                let node = crate::domain::catalog::CatalogNode::Title(self.title().id);
                crate::graphql::revising::value_sources_of(ctx, node, self.title().stamp.revision).await
            }

            /// All that is said of it by language, sorted by language, as a form for curators needs it; null for
            /// everybody else.
            pub(super) async fn texts(&self, ctx: &Context<'_>) -> Option<Vec<super::texts::TitleTexts>> {
                let is_shown = crate::graphql::revising::is_curator(ctx);
                is_shown.then(|| super::texts::TitleTexts::list(self.title()))
            }

            $($own)*
        }
    };
}

pub(super) use title_object;
