//! Keys by which connection strings and JSON have hosts and ports.

use super::notation::{Keys, Notation};

/// Keys of a host, in lower case and without blanks or underscores.
pub const HOSTS: [&str; 10] = [
    "host",
    "hostname",
    "server",
    "servername",
    "datasource",
    "address",
    "addr",
    "networkaddress",
    "dbhost",
    "hostaddr",
];

/// Keys of a port.
pub const PORTS: [&str; 4] = ["port", "portnumber", "serverport", "dbport"];

/// Keys beside which a host is that of a server.
pub const BESIDE: [&str; 22] = [
    "database",
    "databasename",
    "dbname",
    "db",
    "initialcatalog",
    "user",
    "username",
    "userid",
    "uid",
    "password",
    "pwd",
    "sslmode",
    "driver",
    "charset",
    "integratedsecurity",
    "trustedconnection",
    "encrypt",
    "trustservercertificate",
    "servicename",
    "sid",
    "connecttimeout",
    "applicationname",
];

/// A key as it stands in these lists.
pub fn folded(key: &str) -> String {
    let plain = key.chars().take(40).filter(|c| !matches!(c, ' ' | '_' | '-'));
    plain.map(|c| c.to_ascii_lowercase()).collect()
}

/// How host and port stand behind keys.
pub fn keys(host: &str, port: &str, apart: bool) -> Notation {
    Notation::Keyed(Box::new(Keys { host: host.to_owned(), port: port.to_owned(), apart }))
}
