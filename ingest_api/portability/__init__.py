"""Taking everything along: what an export holds, and the files it is written as."""
