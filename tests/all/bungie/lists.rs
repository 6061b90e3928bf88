//! A group's list of invites for its administrators, and an account's list of groups for anyone.

use harness::{App, GROUP, Person};
use serde_json::{Value, json};

use super::{
    ACCOUNT, accounts, administrator, fails, gets, invite_path, invites, lists, owner, posts,
    potential_path, resolves, succeeds,
};

/// Returns a page of the invites of [`GROUP`].
async fn page(actor: &Person, query: &str) -> Value {
    succeeds(
        gets(actor, &format!("/Platform/GroupV2/{GROUP}/Members/InvitedIndividuals/{query}")).await,
    )
}

/// Returns the number of results on the page.
fn length(page: &Value) -> usize {
    page["results"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_page_has_fifty_invites() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let empty = page(&alice, "").await;
    let query = json!({"itemsPerPage": 50, "currentPage": 1, "requestContinuationToken": ""});
    let rest = json!({"results": [], "totalResults": 0, "hasMore": false, "query": query, "replacementContinuationToken": "", "useTotalResults": true});
    assert_eq!(empty, rest);
    for id in 1..=51 {
        resolves(posts(&alice, &invite_path(GROUP, "3", &id.to_string()), "{}").await, 0);
    }
    let first = page(&alice, "?currentpage=1").await;
    assert_eq!(
        (length(&first), &first["totalResults"], &first["hasMore"]),
        (50, &json!(51), &json!(true))
    );
    let second = page(&alice, "?currentpage=2").await;
    assert_eq!(
        (length(&second), &second["totalResults"], &second["hasMore"]),
        (1, &json!(51), &json!(false))
    );
    assert_eq!(second["query"]["currentPage"], 2);
    assert_eq!(length(&page(&alice, "?currentPage=3").await), 0);
    let ids = [first, second]
        .iter()
        .flat_map(|page| page["results"].as_array().unwrap().clone())
        .collect::<Vec<_>>();
    let mut ids: Vec<u32> = ids
        .iter()
        .map(|found| found["destinyUserInfo"]["membershipId"].as_str().unwrap().parse().unwrap())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=51).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_account_s_own_list_lacks_the_senders_whom_the_person_blocks() {
    let app = App::start().await;
    let alice = owner(&app).await;
    resolves(invites(&alice).await, 0);
    let own = app.person("ada").claim("accounts", accounts(3, ACCOUNT));
    let listed = async |person: &Person| {
        length(&succeeds(gets(person, &potential_path("3", ACCOUNT)).await))
    };
    assert_eq!((listed(&own).await, listed(&alice).await), (1, 1));
    for block in [format!("group/{GROUP}"), "inviter/alice".to_owned()] {
        let path = format!("/v1/me/blocks/{block}");
        own.puts(&path, &json!({})).await.is(200);
        // A blocked sender sees what it always saw.
        assert_eq!((listed(&own).await, listed(&alice).await), (0, 1), "{block}");
        own.deletes(&path).await.is(204);
    }
    assert_eq!(listed(&own).await, 1);
}

#[tokio::test]
async fn page_numbers_start_at_one() {
    let app = App::start().await;
    let alice = owner(&app).await;
    for query in [
        "0",
        "-1",
        "%2B1",
        "01",
        "1.0",
        "x",
        "201",
        "99999999999999999999",
        "1,2",
        "1&currentpage=2",
        "1&currentPage=1",
    ] {
        fails(
            gets(
                &alice,
                &format!("/GroupV2/{GROUP}/Members/InvitedIndividuals/?currentpage={query}"),
            )
            .await,
            8,
        );
    }
    // Other parameters are ignored, as in the original.
    assert_eq!(length(&page(&alice, "?x=1&currentpage=200").await), 0);
}

#[tokio::test]
async fn invites_of_every_kind_are_listed_without_full_addresses() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let directory = app.directory();
    let ada = json!({"first_name": "Ada", "last_name": "Lovelace", "photo": "https://example.com/ada.png", "accounts": accounts(3, ACCOUNT)});
    directory.writes_user("29845", &ada).await.is(200);
    directory
        .writes_user("29846", &json!({"first_name": "Ada", "last_name": "Byron"}))
        .await
        .is(200);
    directory.writes_user("bob", &json!({"first_name": "Bob"})).await.is(200);
    directory
        .writes_user("bea", &json!({"first_name": "Bea", "email": "bea@example.com"}))
        .await
        .is(200);
    directory
        .writes_user("ben", &json!({"first_name": "Ben", "phone": "+19199993333"}))
        .await
        .is(200);
    resolves(invites(&alice).await, 0);
    for invitee in [
        json!({"user_id": "29846"}),
        json!({"user_id": "bob"}),
        json!({"email": "bea@example.com"}),
        json!({"phone": "+19199993333"}),
        json!({"person": {"email": "eve@example.com", "first_name": "Eve"}}),
        json!({"person": {"email": "mallory@example.com"}}),
        json!({"link": {}}),
    ] {
        alice.invited(invitee).await;
    }
    let listed = lists(&alice).await;
    let results = listed["results"].as_array().unwrap();
    let shown = |found: &Value| {
        let of = |card: &str, field: &str| {
            found[card][field]
                .as_str()
                .map_or_else(|| found[card][field].to_string(), str::to_owned)
        };
        let destiny = [
            of("destinyUserInfo", "membershipType"),
            of("destinyUserInfo", "membershipId"),
            of("destinyUserInfo", "displayName"),
        ];
        let user =
            [of("bungieNetUserInfo", "membershipId"), of("bungieNetUserInfo", "displayName")];
        assert_eq!(
            found["destinyUserInfo"]["LastSeenDisplayName"],
            found["destinyUserInfo"]["displayName"]
        );
        assert_eq!(
            (
                &found["groupId"],
                &found["resolveState"],
                &found["bungieNetUserInfo"]["membershipType"]
            ),
            (&json!(GROUP), &json!(0), &json!(254))
        );
        format!("{} | {}", destiny.join(" "), user.join(" "))
    };
    let mut rows: Vec<String> = results.iter().map(shown).collect();
    rows.sort();
    let mut expected = vec![
        format!("3 {ACCOUNT} Ada Lovelace | 29845 Ada Lovelace"),
        "0 0 Ada Byron | 29846 Ada Byron".into(),
        // This user id is not an int64. The next rows show a masked address or number, or a name.
        "0 0 Bob | 0 Bob".into(),
        "0 0 b•••@example.com | 0 ".into(),
        "0 0 +•••33 | 0 ".into(),
        "0 0 Eve | 0 ".into(),
        "0 0 m•••@example.com | 0 ".into(),
        "0 0  | 0 ".into(),
    ];
    expected.sort();
    assert_eq!(rows, expected);
    let icon =
        results.iter().find(|found| found["destinyUserInfo"]["membershipType"] == 3).unwrap();
    assert_eq!(icon["bungieNetUserInfo"]["iconPath"], "https://example.com/ada.png");
    let text = listed.to_string();
    for address in ["bob@", "eve@", "mallory@", "19199993333"] {
        assert!(!text.contains(address), "{address} in {text}");
    }
}

