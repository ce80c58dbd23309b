"""People and the households they live in, shared by every line of business."""
