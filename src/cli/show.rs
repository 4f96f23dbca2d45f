//! A call in, everything that is known about it out.

use anyhow::Context as _;
use clap::Args;
use jiff::tz::TimeZone;

use super::Outcome;
use super::output;
use crate::app::App;
use crate::call::Call;
use crate::call::CallId;
use crate::elements::Address;
use crate::elements::Elements;
use crate::elements::Item;
use crate::elements::Place;
use crate::store::derived::Analysis;
use crate::tags::Tags;
use crate::tags::disagreement::disagreements;
use crate::transcript::Segment;
use crate::transcript::Transcript;
use crate::views::load;
use crate::views::transcript::speaker;

/// Show a call: record, transcript, elements, tags, links, clusters
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The call
    id: CallId,
    /// One line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Show, app: App) -> anyhow::Result<Outcome> {
    let store = app.store().await?;
    let missing = || format!("no call has the id {}", command.id);
    if command.json {
        let shown = load::show(&store, &command.id).await?.with_context(missing)?;
        output::json_line(&shown.view)?;
        return Ok(Outcome::Done);
    }
    let call = store.call(&command.id).await?.with_context(missing)?.call;
    let zone = app.zone()?;
    print_record(&call, &zone)?;
    if let Some(made) = store.transcript(&call.id).await? {
        print_transcript(&made.value)?;
    }
    if let Some(made) = store.analysis(&call.id).await? {
        print_elements(&made.value.elements)?;
        print_tags(&made.value.tags)?;
        let Analysis { elements, tags } = &made.value;
        for one in disagreements(call.category.as_deref(), elements, tags) {
            let side = |words: Option<String>| words.unwrap_or_else(|| "没有提到".to_owned());
            let (recorded, heard) = (side(one.recorded), side(one.heard));
            output::line(&format!(
                "不一致  {}  登记 {recorded}  录音 {heard}",
                one.subject.name()
            ))?;
        }
    }
    for cluster in store.clusters_of(&call.id).await? {
        super::clusters::print(&cluster, &zone)?;
    }
    match store.links_of(&call.id).await?.len() {
        0 => {}
        n => output::line(&format!("关联  {n} 条，huisheng links {} 查看依据", call.id))?,
    }
    Ok(Outcome::Done)
}

fn print_record(call: &Call, zone: &TimeZone) -> anyhow::Result<()> {
    let at = call
        .received_at
        .to_zoned_datetime(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string();
    let assumed = if call.received_assumed { "（推定）" } else { "" };
    output::line(&format!("警情  {}  {at}{assumed}", call.id))?;
    let fields = [
        ("单位", call.unit_code.as_ref().map(|unit| unit.as_str())),
        ("电话", call.caller_no.as_deref()),
        ("报警人", call.caller_name.as_deref()),
        ("地址", call.address.as_deref()),
        ("类别", call.category.as_deref()),
        ("内容", call.content.as_deref()),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            output::line(&format!("{name}  {value}"))?;
        }
    }
    for feedback in &call.feedback {
        output::line(&format!(
            "反馈  {} {}",
            feedback.result.as_deref().unwrap_or(""),
            feedback.text
        ))?;
    }
    Ok(())
}

/// Prints the turns, the best layer of each, with what was heard beside what was put right.
pub(super) fn print_transcript(transcript: &Transcript) -> anyhow::Result<()> {
    output::line(&format!(
        "录音  {}  {} {}",
        output::clock(transcript.duration_ms),
        transcript.engine,
        transcript.model
    ))?;
    transcript.segments.iter().try_for_each(print_segment)
}

fn print_segment(segment: &Segment) -> anyhow::Result<()> {
    let who = speaker(segment.speaker);
    let heard = match &segment.corrected {
        Some(_) => format!("  （听写：{}）", segment.text),
        None => String::new(),
    };
    let doubt = if segment.flags.is_empty() { "" } else { "  ？存疑" };
    output::line(&format!(
        "  {:>5}  {who}  {}{heard}{doubt}",
        output::clock(segment.span.start_ms),
        segment.best()
    ))
}

