//! Servers whose commands are known: how each is started, where it listens by itself, and
//! how it is told to listen for others. By their own documentation.

use serde::{Deserialize, Serialize};

/// A server of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ServerProgram {
    /// Laravel's `php artisan serve`.
    Artisan,
    /// `astro dev`.
    Astro,
    /// Django's `manage.py runserver`.
    Django,
    /// ASP.NET Core, as `dotnet` starts it.
    Dotnet,
    /// etcd.
    Etcd,
    /// `fastapi dev`.
    FastApi,
    /// `flask run`.
    Flask,
    /// `gatsby develop`.
    Gatsby,
    /// Gunicorn.
    Gunicorn,
    /// Python's `-m http.server`.
    HttpServer,
    /// `hugo server`.
    Hugo,
    /// Hypercorn.
    Hypercorn,
    /// `jekyll serve`.
    Jekyll,
    /// Jupyter, as a lab or a notebook.
    Jupyter,
    /// llama.cpp's `llama-server`.
    LlamaServer,
    /// memcached.
    Memcached,
    /// `mkdocs serve`.
    Mkdocs,
    /// `mlflow server` and `mlflow ui`.
    Mlflow,
    /// MongoDB.
    Mongod,
    /// Mosquitto.
    Mosquitto,
    /// MySQL or MariaDB.
    Mysqld,
    /// `next dev`.
    Next,
    /// Angular's `ng serve`.
    Ng,
    /// `nuxt dev`.
    Nuxt,
    /// `ollama serve`.
    Ollama,
    /// `php -S`.
    Php,
    /// PostgreSQL.
    Postgres,
    /// Puma.
    Puma,
    /// `rackup`.
    Rackup,
    /// `rails server`.
    Rails,
    /// Redis or Valkey.
    Redis,
    /// `streamlit run`.
    Streamlit,
    /// `symfony server:start`.
    Symfony,
    /// TensorBoard.
    Tensorboard,
    /// Uvicorn.
    Uvicorn,
    /// Vite's server for development.
    Vite,
    /// `webpack serve`.
    Webpack,
    /// `wrangler dev`.
    Wrangler,
    /// One that a later netmap knows.
    #[serde(other)]
    Other,
}

impl ServerProgram {
    /// What people call it; empty for one that is not known.
    pub fn name(self) -> &'static str {
        self.known().map_or("", |known| known.name)
    }

    /// With what it is started to listen on all addresses; empty for one that is not
    /// known. `{port}` stands for its port.
    pub fn openly(self) -> &'static str {
        self.known().map_or("", |known| known.openly)
    }

    pub(super) fn known(self) -> Option<&'static Known> {
        KNOWN.iter().find(|known| known.server == self)
    }
}

/// What is known of a server's command.
pub(super) struct Known {
    pub server: ServerProgram,
    pub name: &'static str,
    /// The words that start it, with others between them.
    pub start: &'static [&'static str],
    /// Its usual port.
    pub port: u16,
    /// The options that name its address, with a port or without.
    pub host: &'static [&'static str],
    /// The option by which it listens on all addresses.
    pub all: &'static str,
    /// The options that name its port.
    pub ports: &'static [&'static str],
    /// Whether a word behind its start that is no option is an address or a port.
    pub positional: bool,
    /// Whether it listens on loopback where nothing says where.
    pub by_itself: bool,
    /// Whether that is so whatever an image's variables and files may say.
    pub always: bool,
    /// The variable that names its address.
    pub variable: &'static str,
    /// The variable that names its port.
    pub port_variable: &'static str,
    /// Whether nothing but a server of this kind reads the variable of the address, so that
    /// it tells without a command that is known.
    pub tells_alone: bool,
    pub openly: &'static str,
}

const PLAIN: Known = Known {
    server: ServerProgram::Other,
    name: "",
    start: &[],
    port: 0,
    host: &["--host"],
    all: "",
    ports: &["--port"],
    positional: false,
    by_itself: true,
    always: false,
    variable: "",
    port_variable: "",
    tells_alone: false,
    openly: "--host 0.0.0.0",
};

const fn of(
    server: ServerProgram,
    name: &'static str,
    start: &'static [&'static str],
    port: u16,
) -> Known {
    Known { server, name, start, port, ..PLAIN }
}

