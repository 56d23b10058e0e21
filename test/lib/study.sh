# make study: does it find the truth? On SEEDS sample markets (50), in each of which it was planted.
SEEDS=${SEEDS:-50}

build_extension
install_tree
trap 'stop_server study' EXIT
start_server study
figures="$BUILD/study.txt"
: >"$figures"
progress "making $SEEDS markets"
for seed in $(seq "$SEEDS"); do
	export PGDATABASE=postgres
	run_psql -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS study' -c 'CREATE DATABASE study'
	export PGDATABASE=study
	run_psql -c 'CREATE EXTENSION influence' -c 'SET client_min_messages = warning'
	run_psql -v seed="$seed" -f test/demo/market.sql
	run_psql -f test/study/truth.sql >>"$figures"
	if [ $((seed % 10)) = 0 ]; then progress "$seed of $SEEDS"; fi
done
perl test/study/table.pl "$figures"
for study in test/study/*; do
	if [ -x "$study" ] && [ -f "$study" ]; then
		progress "${study##*/}"
		install_packages r-base-core
		export PGDATABASE=postgres
		run_psql -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS study' -c 'CREATE DATABASE study'
		export PGDATABASE=study
		run_psql -c 'CREATE EXTENSION influence'
		"$study"
	fi
done
