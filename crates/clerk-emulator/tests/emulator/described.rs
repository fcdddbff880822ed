//! Clerk's published descriptions of its APIs, as a measure of every answer that a test gets.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::{Registry, Validator};
use serde_json::{Map, Value, json};

/// Where the document is known to its own references.
const DOCUMENT: &str = "urn:description";

static FRONTEND: LazyLock<Description> = LazyLock::new(|| Description::read("clerk-fapi-2026-05-12.yml"));
static BACKEND: LazyLock<Description> = LazyLock::new(|| Description::read("clerk-bapi-2026-05-12.yml"));

/// One of the two documents.
pub struct Description {
    document: Value,
    registry: Registry<'static>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Description {
    /// Of the Frontend API.
    pub fn frontend() -> &'static Self {
        &FRONTEND
    }

    /// Of the Backend API.
    pub fn backend() -> &'static Self {
        &BACKEND
    }

    fn read(file: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/descriptions").join(file);
        let text = std::fs::read_to_string(path).unwrap();
        let options = serde_saphyr::options! { budget: None };
        let mut document: Value = serde_saphyr::from_str_with_options(&text, options).unwrap();
        as_json_schema(&mut document);
        let registry = Registry::new().add(DOCUMENT, document.clone()).unwrap().prepare().unwrap();
        Self { document, registry, validators: Mutex::default() }
    }

    /// Stops the test when the description does not allow this answer.
    pub fn check(&self, method: &str, path: &str, status: u16, body: &Value) {
        let template = self.template(path);
        let Some(template) = template else {
            assert!(status == 404, "{method} {path} answered {status}, and is not described");
            return;
        };
        let operation = format!("/paths/{}/{}", escaped(&template), method.to_lowercase());
        let Some(described) = self.document.pointer(&operation) else {
            assert!(status == 404, "{method} {template} answered {status}, and is not described");
            return;
        };
        let response = format!("{operation}/responses/{status}");
        let schema = match described["responses"].get(status.to_string()) {
            Some(response_object) => match response_object["$ref"].as_str() {
                Some(reference) => format!("{}/content/application~1json/schema", reference.trim_start_matches('#')),
                None => format!("{response}/content/application~1json/schema"),
            },
            None if status >= 400 => "/components/schemas/ClerkErrors".to_owned(),
            None => panic!("{method} {template} answered {status}, which is not described"),
        };
        // Some answers are described in words only.
        if self.document.pointer(&schema).is_none() {
            return;
        }
        let faults: Vec<String> = self.validator(&schema).iter_errors(body).map(|fault| inside(&fault)).collect();
        assert!(faults.is_empty(), "{method} {template} answered {status} with {body:#}\n{}", faults.join("\n"));
    }

    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap();
        if let Some(known) = validators.get(pointer) {
            return known.clone();
        }
        let schema = json!({ "$ref": format!("{DOCUMENT}#{}", pointer.replace('%', "%25").replace('{', "%7B").replace('}', "%7D")) });
        let built = jsonschema::options().with_registry(&self.registry).build(&schema);
        let validator = Arc::new(built.unwrap_or_else(|error| panic!("{pointer}: {error}")));
        validators.insert(pointer.to_owned(), validator.clone());
        validator
    }

    /// The described path this one is an instance of; the one with the fewest placeholders.
    fn template(&self, path: &str) -> Option<String> {
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |template: &&String| {
            let own: Vec<&str> = template.split('/').collect();
            own.len() == parts.len() && own.iter().zip(&parts).all(|(own, part)| own.starts_with('{') || own == part)
        };
        let all = self.document["paths"].as_object().unwrap().keys();
        all.filter(fits).min_by_key(|template| template.matches('{').count()).cloned()
    }
}

/// Where it is, and for a choice, what is wrong with each possibility.
fn inside(fault: &jsonschema::ValidationError<'_>) -> String {
    let text = fault.to_string();
    format!(
        "at {}: {}",
        fault.instance_path(),
        text.chars().rev().take(400).collect::<String>().chars().rev().collect::<String>()
    )
}

fn escaped(path: &str) -> String {
    path.replace('~', "~0").replace('/', "~1")
}

/// OpenAPI 3.0 writes `nullable` where JSON Schema allows the type null.
fn as_json_schema(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(as_json_schema),
        Value::Object(fields) => {
            fields.values_mut().for_each(as_json_schema);
            // An example is no schema, and `example` may hold a key of this name.
            if fields.remove("nullable") == Some(Value::Bool(true)) {
                let rest = Value::Object(std::mem::take(fields));
                *fields = Map::from_iter([("anyOf".to_owned(), json!([{ "type": "null" }, rest]))]);
            }
        }
        _ => {}
    }
}
