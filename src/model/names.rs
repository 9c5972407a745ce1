//! Guessing which name somebody meant.

/// The one of `known` that is closest to `wanted`, if any is close enough to
/// be worth suggesting: at most a third of its letters differ.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing costs length times length, and names come from strangers.
    let wanted: String = wanted.chars().take(100).collect();
    let folded = wanted.to_lowercase();
    known
        .into_iter()
        .filter(|name| name.len() <= 400)
        .map(|name| (strsim::osa_distance(&folded, &name.to_lowercase()), name))
        .filter(|(distance, name)| {
            let longest = wanted.chars().count().max(name.chars().count());
            *distance <= (longest / 3).max(1)
                || (folded.len() >= 3 && name.to_lowercase().contains(&folded))
        })
        .min_by(|a, b| a.cmp(b))
        .map(|(_, name)| name)
}

/// [`nearest`], as the tail of an error's hint: `did you mean ...?`
pub fn nearest_of(wanted: &str, known: &[String]) -> Option<String> {
    nearest(wanted, known.iter().map(String::as_str)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_seen_through() {
        assert_eq!(nearest("mongp", ["mongo", "web"]), Some("mongo"));
        assert_eq!(nearest("bakc", ["front", "back"]), Some("back"));
        assert_eq!(nearest("survey", ["survey_container", "mongo"]), Some("survey_container"));
    }

    #[test]
    fn nothing_close_is_no_suggestion() {
        assert_eq!(nearest("redis", ["mongo", "web"]), None);
        assert_eq!(nearest("redis", []), None);
    }
}
