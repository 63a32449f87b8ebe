//! Whether variables fit where an operation has them. It is the one question of the validation whose answer depends on
//! them: a document that was validated with some need not be validated again with others.
//!
//! It may say no to what the validation would let pass, which is then asked; never the other way round.

use async_graphql::parser::types::{
    BaseType, Directive, ExecutableDocument, Field, InputValueDefinition, Selection, SelectionSet,
    Type,
};
use async_graphql::{Name, Positioned, Value, Variables};
use async_graphql_value::Value as Given;

use super::types::{Input, Types, named, operation};

/// The places of an operation in which variables stand, in its fragments too.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// What is given in each, and the type that must take it.
    places: Vec<(Given, Type)>,
    /// Whether a variable stands where nobody here knows of a type, as in introspection.
    is_unknown: bool,
}

impl Inputs {
    /// The places of an operation of a document.
    pub(super) fn of(types: &Types, document: &ExecutableDocument, name: Option<&str>) -> Self {
        let mut inputs = Self::default();
        let Some((operation, root)) = operation(document, name) else {
            return inputs;
        };
        inputs.directives(&operation.directives);
        inputs.set(types, &operation.selection_set.node, root);
        for fragment in document.fragments.values() {
            let of = &fragment.node.type_condition.node.on.node;
            inputs.directives(&fragment.node.directives);
            inputs.set(types, &fragment.node.selection_set.node, of);
        }
        inputs
    }

    fn set(&mut self, types: &Types, set: &SelectionSet, of: &str) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(types, &field.node, of),
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.node.directives);
                    let condition = inline.node.type_condition.as_ref();
                    let of = condition.map_or(of, |condition| &condition.node.on.node);
                    self.set(types, &inline.node.selection_set.node, of);
                }
                Selection::FragmentSpread(spread) => self.directives(&spread.node.directives),
            }
        }
    }

    fn field(&mut self, types: &Types, field: &Field, of: &str) {
        self.directives(&field.directives);
        let known = types.field(of, &field.name.node);
        for (name, value) in &field.arguments {
            let mut arguments = known.iter().flat_map(|known| &known.arguments);
            let argument = arguments.find(|argument| argument.node.name.node == name.node);
            self.place(&value.node, argument.map(|argument| &argument.node.ty.node));
        }
        let Some(known) = known else {
            // What is inside is introspection, or nothing.
            self.is_unknown |= !field.selection_set.node.items.is_empty();
            return;
        };
        let gives = named(&known.ty.node).0;
        self.set(types, &field.selection_set.node, gives);
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        let condition = Type {
            base: BaseType::Named(Name::new("Boolean")),
            nullable: false,
        };
        for directive in directives {
            let is_condition = matches!(&*directive.node.name.node, "skip" | "include");
            for (name, value) in &directive.node.arguments {
                let is_known = is_condition && name.node == "if";
                self.place(&value.node, is_known.then_some(&condition));
            }
        }
    }

    fn place(&mut self, value: &Given, ty: Option<&Type>) {
        if value.clone().into_const().is_some() {
            return;
        }
        let Some(ty) = ty else {
            self.is_unknown = true;
            return;
        };
        let is_this = |(other, of): &(Given, Type)| other == value && of == ty;
        if !self.places.iter().any(is_this) {
            self.places.push((value.clone(), ty.clone()));
        }
    }

    /// Whether they all certainly take what these variables put there.
    pub(super) fn take(&self, types: &Types, variables: &Variables) -> bool {
        let fits = |(value, ty): &(Given, Type)| match value {
            Given::Variable(name) => variables
                .get(name)
                .is_none_or(|value| takes(types, ty, value)),
            value => {
                let variable = |name: Name| variables.get(&name).cloned().ok_or(());
                let value = value.clone().into_const_with(variable);
                // Where one is not given, the validation does not look at the value either.
                value.map_or(true, |value| takes(types, ty, &value))
            }
        };
        !self.is_unknown && self.places.iter().all(fits)
    }
}

/// Whether a type certainly takes a value.
fn takes(types: &Types, ty: &Type, value: &Value) -> bool {
    if *value == Value::Null {
        return ty.nullable;
    }
    match (&ty.base, value) {
        (BaseType::List(of), Value::List(values)) => {
            values.iter().all(|value| takes(types, of, value))
        }
        (BaseType::List(of), value) => takes(types, of, value),
        (BaseType::Named(name), value) => takes_named(types, name, value),
    }
}

