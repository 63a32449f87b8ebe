//! The description of the routes, which tools make clients from: all of it says something.

use serde_json::Value;

use super::{Got, World};

/// A description of fewer words only repeats the name.
const FEWEST_WORDS: usize = 2;

fn is_poor(value: &Value) -> bool {
    let words = value["description"].as_str().unwrap_or_default();
    words.split_whitespace().count() < FEWEST_WORDS
}

#[tokio::test]
async fn every_parameter_answer_and_field_is_described() {
    let world = World::new(&[]).await;
    let got = Got::of(world.site.get("/usage/openapi.json")).await;
    let document = got.json();
    let mut poor = Vec::new();
    let mut routes = 0;

    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            routes += 1;
            let name = format!("{method} {path}");
            if operation["summary"].as_str().is_none() {
                poor.push(name.clone());
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                if is_poor(parameter) {
                    poor.push(format!("{name}: {}", parameter["name"]));
                }
            }
            let responses = operation["responses"].as_object().unwrap();
            for (status, response) in responses {
                if is_poor(response) {
                    poor.push(format!("{name}: {status}"));
                }
            }
            for status in ["400", "401", "403", "406", "429", "503"] {
                assert!(responses.contains_key(status), "{name}: {status}");
            }
            let is_of_one = path.contains("{id}");
            assert_eq!(responses.contains_key("404"), is_of_one, "{name}");
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if is_poor(schema) {
            poor.push(name.clone());
        }
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            if is_poor(property) {
                poor.push(format!("{name}.{field}"));
            }
        }
    }

    let mut missing: Vec<&str> = got.text.split("\"$ref\":\"#").skip(1).collect();
    missing.retain(|rest| {
        let pointer = rest.split('"').next().unwrap_or_default();
        document.pointer(pointer).is_none()
    });

    assert_eq!(poor, Vec::<String>::new());
    assert_eq!(missing, Vec::<&str>::new(), "nothing is there");
    assert_eq!(routes, 14);
    assert_eq!(document["openapi"], "3.1.0");
    let bearer = &document["components"]["securitySchemes"]["bearer"];
    assert_eq!(
        (&bearer["type"], &bearer["scheme"]),
        (&"http".into(), &"bearer".into())
    );
}
