-- touch_agg, purchase_agg, rollup_agg and journey_agg at the edges.
BEGIN;
SELECT plan(70);

CREATE TABLE rows AS
SELECT n, n % 50 AS customer_id, n % 7 AS influencer_id, timestamptz '2026-01-01 00:00+00' + n * interval '37 minutes' AS at, round((n % 97)::numeric * 1.37, 2) AS revenue
FROM   generate_series(1, 2000) AS n;

-- no rows, only nulls, nulls in each argument
SELECT is(touch_count(t), 0::bigint, 'no rows: an empty set') FROM (SELECT touch_agg(customer_id, influencer_id, at) AS t FROM rows WHERE false) AS s;
SELECT is(order_count(t), 0::bigint, 'no rows: an empty set of purchases') FROM (SELECT purchase_agg(customer_id, at, revenue) AS t FROM rows WHERE false) AS s;
SELECT is(first_at(t), NULL, 'of no touches there is no first') FROM (SELECT touch_agg(customer_id, influencer_id, at) AS t FROM rows WHERE false) AS s;
SELECT is(format('%s %s', touch_count(t), skipped_count(t)), expected, 'nulls: ' || expected)
FROM  (SELECT touch_agg(NULL::integer, influencer_id, at) AS t, '0 2000' AS expected FROM rows
       UNION ALL SELECT touch_agg(customer_id, NULL::text, at), '0 2000' FROM rows
       UNION ALL SELECT touch_agg(customer_id, influencer_id, NULL::date), '0 2000' FROM rows
       UNION ALL SELECT touch_agg(CASE WHEN n % 2 = 0 THEN customer_id END, influencer_id, at), '1000 1000' FROM rows
       UNION ALL SELECT touch_agg(customer_id, influencer_id, at, NULL, NULL), '2000 0' FROM rows) AS s;
SELECT is(format('%s %s %s', order_count(t), skipped_count(t), revenue(t)), expected, 'orders with nulls: ' || expected)
FROM  (SELECT purchase_agg(NULL::uuid, at, revenue) AS t, '0 2000 0' AS expected FROM rows
       UNION ALL SELECT purchase_agg(customer_id, NULL::timestamp, revenue), '0 2000 0' FROM rows
       UNION ALL SELECT purchase_agg(customer_id, at, NULL::numeric), '2000 0 0' FROM rows) AS s;

