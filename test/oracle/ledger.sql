-- Credits and amounts of random orders, compared with an oracle in plain SQL.
--
-- Run in a fresh database that has the extension:
--   psql -X -q -A -t -v ON_ERROR_STOP=1 [-v seed=1] -f ledger.sql
-- Writes TAP to standard output; the same seed builds the same orders.
--
-- The oracle is slow and literal on purpose: it works in numeric, enumerates
-- which of the tied touches is the first and which the last, and for small
-- orders enumerates every order in time the touches could stand in.

\set ON_ERROR_STOP on
\if :{?seed}
\else
	\set seed 1
\endif

SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET extra_float_digits = 1;
SET jit = off;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '64MB';

DROP SCHEMA IF EXISTS ledger CASCADE;
CREATE SCHEMA ledger;


-- TAP --------------------------------------------------------------------

CREATE SEQUENCE ledger.test_no;

-- Passes when the query finds nothing; what it finds are the offending rows.
CREATE FUNCTION ledger.no_rows(description text, offenders text)
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	test_no bigint := nextval('ledger.test_no');
	offender record;
	found_any boolean := false;
BEGIN
	FOR offender IN EXECUTE format('SELECT * FROM (%s) offender LIMIT 5', offenders) LOOP
		IF NOT found_any THEN
			found_any := true;
			RETURN NEXT format('not ok %s - %s', test_no, description);
		END IF;
		RETURN NEXT '#   ' || row_to_json(offender);
	END LOOP;
	IF NOT found_any THEN
		RETURN NEXT format('ok %s - %s', test_no, description);
	END IF;
END $$;

CREATE FUNCTION ledger.skip(description text, reason text)
RETURNS text LANGUAGE sql AS $$
	SELECT format('ok %s - %s # SKIP %s', nextval('ledger.test_no'), description, reason)
$$;


-- Models -----------------------------------------------------------------

-- rule names what the oracle computes: spellings of one model share a rule.
CREATE TABLE ledger.model (
	model_no int PRIMARY KEY,
	model text NOT NULL,
	kind text NOT NULL,
	half_life interval,
	f numeric,
	l numeric,
	rule text GENERATED ALWAYS AS (
		kind || coalesce(' ' || extract(epoch FROM half_life)::int8::text, '')
			|| coalesce(' ' || f::text || ' ' || l::text, '')) STORED
);

INSERT INTO ledger.model (model_no, model, kind, half_life, f, l) VALUES
	( 1, 'first_touch',              'first', NULL, NULL, NULL),
	( 2, 'last_touch',               'last', NULL, NULL, NULL),
	( 3, 'linear',                   'linear', NULL, NULL, NULL),
	( 4, 'time_decay',               'decay', '168:00:00', NULL, NULL),
	( 5, 'time_decay(7 days)',       'decay', '168:00:00', NULL, NULL),
	( 6, 'time_decay(12 hours)',     'decay', '12:00:00', NULL, NULL),
	( 7, 'time_decay(90 minutes)',   'decay', '01:30:00', NULL, NULL),
	( 8, 'time_decay(1 day)',        'decay', '24:00:00', NULL, NULL),
	( 9, 'time_decay(30 days)',      'decay', '720:00:00', NULL, NULL),
	(10, 'time_decay(1000 days)',    'decay', '24000:00:00', NULL, NULL),
	(11, 'position_based(0.4, 0.4)', 'position', NULL, 0.4, 0.4),
	(12, 'u_shaped',                 'position', NULL, 0.4, 0.4),
	(13, 'j_shaped',                 'position', NULL, 0.2, 0.6),
	(14, 'inverse_j',                'position', NULL, 0.6, 0.2),
	(15, 'position_based(0,0)',      'position', NULL, 0.0, 0.0),
	(16, 'position_based(1,0)',      'position', NULL, 1.0, 0.0),
	(17, 'position_based(0,1)',      'position', NULL, 0.0, 1.0),
	(18, 'position_based(0.5, 0.5)', 'position', NULL, 0.5, 0.5),
	(19, 'position_based(0.3, 0.1)', 'position', NULL, 0.3, 0.1),
	(20, 'participation',            'participation', NULL, NULL, NULL);

CREATE VIEW ledger.rule AS
SELECT DISTINCT rule, kind, extract(epoch FROM half_life)::numeric AS half_life, f, l
FROM ledger.model;


-- Orders and touches -----------------------------------------------------

-- Uniform in [0, 1), the same for the same key, salt and seed.
CREATE FUNCTION ledger.random(key bigint, salt int, seed bigint)
RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
	SELECT (hashint8extended(key, seed * 1000 + salt) & 9007199254740991)::float8
		/ 9007199254740992
$$;

CREATE FUNCTION ledger.pick(choices text[], u float8)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT choices[1 + floor(u * cardinality(choices))::int]
$$;

