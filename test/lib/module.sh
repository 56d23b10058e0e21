# Sourced by what needs the test-only module, after server.sh.

# The test-only module, into the private server.
build_test_module() {
	local dir="$BUILD/module"
	mkdir -p "$dir"
	cp test/module/* "$dir/"
	make -C "$dir" PG_CONFIG="$PG_CONFIG" all >"$BUILD/module.log" 2>&1 &&
		make -C "$dir" PG_CONFIG="$PG_CONFIG" DESTDIR="$TREE" install >>"$BUILD/module.log" 2>&1 ||
		{ tail -20 "$BUILD/module.log" >&2; die "the test module did not build"; }
}
