#!/bin/sh
# purchase_cycle: the type, and what each time type has of its own.
cat <<'SQL'
-- purchase_cycle: when a customer bought, and where in the buying cycle that puts them

CREATE TYPE purchase_cycle;

CREATE FUNCTION purchase_cycle_in(cstring) RETURNS purchase_cycle
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_in(cstring) IS 'text input of purchase_cycle: base64, checked to the last bit';

CREATE FUNCTION purchase_cycle_out(purchase_cycle) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_out(purchase_cycle) IS 'text output of purchase_cycle: base64, lossless';

CREATE FUNCTION purchase_cycle_recv(internal) RETURNS purchase_cycle
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_recv(internal) IS 'binary input of purchase_cycle, checked to the last bit';

CREATE FUNCTION purchase_cycle_send(purchase_cycle) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_send(purchase_cycle) IS 'binary output of purchase_cycle';

CREATE TYPE purchase_cycle (
	INPUT = purchase_cycle_in,
	OUTPUT = purchase_cycle_out,
	RECEIVE = purchase_cycle_recv,
	SEND = purchase_cycle_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = main
);
COMMENT ON TYPE purchase_cycle IS
	'when one customer bought; made by purchase_cycle(ordered_at) per customer, read by purchase_stage(), in_market() and others, put together by rollup_agg()';

CREATE FUNCTION purchase_cycle_lt(purchase_cycle, purchase_cycle) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_lt(purchase_cycle, purchase_cycle) IS 'implementation of < operator';

