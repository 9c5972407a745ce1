# The private engines of tests/run, which sources this: how each is started,
# given its images, and stopped. A run has one at a time; `swarm` is two of
# Docker's that make one swarm.

engines="docker podman swarm docker-26 podman-5 docker-28 docker-29 podman-58
         docker-rootless podman-rootless docker-26-rootless podman-5-rootless
         docker-28-rootless podman-58-rootless"
namespace=
socket=
engine_pid=
second_pid=
proxy_pid=
user=

# Engines and their command lines are many short processes: they need not be as
# thrifty with memory as Go is by itself. A start of dockerd takes 28 ms of a processor
# with this, and 43 without. Nor is any of them in need of a second processor: what one core
# does by itself takes a twelfth less than what two hand to each other.
export GOGC=400 GOMAXPROCS=1

# Writes programs that stand before Debian's on the PATH of this run, and make its engines
# cheaper in what netmap cannot see. Those of other Debians are as they come.
#
# dockerd has a fixed place in memory: tests/place.py says why. It is kept below target/, since
# a program in a file system in memory takes longer to start.
#
# containerd looks for garbage all the time, as often as it can without being busy with it for
# more than a fiftieth of the time; where there is next to none that is a hundred times a
# second, for each engine. A threshold of 0 makes it once a second.
#
# Docker's seccomp profile allows some 350 system calls by name, and each process that is put
# into a container makes a program of them, 17 ms long. Ours refuses the calls that it is for.
write_programs() {
  mkdir -p "$home/bin"
  cat >"$home/seccomp.json" <<'END'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"action": "SCMP_ACT_ERRNO", "excludes": {"caps": ["CAP_SYS_ADMIN"]},
  "names": ["add_key", "bpf", "io_uring_enter", "io_uring_register", "io_uring_setup", "keyctl", "mount",
  "perf_event_open", "personality", "pivot_root", "request_key", "setns", "umount2", "unshare", "userfaultfd"]}]}
END
  local dockerd
  dockerd=$(placed "$(real dockerd)")
  cat >"$home/bin/dockerd" <<END
#!/bin/sh
exec $dockerd --seccomp-profile $home/seccomp.json "\$@"
END
  cat >"$home/bin/containerd" <<END
#!/bin/sh
# dockerd calls it with --config FILE, which it writes anew each time.
scheduler=scheduler
! grep -q '^version = [23]' "\$2" || scheduler='"io.containerd.gc.v1.scheduler"'
printf '\n[plugins.%s]\n  pause_threshold = 0.0\n' "\$scheduler" >>"\$2"
exec $(real containerd) "\$@"
END
  chmod +x "$home"/bin/*
  PATH="$home/bin:$PATH"
}

# Where the copy of a program is that has a fixed place in memory, or else the program.
placed() {
  local folder copy
  folder="$PWD/target/placed/$(stat -L -c %Y-%s "$1")"
  copy="$folder/${1##*/}"
  mkdir -p "$folder"
  # Other runs may make it, too.
  [ -e "$copy" ] || { python3 tests/place.py "$1" "$copy.$$" && chmod +x "$copy.$$" && mv "$copy.$$" "$copy"; } ||
    copy=$1
  echo "$copy"
}

# Where a program is, that of a run around this one not counted.
real() { type -aP "$1" | tail -n 1; }

docker_() { env -u DOCKER_CONTEXT -u DOCKER_TLS_VERIFY docker -H "$socket" "$@"; }

# Starts the engine with this name, and says where it is.
start_engine() {
  case " $(echo $engines) " in *" $1 "*) ;; *) die "no engine \`$1\`: there are $(echo $engines)" ;; esac
  say "starting a private engine: $1"
  unset NETMAP_TEST_PODMAN
  namespace="netmap-test-${home##*.}-$1"
  socket="unix://$home/$1.sock"
  ip netns add "$namespace"
  ip -n "$namespace" link set lo up
  local try
  "start_${1//-/_}"
  for try in 1 2 3; do
    comes_up && break
    # On a busy machine dockerd gives up when its containerd is late.
    tail -n 20 "$home/$1.log" "$home/manager.log" 2>/dev/null >&2 || true
    [ "$try" != 3 ] && [ "$1" = docker ] || die "the private engine did not start"
    say "it did not start; trying again"
    end_process "$engine_pid"
    "run_${1//-/_}"
  done
  import_images
  [ "$1" != swarm ] || join_swarm
  export NETMAP_TEST_HOME="$home" NETMAP_TEST_ENGINE="$socket" NETMAP_TEST_NAMESPACE="/run/netns/$namespace" NETMAP_TEST_TLS="$home/tls"
}

