//! Documents that are looked at before anybody has them executed: those that a site trusts are known when it starts.
//!
//! A workaround: async-graphql 7.2.1 validates a document only to execute one of its operations. It is asked for one that
//! no document can have, which it says once there is nothing else wrong.

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Name, ObjectType, Request, Schema, ServerError, SubscriptionType};
use futures::FutureExt;

use super::cost::Costs;
use super::schema::single_field;
use super::weights::MOST;

/// What is said of a document in which nothing is wrong, for a name without letters is none.
const NO_SUCH_OPERATION: &str = "Unknown operation named \"\"";

/// Why a document, or one of its operations, is never executed, whoever asks and whatever the variables are.
pub(super) fn examine<Q, M, S>(
    schema: &Schema<Q, M, S>,
    costs: &Costs,
    document: &ExecutableDocument,
) -> Result<(), String>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let mut request = Request::new(String::new());
    request.operation_name = Some(String::new());
    request.set_parsed_query(document.clone());
    // Nothing is executed, so there is nothing to wait for.
    let answer = schema.execute(request).now_or_never();
    let answer = answer.ok_or("it was not validated at once")?;
    let errors = answer.errors.iter();
    let faults = errors.filter(|error| error.message != NO_SUCH_OPERATION);
    let faults: Vec<String> = faults.map(said).collect();
    if !faults.is_empty() {
        return Err(faults.join("; "));
    }
    for (name, operation) in document.operations.iter() {
        let name = name.map(Name::as_str);
        if operation.node.ty == OperationType::Subscription {
            single_field(document, name).map_err(|error| said(&error))?;
        }
        let least = costs.plan(document, name).least();
        if least > MOST {
            let which = name.map_or_else(String::new, |name| format!("`{name}` "));
            return Err(format!(
                "the operation {which}asks for too much: it weighs {least} or more, at most {MOST} are allowed"
            ));
        }
    }
    Ok(())
}

/// An error with the first place that it names.
fn said(error: &ServerError) -> String {
    match error.locations.first() {
        Some(at) => format!("{}:{}: {}", at.line, at.column, error.message),
        None => error.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::super::schema::{builder, sdl};
    use super::super::types::Types;
    use super::*;

    fn examined(text: &str) -> Result<(), String> {
        let costs = Costs::new(&Types::parse(&sdl()));
        examine(&builder().finish(), &costs, &parse_query(text).unwrap())
    }

    #[test]
    fn what_fits_the_schema_is_fine_whatever_its_variables_are() {
        for text in [
            "query ($slug: String!) { film(slug: $slug) { name } }",
            "query A { genres { name } } query B($n: Int!) { titles(first: $n) { nodes { slug } } }",
            "mutation ($input: RateTitleInput!) { rateTitle(input: $input) { userErrors { code } } }",
            "query ($n: Int!) { titles(first: $n) { nodes { similar(first: $n) { nodes { similar(first: $n) {
                nodes { slug } } } } } } }",
            "subscription { catalogueChanged { __typename } }",
        ] {
            assert_eq!(examined(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_never_executed_is_said_with_its_place() {
        for (text, said) in [
            ("{ film(slug: \"a\") { nothing } }", "1:21: "),
            ("{ film(slug: 7) { name } }", "\"slug\""),
            ("{ film(slug: \"a\", what: 1) { name } }", "what"),
            ("{ node { id } }", "\"id\""),
            ("query A { genres { name } } query B { genre }", "genre"),
            ("query ($n: Int) { genres { name } }", "$n"),
            ("subscription { a: catalogueChanged { __typename } b: catalogueChanged { __typename } }", "exactly one field"),
            (
                "query Much { titles(first: 100) { nodes { similar(first: 100) { nodes { similar(first: 100) {
                    nodes { slug } } } } } } }",
                "`Much` asks for too much",
            ),
        ] {
            let fault = examined(text).unwrap_err();

            assert!(fault.contains(said), "{text}: {fault}");
            assert!(!fault.contains(NO_SUCH_OPERATION), "{fault}");
        }
    }
}
