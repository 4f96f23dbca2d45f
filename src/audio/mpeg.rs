//! Four bytes in, the length of the frame of MPEG audio that they head out.

/// Kilobits a second by index, for version 1 in layers 1 to 3, then for versions 2 and 2.5 in layers 1 and 2 to 3.
const BITRATES: [[u32; 15]; 5] = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
/// Samples a second of version 1 by index; version 2 has half, 2.5 a quarter.
const RATES: [u32; 3] = [44_100, 48_000, 32_000];

/// Returns how many bytes the frame takes that begins with these; `None` where none begins, or one of open bit rate.
pub(crate) fn frame_length(head: &[u8]) -> Option<usize> {
    let &[0xff, second, third, ..] = head else { return None };
    let (version, layer) = ((second >> 3) & 3, 4 - usize::from((second >> 1) & 3));
    if second & 0xe0 != 0xe0 || version == 1 || layer == 4 {
        return None;
    }
    let row = match (version, layer) {
        (3, layer) => layer - 1,
        (_, 1) => 3,
        _ => 4,
    };
    let bits = BITRATES[row].get(usize::from(third >> 4)).filter(|rate| **rate > 0)? * 1000;
    let rate = RATES.get(usize::from((third >> 2) & 3))? >> [2, 0, 1, 0][usize::from(version)];
    let padding = u32::from((third >> 1) & 1);
    let length = match (layer, version) {
        (1, _) => (12 * bits / rate + padding) * 4,
        (3, 0 | 2) => 72 * bits / rate + padding,
        _ => 144 * bits / rate + padding,
    };
    usize::try_from(length).ok()
}

/// Returns how many frames follow one another at the start of `bytes`, counted up to `most`. The last may be cut short.
pub(crate) fn count_frames(bytes: &[u8], most: usize) -> usize {
    let mut rest = bytes;
    for found in 0..most {
        let Some(length) = frame_length(rest) else { return found };
        rest = rest.get(length..).unwrap_or_default();
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_frame_follows_from_its_head() {
        for (head, length) in [
            ([0xff, 0xfb, 0x90, 0x64], Some(417)),
            ([0xff, 0xfb, 0x92, 0x64], Some(418)),
            ([0xff, 0xe3, 0x28, 0xc4], Some(144)),
            ([0xff, 0xf3, 0x28, 0xc4], Some(72)),
            ([0xff, 0xfd, 0x84, 0x04], Some(384)),
            ([0xff, 0xff, 0xff, 0xff], None),
            ([0xff, 0xfb, 0x00, 0x64], None),
            ([0xff, 0xf1, 0x50, 0x80], None),
            ([0xff, 0xeb, 0x90, 0x64], None),
            ([0xd5, 0xd5, 0xd5, 0xd5], None),
        ] {
            assert_eq!(frame_length(&head), length, "{head:x?}");
        }
    }
}
