-- path tables, out of journeys and into them

CREATE FUNCTION journey_paths(
	journeys journey_set, separator text DEFAULT ' > ',
	OUT path text, OUT orders bigint, OUT revenue double precision, OUT non_buyers bigint
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION journey_paths(journey_set, text) IS
	'each sequence of influencers: how many orders it led to, their revenue, and how many journeys ended without an order; path null: orders that nobody led to';

CREATE FUNCTION journey_add(journey_set, text[], bigint, double precision, bigint) RETURNS journey_set
	AS 'MODULE_PATHNAME', 'journey_agg_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION journey_add(journey_set, text[], bigint, double precision, bigint) IS 'journey_agg: one row more';

CREATE AGGREGATE journey_agg(path text[], orders bigint, revenue double precision, non_buyers bigint) (
	SFUNC = journey_add,
	STYPE = journey_set,
	SSPACE = 65536,
	FINALFUNC = journey_set_final,
	COMBINEFUNC = journey_set_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE journey_agg(text[], bigint, double precision, bigint) IS
	'set of journeys from a path table: sequence of influencers (null: nobody), orders, their revenue, and how many journeys ended without an order; nulls count as 0; a row of no orders and no non-buyers says only that its influencers exist; revenue without orders, counts below 0 or above 2^53 and revenue that is no number: error 22023';
