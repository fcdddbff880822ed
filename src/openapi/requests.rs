//! What is sent, described as strictly as it is read: parameters of one name are the same wherever they stand.

use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{Array, ArrayItems, Object, SchemaType, Type};
use utoipa::openapi::{RefOr, Required, Schema};

use crate::audit::Action;

/// The most values of a list, as `http::query::list` takes them.
const MOST_VALUES: usize = 100;

/// A list of entity tags, or the star that stands for any.
const ENTITY_TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"(, (W/)?"[!#-~]*")*)$"#;

/// Base64url.
const CURSOR: &str = "^[A-Za-z0-9_-]+$";

/// One value of a list.
const VALUE: &str = "^[^,]+$";

/// Printable ASCII without a space.
const VISIBLE: &str = "^[!-~]+$";

/// Describes the parameters of an operation, and a body that may be left out.
pub(super) fn describe(operation: &mut Operation) {
    if let Some(RefOr::T(body)) = &mut operation.request_body
        && !matches!(body.required, Some(Required::True))
    {
        for content in body.content.values_mut() {
            let RefOr::T(content) = content else { continue };
            content.schema = content.schema.take().map(never_null);
        }
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        if matches!(parameter.parameter_in, ParameterIn::Path) {
            continue;
        }
        let Some(schema) = parameter.schema.take() else { continue };
        parameter.schema = Some(narrowed(parameter, never_null(schema)));
    }
}

/// Who has nothing to say leaves it out: neither an address nor a header can hold a null, and as a body it is no object.
fn never_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            object.schema_type = without_null(object.schema_type);
            RefOr::T(object.into())
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.schema_type = without_null(array.schema_type);
            RefOr::T(array.into())
        }
        RefOr::T(Schema::OneOf(mut choice)) => {
            choice.items.retain(|item| !is_null(item));
            if choice.items.len() == 1 { choice.items.remove(0) } else { RefOr::T(choice.into()) }
        }
        other => other,
    }
}

fn without_null(kind: SchemaType) -> SchemaType {
    let SchemaType::Array(mut kinds) = kind else { return kind };
    kinds.retain(|kind| *kind != Type::Null);
    if kinds.len() == 1 { SchemaType::Type(kinds.remove(0)) } else { SchemaType::Array(kinds) }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

/// With the bounds that every parameter of its name or of its kind has.
fn narrowed(parameter: &Parameter, schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(object)) => RefOr::T(text(&parameter.name, object).into()),
        RefOr::T(Schema::Array(array)) => RefOr::T(list(&parameter.name, array).into()),
        other => other,
    }
}

fn text(name: &str, mut object: Object) -> Object {
    let pattern = match name {
        "If-Match" | "If-None-Match" => ENTITY_TAGS,
        "cursor" => CURSOR,
        "Idempotency-Key" => VISIBLE,
        _ => return object,
    };
    object.pattern = Some(pattern.into());
    if name == "Idempotency-Key" {
        (object.min_length, object.max_length) = (Some(1), Some(255));
    }
    object
}

/// A list has no empty value, and none with the comma that stands between them.
fn list(name: &str, mut array: Array) -> Array {
    (array.min_items, array.max_items) = (Some(1), Some(MOST_VALUES));
    if let ArrayItems::RefOrSchema(items) = &mut array.items
        && let RefOr::T(Schema::Object(item)) = items.as_mut()
    {
        (item.min_length, item.pattern) = (Some(1), Some(VALUE.into()));
        if name == "action" {
            item.enum_values = Some(Action::ALL.iter().map(|action| action.name().into()).collect());
        }
    }
    array
}
