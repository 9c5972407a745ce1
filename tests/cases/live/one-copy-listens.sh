#!/bin/bash
# Symptom: "Every other request of the blog is refused, although the database is up."
# Cause: two copies of one image have the alias db, and the second listens on another port than the one that is dialled. They look like replicas.
# doctor should say first: one and two both answer to db, and nothing in two listens on 5432.
# Fix to offer: take the alias from two. `netmap why blog db:5432` tries both, and says which answers.
# Must not say: that all is well because one of them answers.
# Nearby and fine: two that both listen.
# After `fixed`, doctor must be quiet.
copy() { docker run -d --name $1 --network app --network-alias db postgres:16 nc -ll -p $2 -e cat >/dev/null; }
broken() { docker tag busybox postgres:16; docker network create app >/dev/null; copy one 5432; copy two ${1:-5433}
docker run -d --name blog --network app -e DB_HOST=db -e DB_PORT=5432 busybox sh -c 'while sleep 1; do nc -w 1 db 5432 </dev/null && echo connected || echo "Error: connect ECONNREFUSED db:5432"; done' >/dev/null
sleep 4; }
near() { clean; broken 5432; }
works() { local i; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do docker exec blog nc -w1 db 5432 </dev/null || return 1; done; }
fixed() { docker network disconnect app two; docker network connect app two; docker restart -t 0 blog >/dev/null; sleep 3; }
clean() { docker rm -f blog one two; docker network rm app; } >/dev/null 2>&1

"$@"
