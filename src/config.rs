//! Nests the settings of all modules: defaults, file, environment, flags; each overrides those before it.
//!
//! `src/config/default.toml` is the reference: every key with its default and why one would change it. A settings file
//! has the same keys. In the environment, `HUISHENG_SPEECH__THREADS=4` sets `threads` of `[speech]`.

use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("settings file {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A key is unknown, or a value has the wrong type.
    #[error("{origin}: {reason}")]
    Invalid {
        /// Where it stands.
        origin: String,
        /// Which key and why.
        reason: String,
    },
}

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// IANA name of the zone of times without one.
    pub zone: String,
    /// Recordings without a header.
    pub audio: crate::audio::raw::Settings,
    /// Hearing: engine, model, limits.
    pub speech: crate::speech::settings::Settings,
    /// What the desk knows: prompt, channel layout, second hearing.
    pub desk: crate::transcript::Settings,
    /// The pool of workers.
    pub jobs: crate::jobs::Settings,
    /// The pages.
    pub web: crate::web::Settings,
}

/// Reads the settings: compiled-in defaults, then `file` (or `huisheng.toml` where it exists), then the environment.
pub fn load(file: Option<&Path>) -> Result<Settings, ConfigError> {
    let own = Path::new("huisheng.toml");
    let file = file.or_else(|| own.exists().then_some(own));
    let text = match file {
        Some(path) => fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?,
        None => String::new(),
    };
    let origin = file.map_or_else(|| "settings".to_owned(), |path| path.display().to_string());
    let variables = env::vars().filter(|(name, _)| name.starts_with("HUISHENG_") && name.contains("__"));
    merge(&text, &origin, variables)
}

fn merge(
    file: &str,
    origin: &str,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Settings, ConfigError> {
    let invalid = |origin: &str, reason: &str| ConfigError::Invalid {
        origin: origin.to_owned(),
        reason: reason.to_owned(),
    };
    let mut table: toml::Table =
        toml::from_str(include_str!("config/default.toml")).expect("the compiled-in defaults are tested");
    let own: toml::Table = toml::from_str(file).map_err(|error| invalid(origin, &error.to_string()))?;
    overlay(&mut table, own);
    try_settings(&table).map_err(|reason| invalid(origin, &reason))?;
    for (name, value) in variables {
        let keys: Vec<String> = name
            .trim_start_matches("HUISHENG_")
            .split("__")
            .map(str::to_lowercase)
            .collect();
        overlay(&mut table, nested(&keys, typed(&value)));
        try_settings(&table).map_err(|reason| invalid(&name, &reason))?;
    }
    try_settings(&table).map_err(|reason| invalid(origin, &reason))
}

fn try_settings(table: &toml::Table) -> Result<Settings, String> {
    table
        .clone()
        .try_into()
        .map_err(|error: toml::de::Error| error.to_string().trim().to_owned())
}

/// Lays `upper` over `lower`, table by table.
fn overlay(lower: &mut toml::Table, upper: toml::Table) {
    for (key, value) in upper {
        match (lower.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => overlay(below, above),
            (_, value) => drop(lower.insert(key, value)),
        }
    }
}

/// Returns the table that holds `value` under the path `keys`.
fn nested(keys: &[String], value: toml::Value) -> toml::Table {
    let mut value = value;
    for key in keys.iter().rev() {
        value = toml::Value::Table(toml::Table::from_iter([(key.clone(), value)]));
    }
    match value {
        toml::Value::Table(table) => table,
        _ => toml::Table::new(),
    }
}

/// Reads a number or truth value as such and everything else as text.
fn typed(text: &str) -> toml::Value {
    let number = text.parse::<i64>().map(toml::Value::Integer);
    let truth = |_| text.parse::<bool>().map(toml::Value::Boolean);
    number
        .or_else(truth)
        .unwrap_or_else(|_| toml::Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::merge;

    fn check(file: &str, variable: Option<(&str, &str)>) -> Result<super::Settings, String> {
        let variables = variable.map(|(name, value)| (name.to_owned(), value.to_owned()));
        merge(file, "huisheng.toml", variables).map_err(|error| error.to_string())
    }

    #[test]
    fn the_file_overrides_the_defaults_and_the_environment_the_file() {
        let settings = check(
            "[speech]\nmodel = \"small\"\nthreads = 1",
            Some(("HUISHENG_SPEECH__THREADS", "3")),
        )
        .unwrap();
        assert_eq!((settings.speech.model.as_str(), settings.speech.threads), ("small", 3));
        assert_eq!(settings.zone, "Asia/Shanghai");
    }

    #[test]
    fn a_wrong_key_or_value_is_named_with_its_place() {
        let cases = [
            ("[speech]\nmodle = \"small\"", None, "huisheng.toml", "modle"),
            ("[speech]\nthreads = \"many\"", None, "huisheng.toml", "speech.threads"),
            ("[speech", None, "huisheng.toml", "line 1"),
            (
                "",
                Some(("HUISHENG_SPEECH__THREDS", "3")),
                "HUISHENG_SPEECH__THREDS",
                "threds",
            ),
        ];
        for (file, variable, place, words) in cases {
            let error = check(file, variable).unwrap_err();
            assert!(error.contains(place) && error.contains(words), "{error}");
        }
    }
}
