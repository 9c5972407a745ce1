# What netmap runs in a container to measure from it, with the shells and pings
# of busybox, dash and bash. Arguments: seconds to wait, tries, attempts at once,
# `t` if there is a TCP attempt among them, `b` if pings may be run bare (else `a`),
# `-4` if no name can lead to an IPv6 address (else nothing),
# and then for each attempt its number, `a` (ping an address), `s` (likewise, unless
# pings are run bare: then that of a name stands for it), `n` (ping a name) or `t` (TCP),
# host, port, and seconds after which it is killed, but for addresses: such a ping ends by
# itself.
# Prints a record for each, framed by control characters, but what bare pings say
# as it is. Workers connect behind
# its back while it reads its input: when netmap has gone, for whatever reason,
# the input ends and everything is killed.
#
# Most of what it costs is processes, in all containers together: none is run to
# find out what another one tells as well.
LC_ALL=C; export LC_ALL
RES_OPTIONS="timeout:$1 attempts:1"; export RES_OPTIONS
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
w=$1 c=$2 m=$3 j=$4 v=$5; shift 5
has() { command -v "$1" >/dev/null 2>&1; }
# A container's first process is often one that buries nobody, so each shell
# here outlives and reaps what it started, also when all are told to end.
all() { until wait; do :; done; }
lives() {
  read -r a b d x <"/proc/$1/stat" && [ "$d" != Z ]
} 2>/dev/null
I= N=
if has ping; then
  for q in ${v:+"ping $v -q -i 0.2"} 'ping -q -i 0.2' 'ping -q'; do
    N=$($q -c 1 -W 1 127.0.0.1 2>&1) && I=$q && break
  done
fi
J=$I
case $* in
  *:*) if [ "$I" ] && ! $I -c 1 -W 1 ::1 >/dev/null 2>&1 && has ping6; then J='ping6 -q'; fi ;;
esac
# Whether pings are run with no shell around each. busybox's
# writes all that it has to say in one go, and names its host, if it can send at
# all, for which it needs a way out.
bare() {
  [ "$j" = b ] && [ "$I" ] || return 1
  case $N in *' data bytes'*'min/avg/max = '*) ;; *) return 1 ;; esac
  while read -r a b x; do
    [ "$b" != 00000000 ] || return 0
  done </proc/net/route
  return 1
}
if bare 2>/dev/null; then how=pings; else how=workers; fi
# What ends a program that takes too long. busybox's own `timeout` will not do,
# since it leaves a watcher behind; but busybox's programs end by themselves.
P=
[ $how = pings ] || ! timeout --foreground 9 sh -c : 2>/dev/null || P='timeout --foreground'
attempt() {
case $K in
@ATTEMPTS@
esac
}
# K is the first tool that works, where one is needed; M the megabytes that one
# worker takes. On a busy machine some need a second to start.
T=${P:+$P 5}
K= M=1
[ "$I" ] && [ "$j" != t ] || for k in @TOOLS@; do
  has "$k" || continue
  K=$k
  case $(attempt 127.0.0.1 1 2>&1) in *efused*) break ;; esac
  K=
