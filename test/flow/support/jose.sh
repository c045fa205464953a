# What the workflow document's calls need beside curl: JSON Web Signatures with openssl and POSIX tools alone.

# The value of a member of a JSON object on standard input, string or number; good for answers without escapes.
json_member() {
  tr -d '\n' | sed -n "s/.*\"$1\" *: *\"\{0,1\}\([^\",}]*\).*/\1/p"
}

base64url() {
  openssl base64 -A | tr '+/' '-_' | tr -d '='
}

unbase64url() {
  text=$(tr '_-' '/+')
  while [ $((${#text} % 4)) -ne 0 ]; do text="$text="; done
  printf '%s' "$text" | openssl base64 -d -A
}

# Bytes from hexadecimal digits on standard input.
unhex() {
  sed 's/../& /g' | tr ' ' '\n' | while read -r byte; do
    if [ -n "$byte" ]; then printf "\\$(printf '%03o' "0x$byte")"; fi
  done
}

hex() {
  od -An -v -tx1 | tr -d ' \n'
}

# The two numbers of an ECDSA signature in DER on standard input, as 64 bytes (RFC 7518 section 3.4).
raw_of_der() {
  openssl asn1parse -inform DER | sed -n 's/.*INTEGER *:\([0-9A-F]*\).*/\1/p' | while read -r number; do
    printf '%64s' "$number" | tr ' ' '0'
  done | unhex
}

# And back.
der_of_raw() {
  digits=$(hex)
  printf 'asn1=SEQUENCE:signature\n[signature]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' \
    "$(printf '%s' "$digits" | cut -c 1-64)" "$(printf '%s' "$digits" | cut -c 65-128)" > signature.cnf
  openssl asn1parse -genconf signature.cnf -noout -out signature.der
  cat signature.der
}

# ES256 over standard input with the key in the file $1, base64url.
sign_es256() {
  openssl dgst -sha256 -sign "$1" -binary | raw_of_der | base64url
}

# The public key of a P-256 JWK as PEM: what precedes its coordinates x ($1) and y ($2) is the same in every such key.
pem_of_jwk() {
  {
    printf '3059301306072a8648ce3d020106082a8648ce3d03010703420004' | unhex
    printf '%s' "$1" | unbase64url
    printf '%s' "$2" | unbase64url
  } | openssl pkey -pubin -inform DER
}
