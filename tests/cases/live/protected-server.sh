#!/bin/bash
# Symptom: "DENIED Redis is running in protected mode. The cache is up, the name is right, the port is open, and nothing works."
#   (https://github.com/Grokzen/docker-redis-cluster/issues/155, https://github.com/redis/docker-library-redis/issues/58)
# Cause: the server takes the connection and sends the client away: protected mode, a pg_hba.conf without the client's network,
#   MySQL's list of hosts.
# doctor should say first: app fails again and again to reach cache:6379, which does not let it in by its own rules.
# Fix to offer: let cache accept app (its own list, or a password). `why app cache` says the same.
# Must not say: that there are no problems; that nothing listens. The same words in the log of a server alone are no finding.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
cache() { put cache --network shop redis:7 <<S
printf "#!/bin/sh\\necho %s\\n" "'$1'" >/answer; chmod +x /answer; exec nc -ll -p 6379 -e /answer
S
}
broken() { docker tag busybox redis:7; docker tag busybox app:1; docker network create shop >/dev/null; cache "-DENIED Redis is running in protected mode"
put app --network shop -e REDIS_URL=redis://cache:6379/0 app:1 <<'S'
while sleep 1; do a=$(nc -w1 cache 6379 </dev/null); [ "$a" = +OK ] || echo "[redis://cache:6379]: Unable to connect to [cache/<unresolved>:6379]: ${a#-} because protected mode is enabled"; done
S
sleep 2; }
works() { docker exec app sh -c '[ "$(nc -w1 cache 6379 </dev/null)" = +OK ]'; }
fixed() { docker rm -f cache >/dev/null; cache +OK; docker restart -t 0 app >/dev/null; sleep 2; }
clean() { docker rm -f app cache; docker network rm shop; } >/dev/null 2>&1

"$@"
