//! What holds for names found by characters and by sound.

use proptest::prelude::*;

use crate::call::UnitCode;
use crate::sound::Gazetteer;
use crate::sound::Hit;
use crate::sound::Name;
use crate::sound::NameKind;
use crate::sound::names::read_names;
use crate::sound::sounds_like;
use crate::text;

const ENDINGS: [(&str, NameKind); 8] = [
    ("小区", NameKind::Estate),
    ("花园", NameKind::Estate),
    ("苑", NameKind::Estate),
    ("公寓", NameKind::Estate),
    ("路", NameKind::Road),
    ("街", NameKind::Road),
    ("村", NameKind::Village),
    ("大厦", NameKind::Venue),
];

fn name(name: &str, kind: NameKind, unit: &str) -> Name {
    Name {
        name: name.to_owned(),
        kind,
        unit_code: UnitCode::parse(unit).ok(),
        aliases: Vec::new(),
        lat: None,
        lon: None,
    }
}

/// Names that are asked for below, among some 3,600 invented ones.
fn gazetteer() -> Gazetteer {
    let firsts = "锦翠碧银金玉兰桂松柏梧桐榆枫菊荷莲梅竹杏桃李樱槐柳杨丹青紫红".chars();
    let seconds: Vec<char> = "泉溪湖山岭云月星霞露轩亭阁台桥堤坞浦".chars().collect();
    let mut names: Vec<Name> = [
        ("枫丹白露小区", NameKind::Estate),
        ("金桂苑", NameKind::Estate),
        ("盛世名邸", NameKind::Estate),
        ("滨江佳园", NameKind::Estate),
        ("柏兰桥", NameKind::Other),
        ("石榴巷", NameKind::Road),
        ("创业大道", NameKind::Road),
        ("龙祥东路", NameKind::Road),
        ("小王庄村", NameKind::Village),
        ("榕树物流园", NameKind::Venue),
        ("鸿福影城", NameKind::Venue),
        ("重楼", NameKind::Other),
        ("丽景花园", NameKind::Estate),
    ]
    .map(|(text, kind)| name(text, kind, "990101010000"))
    .into();
    let mut row = 0;
    for first in firsts {
        for second in &seconds {
            for (ending, kind) in ENDINGS {
                row += 1;
                let unit = format!("9901{:02}{:02}0000", row % 5 + 1, row % 7 + 1);
                names.push(name(&format!("{first}{second}{ending}"), kind, &unit));
            }
        }
    }
    names[0].aliases.push("法式小镇".to_owned());
    Gazetteer::new(names)
}

fn found(gazetteer: &Gazetteer, text: &str) -> Vec<(String, String)> {
    let hits = gazetteer.find(text, None);
    let read = |hit: &Hit| {
        let name = gazetteer.names()[hit.name_idx].name.clone();
        (name, text::slice(text, hit.start, hit.end))
    };
    hits.iter().map(read).collect()
}

#[test]
fn names_that_whisper_wrote_by_sound_are_found() {
    let gazetteer = gazetteer();
    let cases = [
        ("我在峰单白路小区,楼上太吵了", "枫丹白露小区", "峰单白路小区"),
        ("请问是峰单白鹿小去吗?", "枫丹白露小区", "峰单白鹿小去"),
        ("住在冰江家园,冰江家园三号楼", "滨江佳园", "冰江家园"),
        ("住在盛世民底,10号楼一单元。盛世民底10号楼", "盛世名邸", "盛世民底"),
        ("红幅隐程三楼电梯口,红幅隐程", "鸿福影城", "红幅隐程"),
        ("容数物流源的仓库冒烟了,容数物流源", "榕树物流园", "容数物流源"),
        ("龙翔东路,龙降东路,往北跑了", "龙祥东路", "龙翔东路"),
        ("在小网庄村那边,小王庄村", "小王庄村", "小网庄村"),
        ("我在創業大道,有人打架", "创业大道", "創業大道"),
    ];
    for (text, name, heard) in cases {
        let pair = (name.to_owned(), heard.to_owned());
        assert!(
            found(&gazetteer, text).contains(&pair),
            "{name} in {text}: {:?}",
            found(&gazetteer, text)
        );
    }
}