# Waits until the engine answers; fails when it has ended, or after two minutes.
comes_up() {
  local deadline=$((SECONDS + 120))
  until docker_ version >/dev/null 2>&1; do
    kill -0 "$engine_pid" 2>/dev/null && [ $SECONDS -lt $deadline ] || return 1
    sleep 0.1
  done
}

stop_engine() {
  [ -n "$namespace" ] || return 0
  [ -z "$second_pid" ] || stop_swarm
  if [ -n "$engine_pid" ]; then
    # Twice: Podman removes nothing that others still depend on.
    for _ in 1 2; do
      docker_ ps -aq 2>/dev/null | xargs -r env -u DOCKER_CONTEXT docker -H "$socket" rm -f >/dev/null 2>&1 || true
    done
    end_process "$engine_pid"
  fi
  [ -z "$proxy_pid" ] || end_process "$proxy_pid"
  [ -z "$user" ] || stop_user
  if [ -e "/run/netns/$namespace" ]; then
    # What an engine started beside itself, such as Podman's resolver. Not by TERM: conmon
    # hands that on to the process that it had started, whose number may be anybody's by now.
    python3 tests/end.py KILL net "/run/netns/$namespace" >/dev/null
    ip netns del "$namespace" || true
  fi
  namespace= engine_pid= proxy_pid=
  rm -rf --one-file-system "$home"/{data,exec,tls,podman} 2>/dev/null || true
}

end_process() {
  kill "$1" 2>/dev/null || true
  for _ in $(seq 100); do kill -0 "$1" 2>/dev/null || return 0; sleep 0.1; done
  kill -9 "$1" 2>/dev/null || true
}

# Certificates for the engine's TLS port, made for each run: an authority
# with a server's and a client's, and a stranger's authority with a client's.
make_certificates() {
  local folder="$home/tls" who
  mkdir -p "$folder"
  for who in ours strangers; do
    mkdir "$folder/$who"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$who" \
      -keyout "$folder/$who/ca-key.pem" -out "$folder/$who/ca.pem"
    make_certificate "$who" cert key "extendedKeyUsage=clientAuth"
  done
  make_certificate ours server-cert server-key "subjectAltName=IP:127.0.0.1,DNS:engine.test"
}

make_certificate() {
  local folder="$home/tls/$1" cert=$2 key=$3 extension=$4
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=netmap" \
    -keyout "$folder/$key.pem" -out "$folder/request.pem"
  printf '%s\n' "$extension" >"$folder/extension"
  openssl x509 -req -days 2 -in "$folder/request.pem" -CA "$folder/ca.pem" -CAkey "$folder/ca-key.pem" \
    -CAcreateserial -extfile "$folder/extension" -out "$folder/$cert.pem"
}

start_docker() {
  prepare_docker
  run_docker
}

run_docker() {
  # nsenter and not `ip netns exec`, which would hide the cgroup mounts.
  setsid nsenter --net="/run/netns/$namespace" dockerd "${docker_options[@]}" >"$home/docker.log" 2>&1 &
  engine_pid=$!
}

# What a Docker engine of ours needs, and its options: it has a TLS port, and
# interfaces for macvlan networks to stand on, one for each network.
prepare_docker() {
  local number
  for number in 0 2 4 6 8 10 12 14; do
    ip -n "$namespace" link add "lan$number" type veth peer name "lan$((number + 1))"
    ip -n "$namespace" link set "lan$number" up
    ip -n "$namespace" link set "lan$((number + 1))" up
  done
  make_certificates >"$log/openssl.log" 2>&1 || { tail -n 20 "$log/openssl.log" >&2; die "no certificates"; }
  docker_options=(--data-root "$home/data" --exec-root "$home/exec" --pidfile "$home/pid"
    --host "$socket" --host tcp://127.0.0.1:2376 --tlsverify --tlscacert "$home/tls/ours/ca.pem"
    --tlscert "$home/tls/ours/server-cert.pem" --tlskey "$home/tls/ours/server-key.pem")
}

