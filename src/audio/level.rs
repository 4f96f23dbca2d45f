//! A channel and where somebody speaks in it in, the same with quiet speech raised out.

use std::ops::Range;

/// Root mean square that speech is raised to, of full scale: -23 dB.
const TARGET: f64 = 0.07;
/// Most that speech is raised by: 20 dB. Beyond it there is more noise than voice.
const MOST: f64 = 10.0;
/// Highest sample that raising may lead to.
const CEILING: f64 = 32_000.0;
/// Samples over which the gain fades in and out at the edges of speech: 10 ms.
const FADE: usize = 160;

/// Raises the speech of a channel to the usual level where it is quieter, and returns the gain, at least 1.
///
/// One gain holds for the whole channel, so that a caller who falls silent or shouts still does. It is applied where
/// somebody speaks and nowhere else: what lies between stays as it was. It never makes a sample clip, and nothing
/// happens without speech. Spans are in samples; what of them lies outside the channel is ignored.
pub fn raise(channel: &mut [i16], speech: &[Range<usize>]) -> f64 {
    let spans = within(speech, channel.len());
    let gain = gain(channel, &spans);
    if gain > 1.0 {
        for span in spans {
            apply(&mut channel[span], gain);
        }
    }
    gain
}

/// Sorts spans, joins those that overlap and cuts them to `length`, so that no sample is raised twice.
fn within(speech: &[Range<usize>], length: usize) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = speech.iter().map(|span| span.start..span.end.min(length)).collect();
    spans.retain(|span| span.start < span.end);
    spans.sort_by_key(|span| (span.start, span.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

/// Computes the gain over the spans alone.
fn gain(channel: &[i16], spans: &[Range<usize>]) -> f64 {
    let samples = || spans.iter().flat_map(|span| &channel[span.clone()]).map(|sample| f64::from(*sample));
    let count = samples().count() as f64;
    let energy: f64 = samples().map(|sample| sample * sample).sum();
    let peak = samples().map(f64::abs).fold(0.0, f64::max);
    if energy == 0.0 {
        return 1.0;
    }
    let level = (energy / count).sqrt() / 32_768.0;
    (TARGET / level).min(MOST).min(CEILING / peak).max(1.0)
}

fn apply(span: &mut [i16], gain: f64) {
    let length = span.len();
    for (at, sample) in span.iter_mut().enumerate() {
        let edge = at.min(length - 1 - at).min(FADE) as f64 / FADE as f64;
        let raised = f64::from(*sample) * (1.0 + (gain - 1.0) * edge);
        *sample = raised.round() as i16;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spans() -> impl Strategy<Value = Vec<Range<usize>>> {
        prop::collection::vec((0..3_000_usize, 0..3_000_usize).prop_map(|(a, b)| a..b), 0..6)
    }

    fn hum(amplitude: f64) -> Vec<i16> {
        (0..16_000).map(|at| (amplitude * (f64::from(at) / 7.0).sin()) as i16).collect()
    }

    proptest! {
        #[test]
        fn nothing_clips_and_no_sample_turns_or_shrinks(
            channel in prop::collection::vec(any::<i16>(), 0..2_000),
            spans in spans(),
        ) {
            let mut raised = channel.clone();
            let gain = raise(&mut raised, &spans);
            prop_assert!((1.0..=MOST).contains(&gain));
            for (after, before) in raised.iter().zip(&channel) {
                let most = f64::from(before.unsigned_abs()) * gain + 1.0;
                prop_assert!(after.unsigned_abs() >= before.unsigned_abs() && f64::from(after.unsigned_abs()) <= most);
                prop_assert!(after.signum() == before.signum());
                prop_assert!(gain == 1.0 || after.unsigned_abs() <= 32_000 || after == before);
            }
        }

        #[test]
        fn what_is_not_speech_stays_as_it_was(
            channel in prop::collection::vec(-500..500_i16, 0..2_000),
            spans in spans(),
        ) {
            let mut raised = channel.clone();
            raise(&mut raised, &spans);
            for (at, (after, before)) in raised.iter().zip(&channel).enumerate() {
                prop_assert!(after == before || spans.iter().any(|span| span.contains(&at)));
            }
        }

        #[test]
        fn silence_stays_silence(length in 0..2_000_usize, spans in spans()) {
            let mut channel = vec![0; length];
            prop_assert_eq!(raise(&mut channel, &spans), 1.0);
            prop_assert!(channel.iter().all(|sample| *sample == 0));
        }
    }

    #[test]
    fn a_quiet_call_is_raised_by_the_bound_and_a_loud_one_not_at_all() {
        for (amplitude, gain) in [(100.0, 10.0), (1_000.0, 3.24), (8_000.0, 1.0), (32_000.0, 1.0)] {
            let mut channel = hum(amplitude);
            let found = raise(&mut channel, &[1_000..15_000]);
            assert!((found - gain).abs() < 0.02, "{amplitude}: {found}");
            let peak = channel.iter().map(|sample| f64::from(sample.unsigned_abs())).fold(0.0, f64::max);
            assert!((peak - amplitude * gain).abs() <= 12.0 + amplitude * 0.02, "{amplitude}: {peak}");
        }
    }

    #[test]
    fn a_channel_without_speech_is_left_alone_however_loud_its_noise() {
        let noise = hum(300.0);
        let mut channel = noise.clone();
        assert_eq!(raise(&mut channel, &[]), 1.0);
        assert_eq!(channel, noise);
    }

    #[test]
    fn one_loud_sound_in_the_speech_bounds_the_gain() {
        let mut channel = hum(100.0);
        channel[8_000] = 16_000;
        assert!(raise(&mut channel, &[0..16_000]) <= 2.0);
        assert!(channel.iter().all(|sample| sample.unsigned_abs() <= 32_000));
    }
}
