//! Settings, store, index, model and disk in; what is wrong and how to mend it out.

use clap::Args;

use super::Outcome;
use super::output;
use crate::app::App;
use crate::speech::decoder;
use crate::speech::settings::EngineName;
use crate::store::Store;

/// Say what is wrong with settings, store, index, model and disk, and how to mend it
#[derive(Debug, Args)]
pub(super) struct Check {}

/// Free space that is too little to go on with, in bytes.
const LITTLE: u64 = 2 << 30;

pub(super) async fn run(_command: Check, app: App) -> anyhow::Result<Outcome> {
    let mut wrong = 0;
    let mut say = |name: &str, found: Result<String, String>| {
        let (mark, text) = match found {
            Ok(text) => ("ok   ", text),
            Err(text) => {
                wrong += 1;
                ("WRONG", text)
            }
        };
        output::line(&format!("{mark} {name:<9} {text}"))
    };
    say(
        "settings",
        app.zone()
            .map(|_| format!("zone {}", app.settings().zone))
            .map_err(|error| format!("{error:#}")),
    )?;
    say("model", model(&app))?;
    say("tags", tags(&app))?;
    say("ffmpeg", Ok(ffmpeg().to_owned()))?;
    say("disk", disk(&app))?;
    if !app.has_store() {
        say("store", Ok(format!("none yet in {}", app.data().display())))?;
        return conclude(wrong);
    }
    let store = app.store().await?;
    let damage = store.damage().await?;
    say(
        "store",
        if damage.is_empty() {
            Ok(format!("{} is sound", app.data().display()))
        } else {
            Err(damage.join("; "))
        },
    )?;
    say("audio", audio(&store).await?)?;
    say("index", index(&app).await)?;
    for (text, bad) in counts(&store).await? {
        say("queue", if bad { Err(text) } else { Ok(text) })?;
    }
    for parked in store.parked().await? {
        output::line(&format!(
            "      parked    {}:{}: {}",
            parked.source, parked.line, parked.reason
        ))?;
    }
    for job in store.parked_jobs().await? {
        output::line(&format!(
            "      parked    {} of {}: {}",
            job.kind.as_str(),
            job.call,
            job.reason
        ))?;
    }
    conclude(wrong)
}

fn conclude(wrong: usize) -> anyhow::Result<Outcome> {
    if wrong > 0 {
        anyhow::bail!("{wrong} of the above are wrong");
    }
    Ok(Outcome::Done)
}

fn ffmpeg() -> &'static str {
    match decoder::has_ffmpeg() {
        true => "reads GSM 6.10, AMR and other recordings that are not read here",
        false => "not on the PATH: GSM 6.10 and AMR recordings are parked; all others need none",
    }
}

fn model(app: &App) -> Result<String, String> {
    let speech = &app.settings().speech;
    match speech.engine {
        EngineName::Whisper => {}
        EngineName::Scripted => return Ok("the engine needs none".to_owned()),
        EngineName::Remote => return server(app).map_err(|error| format!("{error:#}")),
    }
    let found = app.models().and_then(|models| Ok(models.find(&speech.model)?));
    found
        .map(|path| path.display().to_string())
        .map_err(|error| format!("{error:#}"))
}

fn tags(app: &App) -> Result<String, String> {
    let path = app.tags_model();
    let whose = match path.exists() {
        true => path.display().to_string(),
        false => "the model that huisheng brings".to_owned(),
    };
    match app.tagger() {
        Ok(tagger) => Ok(format!("{whose} ({})", tagger.version())),
        Err(error) => Err(format!(
            "{error:#}; or remove it to go on with the model that huisheng brings"
        )),
    }
}

/// Has the transcription server hear a clip.
fn server(app: &App) -> anyhow::Result<String> {
    let server = &app.settings().speech.remote;
    let seconds = app.try_server()?.as_secs_f64();
    Ok(format!(
        "{} of {} heard a clip in {seconds:.1} s",
        server.model, server.url
    ))
}

fn disk(app: &App) -> Result<String, String> {
    let folder = if app.data().exists() {
        app.data()
    } else {
        std::path::Path::new(".")
    };
    let found = rustix::fs::statvfs(folder).map_err(|error| error.to_string())?;
    let free = found.f_bavail * found.f_frsize;
    let text = format!("{} GB free", free / 1_000_000_000);
    if free < LITTLE {
        Err(format!("{text}; make room before you import more"))
    } else {
        Ok(text)
    }
}

async fn audio(store: &Store) -> anyhow::Result<Result<String, String>> {
    let hashes = store.audio_hashes().await?;
    let missing = hashes.iter().filter(|hash| !store.audio_file(hash).exists()).count();
    Ok(match missing {
        0 => Ok(format!("{} recordings", hashes.len())),
        n => Err(format!(
            "{n} of {} recordings are missing; restore audio/ from a backup",
            hashes.len()
        )),
    })
}

async fn index(app: &App) -> Result<String, String> {
    let opened = async {
        let gazetteer = app.gazetteer().await?;
        let index = app.index(&app.segmenter(&gazetteer))?;
        index.verify()?;
        anyhow::Ok(())
    };
    opened
        .await
        .map(|()| "is sound".to_owned())
        .map_err(|error| format!("{error:#}"))
}

/// Returns the counts of the queue; true where something is parked.
async fn counts(store: &Store) -> anyhow::Result<Vec<(String, bool)>> {
    let totals = store.totals().await?;
    let mut lines = vec![(
        format!(
            "{} calls, {} heard, {} read, {} indexed",
            totals.calls, totals.transcripts, totals.analyses, totals.indexed
        ),
        false,
    )];
    for ((kind, state), n) in totals.jobs {
        lines.push((format!("{n} jobs {} {state}", kind.as_str()), state == "parked"));
    }
    if totals.parked > 0 {
        lines.push((
            format!("{} files or lines parked; mend and import them again", totals.parked),
            true,
        ));
    }
    Ok(lines)
}