# A manager and a worker with a cable between them: a veth pair with an address
# at each end. Each has a host name of its own, which is its node's name.
start_swarm() {
  ip netns add "$namespace-2"
  ip -n "$namespace-2" link set lo up
  ip -n "$namespace" link add cable type veth peer name cable netns "$namespace-2"
  ip -n "$namespace" addr add 192.168.77.1/24 dev cable
  ip -n "$namespace-2" addr add 192.168.77.2/24 dev cable
  ip -n "$namespace" link set cable up
  ip -n "$namespace-2" link set cable up
  start_node manager "$namespace" "$socket"
  engine_pid=$!
  start_node worker "$namespace-2" "$(second_socket)"
  second_pid=$!
}

start_node() {
  local name=$1 namespace=$2 socket=$3
  setsid nsenter --net="/run/netns/$namespace" unshare --uts sh -c 'hostname "$1"; shift; exec "$@"' sh "$name" \
    dockerd --data-root "$home/$name" --exec-root "$home/$name.run" --pidfile "$home/$name.pid" \
    --host "$socket" >"$home/$name.log" 2>&1 &
}

second_socket() { echo "unix://$home/swarm-2.sock"; }

# Docker's command line on the second engine.
second_() { env -u DOCKER_CONTEXT -u DOCKER_TLS_VERIFY docker -H "$(second_socket)" "$@"; }

join_swarm() {
  local token
  second_ load -q -i "$home/busybox.tar" >/dev/null
  docker_ swarm init --advertise-addr 192.168.77.1 >/dev/null
  token=$(docker_ swarm join-token -q worker)
  second_ swarm join --token "$token" --advertise-addr 192.168.77.2 192.168.77.1:2377 >/dev/null
  export NETMAP_TEST_SECOND
  NETMAP_TEST_SECOND=$(second_socket)
}

# Without their services the tasks' containers are removed like others; a node
# that leaves would wait for each to end by itself.
stop_swarm() {
  docker_ service ls -q 2>/dev/null | xargs -r env -u DOCKER_CONTEXT docker -H "$socket" service rm >/dev/null 2>&1 || true
  second_ ps -aq 2>/dev/null | xargs -r env -u DOCKER_CONTEXT docker -H "$(second_socket)" rm -f >/dev/null 2>&1 || true
  docker_ ps -aq 2>/dev/null | xargs -r env -u DOCKER_CONTEXT docker -H "$socket" rm -f >/dev/null 2>&1 || true
  second_ swarm leave --force >/dev/null 2>&1 || true
  docker_ swarm leave --force >/dev/null 2>&1 || true
  end_process "$second_pid"
  ip netns del "$namespace-2" || true
  second_pid=
}

# Podman in a mount namespace whose /run is its own: there it keeps what its
# networks and its resolver need, whatever folders it is given. It asks dpkg-query
# what its helpers are whenever it is asked for its version, a tenth of a whole run's time.
start_podman() {
  write_containers_conf runc "$home/seccomp.json"
  CONTAINERS_CONF="$home/podman/containers.conf" setsid nsenter --net="/run/netns/$namespace" \
    unshare -m sh -c 'mount -t tmpfs none /run
      [ ! -e /usr/bin/dpkg-query ] || mount --bind /bin/true /usr/bin/dpkg-query
      exec podman "$@"' sh \
    "${podman_options[@]}" >"$home/podman.log" 2>&1 &
  engine_pid=$!
}

