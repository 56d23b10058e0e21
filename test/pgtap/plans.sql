-- What the planner makes of the operator: index conditions with both bounds, in both directions,
-- and estimates near the truth.
BEGIN;
SELECT plan(45);

CREATE TABLE touches AS
SELECT n % 1000 AS customer_id, n % 37 AS influencer_id,
       timestamptz '2026-01-01 00:00+00' + n * interval '157 seconds' AS touched_at,
       timestamp '2026-01-01' + n * interval '157 seconds' AS touched_local,
       date '2026-01-01' + n / 550 AS touched_on
FROM   generate_series(1, 100000) AS n;
CREATE TABLE orders AS
SELECT n AS order_id, (n * 7) % 1000 AS customer_id,
       timestamptz '2026-01-01 00:00+00' + n * interval '1570 seconds' AS ordered_at,
       timestamp '2026-01-01' + n * interval '1570 seconds' AS ordered_local,
       date '2026-01-01' + n / 55 AS ordered_on
FROM   generate_series(1, 10000) AS n;
CREATE INDEX ON touches (customer_id, touched_at);
CREATE INDEX ON touches (customer_id, touched_local);
CREATE INDEX ON touches (customer_id, touched_on);
CREATE INDEX ON orders (customer_id, ordered_at);
CREATE INDEX ON orders (customer_id, ordered_local);
CREATE INDEX ON orders (customer_id, ordered_on);
CREATE INDEX ON orders (order_id);
ANALYZE touches, orders;

