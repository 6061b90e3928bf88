//! The answers of the native API, object by object and problem by problem, and the mail as SES gets
//! it.

mod api;
mod problems;

use api::{ADA, APP, Api, EVE, GRACE, Shown};
use harness::Answer;
use serde_json::{Value, json};

use crate::lambda::{SEND_MAIL, pretty};

pub(crate) fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

/// Returns the keys of the object at this path of the answer, in the order of the text.
fn keys(answer: &Answer, path: &[&str]) -> Vec<String> {
    let body = pretty(&answer.text);
    let mut inside = body.as_str();
    for (depth, name) in path.iter().enumerate() {
        let key = format!("\n{}\"{name}\": ", "  ".repeat(depth + 1));
        let (_, rest) = inside.split_once(&key).unwrap_or_else(|| panic!("no {name} in {body}"));
        inside = rest
            .split_once(&format!("\n{}}}", "  ".repeat(depth + 1)))
            .map_or(rest, |(object, _)| object);
    }
    let indent = "  ".repeat(path.len() + 1);
    let own = inside
        .lines()
        .filter_map(|line| line.strip_prefix(&indent))
        .filter(|line| line.starts_with('"'));
    own.map(|line| line.split('"').nth(1).unwrap().to_owned()).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test]
async fn an_invite_of_every_kind_matches_its_snapshot() {
    let api = Api::with_group().await;
    api.user("29845", json!({"first_name": "Ada", "accounts": [{"membership_type": 3, "membership_id": "4611686018429783292"}]})).await;
    let kinds = [
        ("user", json!({"user_id": "29845"})),
        (
            "email",
            json!({"email": "Ada@Example.com", "roles": ["editor", "billing"], "message": "Come and see.", "metadata": {"lead": 42}}),
        ),
        (
            "email_bearer",
            json!({"email": "bob@example.com", "identity_policy": "bearer", "notify": false, "expires_in": 300}),
        ),
        ("phone", json!({"phone": "+19199993333"})),
        (
            "account",
            json!({"account": {"membership_type": 1, "membership_id": "4611686018429783293"}}),
        ),
        (
            "person",
            json!({"person": {"email": "carl@example.com", "first_name": "Carl", "last_name": "Gauß"}}),
        ),
        (
            "link_counted",
            json!({"link": {"max_uses": 20, "allowed_domains": ["example.com"]}, "expires_in": 2_592_000}),
        ),
        ("link_uncounted", json!({"link": {}, "expires_in": null})),
    ];
    for (kind, body) in kinds {
        // The id of a link is random, so its place among invites of the same second is, too.
        if kind == "link_counted" {
            let query = "state=pending&limit=1&order=created";
            let list = api.send("native-list-group-invites", "GET", GRACE, query, None).await;
            snapshot("list_of_invites", &list.shown());
        }
        let answer = api.invite(GRACE, body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        snapshot(&format!("invite_{kind}"), &answer.shown());
    }
}

#[tokio::test]
async fn each_step_of_an_invite_matches_its_snapshot() {
    let api = Api::with_group().await;
    let invite = api
        .invite(
            GRACE,
            json!({"email": "ada@example.com", "redirect_url": "https://app.example.com/welcome"}),
        )
        .await;
    let token = json!({"token": invite.json["token"]});
    snapshot("preview", &api.preview(&token).await.shown());
    snapshot("my_invites", &api.mine(ADA).await.shown());
    let reason = json!({"token": invite.json["token"], "reason": "Not now."});
    snapshot("declined", &api.decline(&reason).await.shown());
    snapshot("my_invites_none", &api.mine(ADA).await.shown());
    let again = api.invite(GRACE, json!({"email": "ada@example.com", "roles": ["admin"]})).await;
    snapshot("invite_again", &again.shown());
    snapshot("accepted", &api.accept(ADA, &again.json["token"]).await.shown());
    let link = api.invite(GRACE, json!({"link": {"max_uses": 1}})).await;
    snapshot(
        "preview_of_a_link",
        &api.preview(&json!({"token": link.json["token"]})).await.shown(),
    );
    snapshot("accepted_by_link", &api.accept(EVE, &link.json["token"]).await.shown_without(&link));
    snapshot(
        "members",
        &api.send("native-manage-members", "GET", GRACE, "", None).await.shown_without(&link),
    );
}

#[tokio::test]
async fn groups_and_users_match_their_snapshots() {
    let api = Api::with_group().await;
    let limits = json!({"who_may_invite": "members", "allowed_domains": ["example.com"], "max_members": 10, "max_pending": 5, "links": false});
    let full = json!({"id": "team-7", "name": "Team 7", "description": "All of it", "type": "secret", "policy": limits, "metadata": {"a": [1, 2.50]}});
    snapshot(
        "group_made",
        &api.send_to("native-manage-groups", "POST", &[], GRACE, "", Some(full)).await.shown(),
    );
    snapshot("group", &api.send("native-manage-groups", "GET", GRACE, "", None).await.shown());
    snapshot(
        "list_of_groups",
        &api.send_to("native-manage-groups", "GET", &[], GRACE, "limit=1", None).await.shown(),
    );
    let profile = json!({"email": "ada@example.com", "alt_email": "ada@example.org", "phone": "+19199993333", "first_name": "Ada",
        "last_name": "Lovelace", "title": "Analyst", "organization_name": "Engines", "bio": "Notes.", "photo": "https://example.com/ada.jpg",
        "locale": "en-GB", "accounts": [{"membership_type": 3, "membership_id": "4611686018429783292"}]});
    let user = [("user", "29845")];
    snapshot(
        "user",
        &api.send_to("native-manage-users", "PUT", &user, APP, "", Some(profile)).await.shown(),
    );
    snapshot(
        "user_of_a_token_alone",
        &api.send_to("native-manage-users", "GET", &[], EVE, "", None).await.shown(),
    );
}

/// The snapshot leaves out the id and times, because the inbox adds them.
#[tokio::test]
async fn the_delivered_mail_matches_its_snapshot() {
    let api = Api::with_group().await;
    let body = json!({"person": {"email": "ada@example.com", "first_name": "Ada"}, "roles": ["editor", "billing"], "message": "Come & see <it>."});
    let invite = api.invite(GRACE, body).await;
    let id = invite.json["id"].as_str().unwrap();
    let item =
        api.deployment.item(&json!({"pk": {"S": "G#3773"}, "sk": {"S": format!("I#{id}")}})).await;
    let record = json!({"eventID": "1", "eventName": "INSERT", "awsRegion": "eu-central-1", "eventSource": "aws:dynamodb",
        "dynamodb": {"ApproximateCreationDateTime": 1, "Keys": {"pk": item["pk"], "sk": item["sk"]}, "NewImage": item, "SequenceNumber": "1", "SizeBytes": 1}});
    api.deployment.invoke(SEND_MAIL, &json!({"Records": [record]}).to_string()).await;
    let inbox = api.deployment.inbox().await;
    assert_eq!(inbox.len(), 1);
    let [to, from, subject, headers] =
        ["to", "from", "subject", "headers"].map(|name| inbox[0][name].to_string());
    let [text, html] = ["text", "html"].map(|name| inbox[0][name].as_str().unwrap().to_owned());
    assert!(text.contains(invite.json["url"].as_str().unwrap()), "the mail has the link");
    snapshot(
        "mail",
        &format!(
            "to {to}\nfrom {from}\nsubject {subject}\nheaders {headers}\n\n=== text\n{text}\n=== html\n{html}"
        ),
    );
    let parameters = [("group", "3773"), ("invite", id)];
    snapshot(
        "invite_sent",
        &api.send_to("native-get-invite", "GET", &parameters, GRACE, "", None).await.shown(),
    );
}

/// The order of keys is that of the examples in docs/contracts/native.md.
#[tokio::test]
async fn keys_are_in_the_order_of_the_contract() {
    let api = Api::with_group().await;
    let invite = words(
        "object id group invitee roles state acceptable not_acceptable_reason identity_policy message metadata locale redirect_url membership_expires_in paused delivery created_at created_by updated_at \
         expires_at resolved_at resolved_by resolution_reason decline_reason renewal_requested_at send_count last_sent_at etag",
    );
    let made = api.invite(GRACE, json!({"email": "ada@example.com"})).await;
    assert_eq!(keys(&made, &[]), [invite.clone(), words("token url")].concat());
    assert_eq!(keys(&made, &["group"]), words("id name"));
    assert_eq!(keys(&made, &["invitee"]), words("kind email first_name last_name"));
    assert_eq!(
        keys(&made, &["delivery"]),
        words("channel state attempts updated_at reason reminders")
    );
    assert_eq!(keys(&made, &["created_by"]), words("id name"));
    let seen = api
        .send_to(
            "native-get-invite",
            "GET",
            &[("group", "3773"), ("invite", made.json["id"].as_str().unwrap())],
            GRACE,
            "",
            None,
        )
        .await;
    assert_eq!(keys(&seen, &[]), invite);
    let accepted = api.accept(ADA, &made.json["token"]).await;
    assert_eq!(keys(&accepted, &[]), words("invite membership redirect_url"));
    assert_eq!(keys(&accepted, &["invite"]), invite);
    let member =
        words("object group_id user_id roles privileges name joined_at invite_id expires_at");
    assert_eq!(keys(&accepted, &["membership"]), member);
    let group = api.send("native-manage-groups", "GET", GRACE, "", None).await;
    let order = "object id name description type owner_user_id member_count policy metadata created_at updated_at etag";
    assert_eq!(keys(&group, &[]), words(order));
    let policy = "who_may_invite allowed_domains blocked_domains max_members max_pending links frozen expires_in reminders locale";
    assert_eq!(keys(&group, &["policy"]), words(policy));
    let user = api.send_to("native-manage-users", "GET", &[], ADA, "", None).await;
    let order = "object id state email alt_email phone first_name last_name title organization_name bio photo locale accounts refuses_invites notify";
    assert_eq!(keys(&user, &[]), words(order));
    let members = api.send("native-manage-members", "GET", GRACE, "", None).await;
    assert_eq!(keys(&members, &[]), words("object data next_cursor"));
    let link: Value =
        api.invite(GRACE, json!({"link": {"max_uses": 2}})).await.json["invitee"].clone();
    assert_eq!(link, json!({"kind": "link", "max_uses": 2, "uses": 0, "allowed_domains": []}));
}
