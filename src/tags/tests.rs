//! Tags of invented texts: gold sentences, the desk's own snippets, negation, urgency, laws.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

const GOLD: &str = include_str!("../../corpora/gold/tags.tsv");
const HELD_OUT: &str = include_str!("../../corpora/gold/tags_heldout.tsv");

/// Built once, for the law that is tried on many texts.
static TAGGER: LazyLock<Tagger> = LazyLock::new(Tagger::new);
/// Built once; it takes longer than all the texts.
static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(|| Segmenter::new([]));

fn source(source: Source, text: &str) -> SourceText {
    SourceText {
        source,
        text: text.to_owned(),
    }
}

fn tag_texts(tagger: &Tagger, texts: &[SourceText]) -> Tags {
    tagger.tag(&SEGMENTER, texts, &Elements::default())
}

fn tag_heard(tagger: &Tagger, text: &str) -> Tags {
    tag_texts(tagger, &[source(Source::Transcript, text)])
}

fn gold(table: &str) -> Vec<(&str, &str)> {
    table.lines().filter_map(|line| line.split_once('\t')).collect()
}

fn best(tags: &Tags) -> &str {
    tags.top.first().map_or("", |best| best.code.as_str())
}

fn names(tags: &Tags) -> Vec<&str> {
    tags.labels.iter().map(|label| label.name.as_str()).collect()
}

/// Returns how many texts get their code, how many among the first three, and the misses.
fn measure(tagger: &Tagger, gold: &[(&str, &str)]) -> (usize, usize, Vec<String>) {
    let (mut right, mut near, mut misses) = (0, 0, Vec::new());
    for (code, text) in gold {
        let tags = tag_heard(tagger, text);
        right += usize::from(best(&tags) == *code);
        near += usize::from(tags.top.iter().any(|guess| guess.code == *code));
        if best(&tags) != *code {
            let guesses: Vec<String> = tags
                .top
                .iter()
                .map(|guess| format!("{} {:.2} {:?}", guess.code, guess.confidence, guess.reasons))
                .collect();
            misses.push(format!("{code} {text}\n    {}", guesses.join("\n    ")));
        }
    }
    (right, near, misses)
}

#[test]
fn every_leaf_is_raised_by_a_sentence_that_is_not_its_cue_list() {
    let tagger = Tagger::rules_only();
    let gold = gold(GOLD);
    for leaf in &tagger.lexicon.leaves {
        let shown = leaf.code == "999999" || gold.iter().any(|(code, _)| *code == leaf.code);
        assert!(shown, "{} {} has no sentence", leaf.code, leaf.name);
    }
    let (right, _, misses) = measure(&tagger, &gold);
    assert!(misses.is_empty(), "{right} of {}\n{}", gold.len(), misses.join("\n"));
}

#[test]
fn sentences_that_no_rule_was_written_for_are_mostly_right() {
    let gold = gold(HELD_OUT);
    let (right, near, misses) = measure(&Tagger::new(), &gold);
    let total = gold.len();
    let figures = format!("held out: {right} right, {near} among three, of {total}");
    assert!(
        right * 100 >= total * 80 && near * 100 >= total * 90,
        "{figures}\n{}",
        misses.join(
            "
"
        )
    );
}

/// A line of the texts to test with.
#[derive(Deserialize)]
struct Line {
    category: String,
    text: String,
}

#[test]
fn texts_by_other_hands_are_mostly_right_and_answers_nearly_always() {
    let texts = include_str!("../../corpora/gold/texts.jsonl");
    let heard = include_str!("../../corpora/gold/texts_heard.jsonl");
    for (lines, least, least_sure) in [(texts, 80, 94), (heard, 62, 92)] {
        let (mut right, mut answers, mut right_answers, mut total) = (0, 0, 0, 0);
        for line in lines.lines() {
            let line: Line = serde_json::from_str(line).unwrap();
            let tags = tag_heard(&TAGGER, &line.text);
            total += 1;
            right += usize::from(best(&tags) == line.category);
            answers += usize::from(tags.category.is_some());
            right_answers += usize::from(tags.category.is_some_and(|category| category.code == line.category));
        }
        let figures = format!("{right} of {total} right, {right_answers} of {answers} answers");
        assert!(right * 100 >= total * least, "{figures}");
        assert!(
            right_answers * 100 >= answers * least_sure && answers * 5 >= total,
            "{figures}"
        );
    }
}

