//! What the parsers find, and above all what they do not keep.

use super::*;

fn value(name: &str, text: &str) -> Vec<String> {
    in_value(Origin::Environment, name, text).iter().map(ToString::to_string).collect()
}

fn command(words: &[&str]) -> Vec<String> {
    in_command(Origin::Command, words.iter().copied()).iter().map(ToString::to_string).collect()
}

#[test]
fn urls_give_scheme_host_and_port() {
    assert_eq!(value("MONGO_URL", "mongodb://localhost:27017/docker_test"), ["localhost:27017"]);
    assert_eq!(value("DATABASE_URL", "postgres://u:p@db/app?sslmode=off"), ["db:5432"]);
    assert_eq!(value("SPRING_URL", "jdbc:postgresql://db:5433/app"), ["db:5433"]);
    assert_eq!(value("M", "mongodb://u:p@a:1,b:2/x?replicaSet=r"), ["a:1", "b:2"]);
    assert_eq!(value("M", "mongodb+srv://u:p@cluster.example/x"), ["cluster.example"]);
    assert_eq!(value("S", "http://[fd00::5]:80/"), ["[fd00::5]:80"]);
    let found = in_value(Origin::Environment, "R", "redis://cache");
    assert_eq!((found[0].scheme.as_deref(), found[0].port), (Some("redis"), None));
    assert_eq!(found[0].place(), "R");
}

#[test]
fn plain_hosts_count_where_the_name_says_host_or_a_port_stands_by() {
    assert_eq!(value("KAFKA_BROKERS", "k1:9092, k2:9092"), ["k1:9092", "k2:9092"]);
    assert_eq!(value("DB_HOST", "db"), ["db"]);
    assert_eq!(value("REDIS", "cache:6379"), ["cache:6379"]);
    assert_eq!(value("REDIS_URL", "//cache:6379"), ["cache:6379"]);
    let none: [&str; 0] = [];
    assert_eq!(value("GREETING", "hello"), none);
    assert_eq!(value("PATH", "/usr/bin:/bin"), none);
    assert_eq!(value("RUN_AS", "1000:1000"), none);
    assert_eq!(value("HOSTNAME", "web"), none);
    assert_eq!(value("HOST_NAME", "web"), none);
    assert_eq!(value("MOUNT", "//server/share"), none);
    assert_eq!(value("LISTEN_ADDR", "0.0.0.0:80"), none);
    assert_eq!(value("SERVER", "0.0.0.0:80"), none);
    for (name, listening) in [
        ("APP_HOST", "0.0.0.0"),
        ("OLLAMA_HOST", "0.0.0.0:11434"),
        ("ASPNETCORE_URLS", "http://0.0.0.0:80"),
        ("DASK_URL", "tcp://0.0.0.0:8786"),
    ] {
        assert_eq!(value(name, listening), none, "{name}");
    }
    assert_eq!(command(&["uvicorn", "--host", "0.0.0.0", "--port", "80"]), none);
    // Nobody listens so, and who dials it gets to itself.
    for (name, dialled, expected) in [
        ("DB_HOST", "0.0.0.0", "0.0.0.0"),
        ("dbHost", "0.0.0.0", "0.0.0.0"),
        ("SHOP_REDIS_HOST", "0.0.0.0:6380", "0.0.0.0:6380"),
        ("DATABASE_URL", "postgres://u:p@0.0.0.0/shop", "0.0.0.0:5432"),
        ("CACHE", "redis://[::]:6379/1", "[::]:6379"),
    ] {
        assert_eq!(value(name, dialled), [expected], "{name}");
    }
    assert_eq!(command(&["psql", "-h", "0.0.0.0"]), ["0.0.0.0:5432"]);
    assert_eq!(value("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://localhost:9092"), none);
    assert_eq!(value("DOCKER_SOCK", "unix:///var/run/docker.sock"), none);
}

#[test]
fn a_host_variable_takes_its_port_from_its_sibling() {
    let found = in_environment([("PGHOST", "db"), ("PGPORT", "5433"), ("REDIS_HOST", "cache")]);
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["db:5433", "cache"]);
    assert_eq!(found[0].port_variable.as_deref(), Some("PGPORT"));
    assert_eq!(found[1].port_variable, None);
    let found = in_environment([("redis.host", "cache"), ("redis.port", "6380")]);
    assert_eq!(found[0].port_variable.as_deref(), Some("redis.port"));
    // Written beside the host, it is from nowhere else.
    let found = in_environment([("DB_HOST", "db:5432"), ("DB_PORT", "5433")]);
    assert_eq!((found[0].port, &found[0].port_variable), (Some(5432), &None));
    // A port that is none is not taken.
    let found = in_environment([("DB_HOST", "db"), ("DB_PORT", "none")]);
    assert_eq!((found[0].port, &found[0].port_variable), (None, &None));
}

