//! What programs get from the HTTP API, and what the worst of them cannot do to it.

use serde_json::Value;

use crate::desk::Desk;

#[test]
fn a_search_gives_hits_with_marks_counts_and_the_matter() {
    let answer = Desk::open()
        .get("/api/v1/search?q=%E6%A5%BC%E4%B8%8A%20%E5%99%AA%E9%9F%B3")
        .json();
    assert_eq!((&answer["total"], &answer["relaxed"]), (&2.into(), &false.into()));
    for hit in answer["hits"].as_array().unwrap() {
        assert!(hit["snippet"].as_str().unwrap().contains("<mark>"), "{hit}");
        assert_eq!(hit["matter"], "M-JJ1");
    }
    assert_eq!(
        answer["categories"],
        serde_json::json!([{"value": "080201", "calls": 2}])
    );
}

#[test]
fn a_call_shows_record_transcript_tags_and_links() {
    let call = Desk::open().get("/api/v1/calls/JJ1").json();
    assert_eq!(call["caller_no"], "13800001234");
    let last = &call["transcript"][2];
    assert_eq!(last["corrected"], "枫丹白露二十一栋三单元");
    assert_eq!(last["flags"], serde_json::json!(["low_confidence"]));
    assert_eq!(call["elements"]["places"][0]["building"], "21");
    assert_eq!(call["tags"]["category"]["reasons"], serde_json::json!(["噪音", "吵"]));
    assert_eq!(call["links"][0]["other"], "JJ2");
    assert_eq!(call["clusters"][0]["level"], "yellow");
}

#[test]
fn every_address_of_the_openapi_document_answers_as_it_says() {
    let desk = Desk::open();
    let document = desk.get("/api/openapi.json").json();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let id = if path.contains("clusters") { "M-JJ1" } else { "JJ1" };
        let answer = desk.get(&path.replace("{id}", id));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let content = operations["get"]["responses"]["200"]["content"].as_object().unwrap();
        let kind = answer.header("content-type").split(';').next().unwrap();
        let described = content.get(kind).unwrap_or_else(|| panic!("{path} gives {kind}"));
        if kind == "application/json" {
            conforms(&document, &described["schema"], &answer.json(), path);
        }
    }
}

/// Checks the part of JSON Schema that the document uses.
fn conforms(document: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        return conforms(document, target, value, place);
    }
    let types = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().map(|one| one.as_str().unwrap()).collect(),
        _ => return,
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = types.contains(&kind) || kind == "integer" && types.contains(&"number");
    assert!(fits, "{place}: {value} is not {types:?}");
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(allowed.contains(value), "{place}: {value}");
    }
    for one in value.as_array().into_iter().flatten() {
        conforms(document, &schema["items"], one, place);
    }
    for required in schema["required"].as_array().into_iter().flatten() {
        let name = required.as_str().unwrap();
        assert!(value.get(name).is_some(), "{place}: {name} is missing");
        conforms(
            document,
            &schema["properties"][name],
            &value[name],
            &format!("{place}.{name}"),
        );
    }
}

#[test]
fn a_telephone_recording_comes_as_sound_that_every_browser_plays() {
    let desk = Desk::open();
    let whole = desk.get("/api/v1/calls/JJ1/audio");
    assert_eq!((whole.status, whole.header("content-type")), (200, "audio/wav"));
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let sound = hound::WavReader::new(whole.body.as_slice()).unwrap();
    let spec = sound.spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (2, 16_000, 16));
    assert_eq!(sound.duration(), 64_000, "four seconds");
    let part = desk.get_range("/api/v1/calls/JJ1/audio", "bytes=100-199");
    assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[100..200]));
    assert_eq!(
        part.header("content-range"),
        format!("bytes 100-199/{}", whole.body.len())
    );
    let outside = desk.get_range("/api/v1/calls/JJ1/audio", "bytes=99999999-");
    assert_eq!(outside.status, 416);
}

