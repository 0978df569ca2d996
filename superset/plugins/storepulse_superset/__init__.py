"""What Superset needs to read the windows in HBase and the tables behind the Spark Thrift server."""
