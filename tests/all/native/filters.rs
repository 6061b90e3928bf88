//! The filters of a group's list of invites, and the same list as CSV.

use harness::{Answer, App, Person};
use reqwest::Method;
use serde_json::json;

/// Returns the addresses of a list, in order. Other invitees are shown by their kind.
fn shown(list: &Answer) -> Vec<String> {
    let invitees = list.data().iter().map(|invite| &invite["invitee"]);
    let shown = invitees.map(|invitee| invitee["email"].as_str().or(invitee["kind"].as_str()));
    shown.map(|text| text.unwrap().split('@').next().unwrap().to_owned()).collect()
}

/// Makes invites of several kinds, one a minute: those of Alice, and the last one of Bob.
async fn several(app: &App) -> (Person, Person) {
    let alice = app.owner().await;
    let bob = app.user("bob,1").email("bob@example.com").name("Bob");
    alice.takes_in(&bob, json!(["admin"])).await;
    for (to, roles) in [
        (json!({"email": "ada@example.com"}), json!(["member"])),
        (json!({"person": {"email": "eve@example.com", "first_name": "=Eve"}}), json!(["editor"])),
        (json!({"link": {"max_uses": 3}}), json!(["member", "editor"])),
        (json!({"phone": "+19199993333"}), json!(["member"])),
    ] {
        app.advance(60);
        let mut body = to;
        body["roles"] = roles;
        body["notify"] = json!(false);
        alice.invited(body).await;
    }
    app.advance(60);
    bob.invited(json!({"email": "zoe@example.com", "message": "Hi, \"Zoe\"", "notify": false}))
        .await;
    (alice, bob)
}

#[tokio::test]
async fn each_filter_selects_and_several_select_what_all_select() {
    let app = App::start().await;
    let (alice, bob) = several(&app).await;
    for (query, expected) in [
        ("", &["zoe", "phone", "link", "eve", "ada", "bob"][..]),
        ("?kind=email", &["zoe", "ada", "bob"]),
        ("?kind=person,link", &["link", "eve"]),
        ("?kind=person&kind=link", &["link", "eve"]),
        ("?kind=user", &[]),
        ("?email=ADA%40example.com", &["ada"]),
        ("?email=eve@example.com", &["eve"]),
        ("?email=nobody@example.com", &[]),
        ("?email=ada@example.com&state=accepted", &[]),
        ("?email=ada@example.com&state=pending", &["ada"]),
        ("?role=editor", &["link", "eve"]),
        ("?role=owner", &[]),
        ("?created_by=bob%2C1", &["zoe"]),
        ("?created_by=alice&role=editor&kind=person", &["eve"]),
        ("?delivery=queued,sent", &[]),
        ("?delivery=not_requested&kind=link", &["link"]),
        ("?state=accepted", &["bob"]),
        ("?state=pending&order=created&kind=email", &["ada", "zoe"]),
        ("?email=", &["zoe", "phone", "link", "eve", "ada", "bob"]),
    ] {
        assert_eq!(shown(&alice.lists(query).await.is(200)), expected, "{query}");
    }
    assert_eq!(shown(&bob.lists("?kind=link").await.is(200)), ["link"]);
}

#[tokio::test]
async fn a_time_span_has_its_beginning_and_not_its_end() {
    let app = App::start().await;
    let (alice, _) = several(&app).await;
    let times = alice.lists("?order=created").await.each("created_at");
    let list = async |query: String| shown(&alice.lists(&query).await.is(200));
    let (eve, phone) = (&times[2], &times[4]);
    let span = format!("?created_after={eve}&created_before={phone}");
    assert_eq!(list(span.clone()).await, ["link", "eve"]);
    assert_eq!(list(format!("{span}&order=created&state=pending")).await, ["eve", "link"]);
    assert_eq!(list(format!("?created_before={eve}&kind=email")).await, ["ada", "bob"]);
    assert!(list(format!("?created_after={phone}&created_before={eve}")).await.is_empty());
    let first = alice.lists(&format!("{span}&limit=1")).await;
    assert_eq!(shown(&first), ["link"]);
    let cursor = first.next_cursor().unwrap();
    assert_eq!(list(format!("{span}&limit=1&cursor={cursor}")).await, ["eve"]);
    let other = alice.lists(&format!("?created_after={eve}&limit=1&cursor={cursor}")).await;
    other.refuses(400, "invalid_cursor");
}

#[tokio::test]
async fn the_list_of_an_address_takes_no_cursor() {
    let app = App::start().await;
    let (alice, _) = several(&app).await;
    let cursor = alice.lists("?limit=1").await.next_cursor().unwrap().to_owned();
    for cursor in [cursor.as_str(), "forged"] {
        let query = format!("?email=ada@example.com&cursor={cursor}");
        alice.lists(&query).await.refuses(400, "invalid_cursor");
        csv(&alice, &query).await.refuses(400, "invalid_cursor");
    }
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_refused() {
    let app = App::start().await;
    let (alice, _) = several(&app).await;
    for query in [
        "kind=mail",
        "kind=email,x",
        "email=ada",
        "email=ada@example.com&email=eve@example.com",
        "role=Not a role",
        "role=a&role=b",
        "created_by=%20x%20y",
        "delivery=lost",
        "created_after=yesterday",
        "created_before=2026-11-21",
        "creator=alice",
        "emial=ada@example.com",
    ] {
        alice.lists(&format!("?{query}")).await.refuses(400, "invalid_query");
    }
    alice.lists("?kind=email&_=1&utm_source=x&fbclid=y").await.is(200);
}

async fn csv(person: &Person, query: &str) -> Answer {
    let path = format!("/v1/groups/3773/invites{query}");
    let request = person.request(Method::GET, &path).header("accept", "text/csv");
    person.sends(request).await
}

#[tokio::test]
async fn the_list_as_csv_has_the_same_invites_and_pages() {
    let app = App::start().await;
    let (alice, _) = several(&app).await;
    let whole = csv(&alice, "").await.is(200);
    assert_eq!(whole.header("content-type"), "text/csv; charset=utf-8; header=present");
    let lines: Vec<&str> = whole.text.split("\r\n").collect();
    assert!(lines[0].starts_with("id,state,kind,email,phone,"));
    assert_eq!((lines.len(), lines.last().copied()), (8, Some("")));
    let ids = alice.lists("").await.each("id");
    for (line, id) in lines[1..].iter().zip(&ids) {
        assert!(line.starts_with(&format!("{id},")), "{line}");
    }
    // Quotes and commas are written as RFC 4180 says, and nothing is a formula.
    assert!(lines[1].contains("zoe@example.com") && lines[1].contains("\"Hi, \"\"Zoe\"\"\""));
    assert!(lines[2].contains(",'+19199993333,"), "{}", lines[2]);
    assert!(lines[4].contains(",'=Eve,"), "{}", lines[4]);

    let (mut query, mut walked) = ("?limit=4&state=pending,accepted".to_owned(), Vec::new());
    loop {
        let page = csv(&alice, &query).await.is(200);
        let rows = page.text.split("\r\n").skip(1).filter(|line| !line.is_empty());
        walked.extend(rows.map(|line| line.split(',').next().unwrap().to_owned()));
        let Some(link) = page.header("link").strip_prefix("</v1/groups/3773/invites") else {
            break;
        };
        let (next, rest) = link.split_once('>').unwrap();
        assert_eq!(rest, "; rel=\"next\"");
        query = next.to_owned();
    }
    assert_eq!(walked, ids);
    csv(&app.person("mallory"), "").await.refuses(404, "group_not_found");
}
