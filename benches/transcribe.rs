//! How long does hearing take beside a plain loop over the same model, and which of the two hears better?
//!
//! *Measures* wall time and character error rate of huisheng with one hearing, and of whisper_rs given each channel
//! whole, with the same model, greedy search, fallbacks and threads; then what the second hearing adds to both.
//! *Corpus*: the recordings of a gold file (path, tab, text; default: the demo's), and the same with so much silence put
//! into their pauses that it makes up 60 % of them. *How to read*: `ratio` is our time by the loop's, lower is faster.
//! Nothing else may run meanwhile: threads that wait for a core spin.
//!
//! ```text
//! cargo bench --bench transcribe -- [GOLD.tsv] [--limit N] [--threads N] [--gazetteer FILE.csv]
//! ```
//!
//! The model is `ggml-base.bin` in `HUISHENG_MODELS`, else in `~/.cache/huisheng`.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use huisheng::audio::RATE;
use huisheng::evaluate::asr;
use huisheng::evaluate::asr::Cer;
use huisheng::sound::Gazetteer;
use huisheng::sound::names::read_names;
use huisheng::speech::decoder::Decoder;
use huisheng::speech::engine::Engine;
use huisheng::speech::settings::Settings;
use huisheng::text;
use huisheng::transcript;
use huisheng::transcript::{Desk, Transcriber};
use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters};

/// What the plain loop tells the model: only the language and its script.
const PROMPT: &str = "以下是普通话的句子。";
/// Step of the temperature where a text looks wrong, as the settings of huisheng below have it.
const TEMPERATURE_STEP: f32 = 0.4;

/// One pause in so many seconds of a recording gets silence.
const EVERY_S: usize = 10;
/// Seconds of silence that it gets: 15 to 10 of recording are 60 %.
const SILENCE_S: usize = 15;
/// Samples of a moment in which a pause is looked for.
const MOMENT: usize = RATE as usize / 10;

/// A recording and what is said in it.
struct Spoken {
    channels: Vec<Vec<i16>>,
    text: String,
}

/// Time taken and errors made.
#[derive(Clone, Copy, Default)]
struct Figures {
    time: Duration,
    cer: Cer,
}

impl Figures {
    fn add(&mut self, time: Duration, said: &str, heard: &str) {
        self.time += time;
        self.cer = self.cer.plus(asr::cer(&text::read_out(said), &text::read_out(heard)));
    }
}

/// What to measure.
struct Options {
    gold: PathBuf,
    limit: usize,
    threads: usize,
    gazetteer: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let options = options()?;
    let model = model()?;
    let gazetteer = Gazetteer::new(read_names(&fs::read_to_string(&options.gazetteer)?).0);
    let spoken = read(&options)?;
    let silent: Vec<Spoken> = spoken.iter().map(with_silence).collect();
    println!(
        "{} recordings, {} threads, {}",
        spoken.len(),
        options.threads,
        model.display()
    );
    println!("set            audio s    loop s    ours s   ratio   CER loop   CER ours    second s   CER then");
    for (name, set) in [("as recorded", &spoken), ("60 % silence", &silent)] {
        measure(name, set, &model, options.threads, &gazetteer)?;
    }
    Ok(())
}

fn options() -> anyhow::Result<Options> {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/demo");
    let mut options = Options {
        gold: demo.join("gold/asr.tsv"),
        limit: usize::MAX,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        gazetteer: demo.join("gazetteer.csv"),
    };
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            // Cargo adds it.
            "--bench" => {}
            "--limit" => options.limit = value()?.parse()?,
            "--threads" => options.threads = value()?.parse()?,
            "--gazetteer" => options.gazetteer = value()?.into(),
            _ => options.gold = argument.into(),
        }
    }
    Ok(options)
}

fn model() -> anyhow::Result<PathBuf> {
    let own = env::var_os("HUISHENG_MODELS").map(PathBuf::from);
    let cache = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache/huisheng"));
    let path = own.or_else(cache).context("no home directory")?.join("ggml-base.bin");
    anyhow::ensure!(
        path.is_file(),
        "{} is missing; huisheng model pull base",
        path.display()
    );
    Ok(path)
}

/// Decodes every k-th recording of the gold file.
fn read(options: &Options) -> anyhow::Result<Vec<Spoken>> {
    let decoder = Decoder::new(exe());
    let folder = options.gold.parent().unwrap_or(Path::new("."));
    let gold = fs::read_to_string(&options.gold).with_context(|| options.gold.display().to_string())?;
    let lines: Vec<(&str, &str)> = gold.lines().filter_map(|line| line.split_once('\t')).collect();
    let step = lines.len().div_ceil(options.limit.max(1)).max(1);
    let decode = |(file, text): &(&str, &str)| -> anyhow::Result<Spoken> {
        Ok(Spoken {
            channels: decoder.decode(&folder.join(file))?.channels,
            text: (*text).to_owned(),
        })
    };
    lines.iter().step_by(step).map(decode).collect()
}

