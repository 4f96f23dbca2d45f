//! The facts that come with a call: identifiers, times, unit, caller, record (接警单) and feedback (反馈单).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An identifier that is not usable, because it is empty, too long or holds a control character or slash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a usable identifier (1 to 64 characters, no spaces, slashes or control characters)")]
pub struct InvalidId(pub String);

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads an identifier; surrounding space is dropped.
            pub fn parse(text: &str) -> Result<$name, InvalidId> {
                let id = text.trim();
                let bad = |c: char| c.is_whitespace() || c.is_control() || c == '/' || c == '\\';
                if id.is_empty() || id.chars().count() > 64 || id.starts_with('.') || id.contains(bad) {
                    return Err(InvalidId(text.to_owned()));
                }
                Ok($name(id.to_owned()))
            }

            /// Returns the identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<$name, InvalidId> {
                $name::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<$name, InvalidId> {
                $name::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

identifier! {
    /// Identifies a call (接警单编号), or `A` and 16 hex digits for audio without a record.
    CallId
}

identifier! {
    /// Identifies a cluster: `E`, `M` or `H`, a hyphen and the id of the call that founded it.
    ClusterId
}

identifier! {
    /// Identifies a person's decision.
    DecisionId
}

identifier! {
    /// A unit (管辖单位), usually 12 digits; scope is a prefix (2 province, 4 city, 6 branch, 8 station).
    UnitCode
}

/// Who is speaking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The person who called.
    Caller,
    /// The officer at the desk (接警员).
    Dispatcher,
    /// Not known, as in a mono recording.
    #[default]
    Unknown,
}

/// What one person said, as a record gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Who said it.
    #[serde(default)]
    pub speaker: Speaker,
    /// What was said.
    pub text: String,
    /// Start in milliseconds from the beginning of the recording, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<u64>,
    /// End in milliseconds, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<u64>,
}

/// A feedback sheet (反馈单) of the unit that went there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// Its own number.
    pub id: String,
    /// When it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The unit that wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_code: Option<UnitCode>,
    /// The category that the unit gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The result code or words (调解达成 …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// The narrative.
    #[serde(default)]
    pub text: String,
}

/// One call with its record. Only `id` and `received_at` are always there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// 接警单编号.
    pub id: CallId,
    /// 报警时间, in UTC.
    pub received_at: Timestamp,
    /// True where `received_at` was not in the record but taken from the file or the time of import.
    #[serde(default)]
    pub received_assumed: bool,
    /// 来源方式: phone, sms, app …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// 报警电话.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_no: Option<String>,
    /// 报警人.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_name: Option<String>,
    /// 联系电话.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_no: Option<String>,
    /// 管辖单位.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_code: Option<UnitCode>,
    /// 接警员编号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// 警情地址: where the incident is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// 报警地址: where the caller is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_address: Option<String>,
    /// Latitude of the incident in degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Longitude of the incident in degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// 警情类别, the finest level that the desk gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// 警情标签.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// 警情等级, 1 (highest) to 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// 报警内容.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// 关联主接警单编号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main_id: Option<CallId>,
    /// 警单关联类型: 1 duplicate, 2 chaser, 3 officer's own report, 4 nuisance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_type: Option<u8>,
    /// 接警录音号: how the record names its audio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<String>,
    /// A transcript that came with the record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transcript: Vec<Turn>,
    /// 反馈单.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feedback: Vec<Feedback>,
    /// Fields that are not known here, kept and shown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, serde_json::Value>,
}

impl Call {
    /// Returns a call that has nothing but an id and a time.
    #[must_use]
    pub fn new(id: CallId, received_at: Timestamp) -> Call {
        Call {
            id,
            received_at,
            received_assumed: false,
            channel: None,
            caller_no: None,
            caller_name: None,
            contact_no: None,
            unit_code: None,
            operator: None,
            address: None,
            caller_address: None,
            lat: None,
            lon: None,
            category: None,
            labels: Vec::new(),
            level: None,
            content: None,
            main_id: None,
            link_type: None,
            audio: None,
            transcript: Vec::new(),
            feedback: Vec::new(),
            extra: BTreeMap::new(),
        }
    }
}