#[tokio::test]
async fn an_account_s_list_has_the_groups_that_invite_it() {
    let app = App::start().await;
    let alice = administrator(&app, "alice");
    for (id, kind) in [("1", "open"), ("2", "private"), ("3", "secret"), ("raiders", "open")] {
        alice.creates(json!({"id": id, "name": format!("Group {id}"), "type": kind, "description": "We raid."})).await;
        alice
            .invites_to(id, json!({"account": {"membership_type": 3, "membership_id": ACCOUNT}}))
            .await
            .is(201);
    }
    let ids = |answer: Value| -> Vec<String> {
        let results = answer["results"].as_array().unwrap().clone();
        assert_eq!(
            (&answer["totalResults"], &answer["hasMore"]),
            (&json!(results.len()), &json!(false))
        );
        results.iter().map(|found| found["group"]["groupId"].as_str().unwrap().to_owned()).collect()
    };
    let path = potential_path("3", ACCOUNT);
    // A group whose id is not an int64 is not listed.
    assert_eq!(ids(succeeds(gets(&app.nobody(), &path).await)), ["1", "2"]);
    assert_eq!(
        ids(succeeds(gets(&app.user("bob").claim("accounts", accounts(2, ACCOUNT)), &path).await)),
        ["1", "2"]
    );
    let ada = app.user("ada").claim("accounts", accounts(3, ACCOUNT));
    assert_eq!(ids(succeeds(gets(&ada, &path).await)), ["1", "2", "3"]);
    // The filter and the type can be words. Applicants and clans do not exist here.
    let words = format!("/GroupV2/User/Potential/TigerSteam/{ACCOUNT}/Invitee/General");
    assert_eq!(ids(succeeds(gets(&app.nobody(), &words).await)), ["1", "2"]);
    for rest in ["0/0", "1/0", "2/1", "None/General", "Applicant/General", "Invitee/Clan"] {
        assert!(
            ids(succeeds(gets(&ada, &format!("/GroupV2/User/Potential/3/{ACCOUNT}/{rest}")).await))
                .is_empty(),
            "{rest}"
        );
    }
    for rest in ["3/0", "-1/0", "2/2", "invitee/General", "Invitee/clan", "02/0", "x/0"] {
        fails(gets(&ada, &format!("/GroupV2/User/Potential/3/{ACCOUNT}/{rest}")).await, 8);
    }
    assert!(ids(succeeds(gets(&ada, &potential_path("2", ACCOUNT)).await)).is_empty());
}

