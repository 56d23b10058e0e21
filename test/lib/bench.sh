# make bench: speed as ratios, side by side in one run. SCALE=0.1 takes a tenth of the data,
# ROUNDS=3 fewer repetitions, ONLY="ledger, heavy" some sections.
. test/lib/module.sh
SCALE=${SCALE:-1}
ROUNDS=${ROUNDS:-5}

install_packages perl
build_extension
install_tree
build_test_module

# DuckDB from npm, into the build folder. Where it cannot be had, it is left out.
DUCK=
if command -v npm >/dev/null || install_packages nodejs npm; then
	mkdir -p "$BUILD/duckdb"
	cp test/bench/duck.mjs "$BUILD/duckdb/"
	if [ -d "$BUILD/duckdb/node_modules/@duckdb" ] ||
		npm install --silent --no-audit --no-fund --prefix "$BUILD/duckdb" '@duckdb/node-api@latest' >"$BUILD/npm.log" 2>&1; then
		DUCK="$BUILD/duckdb/duck.mjs $BUILD/duckdb/bench.db 2"
	fi
fi
[ -n "$DUCK" ] || progress "DuckDB could not be installed: measured without it"

# a third of the memory for the tables, so that all of them stay there, as DuckDB's do
buffers=$(awk '/^MemTotal:/ { printf "%d", $2 / 1024 / 3 }' /proc/meminfo)
[ -n "${KEEP:-}" ] || trap 'stop_server bench' EXIT
start_server bench "max_wal_size = 16GB" "shared_buffers = ${buffers}MB"
run_psql -c 'CREATE DATABASE bench'
export PGDATABASE=bench
run_psql -c 'CREATE EXTENSION influence' -f test/bench/functions.sql
for size in 1 0.001 0.1 3; do
	[ "$size" = 1 ] || [ -z "${ONLY:-}" ] || [[ $ONLY =~ steps|sizes|join|form|whole ]] || continue
	touches=$(awk "BEGIN { printf \"%d\", 10000000 * $SCALE * $size }")
	orders=$(awk "BEGIN { printf \"%d\", 1000000 * $SCALE * $size }")
	suffix=$([ "$size" = 1 ] || echo "_$size")
	progress "making $touches touches and $orders orders"
	run_psql -v touches="$touches" -v orders="$orders" -v suffix="$suffix" -f test/bench/data.sql
done
if [ -z "${ONLY:-}" ] || [[ $ONLY == *heavy* ]]; then
	heavy=yes
	scaled() { awk "BEGIN { printf \"%d\", $1 * $SCALE }"; }
	progress "making heavy accounts: $(scaled 10000000) touches of $(scaled 2000) customers"
	run_psql -v touches="$(scaled 10000000)" -v orders="$(scaled 200000)" -v customers="$(scaled 2000)" -f test/bench/heavy.sql
fi
if [ -n "$DUCK" ]; then
	progress "copying them to DuckDB"
	rm -f "$BUILD/duckdb/bench.db"*
	for prefix in "" ${heavy:+heavy_}; do
		run_psql -c "\\copy ${prefix}touches TO '$BUILD/duckdb/touches.csv' CSV" -c "\\copy ${prefix}orders TO '$BUILD/duckdb/orders.csv' CSV"
		node $DUCK >/dev/null <<-SQL
			CREATE TABLE ${prefix}touches (customer_id bigint, influencer_id integer, touched_at timestamptz);
			CREATE TABLE ${prefix}orders (order_id bigint, customer_id bigint, ordered_at timestamptz, revenue decimal(12, 2));
			COPY ${prefix}touches FROM '$BUILD/duckdb/touches.csv' (HEADER false);
			COPY ${prefix}orders FROM '$BUILD/duckdb/orders.csv' (HEADER false);
			CHECKPOINT;
		SQL
		rm -f "$BUILD/duckdb"/*.csv
	done
fi
# Each table goes into the empty buffers of a new server, in its order and by one process: how their
# making left them there differs by size, and so does what reading them then takes. They are read as often
# as the server counts: tables that are in use are measured, not ones that were never read before.
progress "reading them into memory"
restart_server bench
run_psql -At -c "SELECT format('SELECT count(*) FROM %s;', oid::regclass) FROM pg_class, generate_series(1, 5) WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relpages, oid" |
	PGOPTIONS="-c max_parallel_workers_per_gather=0" run_psql -f - >/dev/null
progress "measuring, $ROUNDS rounds"
perl test/bench/bench.pl "$BIN/psql" "$ROUNDS" "$SCALE" "$DUCK" "${ONLY:-}"