pub(super) const KNOWN: [Known; 39] = [
    Known {
        always: true,
        variable: "SERVER_HOST",
        port_variable: "SERVER_PORT",
        openly: "--host=0.0.0.0",
        ..of(ServerProgram::Artisan, "artisan serve", &["artisan", "serve"], 8000)
    },
    of(ServerProgram::Astro, "astro dev", &["astro", "dev"], 4321),
    Known {
        host: &[],
        ports: &[],
        positional: true,
        always: true,
        openly: "0.0.0.0:{port}",
        ..of(ServerProgram::Django, "runserver", &["manage.py", "runserver"], 8000)
    },
    Known {
        host: &["--urls"],
        ports: &[],
        variable: "ASPNETCORE_URLS",
        tells_alone: true,
        openly: "--urls http://0.0.0.0:{port}",
        ..of(ServerProgram::Dotnet, "dotnet", &["dotnet"], 5000)
    },
    Known {
        host: &["--listen-client-urls"],
        ports: &[],
        variable: "ETCD_LISTEN_CLIENT_URLS",
        tells_alone: true,
        openly: "--listen-client-urls http://0.0.0.0:{port} and with --advertise-client-urls, which it wants beside that",
        ..of(ServerProgram::Etcd, "etcd", &["etcd"], 2379)
    },
    Known {
        always: true,
        port_variable: "PORT",
        ..of(ServerProgram::FastApi, "fastapi dev", &["fastapi", "dev"], 8000)
    },
    Known {
        host: &["--host", "-h"],
        ports: &["--port", "-p"],
        variable: "FLASK_RUN_HOST",
        port_variable: "FLASK_RUN_PORT",
        openly: "--host=0.0.0.0",
        ..of(ServerProgram::Flask, "flask run", &["flask", "run"], 5000)
    },
    Known {
        host: &["--host", "-H"],
        ports: &["--port", "-p"],
        port_variable: "PORT",
        ..of(ServerProgram::Gatsby, "gatsby develop", &["gatsby", "develop"], 8000)
    },
    Known {
        host: &["--bind", "-b"],
        ports: &[],
        variable: "GUNICORN_CMD_ARGS",
        openly: "--bind 0.0.0.0:{port}",
        ..of(ServerProgram::Gunicorn, "gunicorn", &["gunicorn"], 8000)
    },
    Known {
        host: &["--bind", "-b"],
        ports: &[],
        positional: true,
        by_itself: false,
        openly: "--bind 0.0.0.0",
        ..of(ServerProgram::HttpServer, "http.server", &["http.server"], 8000)
    },
    Known {
        host: &["--bind"],
        ports: &["--port", "-p"],
        always: true,
        variable: "HUGO_BIND",
        openly: "--bind 0.0.0.0",
        ..of(ServerProgram::Hugo, "hugo server", &["hugo", "server"], 1313)
    },
    Known {
        host: &["--bind", "-b"],
        ports: &[],
        openly: "--bind 0.0.0.0:{port}",
        ..of(ServerProgram::Hypercorn, "hypercorn", &["hypercorn"], 8000)
    },
    Known {
        host: &["--host", "-H"],
        ports: &["--port", "-P"],
        ..of(ServerProgram::Jekyll, "jekyll serve", &["jekyll", "server"], 4000)
    },
    Known {
        host: &["--ip", "--ServerApp.ip", "--NotebookApp.ip"],
        ports: &["--port", "--ServerApp.port", "--NotebookApp.port"],
        openly: "--ip=0.0.0.0",
        ..of(ServerProgram::Jupyter, "jupyter", &["jupyter"], 8888)
    },
    Known {
        variable: "LLAMA_ARG_HOST",
        port_variable: "LLAMA_ARG_PORT",
        ..of(ServerProgram::LlamaServer, "llama-server", &["llama-server"], 8080)
    },
    Known {
        host: &["--listen", "-l"],
        ports: &["--port", "-p"],
        by_itself: false,
        openly: "-l 0.0.0.0",
        ..of(ServerProgram::Memcached, "memcached", &["memcached"], 11211)
    },
    Known {
        host: &["--dev-addr", "-a"],
        ports: &[],
        openly: "--dev-addr 0.0.0.0:{port}",
        ..of(ServerProgram::Mkdocs, "mkdocs serve", &["mkdocs", "serve"], 8000)
    },
    Known {
        host: &["--host", "-h"],
        ports: &["--port", "-p"],
        always: true,
        variable: "MLFLOW_HOST",
        port_variable: "MLFLOW_PORT",
        ..of(ServerProgram::Mlflow, "mlflow", &["mlflow", "server"], 5000)
    },
    Known {
        host: &["--bind_ip"],
        // The image's own start gives it all addresses.
        by_itself: false,
        openly: "--bind_ip_all",
        ..of(ServerProgram::Mongod, "mongod", &["mongod"], 27017)
    },
    Known {
        host: &[],
        ports: &["--port", "-p"],
        openly: "the line `listener {port} 0.0.0.0` in its configuration",
        ..of(ServerProgram::Mosquitto, "mosquitto", &["mosquitto"], 1883)
    },
    Known {
        host: &["--bind-address"],
        by_itself: false,
        openly: "--bind-address=0.0.0.0",
        ..of(ServerProgram::Mysqld, "mysqld", &["mysqld"], 3306)
    },
    Known {
        host: &["--hostname", "-H"],
        ports: &["--port", "-p"],
        by_itself: false,
        port_variable: "PORT",
        openly: "--hostname 0.0.0.0",
        ..of(ServerProgram::Next, "next dev", &["next", "dev"], 3000)
    },
    of(ServerProgram::Ng, "ng serve", &["ng", "server"], 4200),
    Known {
        host: &["--host", "-h"],
        ports: &["--port", "-p"],
        variable: "NUXT_HOST",
        port_variable: "NUXT_PORT",
        ..of(ServerProgram::Nuxt, "nuxt dev", &["nuxt", "dev"], 3000)
    },
    Known {
        host: &[],
        ports: &[],
        variable: "OLLAMA_HOST",
        openly: "the variable OLLAMA_HOST=0.0.0.0:{port}",
        ..of(ServerProgram::Ollama, "ollama serve", &["ollama", "serve"], 11434)
    },
    Known {
        host: &[],
        ports: &[],
        positional: true,
        by_itself: false,
        openly: "-S 0.0.0.0:{port}",
        ..of(ServerProgram::Php, "php -S", &["php", "-S"], 8000)
    },
    Known {
        host: &["listen_addresses"],
        ports: &["port", "-p"],
        by_itself: false,
        openly: "-c listen_addresses='*'",
        ..of(ServerProgram::Postgres, "postgres", &["postgres"], 5432)
    },
    Known {
        host: &["--bind", "-b"],
        ports: &["--port", "-p"],
        by_itself: false,
        openly: "--bind tcp://0.0.0.0:{port}",
        ..of(ServerProgram::Puma, "puma", &["puma"], 9292)
    },
    Known {
        host: &["--host", "-o"],
        ports: &["--port", "-p"],
        ..of(ServerProgram::Rackup, "rackup", &["rackup"], 9292)
    },
    Known {
        host: &["--binding", "-b"],
        ports: &["--port", "-p"],
        variable: "BINDING",
        port_variable: "PORT",
        openly: "-b 0.0.0.0",
        ..of(ServerProgram::Rails, "rails server", &["rails", "server"], 3000)
    },
    Known {
        host: &["--bind"],
        by_itself: false,
        openly: "--bind 0.0.0.0",
        ..of(ServerProgram::Redis, "redis-server", &["redis-server"], 6379)
    },
    Known {
        host: &["--server.address"],
        ports: &["--server.port"],
        by_itself: false,
        variable: "STREAMLIT_SERVER_ADDRESS",
        port_variable: "STREAMLIT_SERVER_PORT",
        tells_alone: true,
        openly: "--server.address=0.0.0.0",
        ..of(ServerProgram::Streamlit, "streamlit run", &["streamlit", "run"], 8501)
    },
    Known {
        host: &["--listen-ip"],
        all: "--allow-all-ip",
        openly: "--allow-all-ip",
        ..of(ServerProgram::Symfony, "symfony serve", &["symfony", "server"], 8000)
    },
    Known {
        all: "--bind_all",
        always: true,
        openly: "--bind_all",
        ..of(ServerProgram::Tensorboard, "tensorboard", &["tensorboard"], 6006)
    },
    Known {
        always: true,
        variable: "UVICORN_HOST",
        port_variable: "UVICORN_PORT",
        ..of(ServerProgram::Uvicorn, "uvicorn", &["uvicorn"], 8000)
    },
    of(ServerProgram::Vite, "vite", &["vite"], 5173),
    of(ServerProgram::Webpack, "webpack serve", &["webpack", "server"], 8080),
    of(ServerProgram::Webpack, "webpack serve", &["webpack-dev-server"], 8080),
    Known {
        host: &["--ip"],
        openly: "--ip 0.0.0.0",
        ..of(ServerProgram::Wrangler, "wrangler dev", &["wrangler", "dev"], 8787)
    },
];