/// The situations of a desk's day: what was said, its category, labels that must be there, most urgent level allowed.
const SITUATIONS: [(&str, &str, &[&str], u8); 42] = [
    (
        "警:您好,滨河110。报:楼上那家半夜跺脚,咚咚咚的没法睡。警:请说一下地址。报:金桂苑7号楼502,是602在闹。",
        "080201",
        &[],
        4,
    ),
    (
        "又是602那户,上礼拜你们来过,老实了两天,今天十一点多又拖桌子",
        "080201",
        &[],
        4,
    ),
    (
        "我要说楼下502的,他拿棍子捅天花板,还往我门上泼水,我是六楼的",
        "080201",
        &[],
        4,
    ),
    ("他刚才在我家门口喊要弄死我,这都第四回了,你们快点来", "020103", &[], 1),
    (
        "他提着菜刀上来了,正在砸门!警:您先不要开门,家里有没有孩子?报:有,六岁。",
        "020101",
        &["涉刀", "未成年人"],
        1,
    ),
    (
        "(低声)他喝多了又打我……警:您现在安全吗?报:嗯。12栋三单元一楼",
        "020102",
        &["家暴", "涉酒"],
        2,
    ),
    ("就是两口子吵架,没事了,不用来了", "080101", &["撤警"], 3),
    (
        "叔叔,我爸打我妈,我妈流血了,你们快来",
        "020102",
        &["家暴", "未成年人"],
        2,
    ),
    ("我闺女让女婿打得住院了,年前就报过警", "020102", &["家暴"], 2),
    (
        "工地老板拖了我们三个月工资,一共十来个人,大概十二万八,包工头叫老马",
        "080301",
        &["欠薪", "涉众", "金额区间"],
        3,
    ),
    ("我们在项目部门口堵着呢,二十多号人,不给钱不走", "070102", &["涉众"], 2),
    ("再不给钱,我就从塔吊上跳下去!", "130101", &["扬言极端"], 1),
    ("村里老张家砌墙,占了俺家一尺多地,就在村东头", "080503", &["宅基地"], 3),
    ("他把我家墙推了,就是上回占地那一家", "020204", &[], 3),
    ("着火了着火了!东湖路口那个居民楼,五楼往外冒黑烟!", "040101", &[], 1),
    ("建设街农业银行楼上着火了,我在马路对面看见的", "040101", &[], 1),
    ("消防车到哪儿了?我刚才报的建设街那个火", "060203", &[], 4),
    ("绕城高速往机场方向,K23加500,三车追尾,占了快车道", "030101", &[], 3),
    ("绕城上撞了,我这儿堵死了,前头有个白车横着", "030101", &[], 3),
    (
        "烧烤一条街六号摊,喝酒的打起来了,啤酒瓶子都砸了",
        "020101",
        &["涉酒", "夜市烧烤"],
        2,
    ),
    ("还是烧烤街,有个光膀子的在掀桌子", "020301", &["夜市烧烤"], 2),
    (
        "在烧烤摊吃饭,结账多算我八十,还不给退",
        "080402",
        &["夜市烧烤", "金额区间"],
        4,
    ),
    (
        "我做任务刷单,前面返了五十,后来连垫三笔,一共三万七千六,提不出来了",
        "010701",
        &["涉网", "金额区间"],
        2,
    ),
    (
        "自称公安局的人说我名下有张卡洗钱,让我转安全账户,我转了八万",
        "010703",
        &["金额区间"],
        2,
    ),
    (
        "视频聊天让人录了,说不给五千就发我通讯录",
        "010801",
        &["涉网", "金额区间"],
        2,
    ),
    ("电动车停单元门口,早上起来电瓶没了,两块,值九百多", "020202", &[], 3),
    (
        "我妈走丢了,八十一岁,有点糊涂,下午四点多出的门",
        "050101",
        &["老年人"],
        2,
    ),
    ("我室友发了条再见了就联系不上了,手机关机", "050201", &["轻生"], 1),
    ("有辆黑色大众堵我车位,车牌尾号七三幺,后面记不清了", "030202", &[], 4),
    ("一辆白面包撞了个骑三轮的老汉跑了,往北开的", "030106", &["老年人"], 2),
    (
        "不方便说名字,棋牌室二楼天天晚上赌钱,一桌上万,有人放风",
        "020401",
        &[],
        3,
    ),
    (
        "刚才来的那个民警态度恶劣,警号我记了,我要投诉",
        "060201",
        &["涉警投诉"],
        3,
    ),
    ("身份证丢了,补办去哪儿?", "120101", &[], 4),
    ("暖气一天都不热,打物业没人管", "110102", &[], 4),
    ("", "900101", &[], 4),
    ("喂……我跟你说啊……我没醉……你们那个谁……", "130103", &["涉酒"], 3),
    ("前男友在我公司楼下堵我,三天了,发短信说你等着", "080102", &[], 3),
    ("物业把我家电给停了,说我没交停车费,一百二十块钱的事儿", "080501", &[], 4),
    (
        "楼上往下扔烟头,差点把我家被子点了,6号楼西头",
        "020502",
        &["高空抛物"],
        3,
    ),
    ("我们这单元一股煤气味,楼道里特别大", "050303", &["燃气"], 1),
    (
        "我来要账,他欠我两万八,借条有,就是不开门。警:请不要堵门,走法律途径。",
        "080401",
        &["债务", "金额区间"],
        3,
    ),
    ("我就想问警察怎么还没来,都等了半个小时了", "060203", &[], 4),
];

