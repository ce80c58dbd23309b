"""Pure Python libraries that know nothing of Django: rules, matching, official texts."""
