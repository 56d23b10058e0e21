-- The sample market: made-up customers, influencers, touches and orders, in which the truth is
-- known because it was planted.
--
-- psql -v seed=1 -f market.sql makes the tables influencers, customers, touches, orders, posts,
-- engagements, outreach and market_truth in the current schema. The same seed gives the same market
-- on every server: random numbers are hashes of (seed, stream, row).
--
-- What is planted, over 180 days:
--   * 200 influencers. Half have no effect on buying (celebrities and the echo among them), the
--     others from weak to strong, a few a negative one.
--       celebrity   huge reach, no effect
--       echo        its touches mostly follow purchases by a day or two, no effect
--       repellent   puts people off: a purchase planned for the next two weeks may be dropped
--       micro       small reach, strong effect
--       regular     middling reach, weak to middling effect, or none
--   * 50,000 customers in ten segments, which buy more or less anyway, each in a buying cycle of
--     its own. One in ten is held out: never touched.
--   * an influencer's audience lies mostly in one segment.
--   * market_truth.effect: orders caused per touch.
--   * engagements, what a reach score is made of: they follow the number of followers, with some
--     luck, and know nothing of the effect.
\if :{?seed}
\else
	\set seed 1
\endif

-- Uniform in [0, 1): row "id" of random stream "stream".
CREATE FUNCTION market_random(id bigint, stream integer) RETURNS double precision
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN ((hashint8extended(id, stream + 1000 * (:seed)::bigint) >> 12) & 4503599627370495)
		/ 4503599627370496.0::double precision;

CREATE TABLE influencers (
	influencer_id integer PRIMARY KEY,
	handle text NOT NULL,
	followers integer NOT NULL
);

CREATE TABLE customers (
	customer_id integer PRIMARY KEY,
	segment integer NOT NULL,
	held_out boolean NOT NULL
);

CREATE TABLE touches (
	customer_id integer NOT NULL,
	influencer_id integer NOT NULL,
	touched_at timestamptz NOT NULL
);

CREATE TABLE orders (
	order_id integer NOT NULL,
	customer_id integer NOT NULL,
	ordered_at timestamptz NOT NULL,
	revenue numeric(12,2) NOT NULL
);

-- what an influencer has posted
CREATE TABLE posts (
	post_id integer PRIMARY KEY,
	influencer_id integer NOT NULL,
	posted_at timestamptz NOT NULL
);

-- what others did because of an influencer
CREATE TABLE engagements (
	influencer_id integer NOT NULL,
	member_id integer NOT NULL, -- the customer who did it
	kind text NOT NULL,
	engaged_at timestamptz NOT NULL,
	followers bigint NOT NULL, -- of the member
	post_id integer -- what it was done to; mentions and follows are not
);

-- what an influencer did for others
CREATE TABLE outreach (
	influencer_id integer NOT NULL,
	member_id integer NOT NULL,
	kind text NOT NULL,
	given_at timestamptz NOT NULL
);

CREATE TABLE market_truth (
	influencer_id integer PRIMARY KEY,
	kind text NOT NULL,
	effect double precision NOT NULL
);

-- influencers: their kind by number, and how many touches each would get if nobody were held out
CREATE TEMPORARY TABLE plan AS
SELECT i AS influencer_id,
       kind,
       CASE kind WHEN 'celebrity' THEN 18500
                 WHEN 'echo' THEN 2500
                 WHEN 'repellent' THEN 1700 + 1700 * size
                 WHEN 'micro' THEN 450 + 700 * size
                 ELSE 850 + 2350 * size END::integer AS touches,
       CASE WHEN kind = 'micro' THEN 0.06 + 0.12 * strength
            WHEN kind = 'regular' AND i > 107 THEN 0.01 + 0.07 * strength
            ELSE 0 END AS caused
FROM  (SELECT i,
              CASE WHEN i <= 6 THEN 'celebrity'
                   WHEN i = 7 THEN 'echo'
                   WHEN i <= 14 THEN 'repellent'
                   WHEN i > 160 THEN 'micro'
                   ELSE 'regular' END AS kind,
              market_random(i, 1) AS size,
              market_random(i, 2) AS strength
       FROM generate_series(1, 200) AS i) AS s;