-- What an order's touches have in common.
CREATE TABLE ledger.purchase AS
WITH draw AS (
	SELECT
		order_id,
		ledger.random(order_id, 1, :seed) AS u_size_class,
		ledger.random(order_id, 2, :seed) AS u_size,
		ledger.random(order_id, 3, :seed) AS u_instants,
		ledger.random(order_id, 4, :seed) AS u_weights,
		ledger.random(order_id, 5, :seed) AS u_priorities,
		ledger.random(order_id, 6, :seed) AS u_ordered_at,
		ledger.random(order_id, 7, :seed) AS u_when,
		ledger.random(order_id, 8, :seed) AS u_revenue,
		ledger.random(order_id, 9, :seed) AS u_money,
		ledger.random(order_id, 10, :seed) AS u_scale,
		ledger.random(order_id, 11, :seed) AS u_step,
		ledger.random(order_id, 12, :seed) AS u_no_touch
	FROM generate_series(1, 2000) AS order_id
), shape AS (
	SELECT
		*,
		floor(u_scale * 5)::int AS scale,
		CASE
			WHEN order_id % 400 = 0 THEN 'same'
			WHEN u_instants < 0.30 THEN 'spread'  -- all over three months
			WHEN u_instants < 0.65 THEN 'grid'    -- many touches at few instants
			WHEN u_instants < 0.80 THEN 'same'    -- all at one instant
			WHEN u_instants < 0.90 THEN 'years'   -- far apart
			ELSE 'edge'                           -- around the order itself
		END AS instants,
		CASE
			WHEN u_weights < 0.25 THEN 'null'
			WHEN u_weights < 0.40 THEN 'one'
			WHEN u_weights < 0.42 THEN 'zero'
			WHEN u_weights < 0.55 THEN 'fraction'
			WHEN u_weights < 0.70 THEN 'extreme'
			ELSE 'mixed'
		END AS weights,
		CASE
			WHEN u_priorities < 0.60 THEN 'null'
			WHEN u_priorities < 0.70 THEN 'few'
			WHEN u_priorities < 0.90 THEN 'null or few'
			WHEN u_priorities < 0.95 THEN 'negative'
			ELSE 'extreme'
		END AS priorities
	FROM draw
)
SELECT
	order_id, instants, weights, priorities,
	u_no_touch < 0.04 AS no_touch,
	CASE
		WHEN u_no_touch < 0.04 THEN 1
		-- One instant for everything is dear to brute force: a few large orders
		-- of that kind are enough.
		WHEN order_id % 400 = 0 THEN 40 - floor(u_size * 10)::int
		WHEN instants = 'same' THEN 1 + floor(u_size * 7)::int
		WHEN u_size_class < 0.20 THEN 1 + floor(u_size * 4)::int
		WHEN u_size_class < 0.65 THEN 1 + floor(u_size * 12)::int
		ELSE 1 + floor(u_size * 40)::int
	END AS touches,
	-- From a microsecond to a day: near ties must not count as ties.
	ledger.pick(ARRAY['0.000001', '1', '3600', '43200', '86400'], u_step)::numeric AS step,
	CASE
		WHEN u_ordered_at < 0.020 THEN NULL
		WHEN u_ordered_at < 0.030 THEN timestamptz 'infinity'
		WHEN u_ordered_at < 0.035 THEN timestamptz '-infinity'
		ELSE timestamptz '2023-01-01 00:00:00+00'
			+ floor(u_when * 63072000) * interval '1 second'
			+ floor(ledger.random(order_id, 13, :seed) * 1000000) * interval '1 microsecond'
	END AS ordered_at,
	CASE
		WHEN u_revenue < 0.05 THEN NULL
		WHEN u_revenue < 0.10 THEN round(0.0, scale)
		WHEN u_revenue < 0.14 THEN 123456789012345678901234.56
		WHEN u_revenue < 0.16 THEN -98765432109876543210987.6543
		-- A few units, often fewer than touches.
		WHEN u_revenue < 0.30 THEN round(floor(u_money * 12)::numeric / 10::numeric ^ scale, scale)
		WHEN u_revenue < 0.38 THEN round(-floor(u_money * 12)::numeric / 10::numeric ^ scale, scale)
		WHEN u_revenue < 0.50 THEN round((-500 * u_money)::numeric, scale)
		WHEN u_revenue < 0.60 THEN round((1e6 * u_money)::numeric, scale)
		ELSE round((500 * u_money)::numeric, scale)
	END AS revenue
FROM shape;

CREATE TABLE ledger.touch (
	order_id int NOT NULL,
	touch_id bigint PRIMARY KEY,
	tie_key int,
	touched_at timestamptz,
	ordered_at timestamptz,
	weight float8,
	priority int,
	revenue numeric
);

INSERT INTO ledger.touch (order_id, touch_id, touched_at, ordered_at, weight, priority, revenue)
WITH slot AS (
	-- key is the touch's own or, for a duplicate, that of the touch before it.
	SELECT p.*, order_id * 1000::bigint + touch_no AS touch_id,
		order_id * 1000::bigint + touch_no
			- (touch_no > 1 AND ledger.random(order_id * 1000 + touch_no, 20, :seed) < 0.12)::int AS key
	FROM ledger.purchase p, generate_series(1, p.touches) AS touch_no
), draw AS (
	SELECT
		*,
		ledger.random(key, 21, :seed) AS u_lag,
		ledger.random(key, 22, :seed) AS u_odd,
		ledger.random(key, 23, :seed) AS u_weight_class,
		ledger.random(key, 24, :seed) AS u_weight,
		ledger.random(key, 25, :seed) AS u_exponent,
		ledger.random(key, 26, :seed) AS u_priority
	FROM slot
), lag AS (
	-- Seconds from the touch to the order.
	SELECT
		*,
		CASE
			WHEN instants = 'same' THEN round(86400 * ledger.random(order_id, 14, :seed)::numeric, 6)
			WHEN u_odd < 0.04 THEN 0
			WHEN u_odd < 0.09 THEN -round((3600 * u_lag)::numeric, 6) - 0.000001
			WHEN instants = 'spread' THEN round((90 * 86400 * u_lag)::numeric, 6)
			WHEN instants = 'grid' THEN step * floor(u_lag * ceil(touches / 2.5))::numeric
			WHEN instants = 'years' THEN round((15 * 365 * 86400 * u_lag)::numeric, 6)
			ELSE ledger.pick(ARRAY['-1', '-0.000001', '0', '0.000001', '1', '60'], u_lag)::numeric
		END AS lag
	FROM draw
)
SELECT
	order_id, touch_id,
	CASE
		WHEN no_touch THEN NULL
		WHEN instants = 'same' THEN ordered_at - lag * interval '1 second'
		WHEN u_odd BETWEEN 0.09 AND 0.11 THEN NULL
		WHEN u_odd BETWEEN 0.11 AND 0.12 THEN timestamptz '-infinity'
		WHEN u_odd BETWEEN 0.12 AND 0.13 THEN timestamptz 'infinity'
		-- An order without a finite time of its own still has touches with one.
		WHEN ordered_at IS NULL OR NOT isfinite(ordered_at)
		THEN timestamptz '2024-01-01 00:00:00+00' - lag * interval '1 second'
		-- In two steps: an interval of years keeps its microseconds this way.
		ELSE ordered_at - floor(lag) * interval '1 second'
			- (lag - floor(lag)) * interval '1 second'
	END,
	ordered_at,
	CASE
		WHEN no_touch THEN NULL
		WHEN weights = 'null' THEN NULL
		WHEN weights = 'one' THEN 1
		WHEN weights = 'zero' THEN 0
		WHEN weights = 'fraction' THEN ledger.pick(ARRAY['0.1', '0.25', '0.3', '0.5', '1', '1.5', '2'], u_weight)::float8
		WHEN weights = 'extreme' THEN ledger.pick(ARRAY['1e-6', '1', '1e6', '999999.9'], u_weight)::float8
		WHEN u_weight_class < 0.12 THEN 0
		WHEN u_weight_class < 0.27 THEN NULL
		WHEN u_weight_class < 0.45 THEN 1
		WHEN u_weight_class < 0.65 THEN round(u_weight::numeric + 0.001, 3)::float8
		-- Few digits, so the oracle holds the weight exactly.
		ELSE (round((1 + 8.99 * u_weight)::numeric, 3)::text || 'e'
			|| (floor(u_exponent * 12) - 6)::int::text)::float8
	END,
	CASE
		WHEN no_touch OR priorities = 'null' THEN NULL
		WHEN priorities = 'few' THEN floor(u_priority * 3)::int
		WHEN priorities = 'null or few' THEN ledger.pick(ARRAY[NULL, NULL, '-1', '0', '0', '1'], u_priority)::int
		WHEN priorities = 'negative' THEN -1 - floor(u_priority * 3)::int
		ELSE ledger.pick(ARRAY['-2147483648', NULL, '2147483647'], u_priority)::int
	END,
	revenue
