# Runs test programs and counts what they say. A test program writes TAP: "1..N", "ok", "not ok".
# Sourced by test/lib/test.sh.

PASSED=0
FAILED=0
SKIPPED=0
RESULTS="$BUILD/test"

# Where the files of a test of that name begin.
files_of() { echo "$RESULTS/${1//\//_}"; }

# perform NAME COMMAND...: leaves what it says, its errors, exit status and seconds in files of that name.
perform() {
	local file status=0 started=$SECONDS
	file=$(files_of "$1")
	shift
	mkdir -p "$RESULTS"
	"$@" >"$file.tap" 2>"$file.err" </dev/null || status=$?
	# whoever sees it sees all of it
	echo "$status $((SECONDS - started))" >"$file.status.new"
	mv "$file.status.new" "$file.status"
}

# count_tap NAME: a plan that is not kept, or a bad exit, is a failure too.
count_tap() {
	local name=$1 out err status seconds counts passed failed skipped
	out="$(files_of "$name").tap"
	err="$(files_of "$name").err"
	read -r status seconds <"$(files_of "$name").status"
	counts=$(awk -v status="$status" '
		/^1\.\.[0-9]+/ { plan = substr($1, 4) + 0; planned = 1 }
		/^ok/ { if (tolower($0) ~ /# (skip|todo)/) skipped++; else passed++ }
		/^not ok/ { failed++ }
		END {
			seen = passed + failed + skipped
			if (status != 0 && failed == 0) failed++
			if (!planned || plan != seen) failed++
			print passed + 0, failed + 0, skipped + 0
		}' "$out")
	read -r passed failed skipped <<<"$counts"
	PASSED=$((PASSED + passed))
	FAILED=$((FAILED + failed))
	SKIPPED=$((SKIPPED + skipped))
	printf '%-32s %6d passed %4d failed' "$name" "$passed" "$failed"
	[ "$skipped" = 0 ] || printf ' %3d skipped' "$skipped"
	printf '  %4ds\n' "$seconds"
	if [ "$failed" != 0 ]; then
		{ grep -A12 -E '^not ok|^#' "$out" || true; } | head -24 | sed 's/^/    /'
		tail -20 "$err" | sed 's/^/    /'
		[ "$status" = 0 ] || echo "    exit status $status"
		grep -qE '^1\.\.' "$out" || echo "    no plan"
	fi
}

# run_tap NAME COMMAND...
run_tap() {
	perform "$@"
	count_tap "$1"
}

# start_tap NAME COMMAND...: beside others, as many at a time as there are processors.
STARTED=()
start_tap() {
	while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
	count_finished
	rm -f "$(files_of "$1").status"
	perform "$@" &
	STARTED+=("$1")
}

# Counts what has finished of those that were started.
count_finished() {
	local name left=()
	for name in "${STARTED[@]}"; do
		if [ -e "$(files_of "$name").status" ]; then count_tap "$name"; else left+=("$name"); fi
	done
	STARTED=("${left[@]}")
}

# Waits for all that were started; one that left no status has failed.
finish_taps() {
	local name
	wait
	count_finished
	for name in "${STARTED[@]}"; do
		FAILED=$((FAILED + 1))
		echo "$name did not end"
	done
	STARTED=()
}
