-- The attribution join where rows are read from pages in place and probes in batches: pages that are
-- in memory and pages that are not, of temporary tables, without rows, of rows long and short; NULLs
-- before, in and after what is read; keys that look like an empty place of the directory.
SET temp_buffers = '800kB';
BEGIN;
SELECT plan(577);

\ir ../lib/same_rows.sql

CREATE FUNCTION same_pairs(touches text, orders text, what text, also text DEFAULT '') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE query text;
BEGIN
	FOREACH query IN ARRAY ARRAY[
		'SELECT t.touched_at, o.order_id FROM %s t JOIN %s o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at %s',
		'SELECT o.order_id, t.touch_id FROM %s t RIGHT JOIN %s o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at %s',
		'SELECT t.touch_id, t.customer_id, o.order_id FROM %s t LEFT JOIN %s o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at %s']
	LOOP
		RETURN QUERY SELECT same_rows(format(query, touches, orders, also), what, forced => true);
	END LOOP;
END $$;

CREATE FUNCTION make_touches(name text, kind text, rows integer, padding integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE %s TABLE %s AS SELECT n AS touch_id, n::bigint * 7919 %% 50000 - 5000 AS customer_id,'
		' timestamptz ''2026-01-01 00:00+00'' + n * interval ''13 seconds'' AS touched_at, repeat(''x'', n %% (%s + 1)) AS padding'
		' FROM generate_series(1, %s) AS n', kind, name, padding, rows);
END $$;
CREATE FUNCTION make_orders(name text, kind text, customers text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE %s TABLE %s AS SELECT n AS order_id, customer_id, timestamptz ''2026-01-01 00:00+00'' + n * interval ''43 seconds'' AS ordered_at'
		' FROM (SELECT n, n::bigint * 104729 %% 40000 AS customer_id FROM generate_series(1, 60000) AS n) AS s WHERE %s', kind, name, customers);
END $$;

SELECT make_orders('orders', '', 'true');
SELECT make_orders('no_zero', '', 'customer_id <> 0');
SELECT make_orders('only_zero', '', 'customer_id = 0 OR n % 40 = 0');
SELECT make_orders('held_orders', 'TEMPORARY', 'true');
SELECT make_touches('touches', '', 200000, 0);
SELECT make_touches('wide_touches', '', 60000, 600);
SELECT make_touches('held_touches', 'TEMPORARY', 200000, 0);
SELECT make_touches('few_held', 'TEMPORARY', 4000, 0);
-- of more than a quarter of the server's memory for pages, a scan keeps but a few
SELECT make_touches('large_touches', '', 1400000, 0);
ANALYZE orders, no_zero, only_zero, held_orders, touches, wide_touches, held_touches, few_held, large_touches;
SELECT cmp_ok(pg_relation_size('large_touches') * 4, '>', (SELECT setting::bigint * 8192 FROM pg_settings WHERE name = 'shared_buffers'), 'a table larger than a quarter of the buffers');
SELECT cmp_ok(pg_relation_size('held_touches'), '>', 800 * 1024::bigint, 'a temporary table larger than its buffers');

SELECT same_pairs('touches', 'orders', 'pages in memory');
SELECT same_pairs('touches', 'no_zero', 'no order of customer 0');
SELECT same_pairs('touches', 'only_zero', 'orders of customer 0');
SELECT same_pairs('wide_touches', 'orders', 'long rows');
SELECT same_pairs('held_touches', 'held_orders', 'temporary tables');
SELECT same_pairs('few_held', 'held_orders', 'a temporary table that stays in memory');
SELECT same_pairs('large_touches', 'orders', 'pages that are not in memory');

DELETE FROM touches WHERE touch_id BETWEEN 20000 AND 90000 OR touch_id > 190000;
SELECT same_pairs('touches', 'orders', 'pages without a visible row');
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT same_pairs('touches', 'orders', 'the same with workers');
SELECT same_pairs('large_touches', 'no_zero', 'pages that are not in memory, with workers');
RESET max_parallel_workers_per_gather;

-- two keys are a hash: places are searched one by one
CREATE TABLE regions AS SELECT touch_id, customer_id % 300 AS customer_id, customer_id / 300 AS region, touched_at FROM touches;
CREATE TABLE region_orders AS SELECT order_id, customer_id % 300 AS customer_id, customer_id / 300 AS region, ordered_at FROM orders;
ANALYZE regions, region_orders;
SELECT same_pairs('regions', 'region_orders', 'two keys', 'AND t.region = o.region');

