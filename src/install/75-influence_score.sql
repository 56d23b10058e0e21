-- the score of any grouped result

CREATE FUNCTION influence_score(orders double precision, customers double precision) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION influence_score(double precision, double precision) IS
	'window function over a row an influencer: 0 to 100, the probability in percent that its orders per customer reached are more than those of another influencer drawn at random; orders are Poisson, their rates gamma with the likeliest prior (empirical Bayes); a flat market or a single influencer has 50; negative orders count as 0; null for a null argument or no customers; not finite, or customers below 0: error 22023';
