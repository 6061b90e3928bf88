//! Tokens of version 2: in packets, and in the JSON of each library.

use super::tests::{at, keys, ours, subject, vector};
use super::*;
use crate::domain::ids::UserId;

/// Returns the JSON of version 2 as each library writes it: libmacaroons, npm's `macaroon` 3, and
/// Go's `macaroon.v2`.
fn in_json(macaroon: &Macaroon) -> [String; 3] {
    let bytes: &[u8] = macaroon.0.signature().as_ref();
    let signature = text::encode(bytes);
    let id = macaroon.identifier().unwrap();
    let caveats: Vec<String> = macaroon
        .0
        .caveats()
        .iter()
        .map(|caveat| std::str::from_utf8(caveat.as_first_party().unwrap().predicate()).unwrap())
        .map(|caveat| format!(r#"{{"i":"{caveat}"}}"#))
        .collect();
    let caveats = caveats.join(",");
    let by_go = caveats.replace('<', "\\u003c");
    [
        format!(r#"{{"v":2,"l":"onezone","i":"{id}","c":[{caveats}],"s64":"{signature}"}}"#),
        format!(r#"{{"v":2,"s64":"{signature}","i":"{id}","l":"onezone","c":[{caveats}]}}"#),
        format!(r#"{{"c":[{by_go}],"l":"onezone","i":"{id}","s64":"{signature}"}}"#),
    ]
}

/// The tokens were written by npm's `macaroon` 3.0.4, from the root key `k`.
#[test]
fn version_2_is_read_as_npm_writes_it() {
    let expected = Macaroon::mint(b"k", "1.2.3.4", &["time < 5".into()]);
    let json = r#"{"v":2,"s64":"-MRCB9rCQaVnCOHfj_kSm1L9J5oGlOTYu3kPTAXvr-c","i":"1.2.3.4","l":"onezone","c":[{"i":"time < 5"}]}"#;
    let binary =
        "AgEHb25lem9uZQIHMS4yLjMuNAACCHRpbWUgPCA1AAAGIPjEQgfawkGlZwjh34/5EptS/SeaBpTk2Lt5D0wF76/n";
    for token in [json, binary] {
        assert_eq!(Macaroon::parse(token).as_ref(), Some(&expected), "{token}");
    }
}

#[test]
fn both_versions_of_a_token_open_alike() {
    let token = ours(&["time < 200", "user = ada"]);
    let v2 = token.packets(Format::V2);
    let base64 = text::encode(&v2);
    let padding = "=".repeat((4 - base64.len() % 4) % 4);
    let plain = base64.replace('-', "+").replace('_', "/");
    let binary = [
        text::escape(&base64),
        format!("{base64}{padding}"),
        base64,
        format!("{plain}{padding}"),
        plain,
    ];
    let keys = keys(1, "a", None);
    for form in binary.iter().chain(&in_json(&token)) {
        let (found, caveats) = keys.open(form).unwrap_or_else(|error| panic!("{error:?}: {form}"));
        assert_eq!(found, subject());
        assert!(caveats.over(at(200)) && !caveats.over(at(199)));
        assert!(caveats.admits_user(&UserId::parse("ada").unwrap()));
        assert!(!caveats.admits_user(&UserId::parse("bob").unwrap()));
    }
}

#[test]
fn a_token_of_version_2_has_one_spelling_for_each_library() {
    let token = ours(&["time < 200"]);
    let [json, npm, go] = in_json(&token);
    let v2 = token.packets(Format::V2);
    let mut padded_length = v2.clone();
    // The length of the location, 7, in two bytes.
    padded_length.splice(2..3, [0x87, 0x00]);
    let mut longer = v2.clone();
    longer.push(0);
    for bytes in [padded_length, longer, v2[..v2.len() - 1].to_vec(), v2[1..].to_vec()] {
        assert_eq!(Macaroon::parse(&text::encode(&bytes)), None, "{bytes:?}");
    }
    let wrong = [
        format!(" {json}"),
        format!("{json} "),
        format!("{json}\n"),
        format!("{json}{json}"),
        json.replace(',', ", "),
        json.replace("\"v\":2,", ""),
        json.replace("\"v\":2", "\"v\":1"),
        json.replace("\"v\":2", "\"v\":2,\"x\":1"),
        json.replace("time <", "time \\u003c"),
        npm.replace("time <", "time \\u003c"),
        go.replace("\\u003c", "<"),
        json.replace("onezone", "one\\u007aone"),
        json.replace("\"l\":\"onezone\",", "\"l\":null,"),
        json.replace("\"s64\"", "\"s\""),
        json.replace("\"i\":\"1.", "\"i64\":\"1."),
        json.replace("\"}]", "\",\"l\":\"x\"}]"),
        format!("[{json}]"),
        text::encode(json.as_bytes()),
        text::escape(&text::encode(json.as_bytes())),
        "{}".into(),
        "{".into(),
        "{".repeat(4096),
    ];
    for text in wrong {
        assert_eq!(Macaroon::parse(&text), None, "{text}");
    }
}

#[test]
fn the_limits_hold_for_version_2() {
    let full =
        (1..MAX_CAVEATS).fold(vector(), |macaroon, _| macaroon.narrowed("user = 1").unwrap());
    let forms = |macaroon: &Macaroon| {
        let [json, npm, go] = in_json(macaroon);
        [text::encode(&macaroon.packets(Format::V2)), json, npm, go]
    };
    for form in forms(&full) {
        assert_eq!(Macaroon::parse(&form), Some(full.clone()), "{form}");
    }
    let mut beyond = full.0;
    beyond.add_first_party_caveat("user = 1").unwrap();
    for form in forms(&Macaroon(beyond)) {
        assert_eq!(Macaroon::parse(&form), None, "{form}");
    }
    let mut long = vector().0;
    long.add_first_party_caveat(format!("user = {}", "1".repeat(4000))).unwrap();
    for form in forms(&Macaroon(long)) {
        assert_eq!(Macaroon::parse(&form), None);
    }
}
