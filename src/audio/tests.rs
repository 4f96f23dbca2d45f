//! What a person would try: every format, damaged files, odd rates, and files that are no audio at all.

use proptest::prelude::*;

use super::*;

/// Decodes and joins the blocks; checks what holds for every recording.
fn decoded(bytes: &[u8]) -> Result<(Format, Vec<Vec<i16>>), AudioError> {
    let mut channels: Vec<Vec<i16>> = Vec::new();
    let format = decode(bytes, &mut |block| {
        channels.resize(block.len(), Vec::new());
        for (channel, part) in channels.iter_mut().zip(block) {
            assert_eq!(part.len(), block[0].len(), "channels of one block differ in length");
            channel.extend_from_slice(part);
        }
    })?;
    assert_eq!(channels.len(), format.channels.min(MAX_CHANNELS));
    Ok((format, channels))
}

/// A WAV header for one `fmt ` body and one `data` body.
fn wav(format: &[u8], data: &[u8]) -> Vec<u8> {
    let length = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
    let mut file = b"RIFF".to_vec();
    file.extend(length(20 + format.len() + data.len()));
    file.extend(b"WAVEfmt ");
    file.extend(length(format.len()));
    file.extend(format);
    file.extend(b"data");
    file.extend(length(data.len()));
    file.extend(data);
    file
}

/// The body of a `fmt ` chunk.
fn fmt(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let block = channels * bits.div_ceil(8);
    let mut body = Vec::new();
    body.extend(tag.to_le_bytes());
    body.extend(channels.to_le_bytes());
    body.extend(rate.to_le_bytes());
    body.extend((rate * u32::from(block)).to_le_bytes());
    body.extend(block.to_le_bytes());
    body.extend(bits.to_le_bytes());
    body
}

/// The body of a `fmt ` chunk for blocks of 256 bytes.
fn adpcm(tag: u16, channels: u16) -> Vec<u8> {
    let mut body = fmt(tag, channels, 8_000, 4);
    body[12..14].copy_from_slice(&256_u16.to_le_bytes());
    body
}

/// One second of a 440 Hz tone at half of full scale.
fn tone(rate: u32) -> Vec<f32> {
    let sample = |at: u32| 0.5 * (at as f32 / rate as f32 * 440.0 * std::f32::consts::TAU).sin();
    (0..rate).map(sample).collect()
}

fn pcm16(samples: &[f32]) -> Vec<u8> {
    samples
        .iter()
        .flat_map(|sample| ((sample * 32_767.0) as i16).to_le_bytes())
        .collect()
}

#[test]
fn sixteen_bit_samples_at_16_khz_pass_unchanged() {
    let samples: Vec<i16> = (0..20_000_i32).map(|at| (at * 7919 % 65_536 - 32_768) as i16).collect();
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let (format, channels) = decoded(&wav(&fmt(1, 1, 16_000, 16), &data)).unwrap();
    assert_eq!(
        format,
        Format {
            codec: "pcm_s16".to_owned(),
            channels: 1,
            rate: 16_000
        }
    );
    assert_eq!(channels, [samples]);
}

#[test]
fn a_tone_keeps_its_pitch_and_level_at_every_rate() {
    for rate in [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] {
        let (_, channels) = decoded(&wav(&fmt(1, 1, rate, 16), &pcm16(&tone(rate)))).unwrap();
        assert_eq!(channels[0].len(), 16_000, "{rate} Hz");
        let middle = &channels[0][4_000..12_000];
        let crossings = middle.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
        assert!(
            (219..=221).contains(&crossings),
            "{rate} Hz: {crossings} periods in half a second"
        );
        let peak = middle.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
        assert!((16_000..=16_800).contains(&peak), "{rate} Hz: peak {peak}");
    }
}

