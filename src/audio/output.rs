//! Samples as a file holds them in, blocks of 16 kHz samples out.

use rubato::audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{Fft, FixedSync, Indexing, Resampler};

use crate::audio::AudioError;
use crate::audio::MAX_CHANNELS;
use crate::audio::RATE;
use crate::audio::Sink;

/// Frames that a block aims at, in samples of the file.
const BLOCK: usize = 4096;

/// Rates that are taken for real; damaged headers name others.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=192_000;

/// Collects interleaved samples from −1 to 1, resamples them where needed and hands them on in blocks.
pub(crate) struct Output<'a> {
    sink: &'a mut Sink<'a>,
    /// Channels in the file; the first of them are kept.
    interleaved: usize,
    pending: Vec<Vec<f32>>,
    resampler: Option<Fft<f32>>,
    rate: u32,
    frames_in: u64,
    frames_out: u64,
    /// Frames at the start that are only the delay of the resampler.
    skip: usize,
}

impl<'a> Output<'a> {
    pub(crate) fn new(rate: u32, channels: usize, sink: &'a mut Sink<'a>) -> Result<Output<'a>, AudioError> {
        let damaged = |what: &str| Err(AudioError::Damaged(what.to_owned()));
        if channels == 0 {
            return damaged("its header names no channel");
        }
        if !RATES.contains(&rate) {
            return damaged(&format!("its header names a rate of {rate} Hz"));
        }
        let kept = channels.min(MAX_CHANNELS);
        let resampler = match rate == RATE {
            true => None,
            false => Some(
                Fft::new(rate as usize, RATE as usize, BLOCK, kept, FixedSync::Both)
                    .map_err(|error| AudioError::Unsupported(format!("a rate of {rate} Hz ({error})")))?,
            ),
        };
        let skip = resampler.as_ref().map_or(0, Resampler::output_delay);
        let pending = vec![Vec::new(); kept];
        Ok(Output {
            sink,
            interleaved: channels,
            pending,
            resampler,
            rate,
            frames_in: 0,
            frames_out: 0,
            skip,
        })
    }

    /// Takes whole frames, channel beside channel; a partial frame at the end is dropped.
    pub(crate) fn push(&mut self, samples: &[f32]) {
        for frame in samples.chunks_exact(self.interleaved) {
            for (channel, sample) in self.pending.iter_mut().zip(frame) {
                channel.push(if sample.is_finite() {
                    sample.clamp(-1.0, 1.0)
                } else {
                    0.0
                });
            }
            self.frames_in += 1;
        }
        self.drain();
    }

    /// Hands on what is left; fails where there was not a single frame.
    pub(crate) fn finish(mut self) -> Result<(), AudioError> {
        if self.frames_in == 0 {
            return Err(AudioError::Damaged("it holds no samples".to_owned()));
        }
        let end = (self.frames_in * u64::from(RATE)).div_ceil(u64::from(self.rate));
        if self.resampler.is_none() {
            let rest = self.take_pending();
            self.emit(rest, end);
        }
        while self.frames_out < end {
            let rest = self.pending[0].len();
            self.resample(rest, end);
        }
        Ok(())
    }

    fn drain(&mut self) {
        let Some(resampler) = &self.resampler else {
            if self.pending[0].len() >= BLOCK {
                let block = self.take_pending();
                self.emit(block, u64::MAX);
            }
            return;
        };
        let needed = resampler.input_frames_next();
        while self.pending[0].len() >= needed {
            self.resample(needed, u64::MAX);
        }
    }

    fn take_pending(&mut self) -> Vec<Vec<f32>> {
        self.pending.iter_mut().map(std::mem::take).collect()
    }

    /// Resamples the first `frames` pending frames, filled up with silence where the resampler wants more.
    fn resample(&mut self, frames: usize, end: u64) {
        let resampler = self.resampler.as_mut().expect("only called with a resampler");
        let channels = self.pending.len();
        let input = SequentialSliceOfVecs::new(&self.pending, channels, self.pending[0].len());
        let mut block = vec![vec![0.0; resampler.output_frames_next()]; channels];
        let length = block[0].len();
        let mut output = SequentialSliceOfVecs::new_mut(&mut block, channels, length).expect("made to fit");
        let indexing = Indexing::new().partial_len(frames);
        let (_, made) = resampler
            .process_into_buffer(
                &input.expect("all channels are of one length"),
                &mut output,
                Some(&indexing),
            )
            .expect("buffers are made to fit");
        for channel in &mut self.pending {
            channel.drain(..frames);
        }
        let skipped = self.skip.min(made);
        self.skip -= skipped;
        self.emit(
            block
                .into_iter()
                .map(|channel| channel[skipped..made].to_vec())
                .collect(),
            end,
        );
    }

    /// Hands a block on, up to frame `end` of the whole.
    fn emit(&mut self, block: Vec<Vec<f32>>, end: u64) {
        let room = usize::try_from(end - self.frames_out).unwrap_or(usize::MAX);
        let length = block[0].len().min(room);
        if length == 0 {
            return;
        }
        let narrow = |sample: &f32| (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16;
        let block: Vec<Vec<i16>> = block
            .iter()
            .map(|channel| channel[..length].iter().map(narrow).collect())
            .collect();
        self.frames_out += length as u64;
        (self.sink)(&block);
    }
}
