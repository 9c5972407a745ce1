//! What sed is to do with a variable's value so that it has another host and
//! port. Whatever else the value holds stays as it is.

use crate::model::{Dialled, Keys, Notation};

/// The commands.
pub fn redial(from: &Dialled, to: &Dialled) -> Vec<String> {
    match &from.notation {
        Notation::Keyed(keys) if keys.apart => behind_keys(keys, from, to),
        Notation::Keyed(keys) => vec![side_by_side(keys, from, to)],
        Notation::Address | Notation::Other => vec![of_address(from, to)],
    }
}

/// Where a URL or a list has them: behind `://`, `@` or a comma. A user, a
/// password or a path of the same letters stays.
fn of_address(from: &Dialled, to: &Dialled) -> String {
    let before = match from.scheme.as_deref() {
        // Java's may do without the colon: `jdbc:mariadb:sequential//db`.
        Some(scheme) if scheme.starts_with("jdbc:") => "(//|@|,)",
        Some(_) => "(://|@|,)",
        None => r#"(^|[,; "])"#,
    };
    let host = escaped(&from.host);
    let host = if host.contains(':') { format!("\\[?{host}\\]?") } else { host };
    let to_host = if to.host.contains(':') { format!("[{}]", to.host) } else { to.host.clone() };
    let new = match to.port {
        Some(port) => format!("{to_host}:{port}"),
        None => to_host,
    };
    match from.port {
        Some(port) => format!("s#{before}{host}:{port}([^0-9]|$)#\\1{new}\\2#g"),
        None => format!("s#{before}{host}([^A-Za-z0-9_.:@-]|$)#\\1{new}\\2#g"),
    }
}

/// `Server=db,1433`, `tcp(db:3306)`: a port stands right behind its host.
fn side_by_side(keys: &Keys, from: &Dialled, to: &Dialled) -> String {
    let (before, host) = (opening(&keys.host), escaped(&from.host));
    let new = match to.port {
        // To sed this stands for all that was found.
        Some(port) => format!("{}{}{port}", to.host, keys.port.replace('&', "\\&")),
        None => to.host.clone(),
    };
    match from.port {
        Some(port) => {
            let between = pattern(&keys.port);
            format!("s#({before}){host}{between}{port}([^0-9]|$)#\\1{new}\\3#g")
        }
        None => format!("s#({before}){host}([^A-Za-z0-9_.:@-]|$)#\\1{new}\\3#g"),
    }
}

/// `Server=db;Database=shop;Port=3306`: each has its key, in any order.
fn behind_keys(keys: &Keys, from: &Dialled, to: &Dialled) -> Vec<String> {
    const ENDS: &str = "[^A-Za-z0-9_.:@-]";
    let (host_key, host) = (opening(&keys.host), escaped(&from.host));
    let Some((old, new)) = from.port.zip(to.port) else {
        return vec![format!("s#({host_key}){host}({ENDS}|$)#\\1{}\\3#g", to.host)];
    };
    let port_key = keys.port.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let port_key = pattern(port_key);
    // In JSON they are of one object.
    let any = if keys.host.ends_with('=') { ".*" } else { "[^{}]*" };
    let to_host = &to.host;
    vec![
        format!(
            "s#({host_key}){host}({ENDS}({any}[^A-Za-z0-9_])?{port_key}){old}([^0-9]|$)\
             #\\1{to_host}\\3{new}\\5#g"
        ),
        format!(
            "s#((^|[^A-Za-z0-9_]){port_key}){old}(([^0-9]{any})?{host_key}){host}({ENDS}|$)\
             #\\1{new}\\3{to_host}\\6#g"
        ),
    ]
}

/// What stands before a host: a key, which begins a word. One group.
fn opening(text: &str) -> String {
    let begin = if text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        "(^|[^A-Za-z0-9_])"
    } else {
        "(^|.)"
    };
    format!("{begin}{}", pattern(text))
}

/// A text in which blanks and quotes may stand around what joins key and value.
fn pattern(text: &str) -> String {
    const BLANKS: &str = "[[:space:]]*";
    let mut pattern = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '=' | ':' => {
                pattern.push_str(&format!("{BLANKS}{c}{BLANKS}[\"']?"));
                while characters.next_if(|next| matches!(next, '"' | '\'' | ' ')).is_some() {}
            }
            ',' => pattern.push_str(&format!("{BLANKS},{BLANKS}")),
            ' ' => pattern.push_str("[[:space:]]+"),
            c if "()[]{}.*+?^$|\\".contains(c) => pattern.extend(['\\', c]),
            c => pattern.push(c),
        }
    }
    pattern
}