-- NULLs: after the columns that are read, in them, before them; and rows older than a column
CREATE FUNCTION make_sparse(name text, nulls text, customer text DEFAULT 'customer_id', touched_at text DEFAULT 'touched_at') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE %s AS SELECT CASE WHEN %s THEN NULL ELSE 7 END AS channel, touch_id, %s AS customer_id, %s AS touched_at,'
		' CASE WHEN touch_id %% 7 <> 0 THEN NULL ELSE touch_id END AS campaign_id FROM held_touches', name, nulls, customer, touched_at);
	EXECUTE format('ANALYZE %s', name);
END $$;
SELECT make_sparse('campaigns', 'false');
SELECT make_sparse('channels', 'touch_id % 3 = 0');
SELECT make_sparse('strangers', 'touch_id % 4 = 0', 'CASE WHEN touch_id % 5 = 0 THEN customer_id END');
SELECT make_sparse('undated', 'touch_id % 10 = 0', 'customer_id', 'CASE WHEN touch_id % 5 = 0 THEN touched_at WHEN touch_id % 7 = 0 THEN timestamptz ''-infinity'' END');
SELECT make_sparse('days', 'touch_id % 10 = 0', 'CASE WHEN touch_id % 3 <> 0 THEN customer_id END', 'CASE WHEN touch_id % 11 <> 0 THEN touched_at::date END');
CREATE TABLE order_days AS SELECT order_id, CASE WHEN order_id % 4 <> 0 THEN customer_id END AS customer_id, ordered_at::date FROM orders;
ANALYZE order_days;
SELECT same_pairs('campaigns', 'orders', 'NULLs behind what is read');
SELECT same_pairs('campaigns', 'orders', 'NULLs in a column of the result', 'AND (t.campaign_id IS NULL OR t.campaign_id % 100 <> o.order_id % 100)');
SELECT same_pairs('channels', 'orders', 'NULLs before what is read');
SELECT same_pairs('strangers', 'orders', 'touches without a customer');
SELECT same_pairs('undated', 'orders', 'touches without an instant');
SELECT same_pairs('days', 'order_days', 'dates, some of them NULL');
ALTER TABLE strangers ADD COLUMN region integer DEFAULT 3;
INSERT INTO strangers SELECT 5, touch_id + 1000000, customer_id, touched_at, touch_id, NULLIF(touch_id % 4, 0) FROM few_held;
SELECT same_pairs('strangers', 'orders', 'rows older than a column', 'AND (t.region + o.order_id) % 2 = 0');

-- values of variable length before what is read, on both sides: short, long, stored apart, empty, NULL; and of
-- every alignment
CREATE TABLE described AS
SELECT touch_id, CASE WHEN touch_id % 9 <> 0 THEN repeat('é', touch_id % 100) END AS label, (touch_id % 2 = 0) AS seen, customer_id,
       CASE touch_id % 5 WHEN 0 THEN NULL WHEN 1 THEN '{}' ELSE array_fill(touch_id::bigint, ARRAY[touch_id % 4 + 1]) END AS numbers, touch_id::numeric / 7 AS price,
       touch_id::text::name AS title, 'c'::"char" AS kind, CASE WHEN touch_id % 1000 = 0 THEN repeat(md5(touch_id::text), 400) ELSE left(md5(touch_id::text), touch_id % 3) END AS note,
       CASE WHEN touch_id % 50 <> 0 THEN touched_at END AS touched_at, touch_id::bit(11) AS bits, customer_id + 1 AS next_id
