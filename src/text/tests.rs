//! What holds for text, case by case and as laws.

use proptest::prelude::*;

use crate::text::Normal;
use crate::text::normalise;
use crate::text::numbers;
use crate::text::numeral;
use crate::text::read_out;
use crate::text::simplify;

fn check(cases: &[(&str, &str)], read: impl Fn(&str) -> String) {
    for (input, expected) in cases {
        assert_eq!(read(input), *expected, "from {input}");
    }
}

#[test]
fn full_width_and_traditional_text_is_made_plain() {
    check(
        &[
            ("１３８Ａ", "138a"),
            ("報警人稱電動車後輪鬆脫，乾燥頭髮", "报警人称电动车后轮松脱,干燥头发"),
            ("㎡①", "m21"),
            ("K２３＋５００", "k23+500"),
            ("", ""),
        ],
        |text| normalise(text).text,
    );
    assert_eq!(simplify("東湖區"), "东湖区");
}

#[test]
fn numbers_of_addresses_phones_money_and_time_become_digits() {
    check(
        &[
            ("二十一栋三单元幺五零四", "21栋3单元1504"),
            ("三号楼二门五零一", "3号楼2门501"),
            ("七栋二单元五百零二", "7栋2单元502"),
            ("六洞二室", "602室"),
            ("幺二栋", "12栋"),
            ("二一栋", "21栋"),
            ("我在十一零三", "我在1103"),
            ("电话幺三八零零零零幺二三四", "电话13800001234"),
            ("一三八三个零零一二三四", "13800001234"),
            ("三单元五零腰,还有四零要。", "3单元501,还有401。"),
            ("腰零腰室", "101室"),
            ("我腰疼,要零钱", "我腰疼,要零钱"),
            ("尾号四个八", "尾号8888"),
            ("车牌尾号七三幺", "车牌尾号731"),
            ("豫A拐零零零两", "豫A70002"),
            ("皖C九B零零零E", "皖C9B000E"),
            ("欠我两万八", "欠我28000"),
            ("三千五", "3500"),
            ("十二万八", "128000"),
            ("三万七千六", "37600"),
            ("一百二十块钱", "120块钱"),
            ("一亿两千万", "120000000"),
            ("一百零五", "105"),
            ("三点五公里", "3.5公里"),
            ("一点二万", "1.2万"),
            ("下午两点四十", "下午2点40"),
            ("晚上十点来钟", "晚上10点来钟"),
            ("八点零五分", "8点05分"),
            ("三点十分", "3点10分"),
            ("凌晨一点", "凌晨1点"),
            ("晚上十一点", "晚上11点"),
            ("三月四日", "3月4日"),
            ("二零二六年十二月三十一号", "2026年12月31号"),
            ("十分钟", "10分钟"),
            ("两小时", "2小时"),
            ("八十一岁", "81岁"),
            ("打一一零", "打110"),
            ("石榴巷二百零二号", "石榴巷202号"),
            ("K二十三加五百", "K23加500"),
            ("百分之三", "百分之3"),
            ("三点一四", "3.14"),
            ("八五年二月生", "85年2月生"),
            ("五角八分", "五角8分"),
            ("叁仟伍佰元", "3500元"),
            ("存三万一天返二百一个月", "存30000一天返200一个月"),
        ],
        |text| numbers(text).text,
    );
}

#[test]
fn words_that_only_hold_numerals_stay() {
    let stay = [
        "一下",
        "十分生气",
        "万一",
        "三楼",
        "一直",
        "千万别来",
        "一点点",
        "有一点远",
        "早一点",
        "一块儿",
        "一起",
        "三四个人",
        "三四十个",
        "十七八岁",
        "二十几个",
        "几十万",
        "好几千",
        "一两万",
        "十几个人",
        "第一次",
        "两口子",
        "一个洞",
        "拐角",
        "七拐八拐",
        "一五一十",
        "三三两两",
        "乱七八糟",
        "五一路",
        "八一街",
        "一一说明",
        "百万",
        "十字路口",
        "万达广场",
        "两栋楼",
        "电瓶两块",
        "三番五次",
        "二百五",
        "一会儿",
        "三一五路",
        "差一点就撞了",
    ];
    for text in stay {
        assert_eq!(numbers(text).text, text);
    }
}

