#!/bin/bash
# Symptom: 502; nginx: "upstream prematurely closed connection"; the app: "invalid request block size: 21573 (max 4096)...skip".
#   (https://github.com/evertramos/nginx-proxy-automation/issues/125)
# Cause: nginx speaks HTTP (proxy_pass) to a port of uWSGI's own protocol (uwsgi_pass): 21573 are the letters of GET.
# doctor should say first: app does not understand the protocol of proxy.
# Fix to offer: the same protocol for both.
# Must not say: that there are no problems; that nothing listens.
# Near: a request that is too large for uWSGI's buffer, with another number.
# After `fixed`, doctor must be quiet.
# put NAME [docker options] IMAGE: a container whose program comes on standard input, as if it were built into the image
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
app() { put app --network web -e SIZE=$1 uwsgi:2 <<'S'
echo "uwsgi socket 0 bound to TCP address 0.0.0.0:3031 fd 4"; mkdir -p /w; echo ok >/w/index.html
[ "$SIZE" = 21573 ] || { [ -z "$SIZE" ] || (while sleep 1; do echo "invalid request block size: $SIZE (max 4096)...skip"; done) & exec httpd -f -p 3031 -h /w; }
(while sleep 1; do [ -e /hit ] && echo "invalid request block size: 21573 (max 4096)...skip"; done) &
exec nc -ll -p 3031 -e sh -c 'touch /hit'
S
}
proxy() { put proxy --network web nginx:1 <<'S'
while sleep 1; do wget -q -O- http://app:3031 >/dev/null 2>&1 || { a=$(nslookup app 127.0.0.11 2>/dev/null | sed -n 's/^Address.*: *\([0-9.]*\)$/\1/p' | tail -1)
echo '2018/08/07 00:08:55 [error] 54#54: *28 upstream prematurely closed connection while reading response header from upstream, client: 203.0.113.9, server: , request: "GET / HTTP/1.1", upstream: "http://'$a':3031/", host: "localhost:8080"'; }; done
S
}
broken() { docker tag busybox uwsgi:2; docker tag busybox nginx:1; docker network create web >/dev/null; app 21573; proxy; sleep 10; }
near() { docker rm -f app proxy >/dev/null; app 5047; proxy; sleep 8; }
works() { docker exec proxy wget -q -O- http://app:3031; }
fixed() { docker rm -f app >/dev/null; app; docker restart -t 0 proxy >/dev/null; sleep 2; }
clean() { docker rm -f app proxy; docker network rm web; } >/dev/null 2>&1

"$@"
