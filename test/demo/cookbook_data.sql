-- Material for docs/cookbook.md, docs/statement.md and docs/gaming.md: small made-up cases, in which
-- the truth is known because it was planted. It needs the sample market (market.sql) and leaves it
-- as it is. psql -v seed=1 -f cookbook_data.sql; the same seed gives the same data.
--
--   samples, sample_orders                   a product sample for half of 6,000 customers, by lot
--   regions, region_orders                   a recommendation on the air, heard in 16 of 40 regions
--   suggestions, colleagues, brand_orders    colleagues who suggest another brand, and theirs in turn
--   accounts, account_orders                 an expert's praise, and accounts that take months to buy
--   calls, segment_orders                    calls to support and to boycott
--   situation_touches, situation_orders      touches in promotions, price rises and out of stock
--   costs                                    what the market's influencers are paid
--   influencer_accounts                      under which customer numbers influencers buy themselves
--   tracked_touches                          the touches of one of the market's segments, and how each came about
--   cookbook_truth                           what was planted
\if :{?seed}
\else
	\set seed 1
\endif

CREATE FUNCTION cookbook_random(id bigint, stream integer) RETURNS double precision
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN ((hashint8extended(id, stream + 1000 * (:seed)::bigint) >> 12) & 4503599627370495)
		/ 4503599627370496.0::double precision;

-- a day of the year 2026, counted from 0
CREATE FUNCTION cookbook_day(day double precision) RETURNS timestamptz
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN timestamptz '2026-01-01 00:00:00+00' + day * interval '24 hours';

CREATE TABLE cookbook_truth (
	question text PRIMARY KEY,
	effect double precision NOT NULL,
	meaning text NOT NULL
);
INSERT INTO cookbook_truth VALUES
	('sample', 0.03, 'added share of customers who buy within the week'),
	('broadcast', 0.30, 'more orders in the two weeks after, relatively'),
	('suggestion', 0.22, 'added share of customers who switch'),
	('expert', 0.10, 'added share of accounts that order within 120 days'),
	('call 1, to support', 0.25, 'more orders in the two weeks after, relatively'),
	('call 2, to boycott', -0.35, 'more orders in the two weeks after, relatively'),
	('call 3, to boycott', 0, 'more orders in the two weeks after, relatively'),
	('promotion', 1.8, 'times as many orders per touch as normally'),
	('price rise', 0.5, 'times as many orders per touch as normally'),
	('out of stock', 0.2, 'times as many orders per touch as normally');

-- samples: by lot, so that those without are what those with would have been
CREATE TABLE samples (
	customer_id integer PRIMARY KEY,
	got_sample boolean NOT NULL,
	drawn_at timestamptz NOT NULL -- the day of the lot; for those who won, the sample's
);
CREATE TABLE sample_orders (
	customer_id integer NOT NULL,
	ordered_at timestamptz NOT NULL,
	revenue numeric(12,2) NOT NULL
);
INSERT INTO samples
SELECT c, cookbook_random(c, 200) < 0.5, cookbook_day(60 + floor(20 * cookbook_random(c, 201)))
FROM   generate_series(1, 6000) AS c;
INSERT INTO sample_orders
SELECT customer_id, drawn_at + 7 * cookbook_random(customer_id, 203) * interval '24 hours',
       round((15 + 40 * cookbook_random(customer_id, 204))::numeric, 2)
FROM   samples
WHERE  cookbook_random(customer_id, 202) < CASE WHEN got_sample THEN 0.07 ELSE 0.04 END;
INSERT INTO sample_orders -- at other times as well
SELECT customer_id, drawn_at + (CASE WHEN k = 1 THEN -50 ELSE 7 END + 50 * cookbook_random(2 * customer_id + k, 206)) * interval '24 hours',
       round((15 + 40 * cookbook_random(2 * customer_id + k, 207))::numeric, 2)
FROM   samples, generate_series(1, 2) AS k
WHERE  cookbook_random(2 * customer_id + k, 205) < 0.2;

-- a recommendation on the air on day 90: nobody is known to have heard it, only where it could be
CREATE TABLE regions (
	region_id integer PRIMARY KEY,
	customers integer NOT NULL,
	exposed boolean NOT NULL
);
CREATE TABLE region_orders (
	region_id integer NOT NULL,
	ordered_at timestamptz NOT NULL,
	revenue numeric(12,2) NOT NULL
);
INSERT INTO regions
SELECT r, 400 + floor(1200 * cookbook_random(r, 210))::integer, r % 5 < 2 FROM generate_series(1, 40) AS r;
-- in every region business goes up by a fifth at that time, here a bit more, there a bit less
INSERT INTO region_orders
SELECT region_id, cookbook_day(day), round((10 + 60 * cookbook_random(n, 213))::numeric, 2)
FROM  (SELECT region_id, n, exposed, 76 + 28 * cookbook_random(n, 211) AS day
       FROM   (SELECT region_id, exposed, 10000 * region_id + k AS n FROM regions, generate_series(1, customers) AS k) AS r) AS s