#[test]
fn what_is_not_there_is_a_problem_document_for_programs_and_a_page_for_people() {
    let desk = Desk::open();
    for path in [
        "/api/v1/calls/none",
        "/api/v1/calls/JJ2/audio",
        "/api/v1/clusters/none",
        "/api/none",
    ] {
        let answer = desk.get(path);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (404, "application/problem+json"),
            "{path}"
        );
        assert_eq!(answer.json()["status"], 404);
    }
    for path in ["/calls/none", "/calls/%FF", "/clusters/none", "/none", "/assets/none"] {
        let answer = desk.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.text().starts_with("<!doctype html>"), "{path}");
    }
}

#[test]
fn clusters_are_filtered_and_an_unknown_kind_is_refused() {
    let desk = Desk::open();
    let count = |query: &str| {
        desk.get(&format!("/api/v1/clusters{query}"))
            .json()
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        (count(""), count("?kind=matter&status=suggested"), count("?kind=event")),
        (1, 1, 0)
    );
    assert_eq!(desk.get("/api/v1/clusters?kind=matters").status, 400);
    assert_eq!(desk.get("/clusters?status=x").status, 400);
}

#[test]
fn no_query_stops_the_service() {
    let desk = Desk::open();
    let deep = |open: &str, close: &str, times: usize| format!("{}a{}", open.repeat(times), close.repeat(times));
    let hostile = [
        deep("(", ")", 5000),
        deep("NOT%20(", ")", 1000),
        deep("(", ")%5E2", 1000),
        "%22a%20".repeat(2000),
        format!("%22{}%22", "a%20".repeat(3000)),
        "a%20OR%20".repeat(1000),
        "-".repeat(600),
        "*".repeat(400),
        "%E6%A5%BC".repeat(513),
        "%22".repeat(511),
        "%00".to_owned(),
        "%FF%FE".to_owned(),
        "a:%5B*%20TO%20*%5D".to_owned(),
        "/.*/".to_owned(),
        "a~9999999999".to_owned(),
        "%F0%9F%98%80".repeat(128),
    ];
    for query in &hostile {
        for path in ["/api/v1/search?q=", "/?q="] {
            let answer = desk.get(&format!("{path}{query}"));
            assert!(
                [200, 400, 414, 431].contains(&answer.status),
                "{} for {path}{query}",
                answer.status
            );
        }
    }
    for query in [
        "limit=99999999999999999999",
        "limit=1001",
        "offset=10000",
        "from=x",
        "q=a&q=b",
        "page=-1",
    ] {
        let answer = desk.get(&format!("/api/v1/search?{query}"));
        let refused = query != "page=-1";
        assert_eq!(answer.status, if refused { 400 } else { 200 }, "{query}");
    }
    assert_eq!(desk.get("/?page=18446744073709551615").status, 200);
    assert_eq!(desk.get("/healthz").text(), "ok\n");
}

#[test]
fn every_answer_forbids_foreign_script_and_framing() {
    let desk = Desk::open();
    for path in [
        "/",
        "/calls/JJ3",
        "/clusters",
        "/clusters/M-JJ1",
        "/assets/style.css",
        "/none",
        "/api/v1/alerts",
    ] {
        let answer = desk.get(path);
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[test]
fn counts_can_be_watched() {
    let desk = Desk::open();
    let metrics = desk.get("/metrics");
    assert!(metrics.text().contains("\nhuisheng_calls 3\n"), "{}", metrics.text());
    assert!(
        metrics
            .text()
            .contains("huisheng_jobs{kind=\"link\",state=\"ready\"} 1"),
        "{}",
        metrics.text()
    );
    assert_eq!(desk.get("/readyz").json()["indexed"], 3);
}

#[test]
fn the_server_ends_when_it_is_told_to() {
    let mut desk = Desk::open();
    assert_eq!(desk.get("/healthz").status, 200);
    desk.close();
}
