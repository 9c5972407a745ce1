#!/bin/bash
# Symptom: "getaddrinfo EAI_AGAIN cache" in app alone. Somebody mounted the host's /etc/resolv.conf, so that names of the office resolve.
# Cause: 127.0.0.53, the host's systemd-resolved, is nobody in the container, and the engine's name server is not asked at all.
# doctor should say first: in app, cache does not resolve, although cache has that name; its name server is 127.0.0.53.
# Fix to offer: app without what is mounted as /etc/resolv.conf. `why app cache:6379` offers the same.
# Must not say: that an option of the resolver helps (ndots), or that app looks for cache by a wrong name.
# The neighbour stays quiet: other has the engine's own name server in a file that is mounted there.
app() { printf "$3" >$TMPDIR/resolv.$1; cat >$TMPDIR/app.sh <<'S'
while sleep 1; do nc -w 1 $REDIS_HOST 6379 </dev/null && echo "got it" || echo "Error: getaddrinfo EAI_AGAIN $REDIS_HOST"; done
S
docker create --name $1 --network shop -e REDIS_HOST=cache $2 app:1 sh /app.sh >/dev/null
docker cp $TMPDIR/app.sh $1:/app.sh >/dev/null 2>&1; docker start $1 >/dev/null; }
over() { echo "-v $TMPDIR/resolv.$1:/etc/resolv.conf:ro"; }
broken() { for i in redis:7 app:1; do docker tag busybox $i; done; docker network create shop >/dev/null
docker run -d --name cache --network shop redis:7 nc -ll -p 6379 -e cat >/dev/null
app app "$(over app)" 'nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n'
app other "$(over other)" 'nameserver 127.0.0.11\noptions ndots:0\n'; }
works() { docker exec app nc -w 1 cache 6379 </dev/null; }
fixed() { docker rm -f app >/dev/null; app app ""; }
clean() { docker rm -f cache app other; docker network rm shop; } >/dev/null 2>&1

"$@"
