"""The process with torch that answers the dashboard: client, server, answers."""
