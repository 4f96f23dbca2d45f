//! One byte of telephone coding in, one sample out (ITU-T G.711).

/// Decodes an A-law byte; 13 bits, left-justified in 16.
pub(crate) fn alaw(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let segment = (code >> 4) & 7;
    let mantissa = i16::from(code & 0x0f) << 4;
    let magnitude = match segment {
        0 => mantissa + 8,
        _ => (mantissa + 0x108) << (segment - 1),
    };
    if code & 0x80 == 0 { -magnitude } else { magnitude }
}

/// Decodes a mu-law byte; 14 bits, left-justified in 16.
pub(crate) fn mulaw(byte: u8) -> i16 {
    const BIAS: i16 = 0x84;
    let code = !byte;
    let magnitude = (((i16::from(code & 0x0f) << 3) + BIAS) << ((code >> 4) & 7)) - BIAS;
    if code & 0x80 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_of_the_standard_tables_hold() {
        // G.711 tables 1 and 2, scaled to 16 bits.
        for (byte, sample) in [
            (0xd5, 8),
            (0x55, -8),
            (0xaa, 32_256),
            (0x2a, -32_256),
            (0xc0, 344),
            (0x80, 5_504),
        ] {
            assert_eq!(alaw(byte), sample, "A-law {byte:#x}");
        }
        for (byte, sample) in [
            (0xff, 0),
            (0x7f, 0),
            (0x80, 32_124),
            (0x00, -32_124),
            (0xf0, 120),
            (0x8f, 16_764),
        ] {
            assert_eq!(mulaw(byte), sample, "mu-law {byte:#x}");
        }
    }

    #[test]
    fn the_upper_half_of_each_table_mirrors_the_lower() {
        for byte in 0..0x80_u8 {
            assert_eq!(alaw(byte), -alaw(byte | 0x80));
            assert_eq!(mulaw(byte), -mulaw(byte | 0x80));
        }
    }
}
