//! netmap as a plugin of docker's command line: `docker netmap show`.
//!
//! docker runs a program called `docker-netmap` in one of its folders for
//! plugins, with all the words that it was given itself. Source: docker CLI,
//! `cli-plugins/manager` and `cli-plugins/plugin`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::Ending;
use super::run::Run;
use crate::error::{Error, Result};

/// What a plugin is called.
const NAME: &str = if cfg!(windows) { "docker-netmap.exe" } else { "docker-netmap" };

/// By this word docker asks a plugin what it is.
const METADATA: &str = "docker-cli-plugin-metadata";

/// By this word docker asks it what a line could go on with.
const COMPLETE: &str = "__complete";

/// Folders in which docker looks for plugins of all users.
const OF_ALL_USERS: [&str; 4] = [
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
];

/// Options of docker's that stand before the plugin's name, and take a value.
const WITH_VALUE: [&str; 10] = [
    "-c",
    "--context",
    "-H",
    "--host",
    "--config",
    "-l",
    "--log-level",
    "--tlscacert",
    "--tlscert",
    "--tlskey",
];

/// What of those netmap knows by the same name.
const KNOWN: [&str; 4] = ["-c", "--context", "-H", "--host"];

/// What to do with the words that docker hands over.
#[derive(Debug, PartialEq, Eq)]
pub enum Call {
    /// Go on with these.
    Run(Vec<OsString>),
    /// Print this and end.
    Print(String),
}

/// Understands how the program was called: as it is, where it was not by
/// docker. `complete` says what words could go on with.
///
/// # Errors
///
/// For docker's own options that netmap cannot follow.
pub fn understood(
    arguments: Vec<OsString>,
    complete: impl Fn(&[OsString]) -> String,
) -> Result<Call> {
    let program = arguments.first().map(Path::new).and_then(Path::file_name);
    if program.is_none_or(|program| program != NAME) {
        return Ok(Call::Run(arguments));
    }
    match arguments.get(1).and_then(|word| word.to_str()) {
        Some(METADATA) => Ok(Call::Print(metadata())),
        Some(COMPLETE) => Ok(Call::Print(complete(arguments.get(3..).unwrap_or_default()))),
        _ => without_dockers_words(arguments).map(Call::Run),
    }
}

/// What docker shows of it in its own help.
fn metadata() -> String {
    let about = json!({
        "SchemaVersion": "0.1.0",
        "Vendor": "netmap",
        "Version": concat!("v", env!("CARGO_PKG_VERSION")),
        "ShortDescription": "Which containers share networks, who reaches whom, and what is broken",
    });
    format!("{about}\n")
}

/// The words for netmap: what stands before its name is docker's.
fn without_dockers_words(arguments: Vec<OsString>) -> Result<Vec<OsString>> {
    let mut words = arguments.into_iter();
    let mut kept: Vec<OsString> = words.next().into_iter().collect();
    while let Some(word) = words.next() {
        let text = word.to_string_lossy().into_owned();
        if text == "netmap" {
            break;
        }
        if !text.starts_with('-') {
            // Called by hand, without docker.
            kept.push(word);
            break;
        }
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(OsString::from(value))),
            None => (text, None),
        };
        let takes_value = WITH_VALUE.contains(&name.as_str());
        let value = if takes_value { value.or_else(|| words.next()) } else { value };
        match name.as_str() {
            known if KNOWN.contains(&known) => {
                kept.push(name.into());
                kept.extend(value);
            }
            "--config" => {
                kept.push("--docker-config".into());
                kept.extend(value);
            }
            tls if tls.starts_with("--tls") && value.as_deref() != Some("false".as_ref()) => {
                return Err(Error::Usage {
                    what: format!("docker's option {tls} cannot be handed on to netmap"),
                    hint: Some(
                        "set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, or use a docker context"
                            .to_owned(),
                    ),
                });
            }
            "-h" | "--help" | "-v" | "--version" => kept.push(word_of(name)),
            // How much docker says of itself.
            _ => {}
        }
    }
    kept.extend(words);
    Ok(kept)
}

fn word_of(name: String) -> OsString {
    if name == "-v" { "-V".into() } else { name.into() }
}

/// Arguments of `netmap plugin`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Link this program into docker's folder of plugins
    Install(Place),
    /// Remove the link
    Uninstall(Place),
    /// Say where docker finds it
    Status,
}

#[derive(Debug, clap::Args)]
struct Place {
    /// For all users of this machine, in /usr/local/lib/docker/cli-plugins
    #[arg(long)]
    system: bool,
}

/// Examples for the help text.
pub fn after_help() -> &'static str {
    "Examples:\n  \
    netmap plugin install      from then on: docker netmap show\n  \
    netmap plugin status       where docker finds it\n  \
    netmap plugin uninstall    remove the link"
}

/// Does what is asked.
pub fn run(run: Run<'_>, args: &Args) -> Result<Ending> {
    let own = || -> Result<PathBuf> {
        let config = run.options.environment().config;
        let folder = config.map(|config| config.join("cli-plugins"));
        folder.ok_or_else(|| Error::Usage {
            what: "there is no folder for docker's configuration: HOME is not set".to_owned(),
            hint: Some("set HOME or DOCKER_CONFIG, or use --system".to_owned()),
        })
    };
    let folder = |place: &Place| match place.system {
        true => Ok(PathBuf::from(OF_ALL_USERS[0])),
        false => own(),
    };
    match &args.what {
        What::Install(place) => {
            let link = install(&folder(place)?)?;
            run.say(&format!("{}: from now on, docker netmap show\n", link.display()))?;
        }
        What::Uninstall(place) => {
            let link = folder(place)?.join(NAME);
            if !is_link_or_ours(&link)? {
                run.say(&format!("{} is not there\n", link.display()))?;
            } else {
                fs::remove_file(&link).map_err(|error| not_there(&link, error))?;
                run.say(&format!("{} is removed\n", link.display()))?;
            }
        }
        What::Status => return status(run, own().ok()),
    }
    Ok(Ending::Clean)
}

