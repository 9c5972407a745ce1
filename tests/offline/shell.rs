//! netmap in a shell: the first screen, help, names, settings.

use std::fs;
use std::time::{Duration, Instant};

use crate::support::{finished, netmap, netmap_command, project_file};

/// Every command that people type first.
const COMMANDS: [&str; 12] = [
    "show", "probe", "flows", "why", "doctor", "explain", "check", "lesson", "samples", "snapshot",
    "diff", "config",
];

fn at_80(arguments: &[&str]) -> String {
    let run = finished(netmap_command().env("COLUMNS", "80").args(arguments).output().unwrap());
    assert_eq!(run.code, 0, "{arguments:?}: {}", run.err);
    run.out
}

#[test]
fn netmap_alone_is_one_screen_that_names_what_one_needs_first() {
    let run = netmap(&["--from", "sample:module-5"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.lines().count() <= 24, "{}", run.out);
    assert!(run.out.lines().all(|line| line.chars().count() <= 80), "{}", run.out);
    for needed in ["netmap show ", "netmap doctor", "netmap why", "netmap probe", "-o map.svg"] {
        assert!(run.out.contains(needed), "{needed}: {}", run.out);
    }
    assert!(run.out.contains("Here: 1 network, 3 containers, 2 of them stopped"), "{}", run.out);
    assert!(run.out.contains("2 problems"), "{}", run.out);
    let narrow = netmap_command().env("COLUMNS", "45").args(["--from", "sample:module-5"]).output();
    let narrow = finished(narrow.unwrap()).out;
    assert!(narrow.lines().all(|line| line.chars().count() <= 45), "{narrow}");
    let well = netmap(&["--from", "sample:module-5/network"]);
    assert!(well.out.contains("nothing wrong at a glance"), "{}", well.out);
    let nobody = netmap(&["--host", "unix:///nonexistent.sock"]);
    assert!(nobody.code == 0 && nobody.out.contains("Here: cannot reach"), "{}", nobody.out);
    assert!(nobody.out.contains("hint: is the engine running?"), "{}", nobody.out);
    assert!(nobody.out.lines().count() <= 24, "{}", nobody.out);
}

#[test]
fn netmap_alone_does_not_wait_for_an_engine_that_is_silent() {
    // It takes connections, and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", silent.local_addr().unwrap());
    let began = Instant::now();
    let run = netmap(&["--host", &address]);
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert!(run.code == 0 && run.out.contains("does not answer"), "{}", run.out);
}

#[test]
fn short_help_is_short_and_says_where_the_rest_is() {
    for command in COMMANDS {
        let short = at_80(&[command, "-h"]);
        assert!(short.lines().count() <= 40, "{command}:\n{short}");
        assert!(short.lines().all(|line| line.chars().count() <= 80), "{command}:\n{short}");
        assert!(short.contains(&format!("More: netmap {command} --help")), "{command}:\n{short}");
        let whole = at_80(&[command, "--help"]);
        assert!(whole.lines().count() > short.lines().count(), "{command}");
    }
    assert!(at_80(&["-h"]).lines().count() <= 40, "{}", at_80(&["-h"]));
}

#[test]
fn help_has_no_option_that_the_command_cannot_use() {
    for (command, has, has_not) in [
        ("show", &["--host", "--compose", "--all", "--project", "--width"][..], &[][..]),
        ("explain", &["--output", "--format"], &["--host", "--from", "--all", "--project"]),
        ("samples", &["--output"], &["--host", "--compose", "--network"]),
        ("why", &["--host", "--compose"], &["--all", "--project"]),
        ("doctor", &["--project", "--compose"], &["--all"]),
        ("config", &["--path", "--color"], &["--host", "--from", "--output"]),
    ] {
        let help = at_80(&[command, "--help"]);
        for option in has {
            assert!(help.contains(option), "{command} {option}:\n{help}");
        }
        for option in has_not {
            let is_there =
                help.lines().any(|line| line.trim_start().contains(&format!("{option} ")));
            assert!(!is_there, "{command} {option}:\n{help}");
        }
    }
    // They may still stand before the command, as in an alias.
    assert_eq!(netmap(&["--from", "sample:module-5", "explain", "wrong-name"]).code, 0);
}

#[test]
fn what_other_tools_call_it_works() {
    let show = netmap(&["show", "--from", "sample:module-5"]);
    for alias in ["ls", "ps"] {
        assert_eq!(netmap(&[alias, "--from", "sample:module-5"]).out, show.out, "{alias}");
    }
    let version = netmap(&["version", "--host", "unix:///nonexistent.sock"]);
    assert!(version.out.starts_with("netmap  "), "{}", version.out);
    assert!(version.code == 0 && version.out.contains("engine  cannot reach"), "{}", version.out);
}

#[test]
fn show_says_what_it_leaves_out_and_who_knows_what_is_wrong() {
    let run = netmap(&["show", "--from", "sample:module-5"]);
    assert!(run.out.contains("2 containers stopped and not shown"), "{}", run.out);
    assert!(run.out.contains("(-a shows them)"), "{}", run.out);
    let said = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let doctor = "Something is wrong with results_container and survey_container: \
                  netmap doctor --from sample:module-5 says what.";
    assert!(said.contains(doctor), "{said}");
    let well = netmap(&["show", "-a", "--from", "sample:module-5/network"]);
    assert!(!well.out.contains("Something is wrong"), "{}", well.out);
    // A document says how things are, and not whom to ask.
    let page = netmap(&["show", "-f", "markdown", "--from", "sample:module-5"]);
    assert!(!page.out.contains("netmap doctor"), "{}", page.out);
    let findings = netmap(&["doctor", "--from", "sample:module-5"]);
    let said = findings.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("netmap explain localhost-dependency"), "{said}");
}

