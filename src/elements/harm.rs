//! A text in, the weapons and injuries that are there out; what is denied, asked or only looks like one is left out.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use aho_corasick::MatchKind;
use regex::Regex;

use crate::elements::Item;
use crate::elements::clause;
use crate::elements::reading::Reading;
use crate::elements::reading::head;
use crate::elements::reading::tail;

/// What a word of `corpora/harm.tsv` stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Weapon,
    /// A weapon where it is used as one.
    Tool,
    Injury,
    None,
}

struct Words {
    finder: AhoCorasick,
    kinds: Vec<Kind>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let rows = (include_str!("../../corpora/harm.tsv").lines()).filter_map(|line| line.split_once('\t'));
    let (words, kinds): (Vec<&str>, Vec<Kind>) = rows
        .map(|(kind, word)| {
            let kind = match kind {
                "weapon" => Kind::Weapon,
                "tool" => Kind::Tool,
                "injury" => Kind::Injury,
                _ => Kind::None,
            };
            (word, kind)
        })
        .unzip();
    let builder = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(words);
    Words {
        finder: builder.expect("some hundred short words"),
        kinds,
    }
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed")
}

/// A part of the body with what is wrong with it (额头磕破, 腿断了).
static BODY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        "(?:头皮?|脑袋|脑门|额头|后脑勺|脸|鼻子|鼻梁|眼睛?|眼角|眼眶|眼皮|嘴唇?|嘴角|牙|门牙|下巴|耳朵|耳垂|脖子|肩膀?|胳膊|手臂|手腕|手背|手指头?|手|",
        "胸口?|肋骨|腰|后背|背|肚子|大腿|小腿|腿|膝盖|脚踝|脚|骨头|指甲|屁股)",
        "(?:都|也|全|直接|好像|就|已经|一直|给|让他|被他?)?",
        "(?:[磕擦蹭碰撞摔砸打咬抓烫压夹扎划割]?(?:破|断|折|肿|裂|烂)了?|青了|紫了?|麻木?|流血|出血|冒血|淌血|起了?泡|烫起泡|开了瓢|磕掉|肿得|",
        "戳出来|剁下来|抬不起来|疼|扭了|燎了|翻了|发紫|发青|砍了|捅了)",
    ))
});
/// What makes a weapon of a tool by itself when it stands before it.
static WIELDS: LazyLock<Regex> =
    LazyLock::new(|| pattern("抡|抄起|抄着|抄家伙|挥|操起|操着|持|举起|举着|亮出|掏出|扬言|威胁"));
/// What makes a weapon of a tool together with what is done with it.
static HOLDS: LazyLock<Regex> = LazyLock::new(|| pattern("拿|用|拎|提|攥|扛|揣|带|搬|把|握|捡|端|让|抄"));
/// What is done with a weapon.
static HURTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "打(?:[^电开不车算听扫理包]|$)|砍|捅|砸|抽|追|刺|扎|划|顶|泼|浇|烫|威胁|扬言|杀|弄死|同归于尽|一块完|炸|戳|劈|敲|刨|勒|开瓢|拧开|囫囵",
    )
});
/// Tales of what is not: exercises, films, pictures, dreams, toys.
static UNREAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "模拟|演练|演习|假的|电影|电视剧|游戏里|小说|梦见|梦到|做梦|玩具|塑料|道具|动画|小熊|娃娃|谎称|谎报|瞎编|编的|开玩笑|逗你|逗着玩|恶作剧|虚构|拍戏|剧组|排练|剧本|模型|手办|表演|舞台|武术|练武|学狗叫",
    )
});
/// What was at another time.
static PAST: LazyLock<Regex> = LazyLock::new(|| pattern("去年|前年|上回|上次|以前|早年|那年|曾经|曾因"));
/// What denies a thing when it stands right behind it.
static DENIED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        "^(?:的?图|的?照片|[^,。!?;:]{0,5}?没(?:有|见|看|带|动|拿|亮|使|用|流|出|碰|掏)|未见|不严重",
        "|[^。!?;]{0,6}(?:没看见|没见着|没见到|没瞧见|其实没)|(?:还|就|都|是)?(?:放?在)(?:厨房|案板|抽屉|柜|架)|[^,。!?;:]{0,4}(?:藏|收)(?:了|起|好|走)|是(?:逗|假|骗|闹|玩)|是?切菜|是?切瓜|是?切水果|削[苹水果梨]|做饭)",
    ))
});

/// A word of one character says less.
const SHORT: f32 = 0.6;
/// How many characters before a tool tell who holds it, and behind it what for.
const REACH: usize = 10;

/// Finds weapons and injuries, each in order.
pub(super) fn find(reading: &Reading) -> (Vec<Item<String>>, Vec<Item<String>>) {
    let text = &reading.plain.text;
    let (mut weapons, mut injuries): (Vec<Item<String>>, Vec<Item<String>>) = (Vec::new(), Vec::new());
    for found in WORDS.finder.find_iter(text) {
        let kind = WORDS.kinds[found.pattern().as_usize()];
        let used = || kind != Kind::Tool || is_used(text, found.range());
        if kind == Kind::None || !is_there(text, found.range()) || !used() {
            continue;
        }
        let item = item(reading, found.range());
        match kind {
            Kind::Injury => injuries.push(item),
            _ => weapons.push(item),
        }
    }
    for found in BODY.find_iter(text).filter(|found| is_there(text, found.range())) {
        let item = item(reading, found.range());
        if injuries
            .iter()
            .all(|other| other.end <= item.start || item.end <= other.start)
        {
            injuries.push(item);
        }
    }
    injuries.sort_by_key(|item| item.start);
    (weapons, injuries)
}

fn item(reading: &Reading, range: Range<usize>) -> Item<String> {
    let word = reading.plain.text.get(range.clone()).unwrap_or_default().to_owned();
    let confidence = if word.chars().count() > 1 { 0.9 } else { SHORT };
    reading.item(reading.plain.span(range), word, confidence)
}

/// Tells whether a clause says that something is there: it does not ask, deny or tell a tale.
fn is_there(text: &str, range: Range<usize>) -> bool {
    let words = text.get(clause::around(text, range.start)).unwrap_or_default();
    let (before, after) = (
        clause::before(text, range.start),
        text.get(range.end..).unwrap_or_default(),
    );
    let sentence = text.get(clause::sentence(text, range.start)).unwrap_or_default();
    let told = !clause::asks(words) && !PAST.is_match(words);
    told && !clause::denies(before) && !DENIED.is_match(after) && !UNREAL.is_match(sentence)
}

/// Tells whether a tool is used as a weapon.
fn is_used(text: &str, range: Range<usize>) -> bool {
    let before = tail(text.get(..range.start).unwrap_or_default(), REACH);
    let before = before.rsplit(['。', '!', '?', ';', ',']).next().unwrap_or_default();
    let after = head(text.get(range.end..).unwrap_or_default(), REACH);
    let after = after.split(['。', '!', '?', ';']).next().unwrap_or_default();
    // 拿着棍子,没打: what was not done to anybody says nothing.
    let done = |clause: &&str| !DENIES.iter().any(|word| clause.starts_with(word));
    let after: String = after.split(',').take_while(done).collect();
    // 啤酒瓶都砸了: what is broken at once needs nobody who holds it.
    let smashed = head(&after, 4).contains(['砸', '顶']);
    smashed || WIELDS.is_match(before) || (HOLDS.is_match(before) && HURTS.is_match(&after))
}

/// What a clause begins with that tells what was not done.
const DENIES: [&str; 8] = ["没", "未", "不", "也没", "但没", "可没", "就没", "倒没"];
