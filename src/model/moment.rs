//! Moments: when something started, ended, was written or was seen.

use std::fmt;

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A moment, to the nanosecond, whatever the time zone.
///
/// In JSON it is a string (RFC 3339, in UTC) with as much of a fraction as the
/// engine gave. Snapshots of earlier versions have seconds since 1970 in
/// places, and are read as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Timestamp);

impl Moment {
    /// The moment written as `2026-11-24T07:55:34.123456789Z`, or with an
    /// offset such as `+01:00` (RFC 3339). `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// Now, by this machine's clock.
    pub fn now() -> Self {
        Self(Timestamp::now())
    }

    /// The moment so many seconds after the beginning of 1970, in UTC. The
    /// first and the last year are -9999 and 9999: what lies beyond is the
    /// nearest moment of these.
    pub fn from_seconds(seconds: i64) -> Self {
        let limit = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Self(Timestamp::from_second(seconds).unwrap_or(limit))
    }

    /// Seconds from `earlier` to this moment, with their fraction; negative
    /// where `earlier` was later.
    pub fn since(self, earlier: Self) -> f64 {
        self.0.duration_since(earlier.0).as_secs_f64()
    }

    /// The moment so long before this one.
    #[must_use]
    pub fn before(self, span: std::time::Duration) -> Self {
        let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
        Self(self.0.checked_sub(span).unwrap_or(Timestamp::MIN))
    }

    /// The moment so many nanoseconds after the beginning of 1970, if any
    /// calendar has it.
    pub fn from_nanoseconds(nanoseconds: u64) -> Option<Self> {
        Timestamp::from_nanosecond(nanoseconds.into()).ok().map(Self)
    }

    /// Whether it is no earlier than `other`. A moment without a fraction, as
    /// logs in older snapshots have it, stands for its whole second.
    pub fn is_not_before(self, other: Self) -> bool {
        if self.0.subsec_nanosecond() == 0 {
            self.0.as_second() >= other.0.as_second()
        } else {
            self >= other
        }
    }

    /// Whole seconds since the beginning of 1970, in UTC.
    pub fn seconds(self) -> i64 {
        self.0.as_second()
    }

    /// The moment so many seconds later, to the millisecond.
    pub fn moved(self, seconds: i64) -> Self {
        let fraction = i64::from(self.0.subsec_millisecond());
        let moved = self.seconds().saturating_add(seconds).saturating_mul(1_000);
        let moved = Timestamp::from_millisecond(moved.saturating_add(fraction));
        moved.map_or_else(|_| Self::from_seconds(self.seconds().saturating_add(seconds)), Self)
    }

    /// The day in UTC, as `2026-11-24`.
    pub fn date(self) -> String {
        Offset::UTC.to_datetime(self.0).date().to_string()
    }

    fn from_fraction(seconds: f64) -> Option<Self> {
        let since_1970 = SignedDuration::try_from_secs_f64(seconds).ok()?;
        Timestamp::from_duration(since_1970).ok().map(Self)
    }
}

/// RFC 3339 in UTC: `2026-11-24T07:55:34.5Z`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        or_none(deserializer)?.ok_or_else(|| D::Error::custom("no moment"))
    }
}

/// Reads a field that may have a moment: what is none reads as `None`.
pub(super) fn or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Moment>, D::Error> {
    deserializer.deserialize_any(InSnapshot)
}

/// A moment as a snapshot has it: a string, or seconds since 1970.
struct InSnapshot;

impl Visitor<'_> for InSnapshot {
    type Value = Option<Moment>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time (RFC 3339) or seconds since 1970")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Moment::parse(text))
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Self::Value, E> {
        Ok(Timestamp::from_second(seconds).ok().map(Moment))
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Self::Value, E> {
        i64::try_from(seconds).map_or(Ok(None), |seconds| self.visit_i64(seconds))
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Self::Value, E> {
        Ok(Moment::from_fraction(seconds))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Field {
        #[serde(default, deserialize_with = "or_none")]
        at: Option<Moment>,
    }

    fn field(json: &str) -> Option<Moment> {
        serde_json::from_str::<Field>(&format!("{{{json}}}")).unwrap().at
    }

    #[test]
    fn moments_as_engines_write_them() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-11-24T07:55:34Z", 1_795_506_934),
            ("2026-11-24T08:55:34+01:00", 1_795_506_934),
            ("2026-11-24T02:25:34.000000000-05:30", 1_795_506_934),
        ] {
            assert_eq!(Moment::parse(text), Some(Moment::from_seconds(seconds)), "{text}");
        }
        let precise = "2026-11-24T07:55:34.123456789Z";
        assert_eq!(Moment::parse(precise).unwrap().to_string(), precise);
    }

    #[test]
    fn anything_else_is_no_moment() {
        for text in [
            "",
            "yesterday",
            "2026-11-24",
            "2026-13-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-11-24T07:55:34",
            "ü026-11-24T07:55:34Z",
            "2026-11-24T07:55:34+0a:00",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_span_keeps_its_fraction_and_its_direction() {
        let start = Moment::parse("2026-11-24T07:00:00.25Z").unwrap();
        let end = Moment::parse("2026-11-24T08:00:02+01:00").unwrap();
        assert!((end.since(start) - 1.75).abs() < 1e-9);
        assert!((start.since(end) + 1.75).abs() < 1e-9);
        assert!(start < end);
    }

    #[test]
    fn what_no_calendar_has_is_the_nearest_that_it_has() {
        assert!(Moment::from_seconds(i64::MIN) < Moment::from_seconds(0));
        assert!(Moment::from_seconds(i64::MAX) > Moment::from_seconds(0));
    }

    #[test]
    fn days_have_their_dates() {
        for (days, date) in
            [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_781, "2026-11-24")]
        {
            assert_eq!(Moment::from_seconds(days * 86_400 + 5).date(), date);
        }
    }

    #[test]
    fn old_and_new_snapshots_are_read() {
        let known = Some(Moment::from_seconds(1_795_506_934));
        assert_eq!(field(r#""at":"2026-11-24T07:55:34Z""#), known);
        assert_eq!(field(r#""at":1795506934"#), known);
        assert_eq!(field(r#""at":1795506934.5"#), Moment::parse("2026-11-24T07:55:34.5Z"));
        for nothing in [
            "",
            r#""at":null"#,
            r#""at":"""#,
            r#""at":"soon""#,
            r#""at":9223372036854775807"#,
            r#""at":18446744073709551615"#,
            r#""at":1e300"#,
        ] {
            assert_eq!(field(nothing), None, "{nothing}");
        }
        assert!(serde_json::from_str::<Field>(r#"{"at":true}"#).is_err());
        assert!(serde_json::from_str::<Moment>(r#""soon""#).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(seconds in -60_000_000_000..200_000_000_000_i64, nanos in 0..1_000_000_000) {
            let moment = Moment(Timestamp::new(seconds, nanos).unwrap());
            prop_assert_eq!(Moment::parse(&moment.to_string()), Some(moment));
            let written = serde_json::to_string(&Field { at: Some(moment) }).unwrap();
            prop_assert_eq!(serde_json::from_str::<Field>(&written).unwrap().at, Some(moment));
        }
    }
}
