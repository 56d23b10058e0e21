-- Random small markets scored from sets of touches and purchases, compared with
-- an oracle in plain SQL.
--
-- Run in a fresh database that has the extension:
--   psql -X -q -A -t -v ON_ERROR_STOP=1 [-v seed=1] -f scoreboard.sql
-- Writes TAP to standard output; the same seed builds the same markets.
--
-- The oracle is slow and literal on purpose: it joins every touch with every
-- order, and averages over which of the tied touches is the first and which the
-- last.

\set ON_ERROR_STOP on
\if :{?seed}
\else
	\set seed 1
\endif

SET client_min_messages = warning;
SET client_encoding = 'UTF8';
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET extra_float_digits = 1;
SET jit = off;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '64MB';

DROP SCHEMA IF EXISTS scoreboard CASCADE;
CREATE SCHEMA scoreboard;


-- TAP --------------------------------------------------------------------

CREATE SEQUENCE scoreboard.test_no;

-- Passes when the query finds nothing; what it finds are the offending rows.
CREATE FUNCTION scoreboard.no_rows(description text, offenders text)
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	test_no bigint := nextval('scoreboard.test_no');
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

-- 00000 where the query runs.
CREATE FUNCTION scoreboard.sqlstate_of(query text)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	RETURN '00000';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;


-- Models -----------------------------------------------------------------

-- name is what attribution() calls the model.
CREATE TABLE scoreboard.model AS
SELECT model_no, model, model::attribution_model::text AS name, kind,
	1e6 * extract(epoch FROM half_life)::float8 AS half_life_us, f, l,
	kind <> 'decay' AS needs_no_time
FROM (VALUES
	( 1, 'first_touch',              'first', NULL::interval, NULL::float8, NULL::float8),
	( 2, 'last_touch',               'last', NULL, NULL, NULL),
	( 3, 'linear',                   'linear', NULL, NULL, NULL),
	( 4, 'time_decay(7 days)',       'decay', '168:00:00', NULL, NULL),
	( 5, 'time_decay(6 hours)',      'decay', '06:00:00', NULL, NULL),
	( 6, 'time_decay(1000 days)',    'decay', '24000:00:00', NULL, NULL),
	( 7, 'u_shaped',                 'position', NULL, 0.4, 0.4),
	( 8, 'j_shaped',                 'position', NULL, 0.2, 0.6),
	( 9, 'inverse_j',                'position', NULL, 0.6, 0.2),
	(10, 'position_based(0.3, 0.1)', 'position', NULL, 0.3, 0.1),
	(11, 'position_based(0,0)',      'position', NULL, 0.0, 0.0),
	(12, 'position_based(1,0)',      'position', NULL, 1.0, 0.0),
	(13, 'position_based(0,1)',      'position', NULL, 0.0, 1.0),
	(14, 'position_based(0.5, 0.5)', 'position', NULL, 0.5, 0.5),
	(15, 'participation',            'participation', NULL, NULL, NULL),
	(16, 'shapley',                  'shapley', NULL, NULL, NULL)
) AS models (model_no, model, kind, half_life, f, l);

ALTER TABLE scoreboard.model ADD PRIMARY KEY (model_no), ADD UNIQUE (name);


-- Markets ----------------------------------------------------------------

-- Uniform in [0, 1), the same for the same key, salt and seed.
CREATE FUNCTION scoreboard.random(key bigint, salt int, seed bigint)
RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
	SELECT (hashint8extended(key, seed * 1000 + salt) & 9007199254740991)::float8
		/ 9007199254740992
$$;

CREATE FUNCTION scoreboard.pick(choices text[], u float8)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT choices[1 + floor(u * cardinality(choices))::int]
$$;

-- The name of a market's customer or influencer number so-and-so, limits of the
-- types and awkward texts first.
CREATE FUNCTION scoreboard.identity(type text, role text, no int)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE type
		WHEN 'integer' THEN (ARRAY['-2147483648', '2147483647', '0', '1', '-1', '42', '100', '7'])[no]
		WHEN 'bigint' THEN (ARRAY['-9223372036854775808', '9223372036854775807', '4294967296', '0',
			'-4294967295', '1', '1000000000000', '-1'])[no]
		WHEN 'text' THEN (ARRAY['Ana', 'ana', '', 'Żaneta ☕', repeat('long ', 60) || role, '01', '1', 'a b'])[no]
		WHEN 'uuid' THEN (ARRAY['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff',
			md5(role || '3'), md5(role || '4'), md5(role || '5'), md5(role || '6'), md5(role || '7'), md5(role || '8')])[no]::uuid::text
	END
$$;

-- What the touches and orders of a market have in common. window_us is the
-- lookback window; the instants lie on a grid of step_us, or anywhere within
-- range_us.
CREATE TABLE scoreboard.market AS
WITH draw AS (
	SELECT
		market_id,
		scoreboard.random(market_id, 1, :seed) AS u_customers,
		scoreboard.random(market_id, 2, :seed) AS u_influencers,
		scoreboard.random(market_id, 3, :seed) AS u_size_class,
		scoreboard.random(market_id, 4, :seed) AS u_touches,
		scoreboard.random(market_id, 5, :seed) AS u_orders,
		scoreboard.random(market_id, 6, :seed) AS u_window,
		scoreboard.random(market_id, 7, :seed) AS u_use,
		scoreboard.random(market_id, 8, :seed) AS u_layout,
		scoreboard.random(market_id, 9, :seed) AS u_step,
		scoreboard.random(market_id, 10, :seed) AS u_range,
		scoreboard.random(market_id, 11, :seed) AS u_slots,
		scoreboard.random(market_id, 12, :seed) AS u_weights,
		scoreboard.random(market_id, 13, :seed) AS u_priorities,
		scoreboard.random(market_id, 14, :seed) AS u_nulls,
		scoreboard.random(market_id, 15, :seed) AS u_base,
		scoreboard.random(market_id, 16, :seed) AS u_span,
		scoreboard.random(market_id, 17, :seed) AS u_defaults
	FROM generate_series(1, 1000) AS market_id
), shape AS (
	SELECT
		*,
		-- In rotation, so that every overload has its markets.
		(ARRAY['integer', 'bigint', 'text', 'uuid'])[1 + market_id % 4] AS customer_type,
		(ARRAY['integer', 'bigint', 'text', 'uuid'])[1 + market_id / 4 % 4] AS influencer_type,
		(ARRAY['timestamptz', 'timestamp', 'date'])[1 + market_id / 16 % 3] AS time_type,
		(ARRAY['all', 'no priority', 'no weight'])[1 + market_id / 48 % 3] AS arguments,
		(ARRAY['numeric', 'float8', 'integer', 'bigint'])[1 + market_id / 48 % 4] AS revenue_type,
		scoreboard.pick(ARRAY['00:00:00', '00:00:00.000002', '00:10:00', '00:10:00', '36:00:00', '3 days', '3 days', '3 days',
				'30 days', '30 days', '30 days'],
			u_window)::interval AS lookback_window,
		scoreboard.pick(ARRAY['every_order', 'next_order', 'first_order'], u_use) AS touch_use,
		CASE
			WHEN u_layout < 0.30 THEN 'grid'      -- many at few instants, and edges of the window
			WHEN u_layout < 0.42 THEN 'near grid' -- the same, give or take a microsecond
			WHEN u_layout < 0.47 THEN 'same'      -- one or two instants for everything
			WHEN u_layout < 0.55 THEN 'years'     -- a grid, and again one and more years later
			WHEN u_layout < 0.70 THEN 'distinct'  -- a grid, but no two touches at one instant
			ELSE 'spread'                         -- anywhere
		END AS layout
	FROM draw
), sized AS (
	SELECT *, (1e6 * extract(epoch FROM lookback_window))::bigint AS window_us FROM shape
)
SELECT
	market_id, customer_type, influencer_type, time_type, arguments, revenue_type,
	lookback_window, window_us, touch_use, layout,
	CASE
		WHEN layout = 'same' AND market_id % 4 = 0 THEN 1
		ELSE 1 + floor(u_customers * u_customers * 8)::int
	END AS customers,
	1 + floor(u_influencers * 6)::int AS influencers,
	CASE
		WHEN u_size_class < 0.03 THEN 0
		-- Everything at one instant is dear to brute force: a few larger markets of
		-- that kind are enough.
		WHEN layout = 'same' THEN floor(u_touches * CASE WHEN market_id % 4 = 0 THEN 26 ELSE 9 END)::int
		WHEN u_size_class < 0.30 THEN floor(u_touches * 13)::int
		ELSE floor(u_touches * 41)::int
	END AS touches,
	floor(u_orders * 16)::int AS orders,
	timestamptz '2024-02-20 00:00+00' + floor(u_base * 20) * interval '24 hours'
		+ CASE WHEN time_type <> 'date' AND u_base > 0.5 THEN interval '05:30:00.123457' ELSE '0' END AS base,
	CASE time_type WHEN 'date' THEN greatest(step_us, 86400000000) ELSE step_us END AS step_us,
	CASE time_type WHEN 'date' THEN greatest(range_us, 40 * 86400000000) ELSE range_us END AS range_us,
	CASE layout WHEN 'same' THEN 1 + (market_id % 4 > 0)::int ELSE 3 + floor(u_slots * 30)::int END AS slots,
	CASE
		WHEN arguments = 'no weight' OR u_weights < 0.15 THEN 'null'
		WHEN u_weights < 0.30 THEN 'one'
		WHEN u_weights < 0.35 THEN 'zero or one'
		WHEN u_weights < 0.55 THEN 'fraction'
		WHEN u_weights < 0.75 THEN 'large range'
		WHEN u_weights < 0.85 THEN 'extreme'
		ELSE 'mixed'
	END AS weights,
	CASE
		WHEN arguments <> 'all' OR u_priorities < 0.20 THEN 'null'
		WHEN u_priorities < 0.60 THEN 'few'
		WHEN u_priorities < 0.85 THEN 'null or few'
		ELSE 'extreme'
	END AS priorities,
	u_nulls < 0.25 AS nulls,
	span, (1e6 * extract(epoch FROM span))::bigint AS span_us,
	-- Called without what has a default where that is the default.
	u_defaults < 0.5 AS defaults
