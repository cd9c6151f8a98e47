"""Judge DAG files before they are deployed, in the words in which the cluster would."""
