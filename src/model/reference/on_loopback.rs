//! Servers that a command starts on loopback: because it says so, or because they do so by
//! themselves. Of a command only which of a fixed list of programs it starts, and on which
//! port, goes any further.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::command::commands;
use super::{host_and_port, is_loopback};

/// A server of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ServerProgram {
    /// Laravel's `php artisan serve`.
    Artisan,
    /// Django's `manage.py runserver`.
    Django,
    /// `flask run`.
    Flask,
    /// Gunicorn.
    Gunicorn,
    /// Python's `-m http.server`.
    HttpServer,
    /// `hugo server`.
    Hugo,
    /// Hypercorn.
    Hypercorn,
    /// MongoDB.
    Mongod,
    /// MySQL or MariaDB.
    Mysqld,
    /// `php -S`.
    Php,
    /// PostgreSQL.
    Postgres,
    /// `rails server`.
    Rails,
    /// Redis or Valkey.
    Redis,
    /// Uvicorn.
    Uvicorn,
    /// One that a later netmap knows.
    #[serde(other)]
    Other,
}

/// A server that listens on loopback by all that is known of its command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OnLoopback {
    /// Which one.
    pub server: ServerProgram,
    /// Its port.
    pub port: u16,
    /// Whether the command or a variable names the address. Else it is what the server
    /// does where nothing does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told: bool,
}

impl OnLoopback {
    /// Whether it is a server of the list, and nothing but the command and the variables that
    /// are known tells it where to listen. An image may set a variable, and a folder have a file of settings.
    pub fn is_certain(self) -> bool {
        let is_certain = |known: &Known| self.told || known.always;
        KNOWN.iter().any(|known| known.server == self.server && is_certain(known))
    }
}

impl ServerProgram {
    /// What people call it; empty for one that is not known.
    pub fn name(self) -> &'static str {
        KNOWN.iter().find(|known| known.server == self).map_or("", |known| known.name)
    }

    /// What is written to its command for it to listen on all addresses; empty for one
    /// that is not known. `{port}` stands for its port.
    pub fn openly(self) -> &'static str {
        KNOWN.iter().find(|known| known.server == self).map_or("", |known| known.openly)
    }
}

/// What is known of a server's command.
struct Known {
    server: ServerProgram,
    name: &'static str,
    /// The words that start it, with others between them.
    start: &'static [&'static str],
    /// Its usual port.
    port: u16,
    /// The options that name its address, with a port or without.
    host: &'static [&'static str],
    /// The options that name its port.
    ports: &'static [&'static str],
    /// Whether a word behind its start that is no option is an address or a port.
    positional: bool,
    /// Whether it listens on loopback where nothing says where.
    by_itself: bool,
    /// Whether that is so whatever an image's variables and files may say.
    always: bool,
    /// The variable that names its address.
    variable: &'static str,
    openly: &'static str,
}

const PLAIN: Known = Known {
    server: ServerProgram::Other,
    name: "",
    start: &[],
    port: 0,
    host: &["--host"],
    ports: &["--port"],
    positional: false,
    by_itself: true,
    always: false,
    variable: "",
    openly: "--host 0.0.0.0",
};

