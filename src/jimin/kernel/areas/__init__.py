"""Areas: the tree of province, city, county, township and community, with their official codes."""