/// Puts silence into the quietest moment of every ten seconds, in all channels at the same time.
fn with_silence(spoken: &Spoken) -> Spoken {
    let length = spoken.channels.iter().map(Vec::len).min().unwrap_or(0);
    let loudness = |at: usize| -> u64 {
        let moments = spoken
            .channels
            .iter()
            .filter_map(|channel| channel.get(at..at + MOMENT));
        moments.flatten().map(|sample| u64::from(sample.unsigned_abs())).sum()
    };
    let cuts: Vec<usize> = (0..length)
        .step_by(EVERY_S * RATE as usize)
        .filter_map(|start| {
            let end = (start + EVERY_S * RATE as usize).min(length);
            let moments = (start..end.saturating_sub(MOMENT)).step_by(MOMENT / 2);
            Some(moments.min_by_key(|at| loudness(*at))? + MOMENT / 2)
        })
        .collect();
    // The silence of a recording is 1.5 times as long as the recording, also where that is short.
    let gap = length * SILENCE_S / EVERY_S / cuts.len().max(1);
    let stretch = |channel: &Vec<i16>| {
        let mut stretched = Vec::with_capacity(channel.len() + gap * cuts.len());
        let mut done = 0;
        for &cut in &cuts {
            stretched.extend_from_slice(&channel[done..cut]);
            stretched.resize(stretched.len() + gap, 0);
            done = cut;
        }
        stretched.extend_from_slice(&channel[done..]);
        stretched
    };
    Spoken {
        channels: spoken.channels.iter().map(stretch).collect(),
        text: spoken.text.clone(),
    }
}

/// Hears each recording in turn with the loop, with one hearing and with two, and prints the figures of all.
fn measure(name: &str, set: &[Spoken], model: &Path, threads: usize, gazetteer: &Gazetteer) -> anyhow::Result<()> {
    whisper_rs::install_logging_hooks();
    let context = WhisperContext::new_with_params(model, WhisperContextParameters::default())?;
    let settings = Settings {
        threads,
        beam: 1,
        fallbacks: 2,
        ..Settings::default()
    };
    let mut engine = Engine::whisper(exe(), model, settings);
    engine.warm_up()?;
    let twice = Desk::new(gazetteer);
    let once = Desk {
        second_hearing: false,
        ..twice.clone()
    };
    let (mut plain, mut first, mut both) = (Figures::default(), Figures::default(), Figures::default());
    let mut audio = 0;
    for spoken in set {
        let start = Instant::now();
        let heard = whole_channels(&context, &spoken.channels, threads)?;
        plain.add(start.elapsed(), &spoken.text, &heard);
        for (desk, figures) in [(&once, &mut first), (&twice, &mut both)] {
            let start = Instant::now();
            let heard = transcript::transcribe(&mut engine, &spoken.channels, desk)?;
            figures.add(start.elapsed(), &spoken.text, &heard.text());
        }
        audio += spoken.channels.first().map_or(0, Vec::len);
    }
    // A fast engine that hears nothing must not win.
    anyhow::ensure!(first.cer.rate() < 0.9, "nothing was heard");
    println!(
        "{name:<12} {:>9.1} {:>9.1} {:>9.1} {:>7.2} {:>9.1}% {:>9.1}% {:>11.1} {:>9.1}%",
        audio as f64 / f64::from(RATE),
        plain.time.as_secs_f64(),
        first.time.as_secs_f64(),
        first.time.as_secs_f64() / plain.time.as_secs_f64().max(1e-9),
        100.0 * plain.cer.rate(),
        100.0 * first.cer.rate(),
        (both.time.as_secs_f64() - first.time.as_secs_f64()).max(0.0),
        100.0 * both.cer.rate(),
    );
    Ok(())
}

/// Hears each channel whole, as a program of a few lines would, and returns what was said in order of time.
fn whole_channels(context: &WhisperContext, channels: &[Vec<i16>], threads: usize) -> anyhow::Result<String> {
    let mut heard = Vec::new();
    for channel in channels {
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        params.set_n_threads(i32::try_from(threads)?);
        params.set_language(Some("zh"));
        params.set_no_context(true);
        params.set_suppress_nst(true);
        params.set_temperature_inc(TEMPERATURE_STEP);
        params.set_initial_prompt(PROMPT);
        params.set_print_special(false);
        params.set_print_progress(false);
        params.set_print_realtime(false);
        params.set_print_timestamps(false);
        let samples: Vec<f32> = channel.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        let mut state = context.create_state()?;
        state.full(params, &samples)?;
        for segment in state.as_iter() {
            heard.push((segment.start_timestamp(), segment.to_str_lossy()?.into_owned()));
        }
    }
    heard.sort_by_key(|(start, _)| *start);
    Ok(heard.into_iter().map(|(_, text)| text).collect())
}

fn exe() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_huisheng"))
}
