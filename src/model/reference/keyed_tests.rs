//! Connection strings and JSON, and what of them is not kept.

use super::*;

/// `NOTATION-AS-WRITTEN host:port` of each reference.
fn read(value: &str) -> Vec<String> {
    let found = in_environment([("CONNECTION", value)]);
    let text = |r: &Reference| format!("{} | {r}", r.written());
    found.iter().map(text).collect()
}

fn one(value: &str, expected: &str) {
    assert_eq!(read(value), [expected], "{value}");
}

#[test]
fn connection_strings_of_databases() {
    one("user:p@ss@tcp(db:3307)/x?parseTime=true", "tcp(db:3307) | db:3307");
    one("tcp(db)/x", "tcp(db) | db:3306");
    one("host=db port=5433 dbname=x user=u password='a b'", "host=db port=5433 | db:5433");
    one("host=db user=u", "host=db | db:5432");
    one("user=u host = db  dbname = x", "host=db | db:5432");
    one("Server=db;Port=3307;Database=x;Uid=u;Pwd=p", "Server=db;Port=3307 | db:3307");
    one("Server=tcp:db,1434;Initial Catalog=x", "Server=tcp:db,1434 | db:1434");
    one("Data Source=db,1434;Database=x", "Data Source=db,1434 | db:1434");
    one("Server=db;Database=x;TrustServerCertificate=True", "Server=db | db:1433");
    one("Host=db;Port=5433;Database=x;Username=u;Password=p;", "Host=db;Port=5433 | db:5433");
    one("Host=db;Username=u;Password=\"a;Host=b\"", "Host=db | db:5432");
    one("Driver={MySQL ODBC 8.0};Server=db;Port=3307;User=u", "Server=db;Port=3307 | db:3307");
    one("Data Source=db:1521/XE;User Id=u", "Data Source=db:1521 | db:1521");
    one("mysql:host=db;port=3307;dbname=x", "host=db;port=3307 | db:3307");
    one("pgsql:host=db;dbname=x", "host=db | db:5432");
    one("postgresql:///x?host=db&port=5433", "host=db&port=5433 | db:5433");
    one("Data Source=//db:1521/XE;User Id=u", "Data Source=//db:1521 | db:1521");
    let lists = ["host=a,b port=1,2 dbname=x", "Server=a,b;Port=1;Database=x"];
    assert_eq!(read(lists[0]), ["postgresql://a:1 | a:1", "postgresql://b:2 | b:2"]);
    assert_eq!(read(lists[1]), ["a:1 | a:1", "b:1 | b:1"]);
}

#[test]
fn options_and_paths_behind_addresses() {
    one(
        "-Xmx1g -Dspring.redis.host=cache -Dspring.redis.port=6380",
        "-Dspring.redis.host=cache -Dspring.redis.port=6380 | cache:6380",
    );
    one("--db-host=db:5433", "--db-host=db:5433 | db:5433");
    one("zookeeper:2181/kafka", "zookeeper:2181 | zookeeper:2181");
    one(
        "host=db user=u password=p dbname=x port=5433 sslmode=disable TimeZone=Asia/Shanghai",
        "host=db port=5433 | db:5433",
    );
    let none: [&str; 0] = [];
    for value in
        ["--host=localhost", "--web.listen-address=web:80", "-Dx=y", "registry:5000/app:1", "-e x"]
    {
        assert_eq!(read(value), none, "{value}");
    }
    let found = in_command(Origin::Command, ["serve", "--redis.host=cache", "--redis.port=6380"]);
    assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), ["cache:6380"]);
    let topics = ["kafka-topics", "--list", "--bootstrap-server", "kafka:9093", "--force"];
    let found = in_command(Origin::Command, topics);
    assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), ["kafka:9093"]);
    let found =
        in_command(Origin::Command, ["sh", "-c", "exec java -Dkafka.servers=a:1,b:2 -jar x"]);
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn urls_of_java() {
    let none: [&str; 0] = [];
    for (value, expected) in [
        ("jdbc:mariadb:sequential//a:3306,b:3307/x", vec!["a:3306", "b:3307"]),
        ("jdbc:mysql:loadbalance://a,b:3307/x", vec!["a:3306", "b:3307"]),
        ("jdbc:sqlserver://db:1434;databaseName=x", vec!["db:1434"]),
        ("jdbc:sqlserver://;serverName=db;portNumber=1434;databaseName=x", vec!["db:1434"]),
        ("jdbc:oracle:thin:@db:1522:XE", vec!["db:1522"]),
        ("jdbc:oracle:thin:@//db:1522/svc", vec!["db:1522"]),
        ("jdbc:oracle:thin:scott/t@ger@db/svc", vec!["db:1521"]),
        (
            "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=db)(PORT=1522))(CONNECT_DATA=(SID=XE)))",
            vec!["db:1522"],
        ),
        ("jdbc:mysql://address=(host=db)(port=3307)/x", vec!["db:3307"]),
        ("jdbc:postgresql:shop", none.to_vec()),
        ("jdbc:h2:mem:test", none.to_vec()),
    ] {
        let found = in_environment([("URL", value)]);
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{value}");
    }
}

