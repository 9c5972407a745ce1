#!/bin/bash
# Symptom: a worker that logs "could not connect to broker: Connection refused" and waits twice as long each time.
# Cause: broker listens on no port, and no line names a host.
# doctor should say first: worker says again and again that a connection is refused; that it dials broker, which listens on nothing.
# Must not say: that there are no problems, between two attempts neither; that nothing is called `broker` (a word of the line).
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
broken() { docker tag busybox worker:1; docker tag busybox rabbitmq:3; docker network create shop >/dev/null; docker run -d --name queue --network shop rabbitmq:3 sleep 99999 >/dev/null
put worker --network shop -e AMQP_HOST=queue worker:1 <<'S'
n=1; while ! nc -w1 queue 5672 </dev/null 2>/dev/null; do echo "could not connect to broker: Connection refused, retrying in ${n}s"; sleep $n; n=$((n*2)); done; exec sleep 99999
S
sleep 8; }
works() { docker exec worker nc -w1 queue 5672 </dev/null; }
fixed() { docker rm -f queue >/dev/null; docker run -d --name queue --network shop rabbitmq:3 nc -ll -p 5672 -e cat >/dev/null; docker restart -t 0 worker >/dev/null; sleep 2; }
clean() { docker rm -f worker queue; docker network rm shop; } >/dev/null 2>&1

"$@"
