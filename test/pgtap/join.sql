-- The attribution join: when the planner takes it, and that it is a node like any other: rescans,
-- cursors, prepared statements, subtransactions, partitions, EXPLAIN.
BEGIN;
SELECT plan(297);

CREATE TABLE touches AS
SELECT n % 1000 AS customer_id, n % 37 AS influencer_id,
       timestamptz '2026-01-01 00:00+00' + n * interval '157 seconds' AS touched_at
FROM   generate_series(1, 100000) AS n;
CREATE TABLE orders AS
SELECT n AS order_id, (n * 7) % 1000 AS customer_id,
       timestamptz '2026-01-01 00:00+00' + n * interval '1570 seconds' AS ordered_at,
       (n % 20) * interval '1 day' AS span, n % 5 AS segment
FROM   generate_series(1, 10000) AS n;
ANALYZE touches, orders;

\ir ../lib/same_rows.sql
-- its default from 15 on
SET LOCAL hash_mem_multiplier = 2;

-- when it is taken
SELECT is_joined('SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'all touches and orders');
SELECT is_joined('SELECT o.order_id, t.influencer_id FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'the ledger');
SELECT is_joined('SELECT FROM orders o WHERE NOT EXISTS (SELECT FROM touches t WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at)', 'orders without a touch');
SELECT is_joined('SELECT FROM orders o WHERE EXISTS (SELECT FROM touches t WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at)', 'orders with a touch');
SELECT matches(plan_of('SELECT FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at'), 'AttributionJoin.*Seq Scan on touches.*Seq Scan on orders', 'the smaller side is built');
SELECT matches(plan_of('SELECT FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at WHERE t.influencer_id = 3'), 'AttributionJoin.*Seq Scan on orders.*Seq Scan on touches', 'or the touches, if they are fewer');

-- when it is not
CREATE INDEX ON touches (customer_id, touched_at);
CREATE INDEX ON orders (order_id);
SELECT matches(plan_of('SELECT FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at WHERE o.order_id = 77'), 'Nested Loop', 'one order: a nested loop with an index');
SELECT matches(plan_of('SELECT FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at LIMIT 5'), 'Nested Loop|AttributionJoin', 'a few rows are not a matter of the whole');
SELECT is_not_joined('SELECT FROM orders o JOIN touches t ON t.customer_id = o.customer_id', 'no operator');
SELECT is_not_joined('SELECT FROM orders o JOIN touches t ON t.touched_at ~> o.ordered_at WHERE o.order_id < 5', 'no equality');
SELECT is_not_joined('SELECT FROM orders o JOIN touches t ON t.customer_id = o.customer_id WHERE t.touched_at ~> timestamptz ''2026-03-01''', 'an operator that does not compare the two sides');
SELECT is_not_joined('SELECT FROM orders o FULL JOIN touches t ON t.customer_id = o.customer_id AND false', 'a full join');
SELECT is_not_joined('SELECT FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND NOT t.touched_at ~> o.ordered_at', 'the opposite of the operator');
SELECT is_not_joined('SELECT FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> (o.ordered_at + random() * interval ''1 day'')', 'a volatile instant');
SELECT is_not_joined('SELECT FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, o.span + t.influencer_id * interval ''1 day'')', 'a lookback out of both sides');
SET LOCAL influence.enable_attribution_join = off;
SELECT is_not_joined('SELECT FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'switched off');
SET LOCAL influence.enable_attribution_join = on;
DROP INDEX touches_customer_id_touched_at_idx;

-- as a part of larger plans
SELECT same_rows('SELECT order_id, influencer_id, touched_at FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'inner');
SELECT same_rows('SELECT o.order_id, t.*, o.ordered_at - t.touched_at FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, o.span) WHERE t.influencer_id IS NULL OR t.influencer_id + o.segment < 20', 'left, with a condition above');
SELECT same_rows('SELECT o.order_id, x.label FROM orders o LEFT JOIN (SELECT customer_id, touched_at, ''touched by '' || coalesce(influencer_id, 0) AS label FROM touches) x ON x.customer_id = o.customer_id AND x.touched_at ~> lookback(o.ordered_at, ''2 days'')', 'a computed column under an outer join');
SELECT same_rows('SELECT o, t FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''1 day'')', 'whole rows');
SELECT same_rows('SELECT o.order_id, t.influencer_id, i.name FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''2 days'') JOIN (VALUES (1, ''a''), (2, ''b'')) AS i(id, name) ON i.id = t.influencer_id', 'three relations');
SELECT same_rows('SELECT s.segment, j.n FROM generate_series(0, 4) AS s(segment), LATERAL (SELECT count(*) AS n FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, s.segment * interval ''1 day'') WHERE o.segment = s.segment) AS j', 'rescans with parameters');
SELECT same_rows('SELECT s.segment, j.n FROM generate_series(0, 4) AS s(segment), LATERAL (SELECT count(*) AS n FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, s.segment * interval ''1 day'')) AS j', 'rescans that change the lookback alone');
SELECT same_rows('SELECT s.x, j.n FROM generate_series(0, 4) AS s(x), LATERAL (SELECT count(*) AS n FROM orders o JOIN touches t ON t.customer_id = o.customer_id + s.x AND t.touched_at ~> (o.ordered_at - s.x * interval ''1 day'')) AS j', 'rescans that change what is built');
SELECT same_rows('SELECT s.x, j.n FROM generate_series(0, 4) AS s(x), LATERAL (SELECT count(*) AS n FROM (SELECT * FROM orders WHERE order_id > s.x OFFSET 0) o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at AND t.influencer_id < s.x) AS j', 'rescans of an outer join');
SELECT same_rows('SELECT s.x, j.n FROM generate_series(0, 4) AS s(x), LATERAL (SELECT count(*) AS n FROM (SELECT * FROM orders o WHERE EXISTS (SELECT FROM touches t WHERE t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''1 day'') AND t.influencer_id > s.x) OFFSET s.x) AS q) AS j', 'rescans of a semi join');
SELECT same_rows('SELECT s.x, z.* FROM generate_series(0, 4) AS s(x) LEFT JOIN LATERAL (SELECT o.order_id, t.influencer_id, s.x AS y FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id + s.x AND t.touched_at ~> lookback(o.ordered_at, s.x * interval ''1 day'') WHERE o.segment = s.x AND o.order_id % 10 = 3) z ON true', 'a path with parameters of its own');
SELECT same_rows('SELECT s.x, o.order_id, t.influencer_id FROM generate_series(0, 4) AS s(x) CROSS JOIN LATERAL (SELECT o.order_id, o.customer_id, o.ordered_at FROM orders o WHERE o.segment = s.x OFFSET 0) o JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, s.x * interval ''2 hours'')', 'a lookback from a third relation');
SELECT same_rows('SELECT o.order_id FROM orders o WHERE (SELECT count(*) FROM touches t JOIN orders p ON t.customer_id = p.customer_id AND t.touched_at ~> lookback(p.ordered_at, ''1 hour'') WHERE p.segment = o.segment) > 10 AND o.order_id < 20', 'a subquery for each row');
SELECT same_rows('SELECT o.order_id, (SELECT max(x.n) FROM (VALUES (o.segment), (t.influencer_id)) AS x(n)) FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''1 day'') AND o.segment <> (SELECT 3)', 'subqueries in conditions and columns');
SELECT same_rows('WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 4 AND EXISTS (SELECT FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at WHERE o.segment = r.n)) SELECT * FROM r', 'a recursive query');

-- memory for a fraction of the rows
SET LOCAL work_mem = '64kB';
SET LOCAL hash_mem_multiplier = 1;
SELECT same_rows('SELECT order_id, influencer_id, touched_at FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'with files');
SELECT same_rows('SELECT order_id, influencer_id, touched_at, repeat(''x'', 100) FROM orders o LEFT JOIN (SELECT * FROM touches UNION ALL SELECT 7, 1, touched_at FROM touches) t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''1 day'')', 'one customer has half of the touches');
SELECT matches(plan_of('SELECT FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'ANALYZE, TIMING OFF, COSTS OFF'), 'Batches: \d\d', 'EXPLAIN tells how many batches there were');
RESET work_mem;
SET LOCAL hash_mem_multiplier = 2;

-- cursors
CREATE TEMPORARY VIEW pairs AS SELECT order_id, influencer_id, touched_at FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, '3 days');
DECLARE c SCROLL CURSOR FOR SELECT * FROM pairs;
CREATE TEMPORARY TABLE fetched (order_id int, influencer_id int, touched_at timestamptz, n serial);
CREATE FUNCTION fetch_into_table(moves text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE c refcursor := 'c'; r record;
BEGIN
	EXECUTE 'FETCH ' || moves || ' FROM c' INTO r;
	INSERT INTO fetched VALUES (r.order_id, r.influencer_id, r.touched_at);
END $$;
SELECT fetch_into_table(moves) FROM unnest('{FORWARD,FORWARD,BACKWARD,FORWARD,LAST,FIRST}'::text[]) AS moves;
SELECT is((SELECT count(*) FROM fetched), 6::bigint, 'a scrolling cursor');
SELECT results_eq('SELECT order_id, influencer_id, touched_at FROM fetched WHERE n = 1', 'SELECT order_id, influencer_id, touched_at FROM fetched WHERE n = 3', 'backward gives the row again');
SELECT results_eq('SELECT order_id, influencer_id, touched_at FROM fetched WHERE n = 1', 'SELECT order_id, influencer_id, touched_at FROM fetched WHERE n = 6', 'and so does the first');
CLOSE c;

-- loops, prepared statements, subtransactions
CREATE FUNCTION loop_over_pairs(most int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE r record; n bigint := 0;
BEGIN
	FOR r IN SELECT * FROM pairs LOOP
		n := n + 1;
		BEGIN
			IF n % 100 = 0 THEN PERFORM 1 / (n - n); END IF;
		EXCEPTION WHEN division_by_zero THEN NULL;
		END;
		EXIT WHEN n = most;
	END LOOP;
	RETURN n;
END $$;
SELECT is(loop_over_pairs(-1), (SELECT count(*) FROM pairs), 'a loop with subtransactions');
SELECT is(loop_over_pairs(150), 150::bigint, 'a loop that ends early');
SET LOCAL work_mem = '64kB';
SELECT is(loop_over_pairs(-1), (SELECT count(*) FROM pairs), 'the same with files');
SELECT is(loop_over_pairs(150), 150::bigint, 'that end early');
RESET work_mem;

PREPARE of_span (interval, int) AS SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, $1) WHERE o.segment <> $2;
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is_joined('EXECUTE of_span(''2 days'', 1)', 'a generic plan');
CREATE FUNCTION executed(statement text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN EXECUTE statement INTO n; RETURN n; END $$;
SELECT is(executed('EXECUTE of_span(''2 days'', 1)'), executed('SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND o.ordered_at - t.touched_at BETWEEN ''0'' AND ''2 days'' WHERE o.segment <> 1'), 'its rows');
SELECT is(executed('EXECUTE of_span(''5 hours'', 2)'), executed('SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND o.ordered_at - t.touched_at BETWEEN ''0'' AND ''5 hours'' WHERE o.segment <> 2'), 'with other parameters');
SELECT is(executed('EXECUTE of_span(NULL, 2)'), 0::bigint, 'with a lookback that is NULL');
SELECT throws_ok('EXECUTE of_span(''1 month'', 2)', '22023', NULL, 'with one that is no length of time');
RESET plan_cache_mode;

-- a wrong lookback is an error where the operator would have raised it, and not elsewhere
SELECT throws_ok('SELECT FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, CASE WHEN o.order_id = 77 THEN interval ''-1 day'' ELSE ''1 day'' END)', '22023', NULL, 'a negative lookback of an order with touches');
SELECT lives_ok('SELECT FROM touches t JOIN (SELECT * FROM orders UNION ALL SELECT 0, 123456, now(), ''1 month'', 0) o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, o.span)', 'a lookback of a month of an order without');
SELECT throws_ok('SELECT FROM touches t JOIN (SELECT customer_id, CASE WHEN order_id = 77 THEN lookback(ordered_at::date, ''1 day'') ELSE lookback(ordered_at, ''1 day'') END AS w FROM orders) o ON t.customer_id = o.customer_id AND t.touched_at ~> o.w', '42804', NULL, 'a lookback window of another time type');

-- partitions
CREATE TABLE parted_touches (LIKE touches) PARTITION BY HASH (customer_id);
CREATE TABLE parted_orders (LIKE orders) PARTITION BY HASH (customer_id);
CREATE TABLE pt0 PARTITION OF parted_touches FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE pt1 PARTITION OF parted_touches FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE po0 PARTITION OF parted_orders FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE po1 PARTITION OF parted_orders FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted_touches SELECT * FROM touches;
INSERT INTO parted_orders SELECT * FROM orders;
ANALYZE parted_touches, parted_orders;
SET LOCAL enable_partitionwise_join = on;
SELECT matches(plan_of('SELECT FROM parted_orders o LEFT JOIN parted_touches t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''1 hour'')'), 'Append.*AttributionJoin.*AttributionJoin', 'partition by partition');
SELECT same_rows('SELECT o, t FROM parted_orders o LEFT JOIN parted_touches t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''1 hour'')', 'partitions');
CREATE INDEX ON parted_orders (order_id);
SET LOCAL enable_seqscan = off;
SELECT matches(plan_of('SELECT o.order_id, count(*) OVER (PARTITION BY o.order_id) FROM parted_orders o LEFT JOIN parted_touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at'), '^WindowAgg\n *->  Merge Append\n.*AttributionJoin.*Index Scan.*AttributionJoin.*Index Scan', 'partitions in order');
SELECT same_rows('SELECT o.order_id, count(*) OVER (PARTITION BY o.order_id) FROM parted_orders o LEFT JOIN parted_touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'partitions in order', forced => true);
RESET enable_seqscan;
RESET enable_partitionwise_join;

-- triggers get the row that the join gave out, and may put another in its place
CREATE FUNCTION rows_after(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
	TRUNCATE sink;
	EXECUTE statement;
	SELECT count(*) || ' ' || coalesce(sum(hashtextextended(s::text, 0)::numeric), 0) INTO result FROM sink AS s;
	RETURN result;
END $$;
CREATE FUNCTION same_rows_after(statement text, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE joined text; plain text;
BEGIN
	RETURN NEXT is_joined(statement, what || ': the plan');
	joined := rows_after(statement);
	SET LOCAL influence.enable_attribution_join = off;
	plain := rows_after(statement);
	SET LOCAL influence.enable_attribution_join = on;
	RETURN NEXT is(joined, plain, what || ': the rows');
END $$;
CREATE TABLE sink (touch text, influencer_id int, order_id int, segment int, note text) PARTITION BY RANGE (order_id);
CREATE TABLE sink1 PARTITION OF sink FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
CREATE VIEW sink_view AS SELECT * FROM sink;
CREATE TABLE named_orders AS SELECT *, 'order ' || order_id AS note FROM orders WHERE order_id % 10 = 0;
CREATE TABLE named_touches AS SELECT *, 'touch ' || touched_at AS touch FROM touches;
ANALYZE named_orders, named_touches;
CREATE FUNCTION change_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (new.order_id / 10) % 3 = 0 THEN
		new.touch := 'changed ' || new.touch; new.influencer_id := -1; new.segment := NULL; new.note := NULL;
	END IF;
	IF tg_when = 'INSTEAD OF' THEN INSERT INTO sink VALUES (new.*); END IF;
	RETURN new;
END $$;
CREATE TRIGGER change_row INSTEAD OF INSERT ON sink_view FOR EACH ROW EXECUTE FUNCTION change_row();
SELECT same_rows_after('INSERT INTO sink_view SELECT t.touch, t.influencer_id, o.order_id, o.segment, o.note FROM named_touches t JOIN named_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''20 days'')', 'a view with a trigger');
DROP TRIGGER change_row ON sink_view;
CREATE TRIGGER change_row BEFORE INSERT ON sink1 FOR EACH ROW EXECUTE FUNCTION change_row();
SELECT same_rows_after('INSERT INTO sink SELECT t.touch, t.influencer_id, o.order_id, o.segment, o.note FROM named_touches t JOIN named_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''20 days'')', 'a partition with a trigger');
SELECT same_rows_after('INSERT INTO sink (influencer_id, order_id, segment) SELECT t.influencer_id, o.order_id, o.segment FROM named_touches t JOIN named_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''20 days'')', 'a partition with a trigger, some columns');
DROP TRIGGER change_row ON sink1;

-- the rows of a partitioned target are known in a way that no custom scan can hand on
SELECT lives_ok('EXPLAIN (VERBOSE) UPDATE parted_touches t SET influencer_id = o.segment FROM orders o WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'an update of partitions');
SELECT lives_ok('EXPLAIN (VERBOSE) DELETE FROM parted_touches t USING orders o WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'a delete from partitions');

-- who may not call the operator does not get its rows
CREATE ROLE join_stranger;
GRANT SELECT ON touches, orders TO join_stranger;
REVOKE EXECUTE ON FUNCTION led_to(timestamptz, timestamptz) FROM PUBLIC;
SET LOCAL ROLE join_stranger;
DO $$ BEGIN PERFORM FROM public.touches t JOIN public.orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at; EXCEPTION WHEN insufficient_privilege THEN PERFORM set_config('join.refused', 'yes', true); END $$;
RESET ROLE;
SELECT is(current_setting('join.refused', true), 'yes', 'the right to call the operator');
GRANT EXECUTE ON FUNCTION led_to(timestamptz, timestamptz) TO PUBLIC;

-- the order of the probes is kept: the window needs no sort of the pairs where there are many, and has one where they are few
CREATE FUNCTION ledger_of(rest text) RETURNS text LANGUAGE sql AS $$
	SELECT 'SELECT o.order_id, t.influencer_id, t.touched_at, attribution_credit(''linear'', t.touched_at, o.ordered_at) OVER (PARTITION BY o.order_id) AS credit FROM orders o ' || rest $$;
SELECT matches(plan_of(ledger_of('JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at')), '^WindowAgg\n *->  Custom Scan .AttributionJoin.*Index Scan using orders_order_id_idx.*Seq Scan on touches', 'many pairs: the orders come in order');
SELECT matches(plan_of(ledger_of('JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''1 hour'')')), '^WindowAgg\n *->  Sort\n.*AttributionJoin.*Seq Scan on touches.*Seq Scan on orders', 'few pairs: these are sorted');
SELECT matches(plan_of(ledger_of('LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at ORDER BY order_id')), '^WindowAgg\n *->  Custom Scan', 'an outer join, and the same order in the end');
SELECT matches(plan_of(replace(ledger_of('JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at'), 'BY o.order_id)', 'BY o.order_id ORDER BY t.influencer_id)')), '^WindowAgg\n *->  Incremental Sort\n.*Presorted Key: o.order_id\n *->  Custom Scan', 'an incremental sort within each order');
SELECT matches(plan_of('SELECT o.segment, o.order_id, t.touched_at FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at ORDER BY o.segment DESC'), '^Custom Scan .AttributionJoin.*->  Sort\n *Sort Key: o.segment DESC\n *->  Seq Scan on orders', 'the probes are sorted where no index does it');
SELECT matches(plan_of('SELECT o.order_id FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at ORDER BY o.order_id LIMIT 10'), '^Limit\n *->  (Custom Scan|Nested Loop)', 'the first rows in order');
SELECT matches(plan_of('SELECT o.order_id FROM orders o WHERE NOT EXISTS (SELECT FROM touches t WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at) ORDER BY o.order_id'), 'AttributionJoin', 'orders without a touch, in order');
SELECT same_rows(ledger_of('JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at'), 'a ledger without a sort');
SELECT same_rows('SELECT s.x, j.* FROM generate_series(0, 3) AS s(x), LATERAL (SELECT order_id, n FROM (SELECT o.order_id, count(*) OVER (PARTITION BY o.order_id) AS n FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at OFFSET s.x * 0) AS p) AS j', 'scanned again and again, in order');
-- planned for memory that there is not
CREATE FUNCTION disorder(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE id int; before int; n int := 0; wrong int := 0;
BEGIN
	FOR id IN EXECUTE query LOOP n := n + 1; IF id < before THEN wrong := wrong + 1; END IF; before := id; END LOOP;
	RETURN (n > 0) || ' ' || wrong;
END $$;
PREPARE in_order AS SELECT o.order_id, t.touched_at, o.ordered_at - t.touched_at AS span FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at ORDER BY o.order_id;
SELECT matches(plan_of('EXECUTE in_order'), '^Custom Scan .AttributionJoin', 'a promise of order');
SELECT is(disorder('EXECUTE in_order'), 'true 0', 'is kept in memory');
SET LOCAL work_mem = '64kB';
SET LOCAL hash_mem_multiplier = 1;
SELECT is(disorder('EXECUTE in_order'), 'true 0', 'and with files');
-- what others do to the catalogs may have had the plan made anew for the memory that there is
CREATE FUNCTION plan_for_more_memory() RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan text;
BEGIN
	FOR attempt IN 1 .. 5 LOOP
		plan := plan_of('EXECUTE in_order', 'ANALYZE, TIMING OFF, COSTS OFF');
		EXIT WHEN plan ~ 'Rows Sorted';
		SET LOCAL work_mem = '64MB';
		DEALLOCATE in_order;
		PREPARE in_order AS SELECT o.order_id, t.touched_at, o.ordered_at - t.touched_at AS span FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at ORDER BY o.order_id;
		PERFORM plan_of('EXECUTE in_order');
		SET LOCAL work_mem = '64kB';
	END LOOP;
	RETURN plan;
END $$;
SELECT matches(plan_for_more_memory(), 'Batches: \d\d.*Rows Sorted: \d', 'where rows are sorted again');
SELECT doesnt_match(plan_of('SELECT o.order_id, t.touched_at FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at ORDER BY o.order_id'), '^Custom Scan', 'it is not promised where the planner knows better');
RESET work_mem;
SET LOCAL hash_mem_multiplier = 2;
DEALLOCATE in_order;

-- an expression to sort by is for the rows that come out
CREATE TABLE divided AS SELECT customer_id, touched_at, influencer_id + 1 AS divisor FROM touches LIMIT 20000;
INSERT INTO divided VALUES (-1, '2026-01-05', 0);
ANALYZE divided;
SELECT lives_ok($$ SELECT 100 / d.divisor, count(*) FROM divided d JOIN orders o ON d.customer_id = o.customer_id AND d.touched_at ~> o.ordered_at GROUP BY 1 ORDER BY 1 $$, 'nothing is computed of rows that the join leaves out');
SELECT doesnt_match(plan_of('SELECT FROM divided d JOIN orders o ON d.customer_id = o.customer_id AND d.touched_at ~> o.ordered_at ORDER BY 1 / d.divisor'), 'AttributionJoin.*Sort Key', 'the sort is above the join');

-- conditions in the order of their cost
CREATE FUNCTION expensive(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE COST 10000 AS $$ BEGIN RETURN $1 <> $2; END $$;
SELECT matches(plan_of('SELECT FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND expensive(t.influencer_id, o.segment) AND t.touched_at ~> o.ordered_at AND t.influencer_id < o.segment'), 'Join Filter: \(\(t.influencer_id < o.segment\) AND expensive', 'the cheap condition comes first');
SELECT matches(plan_of('SELECT FROM orders o LEFT JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at WHERE expensive(t.influencer_id, o.segment) IS NOT FALSE AND coalesce(t.influencer_id, 0) < o.segment'), 'Filter: \(\(COALESCE\([t.]*influencer_id, 0\) < [o.]*segment\) AND \(expensive', 'above an outer join too');

-- conditions that hold for all rows or for none
SELECT is(executed('SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at AND now() > ''2020-01-01'''), executed('SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at'), 'a condition that holds for all rows');
SELECT is(executed('SELECT count(*) FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at AND now() < ''2020-01-01'''), 0::bigint, 'and one that holds for none');
SELECT matches(plan_of('SELECT FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at AND now() > ''2020-01-01'''), CASE WHEN current_setting('server_version_num')::int >= 170000 THEN 'One-Time Filter.*AttributionJoin' ELSE 'One-Time Filter' END, 'they are asked once');

-- what each worker counts of a table of its own
CREATE FUNCTION removed_by_window() RETURNS text LANGUAGE sql AS $$
	SELECT (regexp_match(plan_of('SELECT FROM touches t JOIN few_orders() o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'ANALYZE, TIMING OFF, COSTS OFF'), 'Rows Removed by Window: (\d+)'))[1] $$;
CREATE FUNCTION few_orders() RETURNS SETOF orders LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 AS $$ BEGIN RETURN QUERY SELECT * FROM orders WHERE orders.order_id < 100; END $$;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT matches(plan_of('SELECT FROM touches t JOIN few_orders() o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at'), 'Gather.*-> +Custom Scan .AttributionJoin', 'a table for each worker');
CREATE TABLE removed AS SELECT removed_by_window() AS by_workers;
SET LOCAL parallel_leader_participation = off;
ALTER TABLE removed ADD by_workers_alone text;
UPDATE removed SET by_workers_alone = removed_by_window();
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT is(by_workers, removed_by_window(), 'rows removed by the window, by all workers') FROM removed;
SELECT is(by_workers_alone, removed_by_window(), 'and by workers alone') FROM removed;
RESET parallel_leader_participation;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- rows as the table has them: columns before the key, NULLs among them, columns that came or went later
CREATE TABLE stored AS
SELECT (n % 7)::smallint AS kind, CASE WHEN n % 5 > 0 THEN n END AS note, (n % 90)::smallint AS small, n % 1000 AS medium, (n % 1000)::bigint AS large,
       ((n % 90) - 40)::"char" AS letter, date '2026-01-01' + n % 300 AS day, timestamptz '2026-01-01 00:00+00' + n * interval '157 seconds' AS touched_at, 'a note'::text AS words
FROM   generate_series(1, 20000) AS n;
INSERT INTO stored SELECT kind, note, NULL, NULL, NULL, NULL, NULL, NULL FROM stored LIMIT 100;
INSERT INTO stored SELECT kind, note, small, medium, large, letter, 'infinity', 'infinity', words FROM stored LIMIT 100;
ANALYZE stored;
CREATE FUNCTION stored_rows(key text, at text, what text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT same_rows(format('SELECT s.kind, s.note, s.touched_at, o.order_id FROM stored s JOIN (SELECT *, ordered_at::date AS ordered_on, (segment * 11)::smallint AS small, segment AS medium, segment::bigint AS large, (segment * 3 - 7)::"char" AS letter FROM orders WHERE order_id < 300) o ON s.%1$s = o.%1$s AND s.%2$s ~> o.%3$s',
		key, at, CASE at WHEN 'day' THEN 'ordered_on' ELSE 'ordered_at' END), what, forced => true) $$;
SELECT stored_rows('small', 'touched_at', 'keys of two bytes');
SELECT stored_rows('medium', 'touched_at', 'keys of four bytes');
SELECT stored_rows('large', 'touched_at', 'keys of eight bytes');
SELECT stored_rows('letter', 'touched_at', 'keys of a byte');
SELECT stored_rows('large', 'day', 'days');
SELECT same_rows('SELECT s.ctid, s.tableoid::regclass::text, s.note, o.order_id FROM stored s JOIN orders o ON s.large = o.customer_id AND s.touched_at ~> o.ordered_at', 'columns of the system', forced => true);
SELECT same_rows('SELECT s, o.order_id FROM stored s JOIN orders o ON s.large = o.customer_id AND s.touched_at ~> o.ordered_at', 'whole rows', forced => true);
SELECT same_rows('SELECT o.order_id, s.note FROM orders o LEFT JOIN stored s ON s.large = o.customer_id AND s.touched_at ~> o.ordered_at', 'a left join', forced => true);
SELECT same_rows('SELECT s.note FROM stored s WHERE NOT EXISTS (SELECT FROM orders o WHERE s.large = o.customer_id AND s.touched_at ~> o.ordered_at)', 'touches without an order', forced => true);
SELECT same_rows('SELECT n, (SELECT count(*) FROM (SELECT FROM stored s JOIN orders o ON s.large = o.customer_id AND s.touched_at ~> o.ordered_at OFFSET n) AS rest) FROM generate_series(1, 3) AS n', 'scanned again', forced => true);
ALTER TABLE stored DROP COLUMN kind, ADD kind text, ADD added_at timestamptz DEFAULT '2026-01-12 00:00+00', ADD added bigint DEFAULT 3;
SELECT stored_rows('large', 'touched_at', 'after a column went');
SELECT stored_rows('large', 'added_at', 'an instant that came later');
ALTER TABLE stored RENAME large TO past;
ALTER TABLE stored RENAME added TO large;
SELECT stored_rows('large', 'touched_at', 'a key that came later');
CREATE TABLE after_text AS SELECT words, past AS large, touched_at, note, words AS kind FROM stored;
ALTER TABLE stored RENAME TO stored_before;
ALTER TABLE after_text RENAME TO stored;
ANALYZE stored;
SELECT stored_rows('large', 'touched_at', 'a key after a text');
CREATE TABLE grown AS SELECT past AS large, note FROM stored_before;
ALTER TABLE grown ADD touched_at timestamptz DEFAULT '2026-01-12 00:00+00', ADD kind text;
ALTER TABLE stored RENAME TO stored_after_text;
ALTER TABLE grown RENAME TO stored;
INSERT INTO stored SELECT past, note, touched_at FROM stored_before;
ANALYZE stored;
SELECT stored_rows('large', 'touched_at', 'rows that end before the instant');
SELECT doesnt_match(plan_of('SELECT count(*) FROM stored_before s JOIN orders o ON s.past = o.customer_id AND s.touched_at ~> o.ordered_at', 'VERBOSE, COSTS OFF'), 'Seq Scan on public.orders o\n *Output: o.customer_id, o.ordered_at\n', 'a scan does not pick columns');

-- columns of rows that wait in a batch, which is read ahead where the table is large
CREATE TABLE wide_touches AS
SELECT (n % 3)::smallint AS two, n AS four, n::bigint << 33 AS eight, (n % 200 - 100)::"char" AS one, n % 3 = 0 AS yes, (n / 7.0)::real AS float4, n / 7.0::float8 AS float8,
       CASE WHEN n % 9 > 0 THEN n END AS sparse, n % 20000 AS customer_id, timestamptz '2026-01-01 00:00+00' + n % 7919 * interval '157 seconds' AS touched_at
FROM   generate_series(1, 90000) AS n;
INSERT INTO wide_touches (two, customer_id, touched_at) VALUES (1, NULL, '2026-01-02'), (2, 3, NULL), (3, 3, 'infinity'), (4, 3, '-infinity');
ALTER TABLE wide_touches ADD late bigint DEFAULT 7;
INSERT INTO wide_touches SELECT * FROM wide_touches WHERE four % 10 = 0;
CREATE TABLE many_orders AS
SELECT n % 20000 AS customer_id, timestamptz '2026-01-01 00:00+00' + n % 7907 * interval '157 seconds' AS ordered_at, n AS order_id FROM generate_series(1, 60000) AS n;
ANALYZE wide_touches, many_orders;
CREATE FUNCTION wide_rows(columns text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE query text;
BEGIN
	FOREACH query IN ARRAY ARRAY[
		'SELECT %s FROM wide_touches t WHERE EXISTS (SELECT FROM many_orders o WHERE o.customer_id = t.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''2 days''))',
		'SELECT %s, order_id FROM wide_touches t JOIN many_orders o ON o.customer_id = t.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''2 days'')',
		'SELECT %s, order_id FROM wide_touches t LEFT JOIN many_orders o ON o.customer_id = t.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''2 days'')'] LOOP
		query := format(query, columns);
		RETURN QUERY SELECT same_rows(query, query, forced => true);
	END LOOP;
END $$;
SELECT wide_rows('two, four, eight, one, yes, float4, float8, t.customer_id, touched_at');
SELECT wide_rows('sparse, four');
SELECT wide_rows('late, yes');
SELECT wide_rows('t.ctid, two');
ALTER TABLE wide_touches DROP COLUMN four;
SELECT wide_rows('float8, yes, eight');
DELETE FROM wide_touches WHERE customer_id % 3 = 1 OR customer_id BETWEEN 5000 AND 9000;
UPDATE wide_touches SET late = late + 1, touched_at = touched_at + interval '1 hour' WHERE customer_id % 4 = 0;
SELECT wide_rows('late, yes, t.customer_id, touched_at');
SELECT wide_rows('t.ctid, late');

-- a scan that ends within a page, and starts again
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT is((SELECT string_agg(found::text, ' ') FROM (SELECT n, (SELECT count(*) FROM (SELECT FROM wide_touches t JOIN many_orders o ON o.customer_id = t.customer_id AND t.touched_at ~> o.ordered_at LIMIT n) AS rest) AS found FROM unnest(ARRAY[1, 300, 0, 7, 5000, 2]) AS n) AS s),
          '1 300 0 7 5000 2', 'as many rows as are asked for, again and again');
-- a cursor within a page, whose rows change meanwhile
CREATE FUNCTION fetched(changes text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	c CURSOR FOR SELECT t.late, t.customer_id, o.order_id FROM wide_touches t JOIN many_orders o ON o.customer_id = t.customer_id AND t.touched_at ~> o.ordered_at;
	r record;
	n integer := 0;
	total numeric := 0;
BEGIN
	FOR r IN c LOOP
		total := total + hashtextextended(r::text, 0);
		n := n + 1;
		IF n = 100 THEN EXECUTE changes; END IF;
	END LOOP;
	RETURN total;
END $$;
CREATE TABLE unchanged AS SELECT fetched('SELECT') AS total;
SELECT is(fetched('UPDATE wide_touches SET late = -1, customer_id = customer_id + 1'), total, 'a cursor sees its rows as they were') FROM unchanged;

-- the table's statistics count all rows that a scan reads
CREATE FUNCTION rows_read(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE before bigint := pg_stat_get_xact_tuples_returned('wide_touches'::regclass) + pg_stat_get_xact_tuples_returned('many_orders'::regclass);
BEGIN
	EXECUTE query;
	RETURN pg_stat_get_xact_tuples_returned('wide_touches'::regclass) + pg_stat_get_xact_tuples_returned('many_orders'::regclass) - before;
END $$;
SELECT is_joined('SELECT count(*) FROM wide_touches t JOIN many_orders o ON o.customer_id = t.customer_id AND t.touched_at ~> o.ordered_at', 'what is counted');
SELECT is(rows_read('SELECT count(*) FROM wide_touches t JOIN many_orders o ON o.customer_id = t.customer_id AND t.touched_at ~> o.ordered_at'),
          (SELECT count(*) FROM wide_touches) + (SELECT count(*) FROM many_orders), 'rows that were read');
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET max_parallel_workers_per_gather;

-- most parts of the table are empty: their part of the sieve must be, too, whoever finishes them
CREATE TABLE few_orders AS
SELECT n % 3 AS customer_id, timestamptz '2026-01-01 00:00+00' + n * interval '2 hours' AS ordered_at FROM generate_series(1, 2000) AS n;
ANALYZE few_orders;
CREATE FUNCTION sieved_rows(query text, at_least int, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT same_rows(query, what);
	RETURN NEXT cmp_ok(substring(plan_of(query, 'ANALYZE, COSTS OFF') FROM 'Probes Removed by Sieve: (\d+)')::int, '>', at_least, what || ': those without an order are sieved out');
END $$;
CREATE FUNCTION sieved_from_few(what text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT sieved_rows('SELECT t.touched_at, o.ordered_at FROM touches t JOIN few_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''3 hours'')', 99000, what) $$;
SELECT sieved_from_few('a sieve of three customers');
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT matches(plan_of('SELECT t.touched_at, o.ordered_at FROM touches t JOIN few_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, ''3 hours'')'), 'Parallel Custom Scan \(AttributionJoin\)', 'with workers');
SELECT sieved_from_few('the same with workers');

-- the sieve has its bits where the rows are, be it for a week or for a century
CREATE TABLE week_orders AS
SELECT n AS customer_id, timestamptz '2026-02-01 00:00+00' + n * interval '200 seconds' AS ordered_at FROM generate_series(1, 3000) AS n;
CREATE TABLE week_touches AS
SELECT n AS customer_id, timestamptz '2026-02-07 22:00+00' - n * interval '1 minute' AS touched_at FROM generate_series(1, 50000) AS n;
CREATE TABLE century_touches AS
SELECT n % 3000 AS customer_id, timestamptz '1926-02-07 22:00+00' + n * interval '1 day' AS touched_at FROM generate_series(1, 40000) AS n;
ANALYZE week_orders, week_touches, century_touches;
CREATE FUNCTION sieved_from_week(touches text, what text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT sieved_rows(format('SELECT t.touched_at, o.ordered_at FROM %s t JOIN week_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', touches), 38000, what) $$;
SELECT sieved_from_week('week_touches', 'a week, with workers');
SELECT sieved_from_week('century_touches', 'a century, with workers');
RESET max_parallel_workers_per_gather;
SELECT sieved_from_week('week_touches', 'a week');
SELECT sieved_from_week('century_touches', 'a century');
-- a few orders far away from the others: before, after, and next to what the others reach
INSERT INTO week_orders SELECT n, timestamptz '2026-02-01 00:00+00' + n * interval '77 days' FROM generate_series(-50, 20) AS n;
INSERT INTO week_orders SELECT n, timestamptz '2026-01-01 00:00+00' - n * interval '1 day' FROM generate_series(1, 15) AS n;
INSERT INTO week_touches SELECT n, timestamptz '2026-01-01 00:00+00' - n * interval '25 hours' FROM generate_series(1, 15) AS n;
INSERT INTO week_orders VALUES (1, '0001-01-01 00:00+00 BC'), (2, '294000-01-01 00:00+00'), (3, 'infinity'), (4, '-infinity');
ANALYZE week_orders;
INSERT INTO week_touches SELECT n % 60, timestamptz '2026-02-01 00:00+00' + (n % 71 - 50) * interval '77 days' - n * interval '1 hour' FROM generate_series(0, 710) AS n;
SELECT sieved_from_week('week_touches', 'a week and some orders');
SELECT sieved_from_week('century_touches', 'a century and some orders');
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT sieved_from_week('week_touches', 'a week and some orders, with workers');
RESET max_parallel_workers_per_gather;

-- rows in files are sieved, too, in less memory with longer buckets: most touches are after the orders, and come first
CREATE TABLE many_touches AS
SELECT CASE WHEN n % 50 > 0 THEN n % 9000 END AS customer_id, timestamptz '2026-01-01 00:00+00' + n * interval '1 minute' AS touched_at FROM generate_series(60000, 1, -1) AS n;
CREATE TABLE early_orders AS
SELECT CASE WHEN n % 50 > 0 THEN n % 9000 END AS customer_id, timestamptz '2026-01-01 00:00+00' + n * interval '2 minutes' AS ordered_at,
       CASE WHEN n % 30 > 0 THEN n % 40 * interval '1 hour' END AS span FROM generate_series(1, 9000) AS n;
ANALYZE many_touches, early_orders;
CREATE FUNCTION sieved_in_files(query text, at_least int, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT sieved_rows(query, at_least, what);
	RETURN NEXT matches(plan_of(query, 'ANALYZE, COSTS OFF'), 'Batches: ([2-9]|\d\d)', what || ': with files');
END $$;
CREATE FUNCTION sieved_from_files(how text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT sieved_in_files('SELECT t.touched_at, o.ordered_at FROM many_touches t JOIN early_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 41000, 'rows in files, ' || how);
	RETURN QUERY SELECT sieved_in_files('SELECT t.touched_at, o.ordered_at FROM many_touches t JOIN early_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, o.span)', 41000, 'lookbacks of their own, ' || how);
	RETURN QUERY SELECT sieved_in_files('SELECT t.touched_at, o.ordered_at FROM many_touches t RIGHT JOIN early_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 41000, 'orders that come out in any case, ' || how);
	RETURN QUERY SELECT sieved_in_files('SELECT o.customer_id, o.ordered_at FROM early_orders o WHERE NOT EXISTS (SELECT FROM many_touches t WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at)', 41000, 'orders that match nothing, ' || how);
END $$;
SET LOCAL hash_mem_multiplier = 1;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL work_mem = '256kB';
SELECT sieved_from_files('256 kB');
SET LOCAL work_mem = '128kB';
SELECT sieved_from_files('128 kB');
SELECT sieved_in_files('SELECT t.customer_id, t.touched_at, o.ordered_at FROM many_touches t LEFT JOIN early_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 40000, 'touches that come out in any case go to no file');
SELECT sieved_in_files('SELECT customer_id, touched_at FROM many_touches t WHERE NOT EXISTS (SELECT FROM early_orders o WHERE t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at)', 40000, 'nor do such that match nothing');
SET LOCAL work_mem = '64kB';
SELECT sieved_from_files('64 kB');
CREATE TABLE more_orders AS SELECT e.* FROM early_orders AS e, generate_series(1, 3);
ANALYZE more_orders;
SELECT sieved_in_files('SELECT t.touched_at, o.ordered_at FROM many_touches t JOIN more_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 25000, '64 kB for 27,000 orders');
INSERT INTO more_orders SELECT e.* FROM early_orders AS e, generate_series(1, 2);
ANALYZE more_orders;
SELECT same_rows('SELECT t.touched_at, o.ordered_at FROM many_touches t JOIN more_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', '64 kB for 45,000 orders');
SELECT doesnt_match(plan_of('SELECT t.touched_at, o.ordered_at FROM many_touches t JOIN more_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'ANALYZE, COSTS OFF'), 'Sieve', 'that is too little for a sieve');
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL work_mem = '96kB';
SELECT sieved_from_files('with workers');
SELECT same_rows('SELECT t.customer_id, t.touched_at, o.ordered_at FROM many_touches t LEFT JOIN early_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'touches that come out in any case, with workers');
-- a lookback that is an error is one still, when a touch of the same customer comes
UPDATE early_orders SET span = '-1 hour' WHERE customer_id = 8999;
SELECT throws_ok('SELECT count(*) FROM many_touches t JOIN early_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, o.span)', '22023', NULL, 'a negative lookback among rows in files, with workers');
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT throws_ok('SELECT count(*) FROM many_touches t JOIN early_orders o ON t.customer_id = o.customer_id AND t.touched_at ~> lookback(o.ordered_at, o.span)', '22023', NULL, 'a negative lookback among rows in files');
RESET hash_mem_multiplier;
RESET work_mem;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- EXPLAIN in its forms
SELECT is((plan_of('SELECT o.order_id FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at AND t.influencer_id < o.segment', 'ANALYZE, VERBOSE, BUFFERS, FORMAT JSON')::jsonb->0->'Plan'->>'Custom Plan Provider'), 'AttributionJoin', 'EXPLAIN in JSON');
SELECT isnt((plan_of('SELECT o.order_id FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 'ANALYZE, FORMAT JSON')::jsonb->0->'Plan'->>'Rows Removed by Window')::bigint, 0::bigint, 'rows removed by the window');

SELECT * FROM finish();
ROLLBACK;
