//! How programs word network errors: Node, Python, Go, Java, .NET, PHP, Ruby,
//! Elixir, Rust, nginx and other proxies, browsers, the clients of databases
//! and brokers, and the C library. All in lower case.

use crate::model::{LogErrorKind, TroubleKind};

/// Phrases for each kind, the tellingest first.
pub const PHRASES: [(LogErrorKind, &[&str]); 7] = [
    (
        LogErrorKind::NameNotFound,
        &[
            "enotfound",
            "eai_again",
            "name or service not known",
            "could not translate host name",
            "no such host",
            "name resolution",
            "unknownhostexception",
            "bad address",
            "host not found",
            "name does not resolve",
            "nodename nor servname",
            "getaddrinfo failed",
            "could not resolve host",
            "could not be resolved",
            "could not resolve address",
            "couldn't resolve server",
            "unable to resolve",
            "failed to resolve '",
            "failed to resolve host",
            "failed to lookup address",
            "unknown mysql server host",
            "no address associated with",
            "unknown host",
            "server misbehaving",
            "hostname resolving error",
            "dns lookup fail",
            "dns resolution failed",
            "nxdomain",
            "non-existing domain",
            "err_name_not_resolved",
            "ns_error_unknown_host",
        ],
    ),
    (
        LogErrorKind::Refused,
        &[
            "econnrefused",
            "connection refused",
            "connectionrefused",
            "actively refused",
            "errno 111",
            "os error 111",
            "returned error 111",
            "(111)",
            "error 111 ",
            // The PostgreSQL driver of Java: `Connection to db:5432 refused.`
            " refused. check that",
            "err_connection_refused",
            "ns_error_connection_refused",
        ],
    ),
    (
        LogErrorKind::Unreachable,
        &[
            "ehostunreach",
            "enetunreach",
            "no route to host",
            "is unreachable",
            "host unreachable",
            "err_address_unreachable",
        ],
    ),
    (
        LogErrorKind::Timeout,
        &[
            "etimedout",
            "timed out",
            "timeout expired",
            "i/o timeout",
            "connection timeout",
            "connect timeout",
            "timeout was reached",
            "timeout occurred after",
            "a timeout occurred",
            "context deadline exceeded",
        ],
    ),
    (
        LogErrorKind::Reset,
        &[
            "econnreset",
            "connection reset by peer",
            "empty reply from server",
            "err_connection_reset",
            "err_empty_response",
        ],
    ),
    (LogErrorKind::InvalidHost, &["invalid host", "invalid http_host", "invalid hostname"]),
    (
        LogErrorKind::Failed,
        &[
            "failed to connect to",
            "can't connect to",
            "cannot connect to",
            "could not connect to",
            "unable to connect to",
            "unabletoconnect on",
            "can't reach database server",
            "failed to make connection to",
            "could not be established",
        ],
    ),
];

/// Phrases that need no host beside them to be a failure of the network.
pub const HOSTLESS: [(TroubleKind, &[&str]); 3] = [
    (
        TroubleKind::NameNotFound,
        &[
            "enotfound",
            "eai_again",
            "name or service not known",
            "temporary failure in name resolution",
            "no such host",
            "unknownhostexception",
            "getaddrinfo",
            "nxdomain",
        ],
    ),
    (
        TroubleKind::Refused,
        &["econnrefused", "connection refused", "connectionrefused", "errno 111", "os error 111"],
    ),
    (TroubleKind::Unreachable, &["no route to host", "ehostunreach", "network is unreachable"]),
];

/// Phrases for each kind of trouble beside the network's, the tellingest first.
pub const TROUBLES: [(TroubleKind, &[&str]); 10] = [
    (
        TroubleKind::MissingModule,
        &[
            "cannot find module",
            "modulenotfounderror",
            "no module named",
            "classnotfoundexception",
            "could not find or load main class",
            "cannot load such file",
            "error while loading shared libraries",
        ],
    ),
    (TroubleKind::AddressInUse, &["eaddrinuse", "address already in use", "address in use"]),
    (
        TroubleKind::Authentication,
        &[
            "authentication failed",
            "authentication required",
            "access denied for user",
            "login failed",
            "invalid credentials",
            "wrongpass",
            "access_refused",
        ],
    ),
    (
        TroubleKind::MissingVariable,
        &[
            "not set",
            "must be set",
            "is not specified",
            "not defined in the environment",
            "environment variable",
            "missing required",
            "keyerror:",
            "unbound variable",
        ],
    ),
    (TroubleKind::DiskFull, &["no space left", "enospc", "disk full"]),
    (
        TroubleKind::OutOfMemory,
        &["out of memory", "outofmemoryerror", "cannot allocate memory", "memoryerror"],
    ),
    (
        TroubleKind::Executable,
        &["exec format error", "command not found", ": not found", "executable file not found"],
    ),
    (
        TroubleKind::Permission,
        &["permission denied", "eacces", "operation not permitted", "read-only file system"],
    ),
    (
        TroubleKind::FileNotFound,
        &["no such file or directory", "enoent", "filenotfounderror", "file not found"],
    ),
    (
        TroubleKind::Configuration,
        &[
            "[emerg]",
            "syntaxerror",
            "syntax error",
            "parse error",
            "yaml: ",
            "unknown directive",
            "unknown option",
            "invalid option",
            "unrecognized option",
            "unrecognized argument",
            "invalid configuration",
            "configuration error",
        ],
    ),
];