#[test]
fn a_numeral_has_a_value_only_where_it_is_one() {
    let cases: [(&str, Option<u64>); 16] = [
        ("十", Some(10)),
        ("十五", Some(15)),
        ("一千零一十一", Some(1011)),
        ("二十万五千", Some(205_000)),
        ("一万零五", Some(10_005)),
        ("1504", Some(1504)),
        ("两百", Some(200)),
        ("一百二", Some(120)),
        ("", None),
        ("一百零", None),
        ("百", None),
        ("百三", Some(130)),
        ("千百", None),
        ("三四十", None),
        ("五十百", None),
        ("九九九九九九九九九九九九九九九九", None),
    ];
    for (text, value) in cases {
        assert_eq!(numeral::value(text), value, "{text}");
    }
}

#[test]
fn text_is_read_out_alike_however_its_numbers_are_written() {
    check(
        &[
            ("您好，110！", "您好一一零"),
            ("幺三八 〇〇", "一三八零零"),
            ("豫Ａ·B8", "豫ab八"),
            ("東湖區，21號樓。", "东湖区二一号楼"),
        ],
        read_out,
    );
}

#[test]
fn a_stretch_of_the_result_leads_back_to_what_was_said() {
    let said: Vec<char> = "住二十一栋三单元幺五零四室".chars().collect();
    let normal = numbers(&said.iter().collect::<String>());
    let whole = |part: &str| {
        let start = normal.text.chars().count() - normal.text.split_once(part).unwrap().1.chars().count();
        let (start, end) = normal.original(start - part.chars().count(), start);
        said[start..end].iter().collect::<String>()
    };
    assert_eq!(whole("21栋"), "二十一栋");
    assert_eq!(whole("21"), "二十一");
    assert_eq!(whole("1504室"), "幺五零四室");
    assert_eq!(normal.original(90, 99), (13, 13));
}

/// Text of the kind that comes: Chinese with numerals, and anything else.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[零一二三四五六七八九十百千万亿两幺洞拐点个号楼栋0-9A-Z年月日的我，]{0,24}",
        any::<String>()
    ]
}

fn is_sound(normal: &Normal, original: &str) {
    let length = original.chars().count();
    assert_eq!(normal.origin.len(), normal.text.chars().count() + 1);
    assert!(normal.origin.is_sorted());
    assert_eq!(normal.origin.last(), Some(&length));
}

proptest! {
    #[test]
    fn offsets_rise_and_stay_inside(text in any_text()) {
        is_sound(&normalise(&text), &text);
        is_sound(&numbers(&text), &text);
        is_sound(&normalise(&text).then(numbers), &text);
    }

    #[test]
    fn what_is_no_number_is_left_as_it_was(text in any_text()) {
        let original: Vec<char> = text.chars().collect();
        let normal = numbers(&text);
        for (place, c) in normal.text.chars().enumerate() {
            let digit = c.is_ascii_digit() || c == '.';
            prop_assert!(digit || original[normal.origin[place]] == c);
        }
    }

    #[test]
    fn a_cardinal_below_a_hundred_million_is_read_back(value in 10_u64..100_000_000) {
        let spoken = speak(value);
        prop_assert_eq!(numeral::value(&spoken), Some(value), "{}", spoken);
    }
}

/// Speaks a number the full way (一千零五).
fn speak(value: u64) -> String {
    let group = |value: u64| {
        let (mut text, mut gap) = (String::new(), false);
        for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
            let digit = value / unit % 10;
            if digit == 0 {
                gap = !text.is_empty();
                continue;
            }
            text.push_str(if std::mem::take(&mut gap) { "零" } else { "" });
            text.push(numeral::DIGITS[usize::try_from(digit).unwrap()]);
            text.push_str(name);
        }
        text
    };
    let (high, low) = (value / 10_000, value % 10_000);
    let zero = if high > 0 && low > 0 && low < 1000 { "零" } else { "" };
    let ten_thousands = if high > 0 {
        format!("{}万", group(high))
    } else {
        String::new()
    };
    format!("{ten_thousands}{zero}{}", group(low))
}