/// By their own documentation, and tried.
const KNOWN: [Known; 14] = [
    Known {
        server: ServerProgram::Artisan,
        name: "artisan serve",
        start: &["artisan", "serve"],
        port: 8000,
        always: true,
        variable: "SERVER_HOST",
        openly: "--host=0.0.0.0",
        ..PLAIN
    },
    Known {
        server: ServerProgram::Django,
        name: "runserver",
        start: &["manage.py", "runserver"],
        port: 8000,
        host: &[],
        ports: &[],
        positional: true,
        always: true,
        openly: "0.0.0.0:{port}",
        ..PLAIN
    },
    Known {
        server: ServerProgram::Flask,
        name: "flask run",
        start: &["flask", "run"],
        port: 5000,
        host: &["--host", "-h"],
        ports: &["--port", "-p"],
        variable: "FLASK_RUN_HOST",
        openly: "--host=0.0.0.0",
        ..PLAIN
    },
    Known {
        server: ServerProgram::Gunicorn,
        name: "gunicorn",
        start: &["gunicorn"],
        port: 8000,
        host: &["--bind", "-b"],
        ports: &[],
        variable: "GUNICORN_CMD_ARGS",
        openly: "--bind 0.0.0.0:{port}",
        ..PLAIN
    },
    Known {
        server: ServerProgram::HttpServer,
        name: "http.server",
        start: &["http.server"],
        port: 8000,
        host: &["--bind", "-b"],
        ports: &[],
        positional: true,
        by_itself: false,
        openly: "--bind 0.0.0.0",
        ..PLAIN
    },
    Known {
        server: ServerProgram::Hugo,
        name: "hugo server",
        start: &["hugo", "server"],
        port: 1313,
        host: &["--bind"],
        ports: &["--port", "-p"],
        always: true,
        variable: "HUGO_BIND",
        openly: "--bind 0.0.0.0",
        ..PLAIN
    },
    Known {
        server: ServerProgram::Hypercorn,
        name: "hypercorn",
        start: &["hypercorn"],
        port: 8000,
        host: &["--bind", "-b"],
        ports: &[],
        openly: "--bind 0.0.0.0:{port}",
        ..PLAIN
    },
    Known {
        server: ServerProgram::Mongod,
        name: "mongod",
        start: &["mongod"],
        port: 27017,
        host: &["--bind_ip"],
        // The image's own start gives it all addresses.
        by_itself: false,
        openly: "--bind_ip_all",
        ..PLAIN
    },
    Known {
        server: ServerProgram::Mysqld,
        name: "mysqld",
        start: &["mysqld"],
        port: 3306,
        host: &["--bind-address"],
        by_itself: false,
        openly: "--bind-address=0.0.0.0",
        ..PLAIN
    },
    Known {
        server: ServerProgram::Php,
        name: "php -S",
        start: &["php", "-S"],
        port: 8000,
        host: &[],
        ports: &[],
        positional: true,
        by_itself: false,
        openly: "-S 0.0.0.0:{port}",
        ..PLAIN
    },
    Known {
        server: ServerProgram::Postgres,
        name: "postgres",
        start: &["postgres"],
        port: 5432,
        host: &["listen_addresses"],
        ports: &["port", "-p"],
        by_itself: false,
        openly: "-c listen_addresses='*'",
        ..PLAIN
    },
    Known {
        server: ServerProgram::Rails,
        name: "rails server",
        start: &["rails", "server"],
        port: 3000,
        host: &["--binding", "-b"],
        ports: &["--port", "-p"],
        variable: "BINDING",
        openly: "-b 0.0.0.0",
        ..PLAIN
    },
    Known {
        server: ServerProgram::Redis,
        name: "redis-server",
        start: &["redis-server"],
        port: 6379,
        host: &["--bind"],
        by_itself: false,
        openly: "--bind 0.0.0.0",
        ..PLAIN
    },
    Known {
        server: ServerProgram::Uvicorn,
        name: "uvicorn",
        start: &["uvicorn"],
        port: 8000,
        always: true,
        variable: "UVICORN_HOST",
        ..PLAIN
    },
];

/// Other words for those that start a server.
const SAME: [(&str, &str); 5] = [
    ("s", "server"),
    ("serve", "server"),
    ("mariadbd", "mysqld"),
    ("valkey-server", "redis-server"),
    ("django-admin", "manage.py"),
];