#[tokio::test]
async fn an_account_s_list_has_its_user_s_invites_by_user_id() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let directory = app.directory();
    directory
        .writes_user("29845", &json!({"first_name": "Ada", "email": "ada@example.com", "accounts": accounts(3, ACCOUNT)}))
        .await
        .is(200);
    let path = potential_path("3", ACCOUNT);
    // An invite to an address is not shown, because only the mailbox's owner may see it.
    let by_address = alice.invited(json!({"email": "ada@example.com"})).await;
    assert_eq!(succeeds(gets(&app.nobody(), &path).await)["totalResults"], 0);
    alice.revokes(&by_address.id).await.is(200);
    // A group with two invites for this person is listed once: one by user id, and one to the
    // account, which the directory learns later.
    directory.writes_user("29845", &json!({"email": null, "accounts": null})).await.is(200);
    alice.invited(json!({"user_id": "29845"})).await;
    resolves(invites(&alice).await, 0);
    directory
        .writes_user("29845", &json!({"first_name": "Ada", "accounts": accounts(3, ACCOUNT)}))
        .await
        .is(200);
    let found = succeeds(gets(&app.nobody(), &path).await);
    assert_eq!(found["totalResults"], 1);
    let member = &found["results"][0]["member"];
    assert_eq!(
        (&member["potentialStatus"], &member["destinyUserInfo"]["displayName"]),
        (&json!(2), &json!("Ada"))
    );
    assert_eq!(member["bungieNetUserInfo"]["membershipId"], "29845");
    assert!(!found.to_string().contains("ada@"));
}

#[tokio::test]
async fn an_account_s_list_has_the_invites_of_its_user_and_not_of_another_who_proves_it() {
    let app = App::start().await;
    let alice = owner(&app).await;
    let directory = app.directory();
    directory.writes_user("ada", &json!({"first_name": "Ada"})).await.is(200);
    alice.invited(json!({"user_id": "ada"})).await;
    let ada = app.user("ada").claim("accounts", accounts(3, ACCOUNT));
    let listed =
        async || succeeds(gets(&ada, &potential_path("3", ACCOUNT)).await)["totalResults"].clone();
    assert_eq!(listed().await, 0, "the directory knows no user of the account");
    let of = |accounts: Value| json!({"first_name": "Bob", "accounts": accounts});
    directory.writes_user("29845", &of(accounts(3, ACCOUNT))).await.is(200);
    assert_eq!(listed().await, 0, "the account is another user's");
    alice.invited(json!({"user_id": "29845"})).await;
    assert_eq!(listed().await, 1);
    directory.writes_user("29845", &of(Value::Null)).await.is(200);
    directory.writes_user("ada", &of(accounts(3, ACCOUNT))).await.is(200);
    assert_eq!(listed().await, 1, "the account is the caller's");
}

#[tokio::test]
async fn a_group_is_listed_with_its_details_until_it_is_deleted() {
    let app = App::start().await;
    let alice = administrator(&app, "29842");
    let group = json!({"id": GROUP, "name": "Raiders", "type": "open", "description": "We raid.", "policy": {"max_members": 6}});
    alice.creates(group).await;
    resolves(invites(&alice).await, 0);
    let path = potential_path("3", ACCOUNT);
    let found = succeeds(gets(&app.nobody(), &path).await);
    let group = &found["results"][0]["group"];
    assert_eq!(
        (&group["name"], &group["about"], &group["memberCount"]),
        (&json!("Raiders"), &json!("We raid."), &json!(1))
    );
    assert_eq!(
        (&group["membershipIdCreated"], &group["groupType"], &group["isPublic"]),
        (&json!("29842"), &json!(0), &json!(true))
    );
    assert_eq!(
        (&group["membershipOption"], &group["features"]["maximumMembers"]),
        (&json!(1), &json!(6))
    );
    alice.deletes(&format!("/v1/groups/{GROUP}")).await.is(204);
    assert_eq!(succeeds(gets(&app.nobody(), &path).await)["totalResults"], 0);
}
