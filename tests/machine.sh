# Machines beside this one, for the engines that this one does not have, or not
# for an ordinary user. tests/run sources this.
#
# A machine is a Debian in a folder, which nobody writes to: what changes goes
# to memory. It has mounts and a network of its own, and this machine's
# processes, so that what runs there is seen here. $home is there too.

# What is installed in a Debian of these, beside what a minimal one has.
declare -A packages_of
packages_of[trixie]="docker.io iproute2 iptables nftables procps podman netavark aardvark-dns crun uidmap slirp4netns
                     passt rootlesskit fuse-overlayfs ca-certificates"
# Its docker.io has no command line, and docker-compose is the second one, in Go.
packages_of[forky]="${packages_of[trixie]} docker-cli docker-compose"

# A Debian's folder outlives the run, since it takes minutes.
folder_of() { echo "$(realpath -m "${CARGO_TARGET_DIR:-target}")/$1"; }

stamp=etc/netmap-packages

# packages_for SUITE: as debootstrap wants them.
packages_for() { echo ${packages_of[$1]} | tr ' ' ,; }

# is_made SUITE: whether its folder is there, and was made of these packages.
is_made() { [ "$(cat "$(folder_of "$1")/$stamp" 2>/dev/null)" = "$(packages_for "$1")" ]; }

# make_debian SUITE: makes its folder where it is not made yet.
make_debian() {
  local suite=$1 folder half packages mirror proxy=
  folder=$(folder_of "$suite")
  half="$folder.half"
  packages=$(packages_for "$suite")
  mkdir -p "${folder%/*}"
  # Two runs at once make it once.
  exec 9>"$folder.lock"
  flock 9
  if ! is_made "$suite"; then
    say "making a Debian $suite in ${folder#"$PWD/"}, which takes some minutes"
    # The mirror that apt has here, which it names once it has been there, and the way to it.
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || { apt-get update >"$log/update" 2>&1 || true; mirror=$(debian_mirror); }
    [ -n "$mirror" ] || die "apt on this machine knows no mirror of Debian"
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    rm -rf --one-file-system "$folder" "$half"
    # In mounts of its own, which go with it however it ends. The script is that
    # of all newer ones, also of one that this debootstrap does not know by name.
    env ${proxy:+"http_proxy=$proxy"} unshare -m debootstrap --variant=minbase --include="$packages" \
      "$suite" "$half" "$mirror" sid >"$log/debootstrap" 2>&1 ||
      { tail -n 20 "$log/debootstrap" >&2; die "could not make a Debian $suite"; }
    rm -rf "$half"/var/cache/apt/archives/*.deb
    echo "$packages" >"$half/$stamp"
    mv "$half" "$folder"
  fi
  exec 9>&-
}

debian_mirror() {
  apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' |
    sed -n 's/^\(https*:[^ ]*\) Debian$/\1/p' | head -n 1
}

# on_machine FOLDER NAMESPACE COMMAND...: becomes the command, on a machine made
# from the folder (`/` for this machine's own) in the network namespace.
on_machine() {
  local folder=$1 namespace=$2
  shift 2
  mkdir -p "$home/machine"
  exec setsid nsenter --net="/run/netns/$namespace" \
    unshare -m --propagation private sh -c "$boot" sh "$folder" "$home" "$@"
}

boot='
set -e
folder=$1 home=$2 new=$2/machine
shift 2
mount -t tmpfs -o mode=755 none "$new"
mkdir "$new/upper" "$new/work" "$new/root"
mount -t overlay -o "lowerdir=$folder,upperdir=$new/upper,workdir=$new/work" none "$new/root"
cd "$new/root"
mount -t proc none proc
mount -t sysfs none sys
if [ -e /sys/fs/cgroup/unified ]; then
  # Controllers of both versions at once are not for every runtime.
  mount -t tmpfs none sys/fs/cgroup
  for path in /sys/fs/cgroup/*; do
    [ "${path##*/}" != unified ] && mountpoint -q "$path" || continue
    mkdir ".$path"
    mount --bind "$path" ".$path"
  done
else
  mount --rbind /sys/fs/cgroup sys/fs/cgroup
fi
mount -t tmpfs -o mode=755 none run
mount -t tmpfs -o mode=755 none dev
mkdir dev/net dev/pts dev/shm dev/mqueue
node() { mknod -m 666 "dev/$1" c "$2" "$3"; }
node null 1 3; node zero 1 5; node full 1 7; node random 1 8; node urandom 1 9
node tty 5 0; node fuse 10 229; node net/tun 10 200
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 none dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=1777 none dev/shm
mkdir -p ".$home"
mount --bind "$home" ".$home"
pivot_root . mnt
cd /
umount -l /mnt
mount --make-rshared /
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec "$@"'

start_docker_26() { start_docker_of trixie docker-26; }
start_docker_28() { start_docker_of forky docker-28; }

# Docker 28 behind a proxy that makes 29's API of its own. It is where the
# engine is, since netmap takes who listens on a socket for the engine.
start_docker_29() {
  local in_front=$socket behind="$home/docker-28.sock"
  socket="unix://$behind"
  start_docker_of forky docker-29
  socket=$in_front
  nsenter --net="/run/netns/$namespace" python3 tests/docker29.py "${socket#unix://}" "$behind" \
    "$home/docker-29.requests" >>"$home/docker-29.log" 2>&1 &
  proxy_pid=$!
}

# start_docker_of SUITE NAME
start_docker_of() {
  make_debian "$1"
  prepare_docker
  on_machine "$(folder_of "$1")" "$namespace" dockerd "${docker_options[@]}" >"$home/$2.log" 2>&1 &
  engine_pid=$!
}

start_podman_5() { start_podman_of trixie podman-5; }
start_podman_58() { start_podman_of forky podman-58; }

# start_podman_of SUITE NAME
start_podman_of() {
  make_debian "$1"
  write_containers_conf crun
  CONTAINERS_CONF="$home/podman/containers.conf" \
    on_machine "$(folder_of "$1")" "$namespace" podman "${podman_options[@]}" >"$home/$2.log" 2>&1 &
  engine_pid=$!
  export NETMAP_TEST_PODMAN="$home/podman-client"
  podman_client "$(folder_of "$1")" >"$NETMAP_TEST_PODMAN"
  chmod +x "$NETMAP_TEST_PODMAN"
}

# podman_client FOLDER: a program that runs the Podman of that Debian, as its users type
# commands: this machine's older one knows not all of its options.
podman_client() {
  local libraries
  libraries=$(echo "$1"/usr/lib/*-linux-gnu)
  printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' \
    "$(echo "$libraries"/ld-linux-*.so.*)" "$libraries" "$1/usr/bin/podman"
}
