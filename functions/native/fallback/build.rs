//! Writes the routes of `template.yaml` as Rust, for `src/table.rs`.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use serde_yaml_ng::Value;

const TEMPLATE: &str = "../../../template.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={TEMPLATE}");
    let template: Value = serde_yaml_ng::from_str(&fs::read_to_string(TEMPLATE)?)?;
    let resources = template["Resources"].as_mapping().ok_or("the template has no resources")?;
    let mut rows = String::new();
    for function in resources.values() {
        if let Some(folder) = function["Properties"]["CodeUri"].as_str() {
            write_rows(&mut rows, folder, &function["Properties"]["Events"])?;
        }
    }
    let code = format!("static ROWS: &[Row] = &[\n{rows}];\n");
    let folder = env::var_os("OUT_DIR").ok_or("Cargo sets no OUT_DIR")?;
    fs::write(Path::new(&folder).join("routes.rs"), code)?;
    Ok(())
}

/// Returns the paths that a route takes: the bungie API's prefix is a variable with two values.
fn spellings(path: &str) -> Vec<String> {
    match path.strip_prefix("/{platform}/") {
        None => vec![path.to_owned()],
        Some(rest) => ["Platform", "platform"].map(|prefix| format!("/{prefix}/{rest}")).into(),
    }
}

/// Writes the rows of one function's routes. Fails to compile if the API is unknown.
fn write_rows(rows: &mut String, folder: &str, events: &Value) -> Result<(), Box<dyn Error>> {
    let shape = match folder {
        "functions/native/invite-page" | "functions/native/unsubscribe" => "Page".to_owned(),
        _ => {
            let api = folder.split('/').nth(1).ok_or("a folder without an API")?;
            api[..1].to_uppercase() + &api[1..]
        }
    };
    for event in events.as_mapping().into_iter().flat_map(|events| events.values()) {
        let (path, method) = (&event["Properties"]["Path"], &event["Properties"]["Method"]);
        match (event["Type"].as_str(), path.as_str(), method.as_str()) {
            (Some("HttpApi"), Some(path), Some(method)) if path != "$default" => {
                // The addresses below a link are for people, whatever function answers them.
                let shape = if path.starts_with("/i/") { "Page" } else { shape.as_str() };
                for path in spellings(path) {
                    writeln!(rows, "    (Shape::{shape}, {method:?}, {path:?}),")?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}