#[test]
fn text_without_a_name_gives_none() {
    let gazetteer = gazetteer();
    let texts = [
        "您好,滨河110,请讲。请问您在什么位置?请保持电话畅通,民警马上到。",
        "他刚才在门口喊要弄死我,你们快来,第四次了都!",
        "我做任务刷单,前面返了我五十,后来连垫了三笔,一共三万七千六,现在提不出来。",
        "物业把我家电给停了,说我没交停车费,一百二十块钱的事儿。",
        "叔叔,我爸打我妈,流血了。小朋友别怕,你家在哪儿?",
        "甚至出现交易几乎停滞的情况,一二线城市虽然也处于调整中。",
        "",
        "……!?",
    ];
    for text in texts {
        assert_eq!(found(&gazetteer, text), [], "{text}");
    }
}

#[test]
fn a_name_as_it_is_written_is_certain_and_beats_its_likes() {
    let gazetteer = gazetteer();
    let hits = gazetteer.find("就是法式小鎮，對面石榴巷２０２号", None);
    let read: Vec<_> = hits
        .iter()
        .map(|hit| (hit.start, hit.end, hit.probability, hit.exact))
        .collect();
    assert_eq!(read, [(2, 6, 1.0, true), (9, 12, 1.0, true)]);
    assert_eq!(gazetteer.names()[hits[0].name_idx].name, "枫丹白露小区");
}

#[test]
fn a_short_name_is_only_found_as_it_is_written() {
    let gazetteer = gazetteer();
    assert_eq!(found(&gazetteer, "我在重楼这里").len(), 1);
    assert_eq!(found(&gazetteer, "我在重漏这里"), []);
}

#[test]
fn of_names_written_alike_the_one_of_the_own_unit_is_taken() {
    let names = ["990101010000", "990105010000"].map(|unit| name("幸福里小区", NameKind::Estate, unit));
    let gazetteer = Gazetteer::new(names.into());
    let unit = UnitCode::parse("990105019999").unwrap();
    for text in ["幸福里小区", "我在兴福里小区3号楼,兴福里小区"] {
        assert_eq!(
            gazetteer.find(text, Some(&unit)).first().map(|hit| hit.name_idx),
            Some(1),
            "{text}"
        );
        assert_eq!(
            gazetteer.find(text, None).first().map(|hit| hit.name_idx),
            Some(0),
            "{text}"
        );
    }
}

#[test]
fn the_nearest_names_hold_the_right_one_even_when_badly_heard() {
    let gazetteer = gazetteer();
    for (text, name) in [
        ("你在哪里?丰当白鹿", "枫丹白露小区"),
        ("门口旁边百兰乔", "柏兰桥"),
        ("你想在里景花园", "丽景花园"),
        ("石柳向二百号", "石榴巷"),
        ("很吵的经贵院七号楼", "金桂苑"),
    ] {
        let names: Vec<&str> = (gazetteer.nearest(text, None, 12).iter())
            .map(|hit| gazetteer.names()[hit.name_idx].name.as_str())
            .collect();
        assert!(names.contains(&name), "{name} in {text}: {names:?}");
        assert!(names.len() <= 12);
    }
}

#[test]
fn the_nearest_names_start_with_exact_ones_and_hold_each_once() {
    let gazetteer = gazetteer();
    let hits = gazetteer.nearest("金桂苑还有盛世民底,盛世民底", None, 5);
    let names: Vec<&str> = hits
        .iter()
        .map(|hit| gazetteer.names()[hit.name_idx].name.as_str())
        .collect();
    assert!(hits[0].exact);
    assert_eq!(names[..2], ["金桂苑", "盛世名邸"]);
    assert_eq!(names.iter().filter(|name| **name == "盛世名邸").count(), 1);
    assert_eq!(gazetteer.nearest("金桂苑", None, 0), []);
}

