-- the ledger: attribution_credit and attribution_amount

SET TimeZone = 'UTC';

CREATE TABLE touches (customer_id integer, influencer text, touched_at timestamptz);
CREATE TABLE orders (order_id integer, customer_id integer, ordered_at timestamptz, revenue numeric(10,2));
INSERT INTO touches VALUES
	(1, 'ana', '2026-01-01'), (1, 'bob', '2026-01-08'), (1, 'cat', '2026-01-15'), (1, 'bob', '2026-01-22'), (1, 'dan', '2026-01-23'),
	(2, 'ana', '2026-01-05'), (2, 'bob', '2026-01-05'),
	(3, 'cat', '2026-02-20');
INSERT INTO orders VALUES
	(10, 1, '2026-01-22', 100.00), (20, 2, '2026-01-06', 0.05), (30, 3, '2026-01-22', 50.00), (40, 4, '2026-01-22', 20.00),
	(50, 1, '2026-01-23', -10.00);

-- every order is there: 30 has a touch after it only, 40 none at all
SELECT o.order_id, t.influencer, o.revenue,
       round((attribution_credit('time_decay(7 days)', t.touched_at, o.ordered_at) OVER w)::numeric, 6) AS credit,
       attribution_amount('time_decay(7 days)', t.touched_at, o.ordered_at, o.revenue) OVER w AS amount
FROM   orders o
LEFT   JOIN touches t ON t.customer_id = o.customer_id AND t.touched_at ~> o.ordered_at
WINDOW w AS (PARTITION BY o.order_id ORDER BY t.touched_at, t.influencer)
ORDER  BY o.order_id, t.touched_at, t.influencer;

-- all rule models, on one order of four touches and 100.00
SELECT t.influencer, t.touched_at::date AS touched,
       attribution_amount('first_touch', t.touched_at, o.ordered_at, o.revenue)    OVER w AS first,
       attribution_amount('last_touch', t.touched_at, o.ordered_at, o.revenue)     OVER w AS last,
       attribution_amount('linear', t.touched_at, o.ordered_at, o.revenue)         OVER w AS linear,
       attribution_amount('time_decay', t.touched_at, o.ordered_at, o.revenue)     OVER w AS decay,
       attribution_amount('u_shaped', t.touched_at, o.ordered_at, o.revenue)       OVER w AS u,
       attribution_amount('j_shaped', t.touched_at, o.ordered_at, o.revenue)       OVER w AS j,
       attribution_amount('inverse_j', t.touched_at, o.ordered_at, o.revenue)      OVER w AS inverse,
       attribution_amount('participation', t.touched_at, o.ordered_at, o.revenue)  OVER w AS takes_part
FROM   orders o JOIN touches t USING (customer_id)
WHERE  o.order_id = 10 AND t.touched_at ~> o.ordered_at
WINDOW w AS (PARTITION BY o.order_id)
ORDER  BY t.touched_at;

-- a touch after its order earns 0, a row without a touch NULL; without the join's condition nothing else changes
SELECT o.order_id, t.influencer,
       attribution_credit('last_touch', t.touched_at, o.ordered_at) OVER w AS credit,
       attribution_amount('last_touch', t.touched_at, o.ordered_at, o.revenue) OVER w AS amount
FROM   orders o LEFT JOIN touches t USING (customer_id)
WHERE  o.order_id IN (10, 30, 40)
WINDOW w AS (PARTITION BY o.order_id)
ORDER  BY o.order_id, t.touched_at;

-- priority: a code redeemed beats a click beats a view; weight: 0 excludes
SELECT kind, weight,
       attribution_credit('linear', touched_at, '2026-02-01', weight) OVER w AS by_weight,
       attribution_credit('linear', touched_at, '2026-02-01', 1, priority) OVER w AS by_priority,
       attribution_credit('linear', touched_at, '2026-02-01', weight, priority) OVER w AS by_both,
       attribution_amount('linear', touched_at, '2026-02-01', 9.99, weight, priority) OVER w AS amount
FROM   (VALUES ('view', date '2026-01-10', 1.0, 0), ('click', '2026-01-11', 0.5, 1), ('click', '2026-01-12', 1.5, 1), ('code', '2026-01-13', 0.0, 2))
       AS t(kind, touched_at, weight, priority)
WINDOW w AS ()
ORDER  BY touched_at;

-- equal instants: the credit is the mean over both orders, and the odd cent follows the window's ORDER BY
SELECT influencer, attribution_credit('last_touch', at, at) OVER w AS credit, attribution_amount('last_touch', at, at, 0.05) OVER w AS amount
FROM   (VALUES ('bob', timestamp '2026-01-05'), ('ana', '2026-01-05')) AS t(influencer, at)
WINDOW w AS (ORDER BY influencer ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
ORDER  BY influencer;

-- amounts keep the scale of the revenue, and large ones keep every digit
SELECT revenue, array_agg(amount ORDER BY at) AS amounts, sum(amount) = revenue AS adds_up
FROM   (SELECT revenue, at, attribution_amount('linear', at, '2026-02-01', revenue) OVER (PARTITION BY revenue) AS amount
        FROM   unnest(ARRAY[100, 0, 0.01, -0.02, 1.000, 1e-20, 123456789012345678901234567890.12, -9223372036854775807, 9223372036854775807.1, 1e30]) AS revenue,
               generate_series(timestamp '2026-01-01', '2026-01-03', '1 day') AS at) AS s
GROUP  BY revenue ORDER BY revenue;

-- what is refused
SELECT attribution_credit('markov', touched_at, ordered_at) OVER (PARTITION BY order_id) FROM orders JOIN touches USING (customer_id);
SELECT attribution_credit('linear', touched_at, ordered_at) OVER () FROM orders JOIN touches USING (customer_id);
SELECT attribution_amount('linear', touched_at, '2026-01-22', revenue) OVER () FROM orders JOIN touches USING (customer_id);
SELECT attribution_credit('linear', touched_at, '2026-01-22', -1) OVER () FROM touches;
SELECT attribution_credit('linear', touched_at, '2026-01-22', 'NaN') OVER () FROM touches;
SELECT attribution_amount('linear', touched_at, '2026-01-22', 'NaN') OVER () FROM touches;
SELECT attribution_credit('lineal', touched_at, '2026-01-22') OVER () FROM touches;
SELECT attribution_credit('linear', touched_at, '2026-01-22') FROM touches;

DROP TABLE touches, orders;
