-- purchase_cycle at the edges: nulls, plans, states, stored values, hostile ones.
BEGIN;
SELECT plan(42);
SET LOCAL TimeZone = 'UTC';

CREATE TABLE rows AS
SELECT n, (n * 7919) % 997 AS customer_id, timestamptz '2026-01-01 00:00+00' + (n * 7907 % 20011) * interval '37 minutes' AS at FROM generate_series(1, 20000) AS n;
ANALYZE rows;
CREATE TEMPORARY TABLE whole AS SELECT purchase_cycle(at) AS c FROM rows;

-- no rows, and nulls
SELECT is(order_count(purchase_cycle(at)), 0::bigint, 'no rows: an empty cycle') FROM rows WHERE false;
SELECT is(format('%s %s', order_count(c), skipped_count(c)), '10000 10000', 'nulls are left out') FROM (SELECT purchase_cycle(CASE WHEN n % 2 = 0 THEN at END) AS c FROM rows) AS s;
SELECT is(purchase_stage(c, now()), 'prospect', 'nobody is a prospect') FROM (SELECT purchase_cycle(NULL::timestamptz) AS c) AS s;
SELECT is(purchase_stage(NULL, now()), 'prospect', 'no cycle: a prospect');
SELECT is(in_market(NULL, now()), false, 'and not in the market');
SELECT is(purchase_stage(c, NULL::timestamptz), NULL, 'no instant: null') FROM whole;
SELECT is(purchase_stage(c, now(), NULL), NULL, 'no typical gap: null') FROM whole;
SELECT is(in_market(c, now(), '1 day', NULL), NULL, 'no limit: null') FROM whole;
SELECT is(order_count(NULL::purchase_cycle), NULL, 'no cycle: no count');
SELECT is(format('%s,%s,%s', recency_days(c, at), median_gap_days(c, at), next_due(c, at)), ',,', 'before the first order nothing is known') FROM whole, (VALUES (timestamptz '2025-01-01')) AS v(at);

-- there is no look-ahead: orders that are still to come change nothing
SELECT is(count(*), 0::bigint, 'no look-ahead')
FROM  (SELECT customer_id, purchase_cycle(at) AS c, purchase_cycle(at) FILTER (WHERE at <= '2026-06-01') AS past FROM rows GROUP BY 1) AS s, (VALUES (timestamptz '2026-06-01')) AS v(now)
WHERE  (order_count(c, now), recency_days(c, now), median_gap_days(c, now), next_due(c, now), purchase_stage(c, now), in_market(c, now))
       IS DISTINCT FROM (order_count(past, now), recency_days(past, now), median_gap_days(past, now), next_due(past, now), purchase_stage(past, now), in_market(past, now));

-- the ends of the clock
SELECT is(median_gap_days(c, at) > 1e8, true, 'a gap of 298,000 years') FROM (SELECT purchase_cycle(t) AS c FROM unnest('{4713-01-01 00:00:00+00 BC,294276-12-31 00:00:00+00}'::timestamptz[]) AS t) AS s, (VALUES (timestamptz '294276-12-31 23:00+00')) AS v(at);
SELECT is(purchase_stage(c, at), 'lapsed', 'nobody returns after them') FROM (SELECT purchase_cycle(timestamptz '4713-01-01 00:00:00+00 BC') AS c) AS s, (VALUES (timestamptz '294276-12-31 23:00+00')) AS v(at);
SELECT throws_ok($$SELECT next_due(purchase_cycle(timestamptz '294276-12-31 00:00+00'), timestamptz '294276-12-31 23:00+00')$$, '22008', NULL, 'due after the end of time');
SELECT is(next_due(purchase_cycle(d), d, '36 hours'), date '2026-01-03', 'a date is due at the end of a part of a day') FROM (VALUES (date '2026-01-01')) AS v(d) GROUP BY d;