FROM   held_touches WHERE touch_id % 3 = 0;
ALTER TABLE described ALTER COLUMN note SET STORAGE EXTERNAL;
INSERT INTO described SELECT touch_id + 1000000, label, seen, customer_id, numbers, price, title, kind, note || note, touched_at, bits, next_id FROM described WHERE touch_id % 100 = 0;
CREATE TABLE described_orders AS SELECT repeat('x', order_id % 130) AS label, order_id, CASE WHEN order_id % 7 <> 0 THEN 'web'::varchar END AS channel, customer_id, ordered_at FROM orders;
ANALYZE described, described_orders;
SELECT same_pairs('described', 'orders', 'values of variable length before what is read');
SELECT same_pairs('described', 'described_orders', 'on both sides');
SELECT same_pairs('described', 'described_orders', 'a column behind them in the result', 'AND (t.next_id + o.order_id) % 3 = 0');
SELECT same_pairs('(SELECT touch_id, next_id AS customer_id, touched_at FROM described)', 'described_orders', 'the key behind the instant');
SELECT same_pairs('(SELECT * FROM described WHERE label LIKE ''é%'' AND length(note) < 3)', '(SELECT * FROM described_orders WHERE channel = ''web'')', 'through filters');
ALTER TABLE described DROP COLUMN numbers, DROP COLUMN label;
INSERT INTO described SELECT touch_id + 2000000, seen, customer_id, price, title, kind, note, touched_at, bits, next_id FROM described WHERE touch_id % 100 = 1;
SELECT same_pairs('described', 'described_orders', 'some of which were dropped');

-- what EXPLAIN ANALYZE counts is what the plain join's scans count
CREATE FUNCTION scans_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text; scans text[] := '{}';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
		IF line ~ 'Seq Scan' THEN scans := scans || regexp_replace(line, '^ *-> *', '');
		ELSIF line ~ '^ *(Filter|Rows Removed by Filter)' THEN scans[cardinality(scans)] := scans[cardinality(scans)] || ', ' || ltrim(line);
		END IF;
	END LOOP;
	RETURN QUERY SELECT * FROM unnest(scans) AS s ORDER BY s COLLATE "C";
