# Fails the first time, as copying over a network may.
echo "$1" >> tries.txt
[ "$(wc -l < tries.txt)" -ge 2 ] || { echo "the line is busy" >&2; exit 1; }
echo "copied to $1"