FROM sized
CROSS JOIN LATERAL (
	SELECT scoreboard.pick(ARRAY[window_us::text, (window_us / 2)::text, (window_us / 3)::text, (window_us / 5)::text,
				(window_us / 10)::text, (window_us / 20)::text, '3600000000', '86400000000'], u_step)::bigint,
		scoreboard.pick(ARRAY[window_us::text, (2 * window_us)::text, (4 * window_us)::text, (10 * window_us)::text,
				'3600000000', '864000000000', '7776000000000', '77760000000000'], u_range)::bigint,
		scoreboard.pick(ARRAY['365 days', '365 days', '365 days', '3 days', '1 day', '01:00:00', '0'], u_span)::interval
) AS scale (raw_step_us, raw_range_us, span)
CROSS JOIN LATERAL (
	SELECT greatest(raw_step_us, 1), greatest(raw_range_us, 20)
) AS bounded (step_us, range_us);

ALTER TABLE scoreboard.market ADD PRIMARY KEY (market_id);

-- Instants of a market: slot and jitter for the grids, place for the rest.
CREATE FUNCTION scoreboard.instant(m scoreboard.market, slot int, jitter float8, place float8)
RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE m.time_type WHEN 'date' THEN date_trunc('day', at, 'UTC') ELSE at END
	FROM (SELECT m.base + interval '1 microsecond' * CASE m.layout
		WHEN 'spread' THEN floor(m.range_us * place)
		WHEN 'near grid' THEN m.step_us * slot + floor(jitter * 3) - 1
		WHEN 'years' THEN 31536000000000 * floor(place * 4) + m.step_us * (slot % 8)
		ELSE m.step_us * slot
	END) AS instant (at)
$$;

CREATE TABLE scoreboard.touch AS
WITH slot AS (
	-- key is the touch's own or, for a duplicate, that of the touch before it.
	SELECT m, touch_no, m.market_id * 1000::bigint + touch_no AS touch_id,
		m.market_id * 1000::bigint + touch_no
			- (layout <> 'distinct' AND touch_no > 1
				AND scoreboard.random(m.market_id * 1000 + touch_no, 20, :seed) < 0.08)::int AS key
	FROM scoreboard.market m, generate_series(1, m.touches) AS touch_no
), draw AS (
	SELECT
		m, touch_no, touch_id,
		scoreboard.random(key, 21, :seed) AS u_customer,
		scoreboard.random(key, 22, :seed) AS u_influencer,
		scoreboard.random(key, 23, :seed) AS u_slot,
		scoreboard.random(key, 24, :seed) AS u_jitter,
		scoreboard.random(key, 25, :seed) AS u_place,
		scoreboard.random(key, 26, :seed) AS u_weight_class,
		scoreboard.random(key, 27, :seed) AS u_weight,
		scoreboard.random(key, 28, :seed) AS u_priority,
		scoreboard.random(key, 29, :seed) AS u_null
	FROM slot
), drawn AS (
	SELECT
		touch_id,
		(m).market_id,
		CASE WHEN (m).nulls AND u_null < 0.06 THEN NULL
			ELSE 1 + floor(u_customer * (m).customers)::int END AS customer_no,
		CASE WHEN (m).nulls AND u_null BETWEEN 0.04 AND 0.10 THEN NULL
			ELSE 1 + floor(u_influencer * (m).influencers)::int END AS influencer_no,
		CASE WHEN (m).nulls AND u_null BETWEEN 0.08 AND 0.14 THEN NULL
			ELSE scoreboard.instant(m, CASE (m).layout WHEN 'distinct' THEN touch_no ELSE floor(u_slot * (m).slots)::int END,
				u_jitter, u_place) END AS touched_at,
		CASE (m).weights
			WHEN 'null' THEN NULL
			WHEN 'one' THEN 1
			WHEN 'zero or one' THEN scoreboard.pick(ARRAY['0', '1', '1', NULL], u_weight)::float8
			WHEN 'fraction' THEN scoreboard.pick(ARRAY['0.1', '0.25', '0.3', '0.5', '1', '1.5', '2'], u_weight)::float8
			WHEN 'large range' THEN round((1 + 8.99 * u_weight)::numeric, 3)::float8 * 10.0 ^ (floor(u_weight_class * 19) - 9)
			WHEN 'extreme' THEN scoreboard.pick(ARRAY['1e-100', '1', '1e100', '0'], u_weight)::float8
			ELSE CASE
				WHEN u_weight_class < 0.20 THEN 0
				WHEN u_weight_class < 0.40 THEN NULL
				WHEN u_weight_class < 0.60 THEN 1
				ELSE round(u_weight::numeric + 0.001, 3)::float8
			END
		END AS weight,
		CASE (m).priorities
			WHEN 'null' THEN NULL
			WHEN 'few' THEN floor(u_priority * 3)::int - 1
			WHEN 'null or few' THEN scoreboard.pick(ARRAY[NULL, NULL, '-1', '0', '0', '1'], u_priority)::int
			ELSE scoreboard.pick(ARRAY['-2147483648', NULL, '2147483647'], u_priority)::int
		END AS priority
	FROM draw
)
SELECT
	drawn.*,
	scoreboard.identity(customer_type, 'customer', customer_no) AS customer,
	scoreboard.identity(influencer_type, 'influencer', influencer_no) AS influencer
FROM drawn JOIN scoreboard.market USING (market_id);

CREATE TABLE scoreboard.purchase AS
WITH draw AS (
	SELECT
		m, m.market_id * 1000::bigint + order_no AS order_id,
		scoreboard.random(m.market_id * 1000 + order_no, 41, :seed) AS u_customer,
		scoreboard.random(m.market_id * 1000 + order_no, 42, :seed) AS u_slot,
		scoreboard.random(m.market_id * 1000 + order_no, 43, :seed) AS u_jitter,
		scoreboard.random(m.market_id * 1000 + order_no, 44, :seed) AS u_place,
		scoreboard.random(m.market_id * 1000 + order_no, 45, :seed) AS u_revenue,
		scoreboard.random(m.market_id * 1000 + order_no, 46, :seed) AS u_money,
		scoreboard.random(m.market_id * 1000 + order_no, 47, :seed) AS u_null
	FROM scoreboard.market m, generate_series(1, m.orders) AS order_no
), drawn AS (
	SELECT
		order_id,
		(m).market_id,
		CASE WHEN (m).nulls AND u_null < 0.06 THEN NULL
			ELSE 1 + floor(u_customer * (m).customers)::int END AS customer_no,
		CASE WHEN (m).nulls AND u_null BETWEEN 0.04 AND 0.10 THEN NULL
			ELSE scoreboard.instant(m, floor(u_slot * (m).slots)::int, u_jitter, u_place) END AS ordered_at,
		CASE
			WHEN u_revenue < 0.06 THEN NULL
			WHEN u_revenue < 0.10 THEN 0
			WHEN u_revenue < 0.25 THEN -500 * u_money
			WHEN u_revenue < 0.30 THEN 1e9 * u_money
			ELSE 300 * u_money
		END AS money,
		CASE (m).revenue_type WHEN 'numeric' THEN 2 WHEN 'float8' THEN 9 ELSE 0 END AS digits
	FROM draw
)
SELECT
	order_id, market_id, customer_no, ordered_at,
	round(money::numeric, digits) AS revenue,
	scoreboard.identity(customer_type, 'customer', customer_no) AS customer
FROM drawn JOIN scoreboard.market USING (market_id);

ALTER TABLE scoreboard.touch ADD PRIMARY KEY (touch_id);
ALTER TABLE scoreboard.purchase ADD PRIMARY KEY (order_id);
CREATE INDEX ON scoreboard.touch (market_id);
CREATE INDEX ON scoreboard.purchase (market_id);
ANALYZE scoreboard.market;
ANALYZE scoreboard.touch;
ANALYZE scoreboard.purchase;


-- The oracle: which touches share which orders -----------------------------

CREATE FUNCTION scoreboard.microseconds(at timestamptz)
RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
	SELECT (1000000 * extract(epoch FROM at))::bigint
$$;

-- Rows with all they need.
CREATE TABLE scoreboard.good_touch AS
SELECT touch_id, market_id, customer_no, influencer_no, influencer,
	scoreboard.microseconds(touched_at) AS touched_us,
	coalesce(weight, 1) AS w, coalesce(priority, 0) AS priority
FROM scoreboard.touch
WHERE customer_no IS NOT NULL AND influencer_no IS NOT NULL AND touched_at IS NOT NULL;

-- is_new: the customer has bought nothing for the span before.
CREATE TABLE scoreboard.good_order AS
WITH good AS (
	SELECT order_id, market_id, customer_no,
		scoreboard.microseconds(ordered_at) AS ordered_us, coalesce(revenue, 0)::float8 AS revenue
	FROM scoreboard.purchase
	WHERE customer_no IS NOT NULL AND ordered_at IS NOT NULL
)
SELECT o.*,
	(SELECT max(earlier.ordered_us) FROM good earlier
		WHERE earlier.market_id = o.market_id AND earlier.customer_no = o.customer_no
			AND earlier.ordered_us < o.ordered_us) AS previous_us,
	NOT EXISTS (SELECT FROM good earlier
		WHERE earlier.market_id = o.market_id AND earlier.customer_no = o.customer_no
			AND earlier.ordered_us < o.ordered_us
			AND earlier.ordered_us >= o.ordered_us - m.span_us) AS is_new
FROM good o JOIN scoreboard.market m USING (market_id);

ALTER TABLE scoreboard.good_touch ADD PRIMARY KEY (touch_id);
ALTER TABLE scoreboard.good_order ADD PRIMARY KEY (order_id);
CREATE INDEX ON scoreboard.good_touch (market_id, customer_no);
CREATE INDEX ON scoreboard.good_order (market_id, customer_no);
ANALYZE scoreboard.good_touch;
ANALYZE scoreboard.good_order;

-- Touches in the lookback window of an order, whether or not the use of a touch
-- lets them serve it.
CREATE TABLE scoreboard.reach AS
SELECT market_id, order_id, touch_id, ordered_us - touched_us AS d,
	CASE touch_use
		WHEN 'every_order' THEN true
		WHEN 'next_order' THEN previous_us IS NULL OR touched_us > previous_us
		WHEN 'first_order' THEN previous_us IS NULL
	END AS serves
