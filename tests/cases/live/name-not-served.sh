#!/bin/bash
# Symptom: "Received 403 from http://web:3000". In the browser, by localhost:3000, it works.
#   (https://github.com/forem/forem/issues/9604)
# Cause: a server in its development mode serves nobody who calls it by a name that it was not told of, and web is one.
# doctor should say first: web says that `web` is no name under which it serves anybody.
# Fix to offer: let web accept that name (config.hosts, ALLOWED_HOSTS …).
# Must not say: that seed cannot reach web.
# Near: a name of somebody outside, which anybody can send.
# After `fixed`, doctor must be quiet.
# put NAME [docker options] IMAGE: a container whose program comes on standard input, as if it were built into the image
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
web() { put web --network forem -e "NAME=$1" forem:1 <<'S'
printf '%s\n' "=> Booting Puma" "* Listening on http://0.0.0.0:3000"
if [ -n "$NAME" ]; then (while sleep 1; do echo "[ActionDispatch::HostAuthorization::DefaultResponseApp] Blocked hosts: $NAME"; done) & fi
[ "$NAME" = web:3000 ] || exec httpd -f -p 3000
exec nc -ll -p 3000 -e printf 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'
S
}
seed() { put seed --network forem seed:1 <<'S'
while :; do wget -q -S -O- http://web:3000 2>&1 | grep -q 'HTTP/1.1 403' || exec sleep 99999; echo "2020/08/03 00:00:00 Received 403 from http://web:3000. Sleeping 1s"; sleep 1; done
S
}
broken() { docker tag busybox forem:1; docker tag busybox seed:1; docker network create forem >/dev/null; web web:3000; seed; sleep 8; }
near() { docker rm -f web >/dev/null; web shop.example.com; sleep 8; }
works() { ! docker exec seed wget -q -S -O- http://web:3000 2>&1 | grep -q 'HTTP/1.1 403'; }
fixed() { docker rm -f web >/dev/null; web ""; sleep 2; }
clean() { docker rm -f web seed; docker network rm forem; } >/dev/null 2>&1

"$@"
