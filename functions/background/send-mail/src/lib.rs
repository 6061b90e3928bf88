use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::DynamoDbEventResponse;
use shared::MailService;
use std::convert::Infallible;
pub async fn handle(_service: &MailService, _event: Event) -> Result<DynamoDbEventResponse, Infallible> {
    Ok(DynamoDbEventResponse::default())
}