/// Other words for those that start a server.
const SAME: [(&str, &str); 11] = [
    ("s", "server"),
    ("serve", "server"),
    ("mariadbd", "mysqld"),
    ("valkey-server", "redis-server"),
    ("django-admin", "manage.py"),
    ("jupyter-lab", "jupyter"),
    ("jupyter-notebook", "jupyter"),
    ("jupyter-server", "jupyter"),
    ("nuxi", "nuxt"),
    ("server:start", "server"),
    ("ui", "server"),
];

impl Known {
    /// The words behind those that start it, in a command that does.
    pub fn started<'w>(
        &'static self,
        words: &'w [String],
    ) -> Option<(&'static Self, &'w [String])> {
        let mut rest = words;
        for start in self.start {
            let is_same = |word: &str| SAME.contains(&(word, *start));
            let at = rest.iter().enumerate().position(|(at, word)| {
                let program = word.rsplit('/').next().unwrap_or_default();
                let is_alone = self.start.len() == 1 && !self.positional;
                (program == *start || is_same(program)) && !(is_alone && is_argument(rest, at))
            })?;
            rest = &rest[at + 1..];
        }
        Some((self, &rest[..rest.len().min(60)]))
    }
}

/// Whether the word at a place is given to another program, as the server's name in
/// `nc -z etcd 2379` is.
fn is_argument(words: &[String], at: usize) -> bool {
    let is_option = |word: &str| {
        word.len() == 2 && word.starts_with('-') && !matches!(word, "--" | "-c" | "-m")
    };
    let before = at.checked_sub(1).map(|before| &*words[before]);
    let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
    before.is_some_and(is_option) || words.get(at + 1).is_some_and(is_number)
}