FROM scoreboard.good_order
JOIN scoreboard.good_touch USING (market_id, customer_no)
JOIN scoreboard.market USING (market_id)
WHERE ordered_us - touched_us BETWEEN 0 AND window_us;

CREATE TABLE scoreboard.sharing AS
WITH ranked AS (
	SELECT market_id, order_id, touch_id, influencer_no, influencer, touched_us, w, d, priority,
		max(priority) OVER (PARTITION BY order_id) AS highest
	FROM scoreboard.reach JOIN scoreboard.good_touch USING (market_id, touch_id)
	WHERE serves AND w <> 0
)
SELECT
	market_id, order_id, touch_id, influencer_no, influencer, touched_us, w, d,
	count(*) OVER o AS n,
	sum(w) OVER o AS w_sum,
	min(d) OVER o AS d_min,
	touched_us = min(touched_us) OVER o AS maybe_first,
	touched_us = max(touched_us) OVER o AS maybe_last,
	count(*) OVER instant AS tied
FROM ranked
WHERE priority = highest
WINDOW o AS (PARTITION BY order_id), instant AS (PARTITION BY order_id, touched_us);

ALTER TABLE scoreboard.reach ADD PRIMARY KEY (order_id, touch_id);
ALTER TABLE scoreboard.sharing ADD PRIMARY KEY (order_id, touch_id);
CREATE INDEX ON scoreboard.reach (touch_id);
ANALYZE scoreboard.reach;
ANALYZE scoreboard.sharing;


-- The oracle: credits ------------------------------------------------------

CREATE TABLE scoreboard.touch_credit (
	model_no int,
	order_id bigint,
	touch_id bigint,
	credit float8 NOT NULL
);

INSERT INTO scoreboard.touch_credit
SELECT model_no, order_id, touch_id,
	CASE kind
		WHEN 'linear' THEN w / w_sum
		-- The first touch earns all of it whatever it weighs, and each of the tied
		-- first ones is the first in its share of all orders in time.
		WHEN 'first' THEN CASE WHEN maybe_first THEN 1 / tied::float8 ELSE 0 END
		ELSE CASE WHEN maybe_last THEN 1 / tied::float8 ELSE 0 END
	END
FROM scoreboard.sharing, scoreboard.model
WHERE kind IN ('linear', 'first', 'last');

INSERT INTO scoreboard.touch_credit
WITH based AS (
	SELECT model_no, order_id, touch_id, w * power(2.0::float8, -(d - d_min) / half_life_us) AS bw
	FROM scoreboard.sharing, scoreboard.model
	WHERE kind = 'decay'
)
SELECT model_no, order_id, touch_id, bw / sum(bw) OVER (PARTITION BY model_no, order_id)
FROM based;

-- Position: every pair of a first and a last touch is as likely as any other,
-- and fixes every base and so the sum of b w.
INSERT INTO scoreboard.touch_credit
WITH ends AS (
	SELECT first.order_id, first.n,
		first.touch_id AS first_id, first.w AS first_w,
		last.touch_id AS last_id, last.w AS last_w,
		-- Added up, not subtracted: a light touch among heavy ones would drown.
		(SELECT coalesce(sum(other.w), 0) FROM scoreboard.sharing other
			WHERE other.order_id = first.order_id
				AND other.touch_id NOT IN (first.touch_id, last.touch_id)) AS between_w
	FROM scoreboard.sharing first
	JOIN scoreboard.sharing last USING (order_id)
	WHERE first.maybe_first AND last.maybe_last
		AND (first.touch_id <> last.touch_id OR first.n = 1)
), based AS (
	SELECT ends.*, model_no,
		CASE
			WHEN n = 1 THEN 1
			WHEN n = 2 AND f + l = 0 THEN 0.5
			WHEN n = 2 THEN f / (f + l)
			ELSE f
		END AS first_b,
		CASE
			WHEN n = 1 THEN 0
			WHEN n = 2 AND f + l = 0 THEN 0.5
			WHEN n = 2 THEN l / (f + l)
			ELSE l
		END AS last_b,
		CASE WHEN n > 2 THEN (1 - f - l) / (n - 2) ELSE 0 END AS between_b
	FROM ends, scoreboard.model
	WHERE kind = 'position'
), summed AS (
	SELECT *, first_b * first_w + last_b * last_w + between_b * between_w AS bw_sum
	FROM based
)
SELECT model_no, order_id, touch_id,
	avg(CASE touch_id WHEN first_id THEN first_b WHEN last_id THEN last_b ELSE between_b END * w / bw_sum)
FROM summed
JOIN scoreboard.sharing USING (order_id)
GROUP BY model_no, order_id, touch_id;

ALTER TABLE scoreboard.touch_credit ADD PRIMARY KEY (model_no, order_id, touch_id);
ANALYZE scoreboard.touch_credit;

-- Where it is feasible, word for word: put the touches in every order in time
-- they could stand in, take each one's base by its place, average the credits.
CREATE TABLE scoreboard.small AS
SELECT order_id
FROM scoreboard.sharing
WHERE order_id % 3 = 0
GROUP BY order_id
HAVING max(n) <= 5 AND max(tied) > 1;

CREATE TABLE scoreboard.arrangement AS
WITH RECURSIVE arrangement AS (
	SELECT order_id, ARRAY[]::bigint[] AS touch_ids FROM scoreboard.small
	UNION ALL
	SELECT a.order_id, a.touch_ids || next.touch_id
	FROM arrangement a
	JOIN scoreboard.sharing next USING (order_id)
	WHERE next.touch_id <> ALL (a.touch_ids)
		AND NOT EXISTS (
			SELECT FROM scoreboard.sharing earlier
			WHERE earlier.order_id = a.order_id
				AND earlier.touched_us < next.touched_us
				AND earlier.touch_id <> ALL (a.touch_ids))
)
SELECT row_number() OVER () AS arrangement_no, order_id, touch_ids
FROM arrangement a
WHERE cardinality(touch_ids) = (SELECT count(*) FROM scoreboard.sharing s WHERE s.order_id = a.order_id);

CREATE TABLE scoreboard.literal_credit AS
WITH based AS (
	SELECT model_no, arrangement_no, order_id, touch_id, w,
		CASE
			WHEN kind = 'linear' THEN 1
			WHEN kind = 'first' THEN (place = 1)::int
			WHEN kind = 'last' THEN (place = n)::int
			WHEN kind = 'decay' THEN power(2.0::float8, -(d - d_min) / half_life_us)
			WHEN n = 1 THEN 1
			WHEN n = 2 AND f + l = 0 THEN 0.5
			WHEN n = 2 AND place = 1 THEN f / (f + l)
			WHEN n = 2 THEN l / (f + l)
			WHEN place = 1 THEN f
			WHEN place = n THEN l
			ELSE (1 - f - l) / (n - 2)
		END AS b
	FROM scoreboard.arrangement
	CROSS JOIN unnest(touch_ids) WITH ORDINALITY AS placed (touch_id, place)
	JOIN scoreboard.sharing USING (order_id, touch_id)
	CROSS JOIN scoreboard.model
	WHERE kind NOT IN ('participation', 'shapley')
), credited AS (
	SELECT *, b * w / sum(b * w) OVER (PARTITION BY model_no, arrangement_no) AS credit
	FROM based
)
SELECT model_no, order_id, touch_id, avg(credit) AS credit
FROM credited
GROUP BY model_no, order_id, touch_id;

-- Credits of influencers. Two models know no touches, only who is there.
CREATE TABLE scoreboard.credit AS
SELECT model_no, market_id, order_id, influencer_no, sum(credit) AS credit
FROM scoreboard.touch_credit
JOIN scoreboard.sharing USING (order_id, touch_id)
GROUP BY model_no, market_id, order_id, influencer_no;

INSERT INTO scoreboard.credit
SELECT model_no, market_id, order_id, influencer_no,
	CASE kind WHEN 'participation' THEN 1 ELSE 1 / count(*) OVER (PARTITION BY model_no, order_id)::float8 END
FROM (SELECT DISTINCT market_id, order_id, influencer_no FROM scoreboard.sharing) present
CROSS JOIN scoreboard.model
WHERE kind IN ('participation', 'shapley');

ALTER TABLE scoreboard.credit ADD PRIMARY KEY (model_no, order_id, influencer_no);
ANALYZE scoreboard.credit;


-- The oracle: scores -------------------------------------------------------

CREATE TABLE scoreboard.influencer AS
SELECT market_id, influencer_no, influencer, count(*) AS touches, count(DISTINCT customer_no) AS customers
FROM scoreboard.good_touch
GROUP BY market_id, influencer_no, influencer;

-- who is the influencer, or the row of nobody. gross is what the revenue's
-- rounding is relative to: refunds cancel, their rounding errors do not.
CREATE TABLE scoreboard.score AS
WITH summed AS (
	SELECT model_no, c.market_id, influencer_no,
		sum(credit) AS orders,
		sum(credit * revenue) AS revenue,
		sum(credit * abs(revenue)) AS gross,
		sum(credit) FILTER (WHERE is_new) AS new_customers,
		count(DISTINCT customer_no) FILTER (WHERE credit > 0) AS buyers
	FROM scoreboard.credit c JOIN scoreboard.good_order USING (order_id)
	GROUP BY model_no, c.market_id, influencer_no
)
SELECT model_no, market_id, influencer AS who, touches, customers,
	coalesce(buyers, 0) AS buyers, coalesce(orders, 0) AS orders, coalesce(revenue, 0) AS revenue,
	coalesce(gross, 0) AS gross, coalesce(new_customers, 0) AS new_customers
FROM scoreboard.influencer
CROSS JOIN scoreboard.model
LEFT JOIN summed USING (model_no, market_id, influencer_no);

CREATE TABLE scoreboard.nobody AS
SELECT market_id, count(order_id) AS orders, coalesce(sum(revenue), 0) AS revenue, coalesce(sum(abs(revenue)), 0) AS gross
FROM scoreboard.market
LEFT JOIN (
	SELECT * FROM scoreboard.good_order o
	WHERE NOT EXISTS (SELECT FROM scoreboard.sharing s WHERE s.order_id = o.order_id)
) unled USING (market_id)
GROUP BY market_id;

