-- The reach scores against plain SQL, on random communities with many ties.
BEGIN;
SELECT '1..4';
CREATE TEMPORARY TABLE rows AS
SELECT n, community, floor(power(random(), 3) * size)::double precision AS a, floor(random() * 5)::double precision AS b, exp(8 * random()) AS c
FROM  (SELECT n, community, power(10, community % 5) AS size FROM generate_series(1, 60) AS community, generate_series(1, 1 + community * community / 8) AS n) AS s,
      (SELECT setseed(0.25)) AS seed;

CREATE TEMPORARY TABLE found AS
SELECT *, klout_score(a, b, c) OVER w AS klout, peerindex_score(a, b, c) OVER w AS peerindex, kred_influence(a) OVER w AS kred
FROM   rows WINDOW w AS (PARTITION BY community);

SELECT CASE WHEN bool_and(abs(klout - (1 + 33 * (pa + pb + pc))) < 1e-9) THEN '' ELSE 'not ' END || 'ok 1 - klout_score of ' || count(*) || ' rows'
FROM  (SELECT klout,
              CASE WHEN max(a) OVER w > min(a) OVER w THEN (ln(1 + a) - ln(1 + min(a) OVER w)) / (ln(1 + max(a) OVER w) - ln(1 + min(a) OVER w)) ELSE 0.5 END AS pa,
              CASE WHEN max(b) OVER w > min(b) OVER w THEN (ln(1 + b) - ln(1 + min(b) OVER w)) / (ln(1 + max(b) OVER w) - ln(1 + min(b) OVER w)) ELSE 0.5 END AS pb,
              CASE WHEN max(c) OVER w > min(c) OVER w THEN (ln(1 + c) - ln(1 + min(c) OVER w)) / (ln(1 + max(c) OVER w) - ln(1 + min(c) OVER w)) ELSE 0.5 END AS pc
       FROM found WINDOW w AS (PARTITION BY community)) AS s;

WITH ranked AS (
	SELECT *, rank() OVER (PARTITION BY community ORDER BY a) + (count(*) OVER (PARTITION BY community, a) - 1) / 2.0 AS ra,
	          rank() OVER (PARTITION BY community ORDER BY b) + (count(*) OVER (PARTITION BY community, b) - 1) / 2.0 AS rb,
	          rank() OVER (PARTITION BY community ORDER BY c) + (count(*) OVER (PARTITION BY community, c) - 1) / 2.0 AS rc
	FROM found
), mixed AS (
	SELECT *, 0.6 * ra + 0.2 * rb + 0.2 * rc AS m FROM ranked
), again AS (
	SELECT *, rank() OVER (PARTITION BY community ORDER BY m) + (count(*) OVER (PARTITION BY community, m) - 1) / 2.0 AS place, count(*) OVER (PARTITION BY community) AS n_all FROM mixed
)
SELECT CASE WHEN bool_and(abs(peerindex - CASE WHEN n_all = 1 THEN 50 ELSE 100 * (place - 1) / (n_all - 1) END) < 1e-9) THEN '' ELSE 'not ' END || 'ok 2 - peerindex_score of ' || count(*) || ' rows'
FROM   again;

SELECT CASE WHEN bool_and(abs(kred - CASE WHEN top > 0 THEN 1 + floor(round((999 * ln(1 + a) / ln(1 + top))::numeric, 9)) ELSE 1 END) = 0) THEN '' ELSE 'not ' END || 'ok 3 - kred_influence of ' || count(*) || ' rows'
FROM  (SELECT *, max(a) OVER (PARTITION BY community) AS top FROM found) AS s;

WITH RECURSIVE levels AS (
	SELECT 1 AS level, 100::numeric AS needed, 100::numeric AS step
	UNION ALL
	SELECT level + 1, needed + step * 1.7, step * 1.7 FROM levels WHERE level < 30
)
SELECT CASE WHEN bool_and(kred_outreach(p) = (SELECT count(*) FROM levels WHERE needed <= p)) THEN '' ELSE 'not ' END || 'ok 4 - kred_outreach of ' || count(*) || ' numbers'
FROM   generate_series(0, 1000000, 37) AS p;
ROLLBACK;
