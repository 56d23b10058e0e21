# make test: every test, on a private server. ONLY="unit ledger" runs those whose name matches.
. test/lib/tap.sh
. test/lib/module.sh

# Which tests: all, or those named in ONLY.
wanted() {
	local pattern
	[ -z "${ONLY:-}" ] && return 0
	for pattern in $ONLY; do [[ $1 == *$pattern* ]] && return 0; done
	return 1
}

# A database of its own for each test, so that none sees what another left.
fresh_database() {
	export PGDATABASE=postgres
	run_psql -c "SET client_min_messages = warning" -c "DROP DATABASE IF EXISTS $1" -c "CREATE DATABASE $1"
	export PGDATABASE=$1
	run_psql -c 'CREATE EXTENSION influence'
}

# in_database NAME COMMAND...: in a new database of that name, which goes with it.
in_database() {
	local name=$1 status=0
	shift
	fresh_database "$name" || return 1
	"$@" || status=$?
	export PGDATABASE=postgres
	run_psql -c "DROP DATABASE $name"
	return "$status"
}

tap_pgtap() {
	run_psql -c 'CREATE SCHEMA tap' -c 'CREATE EXTENSION pgtap SCHEMA tap' -c "ALTER DATABASE $PGDATABASE SET search_path = public, tap"
	tap_sql "$1"
}

tap_sql() {
	"$BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 -f "$1"
}

# pg_regress as TAP
tap_regress() {
	local status=0 n=0 line
	make -C "$TOP" installcheck PG_CONFIG="$PG_CONFIG" \
		REGRESS_OPTS="--load-extension=influence --bindir=$BIN --outputdir=$RESULTS --inputdir=$TOP" \
		>"$RESULTS/regress.log" 2>&1 || status=$?
	while read -r line; do
		n=$((n + 1))
		case $line in
			*FAILED* | "not ok"*) echo "not ok $n - $line" ;;
			*) echo "ok $n - $line" ;;
		esac
	done < <(grep -E '^(test .*\.\.\. |(not )?ok [0-9])' "$RESULTS/regress.log")
	echo "1..$n"
	if [ "$status" != 0 ]; then
		sed 's/^/# /' "$RESULTS/regression.diffs" 2>/dev/null | head -100
		tail -5 "$RESULTS/regress.log" | sed 's/^/# /'
	fi
	return "$status"
}

install_packages "postgresql-$PGVER-pgtap" perl
build_extension WERROR=1
install_tree
build_test_module
progress "testing"
mkdir -p "$RESULTS"
chmod 755 "$RESULTS"

# before anything runs that would be left alone if this fails
for file in test/oracle/*; do
	name=${file#test/}
	if [ -x "$file" ] && wanted "$name"; then install_packages r-base-core; fi
done

end_all() {
	local running
	mapfile -t running < <(jobs -p)
	[ ${#running[@]} = 0 ] || kill "${running[@]}" 2>/dev/null || true
	stop_server test
}
trap end_all EXIT
# what is in memory and visible to all, and how plans are chosen, changes only when a test says so
start_server test "autovacuum = off"

# Each of these has a database of its own, so they run beside each other, the longest first.
wanted t/join && start_tap t/join in_database random_joins test/t/join
for file in test/unit/test_*.c; do
	name=${file#test/}
	wanted "${name%.c}" && start_tap "${name%.c}" test/unit/run "$file"
done
wanted regress && start_tap regress tap_regress
for file in test/pgtap/*.sql; do
	name=${file#test/}
	name=${name%.sql}
	wanted "$name" && start_tap "$name" in_database "${name//\//_}" tap_pgtap "$file"
done
for file in test/oracle/*; do
	name=${file#test/}
	name=${name%.sql}
	wanted "$name" || continue
	case $file in
		*.sql) start_tap "$name" in_database "${name//\//_}" tap_sql "$file" ;;
		*) [ -x "$file" ] && start_tap "$name" in_database "${name//\//_}" "$file" ;;
	esac
done
# Those that follow look at files and processes of the whole server.
finish_taps

# The sample market: made once, and a copy for each test, so that none sees what another left.
market() {
	if [ -z "${MARKET_MADE:-}" ]; then
		fresh_database market_template
		run_psql -v seed=1 -f test/demo/market.sql -f test/demo/cookbook_data.sql
		MARKET_MADE=yes
	fi
	export PGDATABASE=postgres
	run_psql -c "SET client_min_messages = warning" -c 'DROP DATABASE IF EXISTS market' \
		-c 'CREATE DATABASE market TEMPLATE market_template'
	export PGDATABASE=market
}

for file in test/t/*; do
	[ -x "$file" ] || continue
	name=${file#test/}
	if [ "$name" = t/join ] || ! wanted "${name%.*}"; then continue; fi
	market
	run_tap "${name%.*}" "$file"
done

echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
[ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]
