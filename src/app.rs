//! Settings in, built parts out; the only place that chooses engines.

use std::env;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::tz::TimeZone;
use tokio::sync::watch;

use crate::config::Settings;
use crate::index::Index;
use crate::index::IndexError;
use crate::jobs::Mode;
use crate::jobs::Report;
use crate::jobs::pool::Listener;
use crate::models::Models;
use crate::pipeline;
use crate::pipeline::Stages;
use crate::pipeline::transcribe::Habits;
use crate::pipeline::transcribe::Hearing;
use crate::sound::Gazetteer;
use crate::speech;
use crate::speech::decoder::Decoder;
use crate::speech::engine;
use crate::speech::engine::Engine;
use crate::speech::remote::Remote;
use crate::speech::settings::EngineName;
use crate::store::Store;
use crate::tags::Model;
use crate::tags::Tagger;
use crate::terms::Segmenter;
use crate::transcript::Desk;
use crate::transcript::Transcriber;

/// Under which the words that a desk expects are noted in the store.
const DESK_WORDS: &str = "desk_words";

/// Makes engines that are all alike.
type MakeEngine = Box<dyn Fn() -> Box<dyn Transcriber> + Send>;

/// One run of the program: where its data lies and how it is set. Parts are built when they are asked for.
#[derive(Clone, Debug)]
pub struct App {
    data: PathBuf,
    settings: Settings,
}

impl App {
    /// Remembers the data directory and the settings; touches nothing.
    #[must_use]
    pub fn new(data: PathBuf, settings: Settings) -> App {
        App { data, settings }
    }

    /// Returns the data directory.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Returns the settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the zone of times without one.
    pub fn zone(&self) -> anyhow::Result<TimeZone> {
        let name = &self.settings.zone;
        TimeZone::get(name)
            .with_context(|| format!("`zone` is `{name}`, which is no IANA time zone such as Asia/Shanghai"))
    }

    /// Opens the store, making the data directory where there is none.
    pub async fn store(&self) -> anyhow::Result<Store> {
        Store::open(&self.data)
            .await
            .with_context(|| format!("data directory {}", self.data.display()))
    }

    /// Returns whether there is a store yet.
    #[must_use]
    pub fn has_store(&self) -> bool {
        self.data.join("huisheng.db").exists()
    }

    /// Builds the gazetteer of the data directory; empty where there is none.
    pub async fn gazetteer(&self) -> anyhow::Result<Arc<Gazetteer>> {
        let names = if self.has_store() {
            self.store().await?.names().await?
        } else {
            Vec::new()
        };
        Ok(Arc::new(Gazetteer::new(names)))
    }

    /// Builds the segmenter, which knows the names of the gazetteer as words.
    #[must_use]
    pub fn segmenter(&self, gazetteer: &Gazetteer) -> Arc<Segmenter> {
        Arc::new(Segmenter::new(gazetteer.names().iter().map(|name| name.name.as_str())))
    }

    /// Builds the tagger, with the model of the data directory where there is one.
    pub fn tagger(&self) -> anyhow::Result<Arc<Tagger>> {
        let path = self.tags_model();
        let model = match fs::read(&path) {
            Ok(bytes) => Model::read(&bytes).with_context(|| path.display().to_string())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Arc::new(Tagger::new())),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        Ok(Arc::new(Tagger::with_model(model)))
    }

    /// Returns where a bureau's own tags model lies.
    #[must_use]
    pub fn tags_model(&self) -> PathBuf {
        self.data.join("tags.model")
    }

    /// Opens the index for reading.
    pub fn index(&self, segmenter: &Arc<Segmenter>) -> anyhow::Result<Index> {
        Ok(Index::open(&self.data.join("index"), Arc::clone(segmenter))?)
    }

    /// Returns the folder of models: `HUISHENG_MODELS`, else the user's cache folder.
    pub fn models(&self) -> anyhow::Result<Models> {
        let own = env::var_os("HUISHENG_MODELS")
            .filter(|path| !path.is_empty())
            .map(PathBuf::from);
        let cache = || {
            let cache = env::var_os("XDG_CACHE_HOME")
                .filter(|path| !path.is_empty())
                .map(PathBuf::from);
            cache
                .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache")))
                .map(|path| path.join("huisheng"))
        };
        let folder = own
            .or_else(cache)
            .context("no home directory; set HUISHENG_MODELS to the folder of the models")?;
        Ok(Models::new(folder))
    }

    /// Builds the decoder of recordings, which works in child processes.
    pub fn decoder(&self) -> anyhow::Result<Decoder> {
        Ok(Decoder {
            settings: self.settings.audio.clone(),
            ..Decoder::new(env::current_exe()?)
        })
    }

    /// Builds a speech engine, which works in a child process or asks a server. A model is verified first, which takes a
    /// second or so.
    pub fn engine(&self) -> anyhow::Result<Box<dyn Transcriber>> {
        let settings = speech::settings::Settings {
            engines: 1,
            ..self.settings.speech.clone()
        };
        let made = self.engines(settings)?.pop().map(|make| make());
        made.context("speech.engines is 0")
    }

