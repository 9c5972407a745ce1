#!/bin/bash
# Symptom: "Since Monday the metrics are lost, orders still go out. And since the VPN is up, the importer doesn't find its database any more."
# Cause: two names that are asked of another name server than the engine's. shop dials metrics.ofice.test, which does not exist; orders.office.test,
#   beside it, does. The VPN's client has written its own name server into the importer's resolv.conf, and that one knows no container.
# doctor should say: shop dials metrics.ofice.test, and its name server knows no such name (a warning: the rest of shop works); and in importer
#   db leads nowhere, since it asks only the VPN's name server.
# Fix to offer: a name that exists; 127.0.0.11 first in the importer's resolv.conf, or a restart, after which the engine writes it again.
# Must not say: that shop can reach no name server, or anything of orders.office.test; that db does not run, or has another name.
# After `fixed`, doctor must be quiet.
# The office's name server is made here with a C compiler: a wildcard for office.test, no other name.
named() { cat >$TMPDIR/named.c <<'C'
#include <arpa/inet.h>
#include <string.h>
int main() { unsigned char b[600]; int s = socket(AF_INET, SOCK_DGRAM, 0); struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(53)};
  if (bind(s, (void *)&a, sizeof a)) return 1;
  for (;;) { socklen_t l = sizeof a; int n = recvfrom(s, b, 512, 0, (void *)&a, &l), e = 12; if (n < 17) continue;
    while (b[e]) e += b[e] + 1; int type = b[e + 2], ours = e > 12 + 12 && !memcmp(b + e - 12, "\6office\4test", 12); e += 5;
    b[2] = 0x81; b[3] = ours ? 0x80 : 0x83; memset(b + 6, 0, 6);
    if (ours && type == 1) { b[7] = 1; memcpy(b + e, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc6\x12\0\x09", 16); e += 16; }
    sendto(s, b, e, 0, (void *)&a, l); } }
C
cc -static -o $TMPDIR/named $TMPDIR/named.c; }
# put NAME [docker options] IMAGE: a container whose program comes on standard input, as if it were built into the image
put() { local n=$1; shift; cat >${TMPDIR:-/tmp}/$n.app; docker create --name $n "$@" sh /app.sh >/dev/null; docker cp ${TMPDIR:-/tmp}/$n.app $n:/app.sh >/dev/null 2>&1; docker start $n >/dev/null; rm ${TMPDIR:-/tmp}/$n.app; }
server() { docker inspect -f '{{.NetworkSettings.Networks.shop.IPAddress}}' office-dns; }
shop() { put shop --network shop --dns $(server) -e ORDERS_URL=http://orders.office.test:80 -e METRICS_URL=http://metrics.$1:80 shop:1 <<'S'
while sleep 1; do for h in orders.office.test ${METRICS_URL#http://}; do h=${h%:80}
nslookup $h 2>&1 | grep -q 198.18.0.9 && echo "sent to $h" || echo "Error: getaddrinfo ENOTFOUND $h"; done; done
S
}
importer() { put importer --network shop -e DB_HOST=db -e DB_PORT=5432 -e VPN=$1 importer:1 <<'S'
[ -n "$VPN" ] && [ ! -f /up ] && { touch /up; echo "nameserver $VPN" >/etc/resolv.conf; }
while sleep 1; do nc -w1 $DB_HOST 5432 </dev/null 2>/dev/null && echo imported || echo "could not translate host name \"$DB_HOST\" to address: Name or service not known"; done
S
}
broken() { named; for i in postgres:16 shop:1 importer:1; do docker tag busybox $i; done; docker network create shop >/dev/null
docker create --name office-dns --network shop busybox named >/dev/null; docker cp $TMPDIR/named office-dns:/bin/named >/dev/null 2>&1; docker start office-dns >/dev/null
docker run -d --name db --network shop postgres:16 httpd -f -p 5432 >/dev/null; shop ofice.test; importer $(server); sleep 1; }
works() { docker exec importer nc -w1 db 5432 </dev/null && docker logs --tail 2 shop | grep -q "sent to metrics"; }
by_hand() { docker rm -f shop >/dev/null; shop office.test; }
fixed() { docker rm -f shop importer >/dev/null; shop office.test; importer; }
clean() { docker rm -f shop importer db office-dns; docker network rm shop; } >/dev/null 2>&1

"$@"
