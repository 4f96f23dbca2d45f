//! A record in, the rows of the table that a call page shows out.

use serde_json::Value;

use crate::call::Call;
use crate::tags::Tagger;

/// Returns name and value of each field that is there; unknown fields come last, by name.
pub(super) fn facts(call: &Call, tagger: &Tagger) -> Vec<(String, String)> {
    let category = call.category.as_ref().map(|code| match tagger.category_name(code) {
        Some(name) => format!("{name} {code}"),
        None => code.clone(),
    });
    let position = call.lat.zip(call.lon).map(|(lat, lon)| format!("{lat:.5}, {lon:.5}"));
    let known = [
        ("报警内容", call.content.clone()),
        ("警情地址", call.address.clone()),
        ("报警地址", call.caller_address.clone()),
        ("坐标", position),
        ("报警电话", call.caller_no.clone()),
        ("联系电话", call.contact_no.clone()),
        ("报警人", call.caller_name.clone()),
        ("管辖单位", call.unit_code.as_ref().map(ToString::to_string)),
        ("来源方式", call.channel.clone()),
        ("警情类别", category),
        ("警情标签", (!call.labels.is_empty()).then(|| call.labels.join("、"))),
        ("警情等级", call.level.map(|level| level.to_string())),
        ("接警员", call.operator.clone()),
        ("主接警单", call.main_id.as_ref().map(ToString::to_string)),
        ("关联类型", call.link_type.map(link_type)),
        ("接警录音", call.audio.clone()),
        (
            "时间",
            call.received_assumed.then(|| "接警单没有时间，取自文件".to_owned()),
        ),
    ];
    let known = known
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let extra = call.extra.iter().map(|(name, value)| (name.clone(), plain(value)));
    known.chain(extra).collect()
}

fn link_type(code: u8) -> String {
    match code {
        1 => "重复报警".to_owned(),
        2 => "催办".to_owned(),
        3 => "民警反馈".to_owned(),
        4 => "骚扰".to_owned(),
        other => other.to_string(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
