//! What people look for, and the calls they find.

use std::sync::LazyLock;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

/// Invented calls: id, hour of 2026-03-01, unit, category, labels, text, places, numbers.
type Row = (
    &'static str,
    i8,
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
    &'static [&'static str],
);

const CALLS: [Row; 7] = [
    (
        "A1",
        1,
        "450101030000",
        "080201",
        &["涉酒"],
        "楼上半夜一直有噪音,吵得睡不着",
        "枫丹白露小区",
        &["13800001234"],
    ),
    (
        "A2",
        2,
        "450101030000",
        "080201",
        &[],
        "楼上又在放音乐,噪声太大了",
        "枫丹白露小区",
        &[],
    ),
    (
        "A3",
        3,
        "450102000000",
        "020101",
        &["涉刀"],
        "夜市有人打架,手里拿着菜刀",
        "东门夜市",
        &["桂A·10002"],
    ),
    (
        "A4",
        4,
        "450102000000",
        "030101",
        &[],
        "东风路火车站附近两车追尾",
        "东风路",
        &["桂AD10002"],
    ),
    (
        "A5",
        5,
        "450101030000",
        "080301",
        &[],
        "工地拖欠工资三万元,老板跑了",
        "望湖工地",
        &["13900005678"],
    ),
    ("A6", 6, "450201000000", "060101", &[], "我想吃刀削面", "", &[]),
    ("A7", 7, "450201000000", "060101", &[], "楼上漏水\n噪音没有", "", &[]),
];

fn segmenter() -> Arc<Segmenter> {
    static SHARED: LazyLock<Arc<Segmenter>> = LazyLock::new(|| Arc::new(Segmenter::new(["枫丹白露"])));
    Arc::clone(&SHARED)
}

fn document(row: &Row) -> Document {
    let (id, hour, unit, category, labels, text, places, numbers) = row;
    let mut document = Document {
        id: CallId::parse(id).unwrap(),
        received_at: format!("2026-03-01T{hour:02}:00:00Z").parse().unwrap(),
        unit_code: Some((*unit).to_owned()),
        category: Some((*category).to_owned()),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        subject: String::new(),
        text: (*text).to_owned(),
        places: (*places).to_owned(),
        numbers: numbers.iter().map(|number| (*number).to_owned()).collect(),
        version: String::new(),
    };
    document.version = document.fingerprint();
    document
}

#[test]
fn what_a_call_is_about_ranks_it_higher_and_finds_nothing_by_itself() {
    let about = |id: &'static str, subject: &str, text: &'static str| {
        let mut document = document(&(id, 1, "450102000000", "080201", &[], text, "", &[]));
        document.subject = subject.to_owned();
        document.version = document.fingerprint();
        document
    };
    let (_folder, index) = filled([
        about("A", "住宅火灾", "楼上有人往下扔东西"),
        about("B", "邻里噪音", "楼上有人半夜拖桌子"),
        about("C", "邻里噪音", "隔壁有人半夜打电钻"),
    ]);
    let query = Query {
        text: "楼上 噪音".to_owned(),
        limit: 10,
        ..Query::default()
    };
    let found = index.search(&query).unwrap();
    let ids: Vec<&str> = found.found.iter().map(|hit| hit.id.as_str()).collect();
    assert_eq!(ids, ["B", "A"]);
}

fn filled(documents: impl IntoIterator<Item = Document>) -> (TempDir, Index) {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path(), segmenter()).unwrap();
    let mut writer = index.writer().unwrap();
    for document in documents {
        writer.put(&document).unwrap();
    }
    writer.commit().unwrap();
    (folder, index)
}

fn shared() -> &'static Index {
    static SHARED: LazyLock<(TempDir, Index)> = LazyLock::new(|| filled(CALLS.iter().map(document)));
    &SHARED.1
}

fn query(text: &str) -> Query {
    Query {
        text: text.to_owned(),
        limit: 20,
        ..Query::default()
    }
}

