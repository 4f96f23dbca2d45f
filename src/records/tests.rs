//! What people's files look like, and what must come out.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::call::Feedback;
use crate::call::Speaker;
use crate::call::Turn;
use crate::call::UnitCode;

fn reading() -> Reading {
    Reading {
        path: PathBuf::from("records.jsonl"),
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
        now: "2026-11-25T00:00:00Z".parse().unwrap(),
    }
}

fn calls(parsed: Parsed) -> Vec<Call> {
    assert_eq!(parsed.bad, []);
    let other = CallId::parse("other").unwrap();
    parsed
        .records
        .into_iter()
        .map(|record| record.into_call(&other))
        .collect()
}

fn call_of(line: &str) -> Call {
    calls(parse_jsonl(line.as_bytes(), &reading())).remove(0)
}

/// Returns line number and reason of the bad lines.
fn reasons(parsed: &Parsed) -> Vec<(usize, &str)> {
    parsed.bad.iter().map(|bad| (bad.line, bad.reason.as_str())).collect()
}

const TABLE: &str = "接警单编号,报警时间,报警电话,管辖单位(代码),警情地址,警情类别,报警内容,补充接警内容,备注\n\
    JJ1,2026-03-01 16:28:44,13800001234,450101030000,枫丹白露21号楼,080201,楼上噪音,再次来电,夜班\n";

#[test]
fn a_record_of_the_documented_form_is_read_whole() {
    let call = call_of(
        r#"{"id":"JJ20260301000012","received_at":"2026-03-01T16:28:44+08:00","channel":"phone","caller_no":"13800001234","unit_code":"450101030000","operator":"036","category":"080201","content":"报警人称楼上噪音","audio":"rec/12.wav","transcript":[{"speaker":"dispatcher","text":"您好","start_ms":0,"end_ms":1400},{"speaker":"caller","text":"楼上"}],"feedback":[{"id":"FK1","at":"2026-03-01 17:10","result":"调解达成","text":"已劝离","民警":"张"}],"colour":"blue"}"#,
    );
    assert_eq!(call.id.as_str(), "JJ20260301000012");
    assert_eq!(call.received_at.to_string(), "2026-03-01T08:28:44Z");
    assert!(!call.received_assumed);
    assert_eq!(call.operator.as_deref(), Some("036"));
    assert_eq!(call.transcript[0].speaker, Speaker::Dispatcher);
    assert_eq!(call.transcript[1].start_ms, None);
    assert_eq!(call.feedback[0].at.unwrap().to_string(), "2026-03-01T09:10:00Z");
    assert_eq!(call.extra["colour"], json!("blue"));
    assert_eq!(call.extra["feedback[0].民警"], json!("张"));
}

#[test]
fn a_quotation_mark_that_is_never_closed_costs_its_own_line_and_no_other() {
    let unclosed = "a cell begins with a quotation mark and none ends it; close it, or double it where it is meant";
    for (table, ids, bad) in [
        ("id,content\n1,\"a\n2,b\n3,c\n", vec!["2", "3"], vec![2]),
        ("id,content\r\n1,\"a\r\n\r\n2,\"b\r\n3,c", vec!["3"], vec![2, 4]),
        // A second stray mark does not close the first one.
        ("id,content\n1,\"a\n2,b\n3,\"c\" d\n4,e\n", vec!["2", "3", "4"], vec![2]),
        ("id,content\n\"1,a\n2,b\n", vec!["2"], vec![2]),
        // These are as they should be.
        (
            "id,content\n1,\"a\nb\"\n2,\"say \"\"x\"\"\n,\"\n3,12\" pipe\n",
            vec!["1", "2", "3"],
            vec![],
        ),
        ("id\tcontent\n1\t\"a\n,b\"\n2\tc\n", vec!["1", "2"], vec![]),
    ] {
        let parsed = parse_csv(table.as_bytes(), &reading());
        let wanted: Vec<_> = bad.iter().map(|line| (*line, unclosed)).collect();
        assert_eq!(reasons(&parsed), wanted, "{table}");
        let found: Vec<_> = parsed
            .records
            .iter()
            .map(|record| record.id.as_ref().unwrap().as_str())
            .collect();
        assert_eq!(found, ids, "{table}");
    }
    let headless = parse_csv(b"id,\"content\n1,a\n2,b\n", &reading());
    assert_eq!(
        reasons(&headless),
        [(1, "a quotation mark in the header is not closed")]
    );
}

#[test]
fn chinese_headers_and_codes_mean_the_same_fields() {
    let named = calls(parse_csv(TABLE.as_bytes(), &reading()));
    let codes = TABLE.replace(
        "接警单编号,报警时间,报警电话,管辖单位(代码),警情地址,警情类别,报警内容,补充接警内容",
        "JJDBH,BJSJ,BJDH,gxdwdm,JQDZ,JQZLDM,BJNR,BCJJNR",
    );
    assert_eq!(named, calls(parse_csv(codes.as_bytes(), &reading())));
    assert_eq!(named[0].content.as_deref(), Some("楼上噪音\n再次来电"));
    assert_eq!(named[0].unit_code, Some(UnitCode::parse("450101030000").unwrap()));
    assert_eq!(named[0].extra["备注"], json!("夜班"));
}