CREATE OPERATOR < (
	LEFTARG = purchase_cycle, RIGHTARG = purchase_cycle, FUNCTION = purchase_cycle_lt,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (purchase_cycle, purchase_cycle) IS 'less than; the order has no meaning';

CREATE FUNCTION purchase_cycle_le(purchase_cycle, purchase_cycle) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_le(purchase_cycle, purchase_cycle) IS 'implementation of <= operator';

CREATE OPERATOR <= (
	LEFTARG = purchase_cycle, RIGHTARG = purchase_cycle, FUNCTION = purchase_cycle_le,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (purchase_cycle, purchase_cycle) IS 'less than or equal; the order has no meaning';

CREATE FUNCTION purchase_cycle_eq(purchase_cycle, purchase_cycle) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_eq(purchase_cycle, purchase_cycle) IS 'implementation of = operator';

CREATE OPERATOR = (
	LEFTARG = purchase_cycle, RIGHTARG = purchase_cycle, FUNCTION = purchase_cycle_eq,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR = (purchase_cycle, purchase_cycle) IS 'the same buying cycle: equal ones have equal bytes';

CREATE FUNCTION purchase_cycle_ne(purchase_cycle, purchase_cycle) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_ne(purchase_cycle, purchase_cycle) IS 'implementation of <> operator';

CREATE OPERATOR <> (
	LEFTARG = purchase_cycle, RIGHTARG = purchase_cycle, FUNCTION = purchase_cycle_ne,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (purchase_cycle, purchase_cycle) IS 'another buying cycle';

CREATE FUNCTION purchase_cycle_ge(purchase_cycle, purchase_cycle) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_ge(purchase_cycle, purchase_cycle) IS 'implementation of >= operator';

CREATE OPERATOR >= (
	LEFTARG = purchase_cycle, RIGHTARG = purchase_cycle, FUNCTION = purchase_cycle_ge,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (purchase_cycle, purchase_cycle) IS 'greater than or equal; the order has no meaning';

CREATE FUNCTION purchase_cycle_gt(purchase_cycle, purchase_cycle) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_gt(purchase_cycle, purchase_cycle) IS 'implementation of > operator';

CREATE OPERATOR > (
	LEFTARG = purchase_cycle, RIGHTARG = purchase_cycle, FUNCTION = purchase_cycle_gt,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (purchase_cycle, purchase_cycle) IS 'greater than; the order has no meaning';

CREATE FUNCTION purchase_cycle_cmp(purchase_cycle, purchase_cycle) RETURNS integer
	AS 'MODULE_PATHNAME', 'set_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_cmp(purchase_cycle, purchase_cycle) IS 'less-equal-greater comparison; the order has no meaning';

CREATE FUNCTION purchase_cycle_hash(purchase_cycle) RETURNS integer
	AS 'MODULE_PATHNAME', 'set_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_hash(purchase_cycle) IS 'hash, for DISTINCT and hash joins';

CREATE OPERATOR CLASS purchase_cycle_ops DEFAULT FOR TYPE purchase_cycle USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 purchase_cycle_cmp(purchase_cycle, purchase_cycle);
COMMENT ON OPERATOR CLASS purchase_cycle_ops USING btree IS 'in an order of no meaning';

CREATE OPERATOR CLASS purchase_cycle_hash_ops DEFAULT FOR TYPE purchase_cycle USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 purchase_cycle_hash(purchase_cycle);
COMMENT ON OPERATOR CLASS purchase_cycle_hash_ops USING hash IS 'by hash';

CREATE FUNCTION purchase_cycle_combine(purchase_cycle, purchase_cycle) RETURNS purchase_cycle
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_combine(purchase_cycle, purchase_cycle) IS 'aggregates over purchase_cycle: both together; either may be null';

CREATE FUNCTION purchase_cycle_final(purchase_cycle) RETURNS purchase_cycle
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION purchase_cycle_final(purchase_cycle) IS 'aggregates over purchase_cycle: the finished value; of no rows an empty one';

SQL
for time in timestamptz timestamp date; do
	cat <<SQL
CREATE FUNCTION cycle_add(purchase_cycle, $time) RETURNS purchase_cycle
	AS 'MODULE_PATHNAME', 'cycle_add_$time' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION cycle_add(purchase_cycle, $time) IS 'purchase_cycle: one order more';

CREATE AGGREGATE purchase_cycle(ordered_at $time) (
	SFUNC = cycle_add,
	STYPE = purchase_cycle,
	SSPACE = 96,
	FINALFUNC = purchase_cycle_final,
	COMBINEFUNC = purchase_cycle_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_cycle($time) IS
	'when one customer bought (GROUP BY the customer); a row with a null is left out and counted; an infinite instant: error 22008; of no rows an empty cycle';

SQL
done
cat <<'SQL'
CREATE AGGREGATE rollup_agg(purchase_cycle) (
	SFUNC = purchase_cycle_combine,
	STYPE = purchase_cycle,
	SSPACE = 96,
	FINALFUNC = purchase_cycle_final,
	COMBINEFUNC = purchase_cycle_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup_agg(purchase_cycle) IS
	'all cycles of one customer in one, as if it had been made from all their rows; nulls are left out; cycles of different time types: error 42804';

CREATE FUNCTION order_count(purchase_cycle) RETURNS bigint
	AS 'MODULE_PATHNAME', 'cycle_order_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION order_count(purchase_cycle) IS 'number of orders';

CREATE FUNCTION skipped_count(purchase_cycle) RETURNS bigint
	AS 'MODULE_PATHNAME', 'cycle_skipped_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION skipped_count(purchase_cycle) IS 'number of rows left out for want of an instant';

SQL
for time in timestamptz timestamp date; do
	cat <<SQL
CREATE FUNCTION order_count(cycle purchase_cycle, at $time) RETURNS bigint
	AS 'MODULE_PATHNAME', 'cycle_order_count_$time' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION order_count(purchase_cycle, $time) IS 'number of orders until then; an instant of another type than the orders: error 42804';

CREATE FUNCTION recency_days(cycle purchase_cycle, at $time) RETURNS double precision
	AS 'MODULE_PATHNAME', 'cycle_recency_days_$time' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION recency_days(purchase_cycle, $time) IS 'days of 24 hours since the last order, 0 or more; orders after it do not count; null if there is none; an instant of another type than the orders: error 42804';

CREATE FUNCTION median_gap_days(cycle purchase_cycle, at $time) RETURNS double precision
	AS 'MODULE_PATHNAME', 'cycle_median_gap_days_$time' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION median_gap_days(purchase_cycle, $time) IS 'median of the days between two occasions, 1 or more, where orders within 24 hours of an occasion''s first are part of it; orders after it do not count; null if there are fewer than two occasions; an instant of another type than the orders: error 42804';

CREATE FUNCTION next_due(cycle purchase_cycle, at $time, typical_gap interval DEFAULT '30 days') RETURNS $time
	AS 'MODULE_PATHNAME', 'cycle_next_due_$time' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION next_due(purchase_cycle, $time, interval) IS 'when the next order is due (it may be overdue): the last order plus the expected gap, which is the typical gap of all customers after one order, half way between the typical gap and the customer''s own after two orders, and so on: the median of the customer''s gaps and the typical gap, which counts as one more; orders after it do not count; null if there is none; a typical gap with months, or not above 0: error 22023; an instant of another type than the orders: error 42804';

CREATE FUNCTION purchase_stage(cycle purchase_cycle, at $time, typical_gap interval DEFAULT '30 days', lapse_after double precision DEFAULT 3) RETURNS text
	AS 'MODULE_PATHNAME', 'cycle_stage_$time' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION purchase_stage(purchase_cycle, $time, interval, double precision) IS
	'prospect: no order, or no cycle (null) at all; new: one occasion, and active: more, while the last order is less than the expected gap ago (see next_due); due: from then on; lapsed: more than lapse_after (1 or more) times the expected gap ago; orders after it do not count; other nulls give null; illegal parameters: error 22023; an instant of another type than the orders: error 42804';

CREATE FUNCTION in_market(cycle purchase_cycle, at $time, typical_gap interval DEFAULT '30 days', open_at double precision DEFAULT 0.5, lapse_after double precision DEFAULT 3) RETURNS boolean
	AS 'MODULE_PATHNAME', 'cycle_in_market_$time' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION in_market(purchase_cycle, $time, interval, double precision, double precision) IS
	'might the customer be about to buy? True from open_at (0 or more; 0 where people buy at irregular times) to lapse_after (1 or more) times the expected gap (see next_due) after the last order; false without an order, or a cycle (null) at all; orders after it do not count; other nulls give null; illegal parameters: error 22023; an instant of another type than the orders: error 42804';

SQL
done
cat <<'SQL'
CREATE FUNCTION jsonb(purchase_cycle) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'purchase_cycle_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION jsonb(purchase_cycle) IS 'summary of the cycle for people';

CREATE CAST (purchase_cycle AS jsonb) WITH FUNCTION jsonb(purchase_cycle);
COMMENT ON CAST (purchase_cycle AS jsonb) IS 'summary of the cycle for people';
SQL
