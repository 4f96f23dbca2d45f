//! Damaged files, misbehaving servers and small invented models in, the right answer out.

use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::thread;

use sha2::Digest;
use sha2::Sha256;

use super::Listed;
use super::ModelError;
use super::Models;
use super::Source;
use super::State;
use super::ct2;
use super::ggml;
use super::hex;
use super::listed;

/// Serves `body` with byte ranges; cuts every answer after `cut` bytes. Stops after `answers` requests.
fn server(body: Vec<u8>, cut: usize, ranges: bool, answers: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/model.bin", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().take(answers) {
            let mut stream = stream.unwrap();
            let mut range = None;
            for line in BufReader::new(stream.try_clone().unwrap()).lines() {
                let line = line.unwrap().to_lowercase();
                if let Some(bytes) = line.strip_prefix("range: bytes=") {
                    let (first, last) = bytes.split_once('-').unwrap();
                    range = Some((first.parse::<usize>().unwrap(), last.parse::<usize>().unwrap()));
                }
                if line.is_empty() {
                    break;
                }
            }
            let (status, part) = match range.filter(|_| ranges) {
                Some((first, last)) => ("206 Partial Content", &body[first..=last.min(body.len() - 1)]),
                None => ("200 OK", &body[..]),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                part.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            // The peer may have gone; that is its affair.
            drop(stream.write_all(&part[..part.len().min(cut)]));
        }
    });
    address
}

fn one_source(folder: &Path, sources: Vec<Source>) -> Models {
    let model = Listed {
        name: "small-test".into(),
        licence: "MIT".into(),
        about: "invented".into(),
        source: sources,
    };
    Models::with_list(folder.to_owned(), vec![model])
}

fn http(url: String, body: &[u8]) -> Source {
    Source::Http {
        url,
        bytes: body.len() as u64,
        sha256: hex(&Sha256::digest(body)),
    }
}

fn body() -> Vec<u8> {
    (0..9_000_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

#[test]
fn every_listed_model_has_a_licence_and_checksums_and_base_has_two_sources() {
    for model in listed() {
        assert!(!model.licence.is_empty() && !model.source.is_empty(), "{}", model.name);
        assert!(
            model
                .source
                .iter()
                .all(|source| source.sha256().len() == 64 && source.bytes() > 0)
        );
    }
    let base = listed().into_iter().find(|model| model.name == "base").unwrap();
    assert!(matches!(
        base.source.as_slice(),
        [Source::Http { .. }, Source::Python { .. }]
    ));
}

#[test]
fn a_download_that_breaks_off_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let body = body();
    let cut = server(body.clone(), 3_000_000, true, 50);
    let models = one_source(folder.path(), vec![http(cut, &body)]);
    let mut steps = 0;
    let path = models.pull("small-test", &mut |_| steps += 1).unwrap();
    assert_eq!(fs::read(path).unwrap(), body);
    assert!(steps > 2, "progress was shown {steps} times");
    assert_eq!(models.states().unwrap()["small-test"], State::Installed);
}

#[test]
fn a_server_without_ranges_is_read_from_the_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let body = body();
    fs::write(folder.path().join("ggml-small-test.part"), &body[..100]).unwrap();
    let models = one_source(
        folder.path(),
        vec![http(server(body.clone(), usize::MAX, false, 9), &body)],
    );
    assert_eq!(fs::read(models.pull("small-test", &mut |_| {}).unwrap()).unwrap(), body);
}

#[test]
fn the_next_source_is_tried_when_one_is_unreachable_or_yields_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let body = body();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut other = body.clone();
    other[77] ^= 1;
    let sources = vec![
        http(format!("http://{closed}/model.bin"), &body),
        http(server(other, usize::MAX, true, 9), &body),
        http(server(body.clone(), usize::MAX, true, 9), &body),
    ];
    let models = one_source(folder.path(), sources);
    assert_eq!(fs::read(models.pull("small-test", &mut |_| {}).unwrap()).unwrap(), body);
}

#[test]
fn a_model_is_refused_when_missing_changed_unlisted_or_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let models = one_source(folder.path(), vec![http("http://127.0.0.1:1/x".into(), b"right")]);
    assert!(matches!(models.find("small-test"), Err(ModelError::Missing { .. })));
    assert!(matches!(models.find("nothing"), Err(ModelError::Unknown(_))));
    fs::write(models.path("small-test"), b"wrong").unwrap();
    assert!(matches!(models.find("small-test"), Err(ModelError::Changed { .. })));
    fs::write(models.path("stray"), b"anything").unwrap();
    assert!(matches!(models.find("stray"), Err(ModelError::Unregistered(_))));
    fs::write(models.path("small-test"), b"right").unwrap();
    assert_eq!(models.find("small-test").unwrap(), models.path("small-test"));
}

