-- what the Shapley model on conversion rates finds

CREATE FUNCTION shapley_effects(
	journeys journey_set, exact_up_to integer DEFAULT 16,
	OUT influencer text, OUT orders double precision, OUT revenue double precision,
	OUT standard_error double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION shapley_effects(journey_set, integer) IS
	'shapley_rate(exact_up_to), an influencer a row: orders (may be negative: journeys with the influencer convert less often than those without) and revenue as by attribution(), and the standard error of the orders, 0 unless a journey has more than exact_up_to different influencers';
