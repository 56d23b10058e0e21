-- Behaviour of the reach scores at the edges.
BEGIN;
SELECT plan(34);

-- the scores of an array, in its order
CREATE FUNCTION kred(points double precision[]) RETURNS bigint[] LANGUAGE sql AS $$
	SELECT array_agg(s ORDER BY n) FROM (SELECT n, kred_influence(p) OVER () AS s FROM unnest(points) WITH ORDINALITY AS u(p, n)) AS x
$$;
CREATE FUNCTION klout(a double precision[], b double precision[], c double precision[]) RETURNS double precision[] LANGUAGE sql AS $$
	SELECT array_agg(s ORDER BY n) FROM (SELECT n, klout_score(x, y, z) OVER () AS s FROM unnest(a, b, c) WITH ORDINALITY AS u(x, y, z, n)) AS x
$$;
CREATE FUNCTION peerindex(a double precision[], b double precision[], c double precision[]) RETURNS double precision[] LANGUAGE sql AS $$
	SELECT array_agg(s ORDER BY n) FROM (SELECT n, peerindex_score(x, y, z) OVER () AS s FROM unnest(a, b, c) WITH ORDINALITY AS u(x, y, z, n)) AS x
$$;

SELECT is(kred('{0}'), '{1}', 'influence of one who has no points');
SELECT is(kred('{0,0,0}'), '{1,1,1}', 'nobody has points');
SELECT is(kred('{3}'), '{1000}', 'alone with points');
SELECT is(kred('{NULL}'), '{NULL}', 'only a NULL');
SELECT is(kred('{1e308,0,1,NULL}'), '{1000,1,1,NULL}', 'very many points');
SELECT is(kred('{5e-324,0}'), '{1000,1}', 'the smallest number above 0');
SELECT is(kred('{99,9,99,0}'), '{1000,500,1000,1}', 'ties have one score; the square root of the top has half of it');
SELECT is(kred_influence, NULL, 'an empty window') FROM (SELECT kred_influence(p) OVER () FROM (SELECT 1 AS p WHERE false) AS e) AS s RIGHT JOIN (VALUES (1)) AS v(x) ON true;

SELECT is(klout('{5}', '{6}', '{7}'), '{50.5}', 'alone: the middle');
SELECT is(klout('{5,5}', '{6,6}', '{7,7}'), '{50.5,50.5}', 'all equal: the middle');
SELECT is(klout('{1,9}', '{0,1}', '{2,3}'), '{1,100}', 'below in everything, above in everything');
SELECT is(klout('{1,9}', '{1,0}', '{2,2}'), '{50.5,50.5}', 'one part each');
SELECT is(klout('{1,9,NULL}', '{0,1,1e300}', '{2,3,1e300}'), '{1,100,NULL}', 'a row without a part does not count');
SELECT is(klout('{0,1.7976931348623157e308}', '{0,1.7976931348623157e308}', '{0,1.7976931348623157e308}'), '{1,100}', 'the whole range of numbers');

SELECT is(peerindex('{5}', '{6}', '{7}'), '{50}', 'alone: the middle');
SELECT is(peerindex('{1,2,3}', '{1,2,3}', '{1,2,3}'), '{0,50,100}', 'three in a row');
SELECT is(peerindex('{1,1,1}', '{0,0,0}', '{2,2,2}'), '{50,50,50}', 'all equal: the middle');
SELECT is(peerindex('{1,2}', '{2,1}', '{2,1}'), '{0,100}', 'authority outweighs the two others');
SELECT is(peerindex('{1,2,2,3}', '{0,0,0,0}', '{0,0,0,0}'), '{0,50,50,100}', 'equals share their ranks');
SELECT is(peerindex('{1,NULL,2}', '{1,1,1}', '{1,1,1}'), '{0,NULL,100}', 'a row without a part does not count');
SELECT is(peerindex('{-0,0}', '{1,1}', '{1,1}'), '{50,50}', 'minus zero is zero');

SELECT is(kred_points('like', NULL), 1::bigint, 'followers not known');
SELECT is(kred_points(NULL, 20000), NULL, 'kind not known');
SELECT is(kred_outreach(NULL), NULL, 'points not known');
SELECT throws_ok($$SELECT kred_points('')$$, '22023', 'unknown kind of engagement ""', 'the empty kind');
SELECT throws_ok($$SELECT kred_points('Like')$$, '22023', NULL, 'kinds are lower case');
SELECT throws_ok($$SELECT kred('{1,NaN}')$$, '22023', 'points must be a finite number that is not negative', 'NaN');
SELECT throws_ok($$SELECT klout('{1}', '{-1}', '{1}')$$, '22023', 'amplification must be a finite number that is not negative', 'negative');
SELECT throws_ok($$SELECT peerindex('{1}', '{1}', '{Infinity}')$$, '22023', 'activity must be a finite number that is not negative', 'infinite');
SELECT throws_ok($$SELECT kred_outreach('Infinity')$$, '22023', NULL, 'infinite points have no level');

-- the window's frame and order do not matter, nor does the order of the rows
CREATE TEMPORARY TABLE many AS
SELECT n, n % 10 AS community, hashint8(n) & 1023 AS a, hashint8(n + 1000000) & 65535 AS b, CASE WHEN n % 97 > 0 THEN hashint8(n + 2000000) & 7 END AS c FROM generate_series(1, 100000) AS n;
CREATE FUNCTION digest(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE d text;
BEGIN
	EXECUTE format('SELECT md5(string_agg(x::text, '','' ORDER BY n)) FROM (%s) AS x', query) INTO d;
	RETURN d;
END $$;
SELECT is(digest('SELECT n, klout_score(a, b, c) OVER w, peerindex_score(a, b, c) OVER w, kred_influence(c) OVER w FROM many WINDOW w AS (PARTITION BY community ORDER BY md5(n::text) ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)'),
          digest('SELECT n, klout_score(a, b, c) OVER w, peerindex_score(a, b, c) OVER w, kred_influence(c) OVER w FROM many WINDOW w AS (PARTITION BY community)'), 'frame and order do not matter');
SET LOCAL work_mem = '64kB';
SELECT is(digest('SELECT n, klout_score(a, b, c) OVER w, peerindex_score(a, b, c) OVER w, kred_influence(c) OVER w FROM many WINDOW w AS (PARTITION BY community)'),
          digest('SELECT n, klout_score(a, b, c) OVER w, peerindex_score(a, b, c) OVER w, kred_influence(c) OVER w FROM (SELECT * FROM many ORDER BY md5(n::text) OFFSET 0) AS s WINDOW w AS (PARTITION BY community)'), 'nor does the order of the rows');

-- monotone: more of one part never lowers a score
SELECT ok(bool_and(later >= earlier), 'more points, no less influence')
FROM  (SELECT kred_influence(a) OVER (PARTITION BY community) AS earlier, lead(kred) OVER (PARTITION BY community ORDER BY a) AS later
       FROM (SELECT community, a, kred_influence(a) OVER (PARTITION BY community) AS kred FROM many) AS s) AS s;
SELECT ok(bool_and(kred_outreach(p) <= kred_outreach(p + 50)), 'more points, no lower level') FROM generate_series(0, 100000, 50) AS p;

SELECT * FROM finish();
ROLLBACK;
