"""A folder that is not there."""

command = "data check HERE/nowhere"
refused = "nowhere: no such folder"
