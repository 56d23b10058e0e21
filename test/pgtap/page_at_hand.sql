-- Pages that a scan finds where it expects them: only those that are in memory, much used, and visible to
-- all are taken so, which takes a table that was vacuumed and scanned some times. Others are left to the scan.
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
\ir ../lib/same_rows.sql

CREATE FUNCTION scan_often(name text) RETURNS void LANGUAGE plpgsql SET max_parallel_workers_per_gather = 0 AS $$
BEGIN
	FOR n IN 1 .. 6 LOOP EXECUTE format('SELECT count(*) FROM %s', name); END LOOP;
END $$;
CREATE FUNCTION pairs_of(touches text, orders text) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT t.touch_id, t.touched_at, o.order_id FROM %s t JOIN %s o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', touches, orders) $$;
CREATE FUNCTION same_sets(what text) RETURNS SETOF text LANGUAGE sql SET max_parallel_workers_per_gather = 0 AS $$
	SELECT same_set(format('SELECT md5(%s::text) FROM %s', aggregate, source), format('%s: a set of %s', what, source))
	FROM   (VALUES ('touch_agg(customer_id, touch_id, touched_at)', 'touches'), ('touch_agg(customer_id, touch_id, touched_at)', 'touches WHERE touch_id % 3 = 0'),
	               ('purchase_agg(customer_id, ordered_at, order_id)', 'orders')) AS s(aggregate, source) $$;
