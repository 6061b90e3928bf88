//! Parses the parts of `template.yaml` that the local service needs: the functions with their event
//! sources, the table and the queues.

mod queues;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_yaml_ng::Value;

pub(crate) use queues::{Queue, QueueSource};

/// The text of `template.yaml` when this binary was built.
pub(crate) const TEMPLATE: &str = include_str!("../../template.yaml");

/// The reason why a template cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The text is not YAML, or does not have a template's form.
    #[error("template.yaml: {0}")]
    Form(#[from] serde_yaml_ng::Error),
    /// A resource lacks a property that the local service needs.
    #[error("template.yaml: resource {resource}: {source}")]
    Resource {
        /// The resource's logical id.
        resource: String,
        /// The error of the parser.
        source: serde_yaml_ng::Error,
    },
    /// The template has no table, or several.
    #[error("template.yaml: exactly one AWS::DynamoDB::Table is required, but there are {0}")]
    Tables(usize),
}

/// The parts of a template that the local service needs.
#[derive(Debug)]
pub(crate) struct Template {
    /// Every function, sorted by logical id.
    pub(crate) functions: Vec<Function>,
    /// The table.
    pub(crate) table: Table,
    /// The queues, by logical id.
    pub(crate) queues: BTreeMap<String, Queue>,
    /// The CORS configuration of the HTTP API. `None` if it has none.
    pub(crate) cors: Option<Cors>,
}

/// The CORS configuration of an HTTP API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cors {
    /// The origins whose pages may call it; `*` for all.
    pub(crate) allow_origins: Vec<String>,
    /// The methods that they may use.
    pub(crate) allow_methods: Vec<String>,
    /// The headers that they may send.
    pub(crate) allow_headers: Vec<String>,
    /// The headers of an answer that they may read.
    pub(crate) expose_headers: Vec<String>,
    /// The seconds for which browsers remember the answer to a preflight.
    pub(crate) max_age: Option<u32>,
}

/// A function and its event sources.
#[derive(Debug)]
pub(crate) struct Function {
    /// The logical id.
    pub(crate) id: String,
    /// Its routes.
    pub(crate) routes: Vec<Route>,
    /// Its mappings from the table's stream.
    pub(crate) streams: Vec<StreamSource>,
    /// Its mappings from queues.
    pub(crate) queues: Vec<QueueSource>,
    /// The schedules that start it.
    pub(crate) schedules: Vec<Schedule>,
    /// Whether a topic starts it.
    pub(crate) has_topic: bool,
}

/// A schedule of EventBridge Scheduler.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Schedule {
    /// When it starts the function.
    #[serde(deserialize_with = "rate")]
    pub(crate) schedule_expression: Duration,
}

/// Reads `rate(… minutes)`, the only kind of schedule that the template has.
fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let rate = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
    let minutes = rate.and_then(|rate| rate.split_once(' ')).and_then(|(number, unit)| {
        let minutes: u64 = number.parse().ok()?;
        matches!((minutes, unit), (1, "minute") | (2.., "minutes")).then_some(minutes)
    });
    minutes
        .map(|minutes| Duration::from_secs(60 * minutes))
        .ok_or_else(|| D::Error::custom(format!("{text} is no rate in minutes")))
}

/// A route of the HTTP API.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Route {
    /// The path with its variables. `None` for `$default`.
    pub(crate) path: Option<String>,
    /// The method. `None` or `ANY` means all methods.
    pub(crate) method: Option<String>,
}

/// An event source mapping from the table's stream, with Lambda's defaults.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StreamSource {
    /// The most records of one invocation.
    #[serde(default = "default_batch_size")]
    pub(crate) batch_size: usize,
    /// The most batches of a shard that are delivered at once.
    #[serde(default = "one", deserialize_with = "outside_sandbox")]
    pub(crate) parallelization_factor: usize,
    /// The most retries of a failed batch. -1 means unlimited.
    #[serde(default = "endless")]
    pub(crate) maximum_retry_attempts: i64,
    /// Whether a failed batch is split in two.
    #[serde(default)]
    pub(crate) bisect_batch_on_function_error: bool,
    /// Contains `ReportBatchItemFailures` if the function reports which records failed.
    #[serde(default)]
    pub(crate) function_response_types: Vec<String>,
    /// The records that the function gets.
    #[serde(default)]
    pub(crate) filter_criteria: FilterCriteria,
}

