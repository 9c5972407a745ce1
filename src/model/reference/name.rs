//! What the name of a variable or an option says of its value.

use super::words::Words;

/// Ends of a variable's name that say it holds a host.
const HOST_WORDS: [&str; 15] = [
    "HOSTNAME",
    "HOST_NAME",
    "HOSTS",
    "HOST",
    "SERVERS",
    "SERVER",
    "ADDRESS",
    "ADDR",
    "ENDPOINT",
    "BROKERS",
    "BROKER",
    "UPSTREAM",
    "BACKEND",
    "NODES",
    "PEER",
];

/// Parts of a variable's name that say it holds the container's own address,
/// or one for somebody's browser: nothing the container itself dials.
pub static OWN_WORDS: Words<19> = Words::new([
    "LISTEN",
    "BIND",
    "ADVERTISE",
    "ALLOWED",
    "TRUSTED",
    "VIRTUAL_HOST",
    "LETSENCRYPT",
    "PUBLIC",
    "EXTERNAL",
    "CALLBACK",
    "REDIRECT",
    "ORIGIN",
    "CORS",
    "SITE_URL",
    "ROOT_URL",
    "APP_URL",
    "SERVER_NAME",
    "NEXTAUTH_URL",
    "IMAGE",
]);

/// Names that are written to a host's word without anything between.
const GLUED: [&str; 7] = ["PG", "DB", "MYSQL", "REDIS", "MONGO", "POSTGRES", "RABBITMQ"];

/// What stands before a word at the end of a name: `DB_` of `DB_HOST`, `db` of
/// `dbHost`. `VHOST` does not end with the word `HOST`.
pub fn before_word<'n>(name: &'n str, word: &str) -> Option<&'n str> {
    let at = name.len().checked_sub(word.len()).filter(|at| name.is_char_boundary(*at))?;
    let (stem, end) = name.split_at(at);
    if !end.eq_ignore_ascii_case(word) {
        return None;
    }
    let camel = end.starts_with(|c: char| c.is_ascii_uppercase())
        && stem.ends_with(|c: char| c.is_ascii_lowercase());
    let apart = !stem.ends_with(|c: char| c.is_ascii_alphanumeric());
    let last = stem.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let glued = GLUED.iter().any(|glued| glued.eq_ignore_ascii_case(last));
    (camel || apart || glued).then_some(stem)
}

/// What stands before the word for a host at the end of a variable's name.
pub fn before_host_word(name: &str) -> Option<&str> {
    HOST_WORDS.iter().find_map(|word| before_word(name, word))
}

/// What a variable's name says whose host it holds: `guacd` of `GUACD_HOSTNAME`,
/// `user-service` of `USER_SERVICE_HOST`.
pub fn whose_host(name: &str) -> Option<String> {
    let stem = before_host_word(name)?.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    (!stem.is_empty()).then(|| stem.to_ascii_lowercase())
}

/// Ends of what stands before a host's word where that is a server which others dial,
/// and no program of one's own: a database, a cache, a broker, a mail server. With the
/// ports that such servers have unless told otherwise, of all kinds where no one is named.
const SERVERS: [(&[&str], &[u16]); 17] = [
    (&["DB", "DATABASE", "SQL"], &[5432, 3306, 27017, 1433, 1521]),
    (&["PG", "PGSQL", "POSTGRES", "POSTGRESQL", "POSTGRESDB"], &[5432]),
    (&["MYSQL", "MARIADB"], &[3306]),
    (&["MSSQL"], &[1433]),
    (&["ORACLE"], &[1521]),
    (&["MONGO", "MONGODB"], &[27017]),
    (&["CLICKHOUSE"], &[9000]),
    (&["CASSANDRA"], &[9042]),
    (&["REDIS", "VALKEY"], &[6379]),
    (&["CACHE"], &[6379, 11211]),
    (&["MEMCACHED", "MEMCACHE"], &[11211]),
    (&["KAFKA"], &[9092]),
    (&["RABBITMQ", "RABBIT", "AMQP"], &[5672]),
    (&["MQTT"], &[1883]),
    (&["ELASTIC", "ELASTICSEARCH", "OPENSEARCH"], &[9200]),
    (&["SMTP", "MAIL"], &[25, 465, 587, 1025]),
    (&["LDAP"], &[389, 1389]),
];

/// The usual ports of such a server, where a variable's name says that it holds its host.
pub fn server_ports(name: &str) -> Option<&'static [u16]> {
    let stem = before_host_word(name)?;
    let stem = stem.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let says = |word: &&str| stem.eq_ignore_ascii_case(word) || before_word(stem, word).is_some();
    let server = SERVERS.iter().find(|(words, _)| words.iter().any(says));
    server.map(|(_, ports)| *ports)
}

/// Whether a variable's name says that it holds the host of such a server.
pub fn names_server(name: &str) -> bool {
    server_ports(name).is_some()
}

/// Whether a variable's name says that it holds a host, and nothing else: no
/// list, no address with a port.
pub fn holds_host(name: &str) -> bool {
    ["HOST", "HOSTNAME", "HOST_NAME"].iter().any(|word| before_word(name, word).is_some())
}
