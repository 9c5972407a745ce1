//! What a card says of an image: its family survives longest.

use super::limits::WIDEST;
use super::line::{Line, LineRole};
use super::shapes::Part;
use crate::model::Container;
use crate::render::view::short_image;

/// A family in whole, and for a card that has no room for it cut as little as may be.
pub fn in_whole_and_cut(family: &str) -> Vec<Line> {
    /// A narrow letter.
    const STEP: usize = 3;
    let of = |width: i32| Line::wrapped(LineRole::Quiet, family, width, 1).pop();
    let Some(whole) = of(WIDEST) else { return Vec::new() };
    let least = Part::LEAST.0;
    let widths = (least..whole.shown_width()).rev().step_by(STEP).chain([least]);
    let cut: Vec<Line> = widths.filter_map(of).collect();
    let mut lines = vec![whole];
    for line in cut {
        if lines.last().is_none_or(|last| line.shown_width() < last.shown_width()) {
            lines.push(line);
        }
    }
    lines
}

/// Whether a container's name says of what family its image is: it holds that, or is
/// most of it.
pub fn says(name: &str, family: &str) -> bool {
    name.contains(family) || (family.contains(name) && name.len() * 2 > family.len())
}

/// The image on a line. Where it is too long the family stays, and no version that was
/// cut stands for another.
pub fn image_line(container: &Container) -> Option<Line> {
    let family = container.repository().rsplit('/').next().filter(|family| !family.is_empty())?;
    let of = |text: &str| Line::wrapped(LineRole::Quiet, text, WIDEST, 1).pop();
    let is_whole = |text: &String| of(text).is_some_and(|line| line.text == *text);
    let texts = [short_image(container), format!("{family}:…")];
    let whole = texts.into_iter().find(is_whole);
    of(whole.as_deref().unwrap_or(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_cut_no_more_than_there_is_need() {
        let lines = in_whole_and_cut("elasticsearch");
        assert_eq!(lines[0].text, "elasticsearch");
        assert!(lines.len() > 2, "{lines:?}");
        let widths: Vec<i32> = lines.iter().map(Line::shown_width).collect();
        assert!(widths.windows(2).all(|two| two[1] < two[0]), "{widths:?}");
        assert!(*widths.last().expect("a line") <= Part::LEAST.0, "{widths:?}");
        assert!(lines[1..].iter().all(|line| line.text.starts_with("elastic")), "{lines:?}");
        // What fits anywhere has one form.
        assert_eq!(in_whole_and_cut("redis").len(), 1);
        assert!(in_whole_and_cut("").is_empty());
    }

    #[test]
    fn a_name_says_the_family_that_it_is_most_of() {
        assert!(says("redis-cache", "redis") && says("mongo", "mongodb") && says("a", ""));
        assert!(!says("db", "mariadb") && !says("search", "elasticsearch"));
        assert!(!says("api", "api-service"));
    }

    #[test]
    fn of_an_image_the_family_stays_and_no_tag_is_cut() {
        let said = |image: &str| {
            let container = Container { image: image.to_owned(), ..Container::default() };
            image_line(&container).map(|line| line.text).unwrap_or_default()
        };
        assert_eq!(
            said("docker.elastic.co/elasticsearch/elasticsearch:8.13.4"),
            "elasticsearch:8.13.4"
        );
        assert_eq!(
            said("registry:5000/team/postgresql-with-vectors:16.2.1-bookworm-20260101"),
            "postgresql-with-vectors:…"
        );
        let long = said("a/one-family-whose-name-is-longer-than-any-card-may-be:1.2");
        assert!(long.starts_with("one-family-whose") && long.ends_with('…'), "{long}");
        assert!(!long.contains(':'), "{long}");
        assert_eq!(said(""), "");
    }
}
