//! A CTranslate2 Whisper model (the form of faster-whisper) in, a ggml file of whisper.cpp out.
//!
//! CTranslate2's file is: u32 version, string specification, u32 revision, u32 count, then per variable its name, u8
//! rank, u32 sizes, u8 type, u32 bytes and the values; then aliases, which Whisper has none of that matter. Query, key
//! and value are stacked in one matrix; the key has no bias, so its part of the stacked bias is zero and left out.

use std::collections::HashMap;
use std::fs;
use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Write;
use std::path::Path;

use super::ModelError;
use crate::speech::header::MAGIC;

/// Numbers of one variable.
struct Variable<'a> {
    shape: Vec<usize>,
    type_code: u8,
    bytes: &'a [u8],
}

type Variables<'a> = HashMap<String, Variable<'a>>;

const FLOAT32: u8 = 0;
const FLOAT16: u8 = 4;

/// Converts a folder that holds `model.bin`.
pub fn convert_folder(folder: &Path, target: &Path) -> Result<(), ModelError> {
    convert(&folder.join("model.bin"), target)
}

/// Converts `model.bin` to a ggml file with 16-bit weights (32-bit where the source has them).
pub fn convert(source: &Path, target: &Path) -> Result<(), ModelError> {
    let bytes = fs::read(source).map_err(ModelError::disk(source))?;
    let unusable = |reason: String| ModelError::unusable(source, reason);
    let variables = Reader { bytes: &bytes }.variables().map_err(unusable)?;
    let plan = Plan::new(&variables).map_err(unusable)?;
    let tensors = plan.tensors().map_err(unusable)?;
    let written = File::create(target).and_then(|file| {
        let mut out = BufWriter::new(file);
        plan.write_head(&mut out)?;
        tensors
            .iter()
            .try_for_each(|tensor| plan.write_tensor(&mut out, tensor))?;
        out.into_inner()?.sync_all()
    });
    written.map_err(ModelError::disk(target))
}

/// Cuts the file into variables; every length is checked against what is left.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn variables(mut self) -> Result<Variables<'a>, String> {
        let version = self.number()?;
        if !(2..=16).contains(&version) {
            return Err(format!("not a CTranslate2 model (version {version})"));
        }
        let specification = self.string()?;
        if specification != "WhisperSpec" {
            return Err(format!(
                "a CTranslate2 model of another kind ({specification}), not Whisper"
            ));
        }
        let _revision = self.number()?;
        let count = self.number()?;
        (0..count).map(|_| self.variable()).collect()
    }

    fn variable(&mut self) -> Result<(String, Variable<'a>), String> {
        let name = self.string()?;
        let rank = self.take(1)?.first().copied().unwrap_or_default();
        let shape = (0..rank)
            .map(|_| Ok(self.number()? as usize))
            .collect::<Result<Vec<_>, String>>()?;
        let type_code = self.take(1)?.first().copied().unwrap_or_default();
        let byte_count = self.number()? as usize;
        let bytes = self.take(byte_count)?;
        Ok((
            name,
            Variable {
                shape,
                type_code,
                bytes,
            },
        ))
    }

    fn string(&mut self) -> Result<String, String> {
        let length = self
            .take(2)?
            .try_into()
            .map(u16::from_le_bytes)
            .expect("two bytes were taken");
        let text = self.take(usize::from(length))?;
        let text = text.strip_suffix(&[0]).unwrap_or(text);
        String::from_utf8(text.to_vec()).map_err(|_| "a name that is not text".to_owned())
    }

    fn number(&mut self) -> Result<u32, String> {
        Ok(self
            .take(4)?
            .try_into()
            .map(u32::from_le_bytes)
            .expect("four bytes were taken"))
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.bytes.split_at_checked(n).ok_or("the file is cut short")?;
        self.bytes = rest;
        Ok(taken)
    }
}

/// One tensor to be written: a part of a variable under whisper.cpp's name.
struct Tensor<'a> {
    name: String,
    shape: Vec<usize>,
    type_code: u8,
    bytes: &'a [u8],
}