/// Where docker finds the plugin; it takes the first.
fn status(run: Run<'_>, own: Option<PathBuf>) -> Result<Ending> {
    let folders = own.into_iter().chain(OF_ALL_USERS.map(PathBuf::from));
    let found: Vec<String> = folders
        .map(|folder| folder.join(NAME))
        .filter(|link| link.symlink_metadata().is_ok())
        .map(|link| match (fs::read_link(&link), link.exists()) {
            (Ok(to), true) => format!("{} → {}\n", link.display(), to.display()),
            (Ok(to), false) => format!("{} → {}, which is gone\n", link.display(), to.display()),
            (Err(_), _) => format!("{}\n", link.display()),
        })
        .collect();
    if found.is_empty() {
        run.say("docker does not find netmap: netmap plugin install\n")?;
        return Ok(Ending::Findings);
    }
    run.say(&found.concat())?;
    Ok(Ending::Clean)
}

/// Links this program into a folder; the link.
fn install(folder: &Path) -> Result<PathBuf> {
    let program = std::env::current_exe()
        .map_err(|error| Error::System { what: "cannot find this program".to_owned(), error })?;
    let link = folder.join(NAME);
    let failed = |error| not_there(&link, error);
    fs::create_dir_all(folder).map_err(failed)?;
    if is_link_or_ours(&link)? {
        fs::remove_file(&link).map_err(failed)?;
    }
    place(&program, &link).map_err(failed)?;
    Ok(link)
}

/// Whether there is a link, which may be replaced; a program of somebody's in
/// its place is an error.
fn is_link_or_ours(link: &Path) -> Result<bool> {
    match link.symlink_metadata() {
        Ok(found) if found.is_symlink() || cfg!(not(unix)) => Ok(true),
        Ok(_) => Err(Error::Usage {
            what: format!("`{}` is a file of its own, and no link", link.display()),
            hint: Some("remove it by hand if it is not needed".to_owned()),
        }),
        Err(_) => Ok(false),
    }
}

#[cfg(unix)]
fn place(program: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(program, link)
}

/// Where links take rights of their own.
#[cfg(not(unix))]
fn place(program: &Path, link: &Path) -> std::io::Result<()> {
    fs::copy(program, link).map(|_| ())
}

fn not_there(link: &Path, error: std::io::Error) -> Error {
    Error::Write { path: link.to_owned(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn call(line: &str) -> Result<Call> {
        understood(words(line), |words| format!("{} words", words.len()))
    }

    fn run_of(line: &str) -> Vec<OsString> {
        match call(line).expect(line) {
            Call::Run(words) => words,
            Call::Print(text) => panic!("{line}: {text}"),
        }
    }

    #[test]
    fn what_stands_before_the_name_is_dockers() {
        for (line, meant) in [
            ("netmap show", "netmap show"),
            ("/p/docker-netmap netmap show -a", "/p/docker-netmap show -a"),
            ("docker-netmap --context far netmap show", "docker-netmap --context far show"),
            ("docker-netmap --host=tcp://a:1 netmap", "docker-netmap --host tcp://a:1"),
            ("docker-netmap -D -l debug netmap show netmap", "docker-netmap show netmap"),
            ("docker-netmap --config /c netmap show", "docker-netmap --docker-config /c show"),
            ("docker-netmap --tls=false netmap show", "docker-netmap show"),
            ("docker-netmap show web", "docker-netmap show web"),
            ("docker-netmap --help", "docker-netmap --help"),
        ] {
            assert_eq!(run_of(line), words(meant), "{line}");
        }
        let error = call("docker-netmap --tlsverify netmap show").expect_err("TLS");
        assert!(error.hint().is_some_and(|hint| hint.contains("DOCKER_TLS_VERIFY")), "{error}");
    }

    #[test]
    fn docker_is_told_what_the_plugin_is() {
        let metadata = call("/x/docker-netmap docker-cli-plugin-metadata");
        let Ok(Call::Print(text)) = metadata else { panic!("{metadata:?}") };
        let told: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(told["SchemaVersion"], "0.1.0");
        let asked = call("docker-netmap __complete netmap show we").expect("an answer");
        assert_eq!(asked, Call::Print("2 words".to_owned()));
        assert!(told["Vendor"].is_string() && told["ShortDescription"].is_string());
    }

    #[test]
    fn a_link_is_made_anew_and_a_program_of_others_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let plugins = folder.path().join("cli-plugins");
        let link = install(&plugins).expect("a link");
        assert_eq!(install(&plugins).expect("the same"), link);
        assert!(link.exists());
        fs::remove_file(&link).expect("it is there");
        fs::write(&link, "mine").expect("a file");
        if cfg!(unix) {
            let error = install(&plugins).expect_err("somebody's");
            assert!(error.to_string().contains("no link"), "{error}");
        }
    }
}
