-- credit under several models

CREATE FUNCTION attribution(
	journeys journey_set, VARIADIC models attribution_model[],
	OUT model text, OUT influencer text, OUT orders double precision, OUT revenue double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION attribution(journey_set, attribution_model[]) IS
	'orders and revenue that each influencer is credited with under each model, from one pass; a row with influencer null for each model: what nobody is credited with, so that orders add up to the last digit; models that need time, on journeys made from paths: error 0A000';
