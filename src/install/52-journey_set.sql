-- journey_set: touches and purchases side by side, and paths

CREATE TYPE journey_set;

CREATE FUNCTION journey_set_in(cstring) RETURNS journey_set
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_in(cstring) IS 'text input of journey_set: base64, checked to the last bit';

CREATE FUNCTION journey_set_out(journey_set) RETURNS cstring
	AS 'MODULE_PATHNAME', 'set_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_out(journey_set) IS 'text output of journey_set: base64, lossless';

CREATE FUNCTION journey_set_recv(internal) RETURNS journey_set
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_recv(internal) IS 'binary input of journey_set, checked to the last bit';

CREATE FUNCTION journey_set_send(journey_set) RETURNS bytea
	AS 'MODULE_PATHNAME', 'set_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_send(journey_set) IS 'binary output of journey_set';

-- packed already: not compressed again, but kept out of line
CREATE TYPE journey_set (
	INPUT = journey_set_in,
	OUTPUT = journey_set_out,
	RECEIVE = journey_set_recv,
	SEND = journey_set_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE journey_set IS 'set of journeys: touches and the purchases they are matched with, or paths from another tool; read by attribution(), influence() and journey_paths()';

CREATE FUNCTION journey_set_lt(journey_set, journey_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_lt(journey_set, journey_set) IS 'implementation of < operator';

CREATE OPERATOR < (
	LEFTARG = journey_set, RIGHTARG = journey_set, FUNCTION = journey_set_lt,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (journey_set, journey_set) IS 'less than; the order has no meaning';

CREATE FUNCTION journey_set_le(journey_set, journey_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_le(journey_set, journey_set) IS 'implementation of <= operator';

CREATE OPERATOR <= (
	LEFTARG = journey_set, RIGHTARG = journey_set, FUNCTION = journey_set_le,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (journey_set, journey_set) IS 'less than or equal; the order has no meaning';

CREATE FUNCTION journey_set_eq(journey_set, journey_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_eq(journey_set, journey_set) IS 'implementation of = operator';

CREATE OPERATOR = (
	LEFTARG = journey_set, RIGHTARG = journey_set, FUNCTION = journey_set_eq,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR = (journey_set, journey_set) IS 'the same set: equal sets have equal bytes';

CREATE FUNCTION journey_set_ne(journey_set, journey_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_ne(journey_set, journey_set) IS 'implementation of <> operator';

CREATE OPERATOR <> (
	LEFTARG = journey_set, RIGHTARG = journey_set, FUNCTION = journey_set_ne,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (journey_set, journey_set) IS 'another set';

CREATE FUNCTION journey_set_ge(journey_set, journey_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_ge(journey_set, journey_set) IS 'implementation of >= operator';

CREATE OPERATOR >= (
	LEFTARG = journey_set, RIGHTARG = journey_set, FUNCTION = journey_set_ge,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (journey_set, journey_set) IS 'greater than or equal; the order has no meaning';

CREATE FUNCTION journey_set_gt(journey_set, journey_set) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_gt(journey_set, journey_set) IS 'implementation of > operator';

CREATE OPERATOR > (
	LEFTARG = journey_set, RIGHTARG = journey_set, FUNCTION = journey_set_gt,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (journey_set, journey_set) IS 'greater than; the order has no meaning';

CREATE FUNCTION journey_set_cmp(journey_set, journey_set) RETURNS integer
	AS 'MODULE_PATHNAME', 'set_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_cmp(journey_set, journey_set) IS 'less-equal-greater comparison; the order has no meaning';

CREATE FUNCTION journey_set_hash(journey_set) RETURNS integer
	AS 'MODULE_PATHNAME', 'set_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_hash(journey_set) IS 'hash, for DISTINCT and hash joins';

CREATE OPERATOR CLASS journey_set_ops DEFAULT FOR TYPE journey_set USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 journey_set_cmp(journey_set, journey_set);
COMMENT ON OPERATOR CLASS journey_set_ops USING btree IS 'sets in an order of no meaning';

CREATE OPERATOR CLASS journey_set_hash_ops DEFAULT FOR TYPE journey_set USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 journey_set_hash(journey_set);
COMMENT ON OPERATOR CLASS journey_set_hash_ops USING hash IS 'sets by hash';

CREATE FUNCTION led_to(touches touch_set, purchases purchase_set) RETURNS journey_set
	AS 'MODULE_PATHNAME', 'led_to_sets' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION led_to(touch_set, purchase_set) IS
	'the journeys of all customers; the same as touches ~> purchases; instants or customers of different types: error 42804';

CREATE FUNCTION came_from(purchases purchase_set, touches touch_set) RETURNS journey_set
	AS 'MODULE_PATHNAME', 'came_from_sets' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION came_from(purchase_set, touch_set) IS 'implementation of <~ operator';

CREATE OPERATOR ~> (
	LEFTARG = touch_set, RIGHTARG = purchase_set, FUNCTION = led_to, COMMUTATOR = <~
);
COMMENT ON OPERATOR ~> (touch_set, purchase_set) IS 'the journeys of all customers: which touches led to which purchases';

CREATE OPERATOR <~ (
	LEFTARG = purchase_set, RIGHTARG = touch_set, FUNCTION = came_from, COMMUTATOR = ~>
);
COMMENT ON OPERATOR <~ (purchase_set, touch_set) IS 'the journeys of all customers: which purchases came from which touches';

CREATE FUNCTION touch_count(journey_set) RETURNS bigint
	AS 'MODULE_PATHNAME', 'journey_set_touch_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_count(journey_set) IS 'number of touches';

CREATE FUNCTION order_count(journey_set) RETURNS bigint
	AS 'MODULE_PATHNAME', 'journey_set_order_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION order_count(journey_set) IS 'number of orders';

CREATE FUNCTION customer_count(journey_set) RETURNS bigint
	AS 'MODULE_PATHNAME', 'journey_set_customer_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION customer_count(journey_set) IS 'number of different customers who were touched, bought, or both';

CREATE FUNCTION influencer_count(journey_set) RETURNS bigint
	AS 'MODULE_PATHNAME', 'journey_set_influencer_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION influencer_count(journey_set) IS 'number of different influencers';

CREATE FUNCTION revenue(journey_set) RETURNS double precision
	AS 'MODULE_PATHNAME', 'journey_set_revenue' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION revenue(journey_set) IS 'revenue of all orders';

CREATE FUNCTION jsonb(journey_set) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'journey_set_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION jsonb(journey_set) IS 'summary of the set for people';

CREATE CAST (journey_set AS jsonb) WITH FUNCTION jsonb(journey_set);
COMMENT ON CAST (journey_set AS jsonb) IS 'summary of the set for people';
