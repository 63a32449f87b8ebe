//! What a mutation refuses of whoever asks, or for now, is in its `userErrors`, as what is wrong with its input is.
//!
//! Guards, and services that know no field to blame, answer with an error. In a query that is null with a top-level error.
//! Of a mutation a person can put it right: by another profile, by another role, or by waiting. Whoever is not logged in
//! stays a top-level error, because clients fetch new tokens by that.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::{ContainerType, resolve_container_serial};
use async_graphql::{
    Context, ContextSelectionSet, Name, ObjectType, OutputType, Positioned, ServerError,
    ServerResult, Value,
};

use super::user_error::UserError;

/// The mutations of another type, whose payloads say what was refused.
#[derive(Default)]
pub(super) struct Refusing<M>(M);

impl<M: ObjectType> OutputType for Refusing<M> {
    fn type_name() -> Cow<'static, str> {
        M::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        M::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container_serial(ctx, self).await
    }
}

impl<M: ObjectType> ContainerType for Refusing<M> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        match self.0.resolve_field(ctx).await {
            Err(error) => payload(ctx, &M::type_name(), error).await.map(Some),
            answered => answered,
        }
    }
}

impl<M: ObjectType> ObjectType for Refusing<M> {}

/// The payload of a mutation that did nothing, with what a person can put right; any other error stays one.
async fn payload(ctx: &Context<'_>, mutations: &str, error: ServerError) -> ServerResult<Value> {
    let Some(refusal) = UserError::of_refusal(&error) else {
        return Err(error);
    };
    let registry = &ctx.schema_env.registry;
    let mutation = registry.types.get(mutations);
    let mutation = mutation.and_then(|of| of.field_by_name(&ctx.item.node.name.node));
    let Some(of) = mutation.map(|mutation| mutation.ty.trim_end_matches('!')) else {
        return Err(error);
    };
    if let Some(seconds) = refusal.wait() {
        ctx.append_http_header("retry-after", seconds);
    }
    let is_of = |condition: &str| {
        let interfaces = registry.implements.get(of);
        condition == of || interfaces.is_some_and(|all| all.contains(condition))
    };
    let mut fields = Vec::new();
    collect(ctx, &ctx.item.node.selection_set.node, &is_of, &mut fields);
    let errors = vec![refusal];
    let mut said = IndexMap::new();
    for field in fields {
        let value = match field.node.name.node.as_str() {
            "__typename" => Value::from(of),
            "userErrors" => {
                let inside = ctx.with_selection_set(&field.node.selection_set);
                OutputType::resolve(&errors, &inside, field).await?
            }
            name => {
                let asked = registry.types.get(of);
                let asked = asked.and_then(|payload| payload.field_by_name(name));
                asked.map_or(Value::Null, |asked| nothing(&asked.ty))
            }
        };
        put(&mut said, field.node.response_key().node.clone(), value);
    }
    Ok(Value::Object(said))
}

/// The fields that a selection asks of a type, with those in fragments.
fn collect<'a>(
    ctx: &Context<'a>,
    selection: &'a SelectionSet,
    is_of: &impl Fn(&str) -> bool,
    found: &mut Vec<&'a Positioned<Field>>,
) {
    for item in &selection.items {
        let (condition, inside) = match &item.node {
            Selection::Field(field) => {
                found.push(field);
                continue;
            }
            Selection::InlineFragment(inline) => (
                inline.node.type_condition.as_ref(),
                &inline.node.selection_set,
            ),
            Selection::FragmentSpread(spread) => {
                let fragments = &ctx.query_env.fragments;
                let Some(fragment) = fragments.get(&spread.node.fragment_name.node) else {
                    continue;
                };
                (
                    Some(&fragment.node.type_condition),
                    &fragment.node.selection_set,
                )
            }
        };
        if condition.is_none_or(|condition| is_of(condition.node.on.node.as_str())) {
            collect(ctx, &inside.node, is_of, found);
        }
    }
}

/// What a field of a payload gives where nothing was done.
fn nothing(ty: &str) -> Value {
    match ty.strip_suffix('!') {
        Some("Boolean") => Value::from(false),
        Some("Int") => Value::from(0),
        Some(list) if list.starts_with('[') => Value::List(Vec::new()),
        _ => Value::Null,
    }
}

