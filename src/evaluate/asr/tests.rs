//! Texts in, their errors in each layer and in total out.

use proptest::prelude::*;

use super::*;
use crate::call::Speaker;
use crate::call::Turn;
use crate::transcript;

#[test]
fn each_inserted_lost_or_wrong_character_counts_once() {
    for (said, heard, errors) in [
        ("", "", 0),
        ("楼上太吵", "楼上太吵", 0),
        ("楼上太吵", "楼上太早", 1),
        ("楼上太吵", "楼太吵", 1),
        ("楼上太吵", "我楼上太吵了", 2),
        ("金桂苑", "", 3),
        ("", "请点赞", 3),
        ("七号楼二单元", "四号楼二但元", 2),
    ] {
        assert_eq!(
            cer(said, heard),
            Cer {
                errors,
                chars: said.chars().count()
            },
            "{said} {heard}"
        );
    }
}

fn heard(text: &str, corrected: Option<&str>) -> Transcript {
    let turn = Turn {
        speaker: Speaker::Caller,
        text: text.to_owned(),
        start_ms: Some(0),
        end_ms: Some(900),
    };
    let mut transcript = transcript::given(&[turn]);
    transcript.segments[0].corrected = corrected.map(str::to_owned);
    transcript
}

#[test]
fn each_layer_has_its_own_errors_and_numbers_are_compared_as_digits_in_one_of_them() {
    let ours = heard("金贵院二一栋", Some("金桂苑二一栋"));
    let layers = compare(
        "金桂苑二十一栋",
        &ours,
        Some(&heard("金贵院", None)),
        &Gazetteer::default(),
    );
    assert_eq!(layers.heard.cer, Cer { errors: 3, chars: 7 });
    assert_eq!(layers.corrected.cer, Cer { errors: 1, chars: 7 });
    assert_eq!(layers.normalised, Cer { errors: 0, chars: 6 });
    assert_eq!(
        (layers.normalised_differs, layers.corrected.entities.numbers.right),
        (1, 1)
    );
    assert_eq!(layers.plain.map(|layer| layer.cer.errors), Some(6));
    let removed = compare("", &heard("请点赞", Some("")), None, &Gazetteer::default());
    assert_eq!((removed.heard.cer.errors, removed.corrected.cer.errors), (3, 0));
    assert_eq!((removed.normalised_differs, removed.plain), (0, None));
}

#[test]
fn totals_count_characters_and_not_recordings_and_stand_by_layout_and_codec() {
    let file = |codec: &str, channels, errors, chars, plain: Option<usize>| {
        let layer = |errors| Layer {
            cer: Cer { errors, chars },
            ..Layer::default()
        };
        File {
            file: codec.to_owned(),
            codec: codec.to_owned(),
            channels,
            audio_s: 10.0,
            seconds: 2.0,
            seconds_plain: plain.map(|_| 1.0),
            layers: Layers {
                corrected: layer(errors),
                plain: plain.map(layer),
                ..Layers::default()
            },
        }
    };
    let files = [
        file("alaw", 1, 1, 2, Some(2)),
        file("flac", 2, 1, 98, Some(2)),
        file("alaw", 2, 0, 100, None),
    ];
    let rate = |total: &Total| total.layers.corrected.cer.rate();
    let report = report(&files);
    assert_eq!((report.total.files, rate(&report.total)), (3, 0.01));
    // What was not measured everywhere has no total.
    assert_eq!((report.total.layers.plain, report.total.seconds_plain), (None, None));
    let rates = |totals: &[Total]| -> Vec<(String, f64)> {
        totals.iter().map(|total| (total.name.clone(), rate(total))).collect()
    };
    assert_eq!(
        rates(&report.by_layout),
        [("mono".to_owned(), 0.5), ("two-channel".to_owned(), 1.0 / 198.0)]
    );
    assert_eq!(
        rates(&report.by_codec),
        [("alaw".to_owned(), 1.0 / 102.0), ("flac".to_owned(), 1.0 / 98.0)]
    );
    let json = serde_json::to_value(&report.by_layout[0]).unwrap();
    assert_eq!(
        (&json["corrected"]["cer"]["rate"], &json["seconds_plain"]),
        (&0.5.into(), &1.0.into())
    );
}

#[test]
fn words_out_of_silence_are_all_wrong() {
    assert_eq!(cer("", "请点赞").rate(), 1.0);
    assert_eq!(cer("", "").rate(), 0.0);
}

proptest! {
    #[test]
    fn distance_is_a_metric(a in "[甲乙丙]{0,8}", b in "[甲乙丙]{0,8}", c in "[甲乙丙]{0,8}") {
        let d = |x: &str, y: &str| cer(x, y).errors;
        prop_assert_eq!(d(&a, &b), d(&b, &a));
        prop_assert_eq!(d(&a, &b) == 0, a == b);
        prop_assert!(d(&a, &c) <= d(&a, &b) + d(&b, &c));
    }
}
