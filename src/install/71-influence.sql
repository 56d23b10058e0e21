-- the leaderboard

CREATE FUNCTION influence(
	journeys journey_set, model attribution_model DEFAULT 'time_decay(7 days)',
	new_customer_span interval DEFAULT '365 days',
	OUT influencer text, OUT touches bigint, OUT customers bigint, OUT buyers bigint,
	OUT orders double precision, OUT revenue double precision, OUT new_customers double precision,
	OUT conversion_rate double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION influence(journey_set, attribution_model, interval) IS
	'a row an influencer: touches; customers, the different people touched; buyers, those of them with an order credited to the influencer; orders and revenue credited; new_customers, credited orders of people who had bought nothing for new_customer_span before; conversion_rate = orders / customers';
