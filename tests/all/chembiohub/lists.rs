//! Reads the list, one invitation, and the schema.

use serde_json::{Value, json};

use super::*;

/// Returns the addresses in the person's list, in order.
async fn emails(actor: &Person, query: &str) -> Vec<String> {
    let answer = actor.gets(&format!("{PATH}{query}")).await.is(200);
    answer.json["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|invite| invite["email"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_list_has_the_caller_s_invites_and_those_of_their_projects() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let other = app.person("other");
    invites(&inviter, &json!({"email": "a@example.com"})).await.is(201);
    app.advance(1);
    invites(&other, &json!({"email": "b@example.com"})).await.is(201);
    app.advance(1);
    inviter.invites_to("1", json!({"email": "c@example.com"})).await.is(201);
    app.advance(1);
    inviter.invites_to("2", json!({"phone": "+19199993333"})).await.is(201);
    assert_eq!(emails(&inviter, "").await, ["a@example.com", "c@example.com", ""]);
    assert_eq!(emails(&other, "").await, ["b@example.com"]);
    // An editor sees the project's invites; a viewer does not.
    for (name, role) in [("edit", "editor"), ("view", "viewer")] {
        let address = format!("{name}@example.com");
        let made = inviter
            .invites_to("1", json!({"email": address, "roles": [role], "notify": false}))
            .await
            .is(201);
        app.person(name).accepts(made.text_at("/token")).await.is(200);
    }
    let mut seen = emails(&app.person("edit"), "").await;
    seen.sort_unstable();
    assert_eq!(seen, ["c@example.com", "edit@example.com", "view@example.com"]);
    assert!(emails(&app.person("view"), "").await.is_empty());
    // A revoked invite stays in the list.
    let id = inviter.gets("/v1/groups/1/invites?state=pending").await.is(200).each("id").remove(0);
    inviter.posts(&format!("/v1/groups/1/invites/{id}/revoke"), &json!({})).await.is(200);
    assert!(emails(&inviter, "").await.contains(&"c@example.com".to_owned()));
}

#[tokio::test]
async fn the_list_can_be_paged_and_filtered() {
    let app = App::start().await;
    let inviter = inviter(&app).await;
    for name in ["a", "b", "c"] {
        invites(&inviter, &json!({"email": format!("{name}@Example.com")})).await.is(201);
        app.advance(1);
    }
    let answer =
        inviter.gets("/chembiohub/api/invitations?limit=1&offset=1&format=json").await.is(200);
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    let meta = r#""meta":{"limit":1,"next":"/chembiohub/api/invitations?format=json&limit=1&offset=2","offset":1,"previous":"/chembiohub/api/invitations?format=json&limit=1&offset=0","total_count":3}"#;
    assert!(
        answer.text.starts_with(&format!("{{{meta},\"objects\":[{{\"created\":")),
        "{}",
        answer.text
    );
    assert_eq!(emails(&inviter, "?limit=1&offset=1").await, ["b@Example.com"]);
    assert_eq!(emails(&inviter, "?email=a@Example.com").await.len(), 1);
    assert_eq!(emails(&inviter, "?email=a@example.com").await.len(), 0);
    assert_eq!(emails(&inviter, "?email__icontains=@example&offset=2").await, ["c@Example.com"]);
    assert_eq!(emails(&inviter, "?limit=0&colour=red&name=x").await.len(), 3);
    assert_eq!(emails(&inviter, "?email__in=c@Example.com,a@Example.com,x").await.len(), 2);
    assert_eq!(emails(&inviter, "?email__in=c@Example.com&email__in=a@Example.com").await.len(), 2);
    assert_eq!(emails(&inviter, "?email__regex=^[ab]@").await, ["a@Example.com", "b@Example.com"]);
    assert_eq!(emails(&inviter, "?email__isnull=true").await.len(), 0);
    assert_eq!(emails(&inviter, "?email__isnull=False&limit=2").await.len(), 2);
    assert_eq!(emails(&inviter, "?order_by=-email&limit=1").await, ["c@Example.com"]);
    assert_eq!(emails(&inviter, "?order_by=-created&offset=2").await, ["a@Example.com"]);
}

#[tokio::test]
async fn a_wrong_query_is_refused_with_its_parameter() {
    let app = App::start().await;
    let inviter = inviter(&app).await;
    for (query, parameter) in [
        ("limit=x", "limit"),
        ("limit=-1", "limit"),
        ("limit=", "limit"),
        ("limit=1.0", "limit"),
        ("offset=x", "offset"),
        ("offset=-1", "offset"),
        ("email__regex=(", "email"),
        ("email__iregex=(%3F=x)", "email"),
        ("email__regex=(a{1000}){1000}", "email"),
        ("email__nosuch=x", "email"),
        ("email__range=a", "email"),
        ("first_name=Ada", "first_name"),
        ("created_by__username=ada", "created_by"),
        ("id=1", "id"),
        ("order_by=nosuch", "order_by"),
        ("order_by=created_by", "order_by"),
        ("order_by=email,-", "order_by"),
    ] {
        let answer = inviter.gets(&format!("{PATH}?{query}")).await.is(400);
        assert!(answer.text_at("/error").starts_with(&format!("{parameter}: ")), "{}", answer.text);
        assert!(answer.json["traceback"].is_string(), "{}", answer.text);
    }
}

#[tokio::test]
async fn clients_start_at_the_list_of_endpoints() {
    let app = App::start().await;
    for (person, path) in [
        (app.nobody(), "/chembiohub/api/"),
        (app.nobody(), "/chembiohub/api"),
        (app.user("1"), "/chembiohub/api/?format=json"),
    ] {
        let answer = person.gets(path).await.is(200);
        assert_eq!(
            answer.text,
            r#"{"invitations":{"list_endpoint":"/chembiohub/api/invitations","schema":"/chembiohub/api/invitations/schema"}}"#
        );
        assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    }
    for path in ["/elsewhere/api/", "/elsewhere/api", "/chembiohub/api/nosuch"] {
        assert_eq!(app.nobody().gets(path).await.is(404).text, "", "{path}");
    }
}

/// Returns the invitation without the time of its last change, which the mark of its mail may move.
fn unmarked(invitation: &Value) -> Value {
    let mut invitation = invitation.clone();
    invitation.as_object_mut().unwrap().remove("modified");
    invitation
}

#[tokio::test]
async fn several_invitations_can_be_read_as_a_set() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let mut ids = Vec::new();
    for projects in [&[][..], &[1]] {
        let email = format!("a{}@example.com", projects.len());
        let mut body = ada(projects);
        body["email"] = json!(email);
        ids.push(invites(&inviter, &body).await.is(201).json["id"].clone());
    }
    let (first, second) = (&ids[0], &ids[1]);
    for path in [format!("set/{second};{first}/"), format!("set/{second};{first}")] {
        let set = inviter.gets(&format!("{PATH}{path}")).await.is(200);
        assert_eq!(set.json.as_object().unwrap().len(), 1, "{}", set.text);
        let one = inviter.gets(&format!("{PATH}{first}/")).await.is(200);
        assert_eq!(unmarked(&set.json["objects"][1]), unmarked(&one.json));
        assert_eq!(set.json["objects"][0]["id"], *second);
    }
    let set = inviter.gets(&format!("{PATH}set/1;{first};x;/")).await.is(200).json;
    assert_eq!((&set["objects"][0]["id"], &set["not_found"]), (first, &json!(["1", "x", ""])));
    let unseen = app.user("stranger").gets(&format!("{PATH}set/{first}/")).await.is(200).json;
    assert_eq!(unseen, json!({"not_found": [first.to_string()], "objects": []}));
    app.nobody().gets(&format!("{PATH}set/{first}/")).await.is(401);
    let many = vec!["1"; 21].join(";");
    let refused = inviter.gets(&format!("{PATH}set/{many}/")).await.is(400);
    assert_eq!(refused.text_at("/error"), "set: Give at most 20 ids.");
    inviter.gets("/elsewhere/api/invitations/set/1/").await.is(404);
    inviter.gets(&format!("{PATH}set/1/2/")).await.is(404);
}