WHERE  cookbook_random(n, 212) < 0.4 * CASE WHEN day < 90 THEN 1
                                            ELSE (1.15 + 0.1 * cookbook_random(region_id, 214)) * CASE WHEN exposed THEN 1.3 ELSE 1 END END;

-- suggestions: everybody has four colleagues; who switches to the new brand tells them
CREATE TABLE colleagues (
	customer_id integer NOT NULL,
	colleague_id integer PRIMARY KEY
);
CREATE TABLE suggestions (
	suggested_by integer NOT NULL,
	customer_id integer NOT NULL,
	suggested_at timestamptz NOT NULL
);
CREATE TABLE brand_orders (
	customer_id integer NOT NULL,
	ordered_at timestamptz NOT NULL,
	brand text NOT NULL,
	revenue numeric(12,2) NOT NULL
);
INSERT INTO colleagues
SELECT 1 + (n - 41) / 4, n FROM generate_series(41, 20000) AS n;
CREATE TEMPORARY TABLE people AS
WITH RECURSIVE people AS (
	SELECT n AS customer_id, NULL::double precision AS suggested, 40 + 10 * cookbook_random(n, 220) AS switched
	FROM   generate_series(1, 40) AS n -- they began it
	UNION ALL
	SELECT customer_id, suggested,
	       CASE WHEN lot < 0.22 THEN suggested - 6 * ln(1 - cookbook_random(customer_id, 222))
	            -- of themselves, one in thirty, at any time
	            WHEN lot > 1 - 0.033 THEN 40 + 120 * cookbook_random(customer_id, 223) END
	FROM  (SELECT c.colleague_id AS customer_id, p.switched - 3 * ln(1 - cookbook_random(c.colleague_id, 224)) AS suggested,
	              cookbook_random(c.colleague_id, 221) AS lot
	       FROM people p JOIN colleagues c USING (customer_id)) AS s
)
SELECT * FROM people;
INSERT INTO suggestions
SELECT c.customer_id, p.customer_id, cookbook_day(suggested)
FROM   people p JOIN colleagues c ON c.colleague_id = p.customer_id WHERE suggested IS NOT NULL;
-- everybody buys the old brand first; then, every 40 days or so, the one they have switched to or not
INSERT INTO brand_orders
SELECT customer_id, cookbook_day(day), CASE WHEN day >= coalesce(switched, 1000) THEN 'new' ELSE 'old' END,
       round((20 + 50 * cookbook_random(8 * customer_id + k, 227))::numeric, 2)
FROM  (SELECT customer_id, switched, k, 40 * (k + cookbook_random(8 * customer_id + k, 226)) AS day
       FROM people, generate_series(0, 4) AS k) AS s
WHERE  k = 0 OR cookbook_random(8 * customer_id + k, 228) < 0.5
UNION  ALL -- switching is an order
SELECT customer_id, cookbook_day(switched), 'new', round((20 + 50 * cookbook_random(customer_id, 229))::numeric, 2)
FROM   people WHERE switched IS NOT NULL;

-- an expert's praise on day 20, read by large accounts more than by small ones, which also buy more
CREATE TABLE accounts (
	account_id integer PRIMARY KEY,
	size text NOT NULL,
	read_at timestamptz -- the praise; NULL: never
);
CREATE TABLE account_orders (
	account_id integer NOT NULL,
	ordered_at timestamptz NOT NULL,
	revenue numeric(12,2) NOT NULL
);
INSERT INTO accounts
SELECT a, size,
       CASE WHEN cookbook_random(a, 231) < CASE size WHEN 'large' THEN 0.65 ELSE 0.25 END
            THEN cookbook_day(20 + 5 * cookbook_random(a, 232)) END
FROM  (SELECT a, CASE WHEN cookbook_random(a, 230) < 0.3 THEN 'large' ELSE 'small' END AS size FROM generate_series(1, 4000) AS a) AS s;
INSERT INTO account_orders
SELECT account_id,
       cookbook_day(25 + CASE WHEN lot < usual THEN 110 * cookbook_random(account_id, 234) ELSE 25 + 85 * cookbook_random(account_id, 235) END),
       round(((CASE size WHEN 'large' THEN 9000 ELSE 1500 END) * (0.5 + cookbook_random(account_id, 236)))::numeric, 2)
FROM  (SELECT *, CASE size WHEN 'large' THEN 0.2 ELSE 0.08 END AS usual, cookbook_random(account_id, 233) AS lot FROM accounts) AS s
WHERE  lot < usual OR (read_at IS NOT NULL AND lot < usual + 0.1);

-- calls to support and to boycott, each to one of twelve segments
CREATE TABLE calls (
	call_id integer PRIMARY KEY,
	kind text NOT NULL,
	segment integer NOT NULL,
	called_at timestamptz NOT NULL
);
CREATE TABLE segment_orders (
	segment integer NOT NULL,
	ordered_at timestamptz NOT NULL,
	revenue numeric(12,2) NOT NULL
);
INSERT INTO calls VALUES
	(1, 'support', 2, cookbook_day(40)), (2, 'boycott', 5, cookbook_day(60)), (3, 'boycott', 8, cookbook_day(80));
