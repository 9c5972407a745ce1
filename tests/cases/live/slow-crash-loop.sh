#!/bin/bash
# Symptom: "The worker restarts about four times a minute; docker ps says Up most of the time."
# Cause: it runs for a quarter of a minute, and then ends with a failure; the engine takes it for started after ten seconds.
# doctor should say first, at every moment: worker keeps ending.
# Fix to offer: what its log speaks of; never only to start it.
# Must not say: that there are no problems while it runs. One that ended twice and has been up for longer than its runs is fine.
# After `fixed`, doctor must be quiet.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
broken() { docker tag busybox worker:1; docker network create shop >/dev/null
put worker --network shop --restart always -v state:/state worker:1 <<'S'
[ -f /state/license ] && exec sleep 99999
sleep 13; echo "fatal: cannot open /state/license: No such file or directory"; exit 1
S
sleep 30; }
works() { docker exec worker test -f /state/license; }
fixed() { docker run --rm -v state:/state worker:1 touch /state/license; docker restart -t 0 worker >/dev/null; sleep 2; }
clean() { docker rm -f worker; docker volume rm state; docker network rm shop; } >/dev/null 2>&1

"$@"
