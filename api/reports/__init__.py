"""Reports of a month: figures from the journal, and the files that people and programs get of them."""