/// A Whisper in CTranslate2 form with one layer a side and 64 numbers wide; `type_code` 4 is float16, 1 int8.
fn tiny_ct2(type_code: u8) -> Vec<u8> {
    let mut variables: Vec<(String, Vec<u32>)> = vec![
        ("encoder/position_encodings/encodings".into(), vec![1_500, 64]),
        ("decoder/position_encodings/encodings".into(), vec![448, 64]),
        ("decoder/embeddings/weight".into(), vec![51_865, 64]),
        ("encoder/conv1/weight".into(), vec![64, 80, 3]),
        ("encoder/conv1/bias".into(), vec![64]),
        ("encoder/conv2/weight".into(), vec![64, 64, 3]),
        ("encoder/conv2/bias".into(), vec![64]),
    ];
    let mut norm = |name: &str| {
        variables.push((format!("{name}/layer_norm/gamma"), vec![64]));
        variables.push((format!("{name}/layer_norm/beta"), vec![64]));
    };
    for name in [
        "encoder",
        "decoder",
        "encoder/layer_0/self_attention",
        "encoder/layer_0/ffn",
    ] {
        norm(name);
    }
    for name in [
        "decoder/layer_0/self_attention",
        "decoder/layer_0/attention",
        "decoder/layer_0/ffn",
    ] {
        norm(name);
    }
    let mut linear = |name: &str, rows: u32, columns: u32| {
        variables.push((format!("{name}/weight"), vec![rows, columns]));
        variables.push((format!("{name}/bias"), vec![rows]));
    };
    for side in ["encoder", "decoder"] {
        linear(&format!("{side}/layer_0/self_attention/linear_0"), 192, 64);
        linear(&format!("{side}/layer_0/self_attention/linear_1"), 64, 64);
        linear(&format!("{side}/layer_0/ffn/linear_0"), 256, 64);
        linear(&format!("{side}/layer_0/ffn/linear_1"), 64, 256);
    }
    linear("decoder/layer_0/attention/linear_0", 64, 64);
    linear("decoder/layer_0/attention/linear_1", 128, 64);
    linear("decoder/layer_0/attention/linear_2", 64, 64);
    let mut file = Vec::new();
    let string = |file: &mut Vec<u8>, text: &str| {
        file.extend((text.len() as u16 + 1).to_le_bytes());
        file.extend(text.as_bytes());
        file.push(0);
    };
    file.extend(6_u32.to_le_bytes());
    string(&mut file, "WhisperSpec");
    file.extend(3_u32.to_le_bytes());
    file.extend((variables.len() as u32).to_le_bytes());
    let width = if type_code == 4 { 2 } else { 1 };
    for (name, shape) in variables {
        string(&mut file, &name);
        file.push(shape.len() as u8);
        shape.iter().for_each(|size| file.extend(size.to_le_bytes()));
        file.push(type_code);
        let bytes = shape.iter().product::<u32>() * width;
        file.extend(bytes.to_le_bytes());
        file.extend(std::iter::repeat_n(0x11, bytes as usize));
    }
    file
}

fn ct2_folder(type_code: u8) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("model.bin"), tiny_ct2(type_code)).unwrap();
    folder
}

#[test]
fn a_ctranslate2_folder_is_converted_checked_tried_and_registered() {
    let (source, folder) = (ct2_folder(4), tempfile::tempdir().unwrap());
    let models = one_source(folder.path(), Vec::new());
    let path = models.import(source.path(), "mine", &|_| Ok(())).unwrap();
    assert_eq!(models.find("mine").unwrap(), path);
    ggml::check(&path).unwrap();
    let refused = models
        .import(source.path(), "other", &|_| Err("it hears nothing".into()))
        .unwrap_err();
    assert!(refused.to_string().contains("it hears nothing"), "{refused}");
    assert!(matches!(models.find("other"), Err(ModelError::Unknown(_))));
}

#[test]
fn an_int8_ctranslate2_model_is_refused_by_name() {
    let (source, folder) = (ct2_folder(1), tempfile::tempdir().unwrap());
    let error = ct2::convert_folder(source.path(), &folder.path().join("x.bin")).unwrap_err();
    assert!(error.to_string().contains("int8"), "{error}");
}

#[test]
fn malformed_models_are_refused_with_a_reason_before_whisper_sees_them() {
    let (source, folder) = (ct2_folder(4), tempfile::tempdir().unwrap());
    let good = folder.path().join("good.bin");
    ct2::convert_folder(source.path(), &good).unwrap();
    let good = fs::read(good).unwrap();
    let mut bad: Vec<Vec<u8>> = vec![vec![], b"MICROSOFT WORD".to_vec(), [&good[..], &[0]].concat()];
    bad.extend((0..64).map(|i| good[..good.len() * i / 64].to_vec()));
    bad.extend([4, 24, 48, 1_000, good.len() - 3].map(|n| good[..n].to_vec()));
    for (offset, value) in [
        (0, 0_u32),
        (4, u32::MAX),
        (20, 999),
        (48, 4_000_000_000),
        (64_376, u32::MAX),
    ] {
        let mut file = good.clone();
        file[offset..offset + 4].copy_from_slice(&value.to_le_bytes());
        bad.push(file);
    }
    for (i, bytes) in bad.into_iter().enumerate() {
        let path: PathBuf = folder.path().join(format!("bad-{i}.bin"));
        fs::write(&path, bytes).unwrap();
        let error = ggml::check(&path).unwrap_err();
        assert!(matches!(error, ModelError::Unusable { .. }), "file {i}: {error}");
    }
}

#[test]
fn a_model_cut_anywhere_is_refused_by_the_converter_too() {
    let (folder, whole) = (tempfile::tempdir().unwrap(), tiny_ct2(4));
    for i in 0..32 {
        let path = folder.path().join("model.bin");
        fs::write(&path, &whole[..whole.len() * i / 32]).unwrap();
        assert!(
            ct2::convert(&path, &folder.path().join("out.bin")).is_err(),
            "cut at {i}/32"
        );
    }
}