/// The shape of the model, read from its variables.
struct Plan<'a> {
    variables: &'a Variables<'a>,
    words: usize,
    width: usize,
    audio_positions: usize,
    text_positions: usize,
    audio_layers: usize,
    text_layers: usize,
    mels: usize,
    kind: u32,
}

impl<'a> Plan<'a> {
    fn new(variables: &'a Variables<'a>) -> Result<Plan<'a>, String> {
        let shape = |name: &str, rank: usize| -> Result<&'a [usize], String> {
            let variable = variables.get(name).ok_or_else(|| format!("has no {name}"))?;
            match variable.type_code {
                FLOAT32 | FLOAT16 => {}
                1 => return Err("an int8 CTranslate2 model; convert the float16 form of it instead".to_owned()),
                other => {
                    return Err(format!(
                        "holds numbers of type {other}; only float16 and float32 are read"
                    ));
                }
            }
            let shape = variable.shape.as_slice();
            if shape.len() == rank {
                Ok(shape)
            } else {
                Err(format!("{name} has {} dimensions", shape.len()))
            }
        };
        let embeddings = shape("decoder/embeddings/weight", 2)?;
        let convolution = shape("encoder/conv1/weight", 3)?;
        let first = |name: &str| shape(name, 2).map(|sizes| sizes.first().copied().unwrap_or_default());
        let half = variables
            .get("decoder/embeddings/weight")
            .is_some_and(|weight| weight.type_code == FLOAT16);
        let layers = |side: &str| {
            (0..)
                .take_while(|i| variables.contains_key(&format!("{side}/layer_{i}/ffn/linear_0/weight")))
                .count()
        };
        Ok(Plan {
            variables,
            words: embeddings.first().copied().unwrap_or_default(),
            width: embeddings.last().copied().unwrap_or_default(),
            audio_positions: first("encoder/position_encodings/encodings")?,
            text_positions: first("decoder/position_encodings/encodings")?,
            audio_layers: layers("encoder"),
            text_layers: layers("decoder"),
            mels: convolution.get(1).copied().unwrap_or_default(),
            kind: u32::from(half),
        })
    }

    /// Lists the tensors in the order of the reference conversion, so that the same model has the same sha256.
    fn tensors(&self) -> Result<Vec<Tensor<'a>>, String> {
        let mut list = List {
            variables: self.variables,
            tensors: Vec::new(),
        };
        list.whole("encoder.positional_embedding", "encoder/position_encodings/encodings")?;
        for name in ["conv1", "conv2"] {
            list.whole(&format!("encoder.{name}.weight"), &format!("encoder/{name}/weight"))?;
            list.whole(&format!("encoder.{name}.bias"), &format!("encoder/{name}/bias"))?;
            list.last_as_column();
        }
        for i in 0..self.audio_layers {
            list.block(&format!("encoder/layer_{i}"), &format!("encoder.blocks.{i}"), false)?;
        }
        list.norm("encoder", "encoder.ln_post")?;
        list.whole("decoder.positional_embedding", "decoder/position_encodings/encodings")?;
        list.whole("decoder.token_embedding.weight", "decoder/embeddings/weight")?;
        for i in 0..self.text_layers {
            list.block(&format!("decoder/layer_{i}"), &format!("decoder.blocks.{i}"), true)?;
        }
        list.norm("decoder", "decoder.ln")?;
        Ok(list.tensors)
    }

    fn write_head(&self, out: &mut impl Write) -> io::Result<()> {
        let filters: &[u8] = match self.mels {
            80 => include_bytes!("../../models/mel_80.f32"),
            128 => include_bytes!("../../models/mel_128.f32"),
            n => return Err(io::Error::other(format!("no filters for {n} mel bands"))),
        };
        let heads = self.width / 64;
        let audio = [self.audio_positions, self.width, heads, self.audio_layers];
        let text = [self.text_positions, self.width, heads, self.text_layers];
        write_numbers(out, &[MAGIC as usize, self.words])?;
        write_numbers(out, &audio)?;
        write_numbers(out, &text)?;
        write_numbers(out, &[self.mels, self.kind as usize, self.mels, 201])?;
        out.write_all(filters)?;
        let words = vocabulary();
        write_numbers(out, &[words.len()])?;
        for word in words {
            write_numbers(out, &[word.len()])?;
            out.write_all(&word)?;
        }
        Ok(())
    }

    fn write_tensor(&self, out: &mut impl Write, tensor: &Tensor<'_>) -> io::Result<()> {
        let small = tensor.shape.len() < 2
            || tensor.name.ends_with(".conv1.bias")
            || tensor.name.ends_with(".conv2.bias")
            || tensor.name.contains("positional");
        let half = tensor.type_code == FLOAT16 && !small;
        write_numbers(out, &[tensor.shape.len(), tensor.name.len(), usize::from(half)])?;
        let reversed: Vec<usize> = tensor.shape.iter().rev().copied().collect();
        write_numbers(out, &reversed)?;
        out.write_all(tensor.name.as_bytes())?;
        if half || tensor.type_code == FLOAT32 {
            return out.write_all(tensor.bytes);
        }
        let (pairs, _) = tensor.bytes.as_chunks::<2>();
        pairs
            .iter()
            .try_for_each(|pair| out.write_all(&widen(u16::from_le_bytes(*pair)).to_le_bytes()))
    }
}

