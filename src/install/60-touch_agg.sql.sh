#!/bin/sh
# touch_agg(customer, influencer, touched_at [, weight [, priority]]), for each mix of types.
# A concrete function each, as callers may know nothing of the types but these (see touch_agg.c).
echo '-- touch_agg: a set of touches from rows'
for time in timestamptz timestamp date; do
for customer in int4:integer int8:bigint text:text uuid:uuid; do
for influencer in int4:integer int8:bigint text:text uuid:uuid; do
for extra in '' ', double precision' ', double precision, integer'; do
	c=${customer#*:} i=${influencer#*:}
	case $extra in
		'') names='' what='' ;;
		*integer) names=', weight double precision, priority integer'
			what='; weight is a situational factor (null is 1, 0 excludes), and only the highest priority present (null is 0) shares an order' ;;
		*) names=', weight double precision'
			what='; weight is a situational factor: null is 1, 0 excludes' ;;
	esac
	cat <<SQL

CREATE FUNCTION touch_add(touch_set, $c, $i, $time$extra) RETURNS touch_set
	AS 'MODULE_PATHNAME', 'touch_add_${customer%:*}_${influencer%:*}_$time' LANGUAGE C IMMUTABLE PARALLEL SAFE SUPPORT set_scan_support;
COMMENT ON FUNCTION touch_add(touch_set, $c, $i, $time$extra) IS 'touch_agg: one row more';

CREATE AGGREGATE touch_agg(customer $c, influencer $i, touched_at $time$names) (
	SFUNC = touch_add,
	STYPE = touch_set,
	SSPACE = 65536,
	FINALFUNC = touch_set_final,
	COMBINEFUNC = touch_set_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE touch_agg($c, $i, $time$extra) IS
	'set of touches: who was touched by whom, when$what; a row without customer, influencer or instant is left out and counted; infinite instants: error 22008; of no rows an empty set';
SQL
done; done; done; done