fn takes_named(types: &Types, name: &str, value: &Value) -> bool {
    let is_count = |value: &Value| match value {
        Value::Number(number) => number.as_u64().is_some_and(|n| i32::try_from(n).is_ok()),
        _ => false,
    };
    match (name, types.input(name)) {
        ("Int", _) => is_count(value),
        ("ID", _) => matches!(value, Value::String(_)) || is_count(value),
        ("Float", _) => matches!(value, Value::Number(_)),
        ("Boolean", _) => matches!(value, Value::Boolean(_)),
        ("String", _) | (_, Some(Input::Scalar)) => matches!(value, Value::String(_)),
        (_, Some(Input::Enum(values))) => match value {
            Value::String(value) => values.contains(value.as_str()),
            Value::Enum(value) => values.contains(value),
            _ => false,
        },
        (_, Some(Input::Object(fields))) => match value {
            Value::Object(given) => takes_object(types, fields, given),
            _ => false,
        },
        (_, None) => false,
    }
}

fn takes_object(
    types: &Types,
    fields: &[InputValueDefinition],
    given: &async_graphql::indexmap::IndexMap<Name, Value>,
) -> bool {
    let mut known = 0;
    for field in fields {
        let ty = &field.ty.node;
        let fits = match given.get(&field.name.node) {
            Some(value) => {
                known += 1;
                takes(types, ty, value)
            }
            None => ty.nullable || field.default_value.is_some(),
        };
        if !fits {
            return false;
        }
    }
    known == given.len()
}