/// Prints the elements, a line a kind.
pub(super) fn print_elements(elements: &Elements) -> anyhow::Result<()> {
    let places: Vec<String> = elements.places.iter().map(place).collect();
    let persons: Vec<String> = elements.persons.iter().map(|item| item.text.clone()).collect();
    let sentence = |item: &Option<Item<String>>| item.iter().map(|item| item.text.clone()).collect::<Vec<_>>();
    let rows = [
        ("时间", texts(&elements.times)),
        ("地点", places),
        ("人物", persons),
        ("电话", values(&elements.phones)),
        ("车牌", values(&elements.plates)),
        ("证件", values(&elements.ids)),
        ("金额", texts(&elements.amounts)),
        ("凶器", values(&elements.weapons)),
        ("伤情", values(&elements.injuries)),
        ("起因", sentence(&elements.cause)),
        ("经过", sentence(&elements.course)),
        ("结果", sentence(&elements.outcome)),
    ];
    let rows = rows.into_iter().filter(|(_, items)| !items.is_empty());
    rows.into_iter()
        .try_for_each(|(name, items)| output::line(&format!("{name}  {}", items.join("；"))))
}

fn texts<T>(items: &[Item<T>]) -> Vec<String> {
    items.iter().map(|item| item.text.clone()).collect()
}

fn values(items: &[Item<String>]) -> Vec<String> {
    items.iter().map(|item| item.value.clone()).collect()
}

fn place(item: &Item<Place>) -> String {
    let levels = address(&item.value.address);
    let name = item.value.name.as_deref().unwrap_or("");
    let sure = if item.confidence < 0.995 {
        format!(" {:.0} %", item.confidence * 100.0)
    } else {
        String::new()
    };
    let levels = if levels.starts_with(name) {
        levels
    } else {
        format!("{name} {levels}")
    };
    format!("{}（{}{sure}）", levels.trim(), item.text)
}

/// Writes an address from its coarsest level to its finest.
fn address(address: &Address) -> String {
    let with = |value: &Option<String>, suffix: &str| value.as_ref().map(|value| format!("{value}{suffix}"));
    let post = address
        .kilometre_post_m
        .map(|metres| format!("K{}+{}", metres / 1_000, metres % 1_000));
    let levels = [
        address.area.clone(),
        address.road.clone(),
        with(&address.road_no, "号"),
        address.crossing.as_ref().map(|road| format!("与{road}交叉口")),
        post,
        address.village.clone(),
        address.estate.clone(),
        with(&address.building, "号楼"),
        with(&address.unit, "单元"),
        with(&address.floor, "层"),
        with(&address.room, "室"),
        address.relation.clone(),
    ];
    levels.into_iter().flatten().collect()
}

/// Prints category, labels and urgency with the words that caused them.
pub(super) fn print_tags(tags: &Tags) -> anyhow::Result<()> {
    let reasons = |words: &[String]| words.join("、");
    match &tags.category {
        Some(best) => output::line(&format!(
            "类别  {} {}  {}  （{}）",
            best.code,
            best.name,
            output::percent(best.confidence.into()),
            reasons(&best.reasons)
        ))?,
        None => {
            let guesses: Vec<String> = tags
                .top
                .iter()
                .map(|guess| format!("{} {}", guess.code, guess.name))
                .collect();
            output::line(&format!("类别  不能确定；可能：{}", guesses.join("、")))?;
        }
    }
    let labels: Vec<String> = tags
        .labels
        .iter()
        .map(|label| format!("{}（{}）", label.name, reasons(&label.reasons)))
        .collect();
    if !labels.is_empty() {
        output::line(&format!("标签  {}", labels.join("；")))?;
    }
    output::line(&format!(
        "等级  {}  （{}）",
        tags.urgency.level,
        reasons(&tags.urgency.reasons)
    ))
}
