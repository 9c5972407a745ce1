#!/bin/bash
# Symptom: "Since I scaled the api to two, some requests are refused."
# Cause: the second replica runs and does not listen: its program hangs before it opens the port.
# doctor should say first: nothing in shop-api-2 listens on 8000, and web is sent there by turns.
# Fix to offer: look at the log of shop-api-2. `netmap why web api:8000` tries both, and says which answers.
# Must not say: that all is well because one of them answers; that two services share a name.
# Nearby and fine: two that both listen.
# After `fixed`, doctor must be quiet.
of() { echo "--name shop-$1-$2 --network shop_default --network-alias $1 --label com.docker.compose.project=shop --label com.docker.compose.service=$1 --label com.docker.compose.container-number=$2"; }
serve='nc -ll -p 8000 -e cat'
broken() { docker tag busybox api:1; docker network create --label com.docker.compose.project=shop shop_default >/dev/null
docker run -d $(of api 1) api:1 sh -c "$serve" >/dev/null; docker run -d $(of api 2) api:1 sh -c "[ -f /ready ] || sleep 1d; $serve" >/dev/null
docker run -d $(of web 1) -e API_URL=http://api:8000/ busybox sh -c 'while sleep 1; do nc -w 1 api 8000 </dev/null && echo connected || echo "Error: connect ECONNREFUSED api:8000"; done' >/dev/null
sleep 6; }
near() { fixed; }
works() { local i; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do docker exec shop-web-1 nc -w1 api 8000 </dev/null || return 1; done; }
fixed() { docker exec shop-api-2 touch /ready; docker restart -t 0 shop-api-2 >/dev/null; sleep 1; docker restart -t 0 shop-web-1 >/dev/null; sleep 3; }
clean() { docker rm -f shop-web-1 shop-api-1 shop-api-2; docker network rm shop_default; } >/dev/null 2>&1

"$@"
