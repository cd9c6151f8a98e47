# Reads regions and their shares as JSON from SHARES and prints the region with the largest one.
shares <- unlist(jsonlite::fromJSON(Sys.getenv("SHARES")))
cat(names(which.max(shares)), "\n")
