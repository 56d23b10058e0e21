-- conversion_lift at the edges: nulls, plans, stored values, hostile ones.
BEGIN;
SELECT plan(46);

CREATE TABLE rows AS
SELECT n, n % 3 = 0 AS treated, n % 11 < 2 + (n % 3 = 0)::int AS converted, n % 5 AS stratum,
       CASE WHEN n % 7 = 0 THEN 0.1 * (n % 1000) ELSE 0 END::float8 * CASE WHEN n % 1000 = 0 THEN 1e60 WHEN n % 1001 = 0 THEN 1e-60 ELSE 1 END AS value
FROM   generate_series(1, 20000) AS n;
ANALYZE rows;

-- no rows, and nulls in each argument
SELECT is(format('%s %s %s', treated, control, skipped_count(s)), expected, 'nulls: ' || expected)
FROM  (SELECT conversion_lift(treated, converted) AS s, '0 0 0' AS expected FROM rows WHERE false
       UNION ALL SELECT conversion_lift(NULL, converted), '0 0 20000' FROM rows
       UNION ALL SELECT conversion_lift(treated, NULL::boolean), '0 0 20000' FROM rows
       UNION ALL SELECT conversion_lift(treated, NULL::float8), '0 0 20000' FROM rows
       UNION ALL SELECT conversion_lift(treated, converted, NULL::text), '0 0 20000' FROM rows
       UNION ALL SELECT conversion_lift(CASE WHEN n % 2 = 0 THEN treated END, value, stratum), '3333 6667 10000' FROM rows) AS q, lift_result(s);
SELECT is_empty($$SELECT lift_result(NULL)$$, 'no summary, no result');
SELECT is_empty($$SELECT lift_difference(conversion_lift(true, true), NULL)$$, 'nor a difference');
SELECT is((SELECT count(*) FROM lift_strata((SELECT conversion_lift(treated, converted) FROM rows WHERE false))), 0::bigint, 'of no rows there are no strata');
SELECT results_eq($$SELECT stratum, treated + control FROM lift_strata((SELECT conversion_lift(treated, converted) FROM rows))$$, $$VALUES (NULL::text, 20000::bigint)$$, 'without strata: one row without a name');
SELECT is(difference, NULL, 'no difference to nothing') FROM lift_difference((SELECT conversion_lift(treated, converted) FROM rows), (SELECT conversion_lift(treated, converted) FROM rows WHERE false));
SELECT is(format('%s %s', difference, p_value), '0 1', 'no difference to itself') FROM lift_difference((SELECT conversion_lift(treated, converted) FROM rows), (SELECT conversion_lift(treated, converted) FROM rows));

-- strata of each type
SELECT results_eq($$SELECT stratum, treated + control FROM lift_strata((SELECT conversion_lift(treated, value, stratum) FROM rows)) ORDER BY 1$$, $$SELECT s::text, 4000::bigint FROM generate_series(0, 4) AS s$$, 'integer');
SELECT is((SELECT conversion_lift(treated, value, stratum) FROM rows) = (SELECT conversion_lift(treated, value, stratum::bigint) FROM rows), true, 'bigint is the same');
SELECT is((SELECT conversion_lift(treated, value, stratum > 1) FROM rows) = (SELECT conversion_lift(treated, value, (stratum > 1)::text) FROM rows), true, 'boolean is the word');
SELECT results_eq($$SELECT stratum FROM lift_strata((SELECT conversion_lift(true, true, s) FROM unnest('{"",ä,a > b}'::text[]) AS s))$$, $$VALUES (''), ('a > b'), ('ä')$$, 'odd names come back as they were');
SELECT is(l.lift, r.lift, 'a stratum alone is like rows without strata')
FROM  (SELECT * FROM lift_strata((SELECT conversion_lift(treated, value, stratum) FROM rows)) WHERE stratum = '3') AS l,
      lift_result((SELECT conversion_lift(treated, value) FROM rows WHERE stratum = 3)) AS r;

-- what the statistics promise each other
SELECT is(lift > 0 AND lift_low < lift AND lift < lift_high AND (lift_low > 0) = (relative_low > 0) AND incremental = lift * treated, true, 'columns agree with each other: ' || kind)
FROM  (SELECT 'rate' AS kind, conversion_lift(treated, converted) AS s FROM rows UNION ALL SELECT 'mean', conversion_lift(treated, value + treated::int) FROM rows WHERE value < 1e10) AS q, lift_result(s);
SELECT is((a.lift_low > b.lift_low) AND (a.lift_high < b.lift_high), true, 'more confidence, a wider interval') FROM (SELECT conversion_lift(treated, converted) AS s FROM rows) AS q, lift_result(s, 0.8) AS a, lift_result(s, 0.99) AS b;
SELECT is(abs(a.lift - b.lift) < 1e-12, true, 'a rate is the mean of 0 and 1') FROM (SELECT conversion_lift(treated, converted, stratum) AS r, conversion_lift(treated, converted::int::float8, stratum) AS m FROM rows) AS q, lift_result(r) AS a, lift_result(m) AS b;
SELECT is(round(lift::numeric, 12), 0.2, 'strata undo what only looks like a lift')
FROM  (SELECT conversion_lift(t, c, s) AS x FROM (SELECT true, i <= 30, 'dear' FROM generate_series(1, 100) i UNION ALL SELECT false, i <= 1, 'dear' FROM generate_series(1, 10) i
       UNION ALL SELECT true, i <= 9, 'cheap' FROM generate_series(1, 10) i UNION ALL SELECT false, i <= 70, 'cheap' FROM generate_series(1, 100) i) AS v(t, c, s)) AS q, lift_result(x);