fn ids(results: &Results) -> Vec<&str> {
    results.found.iter().map(|found| found.id.as_str()).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let results = shared().search(&query(text)).unwrap();
    let mut found = ids(&results);
    found.sort_unstable();
    assert_eq!(found, expected, "{text}");
    assert!(!results.relaxed, "{text}");
    assert_eq!(results.total, expected.len());
}

#[track_caller]
fn refuse(query: &Query) {
    let refused = shared().search(query);
    assert!(matches!(refused, Err(IndexError::Query(_))), "{refused:?}");
}

#[test]
fn words_are_found_wherever_they_stand() {
    check("火车站", &["A4"]);
    check("东风路 追尾", &["A4"]);
    check("枫丹白露", &["A1", "A2"]);
}

#[test]
fn an_unspaced_run_of_words_asks_for_all_of_them() {
    check("东风路追尾", &["A4"]);
}

#[test]
fn another_word_for_the_same_thing_is_found_but_comes_later() {
    let results = shared().search(&query("楼上 噪音")).unwrap();
    assert_eq!(ids(&results).len(), 3);
    assert_eq!(ids(&results).last(), Some(&"A2"));
    assert!(results.found.iter().all(|found| found.snippet.contains("<mark>")));
}

#[test]
fn a_word_cut_differently_in_the_text_is_found_by_its_letters() {
    check("火车", &["A4"]);
    check("车站附近", &["A4"]);
}

#[test]
fn a_single_character_is_found_as_a_word_and_inside_words() {
    let results = shared().search(&query("刀")).unwrap();
    let mut found = ids(&results);
    found.sort_unstable();
    assert_eq!(found, ["A3", "A6"]);
}

#[test]
fn a_phrase_has_to_stand_together_and_on_one_line() {
    check("\"楼上半夜\"", &["A1"]);
    check("“楼上一直”", &[]);
    check("\"漏水噪音\"", &[]);
    check("\"打架手里\"", &["A3"]);
}

#[test]
fn a_word_with_a_minus_is_not_wanted() {
    check("楼上 -漏水", &["A1", "A2"]);
    check("-楼上 -夜市", &["A4", "A5", "A6"]);
}

#[test]
fn of_alternatives_one_is_enough() {
    check("追尾 OR 工资", &["A4", "A5"]);
    check("楼上 半夜 | 漏水", &["A1", "A7"]);
}

#[test]
fn numbers_and_plates_are_found_as_they_are_written() {
    check("13800001234", &["A1"]);
    check("138-0000-1234", &["A1"]);
    check("桂A10002", &["A3"]);
    check("桂ad10002", &["A4"]);
    check("13800009999", &[]);
}

#[test]
fn when_no_call_has_all_words_those_with_half_of_them_are_given() {
    let results = shared().search(&query("火车站 漏水")).unwrap();
    let mut found = ids(&results);
    found.sort_unstable();
    assert_eq!((found, results.relaxed), (vec!["A4", "A7"], true));
}

#[test]
fn no_words_mean_all_calls_newest_first() {
    let results = shared().search(&query("  ")).unwrap();
    assert_eq!(ids(&results), ["A7", "A6", "A5", "A4", "A3", "A2", "A1"]);
    let page = Query {
        limit: 2,
        offset: 3,
        ..query("")
    };
    let results = shared().search(&page).unwrap();
    assert_eq!((ids(&results), results.total), (vec!["A4", "A3"], 7));
    assert_eq!(results.found.iter().map(|found| found.rank).collect::<Vec<_>>(), [4, 5]);
}

