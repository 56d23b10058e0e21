# make lint: the checks that need no server. Each prints a TAP line.
install_packages clang clang-format clang-tidy cppcheck shellcheck perl
n=0
failures=0
# check NAME COMMAND...: passes if the command succeeds and prints nothing
check() {
	local name=$1 out status=0
	shift
	n=$((n + 1))
	out=$("$@" 2>&1) || status=$?
	if [ "$status" = 0 ] && [ -z "$out" ]; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		printf '%s\n' "$out" | head -40 | sed 's/^/# /'
		failures=$((failures + 1))
	fi
}

include=$("$PG_CONFIG" --includedir-server)
clang_build() {
	local f
	for f in src/*.c src/core/*.c; do
		clang -std=gnu11 -fsyntax-only -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare \
			-Wno-missing-field-initializers -Isrc -isystem "$include" -D_GNU_SOURCE "$f" || echo "$f"
	done
}
core_is_pure() { grep -nE '#include "(postgres|utils/|fmgr|nodes/)' src/core/*.[ch] || true; }
one_compat() { grep -rln PG_VERSION_NUM src | grep -v '^src/compat.h$' || true; }
# from 16 on, postgres.h says nothing of values of variable length
lengths_from_compat() { grep -lE '\b(SET_)?VAR(SIZE|DATA)' src/*.c | xargs grep -L '"compat.h"' || true; }
includes_point_down() {
	# core includes core alone
	grep -nE '^#include "' src/core/*.[ch] | grep -vE '"core/' || true
}
file_sizes() { wc -l src/*.[ch] src/core/*.[ch] | awk '$1 > 700 && $2 != "total" { print $2 " has " $1 " lines" }'; }
twins() {
	# one word names the C file and the SQL fragment
	local f name
	for f in src/install/[1-9]*.sql*; do
		name=$(basename "$f" | sed 's/^[0-9]*-//; s/\.sql.*//')
		[ -e "src/$name.c" ] || echo "$f has no src/$name.c"
	done
}
functions_exist() {
	# every C function that the install script names is defined once, and none is defined in vain
	local defined named
	defined=$(grep -hoE 'PG_FUNCTION_INFO_V1\((\w+)\)' src/*.c | sed 's/.*(//; s/)//' | grep -v '^name$' | sort)
	named=$(nm -D --defined-only influence.so | awk '$3 ~ /^pg_finfo_/ { print substr($3, 10) }' | sort)
	diff <(printf '%s\n' "$defined" | uniq -d) /dev/null
	comm -23 <(printf '%s\n' "$defined") <(printf '%s\n' "$named")
	local sql
	sql=$(cat influence--*.sql | perl -0777 -ne 'while (/CREATE FUNCTION (\w+)\s*\(.*?AS .MODULE_PATHNAME.(?:, .(\w+).)?/gs) { print $2 || $1, "\n" }' | sort -u)
	diff <(printf '%s\n' "$named") <(printf '%s\n' "$sql") | grep '^[<>]' || true
}
unfinished() { grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' src sql test Makefile README.md docs 2>/dev/null | grep -v 'test/lib/lint.sh' || true; }
plain_create() { grep -nE 'CREATE OR REPLACE|@extschema@|^DO ' src/install/* || true; }
format() { clang-format --dry-run --Werror src/*.[ch] src/core/*.[ch] test/unit/*.[ch]; }
core_cppcheck() {
	cppcheck --quiet --enable=warning,performance,portability --inline-suppr --error-exitcode=1 -Isrc src/core
}
tidy() {
	clang-tidy --quiet --warnings-as-errors='*' \
		--checks='-*,bugprone-*,clang-analyzer-*,-bugprone-easily-swappable-parameters,-bugprone-narrowing-conversions,-bugprone-branch-clone,-bugprone-reserved-identifier,-bugprone-macro-parentheses,-bugprone-implicit-widening-of-multiplication-result,-clang-analyzer-security.insecureAPI.*' \
		src/core/*.c -- -std=c11 -Isrc 2>/dev/null | grep -E 'error:|warning:' || true
}
shell() {
	local scripts
	mapfile -t scripts < <(grep -lE '^#!.*bash' test/run .ci/run test/t/* test/oracle/* test/study/* test/unit/run; ls test/lib/*.sh)
	shellcheck -s bash -S warning -e SC1090,SC1091,SC2034,SC2154 "${scripts[@]}"
}

build_extension
check "clang finds no fault" clang_build
check "the core knows no server" core_is_pure
check "the core includes the core alone" includes_point_down
check "versions are told apart in compat.h alone" one_compat
check "values of variable length come from compat.h" lengths_from_compat
check "files are small" file_sizes
check "every SQL fragment has its C file" twins
check "the install script and the library name the same functions" functions_exist
check "nothing is left to be done" unfinished
check "the install script is plain" plain_create
check "clang-format" format
check "cppcheck" core_cppcheck
check "clang-tidy" tidy
check "shellcheck" shell
echo "1..$n"
[ "$failures" = 0 ]