END $$;
CREATE FUNCTION same_scans(query text, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE joined text[]; plain text[];
BEGIN
	SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
	RETURN NEXT is_joined(query, what || ': the plan');
	joined := ARRAY(SELECT scans_of(query));
	SET LOCAL enable_hashjoin = on;
	SET LOCAL influence.enable_attribution_join = off;
	plain := ARRAY(SELECT scans_of(query));
	SET LOCAL influence.enable_attribution_join = on; SET LOCAL enable_mergejoin = on;
	RETURN NEXT is(joined, plain, what || ': rows counted');
END $$;
SELECT same_scans(format('SELECT count(*) FROM %s t %s JOIN %s o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', touches, kind, orders), format('%s %s JOIN %s', touches, kind, orders))
FROM   unnest('{held_touches,described,(SELECT * FROM held_touches WHERE touch_id % 3 = 0),(SELECT * FROM held_touches AS h WHERE (SELECT h.touch_id % 3 = 0))}'::text[]) AS touches,
       unnest('{INNER,RIGHT,LEFT}'::text[]) AS kind, unnest('{orders,(SELECT * FROM described_orders WHERE order_id % 10 = 0)}'::text[]) AS orders;

-- keys of other types, whose values are compared: short, long, packed, stored apart, empty, NULL; equal ones that
-- are not the same bytes; types of which one is the other, too; several, also more than are read in place
CREATE FUNCTION make_keyed(key text, key_of_order text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF to_regclass('keyed') IS NOT NULL THEN DROP TABLE keyed, keyed_orders; END IF;
	EXECUTE format('CREATE TABLE keyed AS SELECT touched_at, touch_id, CASE WHEN touch_id %% 13 <> 0 THEN %s END AS customer, touch_id %% 2 AS region, customer_id %% 3 AS shop,'
		' CASE WHEN touch_id %% 5 <> 0 THEN (''creator '' || touch_id %% 900)::varchar END AS influencer FROM (SELECT touch_id, customer_id %% 9000 AS customer_id, touched_at FROM held_touches WHERE touch_id <= 45000) AS t', key);
	EXECUTE format('CREATE TABLE keyed_orders AS SELECT order_id, CASE WHEN order_id %% 17 <> 0 THEN %s END AS customer, order_id %% 2 AS region, customer_id %% 3 AS shop, ordered_at'
		' FROM (SELECT order_id, customer_id %% 9000 AS customer_id, ordered_at FROM orders WHERE order_id <= 20000) AS o', coalesce(key_of_order, replace(key, 'touch_id', 'order_id')));
	ANALYZE keyed, keyed_orders;
END $$;
CREATE FUNCTION same_keyed(what text, touches text DEFAULT 'keyed', orders text DEFAULT 'keyed_orders', also text DEFAULT '') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE query text;
BEGIN
	FOREACH query IN ARRAY ARRAY[
		'SELECT t.touch_id, o.order_id FROM %s t JOIN %s o ON t.customer = o.customer AND t.touched_at ~> lookback(o.ordered_at, ''2 days'') %s',
		'SELECT t.influencer, o.customer, o.order_id FROM %s t JOIN %s o ON t.customer = o.customer AND t.touched_at ~> lookback(o.ordered_at, ''2 days'') %s',
		'SELECT t.*, o.order_id FROM %s t LEFT JOIN %s o ON t.customer = o.customer AND t.touched_at ~> lookback(o.ordered_at, ''2 days'') %s',
		'SELECT o.* FROM %2$s o WHERE NOT EXISTS (SELECT FROM %1$s t WHERE t.customer = o.customer AND t.touched_at ~> lookback(o.ordered_at, ''2 days'') %3$s)']
	LOOP
		RETURN QUERY SELECT same_rows(format(query, touches, orders, also), what, forced => true);
	END LOOP;
END $$;
DO $$ BEGIN CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false); EXCEPTION WHEN OTHERS THEN CREATE COLLATION no_case FROM "C"; END $$;
CREATE DOMAIN customer_name AS varchar(60) CHECK (VALUE <> 'nobody');
CREATE TYPE place AS (street text, house bigint);
CREATE TABLE keys (key text, key_of_order text);
INSERT INTO keys VALUES ('''customer '' || customer_id', NULL),
	('repeat(''é'', (customer_id % 90)::integer) || customer_id', '(repeat(''é'', (customer_id % 90)::integer) || customer_id)::varchar'),
	('(''customer '' || customer_id)::customer_name', NULL),
	('CASE WHEN touch_id % 70 = 0 THEN repeat(''x'', 3000) ELSE '''' END || customer_id', NULL),
	('md5(customer_id::text)::uuid', NULL),
	('decode(md5(customer_id::text), ''hex'')', NULL),
	('rpad(customer_id::text, 9 + (touch_id % 3)::integer)::bpchar', NULL),
	('((CASE WHEN touch_id % 2 = 0 THEN ''Customer '' ELSE ''customer '' END || customer_id) COLLATE no_case)', NULL),
	('(customer_id || left(''.000'', (touch_id % 5)::integer))::numeric', NULL),
	('customer_id::text::name', NULL), ('customer_id::text::name', 'customer_id::text'),
	('customer_id::float8 / 7', NULL), ('customer_id * interval ''25 hours''', 'customer_id * interval ''1 day 1 hour'''),
	('ARRAY[customer_id, 5]', NULL), ('array_fill(customer_id::bigint, ARRAY[abs(customer_id % 40)::integer])', NULL),
	('int8range(customer_id, customer_id + 1)', 'int8range(customer_id, customer_id, ''[]'')'), ('ROW(repeat(''x'', 200), customer_id)::place', NULL), ('customer_id::integer', 'customer_id::bigint');
SELECT test FROM keys, make_keyed(key, key_of_order), same_keyed(format('keys: %s, %s', key, coalesce(key_of_order, 'the same'))) AS test;
-- values of 16 bytes with the same hash: halves that change places, where each is changed by the same bits (see inf_hash_bytes)
CREATE FUNCTION twin(hex text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT lpad(to_hex((('x' || right(hex, 16))::bit(64) # x'25f6f59685761248')::bigint), 16, '0') || lpad(to_hex((('x' || left(hex, 16))::bit(64) # x'25f6f59685761248')::bigint), 16, '0') $$;
SELECT test FROM unnest('{::uuid,::bytea}'::text[]) AS type, make_keyed(format('(%s CASE WHEN touch_id %% 3 = 0 THEN md5(customer_id::text) ELSE twin(md5(customer_id::text)) END)%s', CASE type WHEN '::bytea' THEN '''\x'' ||' END, type)),
	same_keyed('keys with the same hash' || type) AS test;
SELECT make_keyed('(customer_id || left(''.000'', (touch_id % 5)::integer))::numeric');
SET LOCAL work_mem = '64kB';
SELECT same_keyed('two keys, one a numeric, and too little memory', also => 'AND t.region = o.region');
RESET work_mem;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT same_keyed('a numeric, with workers');
RESET max_parallel_workers_per_gather;
SELECT make_keyed('''customer '' || customer_id');
SELECT same_keyed('a text and a number', also => 'AND t.region = o.region');
SELECT same_keyed('three keys', also => 'AND t.region = o.region AND t.shop = o.shop');
SELECT same_keyed('four keys', also => 'AND t.region = o.region AND t.shop = o.shop AND t.touch_id % 3 = o.order_id % 3');
SELECT same_keyed('keys that are one column', also => 'AND o.customer = t.influencer');
SELECT same_keyed('keys made of columns', '(SELECT touch_id, influencer, upper(customer) AS customer, touched_at FROM keyed)', '(SELECT order_id, upper(customer) AS customer, ordered_at FROM keyed_orders)');
SELECT same_keyed('names through filters', '(SELECT * FROM keyed WHERE touch_id % 3 <> 0)', '(SELECT * FROM keyed_orders WHERE customer LIKE ''%7'')');
SELECT same_scans(format('SELECT count(*) FROM keyed t %s JOIN keyed_orders o ON t.customer = o.customer AND t.touched_at ~> o.ordered_at', kind), kind || ' JOIN by names') FROM unnest('{INNER,LEFT,RIGHT}'::text[]) AS kind;
SET LOCAL work_mem = '64kB';
SELECT same_keyed('names, and too little memory');
SET LOCAL work_mem = '1MB';
SELECT same_keyed('a text and a number, and too little memory', also => 'AND t.region = o.region');
RESET work_mem;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT same_keyed('names, with workers');
SELECT same_keyed('a text and a number, with workers', also => 'AND t.region = o.region');
RESET max_parallel_workers_per_gather;
ALTER TABLE keyed ALTER COLUMN customer SET STORAGE EXTERNAL, ADD COLUMN note text, ADD COLUMN channel text DEFAULT 'web';
INSERT INTO keyed SELECT touched_at, touch_id + 1000000, customer || repeat('x', touch_id % 4000), region, shop, repeat('i', 3000), repeat('n', touch_id % 5000) FROM keyed WHERE touch_id % 27 = 0;
INSERT INTO keyed_orders SELECT t.touch_id, t.customer, t.region, t.shop, t.touched_at + interval '1 day' FROM keyed t WHERE touch_id > 1000000;
ANALYZE keyed, keyed_orders;
SELECT same_keyed('names stored apart, rows older than a column', also => 'AND t.channel IS NOT NULL');
SELECT same_rows('SELECT t.note, t.channel, t.influencer, o.order_id FROM keyed t JOIN keyed_orders o ON t.customer = o.customer AND t.touched_at ~> lookback(o.ordered_at, ''2 days'')', 'long values in the result', forced => true);
CREATE TABLE speeches AS SELECT 'customer ' || n % 9000 AS customer, CASE WHEN n % 500 = 0 THEN repeat(md5(n::text), 50000) ELSE 'short' END AS speech, timestamptz '2026-01-05 00:00+00' + n * interval '1 minute' AS touched_at FROM generate_series(1, 4000) AS n;
ALTER TABLE speeches ALTER COLUMN speech SET STORAGE EXTERNAL;
ANALYZE speeches;
SELECT same_rows('SELECT md5(s.speech), o.order_id FROM (SELECT customer, speech || speech AS speech, touched_at FROM speeches OFFSET 0) AS s JOIN keyed_orders o ON s.customer = o.customer AND s.touched_at ~> o.ordered_at', 'values of megabytes', forced => true);

-- a filter is asked of no row behind the last one that is wanted
CREATE TABLE risky AS SELECT n AS touch_id, n % 10 AS customer_id, timestamptz '2026-01-01 00:00+00' AS touched_at, CASE WHEN n = 50 THEN 0 ELSE 1 END AS x FROM generate_series(1, 1000) AS n;
CREATE TABLE safe_orders AS SELECT n % 3 AS customer_id, timestamptz '2026-01-02 00:00+00' AS ordered_at FROM generate_series(1, 20) AS n;
ANALYZE risky, safe_orders;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL enable_nestloop = off;
SELECT is_joined('SELECT touch_id FROM risky t JOIN safe_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at WHERE 10 / t.x > 0 LIMIT 1', 'a filter that fails later: the plan');
SELECT lives_ok('SELECT touch_id FROM risky t JOIN safe_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at WHERE 10 / t.x > 0 LIMIT 1', 'a filter that fails later');
SELECT throws_ok('SELECT count(touch_id) FROM risky t JOIN safe_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at WHERE 10 / t.x > 0', '22012', NULL, 'and it does fail');
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_nestloop;

-- filters of the tables: of the side that is read in place, they come after the sieve
CREATE FUNCTION odd(bigint) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 % 2 <> 0; END';
SELECT same_pairs('(SELECT * FROM held_touches WHERE touch_id % 3 = 0)', 'only_zero', 'touches through a filter');
SELECT same_pairs('(SELECT * FROM held_touches WHERE touch_id % 3 = 0)', 'orders', 'touches through a filter, with more orders');
SELECT same_pairs('(SELECT * FROM held_touches WHERE odd(touch_id) AND touched_at > ''2026-01-08 00:00+00'')', '(SELECT * FROM orders WHERE odd(order_id))', 'filters on both sides');
SELECT same_pairs('(SELECT * FROM held_touches WHERE touch_id <> ALL (ARRAY(SELECT order_id * 3 FROM only_zero WHERE customer_id % 50 = 0)))', 'only_zero', 'a filter with a list that is read first');
SELECT same_pairs('(SELECT * FROM held_touches WHERE touch_id > ALL (SELECT 5 * n FROM generate_series(1, 9) AS n))', 'only_zero', 'a filter with a query of its own');
SELECT same_pairs('(SELECT * FROM strangers WHERE campaign_id IS NULL)', 'only_zero', 'a filter on NULLs');
SELECT same_pairs('(SELECT * FROM strangers WHERE region IS DISTINCT FROM 3)', 'only_zero', 'a filter on a column that is newer than rows');
SET LOCAL work_mem = '64kB';
SELECT same_pairs('(SELECT * FROM held_touches WHERE odd(touch_id))', '(SELECT * FROM orders WHERE odd(order_id))', 'filters, and too little memory');
RESET work_mem;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT same_pairs('(SELECT * FROM large_touches WHERE touch_id % 3 = 0)', '(SELECT * FROM orders WHERE order_id % 2 = 0)', 'filters, with workers');
RESET max_parallel_workers_per_gather;
SELECT same_pairs('(SELECT * FROM held_touches WHERE ctid > ''(7,3)'' AND tableoid = ''held_touches''::regclass AND xmin IS NOT NULL)', 'only_zero', 'a filter on system columns');
SELECT same_pairs('(SELECT * FROM held_touches AS h WHERE h::text LIKE ''%7%'')', 'only_zero', 'a filter on whole rows');
SELECT same_pairs('(SELECT * FROM held_touches AS h WHERE (SELECT h.touch_id % 3 = 0))', 'only_zero', 'a filter with a query for each row');

CREATE SEQUENCE seen;
CREATE FUNCTION count_seen(filter text, kind text DEFAULT '') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE query text := format('SELECT count(*) FROM held_touches t %s JOIN only_zero o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at WHERE %s', kind, filter);
BEGIN
	IF plan_of(query) !~ 'AttributionJoin' THEN RAISE EXCEPTION 'another plan: %', plan_of(query); END IF;
	PERFORM setval('seen', 1, false);
	EXECUTE query;
	RETURN (SELECT last_value FROM seen);
END $$;
SELECT is(count_seen('nextval(''seen'') > t.touch_id - 1000000'), (SELECT count(*) FROM held_touches), 'a volatile filter is asked of every row');
SELECT is(count_seen('(SELECT nextval(''seen'') > t.touch_id - 1000000)'), (SELECT count(*) FROM held_touches), 'and one that is hidden in a query');
CREATE FUNCTION notes_call(bigint) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN IF $1 = 1 THEN PERFORM nextval(''seen''); END IF; RETURN true; END';
SELECT is(count_seen('notes_call(t.touch_id) AND nextval(''seen'') > t.touch_id - 1000000') - (SELECT count(*) FROM held_touches), 1::bigint, 'no row is asked about twice: row by row');
SELECT is(count_seen('notes_call(t.touch_id)', 'LEFT'), 1::bigint, 'no row is asked about twice: by pages');

CREATE POLICY own_rows ON touches USING (touch_id % 2 = 0);
ALTER TABLE touches ENABLE ROW LEVEL SECURITY;
ALTER TABLE touches FORCE ROW LEVEL SECURITY;
CREATE ROLE join_pages_reader;
GRANT SELECT ON touches, only_zero TO join_pages_reader;
CREATE FUNCTION reader_pairs(OUT plan text, OUT pairs bigint, OUT hidden bigint) LANGUAGE plpgsql SET role = join_pages_reader AS $$
DECLARE query text := 'SELECT count(*), count(*) FILTER (WHERE touch_id % 2 <> 0) FROM touches t JOIN only_zero o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at';
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP plan := concat(plan, line, E'\n'); END LOOP;
	EXECUTE query INTO pairs, hidden;
END $$;
SELECT * FROM reader_pairs() \gset
SELECT matches(:'plan'::text, 'AttributionJoin.*Filter', 'rows that a policy hides: the plan');
SELECT cmp_ok(:pairs, '>', 0, 'rows that it does not hide are there');
SELECT is(:hidden, 0, 'and those that it hides are not');

CREATE FUNCTION each_day(OUT total bigint) LANGUAGE plpgsql AS $$
BEGIN
	SELECT sum(n) INTO total FROM generate_series(1, 30) AS day,
		LATERAL (SELECT count(*) AS n FROM held_touches t JOIN only_zero o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at
			WHERE t.touched_at >= '2025-12-31 00:00+00'::timestamptz + day * interval '1 day' AND t.touched_at < '2026-01-01 00:00+00'::timestamptz + day * interval '1 day' OFFSET 0) AS counted;
END $$;
SELECT is((SELECT each_day()), (SELECT count(*) FROM held_touches t JOIN only_zero o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at WHERE t.touched_at >= '2026-01-01 00:00+00' AND t.touched_at < '2026-01-31 00:00+00'), 'a filter that changes with each scan');

-- tables of which a column was dropped, with rows of before and after; a partition of another shape
CREATE TABLE shed AS SELECT 1 AS gone, touch_id, 'x'::text AS gone_too, customer_id, touched_at FROM held_touches WHERE touch_id % 2 = 0;
ALTER TABLE shed DROP COLUMN gone, DROP COLUMN gone_too;
INSERT INTO shed SELECT touch_id, customer_id, touched_at FROM held_touches WHERE touch_id % 2 = 1;
CREATE TABLE late (gone integer, padding text, touch_id integer, customer_id bigint, gone_too integer, touched_at timestamptz);
ALTER TABLE late DROP COLUMN gone, DROP COLUMN gone_too;
INSERT INTO late SELECT padding, touch_id, customer_id, touched_at FROM held_touches;
CREATE TABLE parts (touch_id integer, customer_id bigint, touched_at timestamptz, padding text) PARTITION BY RANGE (touched_at);
ALTER TABLE parts ATTACH PARTITION late FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
CREATE TABLE shed_orders AS SELECT 1 AS gone, order_id, customer_id, ordered_at FROM orders;
ALTER TABLE shed_orders DROP COLUMN gone;
ANALYZE shed, parts, late, shed_orders;
SELECT same_pairs('shed', 'shed_orders', 'tables with dropped columns');
SELECT same_pairs('(SELECT * FROM shed WHERE touch_id % 3 = 0)', '(SELECT * FROM shed_orders WHERE odd(order_id))', 'the same through filters');
SELECT same_pairs('parts', 'only_zero', 'a partition of another shape');
SELECT same_pairs('(SELECT * FROM parts WHERE odd(touch_id))', 'orders', 'the same through a filter');
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SELECT is_joined('UPDATE shed_orders o SET ordered_at = t.touched_at FROM shed t WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'UPDATE of such a table: the plan');
CREATE TABLE led AS SELECT order_id, array_agg(t.touched_at) AS touched FROM shed t JOIN shed_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at GROUP BY order_id;
UPDATE shed_orders o SET ordered_at = t.touched_at FROM shed t WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at;
RESET enable_hashjoin;
SELECT is((SELECT count(*) FROM shed_orders o JOIN led l ON l.order_id = o.order_id AND o.ordered_at = ANY (l.touched)), (SELECT count(*) FROM led), 'UPDATE of such a table: the rows');

SELECT * FROM finish();
ROLLBACK;