/// The filters of a mapping. A record must match at least one.
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

/// The description of the table.
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
    /// The attribute with the time after which DynamoDB deletes an item.
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
    /// The attributes that it has.
    pub(crate) projection: Projection,
}

/// The attributes of an item that an index has.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Projection {
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub(crate) projection_type: String,
    /// The attributes of `INCLUDE`.
    pub(crate) non_key_attributes: Option<Vec<String>>,
}

/// The parts of a change that the stream has.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StreamSpecification {
    /// The view type, such as `NEW_AND_OLD_IMAGES`.
    pub(crate) stream_view_type: String,
}

/// The attribute with the time after which DynamoDB deletes an item.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TimeToLive {
    /// Its name.
    pub(crate) attribute_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(default)]
    parameters: BTreeMap<String, Parameter>,
    resources: BTreeMap<String, Typed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    #[serde(default)]
    default: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ApiProperties {
    #[serde(default)]
    cors_configuration: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CorsProperties {
    #[serde(default)]
    allow_origins: Value,
    #[serde(default)]
    allow_methods: Vec<String>,
    #[serde(default)]
    allow_headers: Vec<String>,
    #[serde(default)]
    expose_headers: Vec<String>,
    max_age: Option<u32>,
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

fn one() -> usize {
    1
}

/// Reads a number, or the last one of `!If [InMailSandbox, number, number]`: the local service's SES
/// is no sandbox.
fn outside_sandbox<'de, D: Deserializer<'de>>(value: D) -> Result<usize, D::Error> {
    let number = match Value::deserialize(value)? {
        Value::Tagged(choice) if choice.value.get(0) == Some(&"InMailSandbox".into()) => {
            choice.value.get(2).cloned()
        }
        number => Some(number),
    };
    serde_yaml_ng::from_value(number.unwrap_or_default()).map_err(D::Error::custom)
}

fn endless() -> i64 {
    -1
}

impl Template {
    /// Parses the text of a SAM template. Intrinsic functions such as `!Ref` are allowed in all
    /// properties that the local service does not read.
    ///
    /// # Errors
    /// `Form` if the text is not a template, `Resource` if a resource lacks a needed property,
    /// `Tables` if there is not exactly one table.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        let document: Document = serde_yaml_ng::from_str(text)?;
        let mut functions = Vec::new();
        let mut tables = Vec::new();
        let mut queues = BTreeMap::new();
        let mut cors_of_api = None;
        for (id, resource) in document.resources {
            match resource.r#type.as_str() {
                "AWS::Serverless::Function" => functions.push(function(id, resource.properties)?),
                "AWS::DynamoDB::Table" => tables.push(properties(&id, resource.properties)?),
                "AWS::SQS::Queue" => {
                    let queue = properties(&id, resource.properties)?;
                    queues.insert(id, queue);
                }
                "AWS::Serverless::HttpApi" => {
                    cors_of_api = cors(&id, resource.properties, &document.parameters)?;
                }
                _ => {}
            }
        }
        let found = tables.len();
        match <[Table; 1]>::try_from(tables) {
            Ok([table]) => Ok(Self { functions, table, queues, cors: cors_of_api }),
            Err(_) => Err(TemplateError::Tables(found)),
        }
    }
}

fn function(id: String, value: Value) -> Result<Function, TemplateError> {
    let parsed: FunctionProperties = properties(&id, value)?;
    let mut function = Function {
        id,
        routes: Vec::new(),
        streams: Vec::new(),
        queues: Vec::new(),
        schedules: Vec::new(),
        has_topic: false,
    };
    for event in parsed.events.into_values() {
        match event.r#type.as_str() {
            "HttpApi" if event.properties.is_null() => function.routes.push(Route::default()),
            "HttpApi" => function.routes.push(properties(&function.id, event.properties)?),
            "ScheduleV2" => function.schedules.push(properties(&function.id, event.properties)?),
            "SQS" => function.queues.push(properties(&function.id, event.properties)?),
            "SNS" => function.has_topic = true,
            "DynamoDB" => function.streams.push(properties(&function.id, event.properties)?),
            _ => {}
        }
    }
    Ok(function)
}

