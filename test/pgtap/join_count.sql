-- Queries that ask an attribution join for nothing but how many rows it has, in all or by groups: the
-- join counts them itself. When it does, and that the numbers are those of the plain join.
BEGIN;
SELECT plan(225);

CREATE TABLE touches AS
SELECT n AS touch_id, n % 1000 AS customer_id, CASE WHEN n % 41 > 0 THEN n % 37 END AS influencer_id, 'channel ' || n % 5 AS channel,
       timestamptz '2026-01-01 00:00+00' + n * interval '157 seconds' AS touched_at
FROM   generate_series(1, 50000) AS n;
CREATE TABLE orders AS
SELECT n AS order_id, (n * 7) % 1200 AS customer_id,
       timestamptz '2026-01-01 00:00+00' + n * interval '785 seconds' AS ordered_at,
       (n % 20) * interval '1 day' AS span, n % 5 AS segment
FROM   generate_series(1, 10000) AS n;
ANALYZE touches, orders;
ALTER TABLE touches ADD PRIMARY KEY (touch_id);
CREATE TABLE no_orders (LIKE orders);
INSERT INTO no_orders SELECT * FROM orders LIMIT 0;

\ir ../lib/same_rows.sql
SET LOCAL hash_mem_multiplier = 2;
SET LOCAL max_parallel_workers_per_gather = 0;

