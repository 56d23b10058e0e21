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

for file in test/unit/test_*.c; do
	name=${file#test/}
	wanted "${name%.c}" && run_tap "${name%.c}" test/unit/run "$file"
done

trap 'stop_server test' EXIT
start_server test

# The longest of all takes one processor: the tests of the same server that follow leave another to it.
if wanted t/join; then
	fresh_database random_joins
	perform t/join test/t/join &
	RANDOM_JOINS=$!
fi

wanted regress && { export PGDATABASE=postgres; run_tap regress tap_regress; }

for file in test/pgtap/*.sql; do
	name=${file#test/}
	wanted "${name%.sql}" || continue
	fresh_database pgtap
	run_psql -c 'CREATE SCHEMA tap' -c 'CREATE EXTENSION pgtap SCHEMA tap' \
		-c 'ALTER DATABASE pgtap SET search_path = public, tap'
	run_tap "${name%.sql}" tap_sql "$file"
done

for file in test/oracle/*; do
	name=${file#test/}
	name=${name%.sql}
	wanted "$name" || continue
	case $file in
		*.sql) fresh_database oracle && run_tap "$name" tap_sql "$file" ;;
		*) [ -x "$file" ] && install_packages r-base-core && fresh_database oracle && run_tap "$name" "$file" ;;
	esac
done

# Those that follow look at files and processes of the whole server.
if [ -n "${RANDOM_JOINS:-}" ]; then
	wait "$RANDOM_JOINS"
	count_tap t/join
fi

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
