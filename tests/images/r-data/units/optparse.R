library(optparse)
parse_args(OptionParser(), character())