FROM lag;

-- Orders that chance would seldom make, kept apart from the rest as 2001 and on.
INSERT INTO ledger.touch (order_id, touch_id, touched_at, ordered_at, weight, priority, revenue)
SELECT order_id, order_id * 1000::bigint + row_number() OVER (), touched_at,
	'2024-03-10 12:00+00', weight, priority, revenue
FROM (VALUES
	-- A light touch tied with two heavy ones: W - w_first - w_last cancels.
	(2001, timestamptz '2024-03-10 11:00+00', float8 '1e6', 0, 100.00),
	(2001, '2024-03-10 11:00+00', 1e6, 0, 100.00),
	(2001, '2024-03-10 11:00+00', 1e-6, 0, 100.00),
	-- The same, tied at either end only.
	(2002, '2024-03-01 11:00+00', 1e6, 0, 0.07),
	(2002, '2024-03-01 11:00+00', 1e-6, 0, 0.07),
	(2002, '2024-03-05 11:00+00', 3e-6, 0, 0.07),
	(2002, '2024-03-09 11:00+00', 1e-6, 0, 0.07),
	(2002, '2024-03-09 11:00+00', 999999, 0, 0.07),
	-- A touch after the order, and one of weight 0, hold no priority.
	(2003, '2024-03-10 12:01+00', 1, 9, 1),
	(2003, '2024-03-10 11:00+00', 0, 8, 1),
	(2003, '-infinity', 1, 7, 1),
	(2003, '2024-03-10 11:00+00', 1, -5, 1),
	(2003, '2024-03-10 11:30+00', 1, -5, 1),
	(2003, '2024-03-10 11:40+00', 1, -6, 1),
	-- Nothing shares.
	(2004, '2024-03-10 12:01+00', 1, 0, 12.345),
	(2004, '2024-03-10 11:00+00', 0, 0, 12.345),
	(2004, '-infinity', 1, 0, 12.345),
	(2004, NULL, 1, 0, 12.345),
	-- Tied touches of different weight under first_touch and last_touch: an odd
	-- cent goes to the smaller weight.
	(2005, '2024-03-01 11:00+00', 3, 0, -100.00),
	(2005, '2024-03-01 11:00+00', 1, 0, -100.00),
	(2005, '2024-03-01 11:00+00', 2, 0, -100.00),
	(2005, '2024-03-02 11:00+00', 2, 0, -100.00),
	(2005, '2024-03-02 11:00+00', 3, 0, -100.00),
	(2005, '2024-03-02 11:00+00', 1, 0, -100.00),
	-- Five tied touches, five weights.
	(2006, '2024-03-01 11:00+00', 1, 0, 0.9999),
	(2006, '2024-03-01 11:00+00', 20, 0, 0.9999),
	(2006, '2024-03-01 11:00+00', 300, 0, 0.9999),
	(2006, '2024-03-01 11:00+00', 0.04, 0, 0.9999),
	(2006, '2024-03-01 11:00+00', 0.005, 0, 0.9999),
	-- Two touches, tied and not.
	(2007, '2024-03-01 11:00+00', 1, 0, 10),
	(2007, '2024-03-01 11:00+00', 3, 0, 10),
	(2008, '2024-03-01 11:00+00', 1, 0, 10),
	(2008, '2024-03-01 11:00:00.000001+00', 3, 0, 10)
) AS handmade (order_id, touched_at, weight, priority, revenue);

-- tie_key agrees neither with touch_id nor with time.
UPDATE ledger.touch t SET tie_key = shuffled.tie_key
FROM (
	SELECT touch_id, row_number() OVER (
		PARTITION BY order_id ORDER BY hashint8extended(touch_id, :seed * 1000::bigint + 30), touch_id) AS tie_key
	FROM ledger.touch
) shuffled
WHERE shuffled.touch_id = t.touch_id;

VACUUM ANALYZE ledger.touch;

-- The ways to call the functions. The oracle sees the arguments that count: what
-- a call leaves out is NULL here. Timestamps and dates are those of UTC.
CREATE TABLE ledger.input AS
SELECT 'all arguments' AS call, * FROM ledger.touch
UNION ALL
SELECT 'no priority', order_id, touch_id, tie_key, touched_at, ordered_at, weight, NULL, revenue
FROM ledger.touch WHERE order_id % 7 = 1
UNION ALL
SELECT 'no weight', order_id, touch_id, tie_key, touched_at, ordered_at, NULL, NULL, revenue
FROM ledger.touch WHERE order_id % 7 = 2
UNION ALL
SELECT 'timestamp', * FROM ledger.touch WHERE order_id % 7 = 3
UNION ALL
SELECT 'date', order_id, touch_id, tie_key, touched_at::date::timestamp AT TIME ZONE 'UTC',
	ordered_at::date::timestamp AT TIME ZONE 'UTC', weight, priority, revenue
FROM ledger.touch
-- Dates tie far more often, so the large orders stay out of brute force's way.
WHERE order_id IN (SELECT order_id FROM ledger.touch GROUP BY order_id HAVING count(*) <= 15)
	AND order_id % 7 IN (4, 5);

ANALYZE ledger.input;


-- The oracle -------------------------------------------------------------

-- The touches that share their order: no weight 0, no touch after the order or
-- at an infinite distance from it, and of those only the highest priority.
CREATE TABLE ledger.sharing AS
WITH eligible AS (
	SELECT call, order_id, touch_id, tie_key, touched_at, revenue,
		coalesce(weight, 1)::numeric AS w,
		coalesce(priority, 0) AS priority,
		extract(epoch FROM ordered_at)::numeric - extract(epoch FROM touched_at)::numeric AS d
	FROM ledger.input
	WHERE isfinite(touched_at) AND isfinite(ordered_at)
		AND touched_at <= ordered_at
		AND weight IS DISTINCT FROM 0
), ranked AS (
	SELECT *, max(priority) OVER (PARTITION BY call, order_id) AS highest FROM eligible
), sharing AS (
	SELECT * FROM ranked WHERE priority = highest
)
SELECT
	*,
	count(*) OVER o AS n,
	sum(w) OVER o AS w_sum,
	min(d) OVER o AS d_min,
	touched_at = min(touched_at) OVER o AS maybe_first,
	touched_at = max(touched_at) OVER o AS maybe_last,
	count(*) OVER instant AS tied
FROM sharing
WINDOW o AS (PARTITION BY call, order_id),
	instant AS (PARTITION BY call, order_id, touched_at);

ALTER TABLE ledger.sharing ADD PRIMARY KEY (call, order_id, touch_id);
ANALYZE ledger.sharing;

