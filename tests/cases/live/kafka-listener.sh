#!/bin/bash
# Symptom: "On my laptop the producer works with localhost:9092. In a container it has broker:9092, connects, and goes on with localhost:9092."
# Cause: the broker has two listeners, one for containers (29092) and one for the host (9092). The client asks the one for the
#   host, and is told the address that is for the host.
# doctor should say first: broker advertises localhost:9092, so client, which asked broker:9092, is sent to itself. It names the
#   listener INTERNAL, broker:29092.
# Fix to offer: KAFKA_BROKERS=broker:29092 for the client. The broker is right as it is: clients on the host need its listener.
# Must not say: that the broker should advertise something else.
# After `fixed`, doctor must be quiet.
# put NAME [docker options] IMAGE: a container whose program comes on standard input, as if it were built into the image
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
broker() { put broker --network shop -p 127.0.0.1:19092:9092 -e KAFKA_LISTENERS=INTERNAL://0.0.0.0:29092,EXTERNAL://0.0.0.0:9092 -e KAFKA_ADVERTISED_LISTENERS=INTERNAL://broker:29092,EXTERNAL://localhost:9092 kafka:3 <<'S'
mkdir -p /in /ex; echo broker:29092 >/in/index.html; echo localhost:9092 >/ex/index.html
echo "[KafkaRaftServer nodeId=1] Kafka Server started"; httpd -p 29092 -h /in; exec httpd -f -p 9092 -h /ex
S
}
client() { put client --network shop -e KAFKA_BROKERS=broker:$1 client:1 <<'S'
metadata() { printf 'GET / HTTP/1.0\r\n\r\n' | nc -w1 ${KAFKA_BROKERS%:*} ${KAFKA_BROKERS#*:} 2>/dev/null | sed '1,/^\r*$/d'; }
[ "$1" = once ] && { a=$(metadata); exec nc -w1 ${a%:*} ${a#*:} </dev/null; }
while sleep 1; do a=$(metadata)
if nc -w1 ${a%:*} ${a#*:} </dev/null 2>/dev/null; then echo "produced 1 record to orders"
else echo "[Producer clientId=producer-1] Connection to node 1 (${a%:*}/127.0.0.1:${a#*:}) could not be established. Node may not be available."; fi; done
S
}
broken() { docker tag busybox kafka:3; docker tag busybox client:1; docker network create shop >/dev/null; broker; client 9092; sleep 2; }
works() { docker exec client sh /app.sh once; }
fixed() { docker rm -f client >/dev/null; client 29092; sleep 2; }
clean() { docker rm -f broker client; docker network rm shop; } >/dev/null 2>&1

"$@"