#[test]
fn an_empty_gazetteer_finds_nothing() {
    let gazetteer = Gazetteer::new(Vec::new());
    assert_eq!(gazetteer.find("金桂苑", None), []);
    assert_eq!(gazetteer.nearest("金桂苑", None, 12), []);
    assert_eq!(Gazetteer::default().find("金桂苑", None), []);
    assert_eq!(gazetteer.index_of("金桂苑"), None);
}

#[test]
fn a_name_is_looked_up_by_its_writing_and_its_aliases() {
    let gazetteer = gazetteer();
    assert_eq!(gazetteer.index_of("法式小镇"), Some(0));
    assert_eq!(gazetteer.index_of(" 楓丹白露小區 "), Some(0));
    assert_eq!(gazetteer.index_of("枫丹"), None);
}

#[test]
fn likeness_follows_the_ear() {
    for (a, b, least, most) in [
        ("单元", "单颜", 0.7, 0.95),
        ("陈", "程", 0.9, 0.99),
        ("刘", "牛", 0.85, 0.99),
        ("民警", "明景", 0.9, 1.0),
        ("东风路", "冬枫璐", 1.0, 1.0),
        ("请保持电话畅通", "情报迟电话唱通", 0.75, 1.0),
        ("单元", "打架", 0.0, 0.4),
        ("张", "", 0.0, 0.0),
    ] {
        let likeness = sounds_like(a, b);
        assert!((least..=most).contains(&likeness), "{a} and {b}: {likeness}");
    }
}

#[test]
fn names_are_read_from_a_file_and_bad_lines_are_named() {
    let csv = "\u{feff}名称,类型,别名,管辖单位,纬度,经度\n金桂苑小区,小区,金桂苑;金桂,990101010000,30.5,104.25\n\
               石榴巷,road,,,,\n,小区,,,,\n甲,,,,,\n锦程路,飞船,,,,\n碧桐苑,estate,,,abc,\n东沟村,村\n";
    let (names, bad) = read_names(csv);
    let read: Vec<&str> = names.iter().map(|name| name.name.as_str()).collect();
    assert_eq!(read, ["金桂苑小区", "石榴巷", "东沟村"]);
    assert_eq!(names[0].aliases, ["金桂苑", "金桂"]);
    assert_eq!((names[0].lat, names[0].kind), (Some(30.5), NameKind::Estate));
    assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [4, 5, 6, 7]);
    let (names, bad) = read_names("street,city\na,b\n");
    assert_eq!((names.len(), bad.len()), (0, 1));
}

proptest! {
    #[test]
    fn hits_are_in_order_apart_and_inside(text in "[枫丹白露小区金桂苑石榴巷路在的三号楼龙祥东0-9a-z，。]{0,40}") {
        let gazetteer = Gazetteer::new(["枫丹白露小区", "金桂苑", "石榴巷", "龙祥东路"].map(|text| name(text, NameKind::Other, "")).into());
        let hits = gazetteer.find(&text, None);
        let length = text.chars().count();
        prop_assert!(hits.iter().all(|hit| hit.start < hit.end && hit.end <= length));
        prop_assert!(hits.windows(2).all(|pair| pair[0].end <= pair[1].start));
        prop_assert!(hits.iter().all(|hit| (0.0..=1.0).contains(&hit.probability)));
        prop_assert_eq!(gazetteer.find(&text, None), hits);
    }

    #[test]
    fn any_text_is_searched(text in any::<String>(), other in any::<String>()) {
        let gazetteer = Gazetteer::new(vec![name(&other, NameKind::Other, ""), name("金桂苑", NameKind::Estate, "")]);
        let hits = gazetteer.find(&text, None).into_iter().chain(gazetteer.nearest(&text, None, 12));
        let length = text.chars().count();
        prop_assert!(hits.into_iter().all(|hit| hit.start < hit.end && hit.end <= length));
        let likeness = sounds_like(&text, &other);
        prop_assert!((0.0..=1.0).contains(&likeness));
        prop_assert!((likeness - sounds_like(&other, &text)).abs() < 1e-5);
        prop_assert!(read_names(&text).0.len() <= text.lines().count());
    }
}
