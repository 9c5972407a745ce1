#!/bin/bash
# Symptom: "SQLSTATE[HY000] [2002] Connection refused", "Communications link failure", "Failed to connect": from each of the
#   services, whatever its language, since they moved into containers. From the laptop all of them got in by 3307.
# Cause: their connection strings have the port on the host, 3307. Between containers it is the container's, 3306.
# doctor should say first: all of them dial db by its port on the host; inside it is 3306.
# Fix to offer: each string with another port, and nothing else in it changed: Go's, libpq's, ADO.NET's, PDO's, several of
#   Java's, Oracle's, JSON.
# After `fixed`, doctor must be quiet.
# put NAME [docker options] IMAGE: a container whose program comes on standard input, as if it were built into the image
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
strings() { cat <<'S'
go db:s3cret@tcp(db:NUMBER)/db?timeout=30s
libpq user=db host=db port=NUMBER dbname=db password='a b'
ado Server=db;Port=NUMBER;Database=db;Uid=db;Pwd="a;b'c"
sqlserver Server=tcp:db,NUMBER;Initial Catalog=db;TrustServerCertificate=True
pdo mysql:host=db;port=NUMBER;dbname=db
mariadb jdbc:mariadb:sequential//db:NUMBER/db?user=db
jdbc jdbc:sqlserver://db:NUMBER;databaseName=db
oracle jdbc:oracle:thin:db/db@//db:NUMBER/db
tns (DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=db)(PORT=NUMBER))(CONNECT_DATA=(SID=db)))
json {"name":"db","db":{"host":"db","port":NUMBER,"password":"$&\\"}}
S
}
apps() { strings | while read -r name string; do put $name --network shop -e "CONNECTION_STRING=${string/NUMBER/$1}" app:1 <<'S'; done
p=$(echo "$CONNECTION_STRING" | grep -o '33[0-9][0-9]')
[ "$1" = once ] && exec nc -w1 db $p </dev/null
while sleep 1; do nc -w1 db $p </dev/null 2>/dev/null && echo connected || echo "connection failure"; done
S
}
broken() { docker tag busybox mysql:8; docker tag busybox app:1; docker network create shop >/dev/null; docker run -d --name db --network shop -p 127.0.0.1:3307:3306 mysql:8 httpd -f -p 3306 >/dev/null; apps 3307; sleep 2; }
works() { strings | while read -r name string; do [ "$(docker exec $name sh -c 'echo "$CONNECTION_STRING"' </dev/null)" = "${string/NUMBER/3306}" ] && docker exec $name sh /app.sh once </dev/null || exit 1; done; }
fixed() { docker rm -f $(strings | cut -d' ' -f1) >/dev/null; apps 3306; sleep 2; }
clean() { docker rm -f db $(strings | cut -d' ' -f1); docker network rm shop; } >/dev/null 2>&1

"$@"