/// The one server of the list that a command starts, where it is to listen on loopback.
/// `None` as well where several are started, and where anything of it is not clear.
pub fn on_loopback<'a>(
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    words: impl IntoIterator<Item = &'a str>,
) -> Option<OnLoopback> {
    let commands = commands(words);
    let mut started =
        commands.iter().flat_map(|words| KNOWN.iter().filter_map(|known| known.started(words)));
    let (known, behind) = started.next()?;
    if started.next().is_some() {
        return None;
    }
    // Uvicorn's, for a socket that has no address.
    let is_unaddressed =
        |word: &String| ["--uds", "--fd"].iter().any(|name| word.starts_with(name));
    if behind.iter().any(is_unaddressed) {
        return None;
    }
    let mut port = Some(known.port);
    let mut host = None;
    let written = |name: &&str, word: &str| word == *name || begins(word, name);
    for (at, word) in behind.iter().enumerate() {
        let value = |name: &str| match word.strip_prefix(name).unwrap_or_default() {
            "" => behind.get(at + 1).map_or("", String::as_str).to_owned(),
            value => value.trim_start_matches('=').to_owned(),
        };
        if let Some(name) = known.host.iter().find(|name| written(name, word)) {
            let values = value(name);
            // `--bind 127.0.0.1 -::1`, of Redis.
            let more = behind[at + 1..].iter().skip(usize::from(word == *name));
            let more = more.take_while(|word| !word.starts_with("--"));
            let more = more.filter(|_| known.server == ServerProgram::Redis);
            let all: Vec<&str> = values.split(',').chain(more.map(String::as_str)).collect();
            host = Some(all.iter().all(|value| takes_itself(value.trim_matches('-'), &mut port)));
        } else if let Some(name) = known.ports.iter().find(|name| written(name, word)) {
            port = value(name).parse().ok();
        }
    }
    // Behind other options, whose values may stand among these words.
    for word in behind.iter().filter(|word| known.positional && !word.starts_with('-')) {
        match word.parse() {
            Ok(only) => port = Some(only),
            Err(_) if word.contains([':', '$']) || word.parse::<IpAddr>().is_ok() => {
                host = Some(takes_itself(word, &mut port));
            }
            Err(_) => {}
        }
    }
    let mut variables = variables.into_iter();
    let set = variables.find(|(name, _)| *name == known.variable && !known.variable.is_empty());
    let host = host.or_else(|| set.map(|(_, value)| takes_itself(value, &mut port)));
    let on_loopback = host.unwrap_or(known.by_itself);
    let port = port.filter(|port| on_loopback && *port > 0)?;
    Some(OnLoopback { server: known.server, port, told: host.is_some() })
}

/// Whether an address to listen on is loopback; its port, if it has one, is taken over.
fn takes_itself(address: &str, port: &mut Option<u16>) -> bool {
    let Some((host, own)) = host_and_port(address) else { return address == "::1" };
    *port = own.or(*port);
    is_loopback(&host) && host.parse().map_or(true, |ip: IpAddr| ip.is_loopback())
}

/// Whether a word is an option with its value: `--host=ADDRESS`, `-bADDRESS`,
/// `listen_addresses=ADDRESS`.
fn begins(word: &str, name: &str) -> bool {
    let rest = word.strip_prefix(name);
    let is_short = name.len() == 2;
    rest.is_some_and(|rest| rest.starts_with('=') || (is_short && !word.starts_with("--")))
}