/// Tensors gathered so far.
struct List<'a> {
    variables: &'a Variables<'a>,
    tensors: Vec<Tensor<'a>>,
}

impl<'a> List<'a> {
    /// Adds a whole variable.
    fn whole(&mut self, target: &str, source: &str) -> Result<(), String> {
        self.part(target, source, 0, 1)
    }

    /// Adds part `which` of `parts` equal ones that are stacked along the first dimension.
    fn part(&mut self, target: &str, source: &str, which: usize, parts: usize) -> Result<(), String> {
        let variable = self.variables.get(source).ok_or_else(|| format!("has no {source}"))?;
        if !matches!(variable.type_code, FLOAT16 | FLOAT32) {
            return Err(format!(
                "{source} is not float16 or float32; convert the float16 form of the model instead"
            ));
        }
        let width = if variable.type_code == FLOAT16 { 2 } else { 4 };
        if variable.shape.iter().product::<usize>() * width != variable.bytes.len() {
            return Err(format!("{source} has another size than its shape says"));
        }
        let mut shape = variable.shape.clone();
        let rows = shape
            .first_mut()
            .ok_or_else(|| format!("{source} is a single number"))?;
        *rows /= parts;
        let size = variable.bytes.len() / parts;
        let bytes = variable
            .bytes
            .get(which * size..(which + 1) * size)
            .expect("the parts divide the whole");
        self.tensors.push(Tensor {
            name: target.to_owned(),
            shape,
            type_code: variable.type_code,
            bytes,
        });
        Ok(())
    }

    /// Gives the tensor added last a second dimension of one.
    fn last_as_column(&mut self) {
        if let Some(tensor) = self.tensors.last_mut() {
            tensor.shape.push(1);
        }
    }

    fn named(&mut self, source: &str, target: &str) -> Result<(), String> {
        self.whole(&format!("{target}.weight"), &format!("{source}/weight"))?;
        self.whole(&format!("{target}.bias"), &format!("{source}/bias"))
    }

    fn norm(&mut self, source: &str, target: &str) -> Result<(), String> {
        self.whole(&format!("{target}.weight"), &format!("{source}/layer_norm/gamma"))?;
        self.whole(&format!("{target}.bias"), &format!("{source}/layer_norm/beta"))
    }

