#!/bin/bash
# Symptom: "getaddrinfo ENOTFOUND screenshots.minio", "Inaccessible host: `screenshots.minio'". The endpoint is http://minio:9000.
#   (https://github.com/minio/minio/issues/6071)
# Cause: a client of S3 puts the bucket's name before the server's, and no container has that name.
# doctor should say first: app dials screenshots.minio, which nobody is called; minio is there.
# Fix to offer: dial minio itself (path style). `why app screenshots.minio:9000` says the same.
# Must not say: that name servers outside fail; to give app another name server.
# Near: minio has that name as an alias, and serves it.
# After `fixed`, doctor must be quiet.
# put NAME [docker options] IMAGE: a container whose program comes on standard input, as if it were built into the image
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
app() { put app --network shop -e S3_ENDPOINT=http://minio:9000 -e S3_BUCKET=screenshots "$@" app:1 <<'S'
h=screenshots.minio; [ -z "$S3_FORCE_PATH_STYLE" ] || h=minio
[ "$1" = once ] && exec nc -w1 $h 9000 </dev/null
while sleep 1; do if nc -w1 $h 9000 </dev/null 2>/dev/null; then echo "uploaded 1 object"
else printf '%s\n' "Error: getaddrinfo ENOTFOUND $h" "    at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:120:26) {" "  errno: -3008," "  code: 'ENOTFOUND'," "  syscall: 'getaddrinfo'," "  hostname: '$h'," "  '\$metadata': { attempts: 1, totalRetryDelay: 0 }" "}"; fi; done
S
}
minio() { docker run -d --name minio --network shop "$@" minio:1 httpd -f -p 9000 >/dev/null; }
broken() { docker tag busybox minio:1; docker tag busybox app:1; docker network create shop >/dev/null; minio; app; sleep 2; }
near() { docker rm -f minio app >/dev/null; minio --network-alias screenshots.minio; app; sleep 2; }
works() { docker exec app sh /app.sh once; }
fixed() { docker rm -f app >/dev/null; app -e S3_FORCE_PATH_STYLE=true; sleep 2; }
clean() { docker rm -f minio app; docker network rm shop; } >/dev/null 2>&1

"$@"
