//! A folder in, an opened index out; or the reason why it is not usable.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use tantivy::ReloadPolicy;
use tantivy::Searcher;
use tantivy::TantivyError;
use tantivy::directory::Directory;
use tantivy::directory::INDEX_WRITER_LOCK;
use tantivy::directory::MmapDirectory;

use crate::index::Index;
use crate::index::IndexError;
use crate::index::schema;
use crate::terms::Segmenter;

/// Names the version of the index in its folder.
const VERSION_FILE: &str = "huisheng.version";

impl Index {
    /// Opens the index, or makes an empty one.
    pub fn open(folder: &Path, segmenter: Arc<Segmenter>) -> Result<Index, IndexError> {
        fs::create_dir_all(folder).map_err(folder_error)?;
        let (schema, fields) = schema::schema();
        let exists = folder.join("meta.json").exists();
        check_version(folder, exists)?;
        let mut inner = if exists {
            tantivy::Index::open_in_dir(folder).map_err(damaged)?
        } else {
            tantivy::Index::create_in_dir(folder, schema.clone()).map_err(damaged)?
        };
        if inner.schema() != schema {
            return Err(IndexError::Damaged(
                "its fields are not those of this version".to_owned(),
            ));
        }
        inner.set_tokenizers(schema::tokenizers(Arc::clone(&segmenter)));
        let seen = inner.load_metas().map_err(damaged)?.opstamp;
        let manual = inner.reader_builder().reload_policy(ReloadPolicy::Manual);
        let reader = manual.try_into().map_err(damaged)?;
        Ok(Index {
            inner,
            reader,
            fields,
            segmenter,
            seen: Arc::new(Mutex::new(seen)),
        })
    }

    /// Removes the index of a folder, so that [`Index::open`] makes an empty one. Fails while another process writes.
    pub fn remove(folder: &Path) -> Result<(), IndexError> {
        if !folder.exists() {
            return Ok(());
        }
        let directory = MmapDirectory::open(folder).map_err(|error| damaged(error.into()))?;
        let lock = directory.acquire_lock(&INDEX_WRITER_LOCK);
        let held = lock.map_err(|_| IndexError::Locked)?;
        // The list of segments goes first: what a crash leaves behind is then an empty index with spare files.
        for first in ["meta.json", VERSION_FILE] {
            remove_file(&folder.join(first))?;
        }
        for entry in fs::read_dir(folder).map_err(folder_error)? {
            let path = entry.map_err(folder_error)?.path();
            if path.is_file() {
                remove_file(&path)?;
            }
        }
        drop(held);
        Ok(())
    }

    /// Reads every file and compares its checksum.
    pub fn verify(&self) -> Result<(), IndexError> {
        let broken = self.inner.validate_checksum().map_err(damaged)?;
        match broken.iter().min() {
            None => Ok(()),
            Some(path) => Err(IndexError::Damaged(format!("{} has changed", path.display()))),
        }
    }

    /// Returns a view of the newest commit.
    pub(super) fn searcher(&self) -> Result<Searcher, IndexError> {
        let newest = self.inner.load_metas().map_err(damaged)?.opstamp;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen != newest {
            self.reader.reload().map_err(damaged)?;
            *seen = newest;
        }
        Ok(self.reader.searcher())
    }
}

/// Compares the version file with ours, and writes it where there is no index yet.
fn check_version(folder: &Path, exists: bool) -> Result<(), IndexError> {
    let path = folder.join(VERSION_FILE);
    match fs::read_to_string(&path) {
        Ok(version) if version.trim() == schema::VERSION => Ok(()),
        _ if !exists => fs::write(&path, schema::VERSION).map_err(folder_error),
        Ok(version) => Err(IndexError::Damaged(format!(
            "version `{}`, not `{}`",
            version.trim().chars().take(20).collect::<String>(),
            schema::VERSION
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(IndexError::Damaged("its version is not known".to_owned()))
        }
        Err(error) => Err(folder_error(error)),
    }
}

fn remove_file(path: &Path) -> Result<(), IndexError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(folder_error(error)),
        _ => Ok(()),
    }
}

fn folder_error(error: io::Error) -> IndexError {
    IndexError::Write(Box::new(error))
}

/// Says that what lies on disk is not usable.
pub(super) fn damaged(error: TantivyError) -> IndexError {
    IndexError::Damaged(error.to_string())
}
