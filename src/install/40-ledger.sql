-- the ledger: the share of each touch in its order

CREATE FUNCTION attribution_credit(
	model attribution_model, touched_at timestamptz, ordered_at timestamptz,
	weight double precision DEFAULT 1, priority integer DEFAULT 0
) RETURNS double precision
	AS 'MODULE_PATHNAME', 'attribution_credit_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION attribution_credit(attribution_model, timestamptz, timestamptz, double precision, integer) IS
	'window function over one order''s rows (PARTITION BY the order): the touch''s share of the order, 0..1; NULL for a row without a touch, 0 for a touch after the order; weight 0 excludes, NULL is 1; only the highest priority shares, NULL is 0';

CREATE FUNCTION attribution_credit(
	model attribution_model, touched_at timestamp, ordered_at timestamp,
	weight double precision DEFAULT 1, priority integer DEFAULT 0
) RETURNS double precision
	AS 'MODULE_PATHNAME', 'attribution_credit_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION attribution_credit(attribution_model, timestamp, timestamp, double precision, integer) IS
	'window function over one order''s rows (PARTITION BY the order): the touch''s share of the order, 0..1; NULL for a row without a touch, 0 for a touch after the order; weight 0 excludes, NULL is 1; only the highest priority shares, NULL is 0';

CREATE FUNCTION attribution_credit(
	model attribution_model, touched_at date, ordered_at date,
	weight double precision DEFAULT 1, priority integer DEFAULT 0
) RETURNS double precision
	AS 'MODULE_PATHNAME', 'attribution_credit_date' LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION attribution_credit(attribution_model, date, date, double precision, integer) IS
	'window function over one order''s rows (PARTITION BY the order): the touch''s share of the order, 0..1; NULL for a row without a touch, 0 for a touch after the order; weight 0 excludes, NULL is 1; only the highest priority shares, NULL is 0';

CREATE FUNCTION attribution_amount(
	model attribution_model, touched_at timestamptz, ordered_at timestamptz, revenue numeric,
	weight double precision DEFAULT 1, priority integer DEFAULT 0
) RETURNS numeric
	AS 'MODULE_PATHNAME', 'attribution_amount_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION attribution_amount(attribution_model, timestamptz, timestamptz, numeric, double precision, integer) IS
	'window function over one order''s rows (PARTITION BY the order): the touch''s share of the revenue, at the revenue''s own scale, by largest remainder: the amounts of an order sum to its revenue exactly';

CREATE FUNCTION attribution_amount(
	model attribution_model, touched_at timestamp, ordered_at timestamp, revenue numeric,
	weight double precision DEFAULT 1, priority integer DEFAULT 0
) RETURNS numeric
	AS 'MODULE_PATHNAME', 'attribution_amount_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION attribution_amount(attribution_model, timestamp, timestamp, numeric, double precision, integer) IS
	'window function over one order''s rows (PARTITION BY the order): the touch''s share of the revenue, at the revenue''s own scale, by largest remainder: the amounts of an order sum to its revenue exactly';

CREATE FUNCTION attribution_amount(
	model attribution_model, touched_at date, ordered_at date, revenue numeric,
	weight double precision DEFAULT 1, priority integer DEFAULT 0
) RETURNS numeric
	AS 'MODULE_PATHNAME', 'attribution_amount_date' LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION attribution_amount(attribution_model, date, date, numeric, double precision, integer) IS
	'window function over one order''s rows (PARTITION BY the order): the touch''s share of the revenue, at the revenue''s own scale, by largest remainder: the amounts of an order sum to its revenue exactly';
