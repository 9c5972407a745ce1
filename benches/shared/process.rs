//! Running a program as a whole process, and what it took.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// What a run took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    /// From start to end.
    pub time: Duration,
    /// Of that, and of other processors' time, what it worked itself.
    pub processor: Duration,
    /// Memory at its highest, in kB.
    pub memory: u64,
}

/// Runs a command, which may end with 0 or, having found something, with 1.
///
/// It is started by another small process, this same program as [`measurer`]:
/// the kernel counts a parent's memory as the child's for the moment before
/// the child becomes another program.
pub fn run(command: &[String]) -> Took {
    let me = std::env::current_exe().expect("this program");
    let output = Command::new(me).arg("measure").args(command).output().expect("the measurer runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<u64> = said.split_whitespace().map(|n| n.parse().expect("a number")).collect();
    Took {
        time: Duration::from_nanos(numbers[0]),
        processor: Duration::from_micros(numbers[1]),
        memory: numbers[2],
    }
}

/// The least of several runs: what it costs, not what else the machine did.
pub fn best(runs: usize, command: &[String]) -> Took {
    least(&(0..runs.max(1)).map(|_| run(command)).collect::<Vec<_>>())
}

/// Each number at its least.
pub fn least(took: &[Took]) -> Took {
    Took {
        time: took.iter().map(|took| took.time).min().unwrap_or_default(),
        processor: took.iter().map(|took| took.processor).min().unwrap_or_default(),
        memory: took.iter().map(|took| took.memory).min().unwrap_or_default(),
    }
}

/// Where the program was called as `measure COMMAND…`: runs the command and
/// says what it took.
pub fn measurer() -> bool {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(("measure", command)) = arguments.split_first().map(|(a, b)| (a.as_str(), b)) else {
        return false;
    };
    let began = Instant::now();
    let status = Command::new(&command[0]).args(&command[1..]).stdout(Stdio::null()).status();
    let time = began.elapsed();
    let code = status.expect("the command runs").code();
    assert!(matches!(code, Some(0 | 1)), "it ended with {code:?}");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("numbers from the kernel");
    let worked = usage.user_time() + usage.system_time();
    let (worked, memory) = (worked.num_microseconds(), usage.max_rss());
    let _ = writeln!(std::io::stdout(), "{} {worked} {memory}", time.as_nanos());
    true
}
