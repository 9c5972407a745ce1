#!/bin/bash
# Symptom: "Grafana at host.docker.internal:3002 is refused, although the page opens in my browser. And the integration tests can't reach Ryuk."
# Cause: two ways by the host that end there. stats is published on 127.0.0.1, which host.docker.internal is not. And the tests run in a container
#   themselves: Testcontainers started Ryuk beside them by the engine's socket, and its published port is on the host's localhost, not on theirs.
# doctor should say: monitor dials stats by way of the host (host.docker.internal:3002), and there it is published on 127.0.0.1 only; tests
#   dials localhost:33768 and means ryuk, whose port 8080 is published as that.
# Fix to offer: a network in common, and stats:3000 and ryuk:8080 as the addresses.
# Must not say: that host.docker.internal is not known; that nothing of this setup has the port.
# After `fixed`, doctor must be quiet.
# put NAME [docker options] IMAGE: a container whose program comes on standard input, as if it were built into the image
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
dials() { put $1 --network watch --add-host host.docker.internal:host-gateway -e $2=$3 $1:1 <<'S'
t=${TARGET:-$RYUK}
while sleep 1; do nc -w1 ${t%:*} ${t#*:} </dev/null 2>/dev/null && echo "connected to $t" || { [ -n "$RYUK" ] && echo "WARN org.testcontainers.utility.RyukResourceReaper - Can not connect to Ryuk at $t" || echo "connect ECONNREFUSED $t"; }; done
S
}
broken() { for i in stats monitor ryuk tests; do docker tag busybox $i:1; done; docker network create watch >/dev/null; docker network create graphs >/dev/null
docker run -d --name stats --network graphs -p 127.0.0.1:3002:3000 stats:1 httpd -f -p 3000 >/dev/null; docker run -d --name ryuk -p 33768:8080 ryuk:1 httpd -f -p 8080 >/dev/null
dials monitor TARGET host.docker.internal:3002; dials tests RYUK localhost:33768; sleep 1; }
works() { local c; for c in monitor tests; do docker exec $c sh -c 't=${TARGET:-$RYUK}; nc -w1 ${t%:*} ${t#*:} </dev/null' || return 1; done; }
fixed() { docker rm -f monitor tests >/dev/null; docker network connect watch stats; docker network connect watch ryuk; dials monitor TARGET stats:3000; dials tests RYUK ryuk:8080; }
clean() { docker rm -f monitor tests stats ryuk; docker network rm watch graphs; } >/dev/null 2>&1

"$@"
