# Engines of an ordinary user, made for the run on a machine of tests/machine.sh.
# tests/run sources this.

# Makes the user's folders. The number is a run's own and nobody else's, so that
# what the user left running can be told from everything else.
make_user() {
  user=$((30000 + $$ % 20000))
  while getent passwd "$user" >/dev/null || users_processes | grep -q .; do user=$((user + 1)); done
  runtime="$home/runtime"
  mkdir -p "$home/user" "$runtime/podman" "$home/podman" "$home/data"
  chmod 711 "$home"
  chmod 700 "$runtime"
  chown -R "$user:$user" "$home/user" "$runtime" "$home/podman" "$home/data"
  export NETMAP_TEST_USER=$user NETMAP_TEST_RUNTIME=$runtime
}

# The first of the numbers that are the user's to hand out.
first_of_user() { echo $((user * 65536)); }

users_processes() {
  ps -eo pid=,uid= | awk -v user="$user" -v first="$(first_of_user)" \
    '$2 == user || ($2 >= first && $2 < first + 65536) {print $1}'
}

# user_on_machine FOLDER NAMESPACE COMMAND...: becomes the command, as the user.
user_on_machine() {
  local folder=$1 namespace=$2
  shift 2
  on_machine "$folder" "$namespace" sh -c "$login" sh "$user" "$(first_of_user)" "$home/user" "$runtime" "$@"
}

login='
set -e
user=$1 first=$2 HOME=$3 XDG_RUNTIME_DIR=$4
shift 4
export HOME XDG_RUNTIME_DIR USER=netmap
echo "netmap:x:$user:$user::$HOME:/bin/sh" >>/etc/passwd
echo "netmap:x:$user:" >>/etc/group
echo "netmap:$first:65536" | tee /etc/subuid >/etc/subgid
# Of version 2 a user may have control groups, and Podman wants to.
if [ -e /sys/fs/cgroup/cgroup.procs ]; then
  own=/sys/fs/cgroup/netmap-test-$user
  mkdir -p "$own/login"
  chown -R "$user:$user" "$own"
  echo $$ >"$own/login/cgroup.procs"
fi
cd "$HOME"
exec setpriv --reuid "$user" --regid "$user" --clear-groups "$@"'

# What the user has running beside the engine, such as its resolver.
stop_user() {
  local first
  first=$(first_of_user)
  python3 tests/end.py KILL users "$user-$user" "$first-$((first + 65535))" >/dev/null
  find "/sys/fs/cgroup/netmap-test-$user" -depth -type d -exec rmdir {} + 2>/dev/null || true
  rm -rf --one-file-system "$home/user" "$runtime"
  user=
  unset NETMAP_TEST_USER NETMAP_TEST_RUNTIME
}

start_podman_rootless() { start_users_podman / runc podman-rootless; }

start_podman_5_rootless() {
  make_debian trixie
  start_users_podman "$(folder_of trixie)" crun podman-5-rootless
}

start_podman_58_rootless() {
  make_debian forky
  start_users_podman "$(folder_of forky)" crun podman-58-rootless
}

# start_users_podman FOLDER RUNTIME NAME
start_users_podman() {
  make_user
  socket="unix://$runtime/podman/podman.sock"
  write_containers_conf "$2"
  chown -R "$user:$user" "$home/podman"
  CONTAINERS_CONF="$home/podman/containers.conf" \
    user_on_machine "$1" "$namespace" podman "${podman_options[@]}" >"$home/$3.log" 2>&1 &
  engine_pid=$!
}

start_docker_rootless() { start_users_docker / docker-rootless; }

start_docker_26_rootless() {
  make_debian trixie
  start_users_docker "$(folder_of trixie)" docker-26-rootless
}

start_docker_28_rootless() {
  make_debian forky
  start_users_docker "$(folder_of forky)" docker-28-rootless
}

# start_users_docker FOLDER NAME
start_users_docker() {
  make_user
  socket="unix://$runtime/docker.sock"
  user_on_machine "$1" "$namespace" /usr/share/docker.io/contrib/dockerd-rootless.sh \
    --data-root "$home/data" --host "$socket" >"$home/$2.log" 2>&1 &
  engine_pid=$!
}
