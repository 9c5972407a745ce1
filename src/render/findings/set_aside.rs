//! What is set aside, in words.

use crate::model::{Because, Diagnosis, SetAside};

/// Why, without full stop: `Ignored by --ignore: until Friday`.
pub fn why(aside: &SetAside) -> String {
    match &aside.because {
        Because::Ignored { by, reason } => {
            let reason = reason.as_deref().unwrap_or("no reason is given");
            format!("Ignored by {by}: {reason}")
        }
        Because::Known => "Known: the baseline has it".to_owned(),
    }
}

/// How many there are, as a sentence: `2 more are ignored, 1 is known.`
/// Nothing where there are none.
pub fn count(diagnosis: &Diagnosis) -> Option<String> {
    let known = diagnosis.set_aside.iter().filter(|a| a.because == Because::Known).count();
    let ignored = diagnosis.set_aside.len() - known;
    let are = |number: usize| if number == 1 { "is" } else { "are" };
    let part = |number: usize, what: &str| format!("{number} {} {what}", are(number));
    match (ignored, known) {
        (0, 0) => None,
        (ignored, 0) => Some(format!("{}.", part(ignored, "ignored"))),
        (0, known) => Some(format!("{}.", part(known, "known"))),
        _ => Some(format!("{}, {}.", part(ignored, "ignored"), part(known, "known"))),
    }
}