-- what is refused
SELECT throws_ok($$SELECT purchase_cycle(timestamptz 'infinity')$$, '22008', NULL, 'infinite order');
SELECT throws_ok($$SELECT purchase_cycle(date '-infinity')$$, '22008', NULL, 'infinite date');
SELECT throws_ok($$SELECT recency_days(c, timestamptz 'infinity') FROM whole$$, '22008', NULL, 'infinite instant');
SELECT throws_ok($$SELECT purchase_stage(c, timestamp '2026-01-01') FROM whole$$, '42804', NULL, 'instants of different types');
SELECT throws_ok($$SELECT cycle_add(c, date '2026-01-01') FROM whole$$, '42804', NULL, 'an order of another type');
SELECT throws_ok($$SELECT purchase_cycle_combine(c, purchase_cycle(date '2026-01-01')) FROM whole GROUP BY c$$, '42804', NULL, 'cycles of different types');
SELECT throws_ok(format('SELECT purchase_stage(c, now(), %L) FROM whole', gap), '22023', NULL, 'typical gap ' || gap) FROM unnest('{0,-1 day,1 month}'::text[]) AS gap;
SELECT throws_ok(format('SELECT in_market(c, now(), open_at => %L, lapse_after => %L) FROM whole', o, l), '22023', NULL, format('limits %s and %s', o, l)) FROM (VALUES ('-1', '3'), ('NaN', '3'), ('0', '0.9'), ('0', 'Infinity')) AS v(o, l);

-- values from outside
CREATE FUNCTION try(value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM purchase_stage(value::purchase_cycle, now());
	RETURN '00000';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
SELECT is((SELECT string_agg(DISTINCT try(encode(substr(b, 1, i), 'base64')), ' ') FROM generate_series(0, length(b) - 1) AS i), '22P02', 'cut short')
FROM  (SELECT decode(purchase_cycle(at)::text, 'base64') AS b FROM rows WHERE n < 100) AS s;
SELECT is((SELECT bool_and(try(encode(set_byte(b, i, get_byte(b, i) # (1 << bit)), 'base64')) IN ('00000', '22P02', '42804')) FROM generate_series(0, length(b) - 1) AS i, generate_series(0, 7) AS bit), true, 'a bit changed')
FROM  (SELECT decode(purchase_cycle(at)::text, 'base64') AS b FROM rows WHERE n < 100) AS s;

-- plans: the same bits serial, parallel, in any order, with groups that spill
SELECT is((SELECT purchase_cycle(at ORDER BY at DESC) FROM rows) = c, true, 'ORDER BY inside changes nothing') FROM whole;
CREATE TEMPORARY TABLE grouped AS SELECT customer_id, purchase_cycle(at) AS c FROM rows GROUP BY customer_id;
SELECT is(rollup_agg(g.c) = whole.c, true, 'groups, rolled up') FROM grouped AS g, whole GROUP BY whole.c;
SET LOCAL work_mem = '64kB';
SET LOCAL enable_sort = off;
SELECT is((SELECT count(*) FROM (SELECT customer_id, purchase_cycle(at) AS c FROM rows GROUP BY customer_id) AS s JOIN grouped USING (customer_id, c)), 997::bigint, 'groups that spill');
RESET work_mem; RESET enable_sort;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 4;
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE j json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json, COSTS off) ' || query INTO j;
	RETURN j::text;
END $$;
SELECT matches(plan_of('SELECT purchase_cycle(at) FROM rows'), '"Partial Mode": "Partial"', 'is aggregated in parallel');
SELECT is((SELECT purchase_cycle(at) FROM rows) = c, true, 'with the same bits') FROM whole;
SELECT is((SELECT count(*) FROM (SELECT customer_id, purchase_cycle(at) AS c FROM rows GROUP BY customer_id) AS s JOIN grouped USING (customer_id, c)), 997::bigint, 'in groups as well');
RESET max_parallel_workers_per_gather;

-- states are values, and values states
SELECT results_eq($$SELECT order_count(purchase_cycle(at) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) FROM rows WHERE n <= 4 ORDER BY n$$, ARRAY[1, 2, 2, 2]::bigint[], 'as a window function, moving');
SELECT is(purchase_cycle_combine(NULL, NULL), NULL, 'combine of nothing with nothing');
SELECT is(purchase_cycle_combine(c, NULL) = c AND purchase_cycle_combine(NULL, c) = c AND purchase_cycle_final(c) = c, true, 'combine with nothing') FROM whole;
SELECT is(order_count(purchase_cycle_combine(c, c)), 40000::bigint, 'combine doubles') FROM whole;
SELECT is(order_count(cycle_add(cycle_add(NULL, now()), now())), 2::bigint, 'from nothing, one by one');
CREATE TABLE stored AS SELECT * FROM whole;
SELECT is(stored.c = whole.c AND stored.c::text::purchase_cycle = whole.c, true, 'stored, and through text') FROM stored, whole;

SELECT * FROM finish();
ROLLBACK;
