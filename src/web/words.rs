//! Values in, the Chinese words and style classes that the pages show for them out.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::call::Speaker;
use crate::clusters::ClusterKind;
use crate::clusters::Level;
use crate::clusters::Status;
use crate::links::Kind;
use crate::transcript::Flag;

pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::None => "无",
        Level::Blue => "蓝",
        Level::Yellow => "黄",
        Level::Orange => "橙",
        Level::Red => "红",
    }
}

/// Returns the style class of a colour.
pub(super) fn level_class(level: Level) -> &'static str {
    match level {
        Level::None => "level-none",
        Level::Blue => "level-blue",
        Level::Yellow => "level-yellow",
        Level::Orange => "level-orange",
        Level::Red => "level-red",
    }
}

pub(super) fn cluster_kind(kind: ClusterKind) -> &'static str {
    match kind {
        ClusterKind::Event => "事件",
        ClusterKind::Matter => "事项",
        ClusterKind::Hotspot => "热点",
    }
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Suggested => "待核",
        Status::Confirmed => "已确认",
        Status::Unsure => "存疑",
        Status::Closed => "已办结",
        Status::Merged => "已并入",
    }
}

pub(super) fn link_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Event => "同一事件",
        Kind::Matter => "同一事项",
    }
}

pub(super) fn speaker(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Caller => "报警人",
        Speaker::Dispatcher => "接警员",
        Speaker::Unknown => "未分",
    }
}

/// Returns the style class of a speaker.
pub(super) fn speaker_class(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Caller => "caller",
        Speaker::Dispatcher => "dispatcher",
        Speaker::Unknown => "unknown",
    }
}

pub(super) fn flag(flag: Flag) -> &'static str {
    match flag {
        Flag::LowConfidence => "听不清",
        Flag::Repeats => "重复已删",
        Flag::Hallucination => "疑似凭空",
        Flag::Prompt => "疑似提示词",
    }
}

pub(super) fn urgency(level: u8) -> &'static str {
    match level {
        1 => "一级 特别紧急",
        2 => "二级 紧急",
        3 => "三级 一般",
        _ => "四级 非紧急",
    }
}

/// Names a stage of a call.
pub(super) fn stage(stage: &str) -> &'static str {
    match stage {
        "transcribed" => "已转写",
        "analysed" => "已分析",
        "indexed" => "已建索引",
        "linked" => "已关联",
        _ => "已接收",
    }
}

pub(super) fn job_kind(kind: &str) -> &'static str {
    match kind {
        "transcribe" => "转写",
        "analyse" => "分析",
        "index" => "建索引",
        _ => "关联",
    }
}

pub(super) fn job_state(state: &str) -> &'static str {
    match state {
        "running" => "进行中",
        "parked" => "已搁置",
        _ => "待处理",
    }
}

/// Writes a moment as people in `zone` read it.
pub(super) fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// Writes a share from 0 to 1 in per cent.
pub(super) fn percent(share: f32) -> String {
    format!("{:.0}%", share * 100.0)
}

/// Writes a place in a recording as minutes and seconds.
pub(super) fn clock(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Writes how much later one call came than the one before, in the largest fitting unit.
pub(super) fn gap(before: Timestamp, after: Timestamp) -> String {
    let minutes = after.duration_since(before).as_secs().unsigned_abs() / 60;
    match minutes {
        0 => "不到1分钟后".to_owned(),
        1..60 => format!("{minutes}分钟后"),
        60..2880 => format!("{}小时后", minutes / 60),
        _ => format!("{}天后", minutes / 1440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_told_in_the_largest_fitting_unit() {
        let start: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        for (seconds, expected) in [
            (30, "不到1分钟后"),
            (150, "2分钟后"),
            (7200, "2小时后"),
            (259_200, "3天后"),
        ] {
            let later = start + jiff::SignedDuration::from_secs(seconds);
            assert_eq!(gap(start, later), expected);
        }
    }

    #[test]
    fn times_are_shown_in_the_zone_of_the_desk() {
        let at: Timestamp = "2026-03-01T16:28:44Z".parse().unwrap();
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        assert_eq!(time(at, &zone), "2026-03-02 00:28:44");
        assert_eq!(clock(754_321), "12:34");
    }
}
