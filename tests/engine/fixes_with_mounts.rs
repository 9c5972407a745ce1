//! A container that is made again has all that it had mounted, whichever way that was
//! asked for.

use crate::fixes::{container, finding, lines};
use crate::support::{Corner, docker, is_podman, paste, text};

/// Where the kernel has something mounted in memory in a container, with its options.
fn in_memory(name: &str, path: &str) -> String {
    let mounts = docker(&["exec", name, "cat", "/proc/mounts"]);
    let at = |line: &&str| line.split(' ').nth(1) == Some(path);
    let mount = mounts.lines().find(at).unwrap_or_else(|| panic!("{path} of {name}: {mounts}"));
    assert!(mount.starts_with("tmpfs "), "{mount}");
    mount.to_owned()
}

/// Of each mount what it is of, where, and whether it can be written.
fn mounts(name: &str) -> Vec<String> {
    let inspected = container(name);
    let mounts = inspected["Mounts"].as_array().expect("mounts").iter();
    let mut mounts: Vec<String> = mounts
        .map(|mount| {
            let of = [&mount["Type"], &mount["Name"], &mount["Source"], &mount["Destination"]];
            format!("{of:?} {}", mount["RW"])
        })
        .collect();
    mounts.sort();
    mounts
}

fn made_again(name: &str, options: &[&str], in_memory_at: &[&str]) {
    let mut corner = Corner::new(name);
    let net = corner.network("net", &[]);
    corner.run("db", &["--network", &net, "busybox", "nc", "-ll", "-p", "5563", "-e", "cat"]);
    let url = ["--network", &net, "-e", "DATABASE_URL=postgres://localhost:5563/shop"];
    let web = corner.sleeper("web", &[&url[..], options].concat());
    corner.adopt(&format!("{web}.old"));
    let before = mounts(&web);
    let memory = || in_memory_at.iter().map(|path| in_memory(&web, path)).collect::<Vec<_>>();
    let memory_before = memory();

    let fix = lines(&finding("localhost-dependency", &web));
    let pasted = paste(&fix);
    assert!(pasted.status.success(), "{fix:#?}\n{}", text(&pasted.stderr));
    let after = container(&web);
    let variables = after["Config"]["Env"].to_string();
    assert!(variables.contains("-db:5563/shop"), "{fix:#?}\n{}", text(&pasted.stderr));
    assert_eq!(mounts(&web), before, "{fix:#?}");
    assert_eq!(memory(), memory_before, "{fix:#?}");
    let image = docker(&["inspect", "-f", "{{.Config.Image}}", &web]);
    docker(&["rm", "-f", "-v", &web]);
    docker(&["image", "rm", "-f", &image]);
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_container_with_something_in_memory_is_made_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let bound = format!("{}:/bound:ro", folder.path().display());
    let mounted = format!("type=bind,source={},destination=/mounted", folder.path().display());
    let odd = folder.path().join("two words");
    std::fs::create_dir(&odd).expect("a folder");
    let odd = format!("{}:/odd:ro", odd.display());
    let volumes =
        ["-v", &bound, "-v", "mounts-named:/named", "-v", "/anonymous", "--mount", &mounted];
    let size = "type=tmpfs,destination=/sized,tmpfs-size=1048576,tmpfs-mode=1770";
    let mounts = ["--mount", size, "--mount", "type=tmpfs,destination=/plain"];
    let short = ["--tmpfs", "/short:size=2m,mode=1700", "--tmpfs", "/bare"];
    made_again("mounts-none", &volumes, &[]);
    if !is_podman() {
        made_again("mounts-odd", &[&volumes[..], &["-v", &odd]].concat(), &[]);
    }
    made_again("mounts-short", &[&volumes[..], &short].concat(), &["/short", "/bare"]);
    made_again("mounts-long", &[&volumes[..], &mounts].concat(), &["/sized", "/plain"]);
    let both = [&mounts[..], &short].concat();
    made_again("mounts-both", &both, &["/sized", "/plain", "/short", "/bare"]);
    docker(&["volume", "rm", "-f", "mounts-named"]);
}

/// Where no command can carry what is mounted, it is left to a person, and nothing breaks.
#[test]
#[ignore = "needs a Docker engine"]
fn what_no_command_can_carry_is_left_to_a_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let odd = folder.path().join("two words");
    std::fs::create_dir(&odd).expect("a folder");
    let odd = format!("{}:/odd:ro", odd.display());
    let mut corner = Corner::new("mounts-by-hand");
    let net = corner.network("net", &[]);
    corner.run("db", &["--network", &net, "busybox", "nc", "-ll", "-p", "5564", "-e", "cat"]);
    let url = ["--network", &net, "-e", "DATABASE_URL=postgres://localhost:5564/shop"];
    let mounts = ["--mount", "type=tmpfs,destination=/memory", "-v", &odd];
    let web = corner.sleeper("web", &[&url[..], &mounts].concat());
    let fix = lines(&finding("localhost-dependency", &web));
    assert!(fix.iter().all(|line| line.starts_with('#')), "{fix:#?}");
    assert!(fix.iter().any(|line| line.contains("-db:5564")), "{fix:#?}");
}
