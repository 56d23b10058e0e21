-- touch_set: who was touched by whom, when

CREATE TYPE touch_set;

CREATE FUNCTION touch_set_in(cstring) RETURNS touch_set
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_in(cstring) IS 'text input of touch_set: base64, checked to the last bit';

CREATE FUNCTION touch_set_out(touch_set) RETURNS cstring
	AS 'MODULE_PATHNAME', 'set_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_out(touch_set) IS 'text output of touch_set: base64, lossless';

CREATE FUNCTION touch_set_recv(internal) RETURNS touch_set
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_recv(internal) IS 'binary input of touch_set, checked to the last bit';

CREATE FUNCTION touch_set_send(touch_set) RETURNS bytea
	AS 'MODULE_PATHNAME', 'set_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_send(touch_set) IS 'binary output of touch_set';

-- packed already: not compressed again, but kept out of line
CREATE TYPE touch_set (
	INPUT = touch_set_in,
	OUTPUT = touch_set_out,
	RECEIVE = touch_set_recv,
	SEND = touch_set_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE touch_set IS 'set of touches: who was touched by whom, when; made by touch_agg(), matched by touches ~> purchases';

CREATE FUNCTION touch_set_lt(touch_set, touch_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_lt(touch_set, touch_set) IS 'implementation of < operator';

CREATE OPERATOR < (
	LEFTARG = touch_set, RIGHTARG = touch_set, FUNCTION = touch_set_lt,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (touch_set, touch_set) IS 'less than; the order has no meaning';

CREATE FUNCTION touch_set_le(touch_set, touch_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_le(touch_set, touch_set) IS 'implementation of <= operator';

CREATE OPERATOR <= (
	LEFTARG = touch_set, RIGHTARG = touch_set, FUNCTION = touch_set_le,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (touch_set, touch_set) IS 'less than or equal; the order has no meaning';

CREATE FUNCTION touch_set_eq(touch_set, touch_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_eq(touch_set, touch_set) IS 'implementation of = operator';

CREATE OPERATOR = (
	LEFTARG = touch_set, RIGHTARG = touch_set, FUNCTION = touch_set_eq,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR = (touch_set, touch_set) IS 'the same set: equal sets have equal bytes';

CREATE FUNCTION touch_set_ne(touch_set, touch_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_ne(touch_set, touch_set) IS 'implementation of <> operator';

CREATE OPERATOR <> (
	LEFTARG = touch_set, RIGHTARG = touch_set, FUNCTION = touch_set_ne,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (touch_set, touch_set) IS 'another set';

CREATE FUNCTION touch_set_ge(touch_set, touch_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_ge(touch_set, touch_set) IS 'implementation of >= operator';

CREATE OPERATOR >= (
	LEFTARG = touch_set, RIGHTARG = touch_set, FUNCTION = touch_set_ge,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (touch_set, touch_set) IS 'greater than or equal; the order has no meaning';

CREATE FUNCTION touch_set_gt(touch_set, touch_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_gt(touch_set, touch_set) IS 'implementation of > operator';

CREATE OPERATOR > (
	LEFTARG = touch_set, RIGHTARG = touch_set, FUNCTION = touch_set_gt,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (touch_set, touch_set) IS 'greater than; the order has no meaning';

CREATE FUNCTION touch_set_cmp(touch_set, touch_set) RETURNS integer
	AS 'MODULE_PATHNAME', 'set_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_cmp(touch_set, touch_set) IS 'less-equal-greater comparison; the order has no meaning';

CREATE FUNCTION touch_set_hash(touch_set) RETURNS integer
	AS 'MODULE_PATHNAME', 'set_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_hash(touch_set) IS 'hash, for DISTINCT and hash joins';

CREATE OPERATOR CLASS touch_set_ops DEFAULT FOR TYPE touch_set USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 touch_set_cmp(touch_set, touch_set);
COMMENT ON OPERATOR CLASS touch_set_ops USING btree IS 'sets in an order of no meaning';

CREATE OPERATOR CLASS touch_set_hash_ops DEFAULT FOR TYPE touch_set USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 touch_set_hash(touch_set);
COMMENT ON OPERATOR CLASS touch_set_hash_ops USING hash IS 'sets by hash';

CREATE FUNCTION touch_count(touch_set) RETURNS bigint
	AS 'MODULE_PATHNAME', 'touch_set_touch_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_count(touch_set) IS 'number of touches';

CREATE FUNCTION customer_count(touch_set) RETURNS bigint
	AS 'MODULE_PATHNAME', 'touch_set_customer_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION customer_count(touch_set) IS 'number of different customers touched';

CREATE FUNCTION influencer_count(touch_set) RETURNS bigint
	AS 'MODULE_PATHNAME', 'touch_set_influencer_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION influencer_count(touch_set) IS 'number of different influencers';

CREATE FUNCTION skipped_count(touch_set) RETURNS bigint
	AS 'MODULE_PATHNAME', 'touch_set_skipped_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION skipped_count(touch_set) IS 'number of rows left out for want of a customer, an influencer or an instant';

CREATE FUNCTION first_at(touch_set) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'touch_set_first_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION first_at(touch_set) IS 'instant of the earliest touch; null of none; of timestamp and date columns read as UTC';

CREATE FUNCTION last_at(touch_set) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'touch_set_last_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION last_at(touch_set) IS 'instant of the latest touch; null of none; of timestamp and date columns read as UTC';

CREATE FUNCTION jsonb(touch_set) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'touch_set_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION jsonb(touch_set) IS 'summary of the set for people';

CREATE CAST (touch_set AS jsonb) WITH FUNCTION jsonb(touch_set);
COMMENT ON CAST (touch_set AS jsonb) IS 'summary of the set for people';
