-- One region's orders, for {{ dag.dag_id }}.
SELECT id, region, amount
FROM orders
WHERE region = %(region)s; -- one of three