/// A host, as sed takes it by the letter.
fn escaped(host: &str) -> String {
    host.replace('.', "\\.")
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;
    use crate::model::Origin;
    use crate::model::reference::in_value;

    /// A value after sed has had it.
    fn edited(scripts: &[String], value: &str) -> String {
        let script = scripts.join("; ");
        let mut sed = Command::new("sed");
        let sed = sed.args(["-E", &script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut sed = sed.spawn().expect("sed runs");
        sed.stdin.take().unwrap().write_all(value.as_bytes()).unwrap();
        let output = sed.wait_with_output().unwrap();
        assert!(output.status.success(), "{script}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Lets `db` in a value be another host on another port.
    fn dial(value: &str, host: &str, port: Option<u16>) -> String {
        let mut read = in_value(Origin::Environment, "CONNECTION_URL", value);
        read.retain(|read| read.host == "db" && read.port != Some(330));
        let read = read.remove(0);
        let dialled = |host: &str, port| Dialled {
            scheme: read.scheme.clone(),
            host: host.to_owned(),
            port,
            notation: read.notation.clone(),
        };
        edited(&redial(&dialled(&read.host, read.port), &dialled(host, port)), value)
    }

    #[test]
    fn host_and_port_change_and_nothing_else() {
        for (value, expected) in [
            ("db:db@tcp(db:3307)/db?x=3307", "db:db@tcp(new:5)/db?x=3307"),
            ("user=db host=db port=3307 dbname=db", "user=db host=new port=5 dbname=db"),
            ("port=3307 user=db host = 'db' dbname=db", "port=5 user=db host = 'new' dbname=db"),
            (
                "Server=db;Port=3307;Database=db;Uid=db;Pwd=3307",
                "Server=new;Port=5;Database=db;Uid=db;Pwd=3307",
            ),
            (
                "Database=db;Port=3307;Timeout=3307;Server=db;Uid=db",
                "Database=db;Port=5;Timeout=3307;Server=new;Uid=db",
            ),
            ("Server=tcp:db,3307;Initial Catalog=db", "Server=tcp:new,5;Initial Catalog=db"),
            ("Data Source = db, 3307; Database=db", "Data Source = new,5; Database=db"),
            ("Data Source=//db:3307/db;User Id=db", "Data Source=//new:5/db;User Id=db"),
            ("mysql:host=db;port=3307;dbname=db", "mysql:host=new;port=5;dbname=db"),
            ("mysql:dbname=db;host=db;port=3307", "mysql:dbname=db;host=new;port=5"),
            ("jdbc:mariadb:sequential//db:3307/db", "jdbc:mariadb:sequential//new:5/db"),
            ("jdbc:sqlserver://db:3307;databaseName=db", "jdbc:sqlserver://new:5;databaseName=db"),
            ("jdbc:oracle:thin:@db:3307:db", "jdbc:oracle:thin:@new:5:db"),
            ("jdbc:oracle:thin:db/db@//db:3307/db", "jdbc:oracle:thin:db/db@//new:5/db"),
            (
                "(ADDRESS=(PROTOCOL=TCP)(HOST=db)(PORT=3307))(SID=db)",
                "(ADDRESS=(PROTOCOL=TCP)(HOST=new)(PORT=5))(SID=db)",
            ),
            (
                r#"{"name":"db","db":{"host":"db","port":3307},"a":{"host":"db","port":330}}"#,
                r#"{"name":"db","db":{"host":"new","port":5},"a":{"host":"db","port":330}}"#,
            ),
            (
                r#"{"port": "3307", "user": "db", "host": "db"}"#,
                r#"{"port": "5", "user": "db", "host": "new"}"#,
            ),
            ("{name: db, host: db, port: 3307}", "{name: db, host: new, port: 5}"),
            (r#"["db:3307","other:3307"]"#, r#"["new:5","other:3307"]"#),
            ("-Da.host=db -Da.port=3307 -Db=db", "-Da.host=new -Da.port=5 -Db=db"),
            ("zoo:1,db:3307/db", "zoo:1,new:5/db"),
            ("nats://db:3307,nats://other:3307", "nats://new:5,nats://other:3307"),
            ("postgres:///db?user=db&host=db&port=3307", "postgres:///db?user=db&host=new&port=5"),
        ] {
            assert_eq!(dial(value, "new", Some(5)), expected);
        }
    }

    #[test]
    fn a_port_is_added_where_none_is_written() {
        for (value, expected) in [
            ("u:p@tcp(db)/x", "u:p@tcp(new:5)/x"),
            ("host=db user=db dbname=x", "host=new port=5 user=db dbname=x"),
            ("Host=db;Username=u;Database=db", "Host=new;Port=5;Username=u;Database=db"),
            ("Server=db;Initial Catalog=db", "Server=new,5;Initial Catalog=db"),
            ("mysql:host=db;dbname=db", "mysql:host=new;port=5;dbname=db"),
            ("jdbc:oracle:thin:@db/svc", "jdbc:oracle:thin:@new:5/svc"),
            ("postgres:///x?host=db", "postgres:///x?host=new&port=5"),
        ] {
            assert_eq!(dial(value, "new", Some(5)), expected);
        }
        assert_eq!(dial("host=db port=1 dbname=x", "new", Some(1)), "host=new port=1 dbname=x");
        assert_eq!(dial("Server=db;Database=x;Uid=u", "new", None), "Server=new;Database=x;Uid=u");
    }
}
