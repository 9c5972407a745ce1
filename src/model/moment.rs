//! Moments as the engine writes them (RFC 3339), as seconds since 1970.

/// Seconds since 1970 of `2026-11-24T07:55:34.123456789Z`, or of the same with
/// an offset such as `+01:00`. `None` for anything else.
pub fn seconds_since_1970(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let separator = |at: usize, any_of: &[u8]| {
        text.as_bytes().get(at).is_some_and(|byte| any_of.contains(byte))
    };
    let separated = separator(4, b"-")
        && separator(7, b"-")
        && separator(10, b"Tt ")
        && separator(13, b":")
        && separator(16, b":");
    if !separated {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 {
        return None;
    }
    let rest = &text[19..];
    let zone = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset = match zone.as_bytes() {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let digits = [h1, h2, m1, m2].map(|byte| i64::from(byte.wrapping_sub(b'0')));
            if digits.iter().any(|digit| *digit > 9) {
                return None;
            }
            let seconds = (digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60;
            if *sign == b'+' { seconds } else { -seconds }
        }
        _ => return None,
    };
    // Days from the civil calendar, counted in years that begin in March, so
    // that the leap day comes last.
    let (years, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = years / 4 - years / 100 + years / 400;
    let days = years * 365 + leap_days + (months * 153 + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second - offset)
}

#[cfg(test)]
mod tests {
    use super::seconds_since_1970;

    #[test]
    fn moments_as_engines_write_them() {
        assert_eq!(seconds_since_1970("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds_since_1970("2000-02-29T12:00:00.5Z"), Some(951_825_600));
        assert_eq!(seconds_since_1970("2026-11-24T07:55:34.123456789Z"), Some(1_795_506_934));
        assert_eq!(seconds_since_1970("2026-11-24T08:55:34+01:00"), Some(1_795_506_934));
    }

    #[test]
    fn anything_else_is_no_moment() {
        for text in [
            "",
            "yesterday",
            "2026-11-24",
            "2026-13-01T00:00:00Z",
            "2026-11-24T07:55:34",
            "ü026-11-24T07:55:34Z",
            "2026-11-24T07:55:34+0a:00",
        ] {
            assert_eq!(seconds_since_1970(text), None, "{text}");
        }
    }
}
