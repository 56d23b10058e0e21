#!/bin/sh
# conversion_lift: the summary, and an aggregate for each type of stratum.
cat <<'SQL'
-- conversion_lift: what a treatment did, measured on people who did not get it

CREATE TYPE lift_summary;

CREATE FUNCTION lift_summary_in(cstring) RETURNS lift_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_in(cstring) IS 'text input of lift_summary: base64, checked to the last bit';

CREATE FUNCTION lift_summary_out(lift_summary) RETURNS cstring
	AS 'MODULE_PATHNAME', 'set_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_out(lift_summary) IS 'text output of lift_summary: base64, lossless';

CREATE FUNCTION lift_summary_recv(internal) RETURNS lift_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_recv(internal) IS 'binary input of lift_summary, checked to the last bit';

CREATE FUNCTION lift_summary_send(lift_summary) RETURNS bytea
	AS 'MODULE_PATHNAME', 'set_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_send(lift_summary) IS 'binary output of lift_summary';

-- packed already: not compressed again, but kept out of line
CREATE TYPE lift_summary (
	INPUT = lift_summary_in,
	OUTPUT = lift_summary_out,
	RECEIVE = lift_summary_recv,
	SEND = lift_summary_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE lift_summary IS
	'counts and sums of treated and untreated rows; made by conversion_lift(), read by lift_result(), lift_strata() and lift_difference(), put together by rollup_agg()';

CREATE FUNCTION lift_summary_lt(lift_summary, lift_summary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_lt(lift_summary, lift_summary) IS 'implementation of < operator';

CREATE OPERATOR < (
	LEFTARG = lift_summary, RIGHTARG = lift_summary, FUNCTION = lift_summary_lt,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (lift_summary, lift_summary) IS 'less than; the order has no meaning';

CREATE FUNCTION lift_summary_le(lift_summary, lift_summary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_le(lift_summary, lift_summary) IS 'implementation of <= operator';

CREATE OPERATOR <= (
	LEFTARG = lift_summary, RIGHTARG = lift_summary, FUNCTION = lift_summary_le,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (lift_summary, lift_summary) IS 'less than or equal; the order has no meaning';

CREATE FUNCTION lift_summary_eq(lift_summary, lift_summary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_eq(lift_summary, lift_summary) IS 'implementation of = operator';

CREATE OPERATOR = (
	LEFTARG = lift_summary, RIGHTARG = lift_summary, FUNCTION = lift_summary_eq,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR = (lift_summary, lift_summary) IS 'the same summary: equal ones have equal bytes';

CREATE FUNCTION lift_summary_ne(lift_summary, lift_summary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_ne(lift_summary, lift_summary) IS 'implementation of <> operator';

CREATE OPERATOR <> (
	LEFTARG = lift_summary, RIGHTARG = lift_summary, FUNCTION = lift_summary_ne,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (lift_summary, lift_summary) IS 'another summary';

CREATE FUNCTION lift_summary_ge(lift_summary, lift_summary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_ge(lift_summary, lift_summary) IS 'implementation of >= operator';

CREATE OPERATOR >= (
	LEFTARG = lift_summary, RIGHTARG = lift_summary, FUNCTION = lift_summary_ge,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (lift_summary, lift_summary) IS 'greater than or equal; the order has no meaning';

CREATE FUNCTION lift_summary_gt(lift_summary, lift_summary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'set_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_gt(lift_summary, lift_summary) IS 'implementation of > operator';

CREATE OPERATOR > (
	LEFTARG = lift_summary, RIGHTARG = lift_summary, FUNCTION = lift_summary_gt,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (lift_summary, lift_summary) IS 'greater than; the order has no meaning';

CREATE FUNCTION lift_summary_cmp(lift_summary, lift_summary) RETURNS integer
	AS 'MODULE_PATHNAME', 'set_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_cmp(lift_summary, lift_summary) IS 'less-equal-greater comparison; the order has no meaning';

CREATE FUNCTION lift_summary_hash(lift_summary) RETURNS integer
	AS 'MODULE_PATHNAME', 'set_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_hash(lift_summary) IS 'hash, for DISTINCT and hash joins';

CREATE OPERATOR CLASS lift_summary_ops DEFAULT FOR TYPE lift_summary USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 lift_summary_cmp(lift_summary, lift_summary);
COMMENT ON OPERATOR CLASS lift_summary_ops USING btree IS 'in an order of no meaning';

CREATE OPERATOR CLASS lift_summary_hash_ops DEFAULT FOR TYPE lift_summary USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 lift_summary_hash(lift_summary);
COMMENT ON OPERATOR CLASS lift_summary_hash_ops USING hash IS 'by hash';

CREATE FUNCTION lift_summary_combine(lift_summary, lift_summary) RETURNS lift_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_combine(lift_summary, lift_summary) IS 'aggregates over lift_summary: both together; either may be null';

CREATE FUNCTION lift_summary_final(lift_summary) RETURNS lift_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION lift_summary_final(lift_summary) IS 'aggregates over lift_summary: the finished value; of no rows an empty one';

CREATE FUNCTION lift_add(lift_summary, boolean, boolean) RETURNS lift_summary
	AS 'MODULE_PATHNAME', 'lift_add_rate' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION lift_add(lift_summary, boolean, boolean) IS 'conversion_lift: one row more';

CREATE AGGREGATE conversion_lift(treated boolean, converted boolean) (
	SFUNC = lift_add,
	STYPE = lift_summary,
	SSPACE = 4096,
	FINALFUNC = lift_summary_final,
	COMBINEFUNC = lift_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE conversion_lift(boolean, boolean) IS
	'did the treated convert more often than the control? a row with a null is left out and counted (skipped_count); of no rows an empty summary';

SQL
for stratum in text:text int4:integer int8:bigint bool:boolean; do
	cat <<SQL
CREATE FUNCTION lift_add(lift_summary, boolean, boolean, ${stratum#*:}) RETURNS lift_summary
	AS 'MODULE_PATHNAME', 'lift_add_rate_${stratum%:*}' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION lift_add(lift_summary, boolean, boolean, ${stratum#*:}) IS 'conversion_lift: one row more';

CREATE AGGREGATE conversion_lift(treated boolean, converted boolean, stratum ${stratum#*:}) (
	SFUNC = lift_add,
	STYPE = lift_summary,
	SSPACE = 16384,
	FINALFUNC = lift_summary_final,
	COMBINEFUNC = lift_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE conversion_lift(boolean, boolean, ${stratum#*:}) IS
	'did the treated convert more often than the control? Within each stratum (season, promotion, price level, ...), so that treated and control are compared under like circumstances; more than 16,777,216 strata: error 54000; a row with a null is left out and counted (skipped_count); of no rows an empty summary';

SQL
done
cat <<'SQL'
CREATE FUNCTION lift_add(lift_summary, boolean, double precision) RETURNS lift_summary
	AS 'MODULE_PATHNAME', 'lift_add_mean' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION lift_add(lift_summary, boolean, double precision) IS 'conversion_lift: one row more';

CREATE AGGREGATE conversion_lift(treated boolean, value double precision) (
	SFUNC = lift_add,
	STYPE = lift_summary,
	SSPACE = 4096,
	FINALFUNC = lift_summary_final,
	COMBINEFUNC = lift_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE conversion_lift(boolean, double precision) IS
	'did the treated have a higher mean value (such as revenue, 0 for those who bought nothing) than the control? values that are no numbers or beyond 1e100: error 22023; a row with a null is left out and counted (skipped_count); of no rows an empty summary';

SQL
for stratum in text:text int4:integer int8:bigint bool:boolean; do
	cat <<SQL
CREATE FUNCTION lift_add(lift_summary, boolean, double precision, ${stratum#*:}) RETURNS lift_summary
	AS 'MODULE_PATHNAME', 'lift_add_mean_${stratum%:*}' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION lift_add(lift_summary, boolean, double precision, ${stratum#*:}) IS 'conversion_lift: one row more';

CREATE AGGREGATE conversion_lift(treated boolean, value double precision, stratum ${stratum#*:}) (
	SFUNC = lift_add,
	STYPE = lift_summary,
	SSPACE = 16384,
	FINALFUNC = lift_summary_final,
	COMBINEFUNC = lift_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE conversion_lift(boolean, double precision, ${stratum#*:}) IS
	'did the treated have a higher mean value (such as revenue, 0 for those who bought nothing) than the control? Within each stratum (season, promotion, price level, ...), so that treated and control are compared under like circumstances; values that are no numbers or beyond 1e100: error 22023; more than 131,072 strata: error 54000; a row with a null is left out and counted (skipped_count); of no rows an empty summary';

SQL
done
cat <<'SQL'
CREATE AGGREGATE rollup_agg(lift_summary) (
	SFUNC = lift_summary_combine,
	STYPE = lift_summary,
	SSPACE = 16384,
	FINALFUNC = lift_summary_final,
	COMBINEFUNC = lift_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup_agg(lift_summary) IS
	'all summaries in one, as if it had been made from all their rows; nulls are left out; rates with means, or strata with none or of another type: error 42804';

CREATE FUNCTION lift_result(
	summary lift_summary, confidence double precision DEFAULT 0.95,
	OUT treated bigint, OUT control bigint, OUT treated_mean double precision, OUT control_mean double precision,
	OUT lift double precision, OUT lift_low double precision, OUT lift_high double precision,
	OUT relative_lift double precision, OUT relative_low double precision, OUT relative_high double precision,
	OUT p_value double precision,
	OUT incremental double precision, OUT incremental_low double precision, OUT incremental_high double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1;
COMMENT ON FUNCTION lift_result(lift_summary, double precision) IS
	'one row: numbers of rows; conversion rate or mean value of the treated and of the control; lift, treated minus control (rates: Newcombe''s hybrid score interval; means: Welch''s); relative_lift, treated / control - 1 (rates: Katz''s interval; means: Fieller''s), null unless the control''s mean is above 0; p_value, two-sided, of no lift (rates: pooled z test; means: Welch''s t test); incremental, lift times treated rows. With strata, all of these weigh them as Mantel and Haenszel do, and rates have Yan and Su''s and Greenland and Robins''s intervals and the Cochran-Mantel-Haenszel test. What is undefined is null. A confidence not between 0 and 1: error 22023';

CREATE FUNCTION lift_strata(
	summary lift_summary, confidence double precision DEFAULT 0.95,
	OUT stratum text, OUT treated bigint, OUT control bigint, OUT treated_mean double precision, OUT control_mean double precision,
	OUT lift double precision, OUT lift_low double precision, OUT lift_high double precision,
	OUT relative_lift double precision, OUT relative_low double precision, OUT relative_high double precision,
	OUT p_value double precision,
	OUT incremental double precision, OUT incremental_low double precision, OUT incremental_high double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION lift_strata(lift_summary, double precision) IS
	'the columns of lift_result for each stratum by itself; without strata one row, with a null in their place';

CREATE FUNCTION lift_difference(
	a lift_summary, b lift_summary, confidence double precision DEFAULT 0.95,
	OUT difference double precision, OUT difference_low double precision, OUT difference_high double precision,
	OUT p_value double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1;
COMMENT ON FUNCTION lift_difference(lift_summary, lift_summary, double precision) IS
	'is the lift of a (say, during a promotion) another than that of b, made from other rows? Lift of a minus lift of b with its interval and two-sided p-value. Rates: Zou and Donner''s interval (MOVER) and a z test; means: Welch''s t test of all four sides. What is undefined is null; a rate with a mean: error 42804; a confidence not between 0 and 1: error 22023';

CREATE FUNCTION skipped_count(lift_summary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'lift_skipped_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION skipped_count(lift_summary) IS 'number of rows left out for want of a treatment, an outcome or a stratum';

CREATE FUNCTION jsonb(lift_summary) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'lift_summary_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION jsonb(lift_summary) IS 'what the summary is made from, for people';

CREATE CAST (lift_summary AS jsonb) WITH FUNCTION jsonb(lift_summary);
COMMENT ON CAST (lift_summary AS jsonb) IS 'what the summary is made from, for people';
SQL
