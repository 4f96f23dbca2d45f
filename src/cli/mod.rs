//! One file per command, its arguments and its help. The only place naming clap.

#![expect(
    clippy::print_stderr,
    reason = "errors and summaries go to standard error, here and nowhere else"
)]

mod alerts;

mod analyze;

mod call_error;

mod check;

mod clusters;

mod demo;

mod eval;

mod export;

mod gazetteer;

mod import;

mod labelled;

mod links;

mod model;

mod output;

mod rebuild;

mod review;

mod search;

mod serve;

mod show;

mod tag_figures;

mod tags;

mod terms;

mod transcribe;

mod work;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

use crate::app::App;
use crate::config;
use crate::speech;
use crate::telemetry;

/// Turns emergency-call audio into searchable text and repeat incidents, on one machine, without internet.
///
/// Exit codes: 0 done, 1 failed, 2 wrong use, 3 done but some items were parked or wait for a retry.
#[derive(Debug, Parser)]
#[command(name = "huisheng", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: Global,

    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
struct Global {
    /// Folder that holds everything huisheng keeps
    #[arg(
        long,
        global = true,
        env = "HUISHENG_DATA",
        default_value = "./huisheng-data",
        value_name = "DIR"
    )]
    data: PathBuf,

    /// Settings file [default: huisheng.toml where it exists]
    #[arg(long, global = true, env = "HUISHENG_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    /// Show what is being done; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,

    /// Language of messages [default: from the locale, else zh]
    #[arg(long, global = true, value_enum, value_name = "LANG")]
    lang: Option<Language>,
}

/// A language that answers for people are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Import(import::Import),
    Work(work::Work),
    Serve(serve::Serve),
    Transcribe(transcribe::Transcribe),
    Analyze(analyze::Analyze),
    Terms(terms::Terms),
    Search(search::Search),
    Show(show::Show),
    Clusters(clusters::Clusters),
    Links(links::Links),
    Alerts(alerts::Alerts),
    Review(review::Review),
    Export(export::Export),
    Model(model::Model),
    Gazetteer(gazetteer::Gazetteer),
    Tags(tags::Tags),
    Eval(eval::Eval),
    Rebuild(rebuild::Rebuild),
    Check(check::Check),
    #[command(hide = true)]
    Child(Child),
}

/// Runs as a child process of another huisheng, speaking frames on standard input and output
#[derive(Debug, Args)]
struct Child {
    /// What to do: decode, speech or ffmpeg
    kind: String,

    /// What to take a file without a header for, or a container that ffmpeg knows
    argument: Option<String>,
}

/// How a command ended, when it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Everything was done.
    Done,
    /// Done, but something was parked or waits for a retry.
    Parked,
}

/// Runs the command that the arguments name and returns the exit code.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    if let Command::Child(child) = &cli.command {
        return speech::child::run(&child.kind, child.argument.as_deref());
    }
    telemetry::start(cli.global.verbose);
    match dispatch(cli) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Parked) => ExitCode::from(3),
        Err(error) => call_error::report(&error),
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<Outcome> {
    let settings = config::load(cli.global.config.as_deref())?;
    let app = App::new(cli.global.data.clone(), settings);
    let language = cli.global.lang.unwrap_or_else(output::language_of_the_locale);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(async {
        match cli.command {
            Command::Demo(command) => demo::run(command, app, language).await,
            Command::Import(command) => import::run(command, app).await,
            Command::Work(command) => work::run(command, app).await,
            Command::Serve(command) => serve::run(command, app).await,
            Command::Transcribe(command) => transcribe::run(command, app).await,
            Command::Analyze(command) => analyze::run(command, app).await,
            Command::Terms(command) => terms::run(command, app).await,
            Command::Search(command) => search::run(command, app).await,
            Command::Show(command) => show::run(command, app).await,
            Command::Clusters(command) => clusters::run(command, app).await,
            Command::Links(command) => links::run(command, app).await,
            Command::Alerts(command) => alerts::run(command, app).await,
            Command::Review(command) => review::run(command, app).await,
            Command::Export(command) => export::run(command, app).await,
            Command::Model(command) => model::run(command, app),
            Command::Gazetteer(command) => gazetteer::run(command, app).await,
            Command::Tags(command) => tags::run(command, &app),
            Command::Eval(command) => eval::run(command, app).await,
            Command::Rebuild(command) => rebuild::run(command, app).await,
            Command::Check(command) => check::run(command, app).await,
            Command::Child(_) => unreachable!("handled before anything else"),
        }
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    outcome
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
