//! Spans with speech in, windows that an engine hears in one go out.

use crate::audio::RATE;
use crate::transcript::Span;

/// Longest window in milliseconds. Whisper hears half a minute at a time; a joint costs about as much as its silence.
const WINDOW_MS: u64 = 28_500;
/// What a joint of two spans costs.
const JOINT_MS: u64 = 300;
/// Spans closer than this are one.
const MERGE_MS: u64 = 250;
/// Where a span is too long it is cut at the quietest moment of its last seconds.
const CUT_WITHIN_MS: u64 = 6_000;
/// Length of such a moment.
const MOMENT_MS: u64 = 100;

/// Returns the spans in order, without overlap, none reaching beyond the samples or longer than a window.
pub(crate) fn tidy(mut spans: Vec<Span>, samples: &[i16]) -> Vec<Span> {
    let end = samples.len() as u64 * 1000 / u64::from(RATE);
    spans.sort_by_key(|span| (span.start_ms, span.end_ms));
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        let end_ms = span.end_ms.min(end);
        match merged.last_mut() {
            Some(last) if span.start_ms < last.end_ms + MERGE_MS => last.end_ms = last.end_ms.max(end_ms),
            _ if span.start_ms < end_ms => merged.push(Span { end_ms, ..span }),
            _ => {}
        }
    }
    merged.into_iter().flat_map(|span| cut(span, samples)).collect()
}

/// Groups spans, in order, so that each group fits in one window.
pub(crate) fn group(spans: &[Span]) -> Vec<&[Span]> {
    let mut groups = Vec::new();
    let mut rest = spans;
    while !rest.is_empty() {
        let mut total = 0;
        let fits = rest.iter().take_while(|span| {
            total += span.end_ms - span.start_ms + JOINT_MS;
            total <= WINDOW_MS + JOINT_MS
        });
        let (window, after) = rest.split_at(fits.count().max(1));
        groups.push(window);
        rest = after;
    }
    groups
}

fn cut(mut span: Span, samples: &[i16]) -> Vec<Span> {
    let mut parts = Vec::new();
    while span.end_ms - span.start_ms > WINDOW_MS {
        let at = quietest(
            samples,
            span.start_ms + WINDOW_MS - CUT_WITHIN_MS,
            span.start_ms + WINDOW_MS,
        );
        parts.push(Span {
            start_ms: span.start_ms,
            end_ms: at,
        });
        span.start_ms = at;
    }
    parts.push(span);
    parts
}

/// Returns the middle of the quietest moment between two times.
fn quietest(samples: &[i16], from_ms: u64, to_ms: u64) -> u64 {
    let starts = (from_ms..to_ms - MOMENT_MS).step_by(50);
    let at = starts.min_by_key(|start_ms| {
        loudness(
            samples,
            Span {
                start_ms: *start_ms,
                end_ms: start_ms + MOMENT_MS,
            },
        )
    });
    at.unwrap_or(from_ms) + MOMENT_MS / 2
}

/// Returns the mean square of a span; 0 beyond the end.
pub(crate) fn loudness(samples: &[i16], span: Span) -> u64 {
    let index = |ms: u64| {
        usize::try_from(ms * u64::from(RATE) / 1000)
            .unwrap_or(usize::MAX)
            .min(samples.len())
    };
    let part = samples
        .get(index(span.start_ms)..index(span.end_ms))
        .unwrap_or_default();
    let sum: u64 = part.iter().map(|&sample| u64::from(sample.unsigned_abs()).pow(2)).sum();
    sum / part.len().max(1) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(start_ms: u64, end_ms: u64) -> Span {
        Span { start_ms, end_ms }
    }

    #[test]
    fn a_long_span_is_cut_where_it_is_quiet() {
        let mut samples = vec![5_000; 40 * RATE as usize];
        samples[25 * RATE as usize..26 * RATE as usize].fill(0);
        let spans = tidy(vec![span(0, 40_000)], &samples);
        assert_eq!(spans.len(), 2);
        assert!((25_000..26_000).contains(&spans[0].end_ms), "{spans:?}");
        assert_eq!(spans[1], span(spans[0].end_ms, 40_000));
    }

    #[test]
    fn spans_close_together_are_one_and_those_beyond_the_end_are_none() {
        let samples = vec![1; 10 * RATE as usize];
        let got = tidy(
            vec![
                span(3_000, 4_000),
                span(0, 1_000),
                span(1_100, 2_000),
                span(12_000, 13_000),
            ],
            &samples,
        );
        assert_eq!(got, [span(0, 2_000), span(3_000, 4_000)]);
    }

    proptest! {
        #[test]
        fn windows_hold_all_spans_in_order_and_fit(starts in prop::collection::vec((0_u64..600_000, 1_u64..90_000), 0..40)) {
            let samples = vec![0; 700 * RATE as usize / 10];
            let end = 70_000;
            let spans = tidy(starts.iter().map(|(start, length)| span(*start, start + length)).collect(), &samples);
            for pair in spans.windows(2) {
                prop_assert!(pair[0].end_ms <= pair[1].start_ms);
            }
            prop_assert!(spans.iter().all(|span| span.start_ms < span.end_ms && span.end_ms <= end));
            let windows = group(&spans);
            prop_assert_eq!(windows.concat(), spans.clone());
            for window in windows {
                let total: u64 = window.iter().map(|span| span.end_ms - span.start_ms).sum();
                prop_assert!(total <= WINDOW_MS);
            }
        }
    }
}