    /// Returns what makes each of the engines of the settings, and makes it anew after a panic.
    fn engines(&self, settings: speech::settings::Settings) -> anyhow::Result<Vec<MakeEngine>> {
        let (exe, count) = (env::current_exe()?, settings.engines);
        Ok(match settings.engine {
            EngineName::Whisper => {
                let model = self.models()?.find(&settings.model)?;
                alike(&Engine::whisper(exe, &model, settings), Engine::another, count)
            }
            EngineName::Scripted => alike(&Engine::scripted(exe, settings), Engine::another, count),
            EngineName::Remote => alike(&remote(&settings)?, Remote::another, count),
        })
    }

    /// Returns what the desk knows before a call is heard.
    #[must_use]
    pub fn desk<'a>(&self, gazetteer: &'a Gazetteer) -> Desk<'a> {
        let settings = &self.settings.desk;
        Desk {
            prompt: settings.words().to_owned(),
            layout: settings.layout,
            gazetteer,
            unit: None,
            second_hearing: settings.second_hearing,
            names_in_prompt: settings.names_in_prompt,
        }
    }

    /// Builds what the jobs need, from the gazetteer as it is now.
    pub async fn stages(&self, store: &Store) -> anyhow::Result<Stages> {
        let gazetteer = Arc::new(Gazetteer::new(store.names().await?));
        let segmenter = self.segmenter(&gazetteer);
        Ok(Stages::new(store.clone(), segmenter, self.tagger()?, gazetteer))
    }

    /// Works off the queue. Without a model the rest is done, and recordings wait for a process that has it.
    pub async fn work(
        &self,
        store: &Store,
        mode: Mode,
        shutdown: watch::Receiver<bool>,
        listener: Listener,
    ) -> anyhow::Result<Report> {
        let stages = self.stages(store).await?;
        let index = self.index(&stages.segmenter)?;
        let ears = match self.ears(self.words(store).await?) {
            Ok(ears) => ears,
            Err(error) if mode == Mode::Serve => {
                tracing::warn!("recordings are not transcribed: {error:#}");
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        Ok(pipeline::work(&self.settings.jobs, &stages, ears, &index, mode, shutdown, listener).await?)
    }

    /// Starts as many engines as the settings say.
    fn ears(&self, prompt: String) -> anyhow::Result<Vec<Hearing>> {
        let habits = Habits {
            prompt,
            layout: self.settings.desk.layout,
            second_hearing: self.settings.desk.second_hearing,
            names_in_prompt: self.settings.desk.names_in_prompt,
        };
        let ear = |make| Ok(Hearing::new(make, self.decoder()?, habits.clone()));
        self.engines(self.settings.speech.shared())?
            .into_iter()
            .map(ear)
            .collect()
    }

    /// Removes the index where it cannot be opened any more, so that it can be made anew.
    pub fn drop_damaged_index(&self, segmenter: &Arc<Segmenter>) -> anyhow::Result<()> {
        let folder = self.data.join("index");
        match Index::open(&folder, Arc::clone(segmenter)) {
            Err(IndexError::Damaged(reason)) => {
                tracing::warn!("the index is made anew: {reason}");
                Ok(Index::remove(&folder)?)
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Notes the words to expect with the data, for all who hear it later without words of their own in the settings.
    pub async fn expect_words(&self, store: &Store, words: &str) -> anyhow::Result<()> {
        let mut tx = store.begin().await?;
        tx.set_note(DESK_WORDS, Some(words.trim())).await?;
        Ok(tx.commit().await?)
    }

    /// Returns the words to expect: those of the settings, else those noted with the data, else the project's own.
    async fn words(&self, store: &Store) -> anyhow::Result<String> {
        let own = self.settings.desk.words().to_owned();
        match self.settings.desk.prompt.trim() {
            "" => Ok(store.note(DESK_WORDS).await?.unwrap_or(own)),
            _ => Ok(own),
        }
    }

    /// Changes the address that pages are served on.
    pub fn listen_on(&mut self, address: SocketAddr) {
        self.settings.web.listen = address;
    }

    /// Has the transcription server of the settings hear a clip, once, and returns how long it took.
    pub fn try_server(&self) -> anyhow::Result<Duration> {
        let mut settings = self.settings.speech.clone();
        settings.remote.retries = 0;
        Ok(remote(&settings)?.check()?)
    }

    /// Loads a model file in a child process and has it hear a clip; says why it cannot be used.
    pub fn try_model(&self, file: &Path) -> Result<(), String> {
        let exe = env::current_exe().map_err(|error| error.to_string())?;
        let mut engine = Engine::whisper(exe, file, self.settings.speech.clone());
        engine::self_check(&mut engine).map_err(|error| error.to_string())
    }
}

fn alike<E: Transcriber + 'static>(first: &E, another: fn(&E) -> E, count: usize) -> Vec<MakeEngine> {
    let make = |_| -> MakeEngine {
        let own = another(first);
        Box::new(move || Box::new(another(&own)))
    };
    (0..count).map(make).collect()
}

fn remote(settings: &speech::settings::Settings) -> anyhow::Result<Remote> {
    let key = match settings.remote.key_variable.as_str() {
        "" => None,
        name => Some(env::var(name).with_context(|| {
            format!("speech.remote.key_variable is `{name}`, and no such environment variable is set")
        })?),
    };
    Ok(Remote::new(env::current_exe()?, settings, key)?)
}