INSERT INTO influencers
SELECT influencer_id, kind || '_' || to_char(influencer_id, 'FM000'),
       (touches * (20 + 60 * market_random(influencer_id, 3)))::integer
FROM   plan;
-- handles must not give the truth away
UPDATE influencers
SET    handle = '@' || (ARRAY['ava','ben','cleo','dan','eva','finn','gus','hana','ida','jon'])[1 + influencer_id % 10]
                || '.' || substr(md5(influencer_id::text || 'influence'), 1, 4);

-- customers: the segment decides how long their buying cycle is (in days)
CREATE TEMPORARY TABLE buyers AS
SELECT c AS customer_id, c % 10 AS segment, market_random(c, 10) < 0.1 AS held_out,
       (95 + 24 * (c % 10)) * (0.6 + 0.8 * market_random(c, 11)) AS cycle
FROM   generate_series(1, 50000) AS c;
INSERT INTO customers SELECT customer_id, segment, held_out FROM buyers;

-- touches at random: 60 % within the influencer's own segment, some customers seen more than others
CREATE TEMPORARY TABLE touched AS
SELECT n, influencer_id, customer_id, caused, kind,
       day_from + market_random(n, 23) * 180 AS day
FROM  (SELECT n, influencer_id, caused, kind, 0 AS day_from,
              CASE WHEN market_random(n, 20) < 0.6
                   THEN 1 + (influencer_id % 10 + 9) % 10
                        + 10 * floor(5000 * power(market_random(n, 21), 1.2))::integer
                   ELSE 1 + floor(50000 * power(market_random(n, 22), 1.2))::integer
              END AS customer_id
       FROM  (SELECT row_number() OVER (ORDER BY influencer_id, k) AS n, influencer_id, caused, kind
              FROM plan, generate_series(1, touches) AS k
              WHERE kind <> 'echo') AS every_touch) AS s
WHERE  NOT EXISTS (SELECT FROM buyers b WHERE b.customer_id = s.customer_id AND b.held_out);

