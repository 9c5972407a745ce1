//! A container with files that never come: a file system of its own takes every
//! request and answers none. It costs what is seen of that container, and
//! neither the others nor the time of who looks.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Corner, docker, engine, text};

/// Mounts a file that never answers over the one it is given, and stays.
const SILENT_FILE: &str = r#"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char **argv) {
    char options[128];
    int device = open("/dev/fuse", O_RDWR);
    if (device < 0 || argc != 2) return 1;
    snprintf(options, sizeof options, "fd=%d,rootmode=100644,user_id=0,group_id=0", device);
    if (mount("silent", argv[1], "fuse", 0, options) != 0) { perror("mount"); return 1; }
    printf("mounted\n");
    fflush(stdout);
    for (;;) pause();
}
"#;

/// Builds it for any image: without a C library.
fn silent_file(folder: &Path) -> String {
    let (source, program) = (folder.join("silent.c"), folder.join("silent"));
    std::fs::write(&source, SILENT_FILE).unwrap();
    let built = Command::new("cc").arg("-static").arg("-o").args([&program, &source]).output();
    let built = built.expect("cc runs");
    assert!(built.status.success(), "{}", text(&built.stderr));
    program.to_str().unwrap().to_owned()
}

/// Ends whoever has the file system, without whom every request ends in an
/// error: even a container's end would wait for it otherwise.
struct Silent(String);

impl Drop for Silent {
    fn drop(&mut self) {
        docker(&["exec", &self.0, "killall", "-9", "silent"]);
    }
}

/// netmap, which is ended where it does not end by itself.
fn in_time(arguments: &[&str]) -> Output {
    let netmap = env!("CARGO_BIN_EXE_netmap");
    let mut command = Command::new("timeout");
    command.args(["-s", "KILL", "20", netmap, "--host", &engine()]).args(arguments);
    command.output().expect("netmap runs")
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_file_that_never_answers_costs_one_container_s_look() {
    let mut corner = Corner::new("hang");
    let net = corner.network("net", &[]);
    let well = corner.sleeper("well", &["--network", &net]);
    let hung = corner
        .sleeper("hung", &["--network", &net, "--device", "/dev/fuse", "--cap-add", "SYS_ADMIN"]);
    let folder = tempfile::tempdir().unwrap();
    docker(&["cp", &silent_file(folder.path()), &format!("{hung}:/silent")]);
    docker(&["exec", "-d", &hung, "sh", "-c", "/silent /etc/hosts >/said 2>&1"]);
    let deadline = Instant::now() + Duration::from_secs(10);
    while docker(&["exec", &hung, "cat", "/said"]) != "mounted" {
        assert!(Instant::now() < deadline, "{}", docker(&["exec", &hung, "cat", "/said"]));
        std::thread::sleep(Duration::from_millis(50));
    }
    let _silent = Silent(hung.clone());

    let glob = corner.glob();
    for command in [
        &["snapshot", "-o", "-"][..],
        &["doctor", "--format", "json", &glob],
        &["probe", "--format", "json", &glob],
        &["why", &hung, &well, "--format", "json"],
    ] {
        let began = Instant::now();
        let output = in_time(command);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(12), "{command:?} took {took:?}");
        assert!(output.status.code() < Some(2), "{command:?}: {}", text(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        if command[0] == "snapshot" {
            let of = |name: &str| {
                let all = report["observations"].as_array().unwrap();
                all.iter().find(|seen| seen["container"] == name).unwrap().clone()
            };
            assert_eq!(of(&well)["how"], "proc", "{}", of(&well));
            assert!(of(&hung)["unseen"].to_string().contains("did not answer"), "{}", of(&hung));
        }
    }
}
