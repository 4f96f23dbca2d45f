//! The fields of one record in, the record out, or the first thing wrong with it and the way out.

use jiff::Timestamp;
use serde_json::Value;

use crate::call::Call;
use crate::call::CallId;
use crate::call::Feedback;
use crate::call::Speaker;
use crate::call::Turn;
use crate::call::UnitCode;

use crate::records::Reading;
use crate::records::Record;
use crate::records::fields::Fields;
use crate::records::times;

/// Understands one record.
pub(super) fn record(line: usize, mut fields: Fields, reading: &Reading) -> Result<Record, String> {
    fields.join();
    let mut taken = Taken { fields, reading };
    let id = taken.id("id")?;
    let audio = taken.text("audio")?;
    if id.is_none() && audio.is_none() {
        return Err(
            "neither `id` (接警单编号) nor `audio` (接警录音号); a record needs one of them to be told from others"
                .to_owned(),
        );
    }
    let received = taken.time("received_at")?;
    let assumed = taken.flag("received_assumed")?;
    let unnamed = CallId::parse("unnamed").expect("a usable identifier");
    let mut call = Call::new(unnamed, received.unwrap_or(reading.now));
    call.received_assumed = received.is_none() || assumed;
    call.audio = audio;
    taken.person(&mut call)?;
    taken.place(&mut call)?;
    taken.desk(&mut call)?;
    call.transcript = taken.turns()?;
    call.feedback = taken.feedback()?;
    call.extra = taken.fields.extra;
    Ok(Record { line, id, draft: call })
}

/// Fields that are taken out one by one.
struct Taken<'a> {
    fields: Fields,
    reading: &'a Reading,
}