#[test]
fn the_situations_of_a_desk_get_their_category_labels_and_urgency() {
    let (tagger, rules) = (Tagger::new(), Tagger::rules_only());
    let (mut wrong, mut right) = (Vec::new(), 0);
    for (text, code, labels, urgency) in SITUATIONS {
        let tags = tag_heard(&tagger, text);
        right += usize::from(best(&tags) == code);
        let has_labels = labels.iter().all(|label| names(&tags).contains(label));
        let by_rules = tag_heard(&rules, text);
        if best(&by_rules) != code || !has_labels || tags.urgency.level > urgency {
            wrong.push(format!(
                "{code} {text}\n  {:?}\n  {:?} {:?}",
                tags.top,
                names(&tags),
                tags.urgency
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    // The rules were written for these; the model, which weighs in as well, sees some of them otherwise.
    assert!(right * 100 >= SITUATIONS.len() * 80, "{right} right with the model");
}

/// What is said, and a label that it must not (`-`) or must (`+`) give.
const LABEL_CASES: [(&str, &str); 57] = [
    ("我在刀削面馆门口等你们", "-涉刀"),
    ("政策不能一刀切吧", "-涉刀"),
    ("剃刀丢在出租车上了", "-涉刀"),
    ("他们在割草,声音特别大", "-涉刀"),
    ("双方只是争吵,没有动刀", "-涉刀"),
    ("没看见他带刀", "-涉刀"),
    ("卖菜的跟我砍价没谈拢骂我", "-涉刀"),
    ("有没有带刀?没有,就是骂人", "-涉刀"),
    ("他拿着菜刀在楼道里", "+涉刀"),
    ("让人用水果刀划了胳膊", "+涉刀"),
    ("他从腰里掏出一把匕首", "+涉刀"),
    ("邻居报警：二楼一男子拿菜刀架在女房东脖子上", "+涉刀"),
    ("他借过我家梯子没还", "-债务"),
    ("借个火就吵起来了", "-债务"),
    ("这小子就是欠揍", "-债务"),
    ("手机欠费打不出去", "-债务"),
    ("没有借条,也没有欠钱", "-债务"),
    ("他欠我三万块,借条在我手上", "+债务"),
    ("欠我货款五万多一直不给", "+债务"),
    ("双方没有喝酒", "-涉酒"),
    ("在如家酒店门口丢了手机", "-涉酒"),
    ("酒精洒了一地", "-涉酒"),
    ("不是酒后闹事", "-涉酒"),
    ("几个人喝多了在打架", "+涉酒"),
    ("闻着一身酒气", "+涉酒"),
    ("家里要消毒,联系不上物业", "-涉毒"),
    ("电脑中了病毒", "-涉毒"),
    ("孩子在溜冰场摔了", "-涉毒"),
    ("楼上有人吸毒", "+涉毒"),
    ("小孩拿玩具枪吓人", "-涉枪爆"),
    ("他拿水枪喷我", "-涉枪爆"),
    ("有人持枪抢金店", "+涉枪爆"),
    ("邻居打了我老公", "-家暴"),
    ("我丈夫打电话一直不接", "-家暴"),
    ("老公没有打我,就是吵架", "-家暴"),
    ("他又给我妈打电话骂人", "-家暴"),
    ("我对象又打我了,掐着脖子", "+家暴"),
    ("媳妇让她男人揍了,她说是家庭暴力", "+家暴"),
    ("商场跳楼价大甩卖是骗人的", "-轻生"),
    ("孩子玩跳楼机害怕", "-轻生"),
    ("不是要自杀,就是站高处看看", "-轻生"),
    ("她说不想活了,站在桥边", "+轻生"),
    ("他割腕了,流了好多血", "+轻生"),
    ("楼下吃热狗的摊子太吵", "-犬只"),
    ("就在狗不理包子铺旁边", "-犬只"),
    ("让一条没拴的狗咬了", "+犬只"),
    ("在学校路十八号有人吵架", "-涉校"),
    ("培训机构不退费", "-未成年人"),
    ("孩子让班里同学欺负了", "+未成年人"),
    ("我去燃气公司交费", "-燃气"),
    ("厨房一股天然气味", "+燃气"),
    ("烧烤摊吵得睡不着", "+夜市烧烤"),
    ("我们十几个工友等着要工资", "+涉众"),
    ("就我们两个人", "-涉众"),
    ("没事了你们不用来了", "+撤警"),
    ("到场后未发现报警人", "+未发现"),
    ("工资已经结清,没有拖欠工资", "-欠薪"),
];

#[test]
fn labels_know_denial_and_words_that_only_look_alike() {
    let tagger = Tagger::new();
    let mut wrong = Vec::new();
    for (text, case) in LABEL_CASES {
        let tags = tag_heard(&tagger, text);
        let label = case.get(1..).unwrap();
        if names(&tags).contains(&label) != case.starts_with('+') {
            wrong.push(format!("{case} {text}: {:?}", tags.labels));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_an_officer_wrote_weighs_more_than_what_was_heard() {
    let texts = [
        source(Source::Transcript, "他们在楼上打起来了"),
        source(Source::Content, "报警人称楼上半夜拖桌子、跺脚,噪音扰民"),
    ];
    assert_eq!(best(&tag_texts(&Tagger::new(), &texts)), "080201");
}

#[test]
fn a_feedback_can_make_a_theft_a_crime() {
    let tagger = Tagger::new();
    let content = source(Source::Content, "报警人称电动车昨晚停在楼下被盗");
    assert_eq!(best(&tag_texts(&tagger, std::slice::from_ref(&content))), "020202");
    let feedback = source(
        Source::Feedback("FK1".into()),
        "经核价被盗车辆及车内物品数额较大,已立为刑事案件侦办,系盗窃",
    );
    let tags = tag_texts(&tagger, &[content, feedback]);
    assert!(tags.top.iter().any(|guess| guess.code == "010699"), "{:?}", tags.top);
}

#[test]
fn nothing_said_is_a_silent_call_and_no_text_is_nothing() {
    let tagger = Tagger::new();
    for text in ["", "……", "喂?喂?您好,110,请讲。喂?"] {
        let tags = tag_heard(&tagger, text);
        assert_eq!(tags.category.as_ref().unwrap().code, "900101", "{text}");
    }
    let tags = tag_texts(&tagger, &[]);
    assert_eq!((best(&tags), tags.category.is_none()), ("999999", true));
    let tags = tag_heard(&tagger, "那个什么来着我也说不清楚反正你们看着办吧");
    assert_eq!((best(&tags), tags.urgency.level), ("999999", 3));
}

#[test]
fn what_raises_the_urgency_says_why() {
    let tagger = Tagger::new();
    for (text, level, reason) in [
        ("楼上邻居拖桌子太吵", 4, "邻里-噪音"),
        ("楼上邻居太吵,我上去说,他拿着菜刀要砍我", 1, "持械"),
        ("两口子吵架,男的说要杀她", 1, "要杀人"),
        ("夫妻吵架,女的怀孕五个月了", 2, "孕妇"),
        ("跟老板要工资,他把我打伤了", 2, "伤情"),
        ("身份证丢了去哪儿补办", 4, "户籍证件"),
        ("我们家厨房一股煤气味", 1, "燃气"),
    ] {
        let urgency = tag_heard(&tagger, text).urgency;
        assert_eq!(urgency.level, level, "{text}: {urgency:?}");
        assert!(
            urgency.reasons.iter().any(|why| why.contains(reason)),
            "{text}: {urgency:?}"
        );
    }
}

#[test]
fn reasons_are_words_of_the_text_as_they_stand() {
    let tags = tag_heard(&Tagger::rules_only(), "我老公又扯頭髮,還不讓我走");
    assert_eq!(best(&tags), "020102");
    let reasons = &tags.top.first().unwrap().reasons;
    assert!(reasons.contains(&"扯頭髮".to_owned()), "{reasons:?}");
}

#[test]
fn codes_of_every_level_have_names() {
    let tagger = Tagger::new();
    for (code, name) in [
        ("080201", Some("邻里-噪音")),
        ("0802", Some("邻里")),
        ("080200", Some("邻里")),
        ("08", Some("纠纷")),
        ("080000", Some("纠纷")),
        ("770101", None),
        ("", None),
        ("警情", None),
    ] {
        assert_eq!(tagger.category_name(code), name, "{code}");
    }
}

#[test]
fn no_cue_hides_in_a_lookalike_of_the_same_length() {
    let tagger = Tagger::new();
    let codes: Vec<&str> = tagger.lexicon.leaves.iter().map(|leaf| leaf.code.as_str()).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted, "codes are unique and in order");
    assert_eq!(codes.len(), 131);
    assert!(tagger.lexicon.leaves.iter().all(|leaf| (1..=4).contains(&leaf.urgency)));
}

#[test]
fn a_text_that_repeats_itself_costs_little() {
    let tagger = Tagger::new();
    let text = "老公打我 没有动刀 三千块 ".repeat(4_000);
    assert_eq!(best(&tag_heard(&tagger, &text)), "020102");
}

proptest! {
    #[test]
    fn any_text_is_tagged_the_same_twice(
        heard in "[打我老公刀没有着火楼上狗被偷0-9万块人,。 警:报您吗?喂a-z]{0,80}",
        written in ".{0,60}",
    ) {
        let tagger = &*TAGGER;
        let texts = [source(Source::Transcript, &heard), source(Source::Content, &written)];
        let tags = tag_texts(tagger, &texts);
        prop_assert_eq!(&tags, &tag_texts(tagger, &texts));
        prop_assert!((1..=3).contains(&tags.top.len()));
        prop_assert!(tags.top.is_sorted_by(|a, b| a.confidence >= b.confidence));
        prop_assert!(tags.top.iter().all(|guess| (0.0..=1.0).contains(&guess.confidence)));
        prop_assert!(tags.labels.is_sorted_by(|a, b| a.name < b.name));
        prop_assert!((1..=4).contains(&tags.urgency.level));
        let said = format!("{heard}{written}");
        let from_text = |reasons: &[String]| reasons.iter().all(|why| said.contains(why.as_str()));
        let silent = tags.top.first().is_some_and(|guess| guess.code == "900101");
        prop_assert!(silent || tags.top.iter().all(|guess| from_text(&guess.reasons)));
    }
}
