//! What the local service takes from `template.yaml`: functions with their event sources, and the
//! table.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_yaml_ng::Value;

/// The template that is deployed, as it stood when this binary was built.
pub(crate) const TEMPLATE: &str = include_str!("../../template.yaml");

/// Why a template can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It isn't YAML, or not of a template's form.
    #[error("template.yaml: {0}")]
    Form(#[from] serde_yaml_ng::Error),
    /// A resource doesn't have the properties that the local service needs.
    #[error("template.yaml: resource {resource}: {source}")]
    Resource {
        /// The resource's logical id.
        resource: String,
        /// What is wrong with it.
        source: serde_yaml_ng::Error,
    },
    /// There is no table, or more than one.
    #[error("template.yaml: exactly one AWS::DynamoDB::Table is required, but there are {0}")]
    Tables(usize),
}

/// The parts of a template that the local service plays.
#[derive(Debug)]
pub(crate) struct Template {
    /// Every function, in the order of the logical ids.
    pub(crate) functions: Vec<Function>,
    /// The one table.
    pub(crate) table: Table,
}

/// A function and what starts it.
#[derive(Debug)]
pub(crate) struct Function {
    /// The logical id.
    pub(crate) id: String,
    /// Its routes; a `$default` route has no path.
    pub(crate) routes: Vec<Route>,
    /// Its mappings from the table's stream.
    pub(crate) streams: Vec<StreamSource>,
}

/// A route of the HTTP API.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Route {
    /// The path with its variables; none for `$default`.
    pub(crate) path: Option<String>,
    /// The method; none, or `ANY`, for all of them.
    pub(crate) method: Option<String>,
}

/// An event source mapping from the table's stream, with Lambda's defaults.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StreamSource {
    /// How many records an invocation gets at most.
    #[serde(default = "default_batch_size")]
    pub(crate) batch_size: usize,
    /// How often a failed batch is tried again; -1 for as long as it takes.
    #[serde(default = "endless")]
    pub(crate) maximum_retry_attempts: i64,
    /// Whether a failed batch is cut in two.
    #[serde(default)]
    pub(crate) bisect_batch_on_function_error: bool,
    /// `ReportBatchItemFailures` where the function says which records failed.
    #[serde(default)]
    pub(crate) function_response_types: Vec<String>,
    /// Which records reach the function.
    #[serde(default)]
    pub(crate) filter_criteria: FilterCriteria,
}

/// The filters of a mapping: one that matches is enough.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct FilterCriteria {
    /// The filters.
    #[serde(default)]
    pub(crate) filters: Vec<FilterPattern>,
}

/// One filter.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct FilterPattern {
    /// The pattern, as JSON text.
    pub(crate) pattern: String,
}

/// The table's own description.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Table {
    /// The attributes that keys use.
    pub(crate) attribute_definitions: Vec<AttributeDefinition>,
    /// The primary key.
    pub(crate) key_schema: Vec<KeyPart>,
    /// The secondary indexes.
    #[serde(default)]
    pub(crate) global_secondary_indexes: Vec<Index>,
    /// The stream.
    pub(crate) stream_specification: StreamSpecification,
    /// The attribute that ends an item's life.
    pub(crate) time_to_live_specification: Option<TimeToLive>,
}

/// An attribute that a key uses.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AttributeDefinition {
    /// Its name.
    pub(crate) attribute_name: String,
    /// `S`, `N` or `B`.
    pub(crate) attribute_type: String,
}

/// A part of a key.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyPart {
    /// The attribute.
    pub(crate) attribute_name: String,
    /// `HASH` or `RANGE`.
    pub(crate) key_type: String,
}

/// A secondary index.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Index {
    /// Its name.
    pub(crate) index_name: String,
    /// Its key.
    pub(crate) key_schema: Vec<KeyPart>,
    /// What it holds.
    pub(crate) projection: Projection,
}

/// What an index holds of an item.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Projection {
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub(crate) projection_type: String,
    /// For `INCLUDE`: the attributes.
    pub(crate) non_key_attributes: Option<Vec<String>>,
}

/// What the stream holds of a change.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StreamSpecification {
    /// `NEW_AND_OLD_IMAGES` and so on.
    pub(crate) stream_view_type: String,
}

/// The attribute that ends an item's life.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TimeToLive {
    /// Its name.
    pub(crate) attribute_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    resources: BTreeMap<String, Typed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Typed {
    r#type: String,
    #[serde(default)]
    properties: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FunctionProperties {
    #[serde(default)]
    events: BTreeMap<String, Typed>,
}

fn default_batch_size() -> usize {
    100
}

fn endless() -> i64 {
    -1
}

impl Template {
    /// Reads a SAM template's text. Intrinsic functions (`!Ref` and so on) may stand wherever the
    /// local service doesn't look.
    ///
    /// # Errors
    /// Where the text isn't a template, a resource lacks what is needed, or there isn't exactly one
    /// table.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        let document: Document = serde_yaml_ng::from_str(text)?;
        let mut functions = Vec::new();
        let mut tables = Vec::new();
        for (id, resource) in document.resources {
            match resource.r#type.as_str() {
                "AWS::Serverless::Function" => functions.push(function(id, resource.properties)?),
                "AWS::DynamoDB::Table" => tables.push(properties(&id, resource.properties)?),
                _ => {}
            }
        }
        let found = tables.len();
        match <[Table; 1]>::try_from(tables) {
            Ok([table]) => Ok(Self { functions, table }),
            Err(_) => Err(TemplateError::Tables(found)),
        }
    }
}

fn function(id: String, value: Value) -> Result<Function, TemplateError> {
    let parsed: FunctionProperties = properties(&id, value)?;
    let mut function = Function { id, routes: Vec::new(), streams: Vec::new() };
    for event in parsed.events.into_values() {
        match event.r#type.as_str() {
            "HttpApi" if event.properties.is_null() => function.routes.push(Route::default()),
            "HttpApi" => function.routes.push(properties(&function.id, event.properties)?),
            "DynamoDB" => function.streams.push(properties(&function.id, event.properties)?),
            _ => {}
        }
    }
    Ok(function)
}

fn properties<T: DeserializeOwned>(resource: &str, value: Value) -> Result<T, TemplateError> {
    serde_yaml_ng::from_value(value)
        .map_err(|source| TemplateError::Resource { resource: resource.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_template_gives_functions_routes_and_table() {
        let template = Template::parse(TEMPLATE).unwrap();
        let create =
            template.functions.iter().find(|function| function.id == "NativeCreateInvite").unwrap();
        assert_eq!(create.routes[0].path.as_deref(), Some("/v1/groups/{group}/invites"));
        assert_eq!(template.table.key_schema[0].attribute_name, "pk");
    }

    #[test]
    fn a_mapping_has_lambdas_defaults() {
        let source: StreamSource =
            serde_yaml_ng::from_str("Stream: !GetAtt Table.StreamArn\nStartingPosition: LATEST")
                .unwrap();
        assert_eq!((source.batch_size, source.maximum_retry_attempts), (100, -1));
        assert!(!source.bisect_batch_on_function_error);
    }

    #[test]
    fn a_template_without_a_table_is_refused() {
        let error =
            Template::parse("Resources: { Api: { Type: AWS::Serverless::HttpApi } }").unwrap_err();
        assert!(matches!(error, TemplateError::Tables(0)));
    }
}
