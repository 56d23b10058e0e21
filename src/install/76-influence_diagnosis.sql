-- signs that credit was gamed

CREATE FUNCTION influence_diagnosis(
	journeys journey_set, model attribution_model DEFAULT 'time_decay(7 days)',
	injection_span interval DEFAULT '10 seconds',
	OUT influencer text, OUT touches bigint, OUT buyers bigint, OUT orders double precision,
	OUT touches_per_buyer double precision, OUT repeat_share double precision,
	OUT injected_share double precision, OUT placebo_share double precision,
	OUT top_customers_share double precision, OUT sole_share double precision, OUT flags text
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION influence_diagnosis(journey_set, attribution_model, interval) IS
	'a row an influencer: touches, buyers and credited orders; touches_per_buyer; repeat_share of its touches that came on a day (UTC) on which it had touched the customer before; injected_share of its orders (by credit) with a touch of it at most injection_span before; placebo_share, placebo_orders / (orders + placebo_orders); top_customers_share of its orders that its ten best customers have; sole_share of its orders by customers whom no other influencer ever touched; flags, null or some of: flooding (100 touches or more, and a repeat_share of 0.25 or 10 times the median touches_per_buyer, where no buyer counts as one), injection (an injected order or more, and a share of 0.1), placebo (10 orders of both kinds, and a share of 0.75), concentration (20 orders, and a share of 0.5), puppets (10 orders, a sole_share of 0.5, and 3 times the median of those with buyers); a ratio is null if there is nothing to divide by';
