#!/usr/bin/env bash
# One user and one group, from creation to the end, with curl. TOKEN: as the server printed it, or
#   npx scim-target token create --tenant default --name curl
set -eu
base=${BASE:-http://127.0.0.1:8080}/scim/v2
scim() { curl --silent --show-error --fail-with-body -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/scim+json' "$@"; }
id_in() { node -pe 'JSON.parse(require("fs").readFileSync(0, "utf8")).id'; }

echo "A user is created:"
user=$(scim "$base/Users" -d '{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
  "userName": "lin@example.com", "name": {"givenName": "Lin", "familyName": "Chen"}, "active": true
}' | id_in)
echo "  $user"

echo "It is found by its name, whatever the case:"
scim --get "$base/Users" --data-urlencode 'filter=userName eq "LIN@example.com"' --data-urlencode 'attributes=userName'

echo && echo "A group takes it as a member:"
group=$(scim "$base/Groups" -d '{
  "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Engineers"
}' | id_in)
scim -X PATCH "$base/Groups/$group" -d '{
  "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  "Operations": [{"op": "Add", "path": "members", "value": [{"value": "'"$user"'"}]}]
}'
scim "$base/Users/$user?attributes=groups"

echo && echo "It is disabled, as Entra does it:"
scim -X PATCH "$base/Users/$user?attributes=active" -d '{
  "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  "Operations": [{"op": "Replace", "path": "active", "value": "False"}]
}'

echo && echo "Both are deleted."
scim -X DELETE "$base/Groups/$group"
scim -X DELETE "$base/Users/$user"