#[test]
fn lists_of_urls_and_of_addresses() {
    let told = |value| -> Vec<String> {
        in_environment([("SERVERS", value)]).iter().map(ToString::to_string).collect()
    };
    assert_eq!(told("nats://a,nats://b:4223"), ["a:4222", "b:4223"]);
    assert_eq!(told("http://u:p@a:1,https://b"), ["a:1", "b:443"]);
    assert_eq!(told("amqp://u:p@h1,h2:5673"), ["h1:5672", "h2:5673"]);
    assert_eq!(told("redis-sentinel://u:p@s1,s2:26380/main"), ["s1:26379", "s2:26380"]);
    assert_eq!(told("a:9092,b:9093"), ["a:9092", "b:9093"]);
    assert_eq!(told("mongodb+srv://u:p@cluster.example/x"), ["cluster.example"]);
    let none: [&str; 0] = [];
    assert_eq!(told("unix:///run/db.sock"), none);
    assert_eq!(told("user:pass@unix(/run/mysqld.sock)/x"), none);
}

#[test]
fn json_and_yaml() {
    one(r#"{"db":{"host":"db","port":3307}}"#, r#""host":"db","port":3307 | db:3307"#);
    one(r#"{"host":"db","port":"3307"}"#, r#""host":"db","port":3307 | db:3307"#);
    one(r#"{"Server":"db:6380"}"#, r#""Server":"db:6380" | db:6380"#);
    one("{host: db, port: 3307}", "host:db, port:3307 | db:3307");
    one("database:\n  host: db\n  port: 3307\n", "db:3307 | db:3307");
    let found = read(r#"[{"host":"a","port":1},{"host":"b","port":2},{"hosts":["c:3"]}]"#);
    assert_eq!(found.len(), 3, "{found:?}");
    let none: [&str; 0] = [];
    for value in [
        r#"{"host":"db"}"#,
        r#"{"listen":{"host":"web","port":80}}"#,
        r#"{"title":"db:80","port":80}"#,
        "-Xmx512m -Dserver=a",
        "server=a",
        "OPTIONS=host=db",
        "Data Source=/data/app.db;Cache=Shared;Password=x",
        "Data Source=app.db;Password=x",
        "host=/var/run/postgresql dbname=x",
        "Password=host=db;Server=",
        "a: b\nhost: what is this\nport: 80",
    ] {
        assert_eq!(read(value), none, "{value}");
    }
}

#[test]
fn passwords_that_look_like_hosts_are_not_kept() {
    for value in [
        "Server=db;Port=3307;Pwd=\"x;Server=secret;\"",
        "Server=db;Port=3307;Pwd='x;Server=secret'",
        "Server=db;Port=3307;Pwd={x;Server=secret}",
        "host=db port=3307 dbname=x password='x host=secret'",
        "host=db port=3307 dbname=x password='x\\' host=secret'",
        "secret:x@tcp(secret@tcp(db:3307)/x",
        r#"{"host":"db","port":3307,"password":"secret:80"}"#,
    ] {
        let found = in_environment([("CONNECTION", value)]);
        assert!(found.len() <= 1, "{value}: {found:?}");
        assert!(found.iter().all(|r| r.host == "db" && r.port == Some(3307)), "{value}: {found:?}");
    }
}

#[test]
fn endless_and_broken_texts_do_no_harm() {
    for text in [
        "{",
        "[",
        "=",
        ";",
        "host=",
        "(host=",
        "tcp(",
        "@tcp(",
        "host: ",
        "{}",
        "[[[",
        "?://",
        "ünï=ünï;host=ü",
    ] {
        let _ = read(text);
        let _ = read(&text.repeat(10_000));
    }
}

#[test]
fn empty_hosts_are_kept_as_such() {
    let found = in_environment([("DB_HOST", ""), ("DB_PORT", "5432"), ("TITLE", "")]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].host.as_str(), found[0].port), ("", Some(5432)));
}
