# make demo: everything from nothing to a leaderboard.

started=$SECONDS
build_extension
install_tree
progress "starting a private PostgreSQL $PGVER in $WORK/demo"
start_server demo
if [ -z "${KEEP:-}" ]; then
	trap 'stop_server demo' EXIT
fi
run_psql -c 'CREATE DATABASE demo'
export PGDATABASE=demo
run_psql -c 'CREATE EXTENSION influence'
progress "making the sample market: 200 influencers, 50,000 customers, half a year"
run_psql -v seed=1 -f test/demo/market.sql -f test/demo/cookbook_data.sql
run_psql -f test/demo/demo.sql
progress "done in $((SECONDS - started)) seconds"
if [ -n "${KEEP:-}" ]; then
	cat <<-END

		The private server goes on running. Explore it with
		    $BIN/psql -h $PGHOST -U postgres demo
		and stop it with
		    make demo-stop
	END
else
	cat <<-END

		The private server has been stopped. To keep it running and explore it with psql:
		    make demo KEEP=1
	END
fi
