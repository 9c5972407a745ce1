//! How programs say that a connection was made, or that a server is there. In lower case.

/// Words for a connection that was made.
pub const CONNECTED: [&str; 8] = [
    "connected",
    "reconnected",
    "connection established",
    "connection has been established",
    "connection successful",
    "connection succeeded",
    "connection is ok",
    "connection ok",
];

/// Words for another program that waits for connections, where the line says which.
pub const READY: [&str; 7] =
    ["is up", "is ready", "is available", "is reachable", "is alive", "is online", "started"];
