//! Rules of the code: dependencies run one way, files stay short, nothing is left undone.

use super::rule::Rule;
use super::tree::House;

/// Where our own code is.
const CODE: [&str; 4] = ["shared", "functions", "local", "tests"];

/// Files of more than `LONGEST` lines, each with the reason why it isn't split.
const LONG_FILES: &[(&str, &str)] = &[];
const LONGEST: usize = 500;
/// One line too many.
const TOO_MANY: &str = match str::from_utf8(&[b'\n'; LONGEST + 1]) {
    Ok(lines) => lines,
    Err(_) => "",
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "shared/src/domain is pure rules: no AWS, no HTTP, no other module.",
        broken: |house| {
            let files = house.files("shared/src/domain", ".rs").into_iter();
            files.flat_map(|path| impure(house, &path)).collect()
        },
        mutant: ("shared/src/domain/mod.rs", "pub mod clock;", "use crate::store;\npub mod clock;"),
    },
    Rule {
        says: "shared/src/engine is use cases: input, store, typed outcome.",
        broken: |house| {
            let files = house.files("shared/src/engine", ".rs").into_iter();
            files.flat_map(|path| worldly(house, &path)).collect()
        },
        mutant: ("shared/src/engine/mod.rs", "use crate::", "use crate::http;\nuse crate::"),
    },
    Rule {
        says: "Only shared/src/config.rs reads the environment: take a value of `Environment`, or an option of the command line.",
        broken: |house| {
            let folders = ["shared/src", "functions", "local/src"].iter();
            let files = folders.flat_map(|folder| house.files(folder, ".rs"));
            let reads = |path: &String| {
                let code = code_of(house, path);
                code.contains("std::env") || code.contains("env::var")
            };
            files.filter(|path| path != "shared/src/config.rs" && reads(path)).collect()
        },
        mutant: (
            "shared/src/telemetry.rs",
            "use std::str::FromStr;",
            "use std::env;\nuse std::str::FromStr;",
        ),
    },
    Rule {
        says: "No Rust file is longer than 500 lines without a reason.",
        broken: |house| {
            let files = CODE.iter().flat_map(|folder| house.files(folder, ".rs"));
            let lengths = files.filter_map(|path| length(house, &path));
            lengths.chain(excuses(house)).collect()
        },
        mutant: ("shared/src/lib.rs", "mod outbound;\n", TOO_MANY),
    },
    Rule {
        says: "Nothing is left undone behind a macro that panics: write it, or leave it out.",
        broken: |house| {
            let marks = [concat!("todo", "!("), concat!("unimplemented", "!(")];
            let files = CODE.iter().flat_map(|folder| house.files(folder, ".rs"));
            let undone = |path: &String| {
                let code = code_of(house, path);
                marks.iter().any(|mark| code.contains(mark))
            };
            files.filter(undone).collect()
        },
        mutant: ("shared/src/lib.rs", "mod outbound;", concat!("todo", "!();\nmod outbound;")),
    },
];

/// What of the outside world a file of the domain names.
fn impure(house: &House, path: &str) -> Vec<String> {
    let code = code_of(house, path);
    let words = ["aws_", "lambda_http", "lambda_runtime", "tokio::"].into_iter();
    let words = words.filter(|word| code.contains(word)).map(|word| {
        format!("{path}: names `{word}`; move what needs it to store/, mail/, auth/ or http/")
    });
    let modules = own_modules(&code).into_iter().filter(|module| module != "domain");
    let modules = modules.map(|module| {
        format!("{path}: names `crate::{module}`; the domain depends on nothing of ours but itself")
    });
    words.chain(modules).collect()
}

/// What of requests and of the SDK a file of the engine names.
fn worldly(house: &House, path: &str) -> Vec<String> {
    let code = code_of(house, path);
    let words =
        ["lambda_http", "lambda_runtime", "aws_sdk", "aws_lambda", "aws_smithy"].into_iter();
    let words = words.filter(|word| code.contains(word)).map(|word| {
        format!("{path}: names `{word}`; requests end in the functions and http/, the SDK begins in store/ and mail/")
    });
    let modules = own_modules(&code).into_iter();
    let modules =
        modules.filter(|module| ["http", "api"].contains(&module.as_str())).map(|module| {
            format!(
                "{path}: names `crate::{module}`; return a typed outcome and let the API render it"
            )
        });
    words.chain(modules).collect()
}

/// What is wrong with the file's length.
fn length(house: &House, path: &str) -> Option<String> {
    let lines = house.read(path).lines().count();
    let excused = LONG_FILES.iter().any(|(excused, _)| *excused == path);
    match (lines > LONGEST, excused) {
        (true, false) => Some(format!(
            "{path}: {lines} lines; split it by what its parts are for, or give a reason in LONG_FILES"
        )),
        (false, true) => Some(format!("{path}: {lines} lines; take it out of LONG_FILES")),
        _ => None,
    }
}

/// The excuses of files that are gone, and those without a reason.
fn excuses(house: &House) -> impl Iterator<Item = String> {
    let idle =
        LONG_FILES.iter().filter(|(path, reason)| house.text(path).is_none() || reason.is_empty());
    idle.map(|(path, _)| {
        format!("{path}: LONG_FILES names a file that is gone, or gives no reason")
    })
}

/// A file's code without its line comments.
fn code_of(house: &House, path: &str) -> String {
    let without_comment = |line: &str| match line.find("//") {
        Some(at) if !line[..at].ends_with(':') => line[..at].to_owned(),
        _ => line.to_owned(),
    };
    house.read(path).lines().map(|line| without_comment(line) + "\n").collect()
}

/// The modules of this crate that the code names, as `crate::name` or inside `crate::{…}`.
fn own_modules(code: &str) -> Vec<String> {
    let word = |text: &str| {
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    let mut modules = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            modules.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut starts = true;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => starts = true,
                c if starts && !c.is_whitespace() => {
                    modules.push(word(&group[at..]));
                    starts = false;
                }
                _ => {}
            }
        }
    }
    modules
}
