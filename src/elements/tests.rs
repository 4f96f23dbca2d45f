//! What holds for the elements of a call, case by case and as laws.

use jiff::Timestamp;
use jiff::tz;
use proptest::prelude::*;

use crate::elements::Address;
use crate::elements::Context;
use crate::elements::Elements;
use crate::elements::Source;
use crate::elements::SourceText;
use crate::elements::TimeSpan;
use crate::elements::extract;
use crate::sound::Gazetteer;
use crate::sound::Name;
use crate::sound::NameKind;

/// When the calls below came: Wednesday, 4 March 2026, 22:40 in China.
const RECEIVED: &str = "2026-03-04T14:40:00Z";

fn gazetteer() -> Gazetteer {
    let names = [
        ("枫丹白露小区", NameKind::Estate),
        ("金桂苑小区", NameKind::Estate),
        ("丽景花园", NameKind::Estate),
        ("石榴巷", NameKind::Road),
        ("东湖路", NameKind::Road),
        ("建设街", NameKind::Road),
        ("绕城高速", NameKind::Road),
        ("小王庄村", NameKind::Village),
        ("望湖区", NameKind::Area),
        ("盛和广场二期", NameKind::Site),
    ];
    let name = |(name, kind): (&str, NameKind)| Name {
        name: name.to_owned(),
        kind,
        unit_code: None,
        aliases: if name == "金桂苑小区" {
            vec!["金桂苑".to_owned()]
        } else {
            Vec::new()
        },
        lat: None,
        lon: None,
    };
    Gazetteer::new(names.map(name).into())
}

fn read(text: &str) -> Elements {
    read_from(&[(Source::Transcript, text)])
}

fn read_from(texts: &[(Source, &str)]) -> Elements {
    let gazetteer = gazetteer();
    let texts: Vec<SourceText> = (texts.iter())
        .map(|(source, text)| SourceText {
            source: source.clone(),
            text: (*text).to_owned(),
        })
        .collect();
    let context = Context {
        received_at: RECEIVED.parse().unwrap(),
        unit: None,
        gazetteer: &gazetteer,
    };
    extract(&texts, &context)
}

