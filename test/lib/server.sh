# A private PostgreSQL: its own copy of the server's programs, so that the extension is installed
# nowhere else, its own data and its own socket. Sourced by test/run after env.sh.
#
# A server finds its files relative to its own program. So programs are copied and everything
# else is linked, and "make install DESTDIR" adds the extension to the copy alone.

TREE="$WORK/tree"
BIN="$TREE$PGBIN"

build_extension() {
	progress "building for PostgreSQL $PGVER"
	make -C "$TOP" -j"$(nproc)" PG_CONFIG="$PG_CONFIG" "$@" >"$BUILD/make.log" 2>&1 ||
		{ grep -E '(error|warning):' "$BUILD/make.log" >&2 || tail -20 "$BUILD/make.log" >&2; die "the build failed: see $BUILD/make.log"; }
}

install_tree() {
	local share lib
	share=$("$PG_CONFIG" --sharedir)
	lib=$("$PG_CONFIG" --pkglibdir)
	if [ ! -x "$BIN/postgres" ] || ! cmp -s "$PGBIN/postgres" "$BIN/postgres"; then
		rm -rf "$TREE"
		mkdir -p "$BIN" "$TREE$share" "$TREE$lib"
		cp -L "$PGBIN"/* "$BIN/"
	fi
	# links to what is there now; packages may have come since
	cp -asf "$share/." "$TREE$share/"
	cp -as "$lib/." "$TREE$lib/" 2>/dev/null || true
	rm -f "$TREE$lib/influence.so" "$TREE$share/extension/influence"*
	make -C "$TOP" install DESTDIR="$TREE" PG_CONFIG="$PG_CONFIG" >>"$BUILD/make.log" 2>&1 ||
		{ tail -20 "$BUILD/make.log" >&2; die "make install failed: see $BUILD/make.log"; }
}

# start_server NAME [-c setting=value ...]: a new cluster in $WORK/NAME
start_server() {
	local name=$1
	shift
	stop_server "$name"
	DATA="$WORK/$name"
	rm -rf "$DATA" "$DATA.socket"
	mkdir -p "$DATA" "$DATA.socket"
	chmod 755 "$WORK"
	[ "$(id -u)" = 0 ] && chown "$SERVER_USER" "$DATA" "$DATA.socket"
	as_server "$BIN/initdb" -D "$DATA" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$BUILD/$name.initdb.log" 2>&1 ||
		{ tail -5 "$BUILD/$name.initdb.log" >&2; die "initdb failed"; }
	cat >>"$DATA/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$DATA.socket'
		fsync = off
		shared_buffers = 256MB
		max_wal_size = 4GB
		max_worker_processes = 16
		max_parallel_workers = 16
	CONF
	for setting in "$@"; do echo "$setting" >>"$DATA/postgresql.conf"; done
	as_server "$BIN/pg_ctl" -D "$DATA" -l "$DATA/server.log" -w start >"$BUILD/$name.start.log" 2>&1 ||
		{ cat "$DATA/server.log" >&2; die "the private server did not start"; }
	export PGHOST="$DATA.socket" PGUSER=postgres PGDATABASE=postgres PGPORT=5432
	unset PGSERVICE PGOPTIONS
}

# The same cluster with nothing in its buffers
restart_server() {
	as_server "$BIN/pg_ctl" -D "$WORK/$1" -l "$WORK/$1/server.log" -w restart >>"$BUILD/$1.start.log" 2>&1 ||
		die "the private server did not start again"
}

stop_server() {
	local data="$WORK/$1"
	if [ -e "$data/postmaster.pid" ]; then
		as_server "$BIN/pg_ctl" -D "$data" -m immediate stop >/dev/null 2>&1 || true
	fi
}

# psql without the user's own settings; stops at the first error
run_psql() { "$BIN/psql" -X -q -v ON_ERROR_STOP=1 "$@"; }