CREATE FUNCTION same_pages(what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE query text;
BEGIN
	PERFORM scan_often('touches'), scan_often('orders');
	FOREACH query IN ARRAY ARRAY[
		pairs_of('touches', 'orders'),
		pairs_of('(SELECT * FROM touches WHERE touch_id % 3 = 0)', 'orders'),
		'SELECT o.*, t.touch_id FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at',
		'SELECT t.* FROM touches t WHERE NOT EXISTS (SELECT FROM orders o WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at)',
		'SELECT n, (SELECT count(*) FROM (SELECT FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at OFFSET n) AS rest) FROM generate_series(1, 3) AS n']
	LOOP
		RETURN QUERY SELECT same_rows(query, what, forced => true);
	END LOOP;
	RETURN QUERY SELECT same_sets(what);
END $$;
-- what a query counts, of rows and pages of the touches
CREATE FUNCTION counted(query text) RETURNS text LANGUAGE plpgsql SET max_parallel_workers_per_gather = 0 AS $$
DECLARE before bigint[]; result text; plan json;
BEGIN
	before := ARRAY[pg_stat_get_xact_tuples_returned('touches'::regclass), pg_stat_get_xact_blocks_fetched('touches'::regclass), pg_stat_get_xact_blocks_hit('touches'::regclass), pg_stat_get_xact_numscans('touches'::regclass)];
	EXECUTE query;
	result := pg_stat_get_xact_tuples_returned('touches'::regclass) - before[1] || ' rows, ' || pg_stat_get_xact_blocks_fetched('touches'::regclass) - before[2] || ' pages, '
		|| pg_stat_get_xact_blocks_hit('touches'::regclass) - before[3] || ' of them in memory, ' || pg_stat_get_xact_numscans('touches'::regclass) - before[4] || ' scan, ';
	EXECUTE format('EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) %s', query) INTO plan;
	RETURN result || (plan #> '{0,Plan,Shared Hit Blocks}') || ' pages in all';
END $$;
CREATE FUNCTION same_counts(what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE joined text; plain text; query text := format('SELECT count(*) FROM (%s) AS p', pairs_of('touches', 'orders'));
BEGIN
	PERFORM scan_often('touches'), scan_often('orders');
	joined := counted(query);
	SET LOCAL influence.enable_attribution_join = off;
	SET LOCAL enable_mergejoin = off;
	SET LOCAL enable_nestloop = off;
	plain := counted(query);
	SET LOCAL influence.enable_attribution_join = on;
	RETURN NEXT is(joined, plain, what || ': rows and pages are counted as by other scans');
END $$;

CREATE TABLE touches (touch_id integer, customer_id bigint, touched_at timestamptz, padding text) WITH (fillfactor = 70);
INSERT INTO touches SELECT n, n::bigint * 7919 % 5000 - 500, timestamptz '2026-01-01 00:00+00' + n * interval '43 seconds', repeat('x', n % 40) FROM generate_series(1, 60000) AS n;
CREATE TABLE orders (order_id integer, customer_id bigint, ordered_at timestamptz);
INSERT INTO orders SELECT n, n::bigint * 104729 % 5000, timestamptz '2026-01-01 00:00+00' + n * interval '127 seconds' FROM generate_series(1, 20000) AS n;
VACUUM ANALYZE touches, orders;

SELECT plan(199);
CREATE EXTENSION pg_buffercache SCHEMA tap;
-- other tests need room in memory meanwhile, which makes pages count as less used
CREATE FUNCTION part_much_used(name regclass) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE part float8;
BEGIN
	FOR n IN 1 .. 10 LOOP
		PERFORM scan_often(name::text);
		SELECT count(*) FILTER (WHERE usagecount = 5) / (pg_relation_size(name) / 8192.0) INTO part FROM pg_buffercache
		WHERE  relfilenode = pg_relation_filenode(name) AND reldatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) AND relforknumber = 0;
		EXIT WHEN part > 0.5;
	END LOOP;
	RETURN part;
END $$;
SELECT cmp_ok(part_much_used('touches'), '>', 0.5::float8, 'most pages are in memory, and much used');
SELECT is(relallvisible, relpages, 'and visible to all') FROM pg_class WHERE oid = 'touches'::regclass;

SELECT same_pages('pages in order');
SELECT same_counts('pages in order');
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT matches(plan_of('SELECT count(*) FROM (' || pairs_of('touches', 'orders') || ') AS p'), 'Gather.*AttributionJoin', 'a plan with workers');
SELECT same_pages('workers');
SET parallel_leader_participation = off;
SELECT same_pages('workers alone');
RESET parallel_leader_participation;
SET max_parallel_workers_per_gather = 0;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT same_pages('serializable');
COMMIT;
SET work_mem = '64kB';
SELECT same_pages('little memory');
RESET work_mem;

-- rows that went, rows that moved within their page and out of it, and rows that never came
DELETE FROM touches WHERE touch_id BETWEEN 10000 AND 20000 OR touch_id % 200 = 0;
UPDATE touches SET touched_at = touched_at + interval '1 hour' WHERE touch_id % 150 = 7;
UPDATE touches SET padding = repeat('y', 500) WHERE touch_id % 1000 = 3;
BEGIN;
INSERT INTO touches SELECT touch_id + 100000, customer_id, touched_at, padding FROM touches WHERE touch_id < 3000;
DELETE FROM orders WHERE order_id % 100 = 0;
ROLLBACK;
SELECT same_pages('rows that are not visible');
SELECT same_counts('rows that are not visible');
SET max_parallel_workers_per_gather = 2;
SELECT same_pages('rows that are not visible, and workers');
SET max_parallel_workers_per_gather = 0;
-- pages without a row, places without a row, and places that lead to another
VACUUM touches, orders;
SELECT is(relallvisible, relpages, 'visible to all again') FROM pg_class WHERE oid = 'touches'::regclass;
SELECT same_pages('places without a row');
SELECT same_counts('places without a row');
SET max_parallel_workers_per_gather = 2;
SELECT same_pages('places without a row, and workers');
SET max_parallel_workers_per_gather = 0;
-- some of the places are taken again
INSERT INTO touches SELECT n, n % 5000, timestamptz '2026-01-01 00:00+00' + n * interval '41 seconds' FROM generate_series(10000, 14000) AS n;
SELECT same_pages('new rows');

-- a cursor sees what was there when it was opened
VACUUM touches, orders;
SELECT scan_often('touches'), scan_often('orders');
BEGIN;
CREATE TABLE expected AS SELECT count(*) AS n FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at;
DECLARE pairs CURSOR FOR SELECT t.touch_id, o.order_id FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at;
CREATE FUNCTION moved(most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint; pairs refcursor := 'pairs';
BEGIN
	MOVE FORWARD most IN pairs;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN n;
END $$;
CREATE TABLE seen AS SELECT moved(1000) AS n;
SELECT is(n, 1000::bigint, 'some rows of a cursor') FROM seen;
DELETE FROM touches WHERE touch_id % 2 = 0;
INSERT INTO touches SELECT touch_id + 100000, customer_id, touched_at FROM touches;
SELECT is(seen.n + moved(1000000), expected.n, 'a cursor, while the table changes') FROM seen, expected;
CLOSE pairs;
COMMIT;

SELECT * FROM finish();
