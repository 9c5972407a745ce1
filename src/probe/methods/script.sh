# What netmap runs in a container to measure from it, with the shells and pings
# of busybox, dash and bash. Arguments: seconds to wait, tries, knocks at once,
# and then for each knock its number, `i` (ping) or `t` (TCP), host, port, and
# seconds after which it is killed. Prints a record for each, framed by control
# characters. The knocks run behind its back while it reads its input: when
# netmap has gone, for whatever reason, the input ends and everything is killed.
LC_ALL=C; export LC_ALL
RES_OPTIONS="timeout:$1 attempts:1"; export RES_OPTIONS
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
w=$1 c=$2 m=$3; shift 3
has() { command -v "$1" >/dev/null 2>&1; }
# A container's first process is often one that buries nobody, so each shell
# here outlives and reaps what it started, also when all are told to end.
all() { until wait; do :; done; }
# What ends a program that takes too long. busybox's own `timeout` will not do,
# since it leaves a watcher behind; but busybox's programs end by themselves.
P=
timeout --foreground 9 sh -c : 2>/dev/null && P='timeout --foreground'
I=
if has ping; then
  for q in 'ping -q -i 0.2' 'ping -q'; do
    if $q -c 1 -W 1 127.0.0.1 >/dev/null 2>&1; then I=$q; break; fi
  done
  [ "$I" ] || N=$(ping -c 1 -W 1 127.0.0.1 2>&1)
fi
J=$I
if [ "$I" ] && ! $I -c 1 -W 1 ::1 >/dev/null 2>&1 && has ping6; then J="ping6 -q"; fi
knock() {
trap : TERM
case $K in
@KNOCKS@
esac
}
T=${P:+$P 1}
K=
for k in @TOOLS@; do
  has "$k" || continue
  K=$k
  case $(knock 127.0.0.1 1 2>&1) in *efused*) break ;; esac
  K=
done
act() {
  trap : TERM
  T=${P:+$P $5}
  if [ "$2" = i ] && [ "$I" ]; then
    u=ping
    case $3 in
      *:*) o=$($T $J -c "$c" -W "$w" "$3" 2>&1); r=$? ;;
      *) o=$($T $I -c "$c" -W "$w" "$3" 2>&1); r=$? ;;
    esac
  elif [ "$K" ]; then
    u=$K; o=$(knock "$3" "$4" 2>&1); r=$?
  else
    u=none; r=0; o=$N
  fi
  printf '\036%s %s %s\037%s\035' "$1" "$u" "$r" "$o"
}
(
  k=; trap 'k=1' TERM
  n=0
  while [ $# -gt 0 ] && [ -z "$k" ]; do
    act "$1" "$2" "$3" "$4" "$5" &
    shift 5; n=$((n + 1))
    [ $((n % m)) -ne 0 ] || all
  done
  all
  printf '\036end\035'
) &
p=$!
trap : TERM
read -r x
# Everything, if the shell leads a process group of its own, as it does on Docker.
read -r a b d e g x </proc/$$/stat && [ "$g" = "$$" ] && g=0 || g=$p
# Again until all have gone: a signal may meet a shell just before its ping is there.
n=0
while kill -TERM "$g"; read -r a b d x <"/proc/$p/stat" && [ "$d" != Z ] && [ "$n" -lt 30 ]; do
  sleep 1 &
  wait "$!"
  n=$((n + 1))
done
all
exit 0