#[cfg(test)]
mod tests {
    use async_graphql::extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextValidation,
    };
    use async_graphql::parser::parse_query;
    use async_graphql::parser::types::FieldDefinition;
    use async_graphql::{Request, ServerError, ValidationResult};
    use serde_json::{Value as Json, json};
    use std::sync::Arc;

    use super::*;

    /// Ends each request once it was validated; what is valid has one error then.
    struct ValidateAlone;

    const VALID: &str = "valid";

    impl ExtensionFactory for ValidateAlone {
        fn create(&self) -> Arc<dyn Extension> {
            Arc::new(Self)
        }
    }

    #[async_trait::async_trait]
    impl Extension for ValidateAlone {
        async fn validation(
            &self,
            ctx: &ExtensionContext<'_>,
            next: NextValidation<'_>,
        ) -> Result<ValidationResult, Vec<ServerError>> {
            next.run(ctx).await?;
            Err(vec![ServerError::new(VALID, None)])
        }
    }

    /// A value that a type takes.
    fn sample(types: &Types, ty: &Type) -> Json {
        let name = match &ty.base {
            BaseType::List(of) => return json!([sample(types, of)]),
            BaseType::Named(name) => name,
        };
        match (&**name, types.input(name)) {
            ("Int", _) => json!(3),
            ("Float", _) => json!(1.5),
            ("Boolean", _) => json!(true),
            (_, Some(Input::Enum(values))) => json!(values.iter().min().unwrap().as_str()),
            (_, Some(Input::Object(fields))) => {
                let fields = fields.iter().map(|field| {
                    let (name, ty) = (&field.name.node, &field.ty.node);
                    (name.to_string(), sample(types, ty))
                });
                Json::Object(fields.collect())
            }
            _ => json!("a"),
        }
    }

    /// A value, and what becomes of it where each part of it is replaced or left out.
    fn variations(value: &Json) -> Vec<Json> {
        let mut all = vec![
            json!(null),
            json!(7),
            json!(-7),
            json!(3_000_000_000_u32),
            json!(1.25),
            json!(true),
            json!("b"),
            json!([]),
            json!({}),
            json!([null]),
            json!(["b"]),
            json!([[1]]),
            value.clone(),
            json!([value]),
        ];
        match value {
            Json::Array(values) => {
                let inside = values.iter().flat_map(variations);
                all.extend(inside.map(|inside| json!([inside])));
            }
            Json::Object(fields) => {
                let mut more = fields.clone();
                more.insert("notAField".to_owned(), json!(1));
                all.push(Json::Object(more));
                for (name, inside) in fields {
                    let mut less = fields.clone();
                    less.remove(name);
                    all.push(Json::Object(less.clone()));
                    for inside in variations(inside) {
                        less.insert(name.clone(), inside);
                        all.push(Json::Object(less.clone()));
                    }
                }
            }
            _ => {}
        }
        all
    }

    /// An operation whose arguments are all variables.
    fn operation_of(kind: &str, field: &FieldDefinition) -> String {
        let arguments = || field.arguments.iter().map(|argument| &argument.node);
        let variables = arguments().map(|one| format!("${}: {} ", one.name.node, one.ty.node));
        let given = arguments().map(|one| format!("{0}: ${0} ", one.name.node));
        let (variables, given) = (variables.collect::<String>(), given.collect::<String>());
        let name = &field.name.node;
        format!("{kind} ({variables}) {{ {name}({given}) {{ __typename }} }}")
    }

    #[tokio::test]
    async fn what_they_take_is_what_the_validation_lets_pass() {
        let types = Types::parse(&crate::graphql::sdl());
        let schema = crate::graphql::schema::builder()
            .extension(ValidateAlone)
            .finish();
        let (mut taken, mut refused) = (0, 0);
        for (of, kind) in [("Query", "query"), ("Mutation", "mutation")] {
            let (_, fields) = types.iter().find(|(name, _)| **name == of).unwrap();
            for field in fields.values().filter(|field| !field.arguments.is_empty()) {
                let query = operation_of(kind, field);
                let document = parse_query(&query).unwrap();
                let inputs = Inputs::of(&types, &document, None);
                let ordinary = field.arguments.iter().map(|argument| {
                    let (name, ty) = (&argument.node.name.node, &argument.node.ty.node);
                    (name.to_string(), sample(&types, ty))
                });
                let ordinary: serde_json::Map<_, _> = ordinary.collect();
                for (name, value) in &ordinary {
                    for value in variations(value) {
                        let mut variables = ordinary.clone();
                        variables.insert(name.clone(), value);
                        let is_ordinary = variables == ordinary;
                        let variables = Variables::from_json(Json::Object(variables));
                        let takes = inputs.take(&types, &variables);
                        let request = Request::new(&query).variables(variables.clone());
                        let answer = schema.execute(request).await;
                        let is_valid = answer.errors[0].message == VALID;

                        assert!(takes || !is_ordinary, "{query} {variables}");
                        assert!(is_valid || !takes, "{query} {variables} {answer:?}");
                        taken += usize::from(takes);
                        refused += usize::from(!is_valid);
                    }
                }
            }
        }
        assert!(taken > 300 && refused > 1_000, "{taken} {refused}");
    }

    #[test]
    fn they_are_found_wherever_variables_stand() {
        let types = Types::parse(&crate::graphql::sdl());
        let takes = |query: &str, name: Option<&str>, variables: Json| {
            let document = parse_query(query).unwrap();
            let inputs = Inputs::of(&types, &document, name);
            inputs.take(&types, &Variables::from_json(variables))
        };
        let film = "query A($s: String!, $b: Boolean!, $n: Int, $y: Int) @include(if: $b) {
                film(slug: $s) @skip(if: $b) { ...F ... @include(if: $b) { name } }
                titles(filter: { kind: [FILM], yearFrom: $y }) { nodes { id } }
            }
            query B($s: Int) { film(slug: $s) { id } }
            fragment F on Film { similar(first: $n) { nodes { id } } }";

        assert!(takes(
            film,
            Some("A"),
            json!({ "s": "a", "b": true, "n": 1, "y": 1990 })
        ));
        assert!(takes(film, Some("A"), json!({ "s": "a", "b": true })));
        for wrong in [
            json!({ "s": 1, "b": true }),
            json!({ "s": "a", "b": "true" }),
            json!({ "s": "a", "b": true, "n": "1" }),
            json!({ "s": "a", "b": true, "y": "1990" }),
        ] {
            assert!(!takes(film, Some("A"), wrong.clone()), "{wrong}");
        }
        // Of what the schema says of itself nothing is known, so there is no telling.
        let introspection = "query ($n: String!) { __type(name: $n) { name } }";
        assert!(!takes(introspection, None, json!({ "n": "Film" })));
        assert!(takes(
            "{ __typename film(slug: \"a\") { __typename } }",
            None,
            json!({})
        ));
    }
}
