//! A call as an engine might hear it in, what a person reads out; the engine is a table.

use std::collections::BTreeMap;

use super::*;
use crate::audio::RATE;
use crate::sound::Name;
use crate::sound::NameKind;

/// Answers by the value of the first sample of a span.
#[derive(Default)]
struct Table {
    /// By the value of the samples in a span.
    first: BTreeMap<i16, (&'static str, f32)>,
    /// The same, where the prompt holds the name.
    second: BTreeMap<i16, (&'static str, &'static str, f32)>,
    no_speech: f32,
    prompts: Vec<String>,
    heard: usize,
}

impl Table {
    fn new(lines: &[(i16, &'static str, f32)]) -> Table {
        let first = lines
            .iter()
            .map(|(value, text, logprob)| (*value, (*text, *logprob)))
            .collect();
        Table {
            first,
            ..Table::default()
        }
    }
}

impl Transcriber for Table {
    fn spans(&mut self, samples: &[i16]) -> Result<Vec<Span>, TranscribeError> {
        let mut spans: Vec<Span> = Vec::new();
        let mut at = 0;
        for part in samples.chunk_by(|a, b| a == b) {
            let end = at + part.len();
            if part[0] != 0 {
                spans.push(span(ms(at), ms(end)));
            }
            at = end;
        }
        Ok(spans)
    }

    fn hear(&mut self, samples: &[i16], spans: &[Span], prompt: &str) -> Result<Vec<Heard>, TranscribeError> {
        self.prompts.push(prompt.to_owned());
        self.heard += spans.len();
        let heard = spans.iter().filter_map(|span| {
            let value = samples[(span.start_ms * u64::from(RATE) / 1000) as usize];
            let (text, avg_logprob) = match self.second.get(&value) {
                Some((name, text, logprob)) if prompt.contains(name) => (*text, *logprob),
                _ => *self.first.get(&value)?,
            };
            Some(Heard {
                span: *span,
                text: text.to_owned(),
                avg_logprob,
                no_speech: self.no_speech,
                words: words(text, *span),
            })
        });
        Ok(heard.collect())
    }

    fn names(&self) -> (String, String) {
        ("table".to_owned(), "none".to_owned())
    }
}

/// One word for each character, all with the time of the whole.
fn words(text: &str, span: Span) -> Vec<Word> {
    let word = |character: char| Word {
        text: character.to_string(),
        span,
        confidence: 0.5,
    };
    text.chars().map(word).collect()
}

fn ms(samples: usize) -> u64 {
    samples as u64 * 1000 / u64::from(RATE)
}

fn span(start_ms: u64, end_ms: u64) -> Span {
    Span { start_ms, end_ms }
}

/// A channel of seconds: each second holds one value, 0 is silence.
fn channel(seconds: &[i16]) -> Vec<i16> {
    seconds
        .iter()
        .flat_map(|value| std::iter::repeat_n(*value, RATE as usize))
        .collect()
}

fn once(engine: &mut Table, channels: &[Vec<i16>], layout: Layout) -> Transcript {
    let gazetteer = Gazetteer::new(Vec::new());
    let desk = Desk {
        layout,
        second_hearing: false,
        ..Desk::new(&gazetteer)
    };
    transcribe(engine, channels, &desk).unwrap()
}

/// The transcript of one second of sound that is heard as `text`.
fn heard_as(text: &'static str, logprob: f32, no_speech: f32) -> Segment {
    let mut engine = Table {
        no_speech,
        ..Table::new(&[(1, text, logprob)])
    };
    let transcript = once(&mut engine, &[channel(&[1, 1, 1])], Layout::Mono);
    transcript.segments[0].clone()
}

#[test]
fn two_channels_are_interleaved_by_time_and_named_by_the_layout() {
    let lines = [(10, "您好", -0.1), (20, "我要报警", -0.1), (30, "什么事", -0.1)];
    let channels = [channel(&[10, 0, 30, 0]), channel(&[0, 20, 0, 0])];
    for (layout, speakers) in [
        (
            Layout::LeftDispatcher,
            [Speaker::Dispatcher, Speaker::Caller, Speaker::Dispatcher],
        ),
        (
            Layout::RightDispatcher,
            [Speaker::Caller, Speaker::Dispatcher, Speaker::Caller],
        ),
    ] {
        let transcript = once(&mut Table::new(&lines), &channels, layout);
        let got: Vec<(Speaker, &str, usize)> = transcript
            .segments
            .iter()
            .map(|segment| (segment.speaker, segment.text.as_str(), segment.channel))
            .collect();
        let wanted = [
            (speakers[0], "您好", 0),
            (speakers[1], "我要报警", 1),
            (speakers[2], "什么事", 0),
        ];
        assert_eq!(got, wanted);
        assert_eq!(transcript.text(), "您好\n我要报警\n什么事");
        assert_eq!(transcript.duration_ms, 4_000);
        assert_eq!(
            transcript.speech,
            [vec![span(0, 1_000), span(2_000, 3_000)], vec![span(1_000, 2_000)]]
        );
    }
}

#[test]
fn the_channel_that_speaks_the_desks_phrases_is_the_dispatchers_whatever_the_layout_says() {
    let lines = [(10, "我家楼上天天吵", -0.1), (20, "您好,110,请讲,请保持电话畅通", -0.1)];
    let channels = [channel(&[0, 10]), channel(&[20, 0])];
    let transcript = once(&mut Table::new(&lines), &channels, Layout::LeftDispatcher);
    assert_eq!(transcript.segments[0].speaker, Speaker::Dispatcher);
    assert_eq!(transcript.segments[1].speaker, Speaker::Caller);
}

#[test]
fn in_one_channel_only_the_desks_phrases_tell_who_speaks() {
    let lines = [
        (10, "您好,110,请讲。", -0.1),
        (20, "我钱包丢了", -0.1),
        (30, "好的,请保持电话畅通。", -0.1),
    ];
    let transcript = once(
        &mut Table::new(&lines),
        &[channel(&[10, 0, 20, 0, 30])],
        Layout::LeftDispatcher,
    );
    let speakers: Vec<Speaker> = transcript.segments.iter().map(|segment| segment.speaker).collect();
    assert_eq!(speakers, [Speaker::Dispatcher, Speaker::Unknown, Speaker::Dispatcher]);
}

#[test]
fn a_mono_recording_saved_as_stereo_is_heard_once() {
    let one = channel(&[10, 0]);
    let mut engine = Table::new(&[(10, "110请讲,我家厨房着火了,快来人", -0.1)]);
    let transcript = once(&mut engine, &[one.clone(), one], Layout::LeftDispatcher);
    assert_eq!(
        (engine.heard, transcript.segments.len(), transcript.speech.len()),
        (1, 1, 1)
    );
    assert_eq!(transcript.segments[0].speaker, Speaker::Unknown);
}

#[test]
fn the_faint_echo_of_the_other_channel_is_not_heard() {
    let lines = [(5_000, "我要报警", -0.1), (20, "我要报警", -0.3)];
    let mut engine = Table::new(&lines);
    let transcript = once(
        &mut engine,
        &[channel(&[20, 0]), channel(&[5_000, 0])],
        Layout::LeftDispatcher,
    );
    assert_eq!(transcript.text(), "我要报警");
    assert_eq!(transcript.segments[0].speaker, Speaker::Caller);
}

#[test]
fn silence_never_reaches_the_engine() {
    for channels in [
        vec![],
        vec![vec![]],
        vec![channel(&[0, 0])],
        vec![channel(&[0]), channel(&[0])],
    ] {
        let mut engine = Table::new(&[(0, "谢谢观看", -0.1)]);
        let transcript = once(&mut engine, &channels, Layout::LeftDispatcher);
        assert_eq!((transcript.segments.len(), engine.heard), (0, 0));
    }
}

#[test]
fn text_comes_in_simplified_characters() {
    assert_eq!(
        heard_as("報警人稱電動車後輪鬆脫", -0.1, 0.0).text,
        "报警人称电动车后轮松脱"
    );
}

#[test]
fn each_word_keeps_its_own_confidence_in_simplified_characters() {
    let segment = heard_as(" 報警人稱 ", -0.1, 0.0);
    let words: Vec<&str> = segment.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["报", "警", "人", "称"]);
    assert!(segment.words.iter().all(|word| word.confidence == 0.5));
    let looped = heard_as("啊啊啊啊啊啊啊啊啊啊", -0.1, 0.0);
    assert_eq!(looped.words, [], "they would say more than the text");
}

#[test]
fn repeats_that_no_person_says_are_cut_and_kept_beside() {
    let cases = [
        ("我要报警我要报警我要报警我要报警我要报警", "我要报警我要报警"),
        ("啊啊啊啊啊啊啊啊啊啊", "啊啊"),
        ("在东湖路,东湖路,东湖路,东湖路,东湖路,快来", "在东湖路,东湖路,快来"),
    ];
    for (text, short) in cases {
        let segment = heard_as(text, -0.1, 0.0);
        assert_eq!(
            (segment.best(), segment.flags.as_slice()),
            (short, [Flag::Repeats].as_slice())
        );
        assert_eq!(segment.alternative.as_deref(), Some(text));
    }
    for said in [
        "快快快快,着火了",
        "对对对对对",
        "喂喂喂",
        "13800000000",
        "救命啊救命啊救命啊",
    ] {
        let segment = heard_as(said, -0.1, 0.0);
        assert_eq!((segment.text.as_str(), segment.flags.len()), (said, 0));
    }
}

#[test]
fn phrases_that_engines_invent_go_only_where_the_sound_is_no_evidence() {
    let invented = [
        ("谢谢观看", -2.0, 0.1),
        ("字幕由志愿者", -0.1, 0.9),
        ("感谢您的观看,下期再见", -1.5, 0.7),
    ];
    for (text, logprob, no_speech) in invented {
        let segment = heard_as(text, logprob, no_speech);
        assert!(
            segment.flags.contains(&Flag::Hallucination),
            "{text}: {:?}",
            segment.flags
        );
        assert_eq!((segment.text.as_str(), segment.best()), (text, ""));
    }
    for said in ["谢谢收听", "我在看李宗盛的演唱会,手机让人偷了"] {
        assert_eq!(heard_as(said, -0.1, 0.1).best(), said);
    }
}

#[test]
fn a_window_that_gives_the_prompt_back_is_heard_without_it() {
    let prompt_back = "请问您的位置在哪里?小区几栋几单元几号?派出所民警马上到";
    let mut engine = Table::new(&[(1, prompt_back, -0.1)]);
    let transcript = once(&mut engine, &[channel(&[1, 1, 1])], Layout::Mono);
    assert_eq!(engine.prompts.len(), 2);
    assert_eq!(transcript.segments[0].flags, [Flag::Prompt]);
    assert_eq!(
        transcript.text(),
        "",
        "it comes back even without the prompt, so it was never the sound"
    );
    // One formula alone is what dispatchers say.
    assert_eq!(heard_as("好的,请保持电话畅通。", -0.1, 0.0).flags, []);
    assert_eq!(heard_as("您好,110,请讲。", -0.1, 0.0).flags, []);
}

#[test]
fn where_no_desk_speaks_its_words_are_not_expected() {
    let hear = |lines: &[(i16, &'static str, f32)], plainly: f32| {
        let mut engine = Table::new(lines);
        engine.second.insert(1, ("普通话", "甘肃省地图", plainly));
        let seconds: Vec<i16> = lines.iter().flat_map(|line| [line.0, 0]).collect();
        once(&mut engine, &[channel(&seconds)], Layout::Mono).text()
    };
    let read = [(1, "甘肃省,地点", -0.3)];
    assert_eq!(hear(&read, -0.3), "甘肃省地图");
    assert_eq!(hear(&read, -0.9), "甘肃省,地点", "clearly less likely");
    let call = [(1, "甘肃省,地点", -0.3), (2, "请保持电话畅通", -0.1)];
    assert_eq!(hear(&call, -0.3), "甘肃省,地点\n请保持电话畅通", "a desk speaks");
}

#[test]
fn an_unsure_hearing_is_flagged_and_kept() {
    let segment = heard_as("在红星路", -1.2, 0.0);
    assert_eq!(
        (segment.best(), segment.flags.as_slice()),
        ("在红星路", [Flag::LowConfidence].as_slice())
    );
    assert!((segment.confidence - (-1.2_f32).exp()).abs() < 1e-6);
}

#[test]
fn the_plain_baseline_is_one_hearing_of_the_whole_mix() {
    let mut engine = Table::new(&[(15, "着火了", -0.1)]);
    let transcript = plain(&mut engine, &[channel(&[10, 10]), channel(&[20, 20])]).unwrap();
    assert_eq!(transcript.text(), "着火了");
    assert_eq!(engine.prompts, ["以下是普通话的句子。"]);
    assert_eq!(transcript.segments[0].span, span(0, 2_000));
}

#[test]
fn a_given_transcript_keeps_its_order_and_fills_in_times() {
    let turn = |speaker, text: &str, times: Option<(u64, u64)>| Turn {
        speaker,
        text: text.to_owned(),
        start_ms: times.map(|times| times.0),
        end_ms: times.map(|times| times.1),
    };
    let turns = [
        turn(Speaker::Dispatcher, "您好", Some((100, 900))),
        turn(Speaker::Caller, "着火了", None),
        turn(Speaker::Unknown, "快来", Some((5_000, 4_000))),
    ];
    let transcript = given(&turns);
    let got: Vec<(&str, Span)> = transcript.segments.iter().map(|s| (s.text.as_str(), s.span)).collect();
    assert_eq!(
        got,
        [
            ("您好", span(100, 900)),
            ("着火了", span(900, 900)),
            ("快来", span(5_000, 5_000))
        ]
    );
    assert_eq!(given(&[]).segments, []);
}

/// A table that hears a name right once the prompt holds it, and the desk that knows the name.
fn heard_twice(first: (&'static str, f32), second: (&'static str, f32)) -> (Table, Transcript) {
    let name = "枫丹白露小区";
    let mut engine = Table::new(&[(1, first.0, first.1)]);
    engine.second.insert(1, (name, second.0, second.1));
    let known = Name {
        name: name.to_owned(),
        kind: NameKind::Estate,
        unit_code: None,
        aliases: Vec::new(),
        lat: None,
        lon: None,
    };
    let gazetteer = Gazetteer::new(vec![known]);
    let transcript = transcribe(&mut engine, &[channel(&[1, 1])], &Desk::new(&gazetteer)).unwrap();
    (engine, transcript)
}

#[test]
fn a_name_that_sounds_near_is_heard_when_the_prompt_holds_it_and_the_first_hearing_is_kept() {
    let (engine, transcript) = heard_twice(("我在峰单白路小区", -0.4), ("我在枫丹白露小区", -0.2));
    assert!(engine.prompts.last().unwrap().starts_with("枫丹白露小区。"));
    assert_eq!(transcript.segments[0].best(), "我在枫丹白露小区");
    assert_eq!(transcript.segments[0].alternative.as_deref(), Some("我在峰单白路小区"));
}

#[test]
fn the_second_hearing_expects_the_desks_words_only_where_a_desk_speaks() {
    let (engine, _) = heard_twice(("我在峰单白路小区", -0.4), ("我在枫丹白露小区", -0.2));
    assert_eq!(engine.prompts.last().unwrap(), "枫丹白露小区。以下是普通话的句子。");
    let (engine, _) = heard_twice(("110请讲,我在峰单白路小区", -0.4), ("110请讲,我在枫丹白露小区", -0.2));
    let expected = format!("枫丹白露小区。{}", DESK_PROMPT.trim());
    assert_eq!(engine.prompts.last(), Some(&expected));
}

#[test]
fn a_second_hearing_that_is_worse_a_loop_or_empty_is_not_chosen() {
    for second in [
        ("我在枫丹白露小区", -1.5),
        ("小区小区小区小区小区小区小区", -0.1),
        ("", -0.1),
    ] {
        let (_, transcript) = heard_twice(("我在峰单白路小区", -0.4), second);
        assert_eq!(transcript.segments[0].text, "我在峰单白路小区", "{second:?}");
    }
}

#[test]
fn a_name_that_only_the_prompt_holds_does_not_enter_the_text() {
    let (_, transcript) = heard_twice(("有人偷了我的手机", -0.4), ("枫丹白露小区", -0.1));
    assert_eq!(transcript.text(), "有人偷了我的手机");
}

#[test]
fn a_misheard_name_is_put_right_in_a_layer_of_its_own() {
    let (_, transcript) = heard_twice(("我住枫单白露小区三号楼", -0.4), ("我住枫单白露小区三号楼", -0.4));
    let segment = &transcript.segments[0];
    assert_eq!(segment.text, "我住枫单白露小区三号楼");
    assert_eq!(segment.corrected.as_deref(), Some("我住枫丹白露小区三号楼"));
    assert_eq!(transcript.text(), "我住枫丹白露小区三号楼");
}
