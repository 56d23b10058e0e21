-- touch_agg() and purchase_agg() by a set scan: when it is taken, and that the set is to the bit the one
-- that the server's own aggregate makes.
BEGIN;
SELECT plan(346);

\ir ../lib/same_rows.sql

CREATE FUNCTION same_touches(source text, what text, columns text DEFAULT 'customer_id, influencer_id, touched_at') RETURNS SETOF text LANGUAGE sql AS $$
	SELECT same_set(format('SELECT touch_agg(%s)::text AS touches FROM %s', columns, source), what) $$;
CREATE FUNCTION same_purchases(source text, what text, columns text DEFAULT 'customer_id, ordered_at, revenue') RETURNS SETOF text LANGUAGE sql AS $$
	SELECT same_set(format('SELECT purchase_agg(%s)::text AS purchases FROM %s', columns, source), what) $$;
CREATE FUNCTION is_plain(query text, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT doesnt_match(plan_of(query), 'SetScan', what);
END $$;

-- every combination of types; NULLs before, in and behind what is read; rows in no order
CREATE TABLE touches AS
SELECT CASE WHEN n % 11 <> 0 THEN n::smallint END AS channel,
       CASE WHEN n % 101 <> 0 THEN (n * 7919 % 1500 - 300)::integer END AS customer_id,
       (n * 7919 % 1500 - 300)::bigint * 12345678901 AS customer_number,
       CASE WHEN n % 103 <> 0 THEN (n * 31 % 90 - 10)::integer END AS influencer_id,
       (n * 31 % 90 - 10)::bigint * 98765432109 AS influencer_number,
       CASE WHEN n % 107 <> 0 THEN timestamptz '2026-01-01 00:00+00' + n * 7717 % 30000 * interval '13.000001 seconds' END AS touched_at,
       timestamp '2026-01-01 00:00' + n * 7717 % 30000 * interval '13.000001 seconds' AS touched_local,
       date '2026-01-01' + n * 7717 % 30000 / 900 AS touched_on,
       repeat('x', n % 50) AS padding, n AS touch_id
FROM   generate_series(1, 30000) AS n;
CREATE TABLE orders AS
SELECT n AS order_id, CASE WHEN n % 101 <> 0 THEN (n * 7919 % 1500 - 300)::integer END AS customer_id, (n * 7919 % 1500 - 300)::bigint * 12345678901 AS customer_number,
       CASE WHEN n % 107 <> 0 THEN timestamptz '2026-01-01 00:00+00' + n * 7717 % 30000 * interval '13.000001 seconds' END AS ordered_at,
       timestamp '2026-01-01 00:00' + n * 7717 % 30000 * interval '13.000001 seconds' AS ordered_local,
       date '2026-01-01' + n * 7717 % 30000 / 900 AS ordered_on,
       (n % 500 - 100)::integer AS units, (n % 500 - 100)::bigint * 10000000000 AS cents, (n % 500 - 100) / 7::double precision AS price,
       CASE WHEN n % 13 <> 0 THEN (n % 50000 - 100) * power(10::numeric, n % 24 - 12) END AS revenue
FROM   generate_series(1, 20000) AS n;
ANALYZE touches, orders;

SELECT same_touches('touches', format('%s, %s, %s', c, i, t), format('%s, %s, %s', c, i, t))
FROM   unnest('{customer_id,customer_number}'::text[]) AS c, unnest('{influencer_id,influencer_number}'::text[]) AS i, unnest('{touched_at,touched_local,touched_on}'::text[]) AS t;
SELECT same_purchases('orders', format('%s, %s, %s', c, t, r), format('%s, %s, %s', c, t, r))
FROM   unnest('{customer_id,customer_number}'::text[]) AS c, unnest('{ordered_at,ordered_local,ordered_on}'::text[]) AS t, unnest('{units,cents,price,revenue}'::text[]) AS r
WHERE  c = 'customer_id' OR r = 'revenue';

-- many rows are gathered apart by customer
CREATE TABLE many AS
SELECT n % 40000 - 300 AS customer_id, n::bigint * n % 7001 - 50 AS influencer_id, (n::bigint * 7919 % 13 - 6) * 1234567890123 AS influencer_number,
       timestamptz '2026-01-01 00:00+00' + n::bigint * 7717 % 300000 * interval '13.000001 seconds' AS touched_at, n % 100000 / 100::numeric(12, 2) AS revenue
FROM   generate_series(1, 300000) AS n;
ANALYZE many;
SELECT same_touches('many', 'many touches');
SELECT same_touches('many', 'many touches by large numbers', 'customer_id, influencer_number, touched_at');
SELECT same_touches('many WHERE customer_id % 3 <> 0', 'many touches through a filter');
SELECT same_purchases('many', 'many orders', 'customer_id, touched_at, revenue');

-- customers and influencers that are no numbers: short and long, compressed and stored apart, alike but for a
-- byte, empty, NULL; what is read stands before, between and behind them
CREATE DOMAIN handle AS text;
CREATE TABLE people AS
SELECT touch_id, CASE WHEN touch_id % 97 <> 0 THEN 'customer ' || customer_number END AS customer, customer_id,
       CASE WHEN touch_id % 89 <> 0 THEN CASE influencer_id % 8 WHEN 0 THEN '' WHEN 1 THEN repeat('long ', 40) WHEN 2 THEN repeat('compressed ', 3000)
            WHEN 3 THEN repeat('stored apart ' || touch_id % 3, 300) WHEN 4 THEN repeat('é', 63) ELSE '' END || left(influencer_id::text, touch_id % 4) END AS influencer,
       touched_at, touched_on, md5((customer_id % 50)::text)::uuid AS customer_uuid, CASE WHEN touch_id % 5 <> 0 THEN md5(influencer_id::text)::uuid END AS influencer_uuid,
       influencer_number, (touch_id % 1000 - 20)::numeric AS revenue
FROM   touches WHERE touch_id % 2 = 0;
ALTER TABLE people ALTER COLUMN influencer TYPE varchar(40000), ALTER COLUMN customer TYPE handle;
ANALYZE people;
SELECT same_touches('people', format('%s, %s, %s', c, i, t), format('%s, %s, %s', c, i, t))
FROM   unnest('{customer,customer_id,customer_uuid}'::text[]) AS c, unnest('{influencer,customer,influencer_uuid,influencer_number}'::text[]) AS i, unnest('{touched_at,touched_on}'::text[]) AS t
WHERE  i <> 'influencer_number' OR c <> 'customer_id';
SELECT same_purchases('people', format('%s, %s, %s', c, t, r), format('%s, %s, %s', c, t, r))
FROM   unnest('{customer,influencer,customer_uuid}'::text[]) AS c, unnest('{touched_at,touched_on}'::text[]) AS t, unnest('{revenue,influencer_number}'::text[]) AS r;
SELECT same_touches('people WHERE influencer LIKE ''%a%''', 'names through a filter', 'customer, influencer, touched_at');
SELECT same_set('SELECT s.x, j.* FROM generate_series(0, 4) AS s(x), LATERAL (SELECT touch_agg(customer, influencer, touched_at)::text AS touches FROM people WHERE touch_id > s.x * 5000 OFFSET 0) AS j', 'names, again and again');
CREATE TABLE many_names AS SELECT 'user-' || customer_id AS customer, '@creator_' || influencer_id AS influencer, touched_at FROM many;
ANALYZE many_names;
SELECT same_touches('many_names', 'many names', 'customer, influencer, touched_at');
ALTER TABLE people DROP COLUMN customer_id;
ALTER TABLE people ADD COLUMN campaign text DEFAULT 'none', ADD COLUMN sponsor varchar;
INSERT INTO people SELECT touch_id, customer, influencer, touched_at, touched_on, customer_uuid, influencer_uuid, influencer_number, revenue, influencer, left(influencer, 2) FROM people;
ANALYZE people;
SELECT same_touches('people', 'names behind a dropped column', 'customer, influencer, touched_at');
SELECT same_touches('people', 'names that are newer than rows, with a default', 'customer, campaign, touched_at');
SELECT same_touches('people', 'and without', 'customer, sponsor, touched_at');
CREATE TABLE too_long AS SELECT 1 AS customer_id, repeat('x', 65535 + n) AS influencer, timestamptz '2026-01-01 00:00+00' AS touched_at FROM generate_series(0, 1) AS n;
ANALYZE too_long;
SELECT same_touches('too_long WHERE length(influencer) < 65536', 'the longest name', 'customer_id, influencer, touched_at');
SELECT throws_ok('SELECT touch_agg(customer_id, influencer, touched_at) FROM too_long', '54000', 'identifier of 65536 bytes is too long', 'a name that is too long');

-- what else may stand around it
SELECT same_set('SELECT touch_count(touch_agg(customer_id, influencer_id, touched_at)), 7, skipped_count(touch_agg(customer_id, influencer_id, touched_at)) FROM touches', 'one aggregate in several expressions');
SELECT same_set('SELECT touch_agg(customer_id, influencer_id, touched_at)::text FROM touches HAVING touch_count(touch_agg(customer_id, influencer_id, touched_at)) > 1000', 'a condition');
SELECT same_set('SELECT touch_agg(customer_id, influencer_id, touched_at)::text FROM touches HAVING touch_count(touch_agg(customer_id, influencer_id, touched_at)) > 1000000', 'a condition that fails');
SELECT same_set('SELECT touch_count(touch_agg(customer_id, influencer_id, touched_at)) + (SELECT count(*) FROM orders), rank() OVER () FROM touches ORDER BY 1 LIMIT 1', 'a query and a window');
SELECT same_set('SELECT i.influencer, i.orders, i.revenue FROM (SELECT touch_agg(customer_id, influencer_id, touched_at) AS touches FROM touches) t, (SELECT purchase_agg(customer_id, ordered_at, units) AS purchases FROM orders) o, influence(t.touches ~> o.purchases) AS i ORDER BY i.influencer', 'the scoreboard');

-- filters
CREATE FUNCTION odd(bigint) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 % 2 <> 0; END';
SELECT same_touches('touches WHERE touched_at >= ''2026-01-03 00:00+00'' AND customer_id > 0', 'a span of time');
SELECT same_touches('touches WHERE channel IS NULL', 'a filter on NULLs');
SELECT same_touches('touches WHERE odd(touch_id) AND padding LIKE ''%xx%''', 'a filter on a column behind what is read');
SELECT same_touches('touches WHERE touch_id <> ALL (ARRAY(SELECT order_id * 3 FROM orders WHERE order_id < 100))', 'a filter with a list that is read first');
SELECT same_touches('touches AS t WHERE (SELECT t.touch_id % 3 = 0)', 'a filter with a query for each row');
SELECT same_touches('touches WHERE ctid <> ''(7,3)'' AND tableoid = ''touches''::regclass AND xmin IS NOT NULL', 'a filter on system columns');
SELECT same_touches('touches AS t WHERE t::text LIKE ''%7%''', 'a filter on whole rows');
SELECT same_touches('touches WHERE touch_id < 0', 'a filter that nothing passes');
SELECT same_purchases('orders WHERE revenue BETWEEN 0 AND 1000', 'orders of a size');
CREATE SEQUENCE seen;
SELECT touch_count(touch_agg(customer_id, influencer_id, touched_at)) FROM touches WHERE nextval('seen') > touch_id - 1000000 \gset
SELECT is((SELECT last_value FROM seen), 30000::bigint, 'a volatile filter is asked of every row, once');

-- rows of other shapes
CREATE TABLE few (customer_id bigint, influencer_id integer, touched_at timestamptz);
ANALYZE few;
SELECT same_touches('few', 'no rows');
INSERT INTO few VALUES (NULL, NULL, NULL), (NULL, 1, '2026-01-01');
SELECT same_touches('few', 'none but with NULLs');
INSERT INTO few VALUES (1, 1, '4713-01-01 00:00+00 BC'), (9223372036854775807, 2147483647, '294276-12-31 23:59:59.999999+00'), (-9223372036854775808, -2147483648, '1970-01-01 00:00+00');
SELECT same_touches('few', 'the ends of each type');
INSERT INTO few VALUES (1, 1, 'infinity');
SELECT throws_ok('SELECT touch_agg(customer_id, influencer_id, touched_at) FROM few', '22008', 'instant of a touch must be finite', 'an instant that is infinite');
CREATE TABLE few_orders (customer_id bigint, ordered_on date, revenue numeric, price double precision);
INSERT INTO few_orders VALUES (1, '2026-01-01', 'NaN', 1), (2, '2026-01-01', 5, 'Infinity'), (3, '2026-01-01', repeat('9', 300)::numeric, 0);
ANALYZE few_orders;
SELECT throws_ok('SELECT purchase_agg(customer_id, ordered_on, revenue) FROM few_orders', '22023', NULL, 'a revenue that is no number');
SELECT throws_ok('SELECT purchase_agg(customer_id, ordered_on, price) FROM few_orders', '22023', NULL, 'nor is this one');
DELETE FROM few_orders WHERE revenue = 'NaN' OR price = 'Infinity';
INSERT INTO few_orders VALUES (7, '5874897-12-31', 1, 1);
SELECT throws_ok('SELECT purchase_agg(customer_id, ordered_on, price) FROM few_orders', '22008', NULL, 'a date that is no instant');
UPDATE few_orders SET ordered_on = '2026-02-01', revenue = (repeat('123456789', 500) || '.25')::numeric / 10::numeric ^ 4490;
ALTER TABLE few_orders ALTER COLUMN revenue SET STORAGE EXTENDED;
SELECT same_purchases('few_orders', 'numbers of thousands of digits', 'customer_id, ordered_on, revenue');

CREATE TABLE shed AS SELECT 1 AS gone, touch_id, 'x'::text AS gone_too, customer_number AS customer_id, influencer_id, touched_at FROM touches WHERE touch_id % 2 = 0;
ALTER TABLE shed DROP COLUMN gone, DROP COLUMN gone_too;
INSERT INTO shed SELECT touch_id, customer_number, influencer_id, touched_at FROM touches WHERE touch_id % 2 = 1;
ANALYZE shed;
SELECT same_touches('shed', 'dropped columns before what is read');
CREATE TABLE grown AS SELECT customer_id, touched_at FROM touches;
ALTER TABLE grown ADD COLUMN influencer_id integer DEFAULT 77, ADD COLUMN other_id bigint;
INSERT INTO grown SELECT customer_id, touched_at, influencer_id, touch_id FROM touches;
ANALYZE grown;
SELECT same_touches('grown', 'rows older than a column with a default');
SELECT same_touches('grown', 'rows older than a column without', 'customer_id, other_id, touched_at');
CREATE TABLE named AS SELECT padding, customer_id, influencer_id, touched_at FROM touches;
ANALYZE named;
SELECT same_touches('named', 'columns that are not always at one place');
CREATE TABLE turned AS SELECT touched_at, padding, influencer_id, customer_id FROM touches;
ANALYZE turned;
SELECT same_touches('turned WHERE length(padding) > 3', 'columns in another order');
CREATE TEMPORARY TABLE held AS SELECT * FROM touches;
ANALYZE held;
SELECT same_touches('held', 'a temporary table');
CREATE MATERIALIZED VIEW kept AS SELECT * FROM touches;
ANALYZE kept;
SELECT same_touches('kept', 'a materialized view');
SELECT same_touches('(SELECT touched_at AS t, influencer_id AS i, customer_id AS c FROM touches WHERE customer_id <> 5) AS s', 'a query', 'c, i, t');
DELETE FROM touches WHERE touch_id BETWEEN 3000 AND 9000 OR touch_id > 29000;
UPDATE touches SET padding = padding || 'yyy' WHERE touch_id % 7 = 0;
SELECT same_touches('touches', 'dead rows and changed rows');

-- started again and again, in a loop, a prepared statement, a cursor
SELECT same_set('SELECT s.x, j.* FROM generate_series(0, 4) AS s(x), LATERAL (SELECT touch_agg(customer_id, influencer_id, touched_at)::text AS touches FROM touches WHERE influencer_id > s.x * 20 OFFSET 0) AS j', 'rescans');
PREPARE since (integer) AS SELECT touch_count(touch_agg(customer_id, influencer_id, touched_at)) FROM touches WHERE touch_id > $1;
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT matches(plan_of('EXECUTE since(5)'), 'SetScan', 'a generic plan');
CREATE FUNCTION executed(statement text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN EXECUTE statement INTO n; RETURN n; END $$;
SELECT is(executed('EXECUTE since(20000)'), executed('SELECT count(*) FROM touches WHERE touch_id > 20000 AND customer_id + influencer_id IS NOT NULL AND touched_at IS NOT NULL'), 'its number');
SELECT is(executed('EXECUTE since(NULL)'), 0::bigint, 'of nothing');
RESET plan_cache_mode;
CREATE FUNCTION often() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE total bigint := 0; n bigint;
BEGIN
	FOR i IN 1 .. 300 LOOP
		SELECT touch_count(touch_agg(customer_id, influencer_id, touched_at)) INTO n FROM touches WHERE touch_id < i;
		total := total + n;
	END LOOP;
	RETURN total;
END $$;
SELECT is(often(), (SELECT sum(300 - touch_id) FROM touches WHERE touch_id < 300 AND customer_id + influencer_id IS NOT NULL AND touched_at IS NOT NULL)::bigint, 'in a loop');
DECLARE c SCROLL CURSOR FOR SELECT touch_count(touch_agg(customer_id, influencer_id, touched_at)) FROM touches;
CREATE FUNCTION fetched(moves text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN EXECUTE 'FETCH ' || moves || ' FROM c' INTO n; RETURN n; END $$;
SELECT is(fetched('FIRST'), (SELECT count(*) FROM touches WHERE customer_id + influencer_id IS NOT NULL AND touched_at IS NOT NULL), 'a cursor');
SELECT is(fetched('NEXT'), NULL, 'at its end');
SELECT is(fetched('PRIOR'), fetched('FIRST'), 'and back');
CLOSE c;

-- what EXPLAIN tells
SELECT matches(plan_of('SELECT touch_agg(customer_id, influencer_id, touched_at) FROM touches WHERE touch_id > 15000', 'ANALYZE, VERBOSE, COSTS OFF, TIMING OFF, SUMMARY OFF'),
	'Custom Scan \(SetScan\) \(actual rows=1(\.00)? loops=1\)\s+Output: \(?touch_agg\(customer_id, influencer_id, touched_at\).*Seq Scan on public.touches \(actual rows=' || (SELECT count(*) FROM touches WHERE touch_id > 15000) || '(\.00)? loops=1\)\s+Output: [^:]+Filter: \(touches.touch_id > 15000\)\s+Rows Removed by Filter: ' || (SELECT count(*) FROM touches WHERE touch_id <= 15000), 'EXPLAIN');

-- rights, and rows that a policy hides
CREATE POLICY own_rows ON touches USING (touch_id % 2 = 0);
ALTER TABLE touches ENABLE ROW LEVEL SECURITY;
CREATE ROLE set_scan_reader;
GRANT SELECT ON touches TO set_scan_reader;
CREATE FUNCTION reader_sets(OUT plan text, OUT seen bigint) LANGUAGE plpgsql SET role = set_scan_reader AS $$
DECLARE query text := 'SELECT touch_count(touch_agg(customer_id, influencer_id, touched_at)) + skipped_count(touch_agg(customer_id, influencer_id, touched_at)) FROM touches'; line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP plan := concat(plan, line, E'\n'); END LOOP;
	EXECUTE query INTO seen;
END $$;
SELECT * FROM reader_sets() \gset
SELECT matches(:'plan'::text, 'SetScan.*Filter', 'rows that a policy hides: the plan');
SELECT is(:seen::bigint, (SELECT count(*) FROM touches WHERE touch_id % 2 = 0), 'they are not there');
REVOKE EXECUTE ON FUNCTION touch_agg(integer, integer, timestamptz) FROM public;
SELECT throws_ok('SELECT * FROM reader_sets()', '42501', 'permission denied for aggregate touch_agg', 'an aggregate that may not be called');
GRANT EXECUTE ON FUNCTION touch_agg(integer, integer, timestamptz) TO public;
CREATE ROLE set_scan_owner;
GRANT CREATE ON SCHEMA public TO set_scan_owner;
SET ROLE set_scan_owner;
CREATE AGGREGATE public.owned_agg(integer, integer, timestamptz) (SFUNC = touch_add, STYPE = touch_set, FINALFUNC = touch_set_final, COMBINEFUNC = touch_set_combine, PARALLEL = SAFE);
RESET ROLE;
SELECT same_set('SELECT owned_agg(customer_id, influencer_id, touched_at)::text FROM touches', 'another''s aggregate');
REVOKE EXECUTE ON FUNCTION touch_set_final(touch_set) FROM public;
SELECT throws_ok('SELECT owned_agg(customer_id, influencer_id, touched_at) FROM touches', '42501', 'permission denied for function touch_set_final', 'whose owner may not call its final function');
GRANT EXECUTE ON FUNCTION touch_set_final(touch_set) TO public;
REVOKE EXECUTE ON FUNCTION touch_add(touch_set, integer, integer, timestamptz) FROM public;
SELECT throws_ok('SELECT owned_agg(customer_id, influencer_id, touched_at) FROM touches', '42501', 'permission denied for function touch_add', 'nor its transition function');
GRANT EXECUTE ON FUNCTION touch_add(touch_set, integer, integer, timestamptz) TO public;

-- aggregates that others make of the same functions
CREATE DOMAIN money_units AS bigint;
CREATE DOMAIN price AS double precision;
CREATE AGGREGATE units_agg(integer, timestamptz, money_units) (SFUNC = purchase_add, STYPE = purchase_set, FINALFUNC = purchase_set_final, COMBINEFUNC = purchase_set_combine, PARALLEL = SAFE);
CREATE AGGREGATE price_agg(integer, timestamptz, price) (SFUNC = purchase_add, STYPE = purchase_set, FINALFUNC = purchase_set_final, COMBINEFUNC = purchase_set_combine, PARALLEL = SAFE);
CREATE TABLE sales AS SELECT customer_id, ordered_at, cents::money_units AS units, price::price AS price FROM orders;
ANALYZE sales;
SELECT same_set('SELECT units_agg(customer_id, ordered_at, units)::text FROM sales', 'a domain of whole numbers');
SELECT same_set('SELECT price_agg(customer_id, ordered_at, price)::text FROM sales', 'a domain of double precision');
CREATE FUNCTION no_set(touch_set) RETURNS touch_set LANGUAGE sql AS 'SELECT NULL::touch_set';
CREATE AGGREGATE other_final(integer, integer, timestamptz) (SFUNC = touch_add, STYPE = touch_set, FINALFUNC = no_set, COMBINEFUNC = touch_set_combine, PARALLEL = SAFE);
CREATE AGGREGATE no_final(integer, integer, timestamptz) (SFUNC = touch_add, STYPE = touch_set, COMBINEFUNC = touch_set_combine, PARALLEL = SAFE);
SELECT format('CREATE AGGREGATE more_to_begin(integer, integer, timestamptz) (SFUNC = touch_add, STYPE = touch_set, INITCOND = %L, FINALFUNC = touch_set_final, COMBINEFUNC = touch_set_combine, PARALLEL = SAFE)',
	(SELECT touch_agg(customer_id, influencer_id, touched_at)::text FROM touches WHERE touch_id < 3)) \gexec
SELECT is_plain(format('SELECT %s(customer_id, influencer_id, touched_at) FROM touches', name), name) FROM unnest('{other_final,no_final,more_to_begin}'::text[]) AS name;

-- what it does not stand for
SELECT is_plain('SELECT 1 FROM touches HAVING odd(touch_count(touch_agg(customer_id, influencer_id, touched_at))) AND touch_count(touch_agg(customer_id, influencer_id, touched_at)) > 5', 'several conditions, of which the server asks the cheap one first');
SELECT is_plain('SELECT touch_agg(customer_id, influencer_id, touched_at, 2) FROM touches', 'weights');
SELECT is_plain('SELECT touch_agg(customer_id, influencer_id, touched_at) FILTER (WHERE touch_id > 5) FROM touches', 'a filter of the aggregate');
SELECT is_plain('SELECT touch_agg(DISTINCT customer_id, influencer_id, touched_at) FROM touches', 'different rows');
SELECT is_plain('SELECT touch_agg(customer_id, influencer_id, touched_at ORDER BY touch_id) FROM touches', 'an order');
SELECT is_plain('SELECT touch_agg(customer_id, influencer_id, touched_at), count(*) FROM touches', 'another aggregate');
SELECT is_plain('SELECT channel, touch_agg(customer_id, influencer_id, touched_at) FROM touches GROUP BY 1', 'groups');
SELECT is_plain('SELECT touch_agg(customer_id % 10, influencer_id, touched_at) FROM touches', 'what is calculated');
SELECT is_plain('SELECT touch_agg(customer_id, influencer, touched_at) FROM (SELECT customer_id, influencer_id::text AS influencer, touched_at FROM touches) AS t', 'names that are calculated');
SELECT is_plain('SELECT touch_agg(t.customer_id, influencer_id, touched_at) FROM touches t JOIN orders o ON order_id = touch_id', 'a join');
SELECT is_plain('SELECT touch_agg(customer_id, influencer_id, touched_at) FROM touches TABLESAMPLE SYSTEM (50)', 'a sample');
SELECT is_plain('SELECT rollup_agg(t) FROM (SELECT touch_agg(customer_id, influencer_id, touched_at) AS t FROM touches GROUP BY channel) AS s', 'sets of sets');
SELECT is_plain('SELECT max(customer_id) FROM touches', 'other aggregates');
CREATE INDEX ON orders (order_id);
SELECT is_plain('SELECT purchase_agg(customer_id, ordered_at, units) FROM orders WHERE order_id = 77', 'rows that an index finds');
CREATE TABLE parts (LIKE touches) PARTITION BY RANGE (touch_id);
CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (10000);
CREATE TABLE part_2 PARTITION OF parts FOR VALUES FROM (10000) TO (100000);
INSERT INTO parts SELECT * FROM touches;
ANALYZE parts;
SELECT is_plain('SELECT touch_agg(customer_id, influencer_id, touched_at) FROM parts', 'partitions');

SELECT * FROM finish();
ROLLBACK;
