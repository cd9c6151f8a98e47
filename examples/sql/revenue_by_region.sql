-- Revenue by region, made anew for each night; running it twice changes nothing.
CREATE TABLE IF NOT EXISTS revenue_by_region (
    night   date           NOT NULL,
    region  text           NOT NULL,
    orders  integer        NOT NULL,
    revenue numeric(12, 2) NOT NULL,
    PRIMARY KEY (night, region)
);

INSERT INTO revenue_by_region
SELECT date '{{ dag_run.run_after | ds }}', region, count(*), sum(amount)
FROM orders
GROUP BY region
ON CONFLICT (night, region) DO UPDATE SET orders = excluded.orders, revenue = excluded.revenue;
