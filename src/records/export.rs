//! A call in, its line of JSON out.

use serde_json::Map;
use serde_json::Value;

use crate::call::Call;

/// Known fields in the order of [`Call`], then the unknown ones under their own names.
pub(super) fn line(call: &Call) -> String {
    let value = serde_json::to_value(call).expect("a call has only text keys");
    let Value::Object(mut object) = value else {
        unreachable!("a call is an object");
    };
    if !call.received_assumed {
        object.remove("received_assumed");
    }
    let extra = object.remove("extra");
    let mut line: Map<String, Value> = object;
    for (name, value) in extra.as_ref().and_then(Value::as_object).into_iter().flatten() {
        line.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Value::Object(line).to_string()
}
