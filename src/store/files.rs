//! Bytes in, durable files under the data directory out.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest;
use sha2::Sha256;

use crate::store::StoreError;

/// A file that was copied in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Hash of the content, in hexadecimal.
    pub sha256: String,
    /// Length.
    pub bytes: u64,
}

/// The files beside the database.
#[derive(Debug)]
pub(super) struct Files {
    root: PathBuf,
}

impl Files {
    /// Makes the folders that are missing and removes what a killed process left half-written.
    pub(super) fn open(root: &Path) -> Result<Files, StoreError> {
        let files = Files { root: root.to_owned() };
        for folder in ["audio", "parked", "tmp", "tmp/owners"] {
            let path = root.join(folder);
            fs::create_dir_all(&path).map_err(failed(&path))?;
        }
        sync_folder(root)?;
        files.sweep()?;
        Ok(files)
    }

    /// Returns the data directory.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the path of the recording with this hash.
    pub(super) fn audio(&self, sha256: &str) -> PathBuf {
        let part = |range| sha256.get(range).unwrap_or("__");
        self.root.join("audio").join(part(0..2)).join(part(2..4)).join(sha256)
    }

    /// Waits for the lock of that name and holds it until the file is dropped.
    pub(super) fn lock(&self, name: &str) -> Result<File, StoreError> {
        let path = self.root.join("tmp").join(name);
        let file = File::create(&path).map_err(failed(&path))?;
        file.lock().map_err(failed(&path))?;
        Ok(file)
    }

    /// Copies a recording in, so that it is there as a whole or not at all, whatever happens.
    pub(super) fn copy_audio(&self, source: &Path) -> Result<Copied, StoreError> {
        let mut from = File::open(source).map_err(failed(source))?;
        let draft = Draft::new(self)?;
        let mut into = File::create(&draft.path).map_err(failed(&draft.path))?;
        let mut hash = Sha256::new();
        let mut bytes = 0;
        let mut block = vec![0; 1 << 16];
        loop {
            let count = from.read(&mut block).map_err(failed(source))?;
            let Some(part) = block.get(..count).filter(|part| !part.is_empty()) else {
                break;
            };
            hash.update(part);
            bytes += count as u64;
            into.write_all(part).map_err(failed(&draft.path))?;
        }
        let sha256 = hex(&hash.finalize());
        into.sync_all().map_err(failed(&draft.path))?;
        let target = self.audio(&sha256);
        if fs::metadata(&target).is_ok_and(|there| there.len() == bytes) {
            return Ok(Copied { sha256, bytes });
        }
        draft.become_file(&target)?;
        Ok(Copied { sha256, bytes })
    }

    /// Keeps a copy of what could not be read and returns its name under `parked/`.
    pub(super) fn copy_parked(&self, content: &[u8], ending: &str) -> Result<String, StoreError> {
        let digest = hex(&Sha256::digest(content));
        let name = format!("{}.{ending}", digest.get(..16).unwrap_or(&digest));
        let target = self.root.join("parked").join(&name);
        if !target.exists() {
            let draft = Draft::new(self)?;
            let mut file = File::create(&draft.path).map_err(failed(&draft.path))?;
            file.write_all(content)
                .and_then(|()| file.sync_all())
                .map_err(failed(&draft.path))?;
            draft.become_file(&target)?;
        }
        Ok(name)
    }

    /// Removes drafts when nobody is writing one.
    fn sweep(&self) -> Result<(), StoreError> {
        let lock = self.root.join("tmp/drafts.lock");
        let file = File::create(&lock).map_err(failed(&lock))?;
        if file.try_lock().is_err() {
            return Ok(());
        }
        let folder = self.root.join("tmp");
        for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
            let path = entry.map_err(failed(&folder))?.path();
            if path.extension().is_some_and(|ending| ending == "draft") {
                fs::remove_file(&path).map_err(failed(&path))?;
            }
        }
        Ok(())
    }
}

/// A file being written. Goes away when dropped; holds the lock that keeps others from sweeping it away.
struct Draft {
    path: PathBuf,
    _lock: File,
}

impl Draft {
    fn new(files: &Files) -> Result<Draft, StoreError> {
        use std::sync::atomic::AtomicU64;
        use std::sync::atomic::Ordering;
        static COUNT: AtomicU64 = AtomicU64::new(0);

        let lock = files.root.join("tmp/drafts.lock");
        let file = File::create(&lock).map_err(failed(&lock))?;
        file.lock_shared().map_err(failed(&lock))?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = files.root.join(format!("tmp/{}-{number}.draft", std::process::id()));
        Ok(Draft { path, _lock: file })
    }

    /// Renames the draft and makes the name durable, with every folder on the way to it.
    fn become_file(self, target: &Path) -> Result<(), StoreError> {
        let folder = target.parent().expect("a target lies in a folder");
        fs::create_dir_all(folder).map_err(failed(folder))?;
        fs::rename(&self.path, target).map_err(failed(target))?;
        for above in folder.ancestors().take(3) {
            sync_folder(above)?;
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Already renamed, or swept at the next start.
        drop(fs::remove_file(&self.path));
    }
}

fn sync_folder(path: &Path) -> Result<(), StoreError> {
    // What lies above a data directory of one name is the working directory.
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(failed(path))
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |source| StoreError::File { path, source }
}

/// Writes bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
