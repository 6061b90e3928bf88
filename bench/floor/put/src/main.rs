//! Writes one item: the minimum that a function with the SDK costs.
#![expect(
    clippy::disallowed_methods,
    reason = "it does not link the shared crate, so it reads its own variables"
)]

use std::env;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use lambda_http::{Body, Error, Request, Response, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let variable = |name: &str| env::var(name).map_err(|error| format!("{name}: {error}"));
    let credentials = Credentials::new(
        variable("AWS_ACCESS_KEY_ID")?,
        variable("AWS_SECRET_ACCESS_KEY")?,
        None,
        None,
        "environment",
    );
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .build_https();
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(variable("AWS_REGION")?))
        .endpoint_url(variable("AWS_ENDPOINT_URL_DYNAMODB")?)
        .credentials_provider(credentials)
        .http_client(http);
    let (client, table) = (Client::from_conf(config.build()), variable("TABLE_NAME")?);
    lambda_http::run(service_fn(|request| put(&client, &table, request))).await
}

async fn put(client: &Client, table: &str, _: Request) -> Result<Response<Body>, Error> {
    let key = AttributeValue::S(format!("FLOOR#{}", uuid::Uuid::new_v4()));
    client.put_item().table_name(table).item("pk", key.clone()).item("sk", key).send().await?;
    Ok(Response::builder().status(201).body("written".into())?)
}