-- what is refused
SELECT throws_ok($$SELECT touch_agg(1, 2, timestamptz 'infinity')$$, '22008', 'instant of a touch must be finite', 'infinite touch');
SELECT throws_ok($$SELECT touch_agg(1, 2, date '-infinity')$$, '22008', NULL, 'infinite date');
SELECT throws_ok($$SELECT touch_agg(1, 2, date '5000000-01-01')$$, '22008', NULL, 'a date beyond the timestamps');
SELECT throws_ok($$SELECT purchase_agg(1, timestamp '-infinity', 1)$$, '22008', 'instant of an order must be finite', 'infinite order');
SELECT throws_ok(format('SELECT touch_agg(1, 2, now(), %L)', w), '22023', NULL, 'weight ' || w) FROM unnest('{-1,NaN,Infinity,1e101,1e-101}'::text[]) AS w;
SELECT throws_ok(format('SELECT purchase_agg(1, now(), %s)', r), '22023', NULL, 'revenue ' || r) FROM unnest(ARRAY['''NaN''::numeric', '''Infinity''::float8', '''-Infinity''::numeric', '1e101::float8']) AS r;
SELECT throws_ok(format('SELECT touch_agg(1, repeat(''x'', 65536), now())'), '54000', NULL, 'a name of 65,536 bytes');
SELECT is(influencer_count(touch_agg(1, repeat('x', 65535), now())), 1::bigint, 'a name of 65,535 bytes');
SELECT is((SELECT string_agg(influencer, ',' ORDER BY influencer COLLATE "C") FROM influence((SELECT touch_agg(1, name, now()) FROM unnest('{"",ä,😀,"a > b"}'::text[]) AS name) ~> (SELECT purchase_agg(1, now(), 1)))), ',a > b,ä,😀', 'odd names come back as they were');
SELECT throws_ok($$SELECT touch_agg(1, 2, now()) ~> purchase_agg('1'::text, now(), 1)$$, '42804', NULL, 'customers of different types');
SELECT throws_ok($$SELECT touch_agg(1, 2, now()) ~> purchase_agg(1, localtimestamp, 1)$$, '42804', NULL, 'instants of different types');
SELECT throws_ok($$SELECT rollup_agg(s) FROM (SELECT touch_agg(1, 2, now()) AS s UNION ALL SELECT touch_agg(1, 'x'::text, now())) AS q$$, '42804', NULL, 'influencers of different types');
SELECT throws_ok($$SELECT rollup_agg(s) FROM (SELECT purchase_agg(1, now(), 1) AS s UNION ALL SELECT lookback(purchase_agg(1, now(), 1), '1 day')) AS q$$, '42804', NULL, 'lookback windows that differ');
SELECT throws_ok($$SELECT lookback(purchase_agg(1, now(), 1), '1 day', 'some_order')$$, '22023', NULL, 'an unknown use of a touch');
SELECT throws_ok($$SELECT lookback(purchase_agg(1, now(), 1), '1 month')$$, '22023', NULL, 'a lookback window of a month');
SELECT throws_ok($$SELECT touch_add(touch_agg(1, 2, now()), 'x'::text, 2, now())$$, '42804', NULL, 'a row of other types than the state');
SELECT is(touch_count(touch_agg(1::bigint, 2, now())), 1::bigint, 'bigint customers') UNION ALL
SELECT is(touch_agg(1::bigint, 2::bigint, d) = touch_agg(1, 2, d), true, 'and the same numbers as integer') FROM (VALUES (date '2026-01-01')) AS v(d);

-- inside and around the aggregate
CREATE TEMPORARY TABLE whole AS SELECT touch_agg(customer_id, influencer_id, at) AS t FROM rows;
SELECT is((SELECT touch_agg(customer_id, influencer_id, at ORDER BY revenue DESC) FROM rows) = t, true, 'ORDER BY inside changes nothing') FROM whole;
SELECT is((SELECT touch_agg(DISTINCT customer_id, influencer_id, at) FROM rows) = t, true, 'DISTINCT of different rows') FROM whole;
SELECT is(touch_count((SELECT touch_agg(customer_id, influencer_id, at) FILTER (WHERE n <= 10) FROM rows)), 10::bigint, 'FILTER');
SELECT results_eq($$SELECT touch_count(touch_agg(customer_id, influencer_id, at) OVER (ORDER BY n)) FROM rows WHERE n <= 5 ORDER BY n$$, 'SELECT generate_series(1, 5)::bigint', 'as a window function, growing');
SELECT results_eq($$SELECT touch_count(touch_agg(customer_id, influencer_id, at) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) FROM rows WHERE n <= 4 ORDER BY n$$, ARRAY[1, 2, 2, 2]::bigint[], 'as a window function, moving');
SELECT is(touch_count(a) + skipped_count(b), 4000::bigint, 'two aggregates over the same rows') FROM (SELECT touch_agg(customer_id, influencer_id, at) AS a, touch_agg(customer_id, NULL::integer, at) AS b FROM rows) AS s;
SELECT is(a = b, true, 'two aggregates that share a state') FROM (SELECT touch_agg(customer_id, influencer_id, at) AS a, touch_agg(customer_id, influencer_id, at) AS b FROM rows) AS s;
SELECT is((SELECT touch_count(t) FROM (SELECT influencer_id, touch_agg(customer_id, influencer_id, at) AS t FROM rows GROUP BY GROUPING SETS ((influencer_id), ())) AS s WHERE influencer_id IS NULL), 2000::bigint, 'grouping sets');
SET LOCAL work_mem = '64kB';
SET LOCAL enable_sort = off;
SELECT is((SELECT rollup_agg(t) FROM (SELECT touch_agg(n, influencer_id, at) AS t FROM rows GROUP BY n) AS s) = (SELECT touch_agg(n, influencer_id, at) FROM rows), true, '2,000 groups that spill, rolled up');
RESET enable_sort; RESET work_mem;

-- states are values: the support functions take and give them
SELECT is(touch_set_combine(NULL, NULL), NULL, 'combine of nothing with nothing');
SELECT is(touch_set_combine(t, NULL) = t, true, 'combine with nothing') FROM whole;
SELECT is(touch_set_combine(NULL, t) = t, true, 'combine nothing with something') FROM whole;
SELECT is(touch_count(touch_set_combine(t, t)), 4000::bigint, 'combine doubles') FROM whole;
SELECT is(touch_set_final(t) = t, true, 'a finished set is final') FROM whole;
SELECT is(touch_count(touch_add(t, 1, 2, now())), 2001::bigint, 'a row more for a stored set') FROM whole;

-- storage: out of line, compressed, in line, short header
CREATE TABLE stored (external touch_set, main touch_set, extended touch_set, plain touch_set, small touch_set);
ALTER TABLE stored ALTER main SET STORAGE main, ALTER extended SET STORAGE extended, ALTER plain SET STORAGE plain;
INSERT INTO stored SELECT t, t, t, (SELECT touch_agg(customer_id, influencer_id, at) FROM rows WHERE n < 300), (SELECT touch_agg(1, 2, date '2026-01-01')) FROM whole;
INSERT INTO stored SELECT * FROM stored;
SELECT is(external = main AND main = extended AND external = t AND touch_count(plain) = 299 AND touch_count(small) = 1, true, 'however it is stored') FROM stored, whole LIMIT 1;
SELECT is((SELECT count(DISTINCT external) FROM stored), 1::bigint, 'DISTINCT');

-- touches ~> purchases, kept, handed on and compared in every way that a value can be
CREATE TEMPORARY TABLE sides AS
SELECT g, (SELECT touch_agg(customer_id, influencer_id, at) FROM rows WHERE n % 3 = g) AS t, (SELECT purchase_agg(customer_id, at + interval '1 hour', revenue) FROM rows WHERE n % 5 = g) AS p
FROM   generate_series(0, 2) AS g;
CREATE TEMPORARY TABLE journeys AS SELECT g, t ~> p AS j FROM sides;
CREATE FUNCTION kept(t touch_set, p purchase_set) RETURNS journey_set LANGUAGE plpgsql AS $$
DECLARE
	j journey_set;
	js journey_set[];
BEGIN
	FOR i IN 1..3 LOOP
		j := t ~> p;
		js := js || j;
	END LOOP;
	j := NULL;
	RETURN CASE WHEN js[1] = js[3] THEN js[2] END;
END $$;
CREATE FUNCTION handed_on(t touch_set, p purchase_set) RETURNS journey_set LANGUAGE plpgsql AS $$BEGIN RETURN t ~> p; END $$;
SELECT is((SELECT count(*) FROM sides NATURAL JOIN journeys WHERE j = (t ~> p) AND (t ~> p)::text = j::text AND j::text::journey_set = (t ~> p) AND journey_set_send(t ~> p) = journey_set_send(j)), 3::bigint, 'journeys: compared and sent');
SELECT is((SELECT count(*) FROM sides NATURAL JOIN journeys WHERE j = kept(t, p) AND j = handed_on(t, p) AND j = coalesce(NULL, t ~> p) AND j = (ARRAY[t ~> p, NULL])[1]), 3::bigint, 'journeys: in variables, arrays and results of functions');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT t ~> p FROM sides UNION SELECT j FROM journeys) AS s), 3::bigint, 'journeys: sorted and hashed');
SELECT is((SELECT count(*) FROM (SELECT g, lag(t ~> p) OVER (ORDER BY g) AS before, first_value(t ~> p) OVER (ORDER BY g) AS first FROM sides) AS s WHERE first = (SELECT j FROM journeys WHERE g = 0) AND before IS NOT DISTINCT FROM (SELECT j FROM journeys WHERE g = s.g - 1)), 3::bigint, 'journeys: of other rows, in a window');
SELECT is((SELECT rollup_agg(t ~> p) FROM sides), (SELECT rollup_agg(j) FROM journeys), 'journeys: rolled up');
SELECT is((SELECT journey_set_final(t ~> p) FROM sides WHERE g = 1), (SELECT journey_set_combine(NULL, t ~> p) FROM sides WHERE g = 1), 'journeys: taken by the support functions');
SELECT is((SELECT array_agg(t ~> p ORDER BY g) FROM sides), (SELECT array_agg(j ORDER BY g) FROM journeys), 'journeys: collected');
SELECT results_eq('SELECT g, a.* FROM sides, attribution(t ~> p, ''linear'', ''time_decay'') AS a ORDER BY g, model, influencer', 'SELECT g, a.* FROM journeys, attribution(j, ''linear'', ''time_decay'') AS a ORDER BY g, model, influencer', 'journeys: credited');
SELECT is((SELECT count(*) FROM sides NATURAL JOIN journeys WHERE (t ~> p)::jsonb = j::jsonb AND touch_count(t ~> p) = touch_count(j)), 3::bigint, 'journeys: what they say of themselves');