-- Credits, to 40 decimal places and more: a light touch tied with heavy ones may
-- earn very little, and that little should be right as well.
CREATE TABLE ledger.credit (
	rule text,
	call text,
	order_id int,
	touch_id bigint,
	credit numeric NOT NULL
);

-- No base depends on which of the tied touches comes first.
INSERT INTO ledger.credit
SELECT 'linear', call, order_id, touch_id, round(w, 40) / w_sum
FROM ledger.sharing;

INSERT INTO ledger.credit
SELECT 'participation', call, order_id, touch_id, 1
FROM ledger.sharing;

INSERT INTO ledger.credit
WITH based AS (
	SELECT rule, call, order_id, touch_id,
		w * power(round(2.0, 50), -round((d - d_min) / half_life, 50)) AS bw
	FROM ledger.sharing, ledger.rule
	WHERE kind = 'decay'
)
SELECT rule, call, order_id, touch_id, round(bw, 50) / sum(bw) OVER (PARTITION BY rule, call, order_id)
FROM based;

-- The first touch earns all of it whatever it weighs, and each of the k tied
-- first ones is the first in one order of k.
INSERT INTO ledger.credit
SELECT 'first', call, order_id, touch_id, CASE WHEN maybe_first THEN round(1.0, 40) / tied ELSE 0 END
FROM ledger.sharing;

INSERT INTO ledger.credit
SELECT 'last', call, order_id, touch_id, CASE WHEN maybe_last THEN round(1.0, 40) / tied ELSE 0 END
FROM ledger.sharing;

-- Position: every pair of a first and a last touch is as likely as any other,
-- and fixes every base and so the sum of b w.
INSERT INTO ledger.credit
WITH ends AS (
	SELECT first.call, first.order_id, first.n, first.w_sum,
		first.touch_id AS first_id, first.w AS first_w,
		last.touch_id AS last_id, last.w AS last_w
	FROM ledger.sharing first
	JOIN ledger.sharing last USING (call, order_id)
	WHERE first.maybe_first AND last.maybe_last
		AND (first.touch_id <> last.touch_id OR first.n = 1)
), based AS (
	SELECT ends.*, rule,
		CASE
			WHEN n = 1 THEN 1
			WHEN n = 2 AND f + l = 0 THEN 0.5
			WHEN n = 2 THEN round(f, 40) / (f + l)
			ELSE f
		END AS first_b,
		CASE
			WHEN n = 1 THEN 1
			WHEN n = 2 AND f + l = 0 THEN 0.5
			WHEN n = 2 THEN round(l, 40) / (f + l)
			ELSE l
		END AS last_b,
		CASE WHEN n > 2 THEN round(1 - f - l, 40) / (n - 2) ELSE 0 END AS between_b
	FROM ends, ledger.rule
	WHERE kind = 'position'
), summed AS (
	SELECT *,
		CASE
			WHEN n = 1 THEN first_w
			ELSE first_b * first_w + last_b * last_w + between_b * (w_sum - first_w - last_w)
		END AS bw_sum
	FROM based
)
SELECT rule, call, order_id, touch_id,
	avg(CASE touch_id WHEN first_id THEN first_b WHEN last_id THEN last_b ELSE between_b END
		* round(w, 40) / bw_sum)
FROM summed
JOIN ledger.sharing USING (call, order_id)
GROUP BY rule, call, order_id, touch_id;

ALTER TABLE ledger.credit ADD PRIMARY KEY (rule, call, touch_id);
ANALYZE ledger.credit;

-- The same once more where it is feasible, word for word: put the touches in
-- every order in time they could stand in, take each one's base by its place,
-- and average the credits.
CREATE TABLE ledger.small AS
SELECT call, order_id
FROM (SELECT DISTINCT call, order_id, n, touched_at, tied FROM ledger.sharing) instants
GROUP BY call, order_id, n
HAVING n <= 7 AND max(tied) <= 5
	AND exp(sum(ln(factorial(tied)))) < 300;

CREATE TABLE ledger.arrangement AS
WITH RECURSIVE arrangement AS (
	SELECT call, order_id, ARRAY[]::bigint[] AS touch_ids FROM ledger.small
	UNION ALL
	SELECT a.call, a.order_id, a.touch_ids || next.touch_id
	FROM arrangement a
	JOIN ledger.sharing next USING (call, order_id)
	WHERE next.touch_id <> ALL (a.touch_ids)
		AND NOT EXISTS (
			SELECT FROM ledger.sharing earlier
			WHERE earlier.call = a.call AND earlier.order_id = a.order_id
				AND earlier.touched_at < next.touched_at
				AND earlier.touch_id <> ALL (a.touch_ids))
)
SELECT row_number() OVER () AS arrangement_no, a.*
FROM arrangement a
WHERE cardinality(touch_ids) = (
	SELECT count(*) FROM ledger.sharing s WHERE s.call = a.call AND s.order_id = a.order_id);

CREATE TABLE ledger.literal_credit AS
WITH based AS (
	SELECT rule, arrangement_no, call, order_id, touch_id, w,
		CASE
			WHEN kind = 'linear' THEN 1
			WHEN kind = 'first' THEN (place = 1)::int
			WHEN kind = 'last' THEN (place = n)::int
			WHEN n = 1 THEN 1
			WHEN n = 2 AND f + l = 0 THEN 0.5
			WHEN n = 2 AND place = 1 THEN round(f, 40) / (f + l)
			WHEN n = 2 THEN round(l, 40) / (f + l)
			WHEN place = 1 THEN f
			WHEN place = n THEN l
			ELSE round(1 - f - l, 40) / (n - 2)
		END AS b
	FROM ledger.arrangement
	CROSS JOIN unnest(touch_ids) WITH ORDINALITY AS placed (touch_id, place)
	JOIN ledger.sharing USING (call, order_id, touch_id)
	CROSS JOIN ledger.rule
	WHERE kind IN ('linear', 'first', 'last', 'position')
), credited AS (
	SELECT *, b * round(w, 40) / sum(b * w) OVER (PARTITION BY rule, arrangement_no) AS credit
	FROM based
)
SELECT rule, call, order_id, touch_id, avg(credit) AS credit
FROM credited
GROUP BY rule, call, order_id, touch_id;

ANALYZE ledger.small;
ANALYZE ledger.arrangement;
ANALYZE ledger.literal_credit;

-- What every touch should earn, the ones that do not share included.
CREATE TABLE ledger.expected AS
SELECT rule, call, order_id, touch_id, i.tie_key, i.touched_at, i.revenue,
	s.touch_id IS NOT NULL AS shares,
	s.w, s.maybe_first, s.maybe_last,
	CASE WHEN i.touched_at IS NOT NULL AND i.ordered_at IS NOT NULL
		THEN round(coalesce(c.credit, 0), 40)
	END AS credit
