# What must not be done twice: each line is one download that was paid for.
echo fetched >> downloads.txt
