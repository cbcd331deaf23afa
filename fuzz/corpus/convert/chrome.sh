curl 'https://api.example.com/v1/score?api_key=k&x=1' -H 'authorization: Bearer t' -b 'a=b' \
  -H "x-tenant: $TENANT" --data-raw $'{"note":"it\'s \u00e9"}' --compressed 2>&1 | jq .