#[test]
fn every_width_of_a_sample_gives_the_same_sound() {
    let tone = tone(16_000);
    let int = |bits: u32| -> Vec<u8> {
        let bytes = |sample: &f32| {
            let value = (f64::from(*sample) * 2_f64.powi(bits as i32 - 1)) as i64;
            value.to_le_bytes()[..bits as usize / 8].to_vec()
        };
        tone.iter().flat_map(bytes).collect()
    };
    let unsigned: Vec<u8> = tone
        .iter()
        .map(|sample| (sample * 128.0 + 128.0).round() as u8)
        .collect();
    let single: Vec<u8> = tone.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let double: Vec<u8> = tone
        .iter()
        .flat_map(|sample| f64::from(*sample).to_le_bytes())
        .collect();
    let cases = [
        (1, 8, unsigned, "pcm_u8", 130),
        (1, 16, int(16), "pcm_s16", 2),
        (1, 24, int(24), "pcm_s24", 2),
        (1, 32, int(32), "pcm_s32", 2),
        (1, 64, int(64), "pcm_s64", 2),
        (3, 32, single, "pcm_f32", 2),
        (3, 64, double, "pcm_f64", 2),
    ];
    for (tag, bits, data, codec, tolerance) in cases {
        let (format, channels) = decoded(&wav(&fmt(tag, 1, 16_000, bits), &data)).unwrap();
        assert_eq!(format.codec, codec);
        for (got, wanted) in channels[0].iter().zip(&tone) {
            assert!(
                (f32::from(*got) - wanted * 32_768.0).abs() <= tolerance as f32,
                "{codec}: {got} for {wanted}"
            );
        }
    }
}

#[test]
fn two_channels_stay_apart_and_of_five_the_first_two_are_kept() {
    for count in [2_u16, 5] {
        let data: Vec<u8> = (0..1_000)
            .flat_map(|_| (1..=count as i16).flat_map(|n| (n * 100).to_le_bytes()))
            .collect();
        let (format, channels) = decoded(&wav(&fmt(1, count, 16_000, 16), &data)).unwrap();
        assert_eq!(format.channels, usize::from(count));
        assert_eq!(channels, [vec![100; 1_000], vec![200; 1_000]]);
    }
}

#[test]
fn telephone_coding_is_read() {
    for (tag, codec, loud) in [(6, "alaw", 0xaa), (7, "mulaw", 0x80)] {
        let (format, channels) = decoded(&wav(&fmt(tag, 2, 8_000, 8), &[loud; 1_600])).unwrap();
        assert_eq!(
            format,
            Format {
                codec: codec.to_owned(),
                channels: 2,
                rate: 8_000
            }
        );
        assert_eq!(channels[0].len(), 1_600);
        assert!(channels[1][800] > 31_000, "{codec}: {}", channels[1][800]);
    }
}

#[test]
fn a_recorder_that_died_before_it_wrote_the_length_loses_nothing() {
    for unknown in [0_u32, u32::MAX] {
        let mut file = wav(&fmt(7, 1, 8_000, 8), &[0x80; 800]);
        file[40 - 4..40].copy_from_slice(b"data");
        file[40..44].copy_from_slice(&unknown.to_le_bytes());
        assert_eq!(decoded(&file).unwrap().1[0].len(), 1_600, "{unknown:#x}");
    }
}

#[test]
fn a_recording_cut_short_gives_what_is_there() {
    let whole = wav(&fmt(1, 1, 16_000, 16), &pcm16(&tone(16_000)));
    assert_eq!(
        decoded(&whole[..whole.len() / 2]).unwrap().1[0].len(),
        (whole.len() / 2 - 44) / 2
    );
}

#[test]
fn every_file_that_is_not_read_says_why() {
    let cases: [(&str, Vec<u8>, &str); 19] = [
        ("empty", vec![], "it is empty"),
        (
            "text",
            "报警人称\n"
                .bytes()
                .filter(u8::is_ascii)
                .chain(*b"hello world")
                .collect(),
            "it is text",
        ),
        ("zeros", vec![0; 100], "starts with 00 00"),
        ("mp3", vec![0xff, 0xfb, 0x90, 0x64], "ends inside the MPEG audio header"),
        (
            "tagged mp3",
            [b"ID3\x03\0\0\0\0\0\x05".as_slice(), &[0; 5], &[0xff, 0xfb]].concat(),
            "ends inside the MPEG audio header",
        ),
        ("amr", b"#!AMR\n".to_vec(), "AMR-NB needs ffmpeg"),
        ("gsm", [0xd2; 33 * 20].to_vec(), "GSM 6.10 needs ffmpeg"),
        ("midi", b"MThd\0\0\0\x06".to_vec(), "MIDI is not supported"),
        (
            "opus",
            [b"OggS".as_slice(), &[0; 24], b"OpusHead"].concat(),
            "ogg: crc mismatch",
        ),
        ("m4a", b"\0\0\0\x20ftypM4A ".to_vec(), "MP4 of this kind"),
        (
            "big-endian, cut",
            b"RIFX\0\0\0\0WAVE".to_vec(),
            "no format in the WAV header",
        ),
        (
            "GSM",
            wav(&fmt(0x31, 1, 8_000, 0), &[0; 65]),
            "GSM 6.10 needs ffmpeg, which is not on the PATH",
        ),
        ("ADPCM, cut", wav(&adpcm(0x11, 1), &[0; 65]), "it holds no samples"),
        (
            "ADPCM of five channels",
            wav(&adpcm(0x02, 5), &[0; 65]),
            "5 channels of ADPCM",
        ),
        ("unheard-of", wav(&fmt(0x4242, 1, 8_000, 8), &[0; 65]), "coding 0x4242"),
        ("no samples", wav(&fmt(1, 1, 8_000, 16), &[]), "it holds no samples"),
        ("no channel", wav(&fmt(7, 0, 8_000, 8), &[1; 8]), "no channel"),
        ("no rate", wav(&fmt(7, 1, 0, 8), &[1; 8]), "a rate of 0 Hz"),
        (
            "cut header",
            wav(&fmt(1, 1, 8_000, 16), &[1; 8])[..30].to_vec(),
            "ends inside the format",
        ),
    ];
    for (name, file, reason) in cases {
        let error = decoded(&file).unwrap_err().to_string();
        assert!(error.contains(reason), "{name}: {error}");
    }
}