impl Taken<'_> {
    fn person(&mut self, call: &mut Call) -> Result<(), String> {
        call.channel = self.text("channel")?;
        call.caller_no = self.number_text("caller_no")?;
        call.caller_name = self.text("caller_name")?;
        call.contact_no = self.number_text("contact_no")?;
        call.operator = self.text("operator")?;
        Ok(())
    }

    fn place(&mut self, call: &mut Call) -> Result<(), String> {
        call.unit_code = self.parsed("unit_code", UnitCode::parse)?;
        call.address = self.text("address")?;
        call.caller_address = self.text("caller_address")?;
        call.lat = self.degrees("lat", 90.0)?;
        call.lon = self.degrees("lon", 180.0)?;
        Ok(())
    }

    fn desk(&mut self, call: &mut Call) -> Result<(), String> {
        call.category = self.number_text("category")?;
        call.labels = self.labels()?;
        call.level = self.digit("level", level)?;
        call.content = self.text("content")?;
        call.main_id = self.id("main_id")?;
        call.link_type = self.digit("link_type", link_type)?.filter(|kind| *kind > 0);
        Ok(())
    }

    /// Text, or a number as it is written; surrounding space is dropped and empty text is absent.
    fn text(&mut self, field: &str) -> Result<Option<String>, String> {
        text(field, self.fields.known.remove(field))
    }

    /// Text that consists of digits by nature, and that spreadsheets like to spoil.
    fn number_text(&mut self, field: &str) -> Result<Option<String>, String> {
        let text = self.text(field)?;
        let spoiled = |text: &&String| text.to_uppercase().contains("E+") && text.parse::<f64>().is_ok();
        if let Some(text) = text.as_ref().filter(spoiled) {
            return Err(format!(
                "`{field}`: `{}` was shortened by a spreadsheet; format the column as text and export again",
                shown(text)
            ));
        }
        Ok(text)
    }

    fn parsed<T, E: std::fmt::Display>(
        &mut self,
        field: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, String> {
        let Some(text) = self.number_text(field)? else {
            return Ok(None);
        };
        parse(&text).map(Some).map_err(|error| format!("`{field}`: {error}"))
    }

    fn id(&mut self, field: &str) -> Result<Option<CallId>, String> {
        self.parsed(field, CallId::parse)
    }

    fn time(&mut self, field: &str) -> Result<Option<Timestamp>, String> {
        let text = self.text(field)?;
        text.map(|text| time(field, &text, self.reading)).transpose()
    }

    fn flag(&mut self, field: &str) -> Result<bool, String> {
        match self.fields.known.remove(field) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(Value::String(text)) if text == "true" || text == "false" => Ok(text == "true"),
            Some(other) => Err(format!(
                "`{field}`: `{}` is neither true nor false",
                shown(&other.to_string())
            )),
        }
    }

    fn degrees(&mut self, field: &str, most: f64) -> Result<Option<f64>, String> {
        let Some(text) = self.text(field)? else {
            return Ok(None);
        };
        match text.parse::<f64>() {
            Ok(degrees) if degrees.abs() <= most => Ok(Some(degrees)),
            _ => Err(format!(
                "`{field}`: `{}` is not a number of degrees within ±{most}",
                shown(&text)
            )),
        }
    }

    fn digit(&mut self, field: &str, read: fn(&str) -> Option<u8>) -> Result<Option<u8>, String> {
        let Some(text) = self.text(field)? else {
            return Ok(None);
        };
        match read(&text) {
            Some(digit) => Ok(Some(digit)),
            None => Err(format!(
                "`{field}`: `{}` is not a known value; leave it empty or write a digit",
                shown(&text)
            )),
        }
    }

    fn labels(&mut self) -> Result<Vec<String>, String> {
        let listed: Vec<String> = match self.fields.known.remove("labels") {
            Some(Value::Array(values)) => values
                .into_iter()
                .map(|value| text("labels", Some(value)))
                .filter_map(Result::transpose)
                .collect::<Result<_, _>>()?,
            other => text("labels", other)?
                .iter()
                .flat_map(|text| text.split([',', ';', '|', '\u{ff0c}', '\u{ff1b}', '、', ' ']))
                .map(|label| label.trim().to_owned())
                .collect(),
        };
        Ok(listed.into_iter().filter(|label| !label.is_empty()).collect())
    }

    fn turns(&mut self) -> Result<Vec<Turn>, String> {
        let mut turns = Vec::new();
        for (index, value) in self.list("transcript")?.into_iter().enumerate() {
            let name = format!("transcript[{index}]");
            let turn = self.part(&name, value, &["speaker", "text", "start_ms", "end_ms"])?;
            turns.push(serde_json::from_value(turn).map_err(|error| format!("`{name}`: {error}"))?);
        }
        Ok(turns)
    }

    fn feedback(&mut self) -> Result<Vec<Feedback>, String> {
        let mut all = Vec::new();
        for (index, value) in self.list("feedback")?.into_iter().enumerate() {
            let name = format!("feedback[{index}]");
            let mut value = self.part(&name, value, &["id", "at", "unit_code", "category", "result", "text"])?;
            if let Some(Value::String(at)) = value.get("at") {
                let at = time(&format!("{name}.at"), at, self.reading)?;
                value["at"] = Value::String(at.to_string());
            }
            all.push(serde_json::from_value(value).map_err(|error| format!("`{name}`: {error}"))?);
        }
        Ok(all)
    }

    fn list(&mut self, field: &str) -> Result<Vec<Value>, String> {
        match self.fields.known.remove(field) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => Ok(values),
            Some(Value::String(text)) if field == "transcript" => Ok(vec![serde_json::json!({ "text": text })]),
            Some(_) => Err(format!("`{field}`: not a list of objects; only JSONL can carry it")),
        }
    }

    /// One object of a list; its unknown members are kept among the unknown fields under their path.
    fn part(&mut self, name: &str, value: Value, known: &[&str]) -> Result<Value, String> {
        let Value::Object(mut object) = value else {
            return Err(format!("`{name}`: not an object"));
        };
        let others: Vec<String> = object
            .keys()
            .filter(|key| !known.contains(&key.as_str()))
            .cloned()
            .collect();
        for key in others {
            if let Some(value) = object.remove(&key) {
                self.fields.extra.insert(format!("{name}.{key}"), value);
            }
        }
        if let Some(speaker) = object.get_mut("speaker") {
            let named = speaker.as_str().map(self::speaker);
            *speaker = serde_json::to_value(named.unwrap_or_default()).unwrap_or_default();
        }
        object.retain(|_, value| !value.is_null());
        Ok(Value::Object(object))
    }
}

fn text(field: &str, value: Option<Value>) -> Result<Option<String>, String> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(format!("`{field}`: `{}` is not text", shown(&other.to_string()))),
    }
}

fn time(field: &str, text: &str, reading: &Reading) -> Result<Timestamp, String> {
    times::read(text, &reading.zone).ok_or_else(|| {
        format!(
            "`{field}`: `{}` is not a time; write it like 2026-03-01T16:28:44+08:00 or 2026-03-01 16:28:44",
            shown(text)
        )
    })
}

fn speaker(text: &str) -> Speaker {
    match text.trim().to_lowercase().as_str() {
        "caller" | "报警人" | "报" => Speaker::Caller,
        "dispatcher" | "接警员" | "警" => Speaker::Dispatcher,
        _ => Speaker::Unknown,
    }
}

fn level(text: &str) -> Option<u8> {
    match text.trim_end_matches('级') {
        "1" | "01" | "一" | "Ⅰ" => Some(1),
        "2" | "02" | "二" | "Ⅱ" => Some(2),
        "3" | "03" | "三" | "Ⅲ" => Some(3),
        "4" | "04" | "四" | "Ⅳ" => Some(4),
        _ => None,
    }
}

fn link_type(text: &str) -> Option<u8> {
    match text {
        "0" | "无" => Some(0),
        "1" | "重复报警" => Some(1),
        "2" | "催办" => Some(2),
        "3" | "民警反馈" => Some(3),
        "4" | "骚扰" | "多次骚扰" => Some(4),
        _ => None,
    }
}

/// The beginning of a value, for a message.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
