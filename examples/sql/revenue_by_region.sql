-- Revenue by region, for one night.
SELECT date '{{ dag_run.run_after | ds }}' AS night, region, count(*) AS orders, sum(amount) AS revenue
FROM orders
GROUP BY region