#[test]
fn a_recording_without_a_header_is_read_as_the_site_says_and_only_then() {
    let bytes: Vec<u8> = (0..800_u32).map(|at| (at * 37 % 199) as u8).collect();
    let settings = raw::Settings {
        raw: raw::RawCoding::Alaw,
        raw_channels: 2,
        ..raw::Settings::default()
    };
    for (name, read) in [("1.alaw", true), ("a.b/1.PCM", true), ("1.wav", false), ("alaw", false)] {
        assert_eq!(settings.raw_named(name).is_some(), read, "{name}");
    }
    assert_eq!(raw::Settings::default().raw_named("1.alaw"), None);
    let mut samples = 0;
    let mut take = |block: &[Vec<i16>]| samples += block[0].len();
    let raw = settings.raw_named("1.alaw");
    let format = decode_from(&mut Cursor::new(bytes.clone()), raw, &mut take).unwrap();
    assert_eq!(
        (format.codec.as_str(), format.channels, format.rate),
        ("alaw", 2, 8_000)
    );
    assert_eq!(samples, 800);
    let error = decode(&bytes, &mut |_| ()).unwrap_err().to_string();
    assert!(error.contains("audio.raw"), "{error}");
    // What its content shows to be something else is never taken for raw sound.
    let wav = wav(&fmt(1, 1, 16_000, 16), &[1, 0, 2, 0]);
    let format = decode_from(&mut Cursor::new(wav), raw, &mut |_| ()).unwrap();
    assert_eq!(format.codec, "pcm_s16");
}

#[test]
fn a_mono_recording_saved_as_stereo_is_known() {
    let speech: Vec<i16> = (0..16_000_i32).map(|at| (at * 7919 % 20_000 - 10_000) as i16).collect();
    let dithered: Vec<i16> = speech
        .iter()
        .enumerate()
        .map(|(at, sample)| sample + (at % 3) as i16)
        .collect();
    let other: Vec<i16> = speech.iter().map(|sample| sample / 2).collect();
    assert!(same(&speech, &speech));
    assert!(same(&speech, &dithered));
    assert!(same(&[0; 9], &[0; 9]));
    assert!(!same(&speech, &other));
    assert!(!same(&speech, &[0; 16_000]));
    assert!(!same(&speech, &speech[1..]));
}

/// Small files of every kind that is read, to be damaged.
fn seeds() -> Vec<Vec<u8>> {
    let tone = tone(8_000);
    let data = pcm16(&tone[..400]);
    vec![
        wav(&fmt(1, 1, 16_000, 16), &data),
        wav(&fmt(1, 2, 8_000, 24), &data[..600]),
        wav(&fmt(6, 1, 8_000, 8), &data),
        wav(&fmt(3, 2, 44_100, 64), &data),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_damaged_file_gives_samples_or_a_reason_and_never_a_panic(
        seed in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        header_only in any::<bool>(),
    ) {
        let mut file = seed.get(&seeds()).clone();
        for (at, byte) in edits {
            let range = if header_only { file.len().min(60) } else { file.len() };
            file[at.index(range)] = byte;
        }
        file.truncate(cut.index(file.len()) + 1 + file.len() / 2);
        // The outcome is not the question; that there is one is.
        drop(decoded(&file));
    }

    #[test]
    fn bytes_that_mean_nothing_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assume!(!bytes.starts_with(b"RIFF") && !bytes.starts_with(b"fLaC"));
        prop_assert!(decoded(&bytes).is_err());
    }
}
