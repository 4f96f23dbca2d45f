//! House rules that the compiler does not know.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules of the flow: plain functions over plain data.
const FLOW: [&str; 13] = [
    "call",
    "audio",
    "text",
    "sound",
    "transcript",
    "terms",
    "elements",
    "tags",
    "links",
    "clusters",
    "alerts",
    "quality",
    "statistics",
];

/// Each engine, and the only place that may name it.
const ENGINES: [(&str, &str); 6] = [
    ("whisper_rs", "speech/"),
    ("jieba_rs", "terms/"),
    ("tantivy", "index/"),
    ("sqlx", "store/"),
    ("axum", "web/"),
    ("clap", "cli/"),
];

#[test]
fn modules_use_only_what_is_listed_above_them() {
    let order: Vec<String> = code("lib.rs")
        .lines()
        .filter_map(|line| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned()))
        .collect();
    let rank = |module: &str| order.iter().position(|name| name == module);
    for path in sources() {
        let Some(own) = rank(owner(&path)) else {
            continue;
        };
        let text = code(&path);
        assert!(
            !text.contains("crate::{"),
            "{path}: write one `use crate::<module>` per line"
        );
        for used in text.split("crate::").skip(1) {
            let name = used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            assert!(
                rank(name).is_some_and(|used| used <= own),
                "{path} uses `{name}`, which is not a module listed above it"
            );
        }
    }
}

#[test]
fn each_engine_is_named_in_one_place() {
    for path in sources() {
        for (engine, home) in ENGINES {
            assert!(
                path.starts_with(home) || !code(&path).contains(&format!("{engine}::")),
                "{path} names {engine}; only {home} may"
            );
        }
    }
}

#[test]
fn the_flow_does_not_wait() {
    for path in sources().filter(|path| FLOW.contains(&owner(path))) {
        for word in [
            "async ",
            ".await",
            "tokio::",
            "::now()",
            "std::env",
            "std::fs",
            "std::process",
        ] {
            assert!(
                !code(&path).contains(word),
                "{path} contains `{word}`; pass the value in instead"
            );
        }
    }
}

#[test]
fn every_file_states_its_purpose() {
    for path in sources() {
        let text = fs::read_to_string(src().join(&path)).unwrap();
        assert!(text.starts_with("//! "), "{path} does not open with its purpose");
    }
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Returns every source file, relative to `src`.
fn sources() -> impl Iterator<Item = String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&src(), &mut found);
    found
        .into_iter()
        .map(|path| path.strip_prefix(src()).unwrap().to_str().unwrap().to_owned())
}

/// Returns the top-level module a file belongs to.
fn owner(path: &str) -> &str {
    path.split('/').next().unwrap().trim_end_matches(".rs")
}

/// Returns a file without its comment lines.
fn code(path: &str) -> String {
    let text = fs::read_to_string(src().join(path)).unwrap();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}
