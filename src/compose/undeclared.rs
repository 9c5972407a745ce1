//! What a compose file names and does not have: the words, what was probably
//! meant, and where it could be declared.

use std::collections::BTreeSet;

use super::conform::is_name;
use super::notes::Notes;
use super::reader::Reader;
use crate::model::words::few;
use crate::model::{Form, nearest};
use crate::order::Ordered;
use crate::yaml::{Mapping, Node};

/// What there is to say of a name that nothing has: the words, what was meant in place of
/// the path's last part, and the form that would do.
pub type Said = (String, Option<String>, Option<Form>);

/// Of a service that another one needs.
pub fn no_service(path: &[&str], name: &str, declared: &Mapping, on: &BTreeSet<&str>) -> Said {
    if declared.contains_key(name) {
        let why = format!("the service `{name}` has a profile that is not switched on (--profile)");
        return (why, None, None);
    }
    match nearest(name, on.iter().copied()) {
        Some(meant) => {
            let why = format!("there is no service `{name}`; did you mean `{meant}`?");
            (why, in_place_of_last(path, name, meant), None)
        }
        None => (format!("there is no service `{name}`"), None, None),
    }
}

/// The words for what a service names and the file does not have in a section at its top.
pub fn undeclared(path: &[&str], section: &str, wanted: &str, there: Option<&Mapping>) -> Said {
    let kind = section.trim_end_matches('s');
    let known = there.into_iter().flatten().map(|(key, _)| key.as_str());
    if let Some(meant) = nearest(wanted, known) {
        let why = format!("the file has no {kind} `{wanted}`; did you mean `{meant}`?");
        return (why, in_place_of_last(path, wanted, meant), None);
    }
    // A config, a secret and a model take more than a name.
    let is_enough = matches!(section, "networks" | "volumes") && is_name(wanted);
    let form =
        is_enough.then(|| Form::Declared { section: section.to_owned(), name: wanted.to_owned() });
    (format!("the file has no {kind} `{wanted}` at its top"), None, form)
}

/// What was meant, where the path's last part is what stands in its place.
fn in_place_of_last(path: &[&str], wanted: &str, meant: &str) -> Option<String> {
    (path.last() == Some(&wanted)).then(|| meant.to_owned())
}

/// The service that was probably meant, as the tail of a sentence.
pub fn or_which(wanted: &str, services: &Mapping) -> String {
    let meant = nearest(wanted, services.keys().map(String::as_str));
    meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default()
}

/// Notes profiles that are asked for and that no service has.
pub fn unknown_profiles(tree: &Node, asked: &[String], notes: &mut Notes) {
    let all = tree.get("services").and_then(Node::map).into_iter().flatten();
    let known: BTreeSet<&str> =
        all.flat_map(|(_, entry)| Reader::profiles(&entry.value)).into_set();
    for profile in asked.iter().filter(|asked| !asked.is_empty() && *asked != "*") {
        if !known.contains(profile.as_str()) {
            let names: Vec<&str> = known.iter().copied().collect();
            let why = match (nearest(profile, names.iter().copied()), names.as_slice()) {
                (Some(meant), _) => format!("no service has it; did you mean `{meant}`?"),
                (None, []) => "no service has it, nor any other".to_owned(),
                (None, names) => format!("no service has it; there are {}", few(names)),
            };
            notes.say(format!("the profile `{profile}`"), why);
        }
    }
}
