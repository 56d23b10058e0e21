# Finds, and where need be installs, what the tests and the demo run on. Sourced by test/run.
#
# Sets PG_CONFIG, PGBIN, PGVER, WORK (a folder that the server's user can enter), and the
# functions as_server and progress.

progress() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@" 2>/dev/null || sudo "$@"; fi
}

# Packages, by Debian's names; nothing is asked of apt if all are there.
install_packages() {
	local missing=() p
	for p in "$@"; do
		dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
	done
	[ ${#missing[@]} = 0 ] && return 0
	command -v apt-get >/dev/null || die "please install: ${missing[*]}"
	progress "installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	# A server package would set up and start a cluster of its own: not wanted here.
	if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
		as_root mkdir -p /etc/postgresql-common
		echo 'create_main_cluster = false' |
			as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
	fi
	as_root apt-get -qq update >/dev/null || true
	as_root apt-get -qq install -y --no-install-recommends "${missing[@]}" >"$BUILD/apt.log" 2>&1 ||
		{ tail -20 "$BUILD/apt.log" >&2; die "could not install ${missing[*]}"; }
}

# The newest server of this machine that extensions can be built for. That takes the server's header
# files: makefiles for extensions come with Debian's client, too.
newest_server() {
	local dir
	for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rn); do
		if [ -x "$dir/pg_config" ] && [ -x "$dir/postgres" ] && [ -e "$("$dir/pg_config" --pgxs)" ] &&
			[ -e "$("$dir/pg_config" --includedir-server)/postgres.h" ]; then
			echo "$dir/pg_config"
			return
		fi
	done
}

find_server() {
	if [ -n "${PG_CONFIG:-}" ] && [ "$PG_CONFIG" != pg_config ]; then
		return 0
	fi
	PG_CONFIG=$(newest_server)
	if [ -z "$PG_CONFIG" ]; then
		[ -n "$(command -v apt-get)" ] || die "no PostgreSQL server with development files: set PG_CONFIG"
		as_root apt-get -qq update >/dev/null || true
		local version
		version=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -1)
		[ -n "$version" ] || die "apt knows no PostgreSQL server"
		install_packages "postgresql-$version" "postgresql-server-dev-$version"
		PG_CONFIG=$(newest_server)
	fi
	[ -n "$PG_CONFIG" ] || die "no PostgreSQL server with development files: set PG_CONFIG"
}

# The server will not run as root: then it runs as the user that its package made.
server_user() {
	if [ "$(id -u)" != 0 ]; then id -un; elif id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

as_server() {
	if [ "$(id -u)" = 0 ]; then (cd / && exec runuser -u "$SERVER_USER" -- "$@"); else "$@"; fi
}

# A work folder that the server's user can reach, with a path short enough for a socket.
find_work() {
	WORK="$BUILD/server"
	mkdir -p "$WORK"
	if [ ${#WORK} -gt 70 ] || ! as_server test -x "$WORK"; then
		if [ ! -L "$BUILD/server-elsewhere" ] || [ ! -d "$BUILD/server-elsewhere" ]; then
			rm -f "$BUILD/server-elsewhere"
			ln -s "$(mktemp -d /tmp/influence.XXXXXX)" "$BUILD/server-elsewhere"
		fi
		WORK=$(readlink "$BUILD/server-elsewhere")
		chmod 755 "$WORK"
	fi
}

BUILD="$TOP/build"
mkdir -p "$BUILD"
install_packages gcc libc6-dev make perl
find_server
PGBIN=$("$PG_CONFIG" --bindir)
PGVER=$("$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
SERVER_USER=$(server_user)
find_work
export PG_CONFIG
