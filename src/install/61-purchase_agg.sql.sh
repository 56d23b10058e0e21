#!/bin/sh
# purchase_agg(customer, ordered_at, revenue), for each mix of types.
echo '-- purchase_agg: a set of purchases from rows'
for time in timestamptz timestamp date; do
for customer in int4:integer int8:bigint text:text uuid:uuid; do
for revenue in numeric:numeric float8:'double precision' int4:integer int8:bigint; do
	c=${customer#*:} r=${revenue#*:}
	cat <<SQL

CREATE FUNCTION purchase_add(purchase_set, $c, $time, $r) RETURNS purchase_set
	AS 'MODULE_PATHNAME', 'purchase_add_${customer%:*}_${time}_${revenue%:*}' LANGUAGE C IMMUTABLE PARALLEL SAFE SUPPORT set_scan_support;
COMMENT ON FUNCTION purchase_add(purchase_set, $c, $time, $r) IS 'purchase_agg: one row more';

CREATE AGGREGATE purchase_agg(customer $c, ordered_at $time, revenue $r) (
	SFUNC = purchase_add,
	STYPE = purchase_set,
	SSPACE = 65536,
	FINALFUNC = purchase_set_final,
	COMBINEFUNC = purchase_set_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_agg($c, $time, $r) IS
	'set of purchases: who bought when, for how much; negative revenue is a refund, null is 0; a row without customer or instant is left out and counted; infinite instants: error 22008, revenue that is no number: 22023; of no rows an empty set';
SQL
done; done; done
