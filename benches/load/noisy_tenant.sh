#!/usr/bin/env bash
# What one noisy tenant does to a quiet one: the quiet one's latency alone, beside the noisy one without limits, and beside
# it with the limits of production.
#
#   cargo build --release && benches/load/noisy_tenant.sh [search|read|write]
#
# Needs wrk, curl, psql and a PostgreSQL at 127.0.0.1:5432 that lets `postgres` in; makes the database `tenantry_noisy`
# and drops it at the end. The quiet tenant sends one request every 20 ms over one connection. The noisy one sends over
# CONNECTIONS as fast as answers come, but for a pause of PAUSE ms, and does not care for Retry-After.
set -euo pipefail

kind=${1:-search}
seconds=${SECONDS_EACH:-12}
connections=${CONNECTIONS:-64}
pause=${PAUSE:-5}
tasks=${TASKS:-50000}
program=${PROGRAM:-$(cd "$(dirname "$0")/../.." && pwd)/${CARGO_TARGET_DIR:-target}/release/tenantry}
[ -x "$program" ] || program=${CARGO_TARGET_DIR:-target}/release/tenantry
server=postgres://postgres@127.0.0.1:5432
database=$server/tenantry_noisy
api=127.0.0.1:18100 clerk=127.0.0.1:18101
scratch=$(mktemp -d)
serving=""

stop() {
  if [ -n "$serving" ]; then
    kill "$serving" 2>/dev/null || true
    wait "$serving" 2>/dev/null || true
  fi
  serving=""
}
cleanup() {
  stop
  psql -X -q "$server/postgres" -c 'SET client_min_messages TO warning' -c 'DROP DATABASE IF EXISTS tenantry_noisy WITH (FORCE)' || true
  rm -rf "$scratch"
}
trap cleanup EXIT

# start VARIABLE=VALUE...
start() {
  (cd "$scratch" && exec env DATABASE_URL="$database" PORT="${api#*:}" LOG_LEVEL=error "$@" \
    "$program" dev --clerk-port "${clerk#*:}" >server.log 2>&1) &
  serving=$!
  for _ in $(seq 300); do
    curl -sf "http://$api/readyz" >"$scratch/ready" && grep -q curl "$scratch/server.log" && return
    sleep 0.1
  done
  cat "$scratch/server.log"
  exit 1
}

token() { curl -sf "http://$clerk/token/$1?ttl=3600"; }

# script NAME PAUSE METHOD: a script for wrk that waits between requests.
script() {
  cat >"$scratch/$1.lua" <<LUA
wrk.method = "$3"
wrk.headers["Content-Type"] = "application/json"
if "$3" == "POST" then wrk.body = '{"title": "Noise"}' end
function delay() return $2 end
LUA
}

# load NAME TOKEN CONNECTIONS PATH
load() {
  wrk -t1 -c"$3" -d"${seconds}s" --timeout 15s --latency -s "$scratch/$1.lua" -H "Authorization: Bearer $2" "http://$api$4" >"$scratch/$1.txt"
}

report() {
  awk -v what="$1" '/50%/ {p50 = $2} /99%/ {p99 = $2} /Max/ {} /requests in/ {n = $1} /Non-2xx/ {bad = $NF}
    /Latency  / {max = $4} END {printf "%-44s p50 %-9s p99 %-9s max %-9s %6d answers, %d refused\n", what, p50, p99, max, n, bad}' "$scratch/$2.txt"
}

# measure WHAT NOISY? VARIABLE=VALUE...
measure() {
  local what=$1 noisy=$2
  shift 2
  start "$@"
  local rob ada
  rob=$(token rob) ada=$(token ada)
  if [ "$noisy" = yes ]; then
    load noisy "$ada" "$connections" "$path" &
    local beside=$!
    sleep 1
    load quiet "$rob" 1 '/api/tasks?limit=20'
    wait "$beside"
    report "quiet, $what" quiet
    report "  the noisy one" noisy
  else
    load quiet "$rob" 1 '/api/tasks?limit=20'
    report "quiet, $what" quiet
  fi
  stop
}

case $kind in
  search) path='/api/tasks?search=nowhere' method=GET ;;
  read) path='/api/tasks?limit=200' method=GET ;;
  write) path=/api/tasks method=POST ;;
  *) echo "search, read or write" >&2 && exit 2 ;;
esac
script quiet 20 GET
script noisy "$pause" "$method"
psql -X -q "$server/postgres" -c 'SET client_min_messages TO warning' -c 'DROP DATABASE IF EXISTS tenantry_noisy WITH (FORCE)' -c 'CREATE DATABASE tenantry_noisy'

start
# Copies of one task of the demo; the columns are asked for, so that this outlives changes of the schema.
psql -X -q -v ON_ERROR_STOP=1 "$database" >"$scratch/seed.log" <<SQL
SELECT format(
  'INSERT INTO tasks (%s) SELECT %s FROM (SELECT * FROM tasks WHERE tenant_id LIKE ''%%Acme'' LIMIT 1) one, generate_series(1, $tasks)',
  string_agg(column_name, ', '),
  string_agg(CASE column_name WHEN 'id' THEN 'gen_random_uuid()' ELSE column_name END, ', '))
FROM information_schema.columns WHERE table_name = 'tasks' AND is_generated = 'NEVER' AND is_identity = 'NO' \gexec
ANALYZE;
SQL
stop

echo "$kind: $connections connections of the noisy tenant with $tasks tasks, $seconds s each"
measure "alone" no
measure "beside the noisy one, no limits" yes
measure "beside the noisy one, limits of production" yes \
  RATE_LIMIT_READ=100 RATE_LIMIT_WRITE=20 RATE_LIMIT_SEARCH=10 RATE_LIMIT_WEBHOOK=50