-- path tables
SELECT is((SELECT count(*) FROM (SELECT journey_paths(journey_agg(NULL, NULL, NULL, NULL))) AS s), 0::bigint, 'a path table of nothing');
SELECT throws_ok($$SELECT journey_agg(ARRAY['a', NULL], 1, 1, 1)$$, '22004', NULL, 'a null in a path');
SELECT throws_ok($$SELECT journey_agg(ARRAY['a'], -1, 1, 1)$$, '22023', NULL, 'fewer than no orders');
SELECT throws_ok($$SELECT journey_agg(ARRAY[['a'], ['b']], 1, 1, 1)$$, '22023', NULL, 'a path of two dimensions');
SELECT throws_ok($$SELECT journey_agg(ARRAY['a'], 1, 'NaN', 1)$$, '22023', NULL, 'revenue that is no number');
SELECT throws_ok($$SELECT attribution(journey_agg(ARRAY['a'], 1, 1, 1), 'time_decay')$$, '0A000', NULL, 'time decay of paths');
SELECT throws_ok($$SELECT influence(journey_agg(ARRAY['a'], 1, 1, 1))$$, '0A000', NULL, 'a leaderboard of paths');
SELECT throws_ok($$SELECT attribution(t ~> (SELECT purchase_agg(1, now(), 1)), NULL) FROM whole$$, '22004', NULL, 'no model');

SELECT * FROM finish();
ROLLBACK;