CREATE TABLE scoreboard.total AS
SELECT market_id, count(order_id) AS orders, coalesce(sum(revenue), 0) AS revenue, coalesce(sum(abs(revenue)), 0) AS gross
FROM scoreboard.market LEFT JOIN scoreboard.good_order USING (market_id)
GROUP BY market_id;

INSERT INTO scoreboard.score (model_no, market_id, who, orders, revenue, gross)
SELECT model_no, market_id, '(nobody)', orders, revenue, gross
FROM scoreboard.nobody, scoreboard.model;

ALTER TABLE scoreboard.score ADD PRIMARY KEY (model_no, market_id, who);
ANALYZE scoreboard.score;


-- The oracle: paths --------------------------------------------------------

-- Touches that no order's window reaches, in runs without a gap longer than the
-- lookback window.
CREATE TABLE scoreboard.unreached AS
WITH unreached AS (
	SELECT t.*, window_us, lag(touched_us) OVER c AS previous_us
	FROM scoreboard.good_touch t JOIN scoreboard.market USING (market_id)
	WHERE NOT EXISTS (SELECT FROM scoreboard.reach r WHERE r.touch_id = t.touch_id)
	WINDOW c AS (PARTITION BY market_id, customer_no ORDER BY touched_us, touch_id)
)
SELECT *, count(*) FILTER (WHERE previous_us IS NULL OR touched_us - previous_us > window_us) OVER (
	PARTITION BY market_id, customer_no ORDER BY touched_us, touch_id) AS run_no
FROM unreached;

CREATE TABLE scoreboard.journey AS
WITH ranked AS (
	SELECT *, max(priority) OVER (PARTITION BY market_id, customer_no, run_no) AS highest
	FROM scoreboard.unreached
	WHERE w <> 0
)
SELECT market_id, NULL::bigint AS order_id, NULL::float8 AS revenue,
	array_agg(influencer ORDER BY touched_us, touch_id) AS path
FROM ranked
WHERE priority = highest
GROUP BY market_id, customer_no, run_no
UNION ALL
SELECT o.market_id, order_id, revenue,
	array_agg(influencer ORDER BY touched_us, touch_id) FILTER (WHERE influencer IS NOT NULL)
FROM scoreboard.good_order o
LEFT JOIN scoreboard.sharing USING (order_id)
GROUP BY o.market_id, order_id, revenue;

-- A path table of the same journeys.
CREATE TABLE scoreboard.path AS
SELECT market_id, path, count(order_id) AS orders, coalesce(sum(revenue), 0) AS revenue,
	coalesce(sum(abs(revenue)), 0) AS gross, count(*) - count(order_id) AS non_buyers
FROM scoreboard.journey
GROUP BY market_id, path;

-- Touches of different influencers at one instant: the paths could be others.
CREATE TABLE scoreboard.tied AS
SELECT DISTINCT market_id
FROM scoreboard.good_touch
GROUP BY market_id, customer_no, touched_us
HAVING count(DISTINCT influencer_no) > 1;

ANALYZE scoreboard.journey;
ANALYZE scoreboard.path;
ANALYZE scoreboard.tied;


-- Sets of touches and purchases --------------------------------------------

-- How the rows of a market are passed. Timestamps and dates are those of UTC.
CREATE TABLE scoreboard.call AS
SELECT market_id,
	format('touch_agg(customer::%s, influencer::%s, %s%s)', customer_type, influencer_type,
		replace(cast_to, '?', 'touched_at'),
		CASE arguments WHEN 'all' THEN ', weight, priority' WHEN 'no priority' THEN ', weight' ELSE '' END) AS touch_call,
	format('purchase_agg(customer::%s, %s, revenue::%s)', customer_type,
		replace(cast_to, '?', 'ordered_at'), revenue_type) AS purchase_call
FROM scoreboard.market
JOIN (VALUES
	('timestamptz', '?'),
	('timestamp', '? AT TIME ZONE ''UTC'''),
	('date', '(? AT TIME ZONE ''UTC'')::date')
) AS times (time_type, cast_to) USING (time_type);

CREATE FUNCTION scoreboard.with_lookback(purchases purchase_set, m scoreboard.market)
RETURNS purchase_set LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE
		WHEN NOT m.defaults OR m.touch_use <> 'every_order' THEN lookback(purchases, m.lookback_window, m.touch_use)
		WHEN m.lookback_window <> '30 days' THEN lookback(purchases, m.lookback_window)
		ELSE purchases
	END
$$;

-- Windows and half-lives are absolute times, and timestamps and dates have no
-- time zone: a change of the clocks amid the touches may not show.
SET TimeZone = 'America/New_York';

CREATE TABLE scoreboard.touches (market_id int PRIMARY KEY, touches touch_set);
CREATE TABLE scoreboard.purchases (market_id int PRIMARY KEY, bare purchase_set, purchases purchase_set);

