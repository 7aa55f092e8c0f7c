# While there is a file `slow` it takes its time, so that there is something to kill.
echo $$ > convert.pid
while [ -e slow ]; do sleep 0.05; done
[ -e rates.txt ] || { echo "rates.txt is missing" >&2; exit 1; }
echo "converted at $(cat rates.txt)"
