-- what the Markov model finds

CREATE FUNCTION markov_effects(
	journeys journey_set, k integer DEFAULT 1,
	OUT influencer text, OUT removal_effect double precision, OUT revenue_effect double precision,
	OUT visit_probability double precision, OUT conversion_probability double precision,
	OUT orders double precision, OUT revenue double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1000;
COMMENT ON FUNCTION markov_effects(journey_set, integer) IS
	'markov(k), an influencer a row: removal_effect, the share of conversions lost without the influencer (0..1); revenue_effect, the same with conversions at their mean value by last state; for k = 1 the probabilities that a journey visits the influencer, and that it converts from there (else null); orders and revenue credited as by attribution(); k outside 1..5: error 22023';

CREATE FUNCTION markov_summary(
	journeys journey_set, k integer DEFAULT 1,
	OUT states bigint, OUT transitions bigint, OUT journey_count double precision,
	OUT conversion_probability double precision, OUT method text, OUT exact bigint,
	OUT iterations bigint, OUT residual double precision, OUT error double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1;
COMMENT ON FUNCTION markov_summary(journey_set, integer) IS
	'markov(k), how it was solved: states and different transitions of the chain; journeys counted; probability of conversion; method dense or sparse; exact, the number of influencers whose error is below 1e-9; iterations and residual of the sparse method; error, a bound of the absolute error of the removal effects';

CREATE FUNCTION markov_transitions(
	journeys journey_set, k integer DEFAULT 1,
	OUT from_state text, OUT to_state text, OUT count double precision, OUT probability double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10000;
COMMENT ON FUNCTION markov_transitions(journey_set, integer) IS
	'markov(k), its transitions: how many journeys go from one state to another, and with what probability from there; states are influencers, or k of them in sequence, and (start), (conversion), (null); counts are fractions where touches stand at one instant';

CREATE FUNCTION markov_order(
	journeys journey_set, max_order integer DEFAULT 3,
	OUT k bigint, OUT log_likelihood double precision, OUT gain double precision,
	OUT gain_error double precision, OUT contexts bigint, OUT journey_count bigint,
	OUT recommended boolean
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION markov_order(journey_set, integer) IS
	'how far back a Markov model should look: mean logarithm of the probability with which each order foretells journeys that it has not seen (five folds, always the same); gain over the order before with its standard error; contexts, the different memories; recommended is the lowest order that none beats by more than a standard error';
