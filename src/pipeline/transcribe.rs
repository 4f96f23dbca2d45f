//! A recording in, what was heard in it out.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use sha2::Digest;
use sha2::Sha256;

use crate::call::UnitCode;
use crate::jobs::Undone;
use crate::jobs::compute::Compute;
use crate::pipeline::Stages;
use crate::pipeline::rank;
use crate::sound::Gazetteer;
use crate::speech::decoder::DecodeError;
use crate::speech::decoder::Decoder;
use crate::store::derived::Made;
use crate::store::queue::Claim;
use crate::store::queue::Failure;
use crate::store::queue::Kind;
use crate::transcript;
use crate::transcript::Desk;
use crate::transcript::Layout;
use crate::transcript::TranscribeError;
use crate::transcript::Transcriber;
use crate::transcript::Transcript;

/// What the desk knows, whatever the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Words to expect.
    pub prompt: String,
    /// Whose channel is which.
    pub layout: Layout,
    /// Whether a window is heard again with the names that sound nearest to it.
    pub second_hearing: bool,
    /// Most names in the prompt of a second hearing.
    pub names_in_prompt: usize,
}

/// Ears: an engine on a thread of its own, and a decoder. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hearing {
    engine: Compute<Box<dyn Transcriber>>,
    decoder: Decoder,
    habits: Arc<Habits>,
}

impl Hearing {
    /// Starts the thread. `make` builds the engine, and builds it anew after a panic.
    #[must_use]
    pub fn new(
        make: impl FnMut() -> Box<dyn Transcriber> + Send + 'static,
        decoder: Decoder,
        habits: Habits,
    ) -> Hearing {
        Hearing {
            engine: Compute::start(make, 4),
            decoder,
            habits: Arc::new(habits),
        }
    }
}

/// Hears the recording of a call, unless that was done in just this way before.
pub(super) async fn run(stages: &Stages, hearing: &Hearing, claim: &Claim) -> Result<(), Undone> {
    let store = &stages.store;
    let stored = stages.call(claim).await?;
    let Some((stored, sha256)) = stored.and_then(|stored| stored.audio.clone().map(|audio| (stored, audio))) else {
        return Ok(store.finish(claim).await?.commit().await?);
    };
    let known = store.transcript(&claim.call).await?.map(|made| made.version);
    let task = Task {
        file: store.audio_file(&sha256),
        file_names: store.audio_file_names(&sha256).await?,
        sha256,
        unit: stored.call.unit_code.clone(),
        known,
        gazetteer: Arc::clone(&stages.gazetteer),
        names: Arc::clone(&stages.names),
        hearing: hearing.clone(),
    };
    let heard = hearing
        .engine
        .run(move |engine| task.perform(engine.as_mut()))
        .await??;
    let mut tx = store.finish(claim).await?;
    if let Some(made) = heard {
        tx.save_transcript(&claim.call, &made).await?;
    }
    tx.enqueue(Kind::Analyse, &claim.call, rank(&stored.call, None)).await?;
    Ok(tx.commit().await?)
}

/// One recording to be heard.
struct Task {
    file: PathBuf,
    /// Names that it came under: some recordings say nothing else about themselves.
    file_names: Vec<String>,
    sha256: String,
    unit: Option<UnitCode>,
    /// Version of the transcript that is there.
    known: Option<String>,
    gazetteer: Arc<Gazetteer>,
    names: Arc<str>,
    hearing: Hearing,
}

impl Task {
    /// Returns what was heard; nothing where that would be what is there already.
    fn perform(&self, engine: &mut dyn Transcriber) -> Result<Option<Made<Transcript>>, Undone> {
        let version = self.version(engine);
        if self.known.as_ref() == Some(&version) {
            return Ok(None);
        }
        let value = self.hear(engine, &self.file)?;
        Ok(Some(Made { value, version }))
    }

    fn hear(&self, engine: &mut dyn Transcriber, file: &Path) -> Result<Transcript, Undone> {
        let habits = &self.hearing.habits;
        let desk = Desk {
            prompt: habits.prompt.clone(),
            layout: habits.layout,
            gazetteer: &self.gazetteer,
            unit: self.unit.as_ref(),
            second_hearing: habits.second_hearing,
            names_in_prompt: habits.names_in_prompt,
        };
        let recording = self
            .hearing
            .decoder
            .decode_named(file, &self.file_names)
            .map_err(not_decoded)?;
        transcript::transcribe(engine, &recording.channels, &desk).map_err(not_heard)
    }

    /// Everything that the transcript depends on, for people to read and for machines to compare.
    fn version(&self, engine: &dyn Transcriber) -> String {
        let (engine, model) = engine.names();
        let unit = self.unit.as_ref().map_or("", UnitCode::as_str);
        let habits = short(&format!("{:?} {unit}", self.hearing.habits));
        format!(
            "{engine} {model}, desk {habits}, names {}, audio {}",
            self.names,
            short(&self.sha256)
        )
    }
}

/// The first digits of a hash.
fn short(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn not_decoded(error: DecodeError) -> Undone {
    let reason = error.to_string();
    Undone::Failed(match error {
        DecodeError::Audio(_) => Failure::Permanent(reason),
        DecodeError::Crashed(_) | DecodeError::Timeout(_) => Failure::Crash(reason),
        DecodeError::Open { .. } | DecodeError::Start(_) => Failure::Retry(reason),
    })
}

fn not_heard(error: TranscribeError) -> Undone {
    let reason = error.to_string();
    Undone::Failed(match error {
        TranscribeError::Refused(_) => Failure::Permanent(reason),
        TranscribeError::Unavailable(_) => Failure::Retry(reason),
        TranscribeError::Engine(_) | TranscribeError::Timeout(_) => Failure::Crash(reason),
    })
}
