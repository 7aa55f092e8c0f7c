echo "no program for thumbnails is installed" >&2
exit 1
