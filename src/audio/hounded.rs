//! A plain PCM or float WAV in, samples out, through hound.

use std::io::{BufReader, SeekFrom};

use hound::{SampleFormat, WavReader, WavSpec};

use crate::audio::AudioError;
use crate::audio::Format;
use crate::audio::Sink;
use crate::audio::Source;
use crate::audio::output::Output;
use crate::audio::unreadable;

/// Frames that are handed on at a time.
const BLOCK: usize = 1 << 14;

/// Decodes what hound knows; `None`, with nothing given to `sink`, where it turns the file away or finds it empty.
pub(crate) fn decode(source: &mut dyn Source, sink: &mut Sink<'_>) -> Result<Option<Format>, AudioError> {
    source.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let Ok(reader) = WavReader::new(BufReader::new(source)) else {
        return Ok(None);
    };
    let spec = reader.spec();
    let known = matches!(
        (spec.sample_format, spec.bits_per_sample),
        (SampleFormat::Int, 8 | 16 | 24 | 32) | (SampleFormat::Float, 32)
    );
    if !known || reader.len() == 0 || spec.channels == 0 {
        return Ok(None);
    }
    let mut output = Output::new(spec.sample_rate, usize::from(spec.channels), sink)?;
    // A sample that is not there ends the recording: it was cut short.
    match spec.sample_format {
        SampleFormat::Float => push(
            &mut output,
            spec.channels,
            reader.into_samples::<f32>().map_while(Result::ok),
        ),
        SampleFormat::Int => {
            let full = 2_f32.powi(i32::from(spec.bits_per_sample) - 1);
            push(
                &mut output,
                spec.channels,
                reader
                    .into_samples::<i32>()
                    .map_while(Result::ok)
                    .map(|sample| sample as f32 / full),
            );
        }
    }
    output.finish()?;
    Ok(Some(format(spec)))
}

fn push(output: &mut Output<'_>, channels: u16, samples: impl Iterator<Item = f32>) {
    let mut samples = samples.fuse();
    loop {
        let block: Vec<f32> = samples.by_ref().take(BLOCK * usize::from(channels)).collect();
        if block.is_empty() {
            return;
        }
        output.push(&block);
    }
}

fn format(spec: WavSpec) -> Format {
    let codec = match (spec.sample_format, spec.bits_per_sample) {
        (SampleFormat::Float, bits) => format!("pcm_f{bits}"),
        (SampleFormat::Int, 8) => "pcm_u8".to_owned(),
        (SampleFormat::Int, bits) => format!("pcm_s{bits}"),
    };
    Format {
        codec,
        channels: usize::from(spec.channels),
        rate: spec.sample_rate,
    }
}