#[test]
fn names_can_be_left_out() {
    let zoo = project_file("tests/offline/zoo.json").display().to_string();
    let names = |arguments: &[&str]| -> Vec<String> {
        let run = netmap(&[&["show", "-a", "-f", "json", "--from", &zoo], arguments].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        let json: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let list = json["containers"].as_array().unwrap().iter();
        list.map(|c| c["name"].as_str().unwrap().to_owned()).collect()
    };
    let all = names(&[]);
    let without = names(&["!d?"]);
    let left_out: Vec<&String> = all.iter().filter(|name| !without.contains(name)).collect();
    assert_eq!(left_out, ["d1", "d2", "db"]);
    // A network goes with those that are on nothing else, and with its stack.
    let without = names(&["!quiet", "!api"]);
    let left_out: Vec<&String> = all.iter().filter(|name| !without.contains(name)).collect();
    assert_eq!(left_out, ["api", "q1", "q2", "sidecar"]);
    assert_eq!(names(&["quiet", "!q1"]), ["q2"]);
    let wrong = netmap(&["show", "--from", &zoo, "!flaping"]);
    assert!(wrong.code == 2 && wrong.err.contains("did you mean `flapping`?"), "{}", wrong.err);
}

#[test]
fn who_names_a_beginning_or_a_service_is_told_the_container() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("compose.yaml");
    let services =
        "services:\n  svc1: { image: a }\n  svc10: { image: a }\n  database: { image: a }\n";
    fs::write(&file, services).unwrap();
    let file = file.to_str().unwrap();
    for (asked, meant) in [
        ("shop-svc1-", "shop-svc1-1"),
        ("shop-svc10", "shop-svc10-1"),
        ("datbase", "shop-database-1"),
        ("data", "shop-database-1"),
    ] {
        let run = netmap(&["show", "--compose", file, "--project-name", "shop", asked]);
        assert!(run.err.contains(&format!("did you mean `{meant}`?")), "{asked}: {}", run.err);
    }
}

