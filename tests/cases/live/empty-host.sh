#!/bin/bash
# Symptom: "dial tcp :5432: connect: connection refused". There is no host before the colon.
# Cause: the variable for the host is there and empty: ${DB_HOSTNAME} of a file that does not have it.
# doctor should say first: app dials an empty host: DB_HOST is empty. That some other variable may be empty (SMTP_HOST) is no concern.
# Fix to offer: DB_HOST=db.
# After `fixed`, doctor must be quiet.
# put NAME [docker options] IMAGE: a container whose program comes on standard input, as if it were built into the image
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
app() { put app --network shop -e DB_HOST=$1 -e DB_PORT=5432 -e SMTP_HOST= -e SMTP_PORT=25 app:1 <<'S'
while sleep 1; do if nc -w1 "${DB_HOST:-127.0.0.1}" $DB_PORT </dev/null 2>/dev/null; then echo "connected"
else echo "$(date '+%Y/%m/%d %T') dial tcp $DB_HOST:$DB_PORT: connect: connection refused"; fi; done
S
}
broken() { docker tag busybox postgres:16; docker tag busybox app:1; docker network create shop >/dev/null; docker run -d --name db --network shop postgres:16 httpd -f -p 5432 >/dev/null; app; sleep 2; }
works() { docker exec app sh -c 'nc -w1 "${DB_HOST:-127.0.0.1}" $DB_PORT </dev/null'; }
fixed() { docker rm -f app >/dev/null; app db; sleep 2; }
clean() { docker rm -f app db; docker network rm shop; } >/dev/null 2>&1

"$@"
