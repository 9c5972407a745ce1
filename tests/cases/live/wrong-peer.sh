#!/bin/bash
# Symptom: "One broker less than I have started: the third never sees a client."
# Cause: BROKERS lists kafka-1, kafka-2 and kafka-3, and the third is called kafka3. The client goes on with the others, and says so only once.
# doctor should say first: app dials kafka-3, a name that nothing there has, and kafka3 is there (a warning: the others of the list are there).
# Fix to offer: kafka3 in place of kafka-3.
# Must not say: kafka-1 or kafka-2 in its place; nothing, since no line of the log is about it any more.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
app() { put app --network bus -e BROKERS=kafka-1:9092,kafka-2:9092,$1:9092 app:1 <<'S'
ask() { for b in $(echo $BROKERS | tr , ' '); do nc -w1 ${b%:*} 9092 </dev/null 2>/dev/null || return 1; done; }
[ "$1" = all ] && { ask; exit; }
while sleep 1; do ask; echo "produced 1 record"; done
S
}
broken() { docker tag busybox kafka:3; docker tag busybox app:1; docker network create bus >/dev/null
for k in kafka-1 kafka-2 kafka3; do docker run -d --name $k --network bus kafka:3 httpd -f -p 9092 >/dev/null; done; app kafka-3; }
works() { docker exec app sh /app.sh all; }
fixed() { docker rm -f app >/dev/null; app kafka3; }
clean() { docker rm -f app kafka-1 kafka-2 kafka3; docker network rm bus; } >/dev/null 2>&1

"$@"