#[test]
fn gbk_and_byte_order_marks_make_no_difference() {
    let expected = calls(parse_csv(TABLE.as_bytes(), &reading()));
    let (gbk, _, _) = encoding_rs::GBK.encode(TABLE);
    let marked = [b"\xef\xbb\xbf", TABLE.as_bytes()].concat();
    let utf16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(TABLE.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    for bytes in [gbk.as_ref(), &marked, &utf16, TABLE.replace('\n', "\r\n").as_bytes()] {
        assert_eq!(calls(parse_csv(bytes, &reading())), expected);
    }
}

#[test]
fn semicolons_and_tabs_separate_too() {
    let expected = calls(parse_csv(TABLE.as_bytes(), &reading()));
    for separator in [";", "\t"] {
        let table = TABLE.replace(',', separator);
        assert_eq!(calls(parse_csv(table.as_bytes(), &reading())), expected);
    }
}

#[test]
fn one_broken_character_spoils_only_its_own_line() {
    let mut bytes = "{\"id\":\"1\",\"content\":\"楼上\"}\n{\"id\":\"2\",\"content\":\""
        .as_bytes()
        .to_vec();
    bytes.extend(b"\xe6\xa5\"}\n");
    bytes.extend("{\"id\":\"3\",\"content\":\"楼下\"}\n".as_bytes());
    let parsed = parse_jsonl(&bytes, &reading());
    assert_eq!(parsed.records.len(), 2);
    assert_eq!(parsed.bad[0].line, 2);
}

#[test]
fn times_are_read_in_the_forms_that_chinese_systems_write() {
    for text in [
        "2026-03-01T16:28:00+08:00",
        "2026-03-01 08:28:00Z",
        "2026-03-01 16:28:00",
        "2026-03-01T16:28",
        "2026/3/1 16:28",
        "2026年3月1日16时28分",
        "2026年03月01日 16:28:00",
        "2026.3.1 16:28:00.500",
        "20260301162800",
        "20260301 162800",
    ] {
        let call = call_of(&json!({"id": "1", "received_at": text}).to_string());
        assert_eq!(call.received_at.to_string(), "2026-03-01T08:28:00Z", "{text}");
    }
}

#[test]
fn a_record_without_a_time_says_so() {
    let call = call_of(r#"{"id":"1"}"#);
    assert!(call.received_assumed);
    assert_eq!(call.received_at, reading().now);
}

#[test]
fn a_record_with_only_audio_takes_the_id_it_is_given() {
    let parsed = parse_jsonl(br#"{"audio":"rec/1.wav"}"#, &reading());
    assert_eq!(parsed.records[0].id, None);
    assert_eq!(parsed.records[0].audio(), Some("rec/1.wav"));
    assert_eq!(calls(parsed)[0].id.as_str(), "other");
}

#[test]
fn every_bad_line_names_its_number_its_field_and_the_way_out() {
    for (line, expected) in [
        ("{", "not one JSON object"),
        ("[1]", "not one JSON object"),
        (r#"{"content":"x"}"#, "neither `id`"),
        (r#"{"id":"a b"}"#, "`id`: `a b` is not a usable identifier"),
        (r#"{"id":"../etc"}"#, "`id`"),
        (r#"{"id":"2.02603E+15"}"#, "shortened by a spreadsheet"),
        (r#"{"id":202603010000000000000001}"#, "shortened by a spreadsheet"),
        (
            r#"{"id":"1","received_at":"yesterday"}"#,
            "`received_at`: `yesterday` is not a time",
        ),
        (r#"{"id":"1","received_at":"2026-13-01 10:00"}"#, "`received_at`"),
        (r#"{"id":"1","received_at":"2026-03-01"}"#, "`received_at`"),
        (r#"{"id":"1","lat":"91"}"#, "`lat`"),
        (r#"{"id":"1","lon":"NaN"}"#, "`lon`"),
        (r#"{"id":"1","level":"5"}"#, "`level`"),
        (r#"{"id":"1","link_type":"9"}"#, "`link_type`"),
        (r#"{"id":"1","content":{"a":1}}"#, "`content`"),
        (r#"{"id":"1","transcript":[{"speaker":"caller"}]}"#, "`transcript[0]`"),
        (r#"{"id":"1","feedback":[{"text":"x"}]}"#, "`feedback[0]`"),
    ] {
        let file = format!("\n{{\"id\":\"good\"}}\n{line}\n");
        let parsed = parse_jsonl(file.as_bytes(), &reading());
        assert_eq!(parsed.records.len(), 1, "{line}");
        let [(number, reason)] = reasons(&parsed)[..] else {
            panic!("{line}: {:?}", parsed.bad);
        };
        assert_eq!(number, 3, "{line}");
        assert!(reason.contains(expected), "{line}: {reason}");
        assert_eq!(parsed.bad[0].text, line);
    }
}

#[test]
fn bad_rows_of_a_table_are_counted_from_the_top_of_the_file() {
    let table = "\nid,content\n1,\"two\nlines\"\n\n2,a,b\n3,c\n";
    let parsed = parse_csv(table.as_bytes(), &reading());
    let lines: Vec<usize> = parsed.records.iter().map(|record| record.line).collect();
    assert_eq!(lines, [3, 7]);
    assert_eq!(reasons(&parsed)[0].0, 6);
    assert_eq!(parsed.bad[0].text, "2,a,b");
}

#[test]
fn a_table_that_names_neither_id_nor_audio_is_one_bad_line() {
    let parsed = parse_csv(b"who,what\na,b\n", &reading());
    assert_eq!((parsed.records.len(), parsed.bad.len()), (0, 1));
    assert_eq!(parsed.bad[0].line, 1);
}

#[test]
fn the_finest_category_counts_and_the_others_are_kept() {
    let call = calls(parse_csv(b"JJDBH,JQLBDM,JQLXDM,JQXLDM\n1,08,0802,080201\n", &reading())).remove(0);
    assert_eq!(call.category.as_deref(), Some("080201"));
    assert_eq!(call.extra["category_2"], json!("0802"));
}

#[test]
fn numbers_that_a_spreadsheet_guarded_come_back_bare() {
    let call = calls(parse_csv(
        b"id,caller_no\n'450101,\"=\"\"13800001234\"\"\"\n",
        &reading(),
    ))
    .remove(0);
    assert_eq!(call.id.as_str(), "450101");
    assert_eq!(call.caller_no.as_deref(), Some("13800001234"));
}

fn words() -> impl Strategy<Value = String> {
    "[一-龥a-z0-9,\"'\\\\/楼=@+-]{1,12}".prop_map(|text| format!("报{text}警"))
}

prop_compose! {
    fn any_call()(
        id in "[A-Za-z0-9一-龥]{1,30}",
        second in 0_i64..4_000_000_000,
        assumed: bool,
        texts in proptest::collection::vec(proptest::option::of(words()), 6),
        // Six decimals are 0.1 m; the JSON reader rounds the sixteenth digit.
        lat in proptest::option::of((-90_000_000_i32..90_000_000).prop_map(|micro| f64::from(micro) / 1e6)),
        level in proptest::option::of(1_u8..5),
        labels in proptest::collection::vec("[一-龥]{1,4}", 0..3),
        turns in proptest::collection::vec((words(), proptest::option::of(0_u64..100_000)), 0..3),
        feedback in proptest::collection::vec((words(), proptest::option::of(words())), 0..3),
        extra in proptest::collection::btree_map("x[a-z]{1,5}", words(), 0..3),
    ) -> Call {
        let mut call = Call::new(CallId::parse(&id).unwrap(), Timestamp::from_second(second).unwrap());
        call.received_assumed = assumed;
        let mut texts = texts.into_iter();
        for field in [&mut call.channel, &mut call.caller_no, &mut call.caller_name, &mut call.address,
            &mut call.content, &mut call.audio] {
            *field = texts.next().unwrap();
        }
        call.lat = lat;
        call.level = level;
        call.labels = labels;
        let turn = |(text, start_ms)| Turn { speaker: Speaker::Caller, text, start_ms, end_ms: None };
        call.transcript = turns.into_iter().map(turn).collect();
        let sheet = |(id, result)| Feedback { id, at: None, unit_code: None, category: None, result, text: String::new() };
        call.feedback = feedback.into_iter().map(sheet).collect();
        call.extra = extra.into_iter().map(|(name, text)| (name, json!(text))).collect();
        call
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_exported_is_imported_again(call in any_call()) {
        prop_assert_eq!(call_of(&to_jsonl(&call)), call);
    }

    #[test]
    fn no_bytes_stop_the_reading(bytes in proptest::collection::vec(any::<u8>(), 0..300), table: bool) {
        let file = if table { [b"id,content,lat\n".as_slice(), &bytes].concat() } else { bytes };
        let lines = file.split(|byte| *byte == b'\n').count();
        for parsed in [parse_jsonl(&file, &reading()), parse_csv(&file, &reading())] {
            let numbers = parsed.records.iter().map(|record| record.line).chain(parsed.bad.iter().map(|bad| bad.line));
            prop_assert!(numbers.into_iter().all(|line| line >= 1 && line <= lines.max(1) * 2));
        }
    }

    #[test]
    fn every_line_is_either_a_record_or_bad(ids in proptest::collection::vec("[a-z{ ]{1,4}", 1..20)) {
        let file: String = ids.iter().map(|id| format!("{{\"id\":\"{id}\"}}\n")).collect();
        let parsed = parse_jsonl(file.as_bytes(), &reading());
        prop_assert_eq!(parsed.records.len() + parsed.bad.len(), ids.len());
    }
}
