//! Which interfaces implement another one. A workaround: `derive(Interface)` of async-graphql 7.2.1 has no attribute for
//! it, so the registry is told directly.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};

use super::catalog::{Playable, Title};
use super::node::Node;

/// Says that every title and everything playable is a node, so that clients may ask for its id as one.
pub(super) struct Hierarchy;

impl OutputType for Hierarchy {
    fn type_name() -> Cow<'static, str> {
        Node::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        for interface in [Title::type_name(), Playable::type_name()] {
            registry.add_implements(&interface, &Node::type_name());
        }
        Node::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}