/// Returns the CORS configuration of the HTTP API with this id. Parameters have their defaults.
fn cors(
    id: &str,
    value: Value,
    parameters: &BTreeMap<String, Parameter>,
) -> Result<Option<Cors>, TemplateError> {
    let api: ApiProperties = properties(id, value)?;
    let configuration = match api.cors_configuration {
        // `!If [condition, configuration, nothing]`
        Value::Tagged(condition) => condition.value.get(1).cloned().unwrap_or_default(),
        plain => plain,
    };
    if configuration.is_null() {
        return Ok(None);
    }
    let own: CorsProperties = properties(id, configuration)?;
    let allow_origins = match own.allow_origins {
        // `!Split [",", !Ref Parameter]`
        Value::Tagged(split) => match split.value.get(1) {
            Some(Value::Tagged(parameter)) => {
                let name = parameter.value.as_str().unwrap_or_default();
                let default = parameters.get(name).and_then(|parameter| parameter.default.as_str());
                let origins = default.unwrap_or_default().split(',');
                origins.filter(|origin| !origin.is_empty()).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        },
        Value::Null => Vec::new(),
        plain => properties(id, plain)?,
    };
    Ok(Some(Cors {
        allow_origins,
        allow_methods: own.allow_methods,
        allow_headers: own.allow_headers,
        expose_headers: own.expose_headers,
        max_age: own.max_age,
    }))
}

fn properties<T: DeserializeOwned>(resource: &str, value: Value) -> Result<T, TemplateError> {
    serde_yaml_ng::from_value(value)
        .map_err(|source| TemplateError::Resource { resource: resource.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_yaml_has_functions_routes_and_a_table() {
        let template = Template::parse(TEMPLATE).unwrap();
        let create =
            template.functions.iter().find(|function| function.id == "NativeCreateInvite").unwrap();
        assert_eq!(create.routes[0].path.as_deref(), Some("/v1/groups/{group}/invites"));
        assert_eq!(template.table.key_schema[0].attribute_name, "pk");
    }

    #[test]
    fn template_yaml_lets_every_page_call_the_api() {
        let cors = Template::parse(TEMPLATE).unwrap().cors.unwrap();
        assert_eq!(cors.allow_origins, ["*"]);
        for name in ["authorization", "baggage", "sentry-trace", "traceparent", "tracestate"] {
            assert!(cors.allow_headers.contains(&name.to_owned()), "{name}");
        }
    }

    #[test]
    fn a_mapping_without_settings_has_lambda_s_defaults() {
        let source: StreamSource =
            serde_yaml_ng::from_str("Stream: !GetAtt Table.StreamArn\nStartingPosition: LATEST")
                .unwrap();
        assert_eq!((source.batch_size, source.maximum_retry_attempts), (100, -1));
        assert!(!source.bisect_batch_on_function_error);
        assert_eq!(source.parallelization_factor, 1);
    }

    #[test]
    fn a_number_that_depends_on_the_mail_sandbox_is_the_one_outside() {
        let read = |factor: &str| {
            let yaml = format!("ParallelizationFactor: {factor}");
            let source: Option<StreamSource> = serde_yaml_ng::from_str(&yaml).ok();
            source.map(|source| source.parallelization_factor)
        };
        assert_eq!((read("3"), read("!If [InMailSandbox, 1, 4]")), (Some(3), Some(4)));
        for other in ["!If [InMailSandbox, 1]", "!If [Other, 1, 4]", "!Ref Factor", "many"] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn a_schedule_is_a_rate_in_minutes() {
        let read = |text: &str| {
            let yaml = format!("ScheduleExpression: {text}");
            let read: Option<Schedule> = serde_yaml_ng::from_str(&yaml).ok();
            read.map(|schedule| schedule.schedule_expression.as_secs())
        };
        assert_eq!((read("rate(1 minute)"), read("rate(5 minutes)")), (Some(60), Some(300)));
        for other in ["rate(0 minutes)", "rate(1 minutes)", "rate(1 hour)", "cron(0 8 * * ? *)"] {
            assert_eq!(read(other), None, "{other}");
        }
        let template = Template::parse(TEMPLATE).unwrap();
        let scheduled = template.functions.iter().filter(|function| !function.schedules.is_empty());
        let scheduled: Vec<&str> = scheduled.map(|function| function.id.as_str()).collect();
        assert_eq!(scheduled, ["BackgroundTick"]);
    }

    #[test]
    fn a_template_without_a_table_is_refused() {
        let error =
            Template::parse("Resources: { Api: { Type: AWS::Serverless::HttpApi } }").unwrap_err();
        assert!(matches!(error, TemplateError::Tables(0)));
    }
}