FROM ledger.input i
CROSS JOIN ledger.rule
LEFT JOIN ledger.sharing s USING (call, order_id, touch_id)
LEFT JOIN ledger.credit c USING (rule, call, order_id, touch_id);

ALTER TABLE ledger.expected ADD PRIMARY KEY (rule, call, touch_id);
ANALYZE ledger.expected;

-- Largest remainder in units of the revenue's display scale. decided tells that
-- a credit off by a rounding error leads to the same amounts: no share within
-- 1e-6 of a whole unit unless the credit is 0 or 1, and around the cut between
-- those who get a unit more and those who do not, no two remainders within 1e-6
-- of each other unless the touches are alike.
CREATE TABLE ledger.allocation AS
WITH share AS (
	SELECT rule, call, order_id, touch_id, tie_key, touched_at, w, credit, revenue,
		abs(revenue) * 10::numeric ^ scale(revenue) AS units,
		floor(abs(revenue) * 10::numeric ^ scale(revenue) * credit) AS whole
	FROM ledger.expected
	WHERE shares AND rule <> 'participation' AND revenue IS NOT NULL
		AND abs(revenue) * 10::numeric ^ scale(revenue) <= 1e8
), remaining AS (
	SELECT *,
		round(units * credit - whole, 12) AS remainder,
		units - sum(whole) OVER (PARTITION BY rule, call, order_id) AS left_over
	FROM share
), ranked AS (
	SELECT *, row_number() OVER (
		PARTITION BY rule, call, order_id ORDER BY remainder DESC, touched_at, w, tie_key) AS rank
	FROM remaining
), cut AS (
	SELECT *,
		max(remainder) FILTER (WHERE rank = left_over) OVER o AS last_in,
		max(remainder) FILTER (WHERE rank = left_over + 1) OVER o AS first_out
	FROM ranked
	WINDOW o AS (PARTITION BY rule, call, order_id)
), decided AS (
	SELECT rule, call, order_id,
		bool_and(credit IN (0, 1) OR remainder BETWEEN 1e-6 AND 1 - 1e-6)
		AND (coalesce(bool_and(last_in - first_out > 1e-6), true)
			OR count(DISTINCT (touched_at, w)) FILTER (WHERE abs(remainder - last_in) <= 2e-6) = 1
		) AS decided
	FROM cut
	GROUP BY rule, call, order_id
)
SELECT rule, call, order_id, touch_id, decided,
	sign(revenue) * (whole + (rank <= left_over)::int) / 10::numeric ^ scale(revenue) AS amount
FROM cut
JOIN decided USING (rule, call, order_id);

-- Where k touches earn 1/k each the allocation needs no fractions at all: the
-- units that do not divide by k go to the earlier, then lighter, then by the
-- window's ORDER BY earlier touches.
CREATE TABLE ledger.even_allocation AS
WITH evenly AS (
	SELECT *,
		abs(revenue) * 10::numeric ^ scale(revenue) AS units,
		count(*) OVER (PARTITION BY rule, call, order_id) AS k,
		row_number() OVER (PARTITION BY rule, call, order_id ORDER BY touched_at, w, tie_key) AS rank
	FROM (
		SELECT *, bool_and(w = 1) OVER (PARTITION BY rule, call, order_id) AS all_weights_1
		FROM ledger.expected
		WHERE shares
	) shares
	WHERE (rule = 'linear' AND all_weights_1)
		OR (rule = 'first' AND maybe_first)
		OR (rule = 'last' AND maybe_last)
)
SELECT rule, call, touch_id,
	sign(revenue) * (div(units, k) + (rank <= mod(units, k))::int) / 10::numeric ^ scale(revenue) AS amount
FROM evenly
WHERE revenue IS NOT NULL;


-- The extension ----------------------------------------------------------

CREATE TABLE ledger.call (call text PRIMARY KEY, times text, others text);

INSERT INTO ledger.call VALUES
	('all arguments', 'touched_at, ordered_at', ', weight, priority'),
	('no priority', 'touched_at, ordered_at', ', weight'),
	('no weight', 'touched_at, ordered_at', ''),
	('timestamp', 'touched_at AT TIME ZONE ''UTC'', ordered_at AT TIME ZONE ''UTC''', ', weight, priority'),
	('date', '(touched_at AT TIME ZONE ''UTC'')::date, (ordered_at AT TIME ZONE ''UTC'')::date', ', weight, priority');

CREATE VIEW ledger.expression AS
SELECT model_no, model, call,
	format('attribution_credit(%L, %s%s) OVER (PARTITION BY order_id)',
		model, times, others) AS credit,
	format('attribution_amount(%L, %s, revenue%s) OVER (PARTITION BY order_id ORDER BY tie_key)',
		model, times, others) AS amount
FROM ledger.model, ledger.call;

CREATE TABLE ledger.got (
	model_no int,
	call text,
	touch_id bigint,
	credit float8,
	amount numeric
);

SELECT format('INSERT INTO ledger.got SELECT %s, call, touch_id, %s, %s FROM ledger.input WHERE call = %L',
	model_no, credit, amount, call)
FROM ledger.expression
ORDER BY call, model_no
\gexec

CREATE TABLE ledger.compared AS
SELECT model_no, m.model, m.kind, call, e.order_id, touch_id, e.touched_at, e.tie_key, e.w AS sharing_weight,
	e.shares, e.revenue,
	g.touch_id IS NOT NULL AS returned,
	g.credit, e.credit AS expected_credit,
	g.amount,
	CASE WHEN a.decided THEN a.amount END AS decided_amount,
	even.amount AS even_amount
FROM ledger.expected e
JOIN ledger.model m USING (rule)
LEFT JOIN ledger.got g USING (model_no, call, touch_id)
LEFT JOIN ledger.allocation a USING (rule, call, touch_id)
LEFT JOIN ledger.even_allocation even USING (rule, call, touch_id)
ORDER BY model_no, call, order_id;

CREATE INDEX ON ledger.compared (model_no, call, order_id);
ANALYZE ledger.compared;


-- The data set and the oracle themselves ---------------------------------