/// Checks, for each text, the values that one element has, written with a space between them.
fn check(cases: &[(&str, &str)], values: impl Fn(Elements) -> Vec<String>) {
    let wrong: Vec<String> = (cases.iter())
        .map(|(text, expected)| (text, expected, values(read(text)).join(" ")))
        .filter(|(_, expected, found)| *expected != found)
        .map(|(text, expected, found)| format!("{text}: expected `{expected}`, found `{found}`"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn phones_are_found_however_they_are_said() {
    check(
        &[
            ("电话13800001234", "13800001234"),
            ("我电话幺三八,零零零零,幺二三四", "13800001234"),
            ("一三八零零零零一二三四记一下", "13800001234"),
            ("电话13800001234,不对,是13800005678", "13800005678"),
            ("138-0000-1234或者139 0000 5678", "13800001234 13900005678"),
            ("打+8613800001234", "13800001234"),
            ("座机0999-8000123", "09998000123"),
            ("我手机幺三八三个零零幺二三四", "13800001234"),
            ("打我尾号1234的手机", "1234"),
            ("手机尾号四个八", "8888"),
            ("车牌尾号7311", ""),
            ("银行卡尾号1234", ""),
            ("订单号213800001234567", ""),
            ("欠我13800元", ""),
            ("打110", ""),
        ],
        |elements| elements.phones.into_iter().map(|item| item.value).collect(),
    );
}

#[test]
fn plates_are_found_whole_and_in_part() {
    check(
        &[
            ("车牌豫A00031", "豫A00031"),
            ("豫A·00031的白车", "豫A00031"),
            ("豫a零零零三幺", "豫A00031"),
            ("绿牌豫AD00031", "豫AD00031"),
            ("车牌晋B·8K几几几,往北跑了", "晋B8K???"),
            ("车牌尾号七三幺,苏……不是,豫A,后面记不清了", "豫A??731"),
            ("车牌是苏A,不是,豫A00031", "豫A00031"),
            ("车牌尾号731", "????731"),
            ("车牌号玉A00031", "豫A00031"),
            ("车牌豫A什么零零零,后面看不清", "豫A?000?"),
            ("厢货,豫G什么零零零。", "豫G??000"),
            ("豫AD……不是D,豫A零零零六Q", "豫A0006Q"),
            ("豫A,零零零,三幺,白车", "豫A00031"),
            ("豫A三个零三幺", "豫A00031"),
            ("豫A的零零零三幺", "豫A00031"),
            ("豫A00031,3号楼门口", "豫A00031"),
            ("豫A零零零G六", "豫A000G6"),
            ("尾号三个零的黑车", "????000"),
            ("豫A的三个人", ""),
            ("车牌豫A零零零,后面没看清", "豫A000??"),
            ("货车豫A0003挂", "豫A0003挂"),
            ("京东的快递", ""),
            ("我在川流不息的路上", ""),
            ("苏打水", ""),
        ],
        |elements| elements.plates.into_iter().map(|item| item.value).collect(),
    );
}

#[test]
fn identity_numbers_count_only_with_their_check_digit() {
    let number = with_check_digit("99999919900101001");
    let said = number
        .strip_suffix('X')
        .map_or(number.clone(), |start| format!("{start}叉"));
    check(
        &[
            (&format!("身份证{number}"), number.as_str()),
            (&format!("证号{said}。"), number.as_str()),
            ("99999919900101001Y", ""),
            (&format!("{number}0"), ""),
            ("999999199013010018", ""),
        ],
        |elements| elements.ids.into_iter().map(|item| item.value).collect(),
    );
    assert!(read(&format!("身份证{number}")).phones.is_empty());
}

fn with_check_digit(first: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = first
        .chars()
        .zip(weights)
        .map(|(digit, weight)| digit.to_digit(10).unwrap() * weight)
        .sum();
    let check = "10X98765432".chars().nth((sum % 11) as usize).unwrap();
    format!("{first}{check}")
}

#[test]
fn amounts_are_found_exact_and_as_ranges() {
    check(
        &[
            ("他欠我两万八,借条有", "28000"),
            ("欠我三千五", "3500"),
            ("大概十二万八块钱", "115200-140800"),
            ("一共三万七千六,现在提不出来", "37600"),
            ("一百二十块钱的事儿", "120"),
            ("烧烤摊多算我八十块", "80"),
            ("骗了我1万4千块钱", "14000"),
            ("转了3万5", "35000"),
            ("被骗3w", "30000"),
            ("转了1.5万元", "15000"),
            ("电瓶值九百多", "900-999"),
            ("欠一万多块", "10000-19999"),
            ("罚了大几千块钱", "5000-9999"),
            ("骗走好几万", "30000-90000"),
            ("三四百块", "300-400"),
            ("百十来块钱", "90-120"),
            ("赔我一万来块", "9000-11000"),
            ("不给五千就发我通讯录", "5000"),
            ("十来个人", ""),
            ("三个月工资没发", ""),
            ("我住502", ""),
            ("一块儿去的", ""),
            ("有三百多人", ""),
            ("少了多少?一万二", "12000"),
            ("一千二百人", ""),
            ("给了三次机会", ""),
            ("一家五百,少了不行", "500"),
            ("盒饭一份二十五", "25"),
            ("一天二百六,没有合同", "260"),
            ("大概一千七八", "1700-1800"),
            ("要劳务费,九十来万", "810000-990000"),
            ("他张嘴就是十几万块", "110000-190000"),
            ("果园全完了,好几万呢", "30000-90000"),
            ("骗走二十多万", "200000-299999"),
            ("对,两百。", "200"),
            ("您多大年纪?三百。", ""),
            ("给一个五十多的当媳妇", ""),
            ("借用手机13800001234", ""),
            ("花园,我702", ""),
            ("我没要二十条", ""),
            ("好几百万条", ""),
            ("货款一万四揣在怀里", "14000"),
            ("闯红灯罚二百扣六分", "200"),
            ("一下六千没了", "6000"),
            ("工资卡里三千,今天都没了", "3000"),
            ("拿走我的两千就跑", "2000"),
            ("他开到一百八,吓死人", ""),
            ("转走12,800元", "12800"),
            ("彩礼¥66000", "66000"),
            ("损失上万元", "10000-19999"),
            ("要十来万块", "100000-150000"),
            ("一斤两块钱", "2"),
        ],
        |elements| {
            let written = |min: f64, max: f64| {
                if min == max {
                    format!("{min}")
                } else {
                    format!("{min:.0}-{max:.0}")
                }
            };
            elements
                .amounts
                .into_iter()
                .map(|item| written(item.value.min, item.value.max))
                .collect()
        },
    );
}

fn local(time: Timestamp) -> String {
    tz::offset(8).to_datetime(time).strftime("%m-%d %H:%M").to_string()
}

#[test]
fn times_are_resolved_against_the_time_of_the_call() {
    let written = |span: TimeSpan| {
        let mark = if span.ambiguous { "?" } else { "" };
        format!("{}~{}{mark}", local(span.from), local(span.to))
    };
    check(
        &[
            ("刚才有人砸门", "03-04 22:25~03-04 22:40"),
            ("半个小时前", "03-04 22:02~03-04 22:17"),
            ("两个小时之前", "03-04 20:25~03-04 20:55"),
            ("十分钟前", "03-04 22:27~03-04 22:32"),
            ("昨晚十点来钟", "03-03 21:30~03-03 22:30"),
            ("昨天下午两点四十转的", "03-03 14:40~03-03 14:40"),
            ("今天下午两点四十转的", "03-04 14:40~03-04 14:40"),
            ("凌晨两点", "03-04 02:00~03-04 02:00"),
            ("上礼拜三", "02-25 00:00~02-26 00:00"),
            ("上周日晚上八点半", "03-01 20:30~03-01 20:30"),
            ("2026年3月4日22时18分许", "03-04 22:03~03-04 22:33"),
            ("三月一号", "03-01 00:00~03-02 00:00"),
            ("十二月三十一号", "12-31 00:00~01-01 00:00"),
            ("昨天半夜两点", "03-04 02:00~03-04 02:00?"),
            ("昨晚两点", "03-04 02:00~03-04 02:00"),
            ("前天中午十二点", "03-02 12:00~03-02 12:00"),
            ("今天十一点多又开始", "03-04 10:45~03-04 11:45"),
            ("下午四点多出的门", "03-04 15:45~03-04 16:45"),
            ("晚上十一点", "03-03 23:00~03-03 23:00"),
            ("昨天", "03-03 00:00~03-04 00:00"),
            ("八点半开始的", "03-04 20:30~03-04 20:30?"),
            ("三天前", "03-01 16:40~03-02 04:40"),
            ("早上六点就打电钻", "03-04 06:00~03-04 06:00"),
            ("他天天半夜跺脚", ""),
            ("今年第34次", ""),
            ("昨天下午三点,不对,昨天下午四点", "03-03 16:00~03-03 16:00"),
            ("有一点远", ""),
            ("你们快点来", ""),
            ("今儿晚上又来", "03-04 18:00~03-05 00:00"),
            ("今早八九点", "03-04 08:00~03-04 09:00"),
            ("明天上午要来堵门", "03-05 09:00~03-05 12:00"),
            ("昨晚半夜发大水", "03-03 23:00~03-04 04:00"),
            ("礼拜二修完就这样", "03-03 00:00~03-04 00:00"),
            ("礼拜五接走的", "02-27 00:00~02-28 00:00"),
            ("一大早就不见了", "03-04 05:00~03-04 09:00"),
            ("五六分钟前", "03-04 22:34~03-04 22:35"),
            ("昨儿后晌三点来钟", "03-03 14:30~03-03 15:30"),
            ("上个月十五号", "02-15 00:00~02-16 00:00"),
            ("昨天零点左右", "03-02 23:45~03-03 00:15"),
            ("平时晚上十点", ""),
            ("吵了一下午", ""),
            ("一晚上没睡", ""),
            ("晚上老有人来", ""),
            ("今天几点开始的", ""),
            ("一比一点二", ""),
            ("以前天天来", ""),
            ("每周三都来", ""),
        ],
        |elements| elements.times.into_iter().map(|item| written(item.value)).collect(),
    );
}

/// Writes an address as its levels.
fn levels(address: &Address) -> String {
    let parts = [
        ("区", &address.area),
        ("路", &address.road),
        ("号", &address.road_no),
        ("交", &address.crossing),
        ("园", &address.estate),
        ("村", &address.village),
        ("栋", &address.building),
        ("元", &address.unit),
        ("层", &address.floor),
        ("室", &address.room),
        ("关", &address.relation),
    ];
    let mut written: Vec<String> = parts
        .iter()
        .filter_map(|(mark, part)| Some(format!("{mark}={}", part.as_ref()?)))
        .collect();
    written.extend(address.kilometre_post_m.map(|metres| format!("K={metres}")));
    written.join(",")
}

fn places(elements: Elements) -> Vec<String> {
    elements.places.iter().map(|item| levels(&item.value.address)).collect()
}

#[test]
fn addresses_are_parsed_to_their_levels() {
    check(
        &[
            (
                "望湖区石榴巷202号枫丹白露小区21号楼3单元1504",
                "区=望湖区,路=石榴巷,号=202,园=枫丹白露小区,栋=21,元=3,室=1504",
            ),
            ("金桂苑小区7号楼2单元502", "园=金桂苑小区,栋=7,元=2,室=502"),
            ("金桂苑,七栋二单元", "园=金桂苑小区,栋=7,元=2"),
            ("二十一栋三单元幺五零四", "栋=21,元=3,室=1504"),
            ("21-3-1504", "栋=21,元=3,室=1504"),
            ("金桂苑21-3-1504", "园=金桂苑小区,栋=21,元=3,室=1504"),
            ("丽景花园3-501", "园=丽景花园,栋=3,室=501"),
            (
                "报警人称碧桐苑小区九号楼三单元501的王某",
                "园=碧桐苑小区,栋=9,元=3,室=501",
            ),
            ("三号楼二门五零一", "栋=3,元=2,室=501"),
            ("金桂苑7号楼2单颜502", "园=金桂苑小区,栋=7,元=2,室=502"),
            ("金桂苑七栋二单眼五零二", "园=金桂苑小区,栋=7,元=2,室=502"),
            ("丽景花园12栋,三单元,一楼", "园=丽景花园,栋=12,元=3,层=1"),
            (
                "峰单白路小区21号楼,就是峰单白路小区",
                "园=枫丹白露小区,栋=21 园=枫丹白露小区",
            ),
            ("东湖路和建设街交叉口", "路=东湖路,交=建设街"),
            ("东湖路跟建设街路口", "路=东湖路,交=建设街"),
            ("石榴巷二百零二号", "路=石榴巷,号=202"),
            ("绕城高速往机场方向,K23加500左右", "路=绕城高速,K=23500"),
            ("绕城高速三十公里处", "路=绕城高速,K=30000"),
            ("柳树屯镇小王庄村东头", "区=柳树屯镇,村=小王庄村,关=东头"),
            ("丽景花园门口有个超市", "园=丽景花园,关=门口"),
            ("我在光明巷23号", "路=光明巷,号=23"),
            ("建设街对面", "路=建设街,关=对面"),
            ("盛和广场二期的工地", "园=盛和广场二期"),
            ("金桂苑B座1417", "园=金桂苑小区,栋=B,室=1417"),
            ("望湖区金锦苑小区7号楼", "区=望湖区,园=金锦苑小区,栋=7"),
            (
                "金桂苑小区,我住四号楼,是602在闹",
                "园=金桂苑小区 园=金桂苑小区,栋=4 园=金桂苑小区,室=602",
            ),
            ("金桂苑9号龙3单元,五零腰", "园=金桂苑小区,栋=9,元=3,室=501"),
            ("九号龙三单元,是楼上五零腰。", "栋=9,元=3 室=501"),
            ("住翡冷翠名门四栋二单元", "园=翡冷翠名门,栋=4,元=2"),
            ("临水一品七号楼,不对,八号楼", "园=临水一品,栋=8"),
            ("金桂苑三单元,不对,四单元五零一", "园=金桂苑小区,元=4,室=501"),
            ("柳浪西区6-2电梯里", "园=柳浪西区,栋=6,元=2"),
            ("星河写字楼1208", "园=星河写字楼,室=1208"),
            ("远山职业学校,学生楼五一三", "园=远山职业学校,室=513"),
            ("蓝桥花园,我702,姓耿", "园=蓝桥花园,室=702"),
            ("晚报停车场负一层", "园=晚报停车场,层=-1"),
            ("丹霞路88号院,三层左手", "路=丹霞路,号=88,层=3"),
            ("西石岭村四十五号", "号=45,村=西石岭村"),
            ("地址:青禾里,您快来", "园=青禾里"),
            ("郭家洼村民四十人", "村=郭家洼"),
            ("北郊路与砂厂街。", "路=北郊路,交=砂厂街"),
            ("丰谷北路龙岸南路口", "路=丰谷北路,交=龙岸南路"),
            ("柳河县北窑镇大湾村", "区=柳河县北窑镇,村=大湾村"),
            ("奋进城十九栋幺单元六零幺", "园=奋进城,栋=19,元=1,室=601"),
            ("我们一栋楼都没拿着", ""),
            ("东西放在箱子里,没了", ""),
            ("在邻村,养老公寓的", ""),
            ("票根中了八百的", ""),
            ("有人骑摩托炸街", ""),
            ("俺村里有人", ""),
            ("他在马路上走路", ""),
            ("我们小区停电了", ""),
            ("农村人", ""),
        ],
        places,
    );
}

#[test]
fn a_place_heard_wrong_has_the_name_of_the_gazetteer_and_the_words_as_heard() {
    let elements = read("我住峰单白路小区21号楼3单颜1504");
    let place = &elements.places[0];
    assert_eq!(place.value.name.as_deref(), Some("枫丹白露小区"));
    assert_eq!(place.text, "峰单白路小区21号楼3单颜1504");
    assert_eq!((place.start, place.end), (2, 19));
    assert!(place.confidence > 0.6 && place.confidence < 0.99);
}

#[test]
fn persons_have_surname_name_and_relation() {
    let written = |elements: Elements| {
        let part = |part: Option<String>| part.unwrap_or_else(|| "-".to_owned());
        (elements.persons.into_iter())
            .map(|item| {
                format!(
                    "{}/{}/{}",
                    part(item.value.surname),
                    part(item.value.name),
                    part(item.value.relation)
                )
            })
            .collect()
    };
    check(
        &[
            ("姓陈,耳东陈", "陈/-/- 陈/-/-"),
            ("我姓程,耳东程", "程/-/- 陈/-/-"),
            ("有个姓王的打人", "王/-/-"),
            ("我信梦,您记一下", "孟/-/-"),
            ("他姓流。", "刘/-/-"),
            ("您放心吧,小心点", ""),
            ("502室陈某报警", "陈/-/-"),
            ("我是刘女士", "刘/-/-"),
            ("包工头叫老马", "马/老马/包工头"),
            ("我老公打我", "-/-/老公"),
            ("前夫在楼下堵我", "-/-/前夫 -/-/楼下"),
            ("他叫王建国,电话没有", "王/王建国/-"),
            ("弓长张", "张/-/-"),
            ("您贵姓", ""),
            ("小朋友别怕", ""),
            ("先生您好", ""),
            ("小王庄村", ""),
            ("老马路", ""),
        ],
        written,
    );
}

#[test]
fn weapons_and_injuries_count_only_where_they_are_there() {
    let written = |elements: Elements| {
        let values = elements.weapons.into_iter().chain(elements.injuries);
        values.map(|item| item.value).collect()
    };
    check(
        &[
            ("他拿菜刀上来了,在砸门", "菜刀"),
            ("拿棍子捅天花板", "棍子"),
            ("啤酒瓶子都砸了,头破血流", "啤酒瓶 头破血流"),
            ("我爸打我妈,流血了", "流血"),
            ("两个人受伤", "受伤"),
            ("没有动刀", ""),
            ("未动刀,无人受伤", ""),
            ("没人受伤", ""),
            ("双方均未受伤", ""),
            ("有没有受伤?", ""),
            ("对方手里有刀吗", ""),
            ("人没受伤吧", ""),
            ("卖刀削面的", ""),
            ("不能一刀切", ""),
            ("吵死了", ""),
            ("没有吵架,他拿刀砍人", "拿刀"),
            ("差点受伤", ""),
            ("未见刀具、棍棒", ""),
            ("手里拿的不是刀是扳手,要砸车", "扳手"),
            ("没拿刀,刀都藏了", ""),
            ("进门就抡镐把", "镐把"),
            ("车里两个空酒瓶", ""),
            ("钢管断裂,叉车抬起来", ""),
            ("抄起锄头见人就追", "锄头"),
            ("门锁死了,出不去", ""),
            ("额头磕破,小腿断了", "磕破 小腿断了"),
            ("现在模拟有人持刀劫持", ""),
            ("万一他拿刀呢", ""),
            ("刀倒是没有", ""),
            ("去年他拿刀砍过人,这回没有", ""),
            ("放炸弹是逗你们玩的", ""),
            ("刀我藏起来了", ""),
            ("他拿棍子在边上站着,没打人", ""),
            ("拿棍子打电话", ""),
            ("没拿菜刀,菜刀在案板上放着", ""),
            ("不存在持刀的情况", ""),
            ("说他要拿刀,其实没有", ""),
            ("没有用刀,是用啤酒瓶砸的", "啤酒瓶"),
        ],
        written,
    );
}

#[test]
fn cause_course_and_outcome_are_the_sentences_that_tell_them() {
    let elements = read_from(&[
        (
            Source::Feedback("FK1".to_owned()),
            "民警到达现场。双方因夜间噪音发生争执,无肢体冲突。经调解,双方签字认可。",
        ),
        (Source::Transcript, "您好,请问是因为什么事?他们家打起来了。快来。"),
    ]);
    let told = |item: Option<crate::elements::Item<String>>| item.map(|item| item.value).unwrap_or_default();
    assert_eq!(told(elements.cause), "双方因夜间噪音发生争执,无肢体冲突。");
    assert_eq!(told(elements.course), "他们家打起来了。");
    assert_eq!(told(elements.outcome), "经调解,双方签字认可。");
    assert_eq!(read("喂").cause, None);
}

#[test]
fn elements_come_in_order_of_source_and_position() {
    let elements = read_from(&[
        (Source::Content, "电话13900005678"),
        (Source::Transcript, "13700001111和13800001234"),
    ]);
    let phones: Vec<&str> = elements.phones.iter().map(|item| item.value.as_str()).collect();
    assert_eq!(phones, ["13700001111", "13800001234", "13900005678"]);
    assert_eq!(elements.phones[2].source, Source::Content);
    assert_eq!(read(""), Elements::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_text_is_read_and_items_stand_where_they_say(
        text in prop_oneof![
            any::<String>(),
            "(豫A|苏|尾号|车牌|幺三八|零零|[0-9]{1,8}|三|十|百|万|点|半|昨天|月|号楼|单元|栋|室|路|小区|村|区|欠|块|多|几|K|加|姓王|刀|没|，|。|-|:|１){0,14}",
        ]
    ) {
        let elements = read(&text);
        let characters: Vec<char> = text.chars().collect();
        let is_there = |start: usize, end: usize, said: &str| {
            end <= characters.len() && start < end && characters[start..end].iter().collect::<String>() == said
        };
        prop_assert!(elements.phones.iter().chain(&elements.plates).all(|item| is_there(item.start, item.end, &item.text)));
        prop_assert!(elements.places.iter().all(|item| is_there(item.start, item.end, &item.text)));
        prop_assert!(elements.amounts.iter().all(|item| is_there(item.start, item.end, &item.text) && item.value.min <= item.value.max));
        prop_assert!(elements.times.iter().all(|item| is_there(item.start, item.end, &item.text) && item.value.from <= item.value.to));
        prop_assert!(elements.persons.iter().all(|item| is_there(item.start, item.end, &item.text)));
        prop_assert!(elements.cause.iter().chain(&elements.course).all(|item| is_there(item.start, item.end, &item.text)));
    }
}
