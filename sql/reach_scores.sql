-- the reach scores of old, rebuilt

-- Kred: points for what others do, and five times as many from those with more than 10,000 followers
SELECT kind, kred_points(kind) AS points, kred_points(kind, 10000) AS "10,000", kred_points(kind, 10001) AS "10,001"
FROM   unnest(ARRAY['comment', 'follow', 'like', 'mention', 'reply', 'retweet', 'share', NULL]) AS kind;

-- the levels that the maker published, and where level 12 begins
SELECT points, kred_outreach(points) FROM unnest(ARRAY[0, 99, 100, 269, 270, 83088, 83089]) AS points;

CREATE TABLE engagements (influencer text, member integer, kind text, followers bigint);
INSERT INTO engagements VALUES
	('ana', 1, 'reply', 20), ('ana', 2, 'retweet', 25000), ('ana', 3, 'like', 300), ('ana', 1, 'mention', 20),
	('bob', 4, 'like', 10), ('bob', 5, 'follow', NULL),
	('cat', 6, 'retweet', 90000), ('cat', 7, 'retweet', 80000), ('cat', 8, 'retweet', 100), ('cat', 9, 'reply', 5),
	('dan', 9, 'like', 5);

-- the itemised statement of one influencer
SELECT kind, followers, count(*) AS times, kred_points(kind, followers) AS points_each, sum(kred_points(kind, followers)) AS points
FROM   engagements WHERE influencer = 'ana' GROUP BY kind, followers ORDER BY points DESC, kind;

-- all scores side by side
SELECT influencer, points, kred_influence(points) OVER () AS kred,
       round((klout_score(members, actions, network) OVER ())::numeric, 2) AS klout,
       round((peerindex_score(actions, members, actions) OVER ())::numeric, 2) AS peerindex
FROM  (SELECT influencer, sum(kred_points(kind, followers)) AS points, count(DISTINCT member) AS members,
              count(*) FILTER (WHERE kind <> 'like') AS actions, avg(followers) AS network
       FROM engagements GROUP BY 1) AS e
ORDER  BY points DESC;

-- each community has its own 1000
SELECT community, points, kred_influence(points) OVER (PARTITION BY community) AS kred
FROM   (VALUES ('books', 10), ('books', 100), ('books', 1000), ('wine', 10), ('wine', 100), ('tea', 0)) AS v(community, points)
ORDER  BY community, points;

-- a row without a value has no score, and the others are scored without it
SELECT x, klout_score(x, x, x) OVER () AS klout, peerindex_score(x, x, 0) OVER () AS peerindex, kred_influence(x) OVER () AS kred
FROM   unnest(ARRAY[7, NULL, 0, 7]) AS x ORDER BY x;

-- nobody to compare with
SELECT klout_score(5, 5, 5) OVER () AS klout, peerindex_score(5, 5, 5) OVER () AS peerindex, kred_influence(5) OVER () AS kred;

-- what is refused
SELECT kred_points('poke');
SELECT kred_points('like', -1);
SELECT kred_outreach(-1);
SELECT kred_outreach('NaN');
SELECT kred_influence(-1) OVER ();
SELECT klout_score(1, 'Infinity', 1) OVER ();
SELECT peerindex_score(1, 1, 'NaN') OVER ();

DROP TABLE engagements;
