#!/bin/bash
# Symptom: "RangeError [ERR_SOCKET_BAD_PORT]: Port should be >= 0 and < 65536" or 'invalid integer value for connection
#   option "port"', and the port in the .env file is right.
# Cause: the file has lines of Windows, so the value is 5432 with a carriage return.
# doctor should say first: DB_PORT of app ends with a carriage return. In `both` the host's variable has one, too: one
#   finding, and its fix trims both at once.
# Fix: as printed, it re-creates app with the trimmed values.
# Must not say: "no problems"; that app crashed for reasons unknown.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
app() { put app --network shop "$@" app:1 <<'S'
case $DB_HOST in *[!a-z]*) echo "Error: getaddrinfo ENOTFOUND $DB_HOST" >&2; exit 1;; esac
case $DB_PORT in *[!0-9]*) echo "RangeError [ERR_SOCKET_BAD_PORT]: Port should be >= 0 and < 65536. Received type number (NaN)." >&2; exit 1;; esac
while sleep 1; do nc -w1 "$DB_HOST" "$DB_PORT" </dev/null && echo "query ok"; done
S
}
db() { docker tag busybox postgres:16; docker tag busybox app:1; docker network create shop >/dev/null; docker run -d --name db --network shop postgres:16 nc -ll -p 5432 -e cat >/dev/null; sleep 1; }
broken() { db; app -e DB_HOST=db -e "DB_PORT=5432"$'\r'; sleep 2; }
both() { db; app -e "DB_HOST=db"$'\r' -e "DB_PORT=5432"$'\r'; sleep 2; }
works() { docker logs app 2>&1 | grep -q 'query ok'; }
fixed() { docker rm -f app >/dev/null; app -e DB_HOST=db -e DB_PORT=5432; sleep 2; }
clean() { docker rm -f app db; docker network rm shop; } >/dev/null 2>&1

"$@"