-- all conditions of the plan's index scans on one table
CREATE FUNCTION index_conditions(query text, relation text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
	RETURN (SELECT string_agg(node->>'Index Cond', ' ')
	        FROM jsonb_path_query(plan, 'strict $.**?(@."Index Cond" <> "")') AS node
	        WHERE node->>'Relation Name' = relation OR node->>'Index Name' LIKE relation || '%');
END $$;
CREATE FUNCTION estimated_rows(query text) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
	RETURN plan->0->'Plan'->>'Plan Rows';
END $$;
CREATE FUNCTION near_truth(query text, factor double precision, what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE guess double precision := estimated_rows(query); truth double precision;
BEGIN
	EXECUTE 'SELECT count(*) FROM (' || query || ') AS q' INTO truth;
	RETURN ok(guess BETWEEN truth / factor AND truth * factor, format('%s: estimated %s, found %s', what, guess, truth));
END $$;

SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_seqscan = off;

-- one order and its touches; one touch and its orders; for each time type and way to write it
CREATE TEMPORARY TABLE columns (touched text, ordered text);
INSERT INTO columns VALUES ('touched_at', 'ordered_at'), ('touched_local', 'ordered_local'), ('touched_on', 'ordered_on');

SELECT ok(index_conditions(query, 'touches') ~ format('%s <= o.%s', touched, ordered)
          AND index_conditions(query, 'touches') ~ format('%s >= lookback_start\(o.%s, %s', touched, ordered, span),
          'touches of one order: ' || predicate)
FROM   columns,
       LATERAL (VALUES (format('t.%s ~> o.%s', touched, ordered), '''30 days'''),
                       (format('o.%s <~ t.%s', ordered, touched), '''30 days'''),
                       (format('led_to(t.%s, o.%s)', touched, ordered), '''30 days'''),
                       (format('t.%s ~> lookback(o.%s, ''7 days'')', touched, ordered), '''7 days'''),
                       (format('lookback(o.%2$s, ''7 days'') <~ t.%1$s', touched, ordered), '''7 days'''),
                       (format('led_to(t.%s, o.%s, ''7 days'')', touched, ordered), '''7 days''')) AS p(predicate, span),
       LATERAL (SELECT format('SELECT * FROM orders o JOIN touches t ON t.customer_id = o.customer_id AND %s WHERE o.order_id = 77', predicate) AS query) AS q;

SELECT ok(index_conditions(query, 'orders') ~ format('%s >= touches.%s', ordered, touched)
          AND index_conditions(query, 'orders') ~ format('%s <= lookback_end\(touches.%s, %s', ordered, touched, span),
          'orders after one touch: ' || predicate)
FROM   columns,
       LATERAL (VALUES (format('t.%s ~> o.%s', touched, ordered), '''30 days'''),
                       (format('o.%s <~ t.%s', ordered, touched), '''30 days'''),
                       (format('t.%s ~> lookback(o.%s, ''7 days'')', touched, ordered), '''7 days'''),
                       (format('led_to(t.%s, o.%s, ''7 days'')', touched, ordered), '''7 days''')) AS p(predicate, span),
       LATERAL (SELECT format('SELECT * FROM (SELECT * FROM touches WHERE customer_id = 77 LIMIT 10) t JOIN orders o ON t.customer_id = o.customer_id AND %s', predicate) AS query) AS q;

-- a constant order, a parameter in a generic plan, and what cannot be an index condition
SELECT ok(index_conditions('SELECT * FROM touches WHERE customer_id = 77 AND touched_at ~> ''2026-03-01 00:00+00''', 'touches')
          ~ 'touched_at <= .* AND .*touched_at >= ', 'the touches of a constant order');
SET plan_cache_mode = force_generic_plan;
PREPARE touches_of (timestamptz, interval) AS SELECT count(*) FROM touches WHERE customer_id = 77 AND touched_at ~> lookback($1, $2);
SELECT ok(index_conditions('EXECUTE touches_of(''2026-03-01'', ''7 days'')', 'touches') ~ 'touched_at >= lookback_start\(\$1, \$2\)', 'parameters of a generic plan');
RESET plan_cache_mode;
SELECT ok(index_conditions('SELECT * FROM touches t WHERE customer_id = 77 AND touched_at ~> (touched_at + random() * interval ''1 day'')', 'touches')
          !~ 'touched_at', 'no index condition from a volatile expression or the same row');

-- the rows are those of a sequential scan
RESET enable_seqscan; RESET enable_hashjoin; RESET enable_mergejoin;
CREATE TEMPORARY TABLE edges (at timestamptz);
INSERT INTO edges VALUES ('-infinity'), ('4713-01-01 00:00+00 BC'), ('2026-01-01'), ('2026-01-31'), ('2026-01-31 00:00:00.000001'), ('294276-12-31 23:59:59.999999+00'), ('infinity'), (NULL);
CREATE TEMPORARY TABLE indexed AS SELECT * FROM edges;
CREATE INDEX ON indexed (at);
CREATE TEMPORARY TABLE seq AS SELECT t.at AS touched_at, o.at AS ordered_at FROM edges t JOIN edges o ON t.at ~> o.at;
SET enable_seqscan = off; SET enable_bitmapscan = off;
SELECT bag_eq('SELECT t.at AS touched_at, o.at AS ordered_at FROM edges o JOIN indexed t ON t.at ~> o.at', 'SELECT * FROM seq', 'infinities and ends of the clock, index on the touches');
SELECT bag_eq('SELECT t.at AS touched_at, o.at AS ordered_at FROM edges t JOIN indexed o ON t.at ~> o.at', 'SELECT * FROM seq', 'infinities and ends of the clock, index on the orders');
RESET enable_seqscan; RESET enable_bitmapscan;

-- estimates
SELECT near_truth('SELECT FROM touches WHERE touched_at ~> timestamptz ''2026-04-01 00:00+00''', 1.2, 'touches before a constant order');
SELECT near_truth('SELECT FROM touches WHERE touched_on ~> lookback(date ''2026-04-01'', ''7 days'')', 1.2, 'the same in days');
SELECT near_truth('SELECT FROM orders WHERE timestamp ''2026-03-01'' ~> lookback(ordered_local, ''3 days'')', 1.3, 'orders after a constant touch');
SELECT near_truth('SELECT FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at', 1.5, 'the join');
SELECT near_truth('SELECT FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND t.touched_on ~> lookback(o.ordered_on, ''1 day'')', 1.6, 'the join in days');
SELECT near_truth('SELECT FROM touches t JOIN orders o ON t.customer_id = o.customer_id AND led_to(t.touched_local, o.ordered_local, ''100 days'')', 1.5, 'the join with a long lookback window');
CREATE TABLE empty (LIKE touches);
SELECT ok(estimated_rows('SELECT FROM empty WHERE touched_at ~> NULL::timestamptz') <= 1, 'NULL matches nothing');
SELECT ok(estimated_rows('SELECT FROM empty t JOIN orders o ON t.touched_at ~> o.ordered_at') > 0, 'no statistics');
SELECT ok(estimated_rows('SELECT FROM touches WHERE touched_at ~> timestamptz ''infinity''') <= 1, 'infinity matches nothing');

-- a bad window in a constant is an error when it runs, not when it is planned
SELECT lives_ok('EXPLAIN SELECT FROM touches t JOIN orders o ON t.touched_at ~> lookback(o.ordered_at, ''1 month'')', 'planning a bad window');

SELECT * FROM finish();
ROLLBACK;
