#!/bin/bash
# Symptom: 'could not translate host name "ss@db" to address', "Invalid URL", "ENOTFOUND base", "invalid port".
# Cause: a password with @, # or / stands unescaped in a URL. One client takes the first @ for the last, one
#   ends the URL at the #, one dials a host of its own that stands for nothing.
# doctor should say first, of each of the three: its variable has a user or password with a character that must be
#   percent-encoded. No piece of the password may stand anywhere.
# Must not say: that nothing is called "ss@db" or "base"; nor that db needs an alias.
# After `fixed`, doctor must be quiet; so it must be of `fine`, whose client understands such a URL.
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
first() { put first --network shop -e "DATABASE_URL=$1" app:1 <<'S'
rest=${DATABASE_URL#*://*@}; host=${rest%%:*}
while sleep 1; do nc -w1 "$host" 5432 </dev/null 2>/dev/null && echo "query ok" || echo "psql: error: could not translate host name \"$host\" to address: Name or service not known"; done
S
}
other() { put other --network shop -e "DATABASE_URL=$1" app:1 <<'S'
host=base; case $DATABASE_URL in *\#*) ;; *) rest=${DATABASE_URL##*@}; host=${rest%%:*};; esac
while sleep 1; do nc -w1 "$host" 5432 </dev/null 2>/dev/null && echo "query ok" || echo "Error: getaddrinfo ENOTFOUND $host"; done
S
}
dead() { put dead --network shop -e "DATABASE_URL=$1" app:1 <<'S'
case $DATABASE_URL in *://*:*/*@*) echo "parse \"$DATABASE_URL\": invalid port \":${DATABASE_URL#*://*:}\" after host" >&2; exit 1;; esac
sleep 1d
S
}
fine() { put fine --network shop -e "DATABASE_URL=$1" app:1 <<'S'
rest=${DATABASE_URL##*@}; host=${rest%%:*}
while sleep 1; do nc -w1 "$host" 5432 </dev/null && echo "query ok"; done
S
}
broken() { docker tag busybox postgres:16; docker tag busybox app:1; docker network create shop >/dev/null; docker run -d --name db --network shop postgres:16 nc -ll -p 5432 -e cat >/dev/null; sleep 1
first 'postgres://app:Pl4nted@ss@db:5432/app'; other 'postgres://app:Pl4nted#ss@db:5432/app'; dead 'postgres://app:Pl4nted/ss@db:5432/app'; fine 'postgres://app:Pl4nted@ss@db:5432/app'; sleep 2; }
fixed() { docker rm -f first other dead >/dev/null; first 'postgres://app:Pl4nted%40ss@db:5432/app'; other 'postgres://app:Pl4nted%23ss@db:5432/app'; dead 'postgres://app:Pl4nted%2Fss@db:5432/app'; sleep 2; }
works() { docker exec first nc -w1 db 5432 </dev/null && docker logs first 2>&1 | grep -q 'query ok' && docker logs other 2>&1 | grep -q 'query ok' && docker inspect -f '{{.State.Running}}' dead | grep -q true; }
clean() { docker rm -f first other dead fine db; docker network rm shop; } >/dev/null 2>&1

"$@"
