//! Answers that claim success and cannot be read. They count as lost: the request may have been
//! carried out.

use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, InterceptorContext,
};
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;

/// Lets the SDK retry a request whose answer has a success status and cannot be read. A retry sends
/// the same `ClientRequestToken`, as after an answer that never came.
#[derive(Debug)]
pub(super) struct RetryUnreadable;

impl ClassifyRetry for RetryUnreadable {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let failed = matches!(context.output_or_error(), Some(Err(_)));
        let succeeded = context.response().is_some_and(|answer| answer.status().is_success());
        if failed && succeeded {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "unreadable answer"
    }
}

/// Refuses a successful answer whose body is not a JSON object. The SDK's parser refuses broken
/// JSON, but takes an empty body for an answer without any field, such as "there is no item".
#[derive(Debug)]
pub(super) struct RefuseEmpty;

/// The body of a successful answer is not a JSON object.
#[derive(Debug, thiserror::Error)]
#[error("the body is not a JSON object")]
struct NotAnObject;

impl Intercept for RefuseEmpty {
    fn name(&self) -> &'static str {
        "not a JSON object"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        let body = answer.body().bytes().unwrap_or_default().trim_ascii();
        let is_object = body.first() == Some(&b'{') && body.last() == Some(&b'}');
        if is_object || !answer.status().is_success() { Ok(()) } else { Err(NotAnObject.into()) }
    }
}
