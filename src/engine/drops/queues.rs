//! What `tc -s -j qdisc show` prints: what each queueing discipline dropped.

use serde::Deserialize;
use serde_json::Value;

use super::tally::Tally;
use crate::model::DropCause;

#[derive(Deserialize)]
struct Discipline {
    kind: String,
    dev: String,
    drops: u64,
}

/// Reads it; what is no such list is an error.
///
/// # Errors
///
/// When it is no such list.
pub fn read(text: &str) -> Result<Vec<Tally>, String> {
    let all: Vec<Value> =
        serde_json::from_str(text).map_err(|_| "tc printed no list".to_owned())?;
    let known = all.into_iter().filter_map(|one| serde_json::from_value(one).ok());
    Ok(known
        .map(|Discipline { kind, dev, drops }| {
            Tally::new(DropCause::Queue { interface: dev, kind }, drops)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disciplines_are_read_with_what_they_dropped() {
        // As tc of iproute2 6.1 wrote it, shortened.
        let text = r#"[{"kind":"noqueue","handle":"0:","dev":"lo","root":true,"drops":0},
            {"kind":"clsact","handle":"ffff:","dev":"eth0","drops":7},{"kind":"odd"}]"#;
        let eth0 = DropCause::Queue { interface: "eth0".to_owned(), kind: "clsact".to_owned() };
        let read = read(text).expect("a list");
        assert_eq!((read.len(), &read[1]), (2, &Tally::new(eth0, 7)));
        assert!(super::read("").is_err());
    }
}
