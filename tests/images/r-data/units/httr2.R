library(httr2)
request('http://localhost') |> req_headers(a = 'b')
