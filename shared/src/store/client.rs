//! The DynamoDB client, with the timeouts that the SDK does not set by default.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Region, StalledStreamProtectionConfig};

use super::answers::{RefuseEmpty, RetryUnreadable};
use crate::config::AwsConfig;
use crate::outbound::{Outbound, credentials};

/// Limits an attempt to 1 s and an operation to 3 s, well below every function's own timeout.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(1))
        .operation_timeout(Duration::from_secs(3))
        .build()
}

/// Creates the client. It makes up to three attempts, with jitter. An answer that cannot be read
/// counts as lost.
pub(super) fn dynamodb(aws: &AwsConfig, outbound: &Outbound) -> aws_sdk_dynamodb::Client {
    let mut config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(aws.region.clone()))
        .credentials_provider(credentials(aws))
        .http_client(outbound.sdk())
        .timeout_config(timeouts())
        // The attempt timeout already ends a stalled response. Watching each body as well costs CPU
        // time on every call.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .retry_classifier(RetryUnreadable)
        .interceptor(RefuseEmpty);
    config.set_endpoint_url(aws.dynamodb_endpoint.clone());
    if let Some(unsigned) = outbound.signed(aws.dynamodb_endpoint.as_deref()) {
        config = config.allow_no_auth().auth_scheme_preference(unsigned);
    }
    aws_sdk_dynamodb::Client::from_conf(config.build())
}