/// Puts a value under its key; where that was asked for twice, the two are one.
fn put(said: &mut IndexMap<Name, Value>, key: Name, value: Value) {
    let Some(there) = said.get_mut(&key) else {
        said.insert(key, value);
        return;
    };
    if let (Value::List(there), Value::List(more)) = (there, value) {
        for (there, more) in there.iter_mut().zip(more) {
            if let (Value::Object(there), Value::Object(more)) = (there, more) {
                for (key, value) in more {
                    put(there, key, value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use async_graphql::{EmptySubscription, Object, SimpleObject};
    use serde_json::json;

    use super::super::error::{ApiError, Result};
    use super::super::types::Types;
    use super::*;
    use crate::domain::accounts::AccountError;

    #[derive(Default)]
    struct Query;

    #[Object]
    impl Query {
        async fn nothing(&self) -> bool {
            true
        }
    }

    #[derive(SimpleObject)]
    struct DonePayload {
        name: Option<String>,
        done: bool,
        user_errors: Vec<UserError>,
    }

    #[derive(Default)]
    struct Mutation;

    #[Object]
    #[expect(clippy::unused_async, reason = "all resolvers are")]
    impl Mutation {
        async fn forbidden(&self) -> Result<DonePayload> {
            Err(ApiError::forbidden("not you"))
        }

        async fn limited(&self, seconds: u64) -> Result<DonePayload> {
            let wait = Duration::from_secs(seconds);
            Err(AccountError::TooOften(wait).into())
        }

        async fn unknown(&self) -> Result<DonePayload> {
            Err(ApiError::unauthenticated())
        }

        async fn done(&self) -> DonePayload {
            DonePayload {
                name: Some("done".to_owned()),
                done: true,
                user_errors: Vec::new(),
            }
        }
    }

    async fn ask(query: &str) -> async_graphql::Response {
        let mutation = Refusing::<Mutation>::default();
        let schema = async_graphql::Schema::new(Query, mutation, EmptySubscription);
        schema.execute(query).await
    }

    #[tokio::test]
    async fn what_is_refused_is_in_the_payload_as_it_was_asked_for() {
        let query = "mutation {
            forbidden { __typename ...of why: userErrors { message } ... { why: userErrors { code field } } }
            slow: limited(seconds: 90) { name @include(if: true) done userErrors { code retryAfter } }
            limited(seconds: 30) { done @skip(if: true) userErrors { retryAfter } }
            done { name done userErrors { code } }
        }
        fragment of on DonePayload { done ... { name } }";

        let answer = ask(query).await;

        assert_eq!(answer.errors, []);
        let expected = json!({
            "forbidden": {
                "__typename": "DonePayload", "done": false, "name": null,
                "why": [{ "message": "not you", "code": "FORBIDDEN", "field": null }],
            },
            "slow": {
                "name": null, "done": false,
                "userErrors": [{ "code": "RATE_LIMITED", "retryAfter": 90 }],
            },
            "limited": { "userErrors": [{ "retryAfter": 30 }] },
            "done": { "name": "done", "done": true, "userErrors": [] },
        });
        assert_eq!(answer.data.into_json().unwrap(), expected);
        let waits = answer.http_headers.get_all("retry-after").iter();
        let waits: Vec<&str> = waits.map(|wait| wait.to_str().unwrap()).collect();
        assert_eq!(waits, ["90", "30"]);
    }

    #[tokio::test]
    async fn whoever_must_log_in_is_told_so_in_a_top_level_error() {
        let answer = ask("mutation { unknown { userErrors { code } } }").await;

        let extensions = answer.errors[0].extensions.as_ref().unwrap();
        assert_eq!(extensions.get("code"), Some(&"UNAUTHENTICATED".into()));
    }

    #[test]
    fn every_field_of_a_payload_can_say_that_nothing_was_done() {
        let types = Types::parse(&crate::graphql::sdl());
        let mut payloads = 0;
        for (of, fields) in types.iter().filter(|(of, _)| of.ends_with("Payload")) {
            payloads += 1;
            for (name, field) in fields.iter().filter(|(_, field)| !field.ty.node.nullable) {
                let ty = field.ty.node.to_string();
                assert_ne!(nothing(&ty), Value::Null, "{of}.{name}");
            }
        }
        assert!(payloads > 20, "the names of payloads have changed");
    }
}