#[tokio::test]
async fn an_invitation_is_visible_to_the_same_people_as_in_the_list() {
    let app = App::start().await;
    let inviter = owner_of_two(&app).await;
    let application = invites(&inviter, &ada(&[])).await.is(201);
    let project =
        invites(&inviter, &json!({"email": "b@example.com", "projects_selected": [{"id": 2}]}))
            .await
            .is(201);
    for made in [&application, &project] {
        let path = format!("{PATH}{}", made.json["id"]);
        for path in [path.clone(), format!("{path}/"), made.header("location").to_owned()] {
            let answer = inviter.gets(&path).await.is(200);
            assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
            let mut expected = made.json.clone();
            for only_on_creation in ["message", "projects_selected", "modified"] {
                expected.as_object_mut().unwrap().remove(only_on_creation);
            }
            let mut found = answer.json.clone();
            found.as_object_mut().unwrap().remove("modified");
            assert_eq!(found, expected);
        }
        let answer = app.user("stranger").gets(&path).await.is(404);
        assert_eq!(
            (answer.text.as_str(), answer.header("content-type")),
            ("", "text/html; charset=utf-8")
        );
    }
    for id in ["0", "01", "-1", "x", "9007199254740992", "404", "1%2F2"] {
        assert_eq!(inviter.gets(&format!("{PATH}{id}")).await.is(404).text, "", "{id}");
    }
}

#[tokio::test]
async fn the_schema_equals_the_contract_s() {
    let app = App::start().await;
    let inviter = app.user("1");
    let contract: String =
        include_str!("../../../shared/src/api/chembiohub/schema.json").lines().collect();
    for path in ["schema?format=json", "schema", "schema/", "schema/?format=json"] {
        let answer = inviter.gets(&format!("{PATH}{path}")).await.is(200);
        assert_eq!(
            (answer.text.as_str(), answer.header("content-type")),
            (contract.as_str(), "application/json; charset=utf-8")
        );
    }
}