done
case $K in
@SIZES@
esac
[ "$m" -le $((@MEGABYTES@ / M)) ] || m=$((@MEGABYTES@ / M))
# fit LIMIT USED FIRST EACH: no more workers than there is room for in what is
# left of a limit, told by two files of the cgroup, after what the shells around
# them take. The container's own work comes before ours.
fit() {
  { read -r l <"$1" && read -r u <"$2"; } 2>/dev/null || return
  case $l in '' | *[!0-9]*) return ;; esac
  while read -r k v; do
    # Memory that caches files is there for whoever needs it.
    case $k in inactive_file | active_file) u=$((u - v)) ;; esac
  done 2>/dev/null <"${1%/*}/memory.stat"
  l=$(((l - u - $3) / $4))
  [ "$l" -ge "$m" ] || m=$l
}
g=/sys/fs/cgroup
fit $g/pids.max $g/pids.current 3 3
fit $g/pids/pids.max $g/pids/pids.current 3 3
fit $g/memory.max $g/memory.current 1000000 "${M}000000"
fit $g/memory/memory.limit_in_bytes $g/memory/memory.usage_in_bytes 1000000 "${M}000000"
[ "$m" -ge @AT_LEAST@ ] || m=@AT_LEAST@
# Prints the record of one attempt. A shell with a trap of its own would put yet
# another one between itself and a program that it does not `exec`.
L='
' S=
act() {
  [ "$S" ] || S=$(printf '\034')
  T=${P:+$P $5}
  if [ "$2" != t ] && [ "$I" ]; then
    u=ping
    [ "$2" = n ] || T=
    case $3 in
      *:*) o=$(exec $T $J -c "$c" -W "$w" "$3" 2>&1); r=$? ;;
      *) o=$(exec $T $I -c "$c" -W "$w" "$3" 2>&1); r=$? ;;
    esac
  elif [ "$K" ]; then
    u=$K; o=$(attempt "$3" "$4" 2>&1); r=$?
  else
    u=none; r=0; o=$N
  fi
  # One line, and no longer than a pipe takes whole: bash writes at the end of
  # each line, and a record of another worker would get in between.
  u="$1 $u $r"
  set -f; IFS=$L; set -- $o; IFS=$S; o="$*"; unset IFS; set +f
  printf '\036%s\037%.3000s\035' "$u" "$o"
}
# Each worker takes every m-th attempt, one after the other.
workers() {
  k= W=; trap 'k=1; [ -z "$W" ] || kill $W 2>/dev/null' TERM
  n=0 e=$((m * 5))
  while [ "$n" -lt "$m" ] && [ $# -gt 0 ] && [ -z "$k" ]; do
    {
      k=; trap 'k=1' TERM
      while act "$1" "$2" "$3" "$4" "$5" && [ $# -gt "$e" ] && [ -z "$k" ]; do shift "$e"; done
    } &
    W="$W $!"
    shift 5; n=$((n + 1))
  done
  all
}
# Pings with nothing around them. `xargs` starts them, which takes no copy of this
# shell for each.
pings() {
  k= x=; trap 'k=1; [ -z "$x" ] || interrupt_children "$x"' TERM
  while [ $# -gt 0 ] && [ -z "$k" ]; do
    n=0 h=
    while [ $# -gt 0 ] && [ "$n" -lt "$m" ]; do
      case $2$3 in
        s*) n=$((n - 1)) ;;
        *:*) act "$1" "$2" "$3" "$4" "$5" & ;;
        *) h="$h$3$L" ;;
      esac
      shift 5; n=$((n + 1))
    done
    if ! by_xargs && [ -z "$k" ]; then
      for q in $h; do $I -c "$c" -W "$w" "$q" 2>&1 & done
    fi
    all
  done
}
# Whether `xargs` has run them. It outlives what it has started, to bury it. So it is
# not for long waits: a ping that waits for a name server heeds no signal then.
by_xargs() {
  has xargs && [ "$w" -le 2 ] || return
  { trap '' TERM; exec xargs -n 1 -P "$m" $I -c "$c" -W "$w" 2>&1; } <<END &
$h
END
  x=$!
  until wait "$x"; r=$?; [ "$r" -le 128 ] || ! lives "$x"; do :; done
  x=
  [ "$r" = 0 ] || [ "$r" = 123 ]
}
# Ends what ignores TERM, as its parent does. On INT a ping tells what it has counted,
# which is no bad end: `xargs` would leave the others alone after one.
interrupt_children() {
  for q in /proc/[0-9]*/stat; do
    read -r a b d f y <"$q" && [ "$f" = "$1" ] && kill -INT "$a"
  done
} 2>/dev/null
# Why there is no ping, for who wonders that something else was tried.
[ "$I" ] || printf '\036ping none 0\037%.300s\035' "$N"
# A shell that may start nothing more ends; one around it still says so.
{
  $how "$@" &
  p=$!; trap 'kill "$p" 2>/dev/null' TERM
  all
  printf '\036end\035'
} &
p=$!
# The input of what an engine that was killed had started never ends. Where `read`
# does not look at the clock, somebody else has to.
s=$((($# / 5 / m + 1) * (w + c + 3) * 2 + 30))
read -r -t 0 x </dev/null 2>/dev/null
if [ $? -lt 2 ]; then
  s="-t $s" e=
else
  {
    trap 'kill "$q"' TERM
    sleep "$s" &
    q=$!
    wait "$q" && kill -TERM "$$"
    all
  } 2>/dev/null &
  s= e=$!
fi
trap : TERM
read -r $s x
# Everything, if the shell leads a process group of its own, as it does on Docker.
read -r a b d f g x </proc/$$/stat && [ "$g" = "$$" ] && g=0 || g="$p $e"
# Again until all have gone: a signal may meet a shell just before its ping is there.
n=0
while kill -TERM $g; { lives "$p" || lives "${e:-none}"; } && [ "$n" -lt 30 ]; do
  sleep 1 &
  wait "$!"
  n=$((n + 1))
done
all
exit 0
