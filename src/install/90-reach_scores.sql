-- the reach scores of old, rebuilt from what their makers published

CREATE FUNCTION kred_points(kind text, followers bigint DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION kred_points(text, bigint) IS
	'Kred rebuilt: points for one engagement; comment, mention, reply, retweet and share 10, follow and like 1; five times that from somebody with more than 10,000 followers (null: not known); other kinds: error 22023';

CREATE FUNCTION kred_outreach(points double precision) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kred_outreach(double precision) IS
	'Kred rebuilt: outreach level, from 0, for the points of what an influencer has done for others; level 1 takes 100 points, level 2 another 170, each further level 1.7 times as many as the one before';

CREATE FUNCTION kred_influence(points double precision) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION kred_influence(double precision) IS
	'Kred rebuilt: window function over a community (PARTITION BY), an influencer a row: influence 1..1000 for the points of what others have done; a logarithmic curve on which the most points make 1000; null for null';

CREATE FUNCTION klout_score(true_reach double precision, amplification double precision, network_impact double precision) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION klout_score(double precision, double precision, double precision) IS
	'Klout rebuilt: window function over everybody compared, an influencer a row: 1..100, the mean of the three parts, each on a logarithmic scale from the smallest of all (0) to the largest (1), or half where all are equal; null if a part is null';

CREATE FUNCTION peerindex_score(authority double precision, audience double precision, activity double precision) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW;
COMMENT ON FUNCTION peerindex_score(double precision, double precision, double precision) IS
	'PeerIndex rebuilt: window function over everybody compared, an influencer a row: 0..100, the rank of (3 authority + audience + activity) / 5, each of them a rank too; equals have the mean of their ranks, who is alone 50; null if a part is null';
