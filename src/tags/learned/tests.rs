//! Learning from few texts: what is learned, that it is the same each time, that a file gives it back or is refused.

use std::sync::LazyLock;

use super::*;
use crate::elements::Elements;
use crate::tags::Example;
use crate::tags::LearnError;
use crate::tags::Tagger;
use crate::terms::Segmenter;

static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(|| Segmenter::new([]));
static LEARNED: LazyLock<Model> = LazyLock::new(|| learn(&examples()));

/// Three categories, each told by a word that no rule knows, among words of all.
fn examples() -> Vec<Example> {
    let subjects = ["老李家", "门口那户", "我表弟", "那个胖子", "楼下卖菜的", "张姐"];
    let places = ["在院里", "在河边", "在集上", "在桥头"];
    let told = [("080201", "敲锣打钹"), ("030101", "剐蹭保险杠"), ("050101", "迷途未归")];
    let mut examples = Vec::new();
    for (code, word) in told {
        for subject in subjects {
            examples.extend(places.map(|place| Example {
                code: code.to_owned(),
                text: format!("{subject}{place}{word}了"),
            }));
        }
    }
    examples
}

fn learn(examples: &[Example]) -> Model {
    Tagger::rules_only().learn(&SEGMENTER, examples).unwrap().0
}

fn best(text: &str) -> (String, f32, Vec<String>) {
    let texts = [crate::elements::SourceText {
        source: crate::elements::Source::Content,
        text: text.to_owned(),
    }];
    let tagger = Tagger::with_model(LEARNED.clone());
    let tags = tagger.tag(&SEGMENTER, &texts, &Elements::default());
    let best = tags.top.into_iter().next().unwrap();
    (best.code, best.confidence, best.reasons)
}

#[test]
fn what_was_learned_tells_and_names_its_words() {
    let (code, sure, reasons) = best("二舅在山上敲锣打钹");
    assert_eq!(code, "080201");
    assert!(sure > 0.5, "{sure}");
    assert!(reasons.iter().any(|word| word.contains("敲锣")), "{reasons:?}");
}

#[test]
fn sounds_tell_where_the_characters_are_wrong() {
    let (code, ..) = best("二舅说他的宝先杠被瓜曾了");
    assert_eq!(code, "030101");
}

#[test]
fn each_text_is_held_out_once_and_judged() {
    let (_, held_out) = Tagger::rules_only().learn(&SEGMENTER, &examples()).unwrap();
    assert_eq!(held_out.len(), examples().len());
    let right = held_out
        .iter()
        .filter(|one| one.guesses.first().is_some_and(|(code, _)| *code == one.code));
    assert_eq!(right.count(), held_out.len());
}

#[test]
fn the_same_texts_give_the_same_model_and_its_file_gives_it_back() {
    assert_eq!(*LEARNED, learn(&examples()));
    assert_eq!(Model::read(&LEARNED.write()).unwrap(), *LEARNED);
}

#[test]
fn a_spoilt_file_is_refused_and_says_why() {
    let bytes = LEARNED.write();
    let refused = |bytes: &[u8]| Model::read(bytes).unwrap_err().to_string();
    assert!(refused(b"PK\x03\x04").contains("no tags model"));
    assert!(refused(&bytes[..bytes.len() - 1]).contains("length"));
    assert!(refused(&bytes[..30]).contains("damaged"));
    let other = String::from_utf8_lossy(&bytes).replacen("010101", "019999", 1);
    assert!(refused(other.as_bytes()).contains("other categories"));
    let old = String::from_utf8_lossy(&bytes).replacen("\"features_version\":", "\"features_version\":9", 1);
    assert!(refused(old.as_bytes()).contains("another version"));
}

#[test]
fn too_few_texts_and_unknown_categories_are_named() {
    let learn = |examples: &[Example]| Tagger::rules_only().learn(&SEGMENTER, examples).unwrap_err();
    assert_eq!(learn(&examples()[..3]), LearnError::TooFew(3));
    let mut wrong = examples();
    wrong[4].code = "噪音".to_owned();
    assert_eq!(learn(&wrong).to_string(), "text 5: `噪音` is no leaf of the taxonomy");
}

#[test]
fn the_embedded_model_was_made_of_the_embedded_texts() {
    let model = Model::read(crate::tags::MODEL).unwrap();
    let made_of = crate::tags::digest(&crate::tags::embedded_examples());
    assert_eq!(
        model.digest(),
        made_of,
        "run `huisheng tags train --out corpora/tags_model.bin`"
    );
}
