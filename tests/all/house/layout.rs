//! Rules about the code: pure layers, short files, no unfinished code.

use super::rule::Rule;
use super::tree::House;

/// The folders of the code.
const CODE: [&str; 4] = ["shared", "functions", "local", "tests"];

/// The files of more than `LONGEST` lines, each with the reason why it is not split.
const LONG_FILES: &[(&str, &str)] = &[];
const LONGEST: usize = 500;
/// One line more than a file may have.
const TOO_MANY: &str = match str::from_utf8(&[b'\n'; LONGEST + 1]) {
    Ok(lines) => lines,
    Err(_) => "",
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        says: "shared/src/domain has no AWS, no HTTP, and no other module of the crate.",
        broken: |house| {
            let files = house.files("shared/src/domain", ".rs").into_iter();
            files.flat_map(|path| outside_domain(house, &path)).collect()
        },
        mutant: ("shared/src/domain/mod.rs", "pub mod clock;", "use crate::store;\npub mod clock;"),
    },
    Rule {
        says: "shared/src/engine has no requests, no SDK, and no API.",
        broken: |house| {
            let files = house.files("shared/src/engine", ".rs").into_iter();
            files.flat_map(|path| outside_engine(house, &path)).collect()
        },
        mutant: ("shared/src/engine/mod.rs", "use crate::", "use crate::http;\nuse crate::"),
    },
    Rule {
        says: "Only shared/src/config.rs reads the environment; other code takes a value of `Environment` or a command-line option.",
        broken: |house| {
            let folders = ["shared/src", "functions", "local/src"].iter();
            let files = folders.flat_map(|folder| house.files(folder, ".rs"));
            let reads = |path: &String| {
                let code = code_of(house, path);
                code.contains("std::env") || code.contains("env::var")
            };
            // Cargo tells a build script its folder by a variable.
            let other =
                |path: &String| path != "shared/src/config.rs" && !path.ends_with("/build.rs");
            files.filter(|path| other(path) && reads(path)).collect()
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
        says: "No code is left unfinished behind a panicking macro.",
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

/// Returns the uses of AWS, HTTP and other modules in a file of the domain.
fn outside_domain(house: &House, path: &str) -> Vec<String> {
    let code = code_of(house, path);
    let words = ["aws_", "lambda_http", "lambda_runtime", "tokio::"].into_iter();
    let words = words.filter(|word| code.contains(word)).map(|word| {
        format!("{path}: uses `{word}`; move this code to store/, mail/, auth/ or http/")
    });
    let modules = own_modules(&code).into_iter().filter(|module| module != "domain");
    let modules = modules
        .map(|module| format!("{path}: uses `crate::{module}`; the domain may use only itself"));
    words.chain(modules).collect()
}

/// Returns the uses of requests, the SDK and APIs in a file of the engine.
fn outside_engine(house: &House, path: &str) -> Vec<String> {
    let code = code_of(house, path);
    let words =
        ["lambda_http", "lambda_runtime", "aws_sdk", "aws_lambda", "aws_smithy"].into_iter();
    let words = words.filter(|word| code.contains(word)).map(|word| {
        format!("{path}: uses `{word}`; requests belong in the functions and http/, the SDK in store/ and mail/")
    });
    let modules = own_modules(&code).into_iter();
    let modules =
        modules.filter(|module| ["http", "api"].contains(&module.as_str())).map(|module| {
            format!("{path}: uses `crate::{module}`; return a typed outcome, which the API renders")
        });
    words.chain(modules).collect()
}

/// Returns the problem with the file's length, if there is one.
fn length(house: &House, path: &str) -> Option<String> {
    let lines = house.read(path).lines().count();
    let excused = LONG_FILES.iter().any(|(excused, _)| *excused == path);
    match (lines > LONGEST, excused) {
        (true, false) => Some(format!(
            "{path}: {lines} lines; split it by purpose, or give a reason in LONG_FILES"
        )),
        (false, true) => Some(format!("{path}: {lines} lines; remove it from LONG_FILES")),
        _ => None,
    }
}

/// Returns the entries of `LONG_FILES` without a file or without a reason.
fn excuses(house: &House) -> impl Iterator<Item = String> {
    let idle =
        LONG_FILES.iter().filter(|(path, reason)| house.text(path).is_none() || reason.is_empty());
    idle.map(|(path, _)| format!("{path}: LONG_FILES names a missing file, or gives no reason"))
}

/// Returns a file's code without its line comments.
fn code_of(house: &House, path: &str) -> String {
    let without_comment = |line: &str| match line.find("//") {
        Some(at) if !line[..at].ends_with(':') => line[..at].to_owned(),
        _ => line.to_owned(),
    };
    house.read(path).lines().map(|line| without_comment(line) + "\n").collect()
}

/// Returns the modules of this crate that the code uses, as `crate::name` or in `crate::{…}`.
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