#[test]
fn settings_come_from_variables_and_a_file_and_options_outrank_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    fs::write(&file, "format: table\nall: true\ntheme: dark\n").unwrap();
    let with = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = netmap_command();
        command.env("NETMAP_CONFIG", &file).envs(variables.iter().copied());
        finished(command.args(arguments).output().unwrap())
    };
    let source = ["--from", "sample:module-5"];
    let show = |more: &[&'static str]| [&["show"], &source[..], more].concat();
    let set = with(&[], &show(&[]));
    assert_eq!(set.out, netmap(&show(&["-a", "-f", "table"])).out);
    assert_eq!(
        with(&[("NETMAP_FORMAT", "tree")], &show(&[])).out,
        netmap(&show(&["-a", "-f", "tree"])).out
    );
    assert_eq!(
        with(&[("NETMAP_ALL", "0")], &show(&["-f", "csv"])).out,
        netmap(&show(&["-f", "csv"])).out
    );
    // The extension of a file counts more, and the theme is the file's.
    let picture = folder.path().join("map.svg");
    let path = picture.to_str().unwrap();
    let to_file = |arguments: &[&'static str]| {
        [show(arguments), vec!["-o"]]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .chain([path.to_owned()])
    };
    let words: Vec<String> = to_file(&[]).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_eq!(with(&[], &words).code, 0);
    let set = fs::read_to_string(&picture).unwrap();
    let words: Vec<String> = to_file(&["-a", "--theme", "dark"]).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_eq!(netmap(&words).code, 0);
    assert_eq!(set, fs::read_to_string(&picture).unwrap());
    // What is printed says the same when it is read again.
    let printed = with(&[("NETMAP_COLOR", "never")], &["config"]);
    assert!(
        printed.out.contains("NETMAP_COLOR") && printed.out.contains("theme: dark"),
        "{}",
        printed.out
    );
    fs::write(&file, &printed.out).unwrap();
    let again = with(&[], &["config"]);
    assert!(again.code == 0 && again.out.contains("color: never"), "{}{}", again.out, again.err);
    fs::write(&file, "thema: dark\n").unwrap();
    let wrong = with(&[], &["samples"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err.contains("config.yaml:1:1") && wrong.err.contains("`theme`"),
        "{}",
        wrong.err
    );
}

#[test]
fn a_plain_locale_gets_ascii_and_the_same_columns() {
    let zoo = project_file("tests/offline/zoo.json").display().to_string();
    for arguments in
        [&["show", "-a", "--from", &zoo][..], &["probe", "--from", "sample:healthy-proxy"]]
    {
        let rich = netmap(arguments);
        let plain = finished(netmap_command().env("LANG", "C").args(arguments).output().unwrap());
        assert!(plain.out.is_ascii() && !rich.out.is_ascii(), "{}", plain.out);
        let widths = |text: &str| text.lines().map(|line| line.chars().count()).collect::<Vec<_>>();
        assert_eq!(widths(&plain.out), widths(&rich.out));
        let utf8 = finished(
            netmap_command()
                .env("LANG", "C")
                .env("LC_ALL", "C.UTF-8")
                .args(arguments)
                .output()
                .unwrap(),
        );
        assert_eq!(utf8.out, rich.out);
    }
    // Data stays what it is.
    let json = ["show", "-f", "json", "--from", &zoo];
    let plain = finished(netmap_command().env("LANG", "C").args(json).output().unwrap());
    assert_eq!(plain.out, netmap(&json).out);
}

/// What a shell is offered for the last of these words.
fn offered(words: &[&str]) -> Vec<String> {
    let last = (words.len() - 1).to_string();
    let mut command = netmap_command();
    command.env("COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", last).env("_CLAP_IFS", "\n");
    let run = finished(command.arg("--").args(words).output().unwrap());
    assert_eq!(run.code, 0, "{}", run.err);
    run.out.lines().map(str::to_owned).collect()
}

#[test]
fn shells_are_offered_names_of_the_setup_that_the_line_is_about() {
    let from = ["netmap", "--from", "sample:module-5"];
    let of = |words: &[&'static str]| offered(&[&from[..], words].concat());
    assert_eq!(of(&["show", "mo"]), ["mongo"]);
    assert_eq!(of(&["show", "!mo"]), ["!mongo"]);
    assert_eq!(of(&["why", "mongo", "surv"]), ["survey_container"]);
    assert_eq!(of(&["doctor", "--rule", "localhost-i"]), ["localhost-is-ipv6"]);
    assert_eq!(of(&["show", "--network", "br"]), ["bridge"]);
    assert_eq!(offered(&["netmap", "explain", "wrong-n"]), ["wrong-name"]);
    assert_eq!(
        offered(&["netmap", "show", "--from", "sample:module-5/res"]),
        ["sample:module-5/restarted"]
    );
    assert_eq!(offered(&["netmap", "doc"]), ["doctor"]);
    // Nobody answers: nothing is offered, and nothing is said.
    assert_eq!(offered(&["netmap", "--host", "unix:///nonexistent.sock", "show", "we"]), [""; 0]);
}

#[test]
fn the_script_for_bash_completes_in_bash() {
    let script = r#"
        set -e
        netmap() { "$NETMAP" "$@"; }
        PATH="$(dirname "$NETMAP"):$PATH"
        source <("$NETMAP" completions bash)
        # What readline does when somebody presses the key behind a line.
        complete_at_end() {
            COMP_LINE=$1 COMP_TYPE=9 COMP_WORDS=() COMPREPLY=()
            local blank word rest=$1
            while [[ $rest =~ ^(\ *)([:=@]+|[^\ :=@]+)(.*)$ ]]; do
                COMP_WORDS+=("${BASH_REMATCH[2]}") rest=${BASH_REMATCH[3]}
            done
            [[ $1 == *' ' ]] && COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            word=${COMP_WORDS[COMP_CWORD]}
            [[ $word == [:=@] ]] && word=
            _netmap netmap "$word"
            echo "${COMPREPLY[*]}"
        }
        complete_at_end "netmap --from sample:module-5 show survey"
        complete_at_end "netmap --from=sample:module-5 show survey"
        complete_at_end "netmap show --from sample:module-"
        complete_at_end "netmap show --from sample:healthy-pro"
        complete_at_end "netmap show --from=sample:healthy-pro"
        complete_at_end "netmap schema doct"
        complete_at_end "netmap man lesson-ne"
        complete_at_end "netmap lesson --lessons samples/lessons start two-n"
        complete_at_end "netmap --from sample:module-5 why mongo "
        complete_at_end "netmap show --from sample:"
    "#;
    let mut bash = std::process::Command::new("bash");
    bash.arg("-c").arg(script).env("NETMAP", env!("CARGO_BIN_EXE_netmap"));
    bash.env("NETMAP_CONFIG", "").current_dir(env!("CARGO_MANIFEST_DIR"));
    let run = finished(bash.output().unwrap());
    assert_eq!(run.code, 0, "{}", run.err);
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let lines: Vec<Vec<String>> = run.out.lines().map(words).collect();
    assert_eq!(lines[..2], [["survey_container"], ["survey_container"]], "{}", run.out);
    // Bash has the part before the colon, and is given the rest.
    assert!(lines[2].contains(&"module-5".to_owned()), "{:?}", lines[2]);
    assert_eq!(lines[3..5], [["healthy-proxy"], ["healthy-proxy"]], "{}", run.out);
    assert_eq!(lines[5..8], [["doctor"], ["lesson-new"], ["two-networks"]], "{}", run.out);
    assert!(lines[8].iter().any(|name| name == "survey_container"), "{:?}", lines[8]);
    assert!(
        lines[9].len() > 20 && lines[9].iter().all(|name| !name.starts_with('-')),
        "{:?}",
        lines[9]
    );
    for shell in ["zsh", "fish", "powershell", "elvish"] {
        let script = netmap(&["completions", shell]);
        assert!(script.code == 0 && script.out.contains("netmap"), "{shell}");
    }
}

#[test]
fn every_command_has_a_page_of_the_manual() {
    let folder = tempfile::tempdir().unwrap();
    let run = netmap(&["man", "--dir", folder.path().to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.err);
    for command in COMMANDS {
        let page = fs::read_to_string(folder.path().join(format!("netmap-{command}.1")));
        let page = page.unwrap_or_else(|error| panic!("{command}: {error}"));
        assert!(page.contains(".SH SYNOPSIS"), "{command}");
        for option in page.split("\n.TP\n").skip(1) {
            let (name, says) = option.split_once('\n').unwrap();
            assert!(
                !says.trim_start().is_empty() && !says.trim_start().starts_with(".SH"),
                "{name}"
            );
        }
    }
    assert!(folder.path().join("netmap.1").is_file());
    assert!(
        netmap(&["man", "show"]).out.contains(".TH netmap-show 1"),
        "{}",
        netmap(&["man", "show"]).out
    );
    let wrong = netmap(&["man", "shwo"]);
    assert!(wrong.code == 2 && wrong.err.contains("did you mean `show`?"), "{}", wrong.err);
}

/// The program under the name of a plugin, in a folder of docker's.
fn as_plugin(folder: &std::path::Path, arguments: &[&str]) -> crate::support::Run {
    let mut install = netmap_command();
    install.env("DOCKER_CONFIG", folder).args(["plugin", "install"]);
    assert_eq!(finished(install.output().unwrap()).code, 0);
    let mut plugin = std::process::Command::new(folder.join("cli-plugins/docker-netmap"));
    plugin.env("NETMAP_CONFIG", "").env_remove("LANG").env("DOCKER_CONFIG", folder);
    plugin.current_dir(env!("CARGO_MANIFEST_DIR"));
    finished(plugin.args(arguments).output().unwrap())
}

#[test]
#[cfg(unix)]
fn the_program_is_a_plugin_under_that_name() {
    let folder = tempfile::tempdir().unwrap();
    let told = as_plugin(folder.path(), &["docker-cli-plugin-metadata"]);
    let told: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(told["SchemaVersion"], "0.1.0");
    let shown = as_plugin(folder.path(), &["netmap", "show", "--from", "sample:module-5"]);
    assert_eq!(shown.out, netmap(&["show", "--from", "sample:module-5"]).out);
    let words = ["__complete", "netmap", "show", "--from", "sample:module-5", "mon"];
    let completed = as_plugin(folder.path(), &words);
    assert_eq!(completed.out, "mongo\trunning\n:4\n");
    let status = |arguments: &[&str]| {
        let mut command = netmap_command();
        finished(command.env("DOCKER_CONFIG", folder.path()).args(arguments).output().unwrap())
    };
    assert!(status(&["plugin", "status"]).out.contains("cli-plugins/docker-netmap"));
    assert_eq!(status(&["plugin", "uninstall"]).code, 0);
    assert!(!folder.path().join("cli-plugins/docker-netmap").exists());
}

/// Widths of terminals that are narrow for a table.
const NARROW: [&str; 6] = ["20", "24", "30", "36", "40", "44"];

#[test]
fn nothing_is_lost_on_a_narrow_terminal() {
    for source in ["tests/offline/zoo.json", "docs/shop.json", "sample:module-5"] {
        let of = |more: &[&str]| netmap(&[&["show", "-a", "--from", source], more].concat()).out;
        let whole: serde_json::Value = serde_json::from_str(&of(&["--json"])).unwrap();
        let containers = whole["containers"].as_array().unwrap();
        let endpoints = containers.iter().flat_map(|c| c["endpoints"].as_array().unwrap());
        let addresses: Vec<&str> =
            endpoints.flat_map(|e| [e["ipv4"].as_str(), e["ipv6"].as_str()]).flatten().collect();
        assert!(addresses.len() > 2 || source.starts_with("sample"), "{source}");
        for width in NARROW {
            for format in ["grid", "table", "tree"] {
                let text = of(&["--format", format, "--width", width]);
                // A long name may go on in the next line; an address is whole.
                let squeezed: String = text.split_whitespace().collect();
                for container in containers {
                    let name = container["name"].as_str().unwrap();
                    assert!(squeezed.contains(name), "{source} {format} {width}: {name}\n{text}");
                }
                for address in &addresses {
                    assert!(text.contains(address), "{source} {format} {width}: {address}\n{text}");
                }
            }
        }
    }
}

#[test]
fn networks_without_members_in_common_are_never_in_one_grid() {
    for width in ["80", "120", "160", "240"] {
        let text =
            netmap(&["show", "-a", "--from", "tests/offline/zoo.json", "--width", width]).out;
        // A dot says that a container is not on a network of its own grid. On wide
        // terminals grids stand side by side.
        let alone = width.len() < 3;
        for line in
            text.lines().filter(|line| alone && (line.contains("q1 ") || line.contains("printer ")))
        {
            assert!(!line.contains(" · "), "{width}: {line}\n{text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= width.parse().unwrap()), "{text}");
    }
    // In a pipe each stands alone, so that a line has one container.
    let text = netmap(&["show", "-a", "--from", "tests/offline/zoo.json"]).out;
    assert!(text.lines().any(|line| line.starts_with("printer ")), "{text}");
}

#[test]
fn findings_that_the_file_ignores_are_set_aside_with_their_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    let ignore =
        "ignore:\n  - { rule: unused-network, network: 'unus*', reason: kept for tests }\n";
    fs::write(&file, ignore).unwrap();
    let doctor = |file: &std::path::Path| {
        let mut command = netmap_command();
        command.env("NETMAP_CONFIG", file);
        let zoo = ["doctor", "--json", "--from", "tests/offline/zoo.json"];
        let run = finished(command.args(zoo).output().unwrap());
        serde_json::from_str::<serde_json::Value>(&run.out).unwrap()
    };
    let rules = |report: &serde_json::Value| -> Vec<String> {
        let found = report["findings"].as_array().unwrap().iter();
        found.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
    };
    let whole = doctor(std::path::Path::new(""));
    assert!(rules(&whole).contains(&"unused-network".to_owned()), "{:?}", rules(&whole));
    let rest = doctor(&file);
    assert!(!rules(&rest).contains(&"unused-network".to_owned()), "{:?}", rules(&rest));
    assert!(rest["set_aside"].to_string().contains("kept for tests"), "{rest}");
}
