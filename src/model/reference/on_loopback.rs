//! Servers that a command starts on loopback: because it says so, or because they do so by
//! themselves. Of a command only which of a fixed list of programs it starts, and on which
//! port, goes any further.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::command::commands;
use super::known_servers::{KNOWN, Known, ServerProgram};
use super::{host_and_port, is_loopback};

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
        self.server.known().is_some_and(|known| self.told || known.always)
    }
}

/// The one server of the list that a command starts, where it is to listen on loopback; or
/// of which a variable says so that nothing else reads. `None` as well where several are
/// started, and where anything of it is not clear.
pub fn on_loopback<'a>(
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    words: impl IntoIterator<Item = &'a str>,
) -> Option<OnLoopback> {
    let variables: Vec<(&str, &str)> =
        variables.into_iter().filter(|(name, _)| is_read(name)).collect();
    let set = |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| *value);
    let commands = commands(words);
    let mut started =
        commands.iter().flat_map(|words| KNOWN.iter().filter_map(|known| known.started(words)));
    let by_variable = || {
        let mut told = KNOWN.iter().filter(|known| known.tells_alone);
        told.find(|known| set(known.variable).is_some()).map(|known| (known, &[][..]))
    };
    let (known, behind) = started.next().or_else(by_variable)?;
    if started.next().is_some() {
        return None;
    }
    // Uvicorn's, for a socket that has no address.
    let is_unaddressed =
        |word: &String| ["--uds", "--fd"].iter().any(|name| word.starts_with(name));
    if behind.iter().any(is_unaddressed) {
        return None;
    }
    let port = match set(known.port_variable) {
        Some(port) => port.parse().ok(),
        None => Some(known.port),
    };
    let (host, mut port) = told_by(known, behind, port);
    let host = host.or_else(|| set(known.variable).map(|value| take_all(value, &mut port)));
    let on_loopback = host.unwrap_or(known.by_itself);
    let port = port.filter(|port| on_loopback && *port > 0)?;
    Some(OnLoopback { server: known.server, port, told: host.is_some() })
}

/// Whether a variable says where a server of the list listens.
fn is_read(name: &str) -> bool {
    let is_of = |known: &Known| [known.variable, known.port_variable].contains(&name);
    !name.is_empty() && KNOWN.iter().any(is_of)
}