-- purchases that would come anyway: one each cycle, with some play
CREATE TEMPORARY TABLE planned AS
SELECT customer_id, day
FROM  (SELECT customer_id,
              cycle * market_random(customer_id, 30)
              + coalesce(sum(cycle * (0.75 + 0.5 * market_random(100 * customer_id::bigint + k, 31)))
                         OVER (PARTITION BY customer_id ORDER BY k
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS day
       FROM   buyers, generate_series(1, 8) AS k) AS s
WHERE  day < 180;

-- some of them dropped: within two weeks of a repellent touch, two of three
CREATE TEMPORARY TABLE kept AS
SELECT customer_id, day
FROM   planned p
WHERE  NOT EXISTS (SELECT FROM touched t
                   WHERE t.customer_id = p.customer_id AND t.kind = 'repellent'
                   AND   t.day BETWEEN p.day - 14 AND p.day
                   AND   market_random(t.n, 40) < 2.0 / 3);

-- and those that a touch caused, on average four days after it
CREATE TEMPORARY TABLE caused AS
SELECT customer_id, day - 4 * ln(1 - market_random(n, 51)) AS day
FROM   touched
WHERE  market_random(n, 50) < caused;

INSERT INTO orders
SELECT row_number() OVER (ORDER BY day, customer_id), customer_id,
       timestamptz '2026-01-01 00:00:00+00' + day * interval '24 hours',
       round((12 * exp(1.1 * (market_random(n, 60) + market_random(n, 61) + market_random(n, 62))))::numeric, 2)
FROM  (SELECT row_number() OVER (ORDER BY day, customer_id) AS n, *
       FROM  (SELECT * FROM kept UNION ALL SELECT * FROM caused WHERE day < 180) AS every_order) AS s;

-- the echo: mostly a day or two after somebody has bought
INSERT INTO touched
SELECT 1000000 + order_id, 7, customer_id, 0, 'echo',
       CASE WHEN market_random(order_id, 70) < 0.85
            THEN extract(epoch FROM ordered_at - timestamptz '2026-01-01 00:00:00+00') / 86400
                 + 2 * market_random(order_id, 71)
            ELSE 180 * market_random(order_id, 72) END
FROM   orders JOIN customers USING (customer_id)
WHERE  NOT held_out AND market_random(order_id, 73) < 0.045;

INSERT INTO touches
SELECT customer_id, influencer_id, timestamptz '2026-01-01 00:00:00+00' + day * interval '24 hours'
FROM   touched
WHERE  day < 180
ORDER  BY day, n;

-- what a repellent touch costs: two thirds of the orders planned for the two weeks after it
INSERT INTO market_truth
SELECT influencer_id, kind,
       CASE WHEN kind = 'repellent'
            THEN -(2.0 / 3) * (SELECT count(*) FROM touched t JOIN planned p USING (customer_id)
                               WHERE t.influencer_id = plan.influencer_id
                               AND   p.day BETWEEN t.day AND t.day + 14)
                 / (SELECT count(*) FROM touched t WHERE t.influencer_id = plan.influencer_id)
            ELSE caused END
FROM   plan;

-- engagements: the more followers, the more of them, though not in proportion; luck does the rest
CREATE TEMPORARY TABLE popularity AS
SELECT influencer_id,
       20 + floor(100 * market_random(influencer_id, 80))::integer AS posts,
       least(9999, floor(0.45 * power(followers, 0.6)
                         * exp(1.9 * (market_random(influencer_id, 81) + market_random(influencer_id, 82)
                                      + market_random(influencer_id, 83) - 1.5))))::integer AS engagements,
       10 + floor(150 * power(market_random(influencer_id, 84), 2))::integer AS outreach
FROM   influencers;

INSERT INTO posts
SELECT 200 * influencer_id + k, influencer_id,
       timestamptz '2026-01-01 00:00:00+00' + 180 * market_random(200 * influencer_id + k, 85) * interval '24 hours'
FROM   popularity, generate_series(1, posts) AS k;

INSERT INTO engagements
SELECT influencer_id, member_id, kind,
       coalesce(posted_at, timestamptz '2026-01-01 00:00:00+00')
       + CASE WHEN post_id IS NULL THEN 180 * market_random(n, 93) ELSE -ln(1 - market_random(n, 93)) END * interval '24 hours',
       floor(60 * power(1 - market_random(member_id, 94), -0.95))::bigint, post_id
FROM  (SELECT n, p.influencer_id, kind,
              CASE WHEN market_random(n, 86) < 0.6
                   THEN 1 + (p.influencer_id % 10 + 9) % 10
                        + 10 * floor(5000 * power(market_random(n, 87), 1.2))::integer
                   ELSE 1 + floor(50000 * power(market_random(n, 88), 1.2))::integer
              END AS member_id,
              CASE WHEN kind IN ('like', 'reply', 'retweet')
                   THEN 200 * p.influencer_id + 1 + floor(posts * market_random(n, 89))::integer END AS post_id
       FROM  (SELECT influencer_id, posts, n,
                     CASE WHEN x < 0.5 THEN 'like' WHEN x < 0.68 THEN 'retweet' WHEN x < 0.82 THEN 'reply'
                          WHEN x < 0.9 THEN 'mention' ELSE 'follow' END AS kind
              FROM  (SELECT influencer_id, posts, n, market_random(n, 90) AS x
                     FROM  (SELECT influencer_id, posts, 10000 * influencer_id::bigint + k AS n
                            FROM popularity, generate_series(1, engagements) AS k) AS e) AS e) AS p) AS e
LEFT   JOIN posts USING (influencer_id, post_id)
WHERE  NOT EXISTS (SELECT FROM buyers b WHERE b.customer_id = member_id AND b.held_out);

INSERT INTO outreach
SELECT influencer_id, 1 + floor(50000 * market_random(n, 95))::integer,
       (ARRAY['reply', 'mention', 'retweet'])[1 + floor(3 * market_random(n, 96))::integer],
       timestamptz '2026-01-01 00:00:00+00' + 180 * market_random(n, 97) * interval '24 hours'
FROM  (SELECT influencer_id, 1000 * influencer_id + k AS n FROM popularity, generate_series(1, outreach) AS k) AS o;

DROP TABLE popularity;
DROP TABLE plan, buyers, touched, planned, kept, caused;
DROP FUNCTION market_random(bigint, integer);
ANALYZE influencers, customers, touches, orders, posts, engagements, outreach, market_truth;