impl Known {
    /// The words behind those that start it, in a command that does.
    fn started<'w>(&'static self, words: &'w [String]) -> Option<(&'static Self, &'w [String])> {
        let mut rest = words;
        for start in self.start {
            let is_same = |word: &str| SAME.contains(&(word, *start));
            let at = rest.iter().position(|word| {
                let program = word.rsplit('/').next().unwrap_or_default();
                program == *start || is_same(program)
            })?;
            rest = &rest[at + 1..];
        }
        Some((self, &rest[..rest.len().min(60)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(command: &str) -> Option<(ServerProgram, u16, bool)> {
        with(&[], command)
    }

    fn with(variables: &[(&str, &str)], command: &str) -> Option<(ServerProgram, u16, bool)> {
        let found = on_loopback(variables.iter().copied(), [command])?;
        Some((found.server, found.port, found.told))
    }

    #[test]
    fn what_a_command_says_of_loopback() {
        use ServerProgram::*;
        for (command, server, port) in [
            ("uvicorn main:app --host 127.0.0.1 --port 9000", Uvicorn, 9000),
            ("flask --app hello run --host=localhost", Flask, 5000),
            ("gunicorn -w 4 -b 127.0.0.1:9000 app:app", Gunicorn, 9000),
            ("gunicorn -b127.0.0.1 app:app", Gunicorn, 8000),
            ("python -m http.server --bind localhost 8080", HttpServer, 8080),
            ("python3 -m http.server 8080 --bind ::1", HttpServer, 8080),
            ("php -S localhost:8080 -t public", Php, 8080),
            ("sh -c 'python manage.py migrate && ./manage.py runserver 127.0.0.1:80'", Django, 80),
            ("postgres -c listen_addresses=localhost -c port=5433", Postgres, 5433),
            ("redis-server --bind 127.0.0.1 -::1 --port 6380", Redis, 6380),
            ("/usr/sbin/mariadbd --bind-address=127.0.0.1", Mysqld, 3306),
            ("mongod --bind_ip localhost,127.0.0.1", Mongod, 27017),
        ] {
            assert_eq!(of(command), Some((server, port, true)), "{command}");
        }
        for (command, server, port) in [
            ("uvicorn main:app --reload", Uvicorn, 8000),
            ("python manage.py runserver", Django, 8000),
            ("python manage.py runserver 8080", Django, 8080),
            ("manage.py runserver --settings shop.dev 8080 --noreload", Django, 8080),
            ("php artisan serve --port=80", Artisan, 80),
            ("hugo serve -D", Hugo, 1313),
            ("bundle exec rails s -p 80", Rails, 80),
            ("flask run", Flask, 5000),
        ] {
            assert_eq!(of(command), Some((server, port, false)), "{command}");
        }
    }

    #[test]
    fn what_listens_elsewhere_or_is_not_clear_is_none() {
        for command in [
            "uvicorn main:app --host 0.0.0.0",
            "uvicorn main:app --host ::",
            "uvicorn main:app --host $HOST",
            "uvicorn main:app --port $PORT",
            "uvicorn main:app --uds /run/app.sock",
            "gunicorn -b :8000 app",
            "gunicorn -b 0.0.0.0:8000 app",
            "gunicorn -b unix:/run/app.sock app",
            "manage.py runserver 0:8000",
            "manage.py runserver 0.0.0.0:8000",
            "manage.py runserver --noreload 0.0.0.0:8000",
            "manage.py runserver $ADDRESS",
            "manage.py runserver [::]:8000",
            "manage.py migrate",
            "rails server -b 0.0.0.0",
            "redis-server --bind 127.0.0.1 10.0.0.5",
            "redis-server",
            "postgres",
            "mongod --bind_ip 127.0.0.1,10.0.0.5",
            "php -S 0.0.0.0:80",
            "php index.php",
            "python -m http.server",
            // Two of them.
            "sh -c 'redis-server --bind 127.0.0.1 & uvicorn main:app --host 0.0.0.0'",
            "",
        ] {
            assert_eq!(of(command), None, "{command}");
        }
        assert_eq!(with(&[("UVICORN_HOST", "0.0.0.0")], "uvicorn main:app"), None);
        let set = with(&[("FLASK_RUN_HOST", "127.0.0.1")], "flask run");
        assert_eq!(set, Some((ServerProgram::Flask, 5000, true)));
        // What an image or a file may say is not known of all.
        let certain = |command| on_loopback([], [command]).map(OnLoopback::is_certain);
        assert_eq!(certain("flask run"), Some(false));
        assert_eq!(certain("flask run -h localhost"), Some(true));
        assert_eq!(certain("uvicorn main:app"), Some(true));
    }
}