/// Whether a server's command tells it to listen on loopback, if it says where to at all;
/// and its port, if that is clear.
fn told_by(known: &Known, behind: &[String], usual: Option<u16>) -> (Option<bool>, Option<u16>) {
    let (mut host, mut port) = (None, usual);
    let written = |name: &&str, word: &str| word == *name || begins(word, name);
    for (at, word) in behind.iter().enumerate() {
        let value = |name: &str| match word.strip_prefix(name).unwrap_or_default() {
            "" => behind.get(at + 1).map_or("", String::as_str).to_owned(),
            value => value.trim_start_matches('=').to_owned(),
        };
        if *word == known.all {
            host = Some(false);
        } else if let Some(name) = known.host.iter().find(|name| written(name, word)) {
            let values = value(name);
            // `--bind 127.0.0.1 -::1`, of Redis.
            let more = behind[at + 1..].iter().skip(usize::from(word == *name));
            let more = more.take_while(|word| !word.starts_with("--"));
            let mut more = more.filter(|_| known.server == ServerProgram::Redis);
            let first = take_all(&values, &mut port);
            host = Some(first && more.all(|value| take_all(value, &mut port)));
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
    (host, port)
}

/// Whether all addresses of a list are loopback.
fn take_all(addresses: &str, port: &mut Option<u16>) -> bool {
    let mut addresses = addresses.split([',', ';']);
    addresses.all(|address| takes_itself(address.trim_matches('-'), port))
}

/// Whether an address to listen on is loopback; its port, if it has one, is taken over.
fn takes_itself(address: &str, port: &mut Option<u16>) -> bool {
    // `http://localhost:5000/`, `tcp://127.0.0.1:9292`.
    let address = address.split_once("://").map_or(address, |(_, address)| address);
    let address = address.trim_end_matches('/');
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
            ("memcached -l 127.0.0.1 -p 11212", Memcached, 11212),
            ("dotnet run --urls http://localhost:8080", Dotnet, 8080),
            ("dotnet run --urls=http://127.0.0.1:80/", Dotnet, 80),
            ("bundle exec puma -b tcp://127.0.0.1:3000", Puma, 3000),
            ("next dev -H localhost -p 80", Next, 80),
            ("mkdocs serve -a localhost:9000", Mkdocs, 9000),
            ("streamlit run app.py --server.address=127.0.0.1", Streamlit, 8501),
            ("jupyter lab --ip=127.0.0.1 --port=80", Jupyter, 80),
            ("etcd --listen-client-urls http://127.0.0.1:2379", Etcd, 2379),
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
            ("fastapi dev app/main.py", FastApi, 8000),
            ("uv run fastapi dev --port 80", FastApi, 80),
            ("mkdocs serve", Mkdocs, 8000),
            ("bundle exec jekyll serve -P 80 --livereload", Jekyll, 80),
            ("npx ng serve --port 80", Ng, 80),
            ("mlflow ui", Mlflow, 5000),
            ("mlflow server --backend-store-uri sqlite:///x.db -p 80", Mlflow, 80),
            ("tensorboard --logdir /logs", Tensorboard, 6006),
            ("jupyter-lab --no-browser", Jupyter, 8888),
            ("ollama serve", Ollama, 11434),
            ("/usr/sbin/mosquitto -c /mosquitto/config/mosquitto.conf", Mosquitto, 1883),
            ("sh -c 'npm ci && npx vite'", Vite, 5173),
            ("docker-entrypoint.sh etcd --name etcd", Etcd, 2379),
            ("dotnet shop.dll", Dotnet, 5000),
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
            "fastapi run app/main.py",
            "fastapi dev --host 0.0.0.0",
            "mkdocs serve -a 0.0.0.0:8000",
            "mkdocs build",
            "ng serve --host 0.0.0.0",
            "npx vite --host",
            "npx vite --host --port 80",
            "next dev",
            "tensorboard --logdir /logs --bind_all",
            "symfony serve --allow-all-ip",
            "memcached -m 64",
            "dotnet run --urls http://+:80",
            "puma -b unix:///run/puma.sock",
            "etcd --listen-client-urls http://0.0.0.0:2379,http://127.0.0.1:4001",
            // Others' names are no servers.
            "nc -z etcd 2379",
            "sh -c 'until nc etcd 2379; do sleep 1; done; ./app'",
            // Two of them.
            "sh -c 'redis-server --bind 127.0.0.1 & uvicorn main:app --host 0.0.0.0'",
            "",
        ] {
            assert_eq!(of(command), None, "{command}");
        }
        assert_eq!(with(&[("UVICORN_HOST", "0.0.0.0")], "uvicorn main:app"), None);
        let set = with(&[("FLASK_RUN_HOST", "127.0.0.1")], "flask run");
        assert_eq!(set, Some((ServerProgram::Flask, 5000, true)));
        let port = with(&[("UVICORN_PORT", "80")], "uvicorn main:app");
        assert_eq!(port, Some((ServerProgram::Uvicorn, 80, false)));
        assert_eq!(with(&[("UVICORN_PORT", "$PORT")], "uvicorn main:app"), None);
        let models = [("OLLAMA_HOST", "127.0.0.1:8000")];
        assert_eq!(with(&models, "ollama serve"), Some((ServerProgram::Ollama, 8000, true)));
        // It is where a client finds its server, too.
        assert_eq!(with(&models, "./chat"), None);
        // Nothing but such a server reads it, whatever starts that.
        let urls = [("ASPNETCORE_URLS", "http://localhost:8080")];
        for command in ["", "./start.sh"] {
            assert_eq!(with(&urls, command), Some((ServerProgram::Dotnet, 8080, true)));
        }
        assert_eq!(with(&[("ASPNETCORE_URLS", "http://+:8080")], ""), None);
        assert_eq!(with(&urls, "uvicorn main:app --host 0.0.0.0"), None);
        let several = |urls| on_loopback([], ["dotnet", "shop.dll", "--urls", urls]).is_some();
        assert!(several("http://localhost:80;http://[::1]:80"));
        assert!(!several("http://localhost:80;http://*:81"));
        // What an image or a file may say is not known of all.
        let certain = |command| on_loopback([], [command]).map(OnLoopback::is_certain);
        assert_eq!(certain("flask run"), Some(false));
        assert_eq!(certain("flask run -h localhost"), Some(true));
        assert_eq!(certain("uvicorn main:app"), Some(true));
    }
}