# write_containers_conf RUNTIME [SECCOMP-PROFILE]: a Podman's settings and its options.
write_containers_conf() {
  local seccomp=
  [ $# = 1 ] || seccomp="seccomp_profile = \"$2\""
  mkdir -p "$home/podman/networks"
  cat >"$home/podman/containers.conf" <<END
[containers]
# Less than what this process may have itself: the default may be more.
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
$seccomp
[network]
network_backend = "netavark"
network_config_dir = "$home/podman/networks"
[engine]
# A container of ours that sleeps hears no signal but the last.
stop_timeout = 0
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "$1"
END
  podman_options=(--root "$home/podman/root" --runroot "$home/podman/runroot" --tmpdir "$home/podman/tmp"
    system service --time 0 "$socket")
}

# Engines that tests started and did not end: those that wait for another test,
# and those whose test was killed.
stop_own_engines() {
  local folder namespace
  for folder in "$home"/own.*; do
    [ -e "$folder" ] || continue
    env -u DOCKER_CONTEXT docker -H "unix://$folder/docker.sock" ps -aq 2>/dev/null |
      xargs -r env -u DOCKER_CONTEXT docker -H "unix://$folder/docker.sock" rm -f >/dev/null 2>&1 || true
    namespace="netmap-own-${folder##*.}"
    for namespace in "$namespace" "$namespace-out"; do
      [ -e "/run/netns/$namespace" ] || continue
      end_all_in "$namespace"
      ip netns del "$namespace" || true
    done
  done
}

# end_all_in NAMESPACE: ends the processes whose network it is.
end_all_in() {
  local try signal=TERM
  for try in $(seq 100); do
    [ "$(python3 tests/end.py $signal net "/run/netns/$1")" != 0 ] || return 0
    # Of those that are just ending none is hurried.
    signal=0
    [ "$try" != 99 ] || signal=KILL
    sleep 0.1
  done
}

# There is no registry: `busybox` is made from Debian's static busybox.
import_images() {
  local root="$home/root" name
  mkdir -p "$root"/{bin,etc,tmp,proc,sys,dev,root,var,www}
  cp "$(command -v busybox)" "$root/bin/busybox"
  for name in $("$root/bin/busybox" --list); do
    [ "$name" = busybox ] || ln -s busybox "$root/bin/$name"
  done
  echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
  echo 'nobody:x:65534:65534:nobody:/:/bin/sh' >>"$root/etc/passwd"
  echo 'root:x:0:' >"$root/etc/group"
  import_image busybox sh "$root"
  # An image with one static program: no shell, no ping, nothing.
  mkdir -p "$home/bare/bin"
  printf '#include <unistd.h>\nint main(void){for(;;)pause();}\n' >"$home/pause.c"
  cc -static -Os -o "$home/bare/pause" "$home/pause.c"
  import_image scratch-pause /pause "$home/bare"
  # Images with a shell and little else: one has the other kind of ping, one none.
  import_programs iputils sh sleep timeout ping
  import_programs bashful sh sleep timeout bash
  rm -rf "$root" "$home/bare" "$home/pause.c"
}

# An image NAME of this machine's own PROGRAMs and the libraries they need.
import_programs() {
  local name=$1 root="$home/$1" program file
  shift
  mkdir -p "$root"/{bin,etc,tmp,proc,sys,dev}
  for program in "$@"; do
    file=$(readlink -f "$(command -v "$program")")
    cp "$file" "$root/bin/$program"
    ldd "$file" 2>/dev/null | grep -o '/[^ ]*' | while read -r file; do
      mkdir -p "$root${file%/*}" && cp -L -n "$file" "$root$file"
    done
  done
  # The C library looks names up with what it finds at run time.
  for file in /lib/*-linux-gnu/libnss_{dns,files}.so.2 /lib/*-linux-gnu/libresolv.so.2; do
    [ ! -e "$file" ] || { mkdir -p "$root${file%/*}" && cp -L -n "$file" "$root$file"; }
  done
  echo 'root:x:0:0:root:/:/bin/sh' >"$root/etc/passwd"
  import_image "$name" sh "$root"
  rm -rf "$root"
}

# import_image NAME COMMAND FOLDER: an image of what is in the folder, which
# $home/NAME.tar has for further engines. It is made by hand, since `docker
# import` takes no stop signal, and most programs of the tests heed none but
# the last: each stop would take ten seconds.
import_image() {
  local name=$1 command=$2 folder=$3 image="$home/image" layer
  mkdir -p "$image"
  tar -C "$folder" -cf "$image/layer.tar" .
  layer=$(sha256sum "$image/layer.tar")
  printf '{"architecture": "%s", "os": "linux", "created": "1970-01-01T00:00:00Z", "config": {"Cmd": ["%s"],
    "StopSignal": "SIGKILL"}, "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}' \
    "$(dpkg --print-architecture)" "$command" "${layer%% *}" >"$image/config.json"
  printf '[{"Config": "config.json", "RepoTags": ["docker.io/library/%s:latest"], "Layers": ["layer.tar"]}]' "$name" \
    >"$image/manifest.json"
  tar -C "$image" -cf "$home/$name.tar" manifest.json config.json layer.tar
  docker_ load -q -i "$home/$name.tar" >/dev/null
  rm -rf "$image"
}
