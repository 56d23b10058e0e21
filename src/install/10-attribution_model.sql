-- attribution_model: a model with its parameters

CREATE TYPE attribution_model;

-- STABLE like interval_in, on which a half-life depends (IntervalStyle)
CREATE FUNCTION attribution_model_in(cstring) RETURNS attribution_model
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_model_in(cstring) IS 'text input of attribution_model';

CREATE FUNCTION attribution_model_out(attribution_model) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_model_out(attribution_model) IS 'text output of attribution_model, canonical';

CREATE FUNCTION attribution_model_recv(internal) RETURNS attribution_model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_model_recv(internal) IS 'binary input of attribution_model';

CREATE FUNCTION attribution_model_send(attribution_model) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_model_send(attribution_model) IS 'binary output of attribution_model';

CREATE TYPE attribution_model (
	INPUT = attribution_model_in,
	OUTPUT = attribution_model_out,
	RECEIVE = attribution_model_recv,
	SEND = attribution_model_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain
);
COMMENT ON TYPE attribution_model IS
	'attribution model: first_touch, last_touch, linear, time_decay(half_life interval = 7 days), position_based(first = 0.4, last = 0.4), u_shaped, j_shaped, inverse_j, participation, shapley, shapley_rate(exact_up_to = 16), markov(order = 1)';

CREATE FUNCTION attribution_model_lt(attribution_model, attribution_model) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_model_lt(attribution_model, attribution_model) IS 'implementation of < operator';

CREATE FUNCTION attribution_model_le(attribution_model, attribution_model) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_model_le(attribution_model, attribution_model) IS 'implementation of <= operator';

CREATE FUNCTION attribution_model_eq(attribution_model, attribution_model) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_model_eq(attribution_model, attribution_model) IS 'implementation of = operator';

CREATE FUNCTION attribution_model_ne(attribution_model, attribution_model) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_model_ne(attribution_model, attribution_model) IS 'implementation of <> operator';

CREATE FUNCTION attribution_model_ge(attribution_model, attribution_model) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_model_ge(attribution_model, attribution_model) IS 'implementation of >= operator';

CREATE FUNCTION attribution_model_gt(attribution_model, attribution_model) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_model_gt(attribution_model, attribution_model) IS 'implementation of > operator';

CREATE FUNCTION attribution_model_cmp(attribution_model, attribution_model) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_model_cmp(attribution_model, attribution_model) IS 'less-equal-greater comparison, for indexes; the order has no meaning';

CREATE FUNCTION attribution_model_hash(attribution_model) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION attribution_model_hash(attribution_model) IS 'hash, for DISTINCT and hash joins';

CREATE OPERATOR < (
	LEFTARG = attribution_model, RIGHTARG = attribution_model, FUNCTION = attribution_model_lt,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (attribution_model, attribution_model) IS 'less than; the order has no meaning';

CREATE OPERATOR <= (
	LEFTARG = attribution_model, RIGHTARG = attribution_model, FUNCTION = attribution_model_le,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (attribution_model, attribution_model) IS 'less than or equal; the order has no meaning';

CREATE OPERATOR = (
	LEFTARG = attribution_model, RIGHTARG = attribution_model, FUNCTION = attribution_model_eq,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR = (attribution_model, attribution_model) IS 'the same model with the same parameters';

CREATE OPERATOR <> (
	LEFTARG = attribution_model, RIGHTARG = attribution_model, FUNCTION = attribution_model_ne,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (attribution_model, attribution_model) IS 'another model, or other parameters';

CREATE OPERATOR >= (
	LEFTARG = attribution_model, RIGHTARG = attribution_model, FUNCTION = attribution_model_ge,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (attribution_model, attribution_model) IS 'greater than or equal; the order has no meaning';

CREATE OPERATOR > (
	LEFTARG = attribution_model, RIGHTARG = attribution_model, FUNCTION = attribution_model_gt,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (attribution_model, attribution_model) IS 'greater than; the order has no meaning';

CREATE OPERATOR CLASS attribution_model_ops DEFAULT FOR TYPE attribution_model USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 attribution_model_cmp(attribution_model, attribution_model);
COMMENT ON OPERATOR CLASS attribution_model_ops USING btree IS 'attribution models in an order of no meaning';

CREATE OPERATOR CLASS attribution_model_hash_ops DEFAULT FOR TYPE attribution_model USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 attribution_model_hash(attribution_model);
COMMENT ON OPERATOR CLASS attribution_model_hash_ops USING hash IS 'attribution models by hash';