SELECT ledger.no_rows('the orders hold every kind of case', $$
	WITH t AS (
		SELECT order_id, touched_at, ordered_at, weight, priority, revenue,
			abs(revenue) * 10::numeric ^ scale(revenue) AS units,
			count(*) OVER (PARTITION BY order_id) AS touches,
			count(*) OVER (PARTITION BY order_id, touched_at, weight, priority) AS alike,
			s.n, s.tied, s.w, s.w_sum
		FROM ledger.touch
		LEFT JOIN (SELECT order_id, touch_id, n, tied, w, w_sum FROM ledger.sharing WHERE call = 'all arguments') s
			USING (order_id, touch_id)
	)
	SELECT kind AS missing FROM (VALUES
		('one touch', EXISTS (SELECT FROM t WHERE n = 1)),
		('over 30 touches sharing', EXISTS (SELECT FROM t WHERE n > 30)),
		('two touches, tied', EXISTS (SELECT FROM t WHERE n = 2 AND tied = 2)),
		('two touches, not tied', EXISTS (SELECT FROM t WHERE n = 2 AND tied = 1)),
		('many touches, all tied', EXISTS (SELECT FROM t WHERE n > 15 AND tied = n)),
		('some touches tied', EXISTS (SELECT FROM t WHERE n > 10 AND tied BETWEEN 3 AND n - 1)),
		('no ties', EXISTS (SELECT FROM t WHERE n > 10 GROUP BY order_id HAVING max(tied) = 1)),
		('alike touches', EXISTS (SELECT FROM t WHERE alike > 1 AND n > alike)),
		('weights eleven orders of magnitude apart', EXISTS (
			SELECT FROM t WHERE n > 1 GROUP BY order_id HAVING max(w) > 1e11 * min(w))),
		('tied, but not of one weight', EXISTS (
			SELECT FROM t WHERE tied > 1 GROUP BY order_id, touched_at HAVING min(w) < max(w))),
		('weight 0', EXISTS (SELECT FROM t WHERE weight = 0)),
		('weight NULL', EXISTS (SELECT FROM t WHERE weight IS NULL AND n > 1)),
		('weight 1', EXISTS (SELECT FROM t WHERE weight = 1 AND n > 1)),
		('priority NULL', EXISTS (SELECT FROM t WHERE priority IS NULL AND n < touches)),
		('priority below 0', EXISTS (SELECT FROM t WHERE priority < 0 AND n > 0)),
		('touch after the order', EXISTS (SELECT FROM t WHERE touched_at > ordered_at)),
		('touch at the order', EXISTS (SELECT FROM t WHERE touched_at = ordered_at AND n > 1)),
		('touch years before the order', EXISTS (SELECT FROM t WHERE touched_at < ordered_at - interval '10 years' AND n > 1)),
		('order without a touch', EXISTS (SELECT FROM t WHERE touched_at IS NULL AND touches = 1)),
		('NULL amid touches', EXISTS (SELECT FROM t WHERE touched_at IS NULL AND touches > 1)),
		('ordered_at NULL', EXISTS (SELECT FROM t WHERE ordered_at IS NULL AND touches > 1)),
		('ordered_at infinity', EXISTS (SELECT FROM t WHERE ordered_at = 'infinity')),
		('ordered_at -infinity', EXISTS (SELECT FROM t WHERE ordered_at = '-infinity')),
		('touched_at infinity', EXISTS (SELECT FROM t WHERE touched_at = 'infinity' AND isfinite(ordered_at))),
		('touched_at -infinity', EXISTS (SELECT FROM t WHERE touched_at = '-infinity' AND isfinite(ordered_at))),
		('nothing shares', EXISTS (
			SELECT FROM t WHERE touched_at <= ordered_at GROUP BY order_id HAVING max(n) IS NULL)),
		('revenue NULL', EXISTS (SELECT FROM t WHERE revenue IS NULL AND n > 1)),
		('revenue 0', EXISTS (SELECT FROM t WHERE revenue = 0 AND n > 1)),
		('revenue below 0', EXISTS (SELECT FROM t WHERE revenue < 0 AND n > 1)),
		('fewer units than touches', EXISTS (SELECT FROM t WHERE units BETWEEN 1 AND n - 1)),
		('more units than a float8 holds', EXISTS (SELECT FROM t WHERE units > 1e20 AND n > 1)),
		('every scale', (SELECT array_agg(DISTINCT scale(revenue)) @> ARRAY[0, 1, 2, 3, 4] FROM t WHERE n > 1))
	) AS kinds (kind, present)
	WHERE present IS NOT TRUE
$$);

SELECT ledger.no_rows('oracle: averaging over first and last touch equals averaging over all orders in time', $$
	SELECT rule, call, order_id, touch_id, l.credit::float8 AS literal, c.credit::float8
	FROM ledger.literal_credit l
	FULL JOIN (
		SELECT rule, call, order_id, touch_id, credit
		FROM ledger.credit JOIN ledger.small USING (call, order_id)
		WHERE rule NOT LIKE 'decay%' AND rule <> 'participation'
	) c USING (rule, call, order_id, touch_id)
	WHERE (abs(l.credit - c.credit) <= 1e-35) IS NOT TRUE
$$);

SELECT ledger.no_rows('oracle: all orders in time are there', $$
	SELECT call, order_id, arrangements, permutations
	FROM (
		SELECT call, order_id, count(*) AS arrangements, count(DISTINCT touch_ids) AS distinct_arrangements
		FROM ledger.arrangement GROUP BY call, order_id
	) a
	FULL JOIN (
		-- A group of k tied touches stands for k rows of ln(k!) / k each.
		SELECT call, order_id, round(exp(sum(ln(factorial(tied)) / tied))) AS permutations
		FROM ledger.sharing JOIN ledger.small USING (call, order_id)
		GROUP BY call, order_id
	) p USING (call, order_id)
	WHERE (arrangements = permutations AND distinct_arrangements = permutations) IS NOT TRUE
$$);

SELECT ledger.no_rows('oracle: the credits of an order sum to 1', $$
	SELECT rule, call, order_id, sum(credit)::float8
	FROM ledger.expected
	WHERE rule <> 'participation'
	GROUP BY rule, call, order_id
	HAVING bool_or(shares) AND abs(sum(credit) - 1) > 1e-28
$$);

SELECT ledger.no_rows('oracle: the amounts of an order sum to the revenue', $$
	SELECT rule, call, order_id, sum(amount), min(revenue)
	FROM ledger.allocation JOIN ledger.expected USING (rule, call, order_id, touch_id)
	GROUP BY rule, call, order_id
	HAVING sum(amount) <> min(revenue)
$$);

SELECT ledger.no_rows('oracle: both ways to allocate agree', $$
	SELECT rule, call, touch_id, a.amount, even.amount AS even_amount
	FROM ledger.allocation a JOIN ledger.even_allocation even USING (rule, call, touch_id)
	WHERE decided AND a.amount <> even.amount
$$);

SELECT format('# %s orders and models, the allocation of %s certain in spite of rounding',
	count(*), count(*) FILTER (WHERE decided))
FROM (SELECT DISTINCT rule, call, order_id, decided FROM ledger.allocation) a;


-- Credits and amounts ----------------------------------------------------