#[test]
fn filters_are_prefixes_and_half_open_times() {
    let by = |query: Query| {
        let results = shared().search(&query).unwrap();
        ids(&results).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        by(Query {
            unit: Some("450102".to_owned()),
            ..query("")
        }),
        ["A4", "A3"]
    );
    assert_eq!(
        by(Query {
            category: Some("08".to_owned()),
            ..query("")
        }),
        ["A5", "A2", "A1"]
    );
    assert_eq!(
        by(Query {
            category: Some("080201".to_owned()),
            ..query("楼上")
        })
        .len(),
        2
    );
    assert_eq!(
        by(Query {
            label: Some("涉刀".to_owned()),
            ..query("")
        }),
        ["A3"]
    );
    let from = Some("2026-03-01T03:00:00Z".parse().unwrap());
    let to = Some("2026-03-01T05:00:00Z".parse().unwrap());
    assert_eq!(by(Query { from, to, ..query("") }), ["A4", "A3"]);
    assert_eq!(
        by(Query {
            unit: Some("9".to_owned()),
            ..query("")
        }),
        [] as [&str; 0]
    );
}

#[test]
fn counts_cover_all_matches_whatever_the_limit() {
    let results = shared()
        .search(&Query {
            limit: 1,
            ..query("楼上")
        })
        .unwrap();
    let count = |value: &str, calls| Count {
        value: value.to_owned(),
        calls,
    };
    assert_eq!((results.total, results.found.len()), (3, 1));
    assert_eq!(results.units, [count("450101030000", 2), count("450201000000", 1)]);
    assert_eq!(results.categories, [count("080201", 2), count("060101", 1)]);
    assert_eq!(results.labels, [count("涉酒", 1)]);
}

#[test]
fn a_query_outside_the_limits_is_refused_with_a_reason() {
    refuse(&query(&"楼".repeat(513)));
    refuse(&query(&"楼 上 ".repeat(40)));
    refuse(&query(&format!("\"{}\"", "楼上噪音".repeat(40))));
    refuse(&query("???"));
    refuse(&Query {
        offset: 9_990,
        ..query("楼上")
    });
    refuse(&Query {
        offset: usize::MAX,
        ..query("楼上")
    });
    refuse(&Query {
        label: Some("酒".repeat(65)),
        ..query("")
    });
}

#[test]
fn brackets_stars_and_field_names_are_plain_text() {
    for text in [
        "((((((楼上))))))",
        "楼上*",
        "text:楼上",
        "NOT 楼上",
        "楼上^2",
        "\"楼上",
        "楼上\"",
        "[楼上 TO *]",
        "+楼上~2",
    ] {
        shared().search(&query(text)).unwrap();
    }
    check("(楼上) [漏水]", &["A7"]);
}

#[test]
fn the_same_call_put_again_changes_nothing_and_a_new_version_replaces_it() {
    let (_folder, index) = filled(CALLS.iter().map(document));
    let before = index.search(&query("楼上")).unwrap();
    let mut writer = index.writer().unwrap();
    for row in &CALLS {
        writer.put(&document(row)).unwrap();
    }
    writer.commit().unwrap();
    assert_eq!(index.search(&query("楼上")).unwrap(), before);
    let mut changed = document(&CALLS[0]);
    changed.text = "已经安静了".to_owned();
    changed.version = changed.fingerprint();
    writer.put(&changed).unwrap();
    writer.commit().unwrap();
    assert_eq!(index.search(&query("楼上")).unwrap().total, 2);
    assert_eq!(index.search(&query("")).unwrap().total, 7);
}

#[test]
fn scores_do_not_depend_on_the_order_or_number_of_writes() {
    let (_folder, straight) = filled(CALLS.iter().map(document));
    let (_other, crooked) = filled([]);
    let mut writer = crooked.writer().unwrap();
    for row in CALLS.iter().rev() {
        let mut early = document(row);
        early.text.push_str("楼上噪音");
        early.version = early.fingerprint();
        writer.put(&early).unwrap();
        writer.commit().unwrap();
    }
    for row in &CALLS {
        writer.put(&document(row)).unwrap();
        writer.commit().unwrap();
    }
    for text in ["楼上 噪音", "刀", "东风路 OR 工资", "", "没有 楼上"] {
        assert_eq!(
            crooked.search(&query(text)).unwrap(),
            straight.search(&query(text)).unwrap(),
            "{text}"
        );
    }
    let like = |index: &Index| index.similar("楼上噪音吵人", None, 5).unwrap();
    assert_eq!(like(&crooked), like(&straight));
}