#[test]
fn references_of_old_and_new_snapshots() {
    let old = r#"{"origin":"environment","variable":"DB_HOST","host":"db","port":5433}"#;
    let read: Reference = serde_json::from_str(old).unwrap();
    assert_eq!(read.port_variable, None);
    assert_eq!(serde_json::to_string(&read).unwrap(), old);
    let new = Reference { port_variable: Some("DB_PORT".to_owned()), ..read };
    let written = serde_json::to_string(&new).unwrap();
    assert!(written.contains(r#""port_variable":"DB_PORT""#), "{written}");
    assert_eq!(serde_json::from_str::<Reference>(&written).unwrap(), new);
}

#[test]
fn no_proxy_is_a_list_of_hosts() {
    assert_eq!(value("NO_PROXY", "localhost,.local,db"), ["db", "local", "localhost"]);
}

#[test]
fn commands_of_well_known_clients() {
    assert_eq!(command(&["nc", "-w", "2", "db", "5432"]), ["db:5432"]);
    assert_eq!(
        command(&["redis-server", "--replicaof", "main", "6380", "--port", "6379"]),
        ["main:6380"]
    );
    assert_eq!(command(&["sh", "-c", "redis-server --slaveof main 6379"]), ["main:6379"]);
    assert_eq!(command(&["redis-server", "--replicaof", "no", "one"]), [""; 0]);
    assert_eq!(
        command(&["sh", "-c", "if ! nc -w 2 localhost 27017 </dev/null; then exit 1; fi"]),
        ["localhost:27017"]
    );
    let none: [&str; 0] = [];
    assert_eq!(command(&["nc", "-ll", "-p", "27017", "-e", "cat"]), none);
    assert_eq!(command(&["httpd", "-f", "-p", "3000", "-h", "/www"]), none);
    assert_eq!(command(&["sh", "-c", "wget -qO- http://api:8080/health"]), ["api:8080"]);
    assert_eq!(command(&["wait-for-it.sh", "db:5432", "--", "serve"]), ["db:5432"]);
    assert_eq!(command(&["psql", "-h", "db", "-U", "me"]), ["db:5432"]);
    assert_eq!(command(&["mysql", "-hdb", "-pSECRET"]), ["db:3306"]);
    assert_eq!(command(&["redis-cli", "-h", "cache", "-p", "6380"]), ["cache:6380"]);
    assert_eq!(command(&["sleep", "1d"]), none);
}

#[test]
fn no_part_of_a_password_is_kept() {
    const PASSWORDS: [&str; 9] =
        ["hunter2", "12345", "p@ss", "a/b", "12/34", "a b", "12 34", "x:80", "5432#@"];
    for password in PASSWORDS {
        for text in [
            format!("postgres://user:{password}@db:5432/app"),
            format!("user:{password}"),
            format!("Server=db;Password={password}"),
            format!("http://proxy/?key={password}"),
        ] {
            let as_value = in_value(Origin::Environment, "APP_PASSWORD", &text);
            let as_url = in_value(Origin::Environment, "DATABASE_URL", &text);
            let with_url = text.contains("://");
            let as_words = in_command(Origin::Command, ["sh", "-c", &text]);
            for reference in
                as_value.iter().chain(as_url.iter().filter(|_| with_url)).chain(&as_words)
            {
                assert!(matches!(reference.host.as_str(), "db" | "proxy"), "{text}: {reference:?}");
                assert!(matches!(reference.port, None | Some(5432)), "{text}: {reference:?}");
            }
        }
    }
}

#[test]
fn endless_and_broken_texts_do_no_harm() {
    let long = "http://a:1 ".repeat(100_000);
    assert!(value("X_HOST", &long).len() <= MOST);
    for text in
        ["://", "http://", "http://:80", "http://[", "http://[::1", "x://a:99999", "ünï:1", ":"]
    {
        assert!(value("X_HOST", text).is_empty(), "{text}");
    }
    let _ = value("X", &"ü".repeat(20_000));
}

#[test]
fn loopback_in_all_its_spellings() {
    for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1"] {
        assert!(is_loopback(host), "{host}");
    }
    assert!(!is_loopback("localhost.example"));
}

#[test]
fn a_value_that_is_nothing_but_a_reference_is_known_as_such() {
    let is_whole = |name: &str, value: &str| in_environment([(name, value)])[0].is_whole;
    for (name, value) in [
        ("MONGO_URL", "mongodb://localhost:27017"),
        ("API", "http://api"),
        ("DB_HOST", "db"),
        ("DB_HOST", "db:5432"),
        ("URL", "http://[::1]:80"),
    ] {
        assert!(is_whole(name, value), "{value}");
    }
    for (name, value) in [
        ("MONGO_URL", "mongodb://localhost:27017/shop"),
        ("MONGO_URL", "mongodb://u:p@localhost:27017"),
        ("MONGO_URL", "HTTP://localhost:27017"),
        ("DB_HOST", "db "),
        ("BROKERS", "a:1,b:2"),
        ("OPTIONS", "--db http://api"),
    ] {
        assert!(!is_whole(name, value), "{value}");
    }
    // The port is another variable's.
    assert!(in_environment([("DB_HOST", "db"), ("DB_PORT", "5433")])[0].is_whole);
}

#[test]
fn words_for_a_host_are_whole_words() {
    let none: [&str; 0] = [];
    assert_eq!(value("RABBITMQ_DEFAULT_VHOST", "shop"), none);
    assert_eq!(value("GHOST", "casper"), none);
    assert_eq!(value("PGHOST", "db"), ["db"]);
    assert_eq!(value("MYSQLHOST", "db"), ["db"]);
    assert_eq!(value("dbHost", "db"), ["db"]);
    assert_eq!(value("SEARCH_BACKEND_HOST_NAME", "sonic"), ["sonic"]);
    assert_eq!(value("spring.data.redis.host", "cache"), ["cache"]);
}

#[test]
fn buckets_and_images_are_no_hosts() {
    for (name, value) in [
        ("BACKUP_URL", "s3://bucket/path"),
        ("STORE_URL", "gs://bucket"),
        ("DATABASE_URL", "sqlite:///data/app.db"),
        ("DATABASE_URL", "sqlite://data"),
        ("BASE", "docker://alpine:3"),
    ] {
        assert_eq!(in_value(Origin::Environment, name, value), [], "{value}");
    }
}

#[test]
fn a_url_keeps_its_whole_scheme() {
    let url = "jdbc:postgresql://db:5433/shop?ssl=false";
    let found = in_value(Origin::Environment, "SPRING_DATASOURCE_URL", url);
    assert_eq!(found[0].written(), "jdbc:postgresql://db:5433");
    let found = in_value(Origin::Environment, "DB_URL", "jdbc:mysql://db/shop");
    assert_eq!(found[0].dialled_port(), Some(3306));
}

#[test]
fn what_goes_into_pages_is_for_browsers() {
    let origins = |name: &str, value: &str| -> Vec<Origin> {
        in_value(Origin::Environment, name, value).iter().map(|found| found.origin).collect()
    };
    for name in ["VITE_API_URL", "REACT_APP_API", "NEXT_PUBLIC_API_URL", "PUBLIC_API_BASE"] {
        assert_eq!(origins(name, "http://api:8000/v1"), [Origin::Browser], "{name}");
    }
    // A development server hands this on by itself.
    assert_eq!(origins("VITE_PROXY_TARGET", "http://api:8000"), [Origin::Environment]);
    for name in ["VITE_API_HOST", "NUXT_PUBLIC_API_BASE", "STORYBOOK_API", "GATSBY_ORIGIN"] {
        assert_eq!(origins(name, "api:8000"), [Origin::Browser], "{name}");
        assert_eq!(origins(name, "http://172.18.0.2:8000"), [Origin::Browser], "{name}");
    }
    assert_eq!(origins("SNOWPACK_PUBLIC_API_HOST", "api"), [Origin::Browser]);
    assert_eq!(origins("NEXT_PUBLIC_TITLE", "api:8000"), []);
    assert_eq!(origins("VITE_API_BASE", "/api"), []);
    assert_eq!(origins("VITE_TITLE", "a title"), []);
    assert_eq!(origins("API_INTERNAL_URL", "http://api:8000"), [Origin::Environment]);
    assert_eq!(origins("CORS_ORIGIN", "http://web:3000"), []);
}

#[test]
fn values_with_more_than_a_host_are_known_as_such() {
    let flaw = |name: &str, value: &str| {
        let found = in_value(Origin::Environment, name, value);
        found.first().map(|found| (found.host.clone(), found.flaw))
    };
    let db = |flaw| Some(("db".to_owned(), flaw));
    assert_eq!(flaw("DB_HOST", "\"db\""), db(Some(Flaw::Quotes)));
    assert_eq!(flaw("DB_HOST", "'db'"), db(Some(Flaw::Quotes)));
    assert_eq!(flaw("DB_HOST", "db\r"), db(Some(Flaw::CarriageReturn)));
    assert_eq!(flaw("DB_HOST", " db"), db(Some(Flaw::Blanks)));
    assert_eq!(flaw("DATABASE_URL", "\"postgres://u:p@db/x\""), db(Some(Flaw::Quotes)));
    assert_eq!(flaw("DB_HOST", "db"), db(None));
    // A password that ends the user's part, or the host's, too early.
    for unescaped in ["p@ss", "pa#ss", "pa/ss", "p?ss", "#ss", "p%ss", "a b", "p@s@s", "x/@y"] {
        let url = format!("postgres://u:{unescaped}@db:5432/app");
        assert_eq!(flaw("DATABASE_URL", &url), db(Some(Flaw::Unescaped)), "{unescaped}");
    }
    assert_eq!(flaw("MONGO", "mongodb://u:p/ss@db:1,db2:1/x"), db(Some(Flaw::Unescaped)));
    assert_eq!(flaw("DATABASE_URL", "postgres://u:p%40ss@db:5432/app"), db(None));
    // What may be a host with its port, and what may be two hosts.
    for dropped in
        ["http://db:80/@you", "http://u:12/3@db", "http://u:p#s@db/a?b=c@d", "http://db/@a"]
    {
        assert_eq!(flaw("API_URL", dropped), None, "{dropped}");
    }
    // What most programs forgive, and lists, which they take apart.
    assert_eq!(flaw("DATABASE_URL", "postgres://u:p@db/x "), db(None));
    assert_eq!(flaw("DB_HOSTS", "db, db2 "), db(None));
    // No host is in these.
    assert_eq!(flaw("TITLE", "\"db\""), None);
    assert_eq!(flaw("DB_PASSWORD", "\"db\""), None);
    assert_eq!(flaw("CONFIG", "{\"host\": \"db\"}"), None);
    assert_eq!(flaw("DB_HOST", "<no value>"), Some(("<no value>".to_owned(), None)));
}

#[test]
fn a_password_that_ends_its_url_too_early_in_a_text() {
    let flaws = |found: Vec<Reference>| -> Vec<String> {
        found.into_iter().map(|r| format!("{}:{:?} {:?}", r.host, r.port, r.flaw)).collect()
    };
    let script = |text: &str| flaws(in_command(Origin::Command, ["sh", "-c", text]));
    let value = |text: &str| flaws(in_value(Origin::Environment, "SETTINGS", text));
    let cut = "db:Some(5432) Some(Unescaped)";
    for text in [
        "psql postgres://u:pa#ss@db:5432/app -c 'select 1'",
        "exec app --dsn \"postgres://u:p&a#ss@db:5432/app\" --mail me@example.com",
        "export DSN='postgres://u:p@ss@db:5432/app'; app",
        "A=1 DSN=postgres://u:pa?ss@db:5432/app app",
    ] {
        assert_eq!(script(text), [cut], "{text}");
    }
    for text in [
        "{\"db\":\"postgres://u:pa#ss@db:5432/app\",\"mail\":\"me@example.com\"}",
        "mail: me@example.com\ndb: postgres://u:pa#ss@db:5432/app\nmore: you@example.com",
        "url=postgres://u:pa#ss@db:5432/app\nname=x",
    ] {
        assert_eq!(value(text), [cut], "{text}");
    }
    // What may be half of a password is no host.
    for text in [
        "psql \"postgres://u:12\\\"34@db:5432/app\"",
        "psql 'postgres://u:12'x'34@db:5432/app'",
        "psql postgres://u:pa ss@db:5432/app",
        "psql postgres://u:12;34@db:5432/app",
    ] {
        assert_eq!(script(text), [""; 0], "{text}");
    }
    // Nothing is wrong with these.
    assert_eq!(script("curl \"http://api:80/x\" -u me@example.com"), ["api:Some(80) None"]);
    assert_eq!(value("{\"a\":\"http://api:80/x\",\"b\":\"me@x\"}"), ["api:Some(80) None"]);
}

#[test]
fn a_kind_of_server_is_no_host() {
    let hosts = |variables: &[(&str, &str)]| -> Vec<String> {
        in_environment(variables.iter().copied()).into_iter().map(|r| r.host).collect()
    };
    assert_eq!(hosts(&[("DB_BACKEND", "postgresql"), ("DB_HOST", "db")]), ["db"]);
    assert_eq!(hosts(&[("API_BACKEND", "api:8000"), ("API_HOST", "web")]), ["api", "web"]);
    assert_eq!(hosts(&[("API_BACKEND", "api")]), ["api"]);
}