-- Reports of all models for one kind of check; check_sql selects the offending
-- rows of ledger.compared, of one model and in any call.
CREATE FUNCTION ledger.no_rows_by_model(description text, check_sql text, models text DEFAULT 'true')
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	m record;
BEGIN
	FOR m IN EXECUTE format('SELECT model_no, model FROM ledger.model WHERE %s ORDER BY model_no', models) LOOP
		RETURN QUERY SELECT ledger.no_rows(m.model || ': ' || description,
			format('WITH t AS (SELECT * FROM ledger.compared WHERE model_no = %s) %s', m.model_no, check_sql));
	END LOOP;
END $$;

SELECT ledger.no_rows('a result for every row', $$
	SELECT model, call, order_id, touch_id FROM ledger.compared WHERE NOT returned
	UNION ALL
	SELECT model_no::text, call, NULL, touch_id FROM ledger.got GROUP BY model_no, call, touch_id HAVING count(*) > 1
$$);

SELECT ledger.no_rows_by_model('NULL credits where the touch or the time of the order is missing', $$
	SELECT call, order_id, touch_id, credit, expected_credit::float8
	FROM t WHERE (credit IS NULL) <> (expected_credit IS NULL)
$$);

SELECT ledger.no_rows_by_model('credits within 1e-12 of the oracle', $$
	SELECT call, order_id, touch_id, credit, expected_credit::float8
	FROM t WHERE abs(credit - expected_credit::float8) > 1e-12
$$);

-- 1e-12 is a lot for a touch that earns 1e-9.
SELECT ledger.no_rows_by_model('small credits within 1e-12 of themselves', $$
	SELECT call, order_id, touch_id, credit, expected_credit::float8
	FROM t WHERE expected_credit > 1e-18 AND abs(credit - expected_credit::float8) > 1e-12 * expected_credit::float8
$$);

SELECT ledger.no_rows_by_model('touches that do not share earn exactly 0', $$
	SELECT call, order_id, touch_id, credit, amount
	FROM t WHERE NOT shares AND (credit <> 0 OR amount <> 0)
$$);

SELECT ledger.no_rows_by_model('credits sum to 1', $$
	SELECT call, order_id, sum(credit)
	FROM t GROUP BY call, order_id
	HAVING bool_or(shares) AND (abs(sum(credit) - 1) <= 1e-12) IS NOT TRUE
$$, $$kind <> 'participation'$$);

SELECT ledger.no_rows_by_model('touches with the same time and weight earn the same bits', $$
	SELECT call, order_id, touched_at, sharing_weight, min(credit), max(credit)
	FROM t WHERE shares GROUP BY call, order_id, touched_at, sharing_weight
	HAVING count(DISTINCT float8send(credit)) > 1
$$);

SELECT ledger.no_rows_by_model('NULL amounts where credit or revenue is NULL', $$
	SELECT call, order_id, touch_id, credit, revenue, amount
	FROM t WHERE (amount IS NULL) <> (expected_credit IS NULL OR revenue IS NULL)
$$);

SELECT ledger.no_rows_by_model('amounts at the display scale of the revenue', $$
	SELECT call, order_id, touch_id, revenue, amount
	FROM t WHERE scale(amount) <> scale(revenue)
$$);

SELECT ledger.no_rows_by_model('amounts sum to the revenue exactly', $$
	SELECT call, order_id, min(revenue) AS revenue, sum(amount)
	FROM t WHERE revenue IS NOT NULL
	GROUP BY call, order_id
	HAVING bool_or(shares) AND sum(amount) IS DISTINCT FROM min(revenue)
$$, $$kind <> 'participation'$$);

SELECT ledger.no_rows_by_model('every sharing touch gets the whole revenue', $$
	SELECT call, order_id, touch_id, revenue, amount
	FROM t WHERE shares AND amount <> revenue
$$, $$kind = 'participation'$$);

-- A revenue of more units than a float8 tells apart inherits the rounding of the
-- credit as well.
SELECT ledger.no_rows_by_model('amounts within a unit of revenue times credit', $$
	SELECT call, order_id, touch_id, revenue, expected_credit::float8, amount
	FROM t WHERE abs(amount - revenue * expected_credit)
		>= 10::numeric ^ -scale(revenue) * (1 + 1e-9)
			+ CASE WHEN abs(revenue) * 10::numeric ^ scale(revenue) > 2::numeric ^ 53
				THEN abs(revenue) * 1e-15 ELSE 0 END
$$);

SELECT ledger.no_rows_by_model('no amount has the sign opposite to the revenue', $$
	SELECT call, order_id, touch_id, revenue, amount
	FROM t WHERE sign(amount) * sign(revenue) < 0
$$);

SELECT ledger.no_rows_by_model('largest remainder, where rounding cannot change the allocation', $$
	SELECT call, order_id, touch_id, revenue, expected_credit::float8, amount, decided_amount
	FROM t WHERE amount <> decided_amount
$$, $$kind <> 'participation'$$);

SELECT ledger.no_rows_by_model('the odd units of even credits go to the earlier, lighter, first touch', $$
	SELECT call, order_id, touch_id, revenue, amount, even_amount
	FROM t WHERE amount <> even_amount
$$, $$kind IN ('first', 'last', 'linear')$$);

SELECT ledger.no_rows_by_model('of touches with the same time and weight the first in the window gets the odd unit', $$
	SELECT call, order_id, touch_id, revenue, previous, amount
	FROM (
		SELECT *, lag(amount) OVER (
			PARTITION BY call, order_id, touched_at, sharing_weight ORDER BY tie_key) AS previous
		FROM t WHERE shares
	) t
	WHERE abs(previous) - abs(amount) NOT IN (0, 10::numeric ^ -scale(revenue))
$$);


-- The same rows by other ways --------------------------------------------

-- Bit for bit, all models side by side: the array index is the model_no.
CREATE FUNCTION ledger.all_models(call_name text, source text)
RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT touch_id, ARRAY[%s] AS credits, ARRAY[%s] AS amounts FROM %s',
		string_agg(format('float8send(%s)', credit), ', ' ORDER BY model_no),
		string_agg(format('(%s)::text', amount), ', ' ORDER BY model_no),
		source)
	FROM ledger.expression
	WHERE call = call_name
$$;

CREATE FUNCTION ledger.same_results(description text, result text, call_name text DEFAULT 'all arguments')
RETURNS SETOF text LANGUAGE sql AS $$
	SELECT ledger.no_rows(description, format($check$
		SELECT model, touch_id, this.credit AS this_credit, that.credit AS that_credit,
			this.amount AS this_amount, that.amount AS that_amount
		FROM (
			SELECT model_no, touch_id, float8send(credit) AS credit, amount::text AS amount
			FROM ledger.got WHERE call = %L
		) this
		FULL JOIN (
			SELECT model_no, touch_id, credit, amount
			FROM %s, unnest(credits, amounts) WITH ORDINALITY AS r (credit, amount, model_no)
		) that USING (model_no, touch_id)
		LEFT JOIN ledger.model USING (model_no)
		WHERE this.touch_id IS NULL OR that.touch_id IS NULL
			OR this.credit IS DISTINCT FROM that.credit
			OR this.amount IS DISTINCT FROM that.amount
	$check$, call_name, result))
