-- a cap on touches, against flooding

CREATE FUNCTION cap_touches(touches touch_set, per_day integer) RETURNS touch_set
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION cap_touches(touch_set, integer) IS
	'the set with the first per_day touches of each customer by each influencer on each day alone; days of timestamptz are those of UTC; per_day below 1: error 22023';