    fn block(&mut self, source: &str, target: &str, cross: bool) -> Result<(), String> {
        let own = format!("{source}/self_attention");
        let weight = format!("{own}/linear_0/weight");
        let bias = format!("{own}/linear_0/bias");
        self.part(&format!("{target}.attn.query.weight"), &weight, 0, 3)?;
        self.part(&format!("{target}.attn.query.bias"), &bias, 0, 3)?;
        self.part(&format!("{target}.attn.key.weight"), &weight, 1, 3)?;
        self.part(&format!("{target}.attn.value.weight"), &weight, 2, 3)?;
        self.part(&format!("{target}.attn.value.bias"), &bias, 2, 3)?;
        self.named(&format!("{own}/linear_1"), &format!("{target}.attn.out"))?;
        self.norm(&own, &format!("{target}.attn_ln"))?;
        if cross {
            self.cross(&format!("{source}/attention"), target)?;
        }
        self.named(&format!("{source}/ffn/linear_0"), &format!("{target}.mlp.0"))?;
        self.named(&format!("{source}/ffn/linear_1"), &format!("{target}.mlp.2"))?;
        self.norm(&format!("{source}/ffn"), &format!("{target}.mlp_ln"))
    }

    fn cross(&mut self, source: &str, target: &str) -> Result<(), String> {
        self.named(&format!("{source}/linear_0"), &format!("{target}.cross_attn.query"))?;
        self.part(
            &format!("{target}.cross_attn.key.weight"),
            &format!("{source}/linear_1/weight"),
            0,
            2,
        )?;
        self.part(
            &format!("{target}.cross_attn.value.weight"),
            &format!("{source}/linear_1/weight"),
            1,
            2,
        )?;
        self.part(
            &format!("{target}.cross_attn.value.bias"),
            &format!("{source}/linear_1/bias"),
            1,
            2,
        )?;
        self.named(&format!("{source}/linear_2"), &format!("{target}.cross_attn.out"))?;
        self.norm(source, &format!("{target}.cross_attn_ln"))
    }
}

fn write_numbers(out: &mut impl Write, numbers: &[usize]) -> io::Result<()> {
    numbers.iter().try_for_each(|number| {
        let number = u32::try_from(*number).map_err(io::Error::other)?;
        out.write_all(&number.to_le_bytes())
    })
}

/// Returns the words of Whisper's multilingual vocabulary in order.
fn vocabulary() -> Vec<Vec<u8>> {
    let lines = include_str!("../../models/multilingual.tiktoken").lines();
    lines
        .filter_map(|line| line.split(' ').next())
        .filter(|word| !word.is_empty())
        .map(base64)
        .collect()
}

/// Reads base64 with padding; the embedded vocabulary is well formed.
fn base64(text: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = text.bytes().filter(|c| *c != b'=').map(digit).collect();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let bits = group.iter().fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit)) << (6 * (4 - group.len()));
        bytes.extend(bits.to_be_bytes().into_iter().skip(1).take(group.len() - 1));
    }
    bytes
}

/// Returns the 32-bit value of a 16-bit IEEE 754 number; exact.
fn widen(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let exponent = u32::from(half >> 10 & 0x1f);
    let fraction = u32::from(half & 0x3ff);
    let magnitude = match exponent {
        0 => return f32::from_bits(sign | (fraction as f32 / 16_777_216.0).to_bits()),
        31 => 0xff << 23 | fraction << 13,
        _ => (exponent + 112) << 23 | fraction << 13,
    };
    f32::from_bits(sign | magnitude)
}

#[cfg(test)]
mod tests {
    use super::base64;
    use super::vocabulary;
    use super::widen;

    #[test]
    fn half_precision_numbers_keep_their_value() {
        let cases = [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x0001, 5.960_464_5e-8),
        ];
        for (half, expected) in cases {
            assert_eq!(widen(half), expected, "{half:#x}");
        }
        assert!(widen(0x7c00).is_infinite() && widen(0x7e00).is_nan());
    }

    #[test]
    fn the_vocabulary_is_that_of_multilingual_whisper() {
        let words = vocabulary();
        assert_eq!(words.len(), 50_257);
        assert_eq!(words.first().map(Vec::as_slice), Some(b"!".as_slice()));
        assert_eq!(base64("5bCP5Yy6"), "小区".as_bytes());
        assert_eq!(base64("YQ=="), b"a");
    }
}