-- what is refused
SELECT throws_ok(format('SELECT conversion_lift(true, %L::float8)', v), '22023', NULL, 'value ' || v) FROM unnest('{NaN,Infinity,-Infinity,1.1e100}'::text[]) AS v;
SELECT throws_ok(format('SELECT lift_result(conversion_lift(true, true), %L)', c), '22023', NULL, 'confidence ' || c) FROM unnest('{0,1,-1,NaN}'::text[]) AS c;
SELECT throws_ok($$SELECT lift_difference(conversion_lift(true, true), conversion_lift(true, 1.0))$$, '42804', NULL, 'a rate and a mean have no difference');
SELECT throws_ok($$SELECT rollup_agg(s) FROM (SELECT conversion_lift(true, true) AS s UNION ALL SELECT conversion_lift(true, 1.0)) AS q$$, '42804', NULL, 'rates and means');
SELECT throws_ok($$SELECT rollup_agg(s) FROM (SELECT conversion_lift(true, true) AS s UNION ALL SELECT conversion_lift(true, true, 1)) AS q$$, '42804', NULL, 'strata and none');
SELECT throws_ok($$SELECT lift_add(conversion_lift(true, true), true, 1.0)$$, '42804', NULL, 'a row of another outcome than the state');
SELECT throws_ok($$SELECT conversion_lift(true, 1.0, n) FROM generate_series(1, 131073) AS n$$, '54000', NULL, 'too many strata');

-- values from outside: cut short or changed, they are errors or other valid values, never crashes
CREATE FUNCTION try(value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM lift_result(value::lift_summary);
	RETURN '00000';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
SELECT is((SELECT string_agg(DISTINCT try(encode(substr(b, 1, i), 'base64')), ' ') FROM generate_series(0, length(b) - 1) AS i), '22P02', 'cut short')
FROM  (SELECT decode(conversion_lift(treated, value, stratum)::text, 'base64') AS b FROM rows) AS s;
SELECT is((SELECT bool_and(try(encode(set_byte(b, i, get_byte(b, i) # (1 << bit)), 'base64')) IN ('00000', '22P02')) FROM generate_series(0, length(b) - 1) AS i, generate_series(0, 7) AS bit), true, 'a bit changed')
FROM  (SELECT decode(conversion_lift(treated, value, stratum)::text, 'base64') AS b FROM rows WHERE n < 100) AS s;

-- plans: the same bits serial, parallel, in any order
CREATE TEMPORARY TABLE whole AS
SELECT conversion_lift(treated, converted) AS r, conversion_lift(treated, value) AS m, conversion_lift(treated, value, stratum) AS s FROM rows;
SELECT is((SELECT conversion_lift(treated, value, stratum ORDER BY value DESC, n) FROM rows) = s, true, 'ORDER BY inside changes nothing') FROM whole;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 4;
CREATE TEMPORARY VIEW parallel AS SELECT conversion_lift(treated, converted) AS r, conversion_lift(treated, value) AS m, conversion_lift(treated, value, stratum) AS s FROM rows;
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE j json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json, COSTS off) ' || query INTO j;
	RETURN j::text;
END $$;
SELECT matches(plan_of('SELECT * FROM parallel'), '"Partial Mode": "Partial"', 'is aggregated in parallel');
SELECT is(p.r = w.r AND p.m = w.m AND p.s = w.s, true, 'with the same bits') FROM parallel AS p, whole AS w;
RESET max_parallel_workers_per_gather;
SELECT results_eq($$SELECT treated + control FROM (SELECT conversion_lift(treated, value) OVER (ORDER BY n) AS s FROM rows WHERE n <= 5) AS q, lift_result(s)$$, 'SELECT generate_series(1, 5)::bigint', 'as a window function, growing');

-- states are values: the support functions take and give them
SELECT is(lift_summary_combine(NULL, NULL), NULL, 'combine of nothing with nothing');
SELECT is(lift_summary_combine(s, NULL) = s AND lift_summary_combine(NULL, s) = s, true, 'combine with nothing') FROM whole;
SELECT is(treated, 13332::bigint, 'combine doubles') FROM whole, lift_result(lift_summary_combine(s, s));
SELECT is(treated, 6667::bigint, 'a row more for a stored summary') FROM whole, lift_result(lift_add(m, true, 1.5));
CREATE TABLE stored AS SELECT * FROM whole;
SELECT is(stored.r = whole.r AND stored.s = whole.s AND stored.s::text::lift_summary = whole.s, true, 'stored, and through text') FROM stored, whole;

SELECT * FROM finish();
ROLLBACK;