/// Phrases after which the host stands, whatever it looks like; the surest first.
pub const SURE: [&str; 53] = [
    "ipv4:",
    "\"broker\":\"",
    "connect to server ",
    "lookup failed for ",
    "lookup failure for: ",
    "resolving error (lookup ",
    "connecting to node ",
    "enotfound ",
    "eai_again ",
    "lookup ",
    "addr: ",
    "econnrefused ",
    "etimedout ",
    "ehostunreach ",
    "enetunreach ",
    "econnreset ",
    "host=",
    "dial tcp ",
    "dial udp ",
    "in upstream ",
    "upstream: ",
    "mysql server host ",
    "host name ",
    "on host ",
    "http_host header: ",
    "bad address ",
    "resolve host: ",
    "resolve host ",
    "resolve hostname ",
    "resolve server ",
    "resolve address ",
    "unknownhostexception: ",
    "failed to resolve '",
    "unknown host ",
    "getaddrinfo for ",
    "to remote host ",
    "connect to host ",
    "open tcp connection to ",
    "tcp connect (",
    "connect(2) for ",
    "unabletoconnect on ",
    "address=",
    "endpoint: \"unspecified/",
    "endpoint : \"unspecified/",
    "connect to ipv4#",
    "connect to ipv6#",
    "connection refused: ",
    "connection refused (",
    "service not known (",
    "no such host is known. (",
    "connection to backend: ",
    "invalid hostname ",
    "opening socket to ",
];

/// Phrases after which the host may stand.
pub const LOOSE: [&str; 17] = [
    "server at ",
    "server on ",
    "remote host ",
    "redis at ",
    "redis on ",
    "seconds for ",
    "name resolution (",
    "connection to node ",
    "connection to ",
    "connecting to ",
    "connect to ",
    "contacting ",
    "invalid host ",
    "host: ",
    "get \"",
    "post \"",
    "for ",
];

/// A phrase before which the host stands, whatever stands elsewhere in the line:
/// nginx goes on with the `host:` that its client asked for.
pub const SURELY_AFTER: [&str; 1] = [" could not be resolved"];

/// Phrases before which the host stands.
pub const AFTER: [&str; 9] = [
    ": [errno",
    ": connection refused",
    ": name or service not known",
    ": host not found",
    ": no such host",
    ": temporary failure in name",
    ": unknown host",
    ": failed to resolve",
    ": connect to",
];

/// Markers behind which a name stands that was looked up: where it stands in
/// quotes with nothing in them, an empty name was.
pub const LOOKS_UP: [&str; 5] =
    ["enotfound ", "host name ", "lookup ", "bad address ", "getaddrinfo for "];

/// Words that stand after any of them and are no host.
pub const NO_HOST: [&str; 30] = [
    "information",
    "remote",
    "host",
    "dead",
    "after",
    "configured",
    "os",
    "url",
    "the",
    "a",
    "an",
    "this",
    "more",
    "any",
    "all",
    "one",
    "to",
    "on",
    "of",
    "is",
    "was",
    "failed",
    "failure",
    "error",
    "could",
    "connect",
    "connection",
    "name",
    "address",
    "header",
];

/// Words that can be a host, but are none behind a loose phrase and without
/// quotes or a port.
pub const NO_HOST_ALONE: [&str; 20] = [
    "upstream",
    "server",
    "remote",
    "host",
    "node",
    "database",
    "mysql",
    "redis",
    "mongodb",
    "postgres",
    "peer",
    "client",
    "backend",
    "broker",
    "bootstrap",
    "https",
    "http",
    "local",
    "proxy",
    "port",
];