#[test]
fn what_was_cleared_is_gone_and_can_be_put_again() {
    let (_folder, index) = filled(CALLS.iter().map(document));
    let mut writer = index.writer().unwrap();
    writer.clear().unwrap();
    writer.put(&document(&CALLS[2])).unwrap();
    writer.commit().unwrap();
    assert_eq!(ids(&index.search(&query("")).unwrap()), ["A3"]);
}

#[test]
fn one_process_writes_at_a_time() {
    let (folder, index) = filled([]);
    let writer = index.writer().unwrap();
    let other = Index::open(folder.path(), segmenter()).unwrap();
    assert!(matches!(other.writer(), Err(IndexError::Locked)));
    assert!(matches!(Index::remove(folder.path()), Err(IndexError::Locked)));
    drop(writer);
    other.writer().unwrap();
}

#[test]
fn another_opening_of_the_folder_sees_what_was_committed() {
    let (folder, index) = filled([]);
    let reader = Index::open(folder.path(), segmenter()).unwrap();
    assert_eq!(reader.search(&query("")).unwrap().total, 0);
    let mut writer = index.writer().unwrap();
    writer.put(&document(&CALLS[0])).unwrap();
    writer.commit().unwrap();
    assert_eq!(reader.search(&query("噪音")).unwrap().total, 1);
}

#[test]
fn a_damaged_or_foreign_index_says_so_and_can_be_removed() {
    for (file, content) in [("meta.json", "{"), ("huisheng.version", "0")] {
        let (folder, index) = filled(CALLS.iter().map(document));
        drop(index);
        std::fs::write(folder.path().join(file), content).unwrap();
        let opened = Index::open(folder.path(), segmenter());
        assert!(matches!(opened, Err(IndexError::Damaged(_))), "{file}: {opened:?}");
        Index::remove(folder.path()).unwrap();
        let fresh = Index::open(folder.path(), segmenter()).unwrap();
        assert_eq!(fresh.search(&query("")).unwrap().total, 0);
    }
}

#[test]
fn a_changed_file_is_noticed() {
    let (folder, index) = filled(CALLS.iter().map(document));
    index.verify().unwrap();
    let store = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let store = store
        .into_iter()
        .find(|path| path.extension().is_some_and(|ext| ext == "store"))
        .unwrap();
    let mut bytes = std::fs::read(&store).unwrap();
    bytes[10] ^= 0x40;
    std::fs::remove_file(&store).unwrap();
    std::fs::write(&store, bytes).unwrap();
    let again = Index::open(folder.path(), segmenter()).unwrap();
    assert!(matches!(again.verify(), Err(IndexError::Damaged(_))));
}

#[test]
fn similar_calls_are_those_that_share_telling_words() {
    let own = CallId::parse("A1").unwrap();
    let found = shared().similar(CALLS[0].5, Some(&own), 3).unwrap();
    assert!(found.iter().all(|found| found.id != own));
    assert_eq!(found.first().map(|found| found.id.as_str()), Some("A7"));
    assert_eq!(shared().similar("", None, 3).unwrap(), []);
    assert_eq!(shared().similar("XYZ", None, 3).unwrap(), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_query_hurts(text in "[()\"“”\\-|*:^~ OR楼上噪音a1.\\\\]{0,80}", offset in 0_usize..20, limit in 0_usize..20) {
        let asked = Query { offset, limit, ..query(&text) };
        match shared().search(&asked) {
            Ok(results) => prop_assert!(results.found.len() <= limit && results.found.len() <= results.total),
            Err(error) => prop_assert!(matches!(error, IndexError::Query(_)), "{}", error),
        }
    }

    #[test]
    fn any_text_can_be_put_and_queried(text in "\\PC{0,60}") {
        match shared().search(&query(&text)) {
            Ok(_) | Err(IndexError::Query(_)) => {}
            Err(error) => prop_assert!(false, "{error}"),
        }
        shared().similar(&text, None, 3).unwrap();
    }
}
