-- purchase_set: who bought when, for how much

CREATE TYPE purchase_set;

CREATE FUNCTION purchase_set_in(cstring) RETURNS purchase_set
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_in(cstring) IS 'text input of purchase_set: base64, checked to the last bit';

CREATE FUNCTION purchase_set_out(purchase_set) RETURNS cstring
	AS 'MODULE_PATHNAME', 'set_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_out(purchase_set) IS 'text output of purchase_set: base64, lossless';

CREATE FUNCTION purchase_set_recv(internal) RETURNS purchase_set
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_recv(internal) IS 'binary input of purchase_set, checked to the last bit';

CREATE FUNCTION purchase_set_send(purchase_set) RETURNS bytea
	AS 'MODULE_PATHNAME', 'set_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_send(purchase_set) IS 'binary output of purchase_set';

-- packed already: not compressed again, but kept out of line
CREATE TYPE purchase_set (
	INPUT = purchase_set_in,
	OUTPUT = purchase_set_out,
	RECEIVE = purchase_set_recv,
	SEND = purchase_set_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE purchase_set IS 'set of purchases: who bought when, for how much; made by purchase_agg(), matched by touches ~> purchases';

CREATE FUNCTION purchase_set_lt(purchase_set, purchase_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_lt(purchase_set, purchase_set) IS 'implementation of < operator';

CREATE OPERATOR < (
	LEFTARG = purchase_set, RIGHTARG = purchase_set, FUNCTION = purchase_set_lt,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (purchase_set, purchase_set) IS 'less than; the order has no meaning';

CREATE FUNCTION purchase_set_le(purchase_set, purchase_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_le(purchase_set, purchase_set) IS 'implementation of <= operator';

CREATE OPERATOR <= (
	LEFTARG = purchase_set, RIGHTARG = purchase_set, FUNCTION = purchase_set_le,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (purchase_set, purchase_set) IS 'less than or equal; the order has no meaning';

CREATE FUNCTION purchase_set_eq(purchase_set, purchase_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_eq(purchase_set, purchase_set) IS 'implementation of = operator';

CREATE OPERATOR = (
	LEFTARG = purchase_set, RIGHTARG = purchase_set, FUNCTION = purchase_set_eq,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR = (purchase_set, purchase_set) IS 'the same set: equal sets have equal bytes';

CREATE FUNCTION purchase_set_ne(purchase_set, purchase_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_ne(purchase_set, purchase_set) IS 'implementation of <> operator';

CREATE OPERATOR <> (
	LEFTARG = purchase_set, RIGHTARG = purchase_set, FUNCTION = purchase_set_ne,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (purchase_set, purchase_set) IS 'another set';

CREATE FUNCTION purchase_set_ge(purchase_set, purchase_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_ge(purchase_set, purchase_set) IS 'implementation of >= operator';

CREATE OPERATOR >= (
	LEFTARG = purchase_set, RIGHTARG = purchase_set, FUNCTION = purchase_set_ge,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (purchase_set, purchase_set) IS 'greater than or equal; the order has no meaning';

CREATE FUNCTION purchase_set_gt(purchase_set, purchase_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_gt(purchase_set, purchase_set) IS 'implementation of > operator';

CREATE OPERATOR > (
	LEFTARG = purchase_set, RIGHTARG = purchase_set, FUNCTION = purchase_set_gt,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (purchase_set, purchase_set) IS 'greater than; the order has no meaning';

CREATE FUNCTION purchase_set_cmp(purchase_set, purchase_set) RETURNS integer
	AS 'MODULE_PATHNAME', 'set_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_cmp(purchase_set, purchase_set) IS 'less-equal-greater comparison; the order has no meaning';

CREATE FUNCTION purchase_set_hash(purchase_set) RETURNS integer
	AS 'MODULE_PATHNAME', 'set_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_hash(purchase_set) IS 'hash, for DISTINCT and hash joins';

CREATE OPERATOR CLASS purchase_set_ops DEFAULT FOR TYPE purchase_set USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 purchase_set_cmp(purchase_set, purchase_set);
COMMENT ON OPERATOR CLASS purchase_set_ops USING btree IS 'sets in an order of no meaning';

CREATE OPERATOR CLASS purchase_set_hash_ops DEFAULT FOR TYPE purchase_set USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 purchase_set_hash(purchase_set);
COMMENT ON OPERATOR CLASS purchase_set_hash_ops USING hash IS 'sets by hash';

CREATE FUNCTION order_count(purchase_set) RETURNS bigint
	AS 'MODULE_PATHNAME', 'purchase_set_order_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION order_count(purchase_set) IS 'number of orders';

CREATE FUNCTION customer_count(purchase_set) RETURNS bigint
	AS 'MODULE_PATHNAME', 'purchase_set_customer_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION customer_count(purchase_set) IS 'number of different customers who bought';

CREATE FUNCTION skipped_count(purchase_set) RETURNS bigint
	AS 'MODULE_PATHNAME', 'purchase_set_skipped_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION skipped_count(purchase_set) IS 'number of rows left out for want of a customer or an instant';

CREATE FUNCTION revenue(purchase_set) RETURNS double precision
	AS 'MODULE_PATHNAME', 'purchase_set_revenue' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION revenue(purchase_set) IS 'revenue of all orders';

CREATE FUNCTION first_at(purchase_set) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'purchase_set_first_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION first_at(purchase_set) IS 'instant of the earliest order; null of none; of timestamp and date columns read as UTC';

CREATE FUNCTION last_at(purchase_set) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'purchase_set_last_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION last_at(purchase_set) IS 'instant of the latest order; null of none; of timestamp and date columns read as UTC';

CREATE FUNCTION lookback(purchases purchase_set, span interval, touch_use text DEFAULT 'every_order') RETURNS purchase_set
	AS 'MODULE_PATHNAME', 'lookback_purchase_set' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lookback(purchase_set, interval, text) IS
	'the same purchases, to be matched within this lookback window (30 days if none is named; months or a negative window: error 22023); touch_use says which orders a touch may serve: every_order in reach, next_order (consumed by the first order after it) or first_order (only the customer''s first)';

CREATE FUNCTION jsonb(purchase_set) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'purchase_set_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION jsonb(purchase_set) IS 'summary of the set for people';

CREATE CAST (purchase_set AS jsonb) WITH FUNCTION jsonb(purchase_set);
COMMENT ON CAST (purchase_set AS jsonb) IS 'summary of the set for people';
