#!/bin/bash
# Symptom: "Cannot assign requested address (localhost:5000)". With curl on my machine localhost:5000 answers.
#   (https://github.com/EdwinVW/pitstop/issues/37)
# Cause: localhost is the container itself; its program tries ::1 last, an address that the container does not have.
# doctor should say first: web looks for api in itself; port 5000 of the host leads to api:80.
# Fix to offer: api:80.
# Near: a program that cannot listen on ::1, and says so in nearly the same words.
# After `fixed`, doctor must be quiet.
# put NAME [docker options] IMAGE: a container whose program comes on standard input, as if it were built into the image
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
web() { put web --network shop -p 127.0.0.1:17000:80 -e CUSTOMERS=http://$1 web:1 <<'S'
a=${CUSTOMERS#http://}; [ "$1" = once ] && exec nc -w1 ${a%:*} ${a#*:} </dev/null
httpd -p 80
while sleep 1; do nc -w1 ${a%:*} ${a#*:} </dev/null 2>/dev/null && exec sleep 99999
printf '%s\n' "[11:16:04 INF] Start processing HTTP request GET $CUSTOMERS/api/customers" "[11:16:04 INF] Sending HTTP request GET $CUSTOMERS/api/customers" "[11:16:04 WRN] Error occured during request-execution. Polly will retry. Exception: Cannot assign requested address ($a)"; done
S
}
api() { docker run -d --name api --network shop -p 127.0.0.1:5000:80 api:1 httpd -f -p 80 >/dev/null; }
broken() { docker tag busybox web:1; docker tag busybox api:1; docker network create shop >/dev/null; api; web localhost:5000; sleep 2; }
near() { docker rm -f web >/dev/null; put web --network shop web:1 <<'S'
printf '%s\n' "warn: Microsoft.AspNetCore.Server.Kestrel[0]" "      Unable to bind to http://localhost:5000 on the IPv6 loopback interface: 'Cannot assign requested address'." "      Now listening on: http://localhost:5000"
httpd -p 127.0.0.1:5000; exec sleep 99999
S
}
works() { docker exec web sh /app.sh once; }
fixed() { docker rm -f web >/dev/null; web api:80; sleep 2; }
clean() { docker rm -f web api; docker network rm shop; } >/dev/null 2>&1

"$@"
