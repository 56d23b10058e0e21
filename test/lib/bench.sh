# make bench: speed as ratios, side by side in one run. SCALE=0.1 takes a tenth of the data,
# ROUNDS=3 fewer repetitions.
SCALE=${SCALE:-1}
ROUNDS=${ROUNDS:-5}
NTOUCHES=$(awk "BEGIN { printf \"%d\", 10000000 * $SCALE }")
NORDERS=$(awk "BEGIN { printf \"%d\", 1000000 * $SCALE }")

install_packages perl
build_extension
install_tree
progress "making $NTOUCHES touches and $NORDERS orders"
[ -n "${KEEP:-}" ] || trap 'stop_server bench' EXIT
start_server bench "max_wal_size = 16GB" "shared_buffers = 1GB"
run_psql -c 'CREATE DATABASE bench'
export PGDATABASE=bench
run_psql -c 'CREATE EXTENSION influence'
run_psql -v touches="$NTOUCHES" -v orders="$NORDERS" -f test/bench/data.sql
progress "measuring, $ROUNDS rounds"
perl test/bench/bench.pl "$BIN/psql" "$ROUNDS"
