//! The database: the embedded engine or another one, with the table that the template describes.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, Projection,
    StreamSpecification, TableDescription, TimeToLiveSpecification,
};
use aws_sdk_dynamodb::{Client, error::BuildError};
use secrecy::ExposeSecret;
use shared::Outbound;
use shared::config::AwsConfig;

use crate::template::{KeyPart, Table};

/// The number of checks, and the pause between them, until a new table must be active.
const CHECKS: u32 = 150;
const CHECK_PAUSE: Duration = Duration::from_millis(200);

/// The reason why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The embedded engine cannot open its file or start.
    #[error("the embedded database cannot start: {0}")]
    Engine(String),
    /// No loopback port is free for the embedded engine.
    #[error("the embedded database has no port: {0}")]
    Port(#[from] std::io::Error),
    /// DynamoDB does not accept the template's table.
    #[error("DynamoDB cannot accept the template's table: {0}")]
    Table(#[from] BuildError),
    /// The database returned an error or did not answer.
    #[error("the database at {endpoint} failed: {problem}")]
    Call {
        /// The URL of the database.
        endpoint: String,
        /// The error's message and causes.
        problem: String,
    },
    /// The table has no stream, so the background functions would never run.
    #[error("the table {0} has no stream; delete it, or choose another with --set TABLE_NAME=…")]
    NoStream(String),
    /// The table did not become active in time.
    #[error("the table {0} did not become active")]
    NotReady(String),
}

/// Clients for one DynamoDB-compatible endpoint.
pub(crate) struct Clients {
    endpoint: String,
    /// The client for the table.
    pub(crate) tables: Client,
    /// The client for the table's stream.
    pub(crate) streams: aws_sdk_dynamodbstreams::Client,
}

impl Clients {
    /// Creates the clients with the settings of the functions.
    pub(crate) fn new(aws: &AwsConfig, outbound: &Outbound) -> Self {
        let endpoint = aws.dynamodb_endpoint.clone().unwrap_or_default();
        let token = aws.session_token.as_ref().map(|token| token.expose_secret().to_owned());
        let secret = aws.secret_access_key.expose_secret().to_owned();
        let credentials = Credentials::new(aws.access_key_id.clone(), secret, token, None, "local");
        let http = outbound.sdk();
        let region = Region::new(aws.region.clone());
        let tables = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(region.clone())
            .endpoint_url(&endpoint)
            .credentials_provider(credentials.clone())
            .http_client(http.clone())
            .build();
        let mut streams = aws_sdk_dynamodbstreams::Config::builder()
            .behavior_version(aws_sdk_dynamodbstreams::config::BehaviorVersion::latest())
            .region(region)
            .endpoint_url(&endpoint)
            .credentials_provider(credentials)
            .http_client(http);
        if let Some(unsigned) = outbound.signed(Some(&endpoint)) {
            streams = streams.allow_no_auth().auth_scheme_preference(unsigned);
        }
        Self {
            endpoint,
            tables: Client::from_conf(tables),
            streams: aws_sdk_dynamodbstreams::Client::from_conf(streams.build()),
        }
    }

    /// Creates the table `name` as the template describes it, unless it exists. Returns its
    /// stream's ARN.
    ///
    /// # Errors
    /// `Call` if the database fails, `Table` if it cannot accept the table, `NoStream` if the
    /// existing table has none, `NotReady` if it does not become active in time.
    pub(crate) async fn ensure_table(
        &self,
        name: &str,
        table: &Table,
    ) -> Result<String, DatabaseError> {
        if self.describe(name).await?.is_none() {
            self.create(name, table).await?;
        }
        for _ in 0..CHECKS {
            let description = self.describe(name).await?;
            if let Some(ready) = description.filter(|description| {
                description.table_status().is_some_and(|status| status.as_str() == "ACTIVE")
            }) {
                return ready
                    .latest_stream_arn()
                    .map(str::to_owned)
                    .ok_or_else(|| DatabaseError::NoStream(name.to_owned()));
            }
            tokio::time::sleep(CHECK_PAUSE).await;
        }
        Err(DatabaseError::NotReady(name.to_owned()))
    }

    async fn describe(&self, name: &str) -> Result<Option<TableDescription>, DatabaseError> {
        match self.tables.describe_table().table_name(name).send().await {
            Ok(answer) => Ok(answer.table),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_resource_not_found_exception()) =>
            {
                Ok(None)
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    async fn create(&self, name: &str, table: &Table) -> Result<(), DatabaseError> {
        described(self.tables.create_table().table_name(name), table)?
            .send()
            .await
            .map_err(|error| self.failed(error))?;
        if let Some(life) = &table.time_to_live_specification {
            let specification = TimeToLiveSpecification::builder()
                .enabled(true)
                .attribute_name(&life.attribute_name)
                .build()?;
            let request = self
                .tables
                .update_time_to_live()
                .table_name(name)
                .time_to_live_specification(specification);
            request.send().await.map_err(|error| self.failed(error))?;
        }
        Ok(())
    }

    fn failed<E: std::error::Error>(&self, error: E) -> DatabaseError {
        DatabaseError::Call { endpoint: self.endpoint.clone(), problem: causes(&error) }
    }
}

/// Returns the error's message with those of its causes, because the SDK's own message says little.
fn causes(error: &dyn std::error::Error) -> String {
    let rest = std::iter::successors(error.source(), |error| error.source());
    std::iter::once(error).chain(rest).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn described(
    mut request: CreateTableFluentBuilder,
    table: &Table,
) -> Result<CreateTableFluentBuilder, BuildError> {
    for attribute in &table.attribute_definitions {
        let definition = AttributeDefinition::builder().attribute_name(&attribute.attribute_name);
        request = request.attribute_definitions(
            definition.attribute_type(attribute.attribute_type.as_str().into()).build()?,
        );
    }
    for index in &table.global_secondary_indexes {
        let projection = Projection::builder()
            .projection_type(index.projection.projection_type.as_str().into())
            .set_non_key_attributes(index.projection.non_key_attributes.clone());
        let built = GlobalSecondaryIndex::builder()
            .index_name(&index.index_name)
            .set_key_schema(Some(key(&index.key_schema)?))
            .projection(projection.build());
        request = request.global_secondary_indexes(built.build()?);
    }
    let stream = StreamSpecification::builder().stream_enabled(true);
    let stream = stream
        .stream_view_type(table.stream_specification.stream_view_type.as_str().into())
        .build()?;
    let request =
        request.set_key_schema(Some(key(&table.key_schema)?)).stream_specification(stream);
    Ok(request.billing_mode(BillingMode::PayPerRequest))
}

fn key(parts: &[KeyPart]) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element = |part: &KeyPart| {
        KeySchemaElement::builder()
            .attribute_name(&part.attribute_name)
            .key_type(part.key_type.as_str().into())
            .build()
    };
    parts.iter().map(element).collect()
}

#[cfg(test)]
impl Clients {
    /// Creates clients for an engine that accepts any credentials.
    pub(crate) fn of_engine(url: &str) -> Self {
        let variables = [
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "a"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("AWS_ENDPOINT_URL_DYNAMODB", url),
        ];
        let environment: shared::config::Environment = variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self::new(&AwsConfig::read(&environment).unwrap(), &Outbound::new())
    }
}
