#!/bin/bash
# Symptom: "Error establishing a database connection."
# Cause: WORDPRESS_DB_HOST names `database`; the service is called db. No line says host or port.
# doctor should say first: wp dials database, a name that nothing there has; db is there.
# Fix to offer: WORDPRESS_DB_HOST=db, as commands that can be pasted.
# Must not say: that there are no problems. A log without a complaint says that the name is answered by somebody.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
wp() { put wp --network shop -e WORDPRESS_DB_HOST=$1 wordpress:6 <<'S'
mkdir -p /www; httpd -p 80 -h /www; while sleep 1; do nc -w1 "$WORDPRESS_DB_HOST" 3306 </dev/null 2>/dev/null || echo 'Error establishing a database connection'; done
S
}
broken() { docker tag busybox wordpress:6; docker tag busybox mysql:8; docker network create shop >/dev/null; docker run -d --name db --network shop mysql:8 nc -ll -p 3306 -e cat >/dev/null
wp database; sleep 2; }
works() { docker exec wp sh -c 'nc -w1 "$WORDPRESS_DB_HOST" 3306 </dev/null'; }
fixed() { docker rm -f wp >/dev/null; wp db; sleep 2; }
clean() { docker rm -f wp db; docker network rm shop; } >/dev/null 2>&1

"$@"