$$;

CREATE FUNCTION ledger.plan(query text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
		plan := plan || line || E'\n';
	END LOOP;
	RETURN plan;
END $$;

-- Other physical orders.
CREATE TABLE ledger.shuffled AS
SELECT * FROM ledger.touch ORDER BY hashint8extended(touch_id, :seed * 1000::bigint + 40);

CREATE TABLE ledger.by_time AS
SELECT * FROM ledger.touch ORDER BY touched_at DESC NULLS FIRST, weight, touch_id DESC;

ANALYZE ledger.shuffled;
ANALYZE ledger.by_time;

SELECT format('CREATE TABLE ledger.got_shuffled AS %s', ledger.all_models('all arguments', 'ledger.shuffled')),
	format('CREATE TABLE ledger.got_by_time AS %s', ledger.all_models('all arguments', 'ledger.by_time'))
\gexec

SELECT ledger.same_results('shuffled rows: same bits', 'ledger.got_shuffled');
SELECT ledger.same_results('rows stored latest first: same bits', 'ledger.got_by_time');

-- Little memory, so that partitions and sorts go to disk.
SET work_mem = '64kB';
SELECT format('CREATE TABLE ledger.got_on_disk AS %s', ledger.all_models('all arguments', 'ledger.shuffled'))
\gexec
SET work_mem = '64MB';

SELECT ledger.same_results('little work_mem: same bits', 'ledger.got_on_disk');

-- Workers that scan and sort, in whatever order they get to the rows. (Window
-- functions themselves never run in a worker.)
SELECT name AS parallel_setting FROM pg_settings
WHERE name IN ('force_parallel_mode', 'debug_parallel_query')  -- renamed in 16
\gset
SET :parallel_setting = on;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;

SELECT ledger.no_rows('the plan is parallel', $$
	SELECT plan FROM ledger.plan(ledger.all_models('all arguments', 'ledger.shuffled')) AS plan
	WHERE plan !~ 'Gather' OR plan !~ 'Parallel Seq Scan'
$$);
SELECT format('CREATE TABLE ledger.got_from_workers AS %s', ledger.all_models('all arguments', 'ledger.shuffled'))
\gexec
SELECT ledger.same_results('rows from parallel workers: same bits', 'ledger.got_from_workers');

RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET :parallel_setting;
SET max_parallel_workers_per_gather = 0;

SET jit = on;
SELECT pg_jit_available() AS jit_available
\gset
\if :jit_available
	SET jit_above_cost = 0;
	SET jit_inline_above_cost = 0;
	SET jit_optimize_above_cost = 0;
	SELECT ledger.no_rows('the plan is compiled', $$
		SELECT plan FROM ledger.plan(ledger.all_models('all arguments', 'ledger.shuffled')) AS plan
		WHERE plan !~ 'JIT:'
	$$);
	SELECT format('CREATE TABLE ledger.got_jit AS %s', ledger.all_models('all arguments', 'ledger.shuffled'))
	\gexec
	SELECT ledger.same_results('with jit: same bits', 'ledger.got_jit');
\else
	SELECT ledger.skip('the plan is compiled', 'no jit');
	SELECT ledger.skip('with jit: same bits', 'no jit');
\endif
SET jit = off;

-- Half-lives are absolute times and timestamps and dates have no time zone: no
-- change of the clocks may show.
SET TimeZone = 'America/New_York';
SELECT format('CREATE TABLE ledger.got_%s AS %s', result, ledger.all_models(call, source))
FROM (VALUES
	('new_york', 'all arguments', 'ledger.shuffled'),
	('new_york_timestamp', 'timestamp', '(SELECT * FROM ledger.input WHERE call = ''timestamp'') i'),
	('new_york_date', 'date', '(SELECT * FROM ledger.input WHERE call = ''date'') i')
) AS results (result, call, source)
\gexec
SET TimeZone = 'Australia/Lord_Howe';
SELECT format('CREATE TABLE ledger.got_lord_howe AS %s', ledger.all_models('all arguments', 'ledger.shuffled'))
\gexec
SET TimeZone = 'UTC';

SELECT ledger.same_results('TimeZone New York: same bits', 'ledger.got_new_york');
SELECT ledger.same_results('TimeZone New York, timestamps: same bits', 'ledger.got_new_york_timestamp', 'timestamp');
SELECT ledger.same_results('TimeZone New York, dates: same bits', 'ledger.got_new_york_date', 'date');
SELECT ledger.same_results('TimeZone Lord Howe: same bits', 'ledger.got_lord_howe');

-- The date overload and dates cast to timestamps.
CREATE TABLE ledger.got_cast AS
SELECT touch_id, NULL::bytea[] AS credits, NULL::text[] AS amounts FROM ledger.input WHERE false;
SELECT format('INSERT INTO ledger.got_cast %s',
	replace(ledger.all_models('date', '(SELECT * FROM ledger.input WHERE call = ''date'') i'), '::date', '::date::timestamp'))
\gexec
SELECT ledger.same_results('dates cast to timestamps: same bits', 'ledger.got_cast', 'date');


-- As far apart as timestamps get -----------------------------------------

-- The lag does not fit an int64 of microseconds, yet the touch is one before
-- the order like any other.
SELECT ledger.no_rows('a touch at the first timestamp before an order at the last', $$
	SELECT * FROM (
		SELECT touched_at,
			attribution_credit('linear', touched_at, ordered_at) OVER w AS linear,
			attribution_credit('first_touch', touched_at, ordered_at) OVER w AS first_touch,
			attribution_credit('time_decay(7 days)', touched_at, ordered_at) OVER w AS time_decay,
			attribution_amount('linear', touched_at, ordered_at, 10.01) OVER w AS amount
		FROM (VALUES
			(timestamptz '4714-11-24 00:00:00+00 BC'),
			(timestamptz '294276-12-31 23:59:59+00')
		) AS touch (touched_at), (VALUES (timestamptz '294276-12-31 23:59:59.999999+00')) AS purchase (ordered_at)
		WINDOW w AS ()
	) got
	FULL JOIN (VALUES
		(timestamptz '4714-11-24 00:00:00+00 BC', float8 '0.5', float8 '1', float8 '0', 5.01),
		(timestamptz '294276-12-31 23:59:59+00', 0.5, 0, 1, 5.00)
	) AS expected (touched_at, linear, first_touch, time_decay, amount)
		USING (touched_at, linear, first_touch, time_decay, amount)
	WHERE (got.touched_at = expected.touched_at) IS NOT TRUE
$$);

SELECT '1..' || last_value FROM ledger.test_no;