-- Subqueries, so that no rows are a market, too.
SELECT DISTINCT format('
	INSERT INTO scoreboard.touches
	SELECT market_id, (SELECT %1$s FROM scoreboard.touch t WHERE t.market_id = call.market_id)
	FROM scoreboard.call WHERE touch_call = %1$L', touch_call)
FROM scoreboard.call
UNION ALL
SELECT DISTINCT format('
	INSERT INTO scoreboard.purchases
	SELECT market_id, (SELECT %1$s FROM scoreboard.purchase p WHERE p.market_id = call.market_id)
	FROM scoreboard.call WHERE purchase_call = %1$L', purchase_call)
FROM scoreboard.call
\gexec

UPDATE scoreboard.purchases p SET purchases = scoreboard.with_lookback(bare, m)
FROM scoreboard.market m WHERE m.market_id = p.market_id;

CREATE TABLE scoreboard.journeys AS
SELECT market_id, touches ~> purchases AS journeys
FROM scoreboard.touches JOIN scoreboard.purchases USING (market_id);

ALTER TABLE scoreboard.journeys ADD PRIMARY KEY (market_id);

CREATE TABLE scoreboard.path_journeys AS
SELECT market_id, (
	SELECT journey_agg(path, orders, revenue, non_buyers)
	FROM scoreboard.path p WHERE p.market_id = m.market_id) AS journeys
FROM scoreboard.market m
WHERE market_id IN (SELECT market_id FROM scoreboard.path)
	AND market_id NOT IN (SELECT market_id FROM scoreboard.tied)
	AND market_id NOT IN (SELECT market_id FROM scoreboard.good_touch WHERE w NOT IN (0, 1));

ANALYZE scoreboard.touches;
ANALYZE scoreboard.purchases;
ANALYZE scoreboard.journeys;
ANALYZE scoreboard.path_journeys;


-- Scores of the extension --------------------------------------------------

CREATE TABLE scoreboard.attribution AS
SELECT market_id, a.model, a.influencer, coalesce(a.influencer, '(nobody)') AS who, a.orders, a.revenue
FROM scoreboard.journeys
CROSS JOIN (SELECT array_agg(model::attribution_model ORDER BY model_no) AS models FROM scoreboard.model) m
CROSS JOIN LATERAL attribution(journeys, VARIADIC models) a;

CREATE TABLE scoreboard.attribution_backwards AS
SELECT market_id, a.model, coalesce(a.influencer, '(nobody)') AS who, a.orders, a.revenue
FROM scoreboard.journeys
CROSS JOIN (SELECT array_agg(model::attribution_model ORDER BY model_no DESC) AS models FROM scoreboard.model) m
CROSS JOIN LATERAL attribution(journeys, VARIADIC models) a;

CREATE TABLE scoreboard.attribution_one_by_one AS
SELECT market_id, a.model, coalesce(a.influencer, '(nobody)') AS who, a.orders, a.revenue
FROM scoreboard.journeys
CROSS JOIN scoreboard.model m
CROSS JOIN LATERAL attribution(journeys, m.model::attribution_model) a;

CREATE TABLE scoreboard.influence AS
SELECT market_id, model_no, i.influencer AS who, i.touches, i.customers, i.buyers, i.orders, i.revenue,
	i.new_customers, i.conversion_rate
FROM scoreboard.journeys
JOIN scoreboard.market USING (market_id)
CROSS JOIN scoreboard.model m
CROSS JOIN LATERAL influence(journeys, m.model::attribution_model, span) i;

CREATE TABLE scoreboard.influence_by_default AS
SELECT market_id, i.influencer AS who, i.touches, i.customers, i.buyers, i.orders, i.revenue,
	i.new_customers, i.conversion_rate
FROM scoreboard.journeys
JOIN scoreboard.market USING (market_id)
CROSS JOIN LATERAL influence(journeys) i
WHERE span = '365 days';

CREATE TABLE scoreboard.path_attribution AS
SELECT market_id, a.model, coalesce(a.influencer, '(nobody)') AS who, a.orders, a.revenue
FROM scoreboard.path_journeys
CROSS JOIN (
	SELECT array_agg(model::attribution_model ORDER BY model_no) AS models
	FROM scoreboard.model WHERE needs_no_time
) m
CROSS JOIN LATERAL attribution(journeys, VARIADIC models) a;

CREATE INDEX ON scoreboard.attribution (model, market_id);
ANALYZE scoreboard.attribution;
ANALYZE scoreboard.influence;


-- The markets and the oracle themselves ------------------------------------

SELECT scoreboard.no_rows('the markets hold every kind of case', $$
	WITH t AS (
		SELECT * FROM scoreboard.touch JOIN scoreboard.market USING (market_id)
	), good AS (
		SELECT t.*, count(*) OVER (PARTITION BY market_id, customer_no, touched_us) AS tied,
			count(*) OVER (PARTITION BY market_id, customer_no, influencer_no, touched_us, w, priority) AS alike
		FROM scoreboard.good_touch t
	), s AS (
		SELECT s.*, layout, touch_use, time_type, window_us, ordered_us, revenue
		FROM scoreboard.sharing s JOIN scoreboard.market USING (market_id)
		JOIN scoreboard.good_order USING (order_id)
	)
	SELECT kind AS missing FROM (VALUES
		('every overload of touch_agg', (SELECT count(DISTINCT touch_call) FROM scoreboard.call) = 4 * 4 * 3 * 3),
		('every overload of purchase_agg', (SELECT count(DISTINCT purchase_call) FROM scoreboard.call) = 4 * 3 * 4),
		('no touches', EXISTS (SELECT FROM scoreboard.market WHERE touches = 0 AND orders > 0)),
		('no orders', EXISTS (SELECT FROM scoreboard.market WHERE orders = 0 AND touches > 0)),
		('40 touches, 15 orders', EXISTS (SELECT FROM scoreboard.market WHERE touches > 37 AND orders = 15)),
		('many customers and influencers', EXISTS (
			SELECT FROM scoreboard.influencer GROUP BY market_id HAVING count(*) = 6 AND max(customers) > 5)),
		('every use of a touch in every time type', (SELECT count(DISTINCT (touch_use, time_type)) = 9 FROM s WHERE n > 2)),
		('every lookback window', (SELECT count(DISTINCT window_us) = 6 FROM s WHERE n > 2)),
		('default lookback window', EXISTS (
			SELECT FROM scoreboard.purchases JOIN scoreboard.market USING (market_id)
			WHERE defaults AND window_us = 2592000000000 AND touch_use = 'every_order')),
		('rows without customer, influencer, instant', (
			SELECT bool_or(customer_no IS NULL AND influencer_no IS NOT NULL) AND bool_or(influencer_no IS NULL)
				AND bool_or(touched_at IS NULL) FROM t)),
		('orders without customer, instant', (
			SELECT bool_or(customer_no IS NULL) AND bool_or(ordered_at IS NULL) FROM scoreboard.purchase)),
		('touch exactly at the order', EXISTS (SELECT FROM s WHERE d = 0 AND window_us > 0 AND n > 1)),
		('touch exactly at the start of the window', EXISTS (SELECT FROM s WHERE d = window_us AND d > 0 AND n > 1)),
		('touch a microsecond before the window', EXISTS (
			SELECT FROM scoreboard.good_touch t JOIN scoreboard.good_order USING (market_id, customer_no)
			JOIN scoreboard.market USING (market_id)
			WHERE ordered_us - touched_us = window_us + 1 AND window_us > 1000000)),
		('touch a microsecond after the order', EXISTS (
			SELECT FROM scoreboard.good_touch t JOIN scoreboard.good_order USING (market_id, customer_no)
			WHERE touched_us - ordered_us = 1)),
		('gap of exactly the window between touches without an order', EXISTS (
			SELECT FROM scoreboard.unreached WHERE window_us > 2 AND touched_us - previous_us = window_us)),
		('gap a microsecond longer', EXISTS (
			SELECT FROM scoreboard.unreached WHERE window_us > 2 AND touched_us - previous_us = window_us + 1)),
		('several runs of one customer', EXISTS (SELECT FROM scoreboard.unreached WHERE run_no > 3)),
		('runs left empty', EXISTS (
			SELECT FROM scoreboard.unreached GROUP BY market_id, customer_no, run_no HAVING max(w) = 0)),
		('tied touches', EXISTS (SELECT FROM s WHERE tied > 2 AND n > tied)),
		('many touches, all tied', EXISTS (SELECT FROM s WHERE tied = n AND n > 12)),
		('tied touches of one influencer', EXISTS (SELECT FROM good WHERE alike > 1)),
		('near ties', EXISTS (SELECT FROM s GROUP BY order_id HAVING bool_or(layout = 'near grid') AND max(touched_us) - min(touched_us) = 1)),
		('orders at one instant', EXISTS (
			SELECT FROM s GROUP BY market_id, touch_id, ordered_us HAVING count(*) > 1)),
		('touch at an order that consumed it', EXISTS (
			SELECT FROM scoreboard.reach r JOIN scoreboard.good_touch USING (touch_id) JOIN scoreboard.good_order USING (order_id)
			JOIN scoreboard.market m ON m.market_id = r.market_id
			WHERE touch_use = 'next_order' AND NOT serves AND touched_us = previous_us)),
		('touch past a customer''s first order', EXISTS (
			SELECT FROM scoreboard.reach JOIN scoreboard.market USING (market_id)
			WHERE touch_use = 'first_order' AND NOT serves)),
		('one touch serving many orders', EXISTS (SELECT FROM s GROUP BY touch_id HAVING count(*) > 5)),
		('weights of a large range', EXISTS (SELECT FROM s GROUP BY order_id HAVING max(w) > 1e12 * min(w))),
		('tied, but not of one weight', EXISTS (SELECT FROM s GROUP BY order_id, touched_us HAVING max(w) > min(w))),
		('weight 0, no credit but a touch', EXISTS (
			SELECT FROM good GROUP BY market_id, influencer_no HAVING max(w) = 0)),
		('a lower priority', EXISTS (
			SELECT FROM scoreboard.reach r WHERE serves AND NOT EXISTS (
				SELECT FROM scoreboard.sharing s WHERE (s.order_id, s.touch_id) = (r.order_id, r.touch_id))
			AND (SELECT w FROM scoreboard.good_touch g WHERE g.touch_id = r.touch_id) > 0)),
		('refunds', EXISTS (SELECT FROM s WHERE revenue < 0 AND n > 1)),
		('revenue NULL', EXISTS (SELECT FROM scoreboard.purchase JOIN s USING (order_id) WHERE purchase.revenue IS NULL)),
		('nobody led to the order', (SELECT count(*) FILTER (WHERE path IS NULL) > 100 FROM scoreboard.journey)),
		('not new, exactly the span later', EXISTS (
			SELECT FROM scoreboard.good_order JOIN scoreboard.market USING (market_id)
			JOIN s USING (order_id) WHERE NOT is_new AND good_order.ordered_us - previous_us = span_us)),
		('new, longer than the span later', EXISTS (
			SELECT FROM scoreboard.good_order JOIN scoreboard.market USING (market_id)
			JOIN s USING (order_id) WHERE is_new AND previous_us IS NOT NULL AND span_us = 31536000000000)),
		('orders at one instant, both new', EXISTS (
			SELECT FROM scoreboard.good_order WHERE is_new GROUP BY market_id, customer_no, ordered_us HAVING count(*) > 1)),
		('path tables', (SELECT count(*) > 150 FROM scoreboard.path_journeys)),
		('one path, many orders', EXISTS (SELECT FROM scoreboard.path WHERE cardinality(path) > 1 AND orders > 1 AND non_buyers > 0)),
		('long paths without ties', EXISTS (
			SELECT FROM scoreboard.path WHERE cardinality(path) > 10 AND orders > 0
				AND market_id NOT IN (SELECT market_id FROM scoreboard.tied)))
	) AS kinds (kind, present)
	WHERE present IS NOT TRUE
$$);

SELECT format('# %s markets (%s without ties, %s as paths), %s touches, %s orders, %s of them led to by %s touches',
	(SELECT count(*) FROM scoreboard.market),
	(SELECT count(*) FROM scoreboard.market WHERE market_id NOT IN (SELECT market_id FROM scoreboard.tied)),
	(SELECT count(*) FROM scoreboard.path_journeys),
	(SELECT count(*) FROM scoreboard.touch),
	(SELECT count(*) FROM scoreboard.purchase),
	count(DISTINCT order_id), count(*))
FROM scoreboard.sharing;

SELECT scoreboard.no_rows('oracle: averaging over first and last touch equals averaging over all orders in time', $$
	SELECT model_no, order_id, touch_id, l.credit AS literal, c.credit
	FROM scoreboard.literal_credit l
	FULL JOIN (
		SELECT model_no, order_id, touch_id, credit
		FROM scoreboard.touch_credit JOIN scoreboard.small USING (order_id)
	) c USING (model_no, order_id, touch_id)
	WHERE (abs(l.credit - c.credit) <= 1e-14) IS NOT TRUE
$$);

SELECT scoreboard.no_rows('oracle: all orders in time are there', $$
	SELECT order_id, arrangements, permutations
	FROM (
		SELECT order_id, count(*) AS arrangements, count(DISTINCT touch_ids) AS distinct_arrangements
		FROM scoreboard.arrangement GROUP BY order_id
	) a
	FULL JOIN (
		-- A group of k tied touches stands for k rows of ln(k!) / k each.
		SELECT order_id, round(exp(sum(ln(factorial(tied)) / tied))) AS permutations
		FROM scoreboard.sharing JOIN scoreboard.small USING (order_id)
		GROUP BY order_id
	) p USING (order_id)
	WHERE (arrangements = permutations AND distinct_arrangements = permutations) IS NOT TRUE
$$);

SELECT scoreboard.no_rows('oracle: the credits of an order sum to 1', $$
	SELECT model_no, order_id, sum(credit)
	FROM scoreboard.credit JOIN scoreboard.model USING (model_no)
	WHERE kind <> 'participation'
	GROUP BY model_no, order_id
	HAVING abs(sum(credit) - 1) > 1e-13
$$);


-- Accessors ----------------------------------------------------------------

SELECT scoreboard.no_rows('touch_set: counts and instants', $$
	SELECT * FROM (
		SELECT market_id, touch_count(touches), customer_count(touches), influencer_count(touches),
			skipped_count(touches), first_at(touches), last_at(touches)
		FROM scoreboard.touches
	) got
	FULL JOIN (
		SELECT market_id, count(g.touch_id) AS touch_count, count(DISTINCT g.customer_no) AS customer_count,
			count(DISTINCT g.influencer_no) AS influencer_count, count(t.touch_id) - count(g.touch_id) AS skipped_count,
			min(touched_at) FILTER (WHERE g.touch_id IS NOT NULL) AS first_at,
			max(touched_at) FILTER (WHERE g.touch_id IS NOT NULL) AS last_at
		FROM scoreboard.market
		LEFT JOIN scoreboard.touch t USING (market_id)
		LEFT JOIN scoreboard.good_touch g USING (market_id, touch_id)
		GROUP BY market_id
	) expected USING (market_id)
	WHERE (got.touch_count, got.customer_count, got.influencer_count, got.skipped_count, got.first_at, got.last_at)
		IS DISTINCT FROM (expected.touch_count, expected.customer_count, expected.influencer_count,
			expected.skipped_count, expected.first_at, expected.last_at)
$$);

SELECT scoreboard.no_rows('purchase_set: counts, revenue and instants, with and without lookback()', $$
	SELECT * FROM (
		SELECT market_id, order_count(purchases), customer_count(purchases), skipped_count(purchases),
			first_at(purchases), last_at(purchases), revenue(purchases)
		FROM scoreboard.purchases
		UNION ALL
		SELECT market_id, order_count(bare), customer_count(bare), skipped_count(bare),
			first_at(bare), last_at(bare), revenue(bare)
		FROM scoreboard.purchases
	) got
	FULL JOIN (
		SELECT market_id, count(g.order_id) AS order_count, count(DISTINCT g.customer_no) AS customer_count,
			count(p.order_id) - count(g.order_id) AS skipped_count,
			min(ordered_at) FILTER (WHERE g.order_id IS NOT NULL) AS first_at,
			max(ordered_at) FILTER (WHERE g.order_id IS NOT NULL) AS last_at,
			coalesce(sum(g.revenue), 0) AS revenue, coalesce(sum(abs(g.revenue)), 0) AS gross
		FROM scoreboard.market
		LEFT JOIN scoreboard.purchase p USING (market_id)
		LEFT JOIN scoreboard.good_order g USING (market_id, order_id)
		GROUP BY market_id
	) expected USING (market_id)
	WHERE (got.order_count, got.customer_count, got.skipped_count, got.first_at, got.last_at)
		IS DISTINCT FROM (expected.order_count, expected.customer_count, expected.skipped_count,
			expected.first_at, expected.last_at)
		OR (abs(got.revenue - expected.revenue) <= 1e-12 * gross) IS NOT TRUE
$$);

SELECT scoreboard.no_rows('journey_set: counts and revenue', $$
	SELECT * FROM (
		SELECT market_id, touch_count(journeys), customer_count(journeys), influencer_count(journeys),
			order_count(journeys), revenue(journeys)
		FROM scoreboard.journeys
	) got
	FULL JOIN (
		SELECT market_id,
			(SELECT count(*) FROM scoreboard.good_touch t WHERE t.market_id = total.market_id) AS touch_count,
			(SELECT count(*) FROM (
				SELECT customer_no FROM scoreboard.good_touch t WHERE t.market_id = total.market_id
				UNION
				SELECT customer_no FROM scoreboard.good_order o WHERE o.market_id = total.market_id) c) AS customer_count,
			(SELECT count(*) FROM scoreboard.influencer i WHERE i.market_id = total.market_id) AS influencer_count,
			orders AS order_count, revenue, gross
		FROM scoreboard.total
	) expected USING (market_id)
	WHERE (got.touch_count, got.customer_count, got.influencer_count, got.order_count)
		IS DISTINCT FROM (expected.touch_count, expected.customer_count, expected.influencer_count, expected.order_count)
		OR (abs(got.revenue - expected.revenue) <= 1e-12 * gross) IS NOT TRUE
$$);


-- attribution() ------------------------------------------------------------

-- The oracle's scores beside the extension's.
CREATE TABLE scoreboard.compared AS
SELECT model_no, m.model, m.kind, market_id, who,
	s.touches, s.customers, s.buyers, s.orders, s.revenue, s.gross, s.new_customers,
	a.orders AS a_orders, a.revenue AS a_revenue,
	i.who IS NOT NULL AS i_returned,
	i.touches AS i_touches, i.customers AS i_customers, i.buyers AS i_buyers, i.orders AS i_orders,
	i.revenue AS i_revenue, i.new_customers AS i_new_customers, i.conversion_rate AS i_conversion_rate
FROM scoreboard.score s
JOIN scoreboard.model m USING (model_no)
LEFT JOIN (SELECT model AS name, market_id, who, orders, revenue FROM scoreboard.attribution) a
	USING (name, market_id, who)
LEFT JOIN scoreboard.influence i USING (model_no, market_id, who);

CREATE INDEX ON scoreboard.compared (model_no, market_id);
ANALYZE scoreboard.compared;

-- The same check for one model after another; check_sql selects the offending
-- rows of scoreboard.compared, of one model, as c.
CREATE FUNCTION scoreboard.no_rows_by_model(description text, check_sql text, models text DEFAULT 'true')
RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	m record;
BEGIN
	FOR m IN EXECUTE format('SELECT model_no, model FROM scoreboard.model WHERE %s ORDER BY model_no', models) LOOP
		RETURN QUERY SELECT scoreboard.no_rows(m.model || ': ' || description,
			format('WITH c AS (SELECT * FROM scoreboard.compared WHERE model_no = %s) %s', m.model_no, check_sql));
	END LOOP;
END $$;

SELECT scoreboard.no_rows('attribution(): a row an influencer and one of nobody for every model, no more', $$
	SELECT market_id, model, who, rows, expected
	FROM (SELECT market_id, model, who, count(*) AS rows FROM scoreboard.attribution GROUP BY market_id, model, who) got
	FULL JOIN (
		SELECT market_id, name AS model, who, true AS expected
		FROM scoreboard.score JOIN scoreboard.model USING (model_no)
	) expected USING (market_id, model, who)
	WHERE rows IS DISTINCT FROM 1 OR expected IS NULL
$$);

SELECT scoreboard.no_rows_by_model('attribution() credits everybody with the orders and the revenue', $$
	SELECT market_id, who, a_orders, orders AS expected_orders, a_revenue, revenue AS expected_revenue
	FROM c
	WHERE (abs(a_orders - orders) <= 1e-9 AND abs(a_revenue - revenue) <= 1e-9 * gross) IS NOT TRUE
$$);

SELECT scoreboard.no_rows('attribution(): what nobody is credited with is a number of whole orders', $$
	SELECT market_id, model, a_orders, orders AS expected_orders
	FROM scoreboard.compared
	WHERE who = '(nobody)' AND a_orders <> orders
$$);

-- A float8 sum depends on its order unless every step of it is exact.
SELECT scoreboard.no_rows_by_model('attribution() adds up to the number of orders exactly, summed in any order', $$
	SELECT market_id, total.orders AS expected_orders, sums
	FROM (
		SELECT market_id, ARRAY[
			sum(a_orders),
			sum(a_orders ORDER BY who),
			sum(a_orders ORDER BY who DESC),
			sum(a_orders ORDER BY a_orders),
			sum(a_orders ORDER BY a_orders DESC),
			sum(a_orders ORDER BY md5(who)),
			sum(a_orders ORDER BY md5('again' || who)),
			sum(a_orders ORDER BY who <> '(nobody)', md5(who)),
			sum(a_orders ORDER BY who <> '(nobody)', md5('again' || who)),
			sum(a_orders ORDER BY who = '(nobody)', md5(who)),
			sum(a_orders ORDER BY who = '(nobody)', md5('again' || who)),
			coalesce(sum(a_orders) FILTER (WHERE md5(who) < '8'), 0)
				+ coalesce(sum(a_orders) FILTER (WHERE md5(who) >= '8'), 0)] AS sums
		FROM c GROUP BY market_id
	) summed
	JOIN scoreboard.total USING (market_id)
	WHERE total.orders <> ANY (sums)
$$, $$kind <> 'participation'$$);

SELECT scoreboard.no_rows_by_model('attribution() adds up to the revenue', $$
	SELECT market_id, total.revenue AS expected_revenue, summed.revenue
	FROM (SELECT market_id, sum(a_revenue) AS revenue FROM c GROUP BY market_id) summed
	JOIN scoreboard.total USING (market_id)
	WHERE (abs(summed.revenue - total.revenue) <= 1e-9 * gross) IS NOT TRUE
$$, $$kind <> 'participation'$$);

SELECT scoreboard.no_rows('participation: attribution() counts whole orders', $$
	SELECT market_id, who, a_orders, orders AS expected_orders
	FROM scoreboard.compared
	WHERE kind = 'participation' AND a_orders <> orders
$$);

SELECT scoreboard.no_rows('attribution(): one model a call gives the same bits as all in one', $$
	SELECT market_id, model, who, a.orders, a.revenue, b.orders AS one_by_one_orders, b.revenue AS one_by_one_revenue
	FROM scoreboard.attribution a
	FULL JOIN scoreboard.attribution_one_by_one b USING (market_id, model, who)
	WHERE (float8send(a.orders) = float8send(b.orders) AND float8send(a.revenue) = float8send(b.revenue)) IS NOT TRUE
$$);

SELECT scoreboard.no_rows('attribution(): models named in another order give the same bits', $$
	SELECT market_id, model, who, a.orders, a.revenue, b.orders AS backwards_orders, b.revenue AS backwards_revenue
	FROM scoreboard.attribution a
	FULL JOIN scoreboard.attribution_backwards b USING (market_id, model, who)
	WHERE (float8send(a.orders) = float8send(b.orders) AND float8send(a.revenue) = float8send(b.revenue)) IS NOT TRUE
$$);


-- influence() --------------------------------------------------------------

SELECT scoreboard.no_rows('influence(): a row an influencer, no more', $$
	SELECT market_id, model_no, who, rows, touches
	FROM (
		SELECT market_id, model_no, who, count(*) AS rows
		FROM scoreboard.influence GROUP BY market_id, model_no, who
	) got
	FULL JOIN (SELECT market_id, model_no, who, touches FROM scoreboard.score WHERE who <> '(nobody)') expected
		USING (market_id, model_no, who)
	WHERE rows IS DISTINCT FROM 1 OR touches IS NULL
$$);

SELECT scoreboard.no_rows_by_model('influence() counts touches, customers and buyers', $$
	SELECT market_id, who, i_touches, touches AS expected_touches, i_customers, customers AS expected_customers,
		i_buyers, buyers AS expected_buyers
	FROM c
	WHERE who <> '(nobody)'
		AND (i_touches, i_customers, i_buyers) IS DISTINCT FROM (touches, customers, buyers)
$$);

SELECT scoreboard.no_rows_by_model('influence() credits orders, revenue and new customers', $$
	SELECT market_id, who, i_orders, orders AS expected_orders, i_revenue, revenue AS expected_revenue,
		i_new_customers, new_customers AS expected_new_customers
	FROM c
	WHERE who <> '(nobody)'
		AND (abs(i_orders - orders) <= 1e-9 AND abs(i_revenue - revenue) <= 1e-9 * gross
			AND abs(i_new_customers - new_customers) <= 1e-9) IS NOT TRUE
$$);

SELECT scoreboard.no_rows('influence() credits the same orders and revenue as attribution(), to the bit', $$
	SELECT market_id, model, who, i_orders, a_orders, i_revenue, a_revenue
	FROM scoreboard.compared
	WHERE who <> '(nobody)'
		AND (float8send(i_orders) = float8send(a_orders) AND float8send(i_revenue) = float8send(a_revenue)) IS NOT TRUE
$$);

SELECT scoreboard.no_rows('influence(): the conversion rate is orders by customers', $$
	SELECT market_id, model, who, i_conversion_rate, i_orders, i_customers
	FROM scoreboard.compared
	WHERE who <> '(nobody)'
		AND (abs(i_conversion_rate - i_orders / i_customers) <= 1e-12 * i_orders) IS NOT TRUE
$$);

SELECT scoreboard.no_rows('influence(): by default time_decay(7 days), and new is who bought nothing for 365 days', $$
	SELECT market_id, who, by_default, spelled_out
	FROM (SELECT market_id, who, row_to_json(d)::text AS by_default FROM scoreboard.influence_by_default d) by_default
	FULL JOIN (
		SELECT market_id, who, row_to_json(s)::text AS spelled_out
		FROM (
			SELECT market_id, who, touches, customers, buyers, orders, revenue, new_customers, conversion_rate
			FROM scoreboard.influence
			WHERE model_no = 4 AND market_id IN (SELECT market_id FROM scoreboard.market WHERE span = '365 days')
		) s
	) spelled_out USING (market_id, who)
	WHERE by_default IS DISTINCT FROM spelled_out
$$);


-- journey_paths() ----------------------------------------------------------

CREATE TABLE scoreboard.paths AS
SELECT market_id, p.path, p.orders, p.revenue, p.non_buyers
FROM scoreboard.journeys CROSS JOIN LATERAL journey_paths(journeys) p;

CREATE TABLE scoreboard.paths_by_bar AS
SELECT market_id, p.path, p.orders, p.revenue, p.non_buyers
FROM scoreboard.journeys CROSS JOIN LATERAL journey_paths(journeys, '|') p;

-- Offending rows of two path tables; both are queries.
CREATE FUNCTION scoreboard.same_paths(description text, got text, expected text)
RETURNS SETOF text LANGUAGE sql AS $$
	SELECT scoreboard.no_rows(description, format($check$
		SELECT coalesce(got.market_id, expected.market_id) AS market_id, got.path, expected.path AS expected_path,
			got.orders, expected.orders AS expected_orders, got.revenue, expected.revenue AS expected_revenue,
			got.non_buyers, expected.non_buyers AS expected_non_buyers
		FROM (%s) got
		FULL JOIN (%s) expected
			ON got.market_id = expected.market_id AND coalesce(got.path, '(nobody)') = coalesce(expected.path, '(nobody)')
		WHERE (got.orders = expected.orders AND got.non_buyers = expected.non_buyers
			AND abs(got.revenue - expected.revenue) <= 1e-9 * gross) IS NOT TRUE
	$check$, got, expected))
$$;

SELECT scoreboard.same_paths('journey_paths() of markets without ties', $$
	SELECT * FROM scoreboard.paths WHERE market_id NOT IN (SELECT market_id FROM scoreboard.tied)
$$, $$
	SELECT market_id, array_to_string(path, ' > ') AS path, orders, revenue, gross, non_buyers
	FROM scoreboard.path WHERE market_id NOT IN (SELECT market_id FROM scoreboard.tied)
$$);

SELECT scoreboard.same_paths('journey_paths() with another separator', $$
	SELECT * FROM scoreboard.paths_by_bar WHERE market_id NOT IN (SELECT market_id FROM scoreboard.tied)
$$, $$
	SELECT market_id, array_to_string(path, '|') AS path, orders, revenue, gross, non_buyers
	FROM scoreboard.path WHERE market_id NOT IN (SELECT market_id FROM scoreboard.tied)
$$);

-- With ties the order of a path is open, who is in it and how often is not.
SELECT scoreboard.same_paths('journey_paths() of all markets, order set aside', $$
	SELECT market_id, sorted AS path, sum(orders) AS orders, sum(revenue) AS revenue, sum(non_buyers) AS non_buyers
	FROM scoreboard.paths
	CROSS JOIN LATERAL (SELECT CASE path WHEN '' THEN '' ELSE string_agg(who, '|' ORDER BY who) END
		FROM unnest(string_to_array(path, ' > ')) who) s (sorted)
	GROUP BY market_id, sorted
$$, $$
	SELECT market_id, sorted AS path, sum(orders) AS orders, sum(revenue) AS revenue, sum(gross) AS gross, sum(non_buyers) AS non_buyers
	FROM scoreboard.path
	CROSS JOIN LATERAL (SELECT string_agg(who, '|' ORDER BY who) FROM unnest(path) who) s (sorted)
	GROUP BY market_id, sorted
$$);

SELECT scoreboard.no_rows('journey_paths(): a row a path', $$
	SELECT market_id, path, count(*) FROM scoreboard.paths GROUP BY market_id, path HAVING count(*) > 1
$$);


-- Journeys from a path table -----------------------------------------------

SELECT scoreboard.no_rows('journey_agg(): a row an influencer in a path and one of nobody', $$
	SELECT market_id, model, who, rows, expected
	FROM (SELECT market_id, model, who, count(*) AS rows FROM scoreboard.path_attribution GROUP BY market_id, model, who) got
	FULL JOIN (
		SELECT market_id, name AS model, who, true AS expected
		FROM (
			SELECT DISTINCT market_id, who FROM scoreboard.path, unnest(path) who
			UNION ALL
			SELECT market_id, '(nobody)' FROM scoreboard.market
		) present
		JOIN scoreboard.path_journeys USING (market_id)
		CROSS JOIN scoreboard.model
		WHERE needs_no_time
	) expected USING (market_id, model, who)
	WHERE rows IS DISTINCT FROM 1 OR expected IS NULL
$$);

-- An influencer in no path has led to no order.
SELECT scoreboard.no_rows_by_model('attribution() of a path table as of the journeys', $$
	SELECT market_id, who, p.orders, a_orders, p.revenue, a_revenue
	FROM c
	JOIN scoreboard.path_journeys USING (market_id)
	LEFT JOIN (
		SELECT market_id, who, orders, revenue
		FROM scoreboard.path_attribution JOIN scoreboard.model ON name = path_attribution.model
		WHERE model_no = (SELECT model_no FROM c LIMIT 1)
	) p USING (market_id, who)
	WHERE (abs(coalesce(p.orders, 0) - a_orders) <= 1e-9
		AND abs(coalesce(p.revenue, 0) - a_revenue) <= 1e-9 * gross) IS NOT TRUE
$$, 'needs_no_time');

SELECT scoreboard.no_rows('journey_agg(): attribution() adds up to the number of orders exactly, summed in any order', $$
	SELECT market_id, model, total.orders AS expected_orders, sums
	FROM (
		SELECT market_id, name, ARRAY[
			sum(orders),
			sum(orders ORDER BY orders),
			sum(orders ORDER BY orders DESC),
			sum(orders ORDER BY who <> '(nobody)', md5(who)),
			sum(orders ORDER BY who = '(nobody)', md5(who))] AS sums
		FROM (SELECT market_id, model AS name, who, orders FROM scoreboard.path_attribution) p
		GROUP BY market_id, name
	) summed
	JOIN scoreboard.model USING (name)
	JOIN scoreboard.total USING (market_id)
	WHERE kind <> 'participation' AND total.orders <> ANY (sums)
$$);

SELECT scoreboard.same_paths('journey_paths() of a path table gives it back', $$
	SELECT market_id, p.path, p.orders, p.revenue, p.non_buyers
	FROM scoreboard.path_journeys CROSS JOIN LATERAL journey_paths(journeys) p
$$, $$
	SELECT market_id, array_to_string(path, ' > ') AS path, orders, revenue, gross, non_buyers
	FROM scoreboard.path JOIN scoreboard.path_journeys USING (market_id)
$$);

-- The way there and back. An empty text has no elements, so no text names here;
-- and whole revenues, whose sums do not depend on their order.
SELECT scoreboard.no_rows('journey_agg() of journey_paths() equals that of the path table', $$
	SELECT market_id
	FROM (
		SELECT market_id, journey_agg(string_to_array(path, ' > '), orders, revenue, non_buyers) AS journeys
		FROM scoreboard.paths GROUP BY market_id
	) own
	JOIN scoreboard.path_journeys p USING (market_id)
	JOIN scoreboard.market USING (market_id)
	WHERE influencer_type <> 'text' AND revenue_type IN ('integer', 'bigint') AND own.journeys <> p.journeys
$$);

SELECT scoreboard.no_rows('journey_agg(): what needs time is error 0A000', $$
	SELECT market_id, query, sqlstate
	FROM (
		SELECT market_id, query, scoreboard.sqlstate_of(format(query, market_id)) AS sqlstate
		FROM scoreboard.path_journeys, (VALUES
			('SELECT count(*) FROM scoreboard.path_journeys, attribution(journeys, ''time_decay'') WHERE market_id = %s'),
			('SELECT count(*) FROM scoreboard.path_journeys, attribution(journeys, ''linear'', ''time_decay(1 hour)'') WHERE market_id = %s'),
			('SELECT count(*) FROM scoreboard.path_journeys, influence(journeys) WHERE market_id = %s'),
			('SELECT count(*) FROM scoreboard.path_journeys, influence(journeys, ''linear'') WHERE market_id = %s')
		) AS queries (query)
	) tried
	WHERE sqlstate <> '0A000'
$$);


-- Rollups ------------------------------------------------------------------

-- How rows are split: what one day, one heap or one customer brings. What has no
-- day or no customer is a part of its own.
CREATE VIEW scoreboard.touch_part AS
SELECT t.*, split, part
FROM scoreboard.touch t CROSS JOIN LATERAL (VALUES
	('by day', coalesce(touched_at::date::text, 'none')),
	('at random', (hashint8extended(touch_id, 50) & 3)::text),
	('by customer', coalesce(customer_no::text, 'none'))
) AS splits (split, part);

CREATE VIEW scoreboard.purchase_part AS
SELECT p.*, split, part
FROM scoreboard.purchase p CROSS JOIN LATERAL (VALUES
	('by day', coalesce(ordered_at::date::text, 'none')),
	('at random', (hashint8extended(order_id, 50) & 3)::text),
	('by customer', coalesce(customer_no::text, 'none'))
) AS splits (split, part);

-- Of the parts of disjoint customers, also those who only bought or were only
-- touched: every part needs both sets, one of them possibly empty.
CREATE TABLE scoreboard.customer_part AS
SELECT market_id, customer_no, split, part
FROM (SELECT market_id, customer_no FROM scoreboard.touch UNION SELECT market_id, customer_no FROM scoreboard.purchase) customer
CROSS JOIN LATERAL (VALUES
	('customer', coalesce(customer_no::text, 'none')),
	('third', coalesce((customer_no % 3)::text, 'none'))
) AS splits (split, part);

CREATE INDEX ON scoreboard.customer_part (market_id);
ANALYZE scoreboard.customer_part;

CREATE TABLE scoreboard.touches_part (market_id int, split text, part text, touches touch_set);
CREATE TABLE scoreboard.purchases_part (market_id int, split text, part text, purchases purchase_set);
CREATE TABLE scoreboard.customer_touches (market_id int, split text, part text, touches touch_set);
CREATE TABLE scoreboard.customer_purchases (market_id int, split text, part text, purchases purchase_set);

-- Rows in another physical order than before.
SELECT DISTINCT format('
	INSERT INTO scoreboard.touches_part
	SELECT market_id, split, part, %1$s
	FROM (SELECT * FROM scoreboard.touch_part ORDER BY touch_id DESC) t JOIN scoreboard.call USING (market_id)
	WHERE touch_call = %1$L GROUP BY market_id, split, part', touch_call)
FROM scoreboard.call
UNION ALL
SELECT DISTINCT format('
	INSERT INTO scoreboard.purchases_part
	SELECT market_id, split, part, %1$s
	FROM (SELECT * FROM scoreboard.purchase_part ORDER BY order_id DESC) p JOIN scoreboard.call USING (market_id)
	WHERE purchase_call = %1$L GROUP BY market_id, split, part', purchase_call)
FROM scoreboard.call
UNION ALL
SELECT DISTINCT format('
	INSERT INTO scoreboard.customer_touches
	SELECT market_id, split, part, (
		SELECT %1$s FROM scoreboard.touch t
		WHERE t.market_id = call.market_id AND coalesce(t.customer_no, -1) = ANY (customers))
	FROM scoreboard.call
	JOIN (
		SELECT market_id, split, part, array_agg(coalesce(customer_no, -1)) AS customers
		FROM scoreboard.customer_part GROUP BY market_id, split, part
	) parts USING (market_id)
	WHERE touch_call = %1$L', touch_call)
FROM scoreboard.call
UNION ALL
SELECT DISTINCT format('
	INSERT INTO scoreboard.customer_purchases
	SELECT market_id, split, part, (
		SELECT %1$s FROM scoreboard.purchase p
		WHERE p.market_id = call.market_id AND coalesce(p.customer_no, -1) = ANY (customers))
	FROM scoreboard.call
	JOIN (
		SELECT market_id, split, part, array_agg(coalesce(customer_no, -1)) AS customers
		FROM scoreboard.customer_part GROUP BY market_id, split, part
	) parts USING (market_id)
	WHERE purchase_call = %1$L', purchase_call)
FROM scoreboard.call
\gexec

SELECT scoreboard.no_rows('rollup_agg() of touches equals the set of all rows: ' || split, format($$
	SELECT market_id, parts
	FROM (
		SELECT market_id, count(*) AS parts, rollup_agg(touches) AS rolled_up
		FROM scoreboard.touches_part WHERE split = %L GROUP BY market_id
	) rolled_up
	JOIN scoreboard.touches USING (market_id)
	WHERE (rolled_up = touches) IS NOT TRUE
$$, split))
FROM (VALUES ('by day'), ('at random'), ('by customer')) AS splits (split);

SELECT scoreboard.no_rows('rollup_agg() of purchases equals the set of all rows: ' || split, format($$
	SELECT market_id, parts
	FROM (
		SELECT market_id, count(*) AS parts, rollup_agg(p.purchases) AS bare_rolled_up,
			rollup_agg(scoreboard.with_lookback(p.purchases, m)) AS rolled_up
		FROM scoreboard.purchases_part p JOIN scoreboard.market m USING (market_id)
		WHERE split = %L GROUP BY market_id
	) rolled_up
	JOIN scoreboard.purchases USING (market_id)
	WHERE (bare_rolled_up = bare AND rolled_up = purchases) IS NOT TRUE
$$, split))
FROM (VALUES ('by day'), ('at random'), ('by customer')) AS splits (split);

SELECT scoreboard.no_rows('rollup_agg() of rollups, with nulls and in any order, equals the set of all rows', $$
	SELECT market_id
	FROM (
		SELECT market_id, rollup_agg(touches ORDER BY batch DESC) AS rolled_up
		FROM (
			SELECT market_id, batch, rollup_agg(touches ORDER BY md5(part)) AS touches
			FROM (
				SELECT market_id, part, touches FROM scoreboard.touches_part WHERE split = 'by day'
				UNION ALL
				SELECT market_id, market_id::text, NULL FROM scoreboard.market
			) days
			CROSS JOIN LATERAL (SELECT hashtext(part) & 1) AS batches (batch)
			GROUP BY market_id, batch
		) batches
		GROUP BY market_id
	) rolled_up
	JOIN scoreboard.touches USING (market_id)
	WHERE (rolled_up = touches) IS NOT TRUE AND touch_count(touches) + skipped_count(touches) > 0
$$);

SELECT scoreboard.no_rows('rollup_agg() of journeys of disjoint customers equals all at once: by ' || split, format($$
	SELECT market_id, parts
	FROM (
		SELECT market_id, count(*) AS parts, rollup_agg(t.touches ~> scoreboard.with_lookback(p.purchases, m)) AS rolled_up
		FROM scoreboard.customer_touches t
		JOIN scoreboard.customer_purchases p USING (market_id, split, part)
		JOIN scoreboard.market m USING (market_id)
		WHERE split = %L GROUP BY market_id
	) rolled_up
	JOIN scoreboard.journeys USING (market_id)
	WHERE (rolled_up = journeys) IS NOT TRUE
$$, split))
FROM (VALUES ('customer'), ('third')) AS splits (split);

SELECT scoreboard.no_rows('a set lacking a day is another set', $$
	SELECT market_id
	FROM (
		SELECT market_id, rollup_agg(touches) AS rolled_up
		FROM (
			SELECT *, row_number() OVER (PARTITION BY market_id ORDER BY md5(part)) AS n
			FROM scoreboard.touches_part WHERE split = 'by day'
		) days
		WHERE n > 1 GROUP BY market_id
	) rolled_up
	JOIN scoreboard.touches USING (market_id)
	WHERE (rolled_up <> touches) IS NOT TRUE
$$);

SELECT scoreboard.no_rows('sets survive text, and <~ is ~> the other way round', $$
	SELECT market_id
	FROM scoreboard.touches JOIN scoreboard.purchases USING (market_id) JOIN scoreboard.journeys USING (market_id)
	WHERE (touches::text::touch_set = touches AND purchases::text::purchase_set = purchases
		AND journeys::text::journey_set = journeys AND purchases <~ touches = journeys) IS NOT TRUE
$$);


-- The ledger ---------------------------------------------------------------

-- The same credits order by order, which knows no use of a touch but the first.
CREATE TABLE scoreboard.ledger (model_no int, market_id int, influencer text, orders float8, revenue float8);

SELECT format('
	INSERT INTO scoreboard.ledger
	SELECT model_no, market_id, influencer, sum(credit), sum(credit * revenue)
	FROM (
		SELECT market_id, influencer, coalesce(revenue, 0)::float8 AS revenue, ARRAY[%2$s] AS model_nos, ARRAY[%3$s] AS credits
		FROM scoreboard.market m
		JOIN scoreboard.touch t USING (market_id)
		JOIN scoreboard.purchase p USING (market_id)
		WHERE m.touch_use = ''every_order'' AND m.time_type = %1$L
			AND t.influencer IS NOT NULL AND t.customer = p.customer
			AND %4$s ~> lookback(%5$s, m.lookback_window)
		WINDOW o AS (PARTITION BY order_id)
	) ledger
	CROSS JOIN LATERAL unnest(model_nos, credits) AS c (model_no, credit)
	GROUP BY model_no, market_id, influencer',
	time_type,
	string_agg(model_no::text, ', ' ORDER BY model_no),
	string_agg(format('attribution_credit(%L, %s, %s, weight, priority) OVER o', model, touched_at, ordered_at), ', ' ORDER BY model_no),
	touched_at, ordered_at)
FROM (
	SELECT time_type, replace(cast_to, '?', 'touched_at') AS touched_at, replace(cast_to, '?', 'ordered_at') AS ordered_at
	FROM (VALUES
		('timestamptz', '?'),
		('timestamp', '(? AT TIME ZONE ''UTC'')'),
		('date', '(? AT TIME ZONE ''UTC'')::date')
	) AS times (time_type, cast_to)
) times
CROSS JOIN scoreboard.model
WHERE kind NOT IN ('participation', 'shapley')
GROUP BY time_type, touched_at, ordered_at
\gexec

SELECT scoreboard.no_rows_by_model('attribution() equals attribution_credit(), summed', $$
	SELECT market_id, who, a_orders, l.orders AS ledger_orders, a_revenue, l.revenue AS ledger_revenue
	FROM c
	JOIN scoreboard.market m USING (market_id)
	LEFT JOIN (SELECT model_no, market_id, influencer AS who, orders, revenue FROM scoreboard.ledger) l
		USING (model_no, market_id, who)
	WHERE m.touch_use = 'every_order' AND who <> '(nobody)'
		AND (abs(a_orders - coalesce(l.orders, 0)) <= 1e-9
			AND abs(a_revenue - coalesce(l.revenue, 0)) <= 1e-9 * gross) IS NOT TRUE
$$, $$kind NOT IN ('participation', 'shapley')$$);

SELECT '1..' || last_value FROM scoreboard.test_no;
