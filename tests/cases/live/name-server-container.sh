#!/bin/bash
# Symptom: "getaddrinfo EAI_AGAIN api.example.com", while db resolves. It began when the container that blocks advertisements was updated.
# Cause: the app has that container as its name server (--dns), and nothing listens on its port 53.
# doctor should say first: app cannot resolve api.example.com, and its name server is pihole, where nothing listens on port 53.
# Fix to offer: the log of pihole, and to let it listen; where it has ended, to start it. `why` offers the same.
# Must not say: that app needs another --dns.
# After `fixed`, doctor must be quiet.
# The name server is made here with a C compiler: it has one address for whatever it is asked.
named() { cat >$TMPDIR/named.c <<'C'
#include <arpa/inet.h>
#include <string.h>
static unsigned char told[512];
int main() { struct sockaddr_in who = {.sin_family = AF_INET, .sin_port = htons(53)}; int s = socket(AF_INET, SOCK_DGRAM, 0);
  if (bind(s, (void *)&who, sizeof who)) return 1;
  while (1) { socklen_t len = sizeof who; if (recvfrom(s, told, 400, 0, (void *)&who, &len) < 17) continue;
    int end = 12; do end += told[end] + 1; while (told[end]); end += 5;
    told[2] = 129; told[3] = 128; memset(told + 6, 0, 6); told[7] = told[end - 3] == 1;
    if (told[7]) { memcpy(told + end, "\300\014\0\1\0\1\0\0\0\74\0\4\306\022\0\7", 16); end += 16; }
    sendto(s, told, end, 0, (void *)&who, len); } }
C
cc -static -o $TMPDIR/named $TMPDIR/named.c; }
pihole() { docker create --name pihole --network home --ip 172.31.7.53 pihole:1 "$@" >/dev/null
docker cp $TMPDIR/named pihole:/bin/named >/dev/null 2>&1; docker start pihole >/dev/null; }
app() { cat >$TMPDIR/app.sh <<'S'
while sleep 1; do nslookup api.example.com 2>&1 | grep -q 198.18.0.7 && echo "got the rates" || echo "Error: getaddrinfo EAI_AGAIN api.example.com"; done
S
docker create --name app --network home --dns ${1:-172.31.7.53} app:1 sh /app.sh >/dev/null; docker cp $TMPDIR/app.sh app:/app.sh >/dev/null 2>&1; docker start app >/dev/null; }
broken() { named; for i in pihole:1 app:1; do docker tag busybox $i; done; docker network create --subnet 172.31.7.0/24 home >/dev/null
pihole sh -c 'echo "dnsmasq: configuration is being upgraded"; exec sleep 99999'; app; sleep 2; }
works() { docker exec app nslookup api.example.com 2>&1 | grep -q 198.18.0.7; }
fixed() { docker rm -f pihole app >/dev/null; pihole named; app; }
clean() { docker rm -f app pihole; docker network rm home; } >/dev/null 2>&1

"$@"
