//! Blocks of IMA or Microsoft ADPCM in, samples out, through symphonia.

use std::io::Read;

use symphonia::core::audio::Channels;
use symphonia::core::audio::layouts::{CHANNEL_LAYOUT_MONO, CHANNEL_LAYOUT_STEREO};
use symphonia::core::codecs::audio::well_known::{CODEC_ID_ADPCM_IMA_WAV, CODEC_ID_ADPCM_MS};
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder as _, AudioDecoderOptions};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::AdpcmDecoder;

use crate::audio::AudioError;
use crate::audio::Format;
use crate::audio::Sink;
use crate::audio::output::Output;
use crate::audio::unreadable;

/// How a block of ADPCM is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Adpcm {
    codec: AudioCodecId,
    name: &'static str,
    channels: u16,
    rate: u32,
    /// Bytes of a block.
    block: u16,
    /// Frames that a block gives.
    frames: u16,
}

impl Adpcm {
    /// Takes what the `fmt ` chunk says: `tag` 0x02 is Microsoft's, 0x11 that of the IMA.
    pub(crate) fn new(tag: u16, channels: u16, rate: u32, block: u16) -> Result<Adpcm, AudioError> {
        // A block opens with a head for each channel, which holds one sample (IMA) or two; then a byte has two.
        let (codec, name, head, in_head) = match tag {
            0x11 => (CODEC_ID_ADPCM_IMA_WAV, "adpcm_ima", 4, 1),
            _ => (CODEC_ID_ADPCM_MS, "adpcm_ms", 7, 2),
        };
        let body = match channels {
            1 | 2 => (block / channels).checked_sub(head),
            _ => {
                return Err(AudioError::Damaged(format!(
                    "its header names {channels} channels of ADPCM"
                )));
            }
        };
        let frames = body.and_then(|bytes| bytes.checked_mul(2)?.checked_add(in_head));
        let frames = frames.ok_or_else(|| AudioError::Damaged(format!("its header names blocks of {block} bytes")))?;
        Ok(Adpcm {
            codec,
            name,
            channels,
            rate,
            block,
            frames,
        })
    }

    fn decoder(self) -> Result<AdpcmDecoder, AudioError> {
        let layout: Channels = match self.channels {
            1 => CHANNEL_LAYOUT_MONO,
            _ => CHANNEL_LAYOUT_STEREO,
        };
        let mut params = AudioCodecParameters::new();
        params
            .for_codec(self.codec)
            .with_sample_rate(self.rate)
            .with_channels(layout)
            .with_frames_per_block(u64::from(self.frames))
            .with_max_frames_per_packet(u64::from(self.frames));
        AdpcmDecoder::try_new(&params, &AudioDecoderOptions::default())
            .map_err(|error| AudioError::Damaged(error.to_string()))
    }
}

/// Decodes to the end of `input`. A block that is cut short, some 50 ms, is left out.
pub(crate) fn decode(adpcm: Adpcm, input: impl Read, sink: &mut Sink<'_>) -> Result<Format, AudioError> {
    let channels = usize::from(adpcm.channels);
    let mut output = Output::new(adpcm.rate, channels, sink)?;
    let mut decoder = adpcm.decoder()?;
    let mut input = input;
    let mut samples: Vec<f32> = Vec::new();
    loop {
        let mut block = Vec::with_capacity(usize::from(adpcm.block));
        input
            .by_ref()
            .take(u64::from(adpcm.block))
            .read_to_end(&mut block)
            .map_err(unreadable)?;
        if block.len() < usize::from(adpcm.block) {
            break;
        }
        let packet = Packet::new(0, Timestamp::new(0), Duration::new(u64::from(adpcm.frames)), block);
        // A block is a world of its own: one that is broken costs its samples and no more.
        if let Ok(decoded) = decoder.decode(&packet) {
            decoded.copy_to_vec_interleaved(&mut samples);
            output.push(&samples);
        }
    }
    output.finish()?;
    Ok(Format {
        codec: adpcm.name.to_owned(),
        channels,
        rate: adpcm.rate,
    })
}
