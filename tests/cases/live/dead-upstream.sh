#!/bin/bash
# Symptom: "nginx says 502 and is unhealthy, the app logs nothing but connection errors."
# Cause: db has exited; app waits for it and never listens, proxy gets refused by app and fails its health check, web dials proxy.
# doctor should say first: db has exited with code 1, and app wants it; for that reason proxy waits for app, and web for proxy.
# Fix to offer: docker logs db, docker start db.
# Must not say: that nothing listens on app's port, or that proxy fails its health check, as if these were troubles of their own.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
broken() { docker tag busybox postgres:16; docker tag busybox app:1; docker tag busybox nginx:1; docker tag busybox web:1; docker network create shop >/dev/null
put db --network shop --expose 5432 postgres:16 <<'S'
[ -f /once ] || { touch /once; echo 'FATAL:  could not map anonymous shared memory: Cannot allocate memory'; exit 1; }
exec nc -ll -p 5432 -e cat
S
put app --network shop --expose 8000 -e DATABASE_URL=postgres://db:5432/shop app:1 <<'S'
until nc -w1 db 5432 </dev/null 2>/dev/null; do echo "Error: getaddrinfo ENOTFOUND db"; sleep 1; done
exec httpd -f -p 8000
S
put proxy --network shop -p 18312:80 -e UPSTREAM=app:8000 --health-cmd 'nc -w1 app 8000 </dev/null' --health-interval 1s --health-retries 1 nginx:1 <<'S'
httpd -p 80
while sleep 1; do nc -w1 app 8000 </dev/null 2>/dev/null || echo "connect() failed (111: Connection refused) while connecting to upstream, upstream: \"http://app:8000/\""; done
S
docker run -d --name web --network shop -e PROXY_URL=http://proxy:80/ web:1 sleep 1d >/dev/null; sleep 3; }
works() { docker exec proxy sh -c 'nc -w1 app 8000 </dev/null'; }
fixed() { docker start db >/dev/null; sleep 3; docker restart -t 0 proxy >/dev/null; }
clean() { docker rm -f web proxy app db; docker network rm shop; } >/dev/null 2>&1

"$@"
