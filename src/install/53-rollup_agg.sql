-- sets put together

CREATE FUNCTION touch_set_combine(touch_set, touch_set) RETURNS touch_set
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_combine(touch_set, touch_set) IS 'aggregates over touch_set: both sets together; either may be null';

CREATE FUNCTION touch_set_final(touch_set) RETURNS touch_set
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION touch_set_final(touch_set) IS 'aggregates over touch_set: the finished set; of no rows an empty one';

CREATE AGGREGATE rollup_agg(touch_set) (
	SFUNC = touch_set_combine,
	STYPE = touch_set,
	SSPACE = 65536,
	FINALFUNC = touch_set_final,
	COMBINEFUNC = touch_set_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup_agg(touch_set) IS
	'all sets in one, as if it had been made from all their rows; null sets are left out; of no sets an empty one; sets of different types: error 42804';

CREATE FUNCTION purchase_set_combine(purchase_set, purchase_set) RETURNS purchase_set
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_combine(purchase_set, purchase_set) IS 'aggregates over purchase_set: both sets together; either may be null';

CREATE FUNCTION purchase_set_final(purchase_set) RETURNS purchase_set
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION purchase_set_final(purchase_set) IS 'aggregates over purchase_set: the finished set; of no rows an empty one';

CREATE AGGREGATE rollup_agg(purchase_set) (
	SFUNC = purchase_set_combine,
	STYPE = purchase_set,
	SSPACE = 65536,
	FINALFUNC = purchase_set_final,
	COMBINEFUNC = purchase_set_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup_agg(purchase_set) IS
	'all sets in one, as if it had been made from all their rows (they must have the same lookback window and use of a touch); null sets are left out; of no sets an empty one; sets of different types: error 42804';

CREATE FUNCTION journey_set_combine(journey_set, journey_set) RETURNS journey_set
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_combine(journey_set, journey_set) IS 'aggregates over journey_set: both sets together; either may be null';

CREATE FUNCTION journey_set_final(journey_set) RETURNS journey_set
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION journey_set_final(journey_set) IS 'aggregates over journey_set: the finished set; of no rows an empty one';

CREATE AGGREGATE rollup_agg(journey_set) (
	SFUNC = journey_set_combine,
	STYPE = journey_set,
	SSPACE = 65536,
	FINALFUNC = journey_set_final,
	COMBINEFUNC = journey_set_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup_agg(journey_set) IS
	'all sets in one, as if it had been made from all their rows (they must have the same lookback window and use of a touch); null sets are left out; of no sets an empty one; sets of different types: error 42804';
