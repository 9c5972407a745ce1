//! What names lead containers to: asked for from where a container is, the way
//! its programs ask, and nothing else. By entering its network namespace or,
//! where that is not possible, by one command run in it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use super::methods::{namespaces, netns};
use super::plan::{Station, is_host_name};
use super::words;
use crate::engine::{Ended, Engine, Engines, Exec};
use crate::graph::Map;
use crate::model::{ContainerAt, Outcome, ResolvedName};
use crate::order::OrderBy;

/// How long name servers have for an answer.
const WAIT: Duration = Duration::from_secs(2);

/// How long a command may take that asks for all names of one container.
const DEADLINE: Duration = Duration::from_secs(8);

/// What is kept of its output, in bytes.
const KEPT: usize = 64 << 10;

/// Containers asked at once.
const WIDTH: usize = 8;

/// Names asked for in one container.
const MOST: usize = 32;

/// Asks for each of its arguments. `getent` asks as programs do and sends
/// nothing to what it finds; where there is none, a ping says what it pings.
const SCRIPT: &str = r#"RES_OPTIONS="timeout:1 attempts:1"; export RES_OPTIONS LC_ALL=C
for n; do
  if command -v getent >/dev/null 2>&1; then u=getent; o=$(getent ahosts "$n" 2>&1)
  else u=ping; o=$(ping -c 1 -W 1 "$n" 2>&1); fi
  printf '\036%s\037%s\037%s\037%s\035' "$n" "$u" "$?" "$o"
done"#;

/// Asks for names from containers. What nobody could tell is not among the
/// answers.
pub async fn resolve(
    map: &Map<'_>,
    engines: &Engines,
    wanted: Vec<(ContainerAt, String)>,
) -> Vec<(ContainerAt, ResolvedName)> {
    let mut by_container: BTreeMap<ContainerAt, Vec<String>> = BTreeMap::new();
    for (at, name) in wanted.into_iter().filter(|(_, name)| is_host_name(name)) {
        let names = by_container.entry(at).or_default();
        if names.len() < MOST && !names.contains(&name) {
            names.push(name);
        }
    }
    let mut answers: Vec<(ContainerAt, ResolvedName)> = stream::iter(by_container)
        .map(|(at, names)| async move {
            let led = resolve_in(map, engines, at, &names).await;
            stream::iter(led.into_iter().map(move |led| (at, led)))
        })
        .buffer_unordered(WIDTH)
        .flatten()
        .collect()
        .await;
    answers.order();
    answers
}

async fn resolve_in(
    map: &Map<'_>,
    engines: &Engines,
    at: ContainerAt,
    names: &[String],
) -> Vec<ResolvedName> {
    // Of those that share a network stack each has a resolv.conf of its own.
    let station = Station { members: vec![at], acts: Vec::new() };
    if let Ok(handle) = namespaces::handle(map, engines, &station) {
        return netns::resolve(&handle, names, WAIT).await;
    }
    match engines.of(map.container(at)) {
        Some(engine) => by_exec(engine, &map.container(at).id, names).await,
        None => Vec::new(),
    }
}

async fn by_exec(engine: &Engine, container: &str, names: &[String]) -> Vec<ResolvedName> {
    let command = ["sh", "-c", SCRIPT, "netmap"].map(str::to_owned).into_iter();
    let exec = Exec {
        command: command.chain(names.iter().cloned()).collect(),
        deadline: DEADLINE,
        silence: DEADLINE,
        limit: KEPT,
        last_words: None,
    };
    match engine.exec(container, &exec).await {
        Ok(ran) if ran.ended != Ended::Flood => read(&String::from_utf8_lossy(&ran.output), names),
        _ => Vec::new(),
    }
}

/// Reads what the script printed.
fn read(output: &str, names: &[String]) -> Vec<ResolvedName> {
    let records = output.split('\u{1e}').filter_map(|record| record.split_once('\u{1d}'));
    let led = records.filter_map(|(record, _)| {
        let mut fields = record.splitn(4, '\u{1f}');
        let (name, tool) = (fields.next()?, fields.next()?);
        let (code, said) = (fields.next()?.parse().ok()?, fields.next()?);
        let name = names.iter().find(|known| *known == name)?.clone();
        let address = match tool {
            "getent" => gotten(code, said)?,
            _ => pinged(code, said)?,
        };
        Some(ResolvedName { name, address })
    });
    led.collect()
}

/// What `getent ahosts` found: `None` where it could not tell. It ends with 2
/// where there is no such name (getent(1)).
fn gotten(code: i64, said: &str) -> Option<Option<IpAddr>> {
    match code {
        0 => said.split_whitespace().next()?.parse().ok().map(Some),
        2 => Some(None),
        _ => None,
    }
}

/// What a ping was sent to: `None` where it could not tell.
fn pinged(code: i64, said: &str) -> Option<Option<IpAddr>> {
    let no_such_name = || words::ping(code, said).outcome == Outcome::NameNotFound;
    match words::pinged(said) {
        Some(address) => Some(Some(address)),
        None => no_such_name().then_some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_script_prints_is_read() {
        let names = ["cache", "db", "queue", "mail"].map(str::to_owned);
        let output = "\u{1e}cache\u{1f}getent\u{1f}0\u{1f}198.18.0.9  STREAM cache.office.test\n198.18.0.9  DGRAM\u{1d}\
            \u{1e}db\u{1f}getent\u{1f}2\u{1f}\u{1d}\
            \u{1e}queue\u{1f}ping\u{1f}1\u{1f}PING queue (10.0.0.3): 56 data bytes\n\u{1d}\
            \u{1e}mail\u{1f}ping\u{1f}1\u{1f}ping: bad address 'mail'\u{1d}\
            \u{1e}other\u{1f}ping\u{1f}1\u{1f}ping: bad address 'other'\u{1d}\u{1e}half\u{1f}pi";
        let led: Vec<(String, Option<String>)> = read(output, &names)
            .into_iter()
            .map(|led| (led.name, led.address.map(|address| address.to_string())))
            .collect();
        let led_to =
            |name: &str, address: Option<&str>| (name.to_owned(), address.map(str::to_owned));
        assert_eq!(
            led,
            [
                led_to("cache", Some("198.18.0.9")),
                led_to("db", None),
                led_to("queue", Some("10.0.0.3")),
                led_to("mail", None),
            ]
        );
        // No program to ask with says nothing of the name.
        assert!(
            read("\u{1e}db\u{1f}ping\u{1f}127\u{1f}sh: ping: not found\u{1d}", &names).is_empty()
        );
    }
}
