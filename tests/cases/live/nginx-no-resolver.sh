#!/bin/bash
# Symptom: 502; nginx: no resolver defined to resolve app.
# Cause: proxy_pass has a variable, and nginx looks names up by itself then, with a name server that its configuration has to say.
# doctor should say first: proxy says again and again that it is told no name server.
# Fix to offer: resolver 127.0.0.11 in nginx's configuration.
# Must not say: that there are no problems; that the name is wrong.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
broken() { docker tag busybox nginx:1.27; docker tag busybox app:1; docker network create shop >/dev/null; docker run -d --name app --network shop app:1 httpd -f -p 3000 >/dev/null
put proxy --network shop -v conf:/etc/conf nginx:1.27 <<'S'
mkdir -p /www; httpd -p 80 -h /www
while sleep 1; do [ -f /etc/conf/resolver ] || echo "$(date '+%Y/%m/%d %T') [error] 30#30: *1 no resolver defined to resolve app, client: 10.0.0.9, server: , request: \"GET / HTTP/1.1\", host: \"shop.test\"" >&2; done
S
sleep 2; }
works() { docker exec proxy sh -c '[ -f /etc/conf/resolver ] && nc -w1 app 3000 </dev/null'; }
fixed() { docker exec proxy touch /etc/conf/resolver; docker restart -t 0 proxy >/dev/null; sleep 2; }
clean() { docker rm -f proxy app; docker volume rm conf; docker network rm shop; } >/dev/null 2>&1

"$@"
