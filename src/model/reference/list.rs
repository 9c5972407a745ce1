//! Lists of hosts, of which a client takes any: `es-1:9200,es-2:9200`.

use super::url::{bounded, host_and_port};

/// Hosts of one list that are looked at.
const LONGEST: usize = 64;

/// The hosts that stand in a list, in a text of which all may be one.
pub(super) fn of_value(text: &str) -> Vec<String> {
    let all = bounded(text).split(|c: char| c.is_whitespace() || ",;".contains(c));
    of_parts(all).unwrap_or_else(|| of_line(text))
}

/// The hosts that stand in a list in a command: one that is a word of its own, or
/// an array of JSON.
pub(super) fn of_line(text: &str) -> Vec<String> {
    let text = bounded(text);
    if !text.contains([',', ';']) {
        return Vec::new();
    }
    let is_between = |c: char| c.is_whitespace() || "\"'`=(){}[]<>|".contains(c);
    let words = text.split(is_between).map(|word| of_parts(word.split([',', ';'])));
    let arrays = text.split('[').skip(1).filter_map(|rest| Some(rest.split_once(']')?.0));
    let flat = arrays.filter(|array| !array.contains('{'));
    let arrays = flat
        .map(|array| of_parts(array.split(',').map(|item| item.trim().trim_matches(['"', '\'']))));
    words.chain(arrays).flatten().flatten().collect()
}

/// The hosts of a list, unless one of its parts is none.
fn of_parts<'t>(parts: impl Iterator<Item = &'t str>) -> Option<Vec<String>> {
    let parts = parts.filter(|part| !part.is_empty()).take(LONGEST);
    let hosts: Vec<String> = parts.map(host_of).collect::<Option<_>>()?;
    (hosts.len() > 1).then_some(hosts)
}

/// The host of an address or a URL. Of what stands before it nothing is kept.
fn host_of(part: &str) -> Option<String> {
    let rest = part.rsplit_once("://").map_or(part, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let address = rest.split(['/', '?', '#']).next()?;
    host_and_port(address).map(|(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::{of_line, of_value};

    #[test]
    fn hosts_that_stand_beside_one_another() {
        for text in [
            "a:9200,b:9200",
            "a, b",
            "a b",
            "http://a:9200;http://b:9200",
            "[\"http://a:9200\", \"http://b:9200\"]",
            "mongodb://me:x@a:27017,b:27017/shop?replicaSet=rs",
            "amqp://me:x@a,amqp://me:x@b",
            "host=a,b port=5432 dbname=shop",
            "app --brokers=a:9092,b:9092 --level info",
            "{\"level\":\"info\",\"brokers\":[\"a:9092\",\"b:9092\"]}",
            "localhost:1 a b:2",
        ] {
            let found = of_value(text);
            assert!(["a", "b"].iter().all(|host| found.iter().any(|it| it == host)), "{text}");
        }
        for text in [
            "",
            "a:9200",
            "http://a:9200/b,c/d e",
            "Server=a,1433;Database=b",
            "host=a port=5432",
            "{\"db\":\"a\",\"cache\":\"b\"}",
            "[{\"host\":\"a\"},{\"host\":\"b\"}]",
        ] {
            let found = of_value(text);
            let both = ["a", "b"].iter().all(|host| found.iter().any(|it| it == host));
            assert!(!both, "{text}: {found:?}");
        }
        assert_eq!(of_line("ping a b"), [""; 0], "words of a command");
    }
}
