//! The script's records, and the script itself in a shell of this machine.

use std::fs::File;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::*;

fn ran(output: &str, ended: Ended) -> Ran {
    Ran { output: output.as_bytes().to_vec(), ended, ..Ran::default() }
}

fn acts(count: u8) -> Vec<Act> {
    (0..count).map(|n| Act::Address([10, 0, 0, n].into(), Attempt::Icmp)).collect()
}

#[test]
fn records_are_read_in_any_order_and_half_ones_are_not() {
    let output = "\u{1e}1 nc 1\u{1f}Connection refused\u{1d}noise\u{1e}0 ping 0\u{1f}1 packets \
                  transmitted, 1 packets received\u{1d}\u{1e}2 ping 0\u{1f}1 packets";
    let answers = read(&ran(output, Ended::Itself), &acts(3)).unwrap();
    assert_eq!(answers[0].as_ref().unwrap().outcome, Outcome::Reachable);
    let by_nc = answers[1].as_ref().unwrap();
    assert_eq!((by_nc.outcome, by_nc.method), (Outcome::Reachable, "nc"));
    assert!(by_nc.reason.as_ref().unwrap().as_str().contains("TCP"));
    assert_eq!(answers[2], None);
}

#[test]
fn a_name_answers_for_the_address_that_it_led_to_and_for_no_other() {
    let said = |name: &str, address: &str, got: u8| {
        format!(
            "PING {name} ({address}): 56 data bytes\n\n--- {name} ping statistics ---\n\
             1 packets transmitted, {got} packets received, 0% packet loss\n{}",
            if got == 1 { "round-trip min/avg/max = 0.1/0.1/0.1 ms\n" } else { "" }
        )
    };
    let address = |last: u8| Act::Address([10, 0, 0, last].into(), Attempt::Icmp);
    let name = |name: &str| Act::Name(name.to_owned(), Attempt::Icmp);
    let names = ["db", "cache", "queue"];
    let acts: Vec<Act> = (names.map(name).into_iter()).chain([3, 4, 5, 6].map(address)).collect();
    let stand_ins: StandIns = (names.into_iter().zip([3_u8, 4, 5]))
        .map(|(name, last)| ([10, 0, 0, last].into(), name.to_owned()))
        .collect();
    let output = said("db", "10.0.0.3", 1) + &said("cache", "10.9.9.9", 1);
    let output = output + "ping: bad address 'queue'\n" + &said("10.0.0.6", "10.0.0.6", 0);
    let mut answers = read(&ran(&output, Ended::LastWords), &acts).unwrap();
    stand_in(&acts, &stand_ins, &mut answers);
    let outcomes: Vec<Option<Outcome>> =
        answers[3..].iter().map(|answer| answer.as_ref().map(|answer| answer.outcome)).collect();
    // The next manner asks for those of which nothing is known.
    assert_eq!(outcomes, [Some(Outcome::Reachable), None, None, Some(Outcome::Timeout)]);
}

#[test]
fn what_is_no_record_is_survived() {
    for output in
        ["\u{1e}", "\u{1e}99 ping 0\u{1f}x\u{1d}", "\u{1e}a b c\u{1f}\u{1d}", "\u{1e}0\u{1f}\u{1d}"]
    {
        let answers = read(&ran(output, Ended::LastWords), &acts(1)).unwrap();
        assert_eq!(answers, [None], "{output:?}");
    }
}

#[test]
fn no_shell_is_told_from_a_shell_that_was_cut_short() {
    let refused = "OCI runtime exec failed: exec: \"sh\": executable file not found in $PATH";
    assert!(read(&ran(refused, Ended::Itself), &acts(1)).is_none());
    let late = read(&ran("", Ended::Deadline), &acts(1)).unwrap();
    assert_eq!(late[0].as_ref().unwrap().outcome, Outcome::Unknown);
}

#[test]
fn nothing_that_can_connect_is_unknown_and_says_what_ping_said() {
    let output = "\u{1e}0 none 0\u{1f}ping: permission denied (are you root?)\u{1d}";
    let answer = read(&ran(output, Ended::LastWords), &acts(1)).unwrap()[0].clone().unwrap();
    assert_eq!(answer.outcome, Outcome::Unknown);
    assert!(answer.reason.unwrap().as_str().contains("may not send pings"));
}

/// Where a program is, and not a script that stands in for it and needs more
/// programs to find it.
fn place_of(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let candidates: Vec<PathBuf> = std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .filter(|file| file.exists())
        .collect();
    let is_binary = |file: &PathBuf| {
        let mut magic = [0; 4];
        let read = File::open(file).and_then(|mut file| file.read_exact(&mut magic));
        read.is_ok() && magic == *b"\x7fELF"
    };
    candidates.iter().find(|file| is_binary(file)).cloned().or_else(|| {
        let itself = ["-c", "import sys; print(sys.executable)"];
        let mut asked = Command::new(candidates.first()?);
        let said = asked.args(itself).output().ok()?.stdout;
        Some(PathBuf::from(String::from_utf8(said).ok()?.trim())).filter(is_binary)
    })
}