INSERT INTO segment_orders
SELECT s.segment, cookbook_day(day), round((10 + 60 * cookbook_random(n, 242))::numeric, 2)
FROM  (SELECT segment, 10000 * segment + k AS n, 20 + 90 * cookbook_random(10000 * segment + k, 240) AS day
       FROM generate_series(0, 11) AS segment, generate_series(1, 4000) AS k) AS s
LEFT   JOIN calls c ON c.segment = s.segment AND cookbook_day(day) BETWEEN called_at AND called_at + interval '336 hours'
LEFT   JOIN cookbook_truth t ON question = 'call ' || call_id || ', to ' || kind
-- the season takes all of them up and down
WHERE  cookbook_random(n, 241) < (0.5 + 0.2 * sin(day / 14)) * (1 + coalesce(effect, 0));

-- situations: strong influencers talk more in promotions, which makes promotions look too good
CREATE TABLE situation_touches (
	touch_id integer PRIMARY KEY,
	customer_id integer NOT NULL,
	influencer_id integer NOT NULL,
	touched_at timestamptz NOT NULL,
	situation text NOT NULL
);
CREATE TABLE situation_orders (
	customer_id integer NOT NULL,
	ordered_at timestamptz NOT NULL,
	revenue numeric(12,2) NOT NULL
);
INSERT INTO situation_touches
SELECT n, n, influencer_id, cookbook_day(150 * cookbook_random(n, 251)),
       CASE WHEN lot < 0.1 + 0.02 * influencer_id THEN 'promotion' WHEN lot > 0.92 THEN 'out of stock'
            WHEN lot > 0.80 THEN 'price rise' ELSE 'normal' END
FROM  (SELECT n, 1 + n % 20 AS influencer_id, cookbook_random(n, 250) AS lot FROM generate_series(1, 20000) AS n) AS s;
INSERT INTO situation_orders
SELECT customer_id, touched_at + 20 * cookbook_random(touch_id, 253) * interval '24 hours', round((10 + 60 * cookbook_random(touch_id, 254))::numeric, 2)
FROM   situation_touches LEFT JOIN cookbook_truth ON question = situation
WHERE  cookbook_random(touch_id, 252) < (0.03 + 0.007 * influencer_id) * coalesce(effect, 1);

-- costs: by followers, as is usual, plus perks for everybody touched
CREATE TABLE costs (
	influencer_id integer PRIMARY KEY,
	fee numeric(12,2) NOT NULL,
	perks numeric(12,2) NOT NULL
);
INSERT INTO costs
SELECT influencer_id, round((100 + 0.004 * followers * (0.7 + 0.6 * cookbook_random(influencer_id, 260)))::numeric, 2),
       round(0.25 * touches, 2)
FROM   influencers JOIN (SELECT influencer_id, count(*) AS touches FROM touches GROUP BY 1) AS t USING (influencer_id);

-- every fourth influencer buys for themselves, and says so to themselves first
CREATE TABLE influencer_accounts (
	influencer_id integer NOT NULL,
	customer_id integer NOT NULL
);
INSERT INTO influencer_accounts
SELECT t.influencer_id, min(t.customer_id)
FROM   touches t JOIN orders o ON o.customer_id = t.customer_id AND o.ordered_at BETWEEN t.touched_at AND t.touched_at + interval '240 hours'
WHERE  t.influencer_id % 4 = 0
GROUP  BY 1;

-- the touches of one segment, numbered; most were views, some clicks, a few redeemed a code
CREATE TABLE tracked_touches (
	touch_id integer PRIMARY KEY,
	customer_id integer NOT NULL,
	influencer_id integer NOT NULL,
	touched_at timestamptz NOT NULL,
	source text NOT NULL
);
INSERT INTO tracked_touches
SELECT n, customer_id, influencer_id, touched_at,
       CASE WHEN lot < 0.65 THEN 'view' WHEN lot < 0.97 THEN 'click' ELSE 'code' END
FROM  (SELECT *, cookbook_random(n, 270) AS lot
       FROM (SELECT row_number() OVER (ORDER BY touched_at, customer_id, influencer_id) AS n, * FROM touches JOIN customers USING (customer_id) WHERE segment = 0) AS t) AS t;
-- some see the same influencer several times a day
INSERT INTO tracked_touches
SELECT 1000000 + 10 * touch_id + k, customer_id, influencer_id, touched_at + k * interval '20 minutes', source
FROM   tracked_touches, generate_series(1, 4) AS k
WHERE  cookbook_random(touch_id, 271) < 0.02;

DROP TABLE people;
DROP FUNCTION cookbook_random(bigint, integer);
DROP FUNCTION cookbook_day(double precision);
ANALYZE samples, sample_orders, regions, region_orders, colleagues, suggestions, brand_orders, accounts, account_orders, calls,
        segment_orders, situation_touches, situation_orders, costs, influencer_accounts, tracked_touches;
