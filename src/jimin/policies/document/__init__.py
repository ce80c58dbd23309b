"""The page of a policy: what the law says, readable beside the regulation, from one declaration."""

from .page import benefit_body, policy_body, whole_page

__all__ = ["benefit_body", "policy_body", "whole_page"]
