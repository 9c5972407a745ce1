#!/bin/bash
# Symptom: "wrong version number", "http: server gave HTTP response to HTTPS client".
# Cause: the app speaks TLS to a server that does not (or the other way, or the certificate is not trusted).
# doctor should say first: app and what it dials do not agree on encryption.
# Fix to offer: http instead of https, or TLS in both. `why app api` says the same.
# Must not say: that there are no problems; that nothing listens.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
app() { put app --network shop -e API_URL=$1 app:1 <<'S'
while sleep 1; do case $API_URL in https*) echo "Get \"$API_URL/health\": http: server gave HTTP response to HTTPS client";; esac; done
S
}
broken() { docker tag busybox api:1; docker tag busybox app:1; docker network create shop >/dev/null; docker run -d --name api --network shop api:1 httpd -f -p 8443 >/dev/null
app https://api:8443; sleep 2; }
works() { docker exec app sh -c 'case $API_URL in http:*) nc -w1 api 8443 </dev/null;; *) false;; esac'; }
fixed() { docker rm -f app >/dev/null; app http://api:8443; sleep 2; }
clean() { docker rm -f app api; docker network rm shop; } >/dev/null 2>&1

"$@"