/// Runs the script in this shell, called `sh`, with nothing but these programs
/// on the path; an answer for each act.
fn in_a_shell(shell: &str, programs: &[&str], acts: &[Act]) -> Vec<Option<Answer>> {
    let folder = tempfile::tempdir().unwrap();
    let link = |program: &str, name: &str| {
        let found =
            place_of(program).unwrap_or_else(|| panic!("no `{program}` here: run tests/run"));
        symlink(found, folder.path().join(name)).unwrap();
    };
    link(shell, "sh");
    ["timeout"].iter().chain(programs).for_each(|program| link(program, program));
    let limits = Limits::new(Duration::from_secs(1), 1);
    let known = Known { plan: &ProbePlan::default(), stand_ins: &StandIns::new() };
    let words = command(acts, &limits, Manner::Bare, known);
    let mut shell = Command::new(folder.path().join(&words[0]))
        .args(&words[1..])
        .env("PATH", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The script goes when its input ends, as it does when netmap has gone.
    let mut output = Vec::new();
    let mut stdout = shell.stdout.take().unwrap();
    while !output.ends_with(LAST_WORDS) {
        let mut byte = [0];
        stdout.read_exact(&mut byte).unwrap();
        output.push(byte[0]);
    }
    drop(shell.stdin.take());
    assert!(shell.wait().unwrap().success());
    read(&Ran { output, code: Some(0), ended: Ended::LastWords, ..Ran::default() }, acts).unwrap()
}

#[test]
#[ignore = "needs nc, busybox, bash, python3, perl, curl and wget"]
fn every_rung_of_the_ladder_tells_open_from_closed_and_knows_no_unknown_name() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let open = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let home = std::net::IpAddr::from([127, 0, 0, 1]);
    let acts = [
        Act::Address(home, Attempt::Tcp(open)),
        Act::Address(home, Attempt::Tcp(closed)),
        Act::Name("no-such-host.invalid".to_owned(), Attempt::Tcp(open)),
        Act::Address(home, Attempt::Icmp),
    ];
    let shells = ["sh", "bash"];
    for (shell, tool) in shells.iter().flat_map(|shell| TOOLS.iter().map(move |t| (shell, t))) {
        let answers = in_a_shell(shell, &[tool.program], &acts);
        let answers: Vec<Answer> = answers.into_iter().map(Option::unwrap).collect();
        let outcomes: Vec<Outcome> = answers.iter().map(|answer| answer.outcome).collect();
        // Without GNU's `timeout` a name may take longer than anybody waits,
        // and is then no answer rather than a wrong one.
        assert_eq!(outcomes[..2], [Outcome::Reachable, Outcome::Refused], "{tool:?}: {answers:?}");
        assert_eq!(outcomes[2].got_through(), Some(false), "{tool:?}: {answers:?}");
        assert_eq!(outcomes[3], Outcome::Reachable, "{tool:?}: a refusal proves the way open");
        assert!(answers.iter().all(|answer| answer.method == tool.program), "{answers:?}");
    }
}

// bash writes at the end of each line, and workers share a pipe.
#[test]
#[ignore = "needs bash and ping"]
fn what_one_worker_prints_never_gets_into_anothers_record() {
    let home = std::net::IpAddr::from([127, 0, 0, 1]);
    let acts = vec![Act::Address(home, Attempt::Icmp); 400];
    for shell in ["sh", "bash", "busybox"] {
        let answers = in_a_shell(shell, &["ping"], &acts);
        // A busy busybox loses an answer now and then: its socket hears those
        // of all other pings as well, and has room for few.
        let whole = |answer: &Option<Answer>| {
            let Some(answer) = answer else { return false };
            let answered = answer.latency.is_some() || answer.outcome == Outcome::Timeout;
            answered && answer.leads_to == Some(home)
        };
        let broken: Vec<_> = answers.iter().filter(|answer| !whole(answer)).collect();
        assert!(broken.is_empty(), "{} of {} in {shell}: {broken:?}", broken.len(), acts.len());
    }
}

#[test]
fn a_shell_with_nothing_that_can_connect_says_so() {
    let home = Act::Address([127, 0, 0, 1].into(), Attempt::Icmp);
    let answers = in_a_shell("sh", &[], &[home]);
    let answer = answers[0].clone().unwrap();
    assert_eq!(answer.outcome, Outcome::Unknown);
    assert!(answer.reason.unwrap().as_str().contains("no ping"), "it says why");
}