-- the plan counts, and the rows are those of the plain join
CREATE FUNCTION is_counted(query text, how text, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT matches(plan_of(query), 'AttributionJoin.*Counts: ' || how, what || ': the plan');
	RETURN QUERY SELECT same_rows(query, what);
END $$;
-- it does not, and yet they are
CREATE FUNCTION is_not_counted(query text, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT doesnt_match(plan_of(query), 'Counts:', what || ': the plan');
	RETURN QUERY SELECT same_rows(query, what);
END $$;
CREATE TEMPORARY TABLE pairs AS SELECT 'touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at' AS of;

SELECT is_counted('SELECT count(*) FROM ' || of, 'All Rows', 'all pairs') FROM pairs;
SELECT is_counted('SELECT count(1), count(*) * 2, 7 FROM ' || of || ' HAVING count(*) > 3', 'All Rows', 'the same number in several ways') FROM pairs;
SELECT is_counted('SELECT count(*) FROM ' || of || ' HAVING count(*) < 3', 'All Rows', 'a number that is not wanted') FROM pairs;
SELECT is_counted('SELECT t.influencer_id, count(*) FROM ' || of || ' GROUP BY t.influencer_id', 'Rows of Each Group', 'by influencer') FROM pairs;
SELECT is_counted('SELECT channel || ''!'', count(*), influencer_id % 3 FROM ' || of || ' GROUP BY channel || ''!'', influencer_id % 3 HAVING count(*) > 10 ORDER BY 2 DESC LIMIT 5', 'Rows of Each Group', 'by expressions, in an order') FROM pairs;
SELECT is_counted('SELECT t.touch_id, t.channel, count(*) FROM ' || of || ' GROUP BY t.touch_id', 'Rows of Each Group', 'by the key of the touches') FROM pairs;
SELECT is_counted('SELECT t.influencer_id AS a, t.influencer_id AS b, count(*) FROM ' || of || ' GROUP BY 1, 2', 'Rows of Each Group', 'by one column twice') FROM pairs;
SELECT is_counted('SELECT t.influencer_id, t.channel AS a, t.channel AS b, count(*), t.channel || 1 AS c FROM ' || of || ' GROUP BY 1, 2, 3', 'Rows of Each Group', 'by a text twice') FROM pairs;
SELECT is_counted('SELECT t.channel, t.influencer_id AS a, t.influencer_id AS b, t.channel AS c, count(*) FROM ' || of || ' GROUP BY 1, 2, 3, 4', 'Rows of Each Group', 'in another order than the table has') FROM pairs;
SELECT is_counted('SELECT count(*), o.order_id, o.customer_id, o.segment FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at GROUP BY o.segment, o.customer_id, o.order_id', 'Rows of Each Group', 'by orders, some of them without a touch');
SELECT is_counted('SELECT t.touch_id, count(*) FROM (SELECT * FROM touches ORDER BY touch_id) AS t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at GROUP BY 1', 'Rows of Each Group', 'of touches in an order') FROM pairs;
SELECT is_counted('SELECT t.influencer_id FROM ' || of || ' GROUP BY t.influencer_id HAVING count(*) > 400', 'Rows of Each Group', 'a condition alone') FROM pairs;
SELECT is_counted('SELECT t.influencer_id, count(*), rank() OVER (ORDER BY count(*), t.influencer_id) FROM ' || of || ' GROUP BY t.influencer_id', 'Rows of Each Group', 'in a window') FROM pairs;
SELECT is_counted('SELECT count(*) FROM touches t LEFT JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'All Rows', 'and touches without an order');
SELECT is_counted('SELECT t.channel, count(*) FROM touches t LEFT JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at GROUP BY t.channel', 'Rows of Each Group', 'and by channel');
SELECT is_counted('SELECT count(*) FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'All Rows', 'orders, too, that have none');
SELECT is_counted('SELECT count(*) FROM touches t LEFT JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at WHERE o.order_id IS NULL OR o.segment <> 3', 'All Rows', 'with a condition of an outer join');
SET LOCAL enable_hashjoin = off;
SELECT is_counted('SELECT count(*) FROM touches t WHERE EXISTS (SELECT FROM orders o WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at)', 'All Rows', 'touches that led to an order');
SET LOCAL enable_hashjoin = on;
SELECT is_counted('SELECT count(*) FROM orders o WHERE NOT EXISTS (SELECT FROM touches t WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at)', 'All Rows', 'orders without a touch');
SELECT is_counted('SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, o.span) AND t.influencer_id <> o.segment', 'All Rows', 'a filter and a lookback of each order');
SELECT is_counted('SELECT count(*) FROM touches t JOIN no_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'All Rows', 'no order at all');
SELECT is_counted('SELECT count(*) FROM (' || format('SELECT t.channel, count(*) FROM %s GROUP BY 1', of) || ') AS q', 'Rows of Each Group', 'counts of counts') FROM pairs;
SELECT is_counted('SELECT s.x, j.n FROM generate_series(0, 4) AS s(x), LATERAL (SELECT count(*) AS n FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, s.x * interval ''2 days'')) AS j', 'All Rows', 'rescans');
SELECT is_counted('SELECT s.x, j.* FROM generate_series(0, 4) AS s(x), LATERAL (SELECT t.channel, count(*) AS n FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, s.x * interval ''9 days'') GROUP BY 1) AS j', 'Rows of Each Group', 'rescans by channel');

SET LOCAL enable_hashagg = off;
SELECT is_counted('SELECT t.influencer_id, count(*) FROM ' || of || ' GROUP BY t.influencer_id', 'Rows of Each Group', 'sorted') FROM pairs;
SELECT is_counted('SELECT t.channel, count(*) FROM ' || of || ' WHERE t.channel = ''channel 3'' AND o.segment = 1 GROUP BY t.channel', 'Rows of Each Group', 'one group, sorted') FROM pairs;
SET LOCAL enable_hashagg = on;
SELECT is_counted('SELECT t.channel, count(*) FROM ' || of || ' WHERE t.channel = ''channel 3'' AND o.segment = 1 GROUP BY t.channel', 'Rows of Each Group', 'one group') FROM pairs;

-- groups are added up within the join: as few rows come out of it, as many groups as there are, or more if there is no
-- room; values short and long, NULLs, equal ones of different looks; with workers; again and again
SELECT matches(plan_of('SELECT t.influencer_id, count(*) FROM ' || of || ' GROUP BY t.influencer_id', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF'), 'AttributionJoin\) \(actual rows=38(\.00)? loops=1\)', 'a row for each group') FROM pairs;
SELECT matches(plan_of('SELECT t.touch_id, count(*) FROM ' || of || ' GROUP BY t.touch_id', 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF'), 'AttributionJoin\) \(actual rows=(3|4)\d{4}(\.00)? loops=1\)', 'a row for each probe') FROM pairs;
CREATE TABLE noted AS SELECT touch_id, customer_id, touched_at, CASE WHEN touch_id % 11 <> 0 THEN repeat('é', touch_id % 300) END AS note, ((touch_id % 50) || left('.000', touch_id % 5))::numeric AS price,
       CASE touch_id % 3 WHEN 0 THEN '-0'::float8 WHEN 1 THEN 0 END AS zero, ARRAY[touch_id % 4, touch_id % 6] AS pair, md5((touch_id % 900)::text)::uuid AS device, touched_at::date AS day FROM touches;
CREATE TABLE few_noted AS SELECT *, CASE WHEN touch_id % 500 = 0 THEN repeat(md5(touch_id::text), 300) ELSE 'short' END AS long_note FROM noted WHERE touch_id % 5 = 0;
ALTER TABLE few_noted ALTER COLUMN long_note SET STORAGE EXTERNAL;
ANALYZE noted, few_noted;
CREATE TEMPORARY TABLE noted_pairs AS SELECT 'noted t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at' AS of;
CREATE FUNCTION counted_by_notes(what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE of text := (SELECT noted_pairs.of FROM noted_pairs);
BEGIN
	RETURN QUERY SELECT is_counted('SELECT note, count(*) FROM ' || of || ' GROUP BY note', 'Rows of Each Group', what || ': notes');
	RETURN QUERY SELECT is_counted('SELECT count(*) FROM ' || of || ' GROUP BY price', 'Rows of Each Group', what || ': numbers of different looks');
	RETURN QUERY SELECT is_counted('SELECT count(*) FROM ' || of || ' GROUP BY zero', 'Rows of Each Group', what || ': zeros');
	RETURN QUERY SELECT is_counted('SELECT pair, device, note IS NULL, count(*) FROM ' || of || ' GROUP BY pair, device, note IS NULL', 'Rows of Each Group', what || ': several columns');
	RETURN QUERY SELECT is_counted('SELECT t.customer_id, day, count(*) FROM ' || of || ' GROUP BY t.customer_id, day', 'Rows of Each Group', what || ': many groups');
	RETURN QUERY SELECT is_counted('SELECT day, count(*) FROM noted t LEFT JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at GROUP BY day', 'Rows of Each Group', what || ': touches without an order, too');
	RETURN QUERY SELECT is_counted('SELECT md5(long_note), note, count(*) FROM few_' || of || ' GROUP BY long_note, note', 'Rows of Each Group', what || ': values stored apart');
END $$;
-- more columns come out than there are in the tables
SELECT is_counted(format('SELECT %s, note IS NULL, t.customer_id %% 7, count(*) FROM %s GROUP BY %s', (SELECT string_agg('day AS p' || n, ', ') FROM generate_series(1, 66) AS n), of, (SELECT string_agg(n::text, ', ') FROM generate_series(1, 68) AS n)), 'Rows of Each Group', 'seventy columns') FROM noted_pairs;
SELECT is_counted(format('SELECT %s, day, count(*) FROM %s GROUP BY %s', (SELECT string_agg('zero AS z' || n, ', ') FROM generate_series(1, 66) AS n), of, (SELECT string_agg(n::text, ', ') FROM generate_series(1, 67) AS n)), 'Rows of Each Group', 'many columns, nothing but columns') FROM noted_pairs;
SELECT counted_by_notes('much memory');
SET LOCAL work_mem = '64kB';
SELECT counted_by_notes('little memory');
RESET work_mem;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT counted_by_notes('workers');
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT is_counted('SELECT s.x, j.* FROM generate_series(0, 4) AS s(x), LATERAL (SELECT t.note, t.day, count(*) AS n FROM noted t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, s.x * interval ''9 days'') GROUP BY 1, 2) AS j', 'Rows of Each Group', 'rescans by notes and days');
SELECT same_rows('SELECT count(*) FROM ' || of || ' GROUP BY ''all of them''::text', 'by a constant') FROM pairs;
SELECT same_rows('SELECT count(*) FROM touches t JOIN no_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at GROUP BY ''all of them''::text', 'by a constant, of nothing');

-- the side that is grouped by probes, even if the other one would be the quicker one to
CREATE TABLE many_touches AS SELECT n AS touch_id, n % 100 AS customer_id, n % 7 AS influencer_id, timestamptz '2026-01-01 00:00+00' + n * interval '30 seconds' AS touched_at FROM generate_series(1, 100000) AS n;
CREATE TABLE many_orders AS SELECT n AS order_id, n % 100 AS customer_id, n % 5 AS segment, timestamptz '2026-01-01 00:00+00' + n * interval '25 seconds' AS ordered_at FROM generate_series(1, 120000) AS n;
ANALYZE many_touches, many_orders;
SELECT matches(plan_of(format('SELECT %s, count(*) FROM many_touches t JOIN many_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at GROUP BY 1', grouped)), 'Counts: Rows of Each Group.*Seq Scan on ' || probes, 'by ' || grouped)
FROM   (VALUES ('t.influencer_id', 'many_touches t.*Seq Scan on many_orders'), ('o.segment', 'many_orders o.*Seq Scan on many_touches')) AS s(grouped, probes);

-- more is asked for
SELECT is_not_counted('SELECT count(o.segment) FROM ' || of, 'values, not rows') FROM pairs;
SELECT is_not_counted('SELECT count(NULL) FROM ' || of, 'nothing') FROM pairs;
SELECT is_not_counted('SELECT count(*), sum(o.segment) FROM ' || of, 'a sum') FROM pairs;
SELECT is_not_counted('SELECT count(DISTINCT t.customer_id), count(*) FROM ' || of, 'different ones') FROM pairs;
SELECT is_not_counted('SELECT count(*) FILTER (WHERE o.segment = 1) FROM ' || of, 'some') FROM pairs;
SELECT is_not_counted('SELECT o.segment, t.channel, count(*) FROM ' || of || ' GROUP BY 1, 2', 'by columns of both sides') FROM pairs;
SELECT is_not_counted('SELECT t.channel, GROUPING(t.channel), count(*) FROM ' || of || ' GROUP BY 1', 'what only the aggregate knows') FROM pairs;
SELECT is_not_counted('SELECT t.channel, count(*) FROM ' || of || ' AND o.segment <> t.influencer_id GROUP BY 1', 'a filter of each pair') FROM pairs;
SELECT is_not_counted('SELECT t.channel, count(*) FROM ' || of || ' GROUP BY ROLLUP (1)', 'several groupings') FROM pairs;
SELECT doesnt_match(plan_of('SELECT random() < 0.5, count(*) FROM ' || of || ' GROUP BY 1'), 'Counts:', 'what is not the same for each pair') FROM pairs;
SELECT doesnt_match(plan_of('SELECT generate_series(1, 2), count(*) FROM ' || of || ' GROUP BY 1'), 'Counts:', 'a set for each') FROM pairs;
SET LOCAL influence.enable_attribution_join = off;
SELECT doesnt_match(plan_of('SELECT count(*) FROM ' || of), 'Counts:', 'switched off') FROM pairs;
SET LOCAL influence.enable_attribution_join = on;

-- what EXPLAIN tells
SELECT matches(plan_of('SELECT count(*) FROM ' || of, 'ANALYZE, VERBOSE, COSTS OFF, TIMING OFF, SUMMARY OFF'),
               'Finalize Aggregate.*Output: count\(\*\).*AttributionJoin\) \(actual rows=1(\.00)? loops=1\)\s+Output: \(PARTIAL count\(\*\)\).*Rows Counted: '
               || (SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND o.ordered_at - t.touched_at BETWEEN '0' AND '30 days') || '\s',
               'how many it counted') FROM pairs;
CREATE FUNCTION told(query text, pattern text) RETURNS bigint LANGUAGE sql AS $$
	SELECT substring(plan_of(query, 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF') FROM pattern)::bigint $$;
-- those out of the window are as many whether pairs are handed on or counted
SELECT is(told('SELECT count(*) FROM ' || of, 'Rows Removed by Window: (\d+)'), told('SELECT FROM ' || of, 'Rows Removed by Window: (\d+)'), 'rows removed by the window') FROM pairs;

-- the memory of counts by group, in kB, which is at most an eighth of work_mem
CREATE FUNCTION memory_of_counts(query text) RETURNS bigint LANGUAGE sql AS $$
	SELECT told(query, 'Memory Usage of Counts: (\d+) kB') $$;
SELECT is(memory_of_counts('SELECT count(*) FROM ' || of), NULL, 'no groups, no memory for their counts') FROM pairs;
SELECT cmp_ok(memory_of_counts('SELECT t.channel, count(*) FROM ' || of || ' GROUP BY 1'), '>', 0::bigint, 'memory of a few groups') FROM pairs;
SET LOCAL work_mem = '64kB';
SELECT cmp_ok(memory_of_counts('SELECT t.channel, t.influencer_id, count(*) FROM ' || of || ' GROUP BY 1, 2'), '<=', 8::bigint, 'memory of more groups than there is room for') FROM pairs;
RESET work_mem;

-- as with any node: instants at the ends of time, files, cursors, prepared statements, changes of rows
INSERT INTO touches SELECT 100000 + n, 5000, 1, 'end', 'infinity' FROM generate_series(1, 3) AS n;
INSERT INTO touches SELECT 200000 + n, 5000, 1, 'end', '294276-12-31 23:59:59+00' FROM generate_series(1, 3) AS n;
INSERT INTO orders SELECT 100000 + n, 5000, '294276-12-31 23:59:59+00', '1 day', 1 FROM generate_series(1, 12) AS n;
INSERT INTO orders SELECT 200000 + n, 5000, 'infinity', '1 day', 1 FROM generate_series(1, 12) AS n;
SELECT is_counted('SELECT t.channel, count(*) FROM ' || of || ' GROUP BY 1', 'Rows of Each Group', 'the ends of time') FROM pairs;
SET LOCAL work_mem = '64kB';
SET LOCAL hash_mem_multiplier = 1;
SELECT is_counted('SELECT count(*) FROM ' || of, 'All Rows', 'with files') FROM pairs;
SELECT is_counted('SELECT t.channel, count(*) FROM ' || of || ' GROUP BY 1', 'Rows of Each Group', 'by channel, with files') FROM pairs;
RESET work_mem;
SET LOCAL hash_mem_multiplier = 2;

PREPARE of_span (interval) AS SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, $1);
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT matches(plan_of('EXECUTE of_span(''2 days'')'), 'Counts: All Rows', 'a generic plan');
CREATE FUNCTION executed(statement text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN EXECUTE statement INTO n; RETURN n; END $$;
SELECT is(executed('EXECUTE of_span(''2 days'')'), executed('SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at <= o.ordered_at AND t.touched_at >= o.ordered_at - interval ''48 hours'' AND isfinite(o.ordered_at)'), 'its number');
SELECT is(executed('EXECUTE of_span(NULL)'), 0::bigint, 'a lookback that is NULL');
SELECT throws_ok('EXECUTE of_span(''1 month'')', '22023', NULL, 'one that is no length of time');
RESET plan_cache_mode;

DECLARE c SCROLL CURSOR FOR SELECT t.channel, count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at GROUP BY 1 ORDER BY 1;
CREATE FUNCTION fetched(moves text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE c refcursor := 'c'; r record;
BEGIN
	EXECUTE 'FETCH ' || moves || ' FROM c' INTO r;
	RETURN r::text;
END $$;
SELECT is(fetched('FIRST'), (SELECT r::text FROM (SELECT t.channel, count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at GROUP BY 1 ORDER BY 1 LIMIT 1) AS r), 'a cursor');
SELECT isnt(fetched('LAST'), fetched('FIRST'), 'at its ends');
CLOSE c;

CREATE TABLE totals AS SELECT channel, 0::bigint AS pairs FROM touches GROUP BY 1;
CREATE FUNCTION note_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.pairs := NEW.pairs + 1; RETURN NEW; END $$;
CREATE TRIGGER note BEFORE INSERT OR UPDATE ON totals FOR EACH ROW EXECUTE FUNCTION note_row();
UPDATE totals SET pairs = q.n FROM (SELECT t.channel, count(*) AS n FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at GROUP BY 1) AS q WHERE q.channel = totals.channel;
SELECT results_eq('SELECT channel, pairs - 1 FROM totals ORDER BY 1', 'SELECT t.channel, count(t.channel) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at GROUP BY 1 ORDER BY 1', 'an update with triggers');
INSERT INTO totals SELECT t.channel, count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at GROUP BY 1;
SELECT is((SELECT count(*) FROM (SELECT DISTINCT channel, pairs FROM totals) AS q), 6::bigint, 'and an insert');

-- with workers
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT matches(plan_of('SELECT count(*) FROM ' || of), 'Finalize Aggregate.*Gather.*Parallel Custom Scan \(AttributionJoin\)\s+Join Type: Inner\s+Counts: All Rows', 'each worker counts its own') FROM pairs;
SELECT is_counted('SELECT count(*) FROM ' || of, 'All Rows', 'with workers') FROM pairs;
SELECT is_counted('SELECT t.channel, count(*) FROM ' || of || ' GROUP BY 1', 'Rows of Each Group', 'by channel, with workers') FROM pairs;
SELECT is_counted('SELECT count(*) FROM orders o WHERE NOT EXISTS (SELECT FROM touches t WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at)', 'All Rows', 'orders without a touch, with workers');
SELECT is(told('SELECT count(*) FROM ' || of, 'Rows Counted: (\d+)'),
          (SELECT count(t.customer_id) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at), 'how many all of them counted') FROM pairs;
SELECT cmp_ok(memory_of_counts('SELECT t.channel, count(*) FROM ' || of || ' GROUP BY 1'), '>', 0::bigint, 'memory of groups of all of them') FROM pairs;

SELECT * FROM finish();
ROLLBACK;
