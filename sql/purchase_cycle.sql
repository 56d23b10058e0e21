-- purchase_cycle: when a customer bought, and where in the buying cycle that puts them

SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
CREATE TABLE orders (customer text, ordered_at timestamptz);
INSERT INTO orders VALUES
	('weekly', '2026-01-01'), ('weekly', '2026-01-08'), ('weekly', '2026-01-15'), ('weekly', '2026-01-22'), ('weekly', '2026-02-05'),
	('twice', '2026-01-10'), ('twice', '2026-01-20'),
	('split', '2026-01-10 09:00'), ('split', '2026-01-10 09:00'), ('split', '2026-01-11 08:59:59'),
	('once', '2026-01-25'), ('nobody', NULL);
CREATE TABLE cycles AS SELECT customer, purchase_cycle(ordered_at) AS cycle FROM orders GROUP BY customer;

-- at an instant; what comes after it is not known yet
SELECT customer, order_count(cycle, at) AS orders, recency_days(cycle, at) AS recency, median_gap_days(cycle, at) AS median_gap, next_due(cycle, at), purchase_stage(cycle, at), in_market(cycle, at)
FROM   cycles, (VALUES (timestamptz '2026-02-01')) AS v(at) ORDER BY customer;
SELECT at::date, purchase_stage(cycle, at) AS stage, in_market(cycle, at)
FROM   cycles, generate_series('2025-12-31'::timestamptz, '2026-03-11', '5 days') AS at WHERE customer = 'weekly' ORDER BY at;

-- with the typical gap of one's own market, and other limits
SELECT customer, next_due(cycle, at, '10 days') AS due, purchase_stage(cycle, at, '10 days') AS stage, purchase_stage(cycle, at, '10 days', 1.5) AS strict, in_market(cycle, at, '10 days', open_at => 0) AS open
FROM   cycles, (VALUES (timestamptz '2026-02-01')) AS v(at) ORDER BY customer;

-- customers without any order, and without a cycle
SELECT purchase_stage(NULL, timestamptz '2026-02-01'), in_market(NULL, timestamptz '2026-02-01'), purchase_stage(cycle, NULL::timestamptz) IS NULL AS at_no_time, next_due(cycle, timestamptz '2026-02-01') FROM cycles WHERE customer = 'nobody';

-- dates
SELECT order_count(c), median_gap_days(c, date '2026-03-01'), next_due(c, date '2026-03-01', '7 days'), purchase_stage(c, date '2026-03-01', '7 days'), c::jsonb
FROM  (SELECT purchase_cycle(d) AS c FROM unnest('{2026-01-01,2026-01-01,2026-01-15,2026-02-20}'::date[]) AS d) AS s;

-- put together
SELECT rollup_agg(c) = (SELECT purchase_cycle(ordered_at) FROM orders) AS the_same FROM (SELECT purchase_cycle(ordered_at) AS c FROM orders GROUP BY ordered_at) AS days;
SELECT order_count(c), skipped_count(c), c::jsonb FROM (SELECT purchase_cycle(ordered_at) AS c FROM orders) AS s;

-- what is refused
SELECT purchase_cycle(timestamptz 'infinity');
SELECT purchase_stage(cycle, date '2026-02-01') FROM cycles WHERE customer = 'once';
SELECT purchase_stage(cycle, now(), '1 month') FROM cycles;
SELECT next_due(cycle, now(), '0') FROM cycles;
SELECT in_market(cycle, now(), open_at => -1) FROM cycles;
SELECT purchase_stage(cycle, now(), lapse_after => 0.5) FROM cycles;
SELECT rollup_agg(c) FROM (SELECT purchase_cycle(now()) AS c UNION ALL SELECT purchase_cycle(current_date)) AS s;
SELECT 'nonsense'::purchase_cycle;

DROP TABLE orders, cycles;
